//! How types are written in C.

use super::{Definition, Member, Signature, Type};

impl Type {
    /// The declaration of a name of this type; the type alone for an empty name.
    pub(crate) fn declare(&self, name: &str) -> String {
        let spaced = |base: &str| if name.is_empty() { base.to_owned() } else { format!("{base} {name}") };
        match self {
            Type::Named(base) => spaced(base),
            Type::Struct(tag) => spaced(&format!("struct {tag}")),
            Type::Union(tag) => spaced(&format!("union {tag}")),
            Type::Enum(tag) => spaced(&format!("enum {tag}")),
            Type::Pointer(of) => match **of {
                Type::Array(..) | Type::Function(_) => of.declare(&format!("(*{name})")),
                _ => of.declare(&format!("*{name}")),
            },
            Type::Array(of, count) => of.declare(&format!("{name}[{count}]")),
            Type::Function(signature) => signature.declare(name),
        }
    }
}

impl Signature {
    /// The declaration of a function of this name.
    pub(crate) fn declare(&self, name: &str) -> String {
        let mut takes: Vec<String> = self.takes.iter().map(|(name, kind)| kind.declare(name)).collect();
        takes.extend(self.variadic.then(|| "...".to_owned()));
        self.returns.declare(&format!("{name}({})", takes.join(", ")))
    }
}

impl Member {
    fn text(&self) -> String {
        let blank = if self.name.is_empty() { " " } else { "" };
        let bits = self.bits.map_or(String::new(), |bits| format!("{blank}:{bits}"));
        format!("{}{bits};", self.kind.declare(&self.name))
    }
}

impl Definition {
    /// The definition in C, a member a line or all in one.
    pub(crate) fn text(&self, name: &str, lines: bool) -> String {
        let body = |tag: &str, parts: Vec<String>, packed: &str| match lines {
            true => {
                let indent = if tag == "enum" { "\t" } else { "  " };
                let parts: String = parts.iter().map(|part| format!("{indent}{part}\n")).collect();
                format!("{tag} {name} {{\n{parts}}}{packed};")
            }
            false => format!("{tag} {name} {{{}}}{packed};", parts.join(" ")),
        };
        let members = |members: &[Member]| members.iter().map(Member::text).collect();
        match self {
            Definition::Struct { members: all, packed } => {
                body("struct", members(all), if *packed { " __attribute__((packed))" } else { "" })
            }
            Definition::Union { members: all } => body("union", members(all), ""),
            Definition::Enum { cases } => {
                let last = cases.len().saturating_sub(1);
                let case = |(at, (name, value)): (usize, &(String, i64))| {
                    format!("{name} = {value}{}", if at == last { "" } else { "," })
                };
                body("enum", cases.iter().enumerate().map(case).collect(), "")
            }
            Definition::Typedef(kind) => format!("typedef {};", kind.declare(name)),
            Definition::Function(signature) => format!("{};", signature.declare(name)),
        }
    }
}
