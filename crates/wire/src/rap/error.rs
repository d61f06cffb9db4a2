//! What can be wrong with a message, and whose fault it is: the peer's when decoding, the caller's when encoding.

use super::Bound;

/// The peer sent what cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes break the format: the peer is at fault, or is no rap peer.
    #[error("malformed rap: {what}")]
    Malformed {
        /// What was expected, or what is wrong.
        what: &'static str,
    },
    /// Well-formed as far as can be told, but not something farad serves.
    #[error("rap operation {byte:#04x} is not supported; the peer may not speak rap 1")]
    Unsupported {
        /// The operation byte.
        byte: u8,
    },
    /// A seek by a rule that is not known. The message was whole, so the stream can still be followed.
    #[error("rap seek by whence {byte} is not supported")]
    UnsupportedWhence {
        /// The whence byte.
        byte: u8,
    },
    /// The peer named a length over ours.
    #[error("rap {bound} of {length} bytes is over the limit of {limit}")]
    OverLimit {
        /// Which limit.
        bound: Bound,
        /// The length the peer named, in bytes.
        length: u32,
        /// The limit, in bytes.
        limit: u32,
    },
}

impl DecodeError {
    /// True when the stream cannot be followed past this error, so that the only answer left is to hang up. The
    /// decoder that returned a fatal error returns it again for ever.
    pub const fn is_fatal(&self) -> bool {
        !matches!(self, Self::UnsupportedWhence { .. })
    }
}

/// The caller asked for a message that the format cannot carry. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A text ends at its first NUL, so one inside would cut it silently.
    #[error("a rap {what} cannot hold a NUL byte")]
    Nul {
        /// Which field.
        what: &'static str,
    },
    /// The length does not fit its field.
    #[error("a rap {what} of {length} bytes is too long: the most is {limit}")]
    TooLong {
        /// Which field.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The most the format carries, in bytes.
        limit: usize,
    },
}
