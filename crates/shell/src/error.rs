//! What can go wrong with a command; each message names what was wrong and what to do.

use std::io;

use crate::lang::{NumberError, ParseError};

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The line is not in the language.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A number expression is wrong.
    #[error("{text}: {source}")]
    Number {
        /// The expression.
        text: String,
        /// What is wrong with it.
        source: NumberError,
    },
    /// No such command.
    #[error("no command '{name}'{}", unknown(*peer, nearest.as_deref()))]
    UnknownCommand {
        /// What was typed.
        name: String,
        /// What radare2's command of that name is for, if it has one; empty for a single command.
        peer: Option<&'static str>,
        /// The command that looks most like it.
        nearest: Option<String>,
    },
    /// A command was called with wrong arguments.
    #[error("{what} (usage: {usage})")]
    Usage {
        /// What is wrong.
        what: String,
        /// The right form.
        usage: String,
    },
    /// The IO layer said so.
    #[error(transparent)]
    Io(#[from] farad_io::Error),
    /// The output could not be written.
    #[error("cannot write the output: {0}")]
    Output(#[source] io::Error),
    /// A file of this machine.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A limit was reached.
    #[error("{what} is over the limit of {limit}")]
    Limit {
        /// What was too much.
        what: &'static str,
        /// The limit, and how to change it where one can.
        limit: String,
    },
    /// Anything else, in one line.
    #[error("{0}")]
    Failed(String),
}

/// What is known of a command that does not exist.
fn unknown(peer: Option<&str>, nearest: Option<&str>) -> String {
    match (peer, nearest) {
        (None, None) => " (? lists them)".to_owned(),
        (None, Some(near)) => format!("; did you mean {near}?"),
        (Some(what), near) => {
            let what = if what.is_empty() { String::new() } else { format!(" ({what})") };
            let near =
                near.map_or("? lists what there is".to_owned(), |near| format!("the nearest is {near}"));
            format!(": radare2 has it{what}, farad does not yet; {near}")
        }
    }
}

impl Error {
    /// A failure in one line of words.
    pub fn failed(what: impl Into<String>) -> Error {
        Error::Failed(what.into())
    }

    /// Whether the work was stopped from outside (then nothing else of the line runs).
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Error::Io(error) if error.is_interrupt())
    }

    /// Whether nobody reads the output any more (then nothing else of the line runs).
    pub fn is_output(&self) -> bool {
        matches!(self, Error::Output(_))
    }
}

impl From<io::Error> for Error {
    /// An error of writing output; where it carries an interrupt, that.
    fn from(error: io::Error) -> Error {
        match error.downcast::<farad_io::Error>() {
            Ok(error) if error.is_interrupt() => Error::Io(error),
            Ok(error) => Error::Output(io::Error::other(error)),
            Err(error) => Error::Output(error),
        }
    }
}
