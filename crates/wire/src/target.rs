//! What a debugger asks of its target, and what it is told: one set of messages, wherever the target is.
//!
//! The process that holds a target takes them in [frames](frame) from the session that debugs it, and a rap server in
//! [notes](crate::rap::hello::Note::Target) from a client; both mean the same. A message is an object of JSON, in which
//! what is not known is passed over, so that either side may learn new things.

mod bytes;
pub mod frame;
mod reply;
mod request;

pub use bytes::Bytes;
pub use reply::{Area, Event, File, Info, Process, Reason, Register, Reply, Stop, Thread};
pub use request::{
    Bank, Comparison, Condition, End, Fate, How, Known, Launch, Look, Lost, Operand, Point, PointKind,
    Request, Resume, Sign, Signals, Start, Stops, Until,
};

/// Why a message cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is longer than any of its kind.
    #[error("a message of {0} bytes is over the limit of {limit}", limit = frame::LIMIT)]
    Long(usize),
    /// It is no message.
    #[error("no message of a debugger: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Tells bytes from others, at both ends: XXH3 with 64 bits.
pub fn hash(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// A message as a line of JSON.
pub fn encode<T: serde::Serialize>(message: &T) -> String {
    // Its keys are text and its numbers finite: nothing in it can fail.
    serde_json::to_string(message).unwrap_or_default()
}

/// A message out of a line of JSON.
///
/// # Errors
/// [`Error`].
pub fn decode<'a, T: serde::Deserialize<'a>>(text: &'a [u8]) -> Result<T, Error> {
    if text.len() > frame::LIMIT {
        return Err(Error::Long(text.len()));
    }
    Ok(serde_json::from_slice(text)?)
}

#[cfg(test)]
mod tests;
