//! Declarations in C: structs, unions, enums, typedefs and functions. Variables, and the bodies of
//! functions, are passed over.

use std::collections::HashMap;

use super::lex::{Kind, Token, at, tokens};
use super::{Definition, Model, Type, Types};
use crate::error::{Error, Result};
use crate::render::printable;

mod body;
mod constant;
mod declarator;

/// How deep parentheses and braces may nest.
const DEPTH: usize = 32;
/// Most members of a struct, cases of an enum or arguments of a function.
const MEMBERS: usize = 1 << 16;

/// Words that say nothing of a type.
const IGNORED: &[&str] = &[
    "extern",
    "static",
    "inline",
    "register",
    "auto",
    "const",
    "volatile",
    "restrict",
    "_Noreturn",
    "_Thread_local",
    "_Atomic",
    "__extension__",
    "__inline",
    "__inline__",
    "__restrict",
    "__restrict__",
    "__const",
    "__volatile__",
    "__signed__",
    "__cdecl",
    "__stdcall",
];

/// Words with something in parentheses behind them that says nothing of a type.
const IGNORED_CALLS: &[&str] = &["__attribute__", "__attribute", "__declspec", "_Alignas", "__asm__", "asm"];

/// Words that number types are made of.
const NUMBERS: &[&str] =
    &["void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool"];

/// Most faults that are told of one text.
const FAULTS: usize = 16;

/// Defines what a text declares. A declaration that is wrong is passed over, up to the end of its
/// line or braces, and told in what is given back.
///
/// # Errors
/// A text that cannot be taken apart, or a limit.
pub(super) fn declarations(types: &mut Types, text: &str, model: Model) -> Result<Vec<Error>> {
    let (tokens, defines) = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        depth: 0,
        constants: defines.into_iter().collect(),
        types,
        model,
        packed: false,
        outer: None,
        anonymous: false,
    };
    let mut faults = Vec::new();
    while parser.at < tokens.len() {
        let start = parser.at;
        match parser.external() {
            Ok(()) => {}
            Err(error @ Error::Limit { .. }) => return Err(error),
            Err(error) => {
                if faults.len() < FAULTS {
                    faults.push(error);
                }
                parser.at = start;
                parser.depth = 0;
                parser.outer = None;
                parser.skip_declaration();
            }
        }
    }
    Ok(faults)
}

