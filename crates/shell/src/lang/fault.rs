//! What can be wrong with a line, and where.

use thiserror::Error;

use super::grep::GrepFault;

/// How deep substitutions, conditions and interpretations may nest in one line.
pub const MAX_DEPTH: usize = 32;

/// Most filters behind one command.
pub const MAX_FILTERS: usize = 64;

/// Why a line does not parse, and where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("column {column}: {fault}")]
pub struct ParseError {
    /// Offset into the line, in bytes.
    pub position: usize,
    /// The same in characters, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub fault: ParseFault,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ParseFault {
    /// A quote, backtick or parenthesis without its end.
    #[error("{0} is never closed; put \\ before it if it stands for itself")]
    Unclosed(char),
    /// A closing character without its beginning, or text in a place where none can be.
    #[error("unexpected {0:?}")]
    Unexpected(char),
    /// Something is missing.
    #[error("{0} expected here")]
    Expected(&'static str),
    /// `@q:` and the like.
    #[error("there is no temporary form @{0}:, only a b B c e f F i k o r s v x")]
    UnknownTemp(char),
    /// `@@q` and the like.
    #[error("there is no iterator {0}")]
    UnknownEach(String),
    /// Two iterators on one statement.
    #[error("a statement takes one iterator; put the inner one in a macro")]
    SecondEach,
    /// `|H` and `|T`.
    #[error("output is not turned into {0}")]
    NoForm(&'static str),
    /// A repeat count that no 64-bit number holds.
    #[error("the repeat count is too large")]
    Repeat,
    /// [`MAX_DEPTH`] is passed.
    #[error("commands nest deeper than {MAX_DEPTH}")]
    TooDeep,
    /// [`MAX_FILTERS`] is passed.
    #[error("a command takes {MAX_FILTERS} filters at most")]
    TooManyFilters,
    /// A filter that does not parse.
    #[error("{0}")]
    Grep(#[from] GrepFault),
}
