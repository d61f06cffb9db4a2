//! Names with what stands around them: pointers, arrays, arguments.

use super::{DEPTH, IGNORED, MEMBERS, NUMBERS, Parser};
use crate::ctype::lex::{Kind, Token};
use crate::ctype::{Signature, Type};
use crate::error::{Error, Result};

impl Parser<'_> {
    /// Pointers, a name, arrays and arguments: the name, and the type it has.
    pub(super) fn declarator(&mut self, base: Type) -> Result<(Option<String>, Type)> {
        self.nested(|parser| parser.declarator_here(base))
    }

    fn declarator_here(&mut self, mut base: Type) -> Result<(Option<String>, Type)> {
        self.skip_ignored()?;
        while self.take("*") {
            base = Type::Pointer(Box::new(base));
            if self.at > 0 && nesting(&base) > DEPTH {
                return Err(Error::Limit { what: "the nesting of types", limit: DEPTH.to_string() });
            }
            self.skip_ignored()?;
        }
        if self.is_mark("(") && self.begins_declarator(self.at + 1) {
            // What is in the parentheses applies to what is behind them.
            let inner = self.at + 1;
            self.skip_balanced("(", ")")?;
            let base = self.suffixes(base)?;
            let end = self.at;
            self.at = inner;
            let (name, kind) = self.declarator(base)?;
            self.expect(")")?;
            self.at = end;
            return Ok((name, kind));
        }
        let name = self.word().map(str::to_owned);
        self.at += usize::from(name.is_some());
        self.skip_ignored()?;
        let kind = self.suffixes(base)?;
        Ok((name, kind))
    }

    fn begins_declarator(&self, at: usize) -> bool {
        match self.tokens.get(at).map(|token| &token.kind) {
            Some(Kind::Mark("*" | "(")) => true,
            Some(Kind::Word(word)) => {
                !NUMBERS.contains(&word.as_str())
                    && !IGNORED.contains(&word.as_str())
                    && !matches!(word.as_str(), "struct" | "union" | "enum")
                    && matches!(self.tokens.get(at + 1), Some(Token { kind: Kind::Mark(")"), .. }))
                    && self.types.find(word).is_none()
                    && self.types.basic(word).is_none()
            }
            _ => false,
        }
    }

    /// Arrays and arguments behind a name.
    fn suffixes(&mut self, base: Type) -> Result<Type> {
        if self.is_mark("(") {
            let (takes, variadic) = self.nested(Self::arguments)?;
            let returns = self.suffixes(base)?;
            return Ok(Type::Function(Box::new(Signature { returns, takes, variadic })));
        }
        let mut counts = Vec::new();
        while self.take("[") {
            let count = match self.is_mark("]") {
                true => 0,
                false => self.constant()?,
            };
            self.expect("]")?;
            counts.push(u64::try_from(count).map_err(|_| self.wrong("an array has no negative length"))?);
            if counts.len() > DEPTH {
                return Err(Error::Limit { what: "the dimensions of an array", limit: DEPTH.to_string() });
            }
        }
        Ok(counts.into_iter().rev().fold(base, |kind, count| Type::Array(Box::new(kind), count)))
    }

    fn arguments(&mut self) -> Result<(Vec<(String, Type)>, bool)> {
        self.expect("(")?;
        let (mut takes, mut variadic) = (Vec::new(), false);
        while !self.take(")") {
            if self.take("...") {
                variadic = true;
                continue;
            }
            let (base, _) = self.specifiers()?;
            let (name, kind) = self.declarator(base)?;
            if takes.len() >= MEMBERS {
                return Err(Error::Limit { what: "the arguments of a function", limit: MEMBERS.to_string() });
            }
            if kind != Type::Named("void".to_owned()) {
                takes.push((name.unwrap_or_default(), kind));
            }
            if !self.take(",") && !self.is_mark(")") {
                return Err(self.wrong(", is missing"));
            }
        }
        Ok((takes, variadic))
    }
}

/// How deep a type is.
fn nesting(kind: &Type) -> usize {
    let mut depth = 0;
    let mut here = kind;
    while let Type::Pointer(of) | Type::Array(of, _) = here {
        depth += 1;
        here = of;
    }
    depth
}