/// The type that a text names, without a declared name.
///
/// # Errors
/// When it is no type.
pub(super) fn type_name(types: &Types, text: &str, model: Model) -> Result<Type> {
    let (tokens, _) = tokens(text)?;
    let mut scratch = types.clone();
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        depth: 0,
        constants: HashMap::new(),
        types: &mut scratch,
        model,
        packed: false,
        outer: None,
        anonymous: false,
    };
    let (base, _) = parser.specifiers()?;
    let (_, kind) = parser.declarator(base)?;
    match parser.at == tokens.len() {
        true => Ok(kind),
        false => Err(Error::failed(format!("'{}' is no type", printable(text)))),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    constants: HashMap<String, i64>,
    types: &'a mut Types,
    model: Model,
    /// Whether the last attributes passed over pack the struct they belong to.
    packed: bool,
    /// The struct or union whose members are read.
    outer: Option<String>,
    /// Whether the last struct or union had no name, and none was declared with it.
    anonymous: bool,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.peek(), Some(Kind::Mark(here)) if *here == mark)
    }

    fn take(&mut self, mark: &str) -> bool {
        let there = self.is_mark(mark);
        self.at += usize::from(there);
        there
    }

    fn word(&self) -> Option<&str> {
        match self.peek() {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn line(&self) -> usize {
        let token = self.tokens.get(self.at).or_else(|| self.tokens.last());
        token.map_or(1, |token| token.line)
    }

    fn wrong(&self, what: &str) -> Error {
        at(self.line(), what)
    }

    fn expect(&mut self, mark: &str) -> Result<()> {
        if self.take(mark) { Ok(()) } else { Err(self.wrong(&format!("{mark} is missing"))) }
    }

    fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == DEPTH {
            return Err(Error::Limit { what: "the nesting of C", limit: DEPTH.to_string() });
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    /// A declaration at the outside.
    fn external(&mut self) -> Result<()> {
        if self.take(";") {
            return Ok(());
        }
        if self.word() == Some("extern")
            && matches!(self.tokens.get(self.at + 1), Some(Token { kind: Kind::Text, .. }))
        {
            // extern "C" { … }: what is inside counts.
            self.at += 2;
            self.take("{");
            return Ok(());
        }
        if self.take("}") {
            return Ok(());
        }
        let (base, is_typedef) = self.specifiers()?;
        if self.take(";") {
            return Ok(());
        }
        loop {
            let (name, kind) = self.declarator(base.clone())?;
            self.skip_ignored()?;
            let name = name.ok_or_else(|| self.wrong("a name is missing"))?;
            self.declare(&name, kind, is_typedef)?;
            if self.is_mark("{") {
                return self.skip_balanced("{", "}");
            }
            if self.take("=") {
                self.skip_value()?;
            }
            if !self.take(",") {
                return self.expect(";");
            }
        }
    }

    /// Goes behind a declaration that is wrong: its semicolon, or the brace that ends it.
    fn skip_declaration(&mut self) {
        while self.peek().is_some() {
            if self.is_mark("{") {
                if self.skip_balanced("{", "}").is_err() {
                    self.at = self.tokens.len();
                }
                if !self.is_mark(";") {
                    return;
                }
                continue;
            }
            self.at += 1;
            if matches!(self.tokens[self.at - 1].kind, Kind::Mark(";")) {
                return;
            }
        }
    }

    fn declare(&mut self, name: &str, kind: Type, is_typedef: bool) -> Result<()> {
        match kind {
            // A tag and a typedef of it may have one name, which then stays the tag's.
            Type::Struct(tag) | Type::Union(tag) | Type::Enum(tag) if is_typedef && tag == name => Ok(()),
            kind if is_typedef => self.types.define(name, Definition::Typedef(kind)),
            Type::Function(signature) => self.types.define(name, Definition::Function(*signature)),
            _ => Ok(()),
        }
    }

    /// The words in front of a name: the type they make, and whether `typedef` is among them.
    fn specifiers(&mut self) -> Result<(Type, bool)> {
        let (mut words, mut named, mut is_typedef) = (Vec::new(), None, false);
        loop {
            self.skip_ignored()?;
            let Some(word) = self.word() else { break };
            match word {
                "typedef" => is_typedef = true,
                "struct" | "union" | "enum" if named.is_none() && words.is_empty() => {
                    named = Some(self.tagged()?);
                    continue;
                }
                word if NUMBERS.contains(&word) => words.push(word.to_owned()),
                word if named.is_none() && words.is_empty() => named = Some(Type::Named(word.to_owned())),
                _ => break,
            }
            self.at += 1;
        }
        let kind = match named {
            Some(kind) => kind,
            None if words.is_empty() => return Err(self.wrong("a type is missing")),
            None => Type::Named(
                number_name(&words)
                    .ok_or_else(|| self.wrong(&format!("'{}' is no type", words.join(" "))))?,
            ),
        };
        Ok((kind, is_typedef))
    }

    fn skip_ignored(&mut self) -> Result<()> {
        while let Some(word) = self.word() {
            if IGNORED.contains(&word) {
                self.at += 1;
            } else if IGNORED_CALLS.contains(&word) {
                let start = self.at;
                self.at += 1;
                self.skip_balanced("(", ")")?;
                let said = |token: &Token| matches!(&token.kind, Kind::Word(word) if word.contains("packed"));
                self.packed |= self.tokens[start..self.at].iter().any(said);
            } else {
                break;
            }
        }
        Ok(())
    }

    fn skip_balanced(&mut self, open: &str, close: &str) -> Result<()> {
        let line = self.line();
        let mut depth = 0_usize;
        loop {
            if self.peek().is_none() {
                return Err(at(line, &format!("{open} is never closed")));
            }
            if self.is_mark(open) {
                depth += 1;
            } else if self.is_mark(close) {
                depth = depth.saturating_sub(1);
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// What a variable begins with, up to its comma or semicolon.
    fn skip_value(&mut self) -> Result<()> {
        while !self.is_mark(",") && !self.is_mark(";") {
            match self.peek() {
                None => return Err(self.wrong("; is missing")),
                Some(Kind::Mark("{")) => self.skip_balanced("{", "}")?,
                Some(Kind::Mark("(")) => self.skip_balanced("(", ")")?,
                Some(_) => self.at += 1,
            }
        }
        Ok(())
    }
}

/// The usual name of a number type, whatever the order of its words.
fn number_name(words: &[String]) -> Option<String> {
    let count = |wanted: &str| words.iter().filter(|word| *word == wanted).count();
    let longs = count("long");
    let known =
        ["void", "char", "short", "float", "double", "_Bool"].into_iter().filter(|word| count(word) == 1);
    let known: Vec<&str> = known.collect();
    let sign = if count("unsigned") > 0 { "unsigned " } else { "" };
    let base = match (&known[..], longs) {
        ([], 0) => "int",
        ([], 1) => "long",
        ([], 2) => "long long",
        (["double"], 1) => "long double",
        (["char"], 0) if count("signed") > 0 => "signed char",
        ([one], 0) => one,
        _ => return None,
    };
    let signs = count("unsigned") + count("signed");
    let takes_sign = !matches!(base, "void" | "float" | "double" | "long double" | "_Bool");
    (signs == 0 || signs == 1 && takes_sign).then(|| format!("{sign}{base}"))
}
