//! Types as C has them: those every session knows, and those that declarations define.
//!
//! Owns names, layouts and how a type is written in C and as a format of `pf`. Must not know
//! sessions or files.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::render::printable;

mod format;
mod layout;
mod lex;
mod parse;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use format::Nested;

/// Most types of a session.
const TYPES: usize = 1 << 16;

/// Widths that a platform chooses, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    /// A pointer.
    pub(crate) pointer: u64,
    /// A `long`.
    pub(crate) long: u64,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A number type by its words in their usual order (`unsigned int`), or a name that a typedef
    /// or table gives.
    Named(String),
    Struct(String),
    Union(String),
    Enum(String),
    Pointer(Box<Type>),
    Array(Box<Type>, u64),
    /// What a pointer to a function points to.
    Function(Box<Signature>),
}

/// What a function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) returns: Type,
    /// Names may be empty.
    pub(crate) takes: Vec<(String, Type)>,
    pub(crate) variadic: bool,
}

/// A member of a struct or union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Empty for bits that only fill.
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// How many bits of its type it has, where that is said.
    pub(crate) bits: Option<u32>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Definition {
    Struct { members: Vec<Member>, packed: bool },
    Union { members: Vec<Member> },
    Enum { cases: Vec<(String, i64)> },
    Typedef(Type),
    Function(Signature),
}

/// A type that every session knows.
pub(crate) struct Basic {
    pub(crate) name: &'static str,
    /// The letters of `pf` for it.
    pub(crate) format: &'static str,
    width: Width,
}

#[derive(Clone, Copy)]
enum Width {
    Bytes(u64),
    Pointer,
    Long,
}

const fn basic(name: &'static str, format: &'static str, width: Width) -> Basic {
    Basic { name, format, width }
}

/// Types that every session knows, by name.
pub(crate) static BASICS: &[Basic] = &[
    basic("FILE", "p", Width::Pointer),
    basic("char", "c", Width::Bytes(1)),
    basic("char *", "*z", Width::Pointer),
    basic("char **", "p", Width::Pointer),
    basic("double", "F", Width::Bytes(8)),
    basic("float", "f", Width::Bytes(4)),
    basic("func", "p", Width::Pointer),
    basic("gid_t", "d", Width::Bytes(4)),
    basic("int", "d", Width::Bytes(4)),
    basic("int16_t", "w", Width::Bytes(2)),
    basic("int32_t", "d", Width::Bytes(4)),
    basic("int64_t", "q", Width::Bytes(8)),
    basic("int8_t", "b", Width::Bytes(1)),
    basic("long", "q", Width::Long),
    basic("long long", "q", Width::Bytes(8)),
    basic("pid_t", "d", Width::Bytes(4)),
    basic("short", "w", Width::Bytes(2)),
    basic("size_t", "q", Width::Pointer),
    basic("time_t", "q", Width::Long),
    basic("uid_t", "d", Width::Bytes(4)),
    basic("uint16_t", "w", Width::Bytes(2)),
    basic("uint32_t", "d", Width::Bytes(4)),
    basic("uint64_t", "q", Width::Bytes(8)),
    basic("uint8_t", "b", Width::Bytes(1)),
    basic("unsigned char", "b", Width::Bytes(1)),
    basic("unsigned int", "d", Width::Bytes(4)),
    basic("unsigned short", "w", Width::Bytes(2)),
    basic("void *", "p", Width::Pointer),
];

/// The types of a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Types {
    named: BTreeMap<String, Definition>,
}

impl Types {
    /// What declarations define, by name.
    pub(crate) fn defined(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.named.iter().map(|(name, definition)| (name.as_str(), definition))
    }

    /// What a name stands for.
    pub(crate) fn find(&self, name: &str) -> Option<&Definition> {
        self.named.get(name)
    }

    /// Defines the types of declarations in C. Nothing is defined when one of them is wrong.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub(crate) fn declare(&mut self, text: &str, model: Model) -> Result<()> {
        let mut types = self.clone();
        match parse::declarations(&mut types, text, model)?.into_iter().next() {
            Some(fault) => Err(fault),
            None => {
                *self = types;
                Ok(())
            }
        }
    }

    /// Defines the types of a header, as far as they can be told without what it includes: gives
    /// back what is wrong with those that cannot.
    ///
    /// # Errors
    /// A text that is no C at all, or a limit.
    pub(crate) fn declare_some(&mut self, text: &str, model: Model) -> Result<Vec<Error>> {
        let mut types = self.clone();
        let faults = parse::declarations(&mut types, text, model)?;
        *self = types;
        Ok(faults)
    }

    fn define(&mut self, name: &str, definition: Definition) -> Result<()> {
        if self.named.len() >= TYPES && !self.named.contains_key(name) {
            return Err(Error::Limit { what: "the number of types", limit: TYPES.to_string() });
        }
        self.named.insert(name.to_owned(), definition);
        Ok(())
    }

    /// Forgets a type; `false` when there is none of that name.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.named.remove(name).is_some()
    }

    /// Forgets all types.
    pub(crate) fn clear(&mut self) {
        self.named.clear();
    }

    /// The type that a text names: `int`, `struct point`, `point`, `char *`.
    ///
    /// # Errors
    /// When it names none.
    pub(crate) fn named(&self, text: &str, model: Model) -> Result<Type> {
        let kind = parse::type_name(self, text, model)?;
        let known = match &kind {
            Type::Named(name) => self.basic(name).is_some() || layout::number_width(name, model).is_some(),
            _ => true,
        };
        if known {
            return Ok(kind);
        }
        let Type::Named(name) = &kind else { return Ok(kind) };
        match self.named.get(name) {
            Some(Definition::Struct { .. }) => Ok(Type::Struct(name.clone())),
            Some(Definition::Union { .. }) => Ok(Type::Union(name.clone())),
            Some(Definition::Enum { .. }) => Ok(Type::Enum(name.clone())),
            Some(Definition::Typedef(_)) => Ok(kind),
            Some(Definition::Function(signature)) => Ok(Type::Function(Box::new(signature.clone()))),
            None => Err(unknown(name)),
        }
    }

    fn basic(&self, name: &str) -> Option<&'static Basic> {
        BASICS.iter().find(|basic| basic.name == name)
    }
}

fn unknown(name: &str) -> Error {
    Error::failed(format!("no type '{}' (t lists them, to reads some from a header)", printable(name)))
}
