//! What lies on the stack: words as they were written, which are looked up when something takes them, and
//! numbers that were computed.

use std::fmt;

use crate::number;

/// One item of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'t> {
    /// A word as written: a number or a register's name.
    Word(&'t str),
    /// A number.
    Number(Number),
}

/// A number of up to 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Its value.
    pub(crate) value: u128,
    /// The width of what it came from, in bits: shifts and rotations turn around there.
    pub(crate) bits: u32,
}

impl Number {
    /// A number of 64 bits.
    pub(crate) fn new(value: u64) -> Self {
        Self { value: u128::from(value), bits: 64 }
    }

    /// Its low 64 bits, which is what all arithmetic is done on.
    pub(crate) fn low(self) -> u64 {
        self.value as u64
    }
}

impl<'t> Item<'t> {
    /// A computed number of 64 bits.
    pub(crate) fn number(value: u64) -> Self {
        Self::Number(Number::new(value))
    }

    /// The number it is, unless it is a register's name.
    pub(crate) fn literal(self) -> Option<Number> {
        match self {
            Self::Word(word) => number::parse(word).map(Number::new),
            Self::Number(number) => Some(number),
        }
    }
}

impl fmt::Display for Item<'_> {
    /// A word as it was written; a computed number in hexadecimal, but 0 as it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Number(number) if number.value == 0 => f.write_str("0"),
            Self::Number(number) => write!(f, "{:#x}", number.value),
        }
    }
}
