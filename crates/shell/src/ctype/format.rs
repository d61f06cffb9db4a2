//! Types as formats of `pf`: letters, and behind them the names of the fields.

use super::{Definition, Member, Model, Type, Types};
use crate::error::{Error, Result};

/// How deep types in types are written out.
const DEPTH: usize = 12;
/// Most bytes of a format.
const LENGTH: usize = 1 << 16;

/// How the formats of structs within structs are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nested {
    /// By the name they have: `(point)p`.
    Named,
    /// Written out: `(pf dd x y)p`.
    Inline,
}

/// Letters and names, as they come together.
#[derive(Default)]
struct Format {
    letters: String,
    names: Vec<String>,
}

impl Format {
    fn push(&mut self, letters: &str, name: &str) {
        self.letters.push_str(letters);
        self.names.push(name.to_owned());
    }

    /// Bytes that are passed over.
    fn skip(&mut self, bytes: u64) {
        self.letters.extend(std::iter::repeat_n('.', usize::try_from(bytes).unwrap_or(0)));
    }

    fn finish(self) -> String {
        match self.names.is_empty() {
            true => self.letters,
            false => format!("{} {}", self.letters, self.names.join(" ")),
        }
    }
}

impl Types {
    /// The format of a type: of a struct or union with all its members, of anything else as one
    /// field without a name.
    ///
    /// # Errors
    /// A type that is not defined, or is in itself, or too long a format.
    pub(crate) fn format(&self, kind: &Type, nested: Nested, model: Model) -> Result<String> {
        self.format_within(kind, nested, model, 0)
    }

    fn format_within(&self, kind: &Type, nested: Nested, model: Model, depth: usize) -> Result<String> {
        if depth > DEPTH {
            return Err(Error::Limit { what: "the nesting of types", limit: DEPTH.to_string() });
        }
        let mut format = Format::default();
        match self.resolved(kind)? {
            Type::Struct(name) | Type::Union(name) => match self.find(&name) {
                Some(Definition::Struct { members, packed }) => {
                    self.push_struct(&mut format, members, *packed, nested, model, depth)?;
                }
                Some(Definition::Union { members }) => {
                    format.letters.push('0');
                    for member in members {
                        self.push_field(&mut format, &member.kind, &member.name, nested, model, depth)?;
                    }
                }
                _ => return Err(super::unknown(&name)),
            },
            other => self.push_field(&mut format, &other, "", nested, model, depth)?,
        }
        let text = format.finish();
        if text.len() > LENGTH {
            return Err(Error::Limit { what: "a format", limit: format!("{LENGTH} bytes") });
        }
        Ok(text.trim_end().to_owned())
    }

    /// The type behind typedefs.
    fn resolved(&self, kind: &Type) -> Result<Type> {
        let mut kind = kind.clone();
        for _ in 0..DEPTH {
            let Type::Named(name) = &kind else { return Ok(kind) };
            match self.find(name) {
                Some(Definition::Typedef(of)) => kind = of.clone(),
                Some(Definition::Struct { .. }) => return Ok(Type::Struct(name.clone())),
                Some(Definition::Union { .. }) => return Ok(Type::Union(name.clone())),
                Some(Definition::Enum { .. }) => return Ok(Type::Enum(name.clone())),
                _ => return Ok(kind),
            }
        }
        Err(Error::Limit { what: "the typedefs of a type", limit: DEPTH.to_string() })
    }

    fn push_struct(
        &self,
        format: &mut Format,
        members: &[Member],
        packed: bool,
        nested: Nested,
        model: Model,
        depth: usize,
    ) -> Result<()> {
        let (places, extent) = self.places(members, packed, model)?;
        let mut end = 0;
        let mut unit: Option<(u64, Vec<&str>, &Type)> = None;
        for (member, place) in members.iter().zip(&places) {
            if place.size == 0 {
                continue;
            }
            // Members of some bits are shown with those they share a number with.
            if let Some((offset, names, _)) = &mut unit
                && member.bits.is_some()
                && *offset == place.offset
            {
                names.extend((!member.name.is_empty()).then_some(member.name.as_str()));
                continue;
            }
            if let Some((_, names, kind)) = unit.take() {
                self.push_field(format, kind, &names.join("_"), nested, model, depth)?;
            }
            format.skip(place.offset.saturating_sub(end));
            end = place.offset + place.size;
            match member.bits {
                Some(_) => {
                    let name = (!member.name.is_empty()).then_some(member.name.as_str());
                    unit = Some((place.offset, name.into_iter().collect(), &member.kind));
                }
                None => self.push_field(format, &member.kind, &member.name, nested, model, depth)?,
            }
        }
        if let Some((_, names, kind)) = unit {
            self.push_field(format, kind, &names.join("_"), nested, model, depth)?;
        }
        format.skip(extent.size.saturating_sub(end));
        Ok(())
    }

    fn push_field(
        &self,
        format: &mut Format,
        kind: &Type,
        name: &str,
        nested: Nested,
        model: Model,
        depth: usize,
    ) -> Result<()> {
        let kind = self.resolved(kind)?;
        match &kind {
            Type::Array(of, count) => {
                let (mut of, mut count) = (self.resolved(of)?, *count);
                while let Type::Array(inner, more) = &of {
                    count = count.saturating_mul(*more);
                    of = self.resolved(inner)?;
                }
                format.letters.push_str(&format!("[{count}]"));
                match &of {
                    Type::Named(base) if base == "char" => format.push("z", name),
                    of => self.push_field(format, of, name, nested, model, depth)?,
                }
            }
            Type::Pointer(of) => match self.resolved(of)? {
                Type::Named(base) if base == "char" => format.push("*z", name),
                _ => format.push("p", name),
            },
            Type::Function(_) => format.push("p", name),
            Type::Enum(tag) => format.push("E", &format!("({tag}){name}")),
            Type::Struct(tag) | Type::Union(tag) => {
                let about = match nested {
                    Nested::Named => tag.clone(),
                    Nested::Inline => format!("pf {}", self.format_within(&kind, nested, model, depth + 1)?),
                };
                format.push("?", &format!("({about}){name}"));
            }
            Type::Named(base) => {
                let letters = match self.basic(base) {
                    Some(basic) => basic.format,
                    None => letters(base).ok_or_else(|| super::unknown(base))?,
                };
                let letters = match (letters, self.extent(&kind, model)?.size) {
                    ("q", 4) => "d",
                    (letters, _) => letters,
                };
                format.push(letters, name);
            }
        }
        Ok(())
    }
}

/// The letter of a number type that no table has.
fn letters(name: &str) -> Option<&'static str> {
    let bare = name.trim_start_matches("unsigned ").trim_start_matches("signed ");
    Some(match bare {
        "char" | "_Bool" | "bool" => "b",
        "short" => "w",
        "int" => "d",
        "long" | "long long" => "q",
        "double" => "F",
        "long double" => "[2]q",
        _ => return None,
    })
}
