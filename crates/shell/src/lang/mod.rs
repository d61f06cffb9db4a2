//! The command language: from text to a tree, and the small languages inside it (numbers, filters,
//! words, escapes).
//!
//! Nothing here touches a session, reads or writes. Where a value is needed from outside, as
//! flags in a number expression, a trait asks for it.

pub mod escape;
pub mod fault;
pub mod filter;
pub mod grep;
mod json;
pub mod number;
pub mod parse;
pub mod tree;
pub mod word;

mod body;
mod macros;
mod suffix;
mod text;

pub use escape::{Unknown, unescape};
pub use fault::{ParseError, ParseFault};
pub use filter::GrepFilter;
pub use grep::Grep;
pub(crate) use json::Layout as JsonLayout;
pub use macros::expand as expand_macro;
pub use number::{Names, NumberError, evaluate};
pub use parse::{Dialect, parse};
#[cfg(test)]
pub(crate) use suffix::temp_letters;
pub use tree::{
    Alias, Body, Condition, Each, Errors, Form, FormKind, Interpret, Link, Macro, Piece, Ranges, Script,
    Sink, Statement, Temp, Text, When,
};
pub use word::{quote, unquote, words};
