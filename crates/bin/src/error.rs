//! The crate's errors: what could not be read, where, and why.
//!
//! A damaged table inside a known format is not an error: it becomes a warning on the [`crate::Binary`] and the rest is kept.

/// Why a read of the source failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Nothing can be read at this offset.
    #[error("nothing is readable at offset {offset:#x}")]
    Unreadable {
        /// Offset in bytes from the start of the source.
        offset: u64,
    },
    /// The source itself failed: a lost connection, a device error, a cancelled request.
    #[error("reading at offset {offset:#x} failed: {reason}")]
    Failed {
        /// Offset in bytes from the start of the source.
        offset: u64,
        /// What the source said.
        reason: String,
    },
}

/// Why a binary could not be loaded or scanned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The source failed while being read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The header names a known format but is too damaged to read anything behind it.
    #[error("damaged {format} header: {reason}")]
    Header {
        /// The format the magic number promised.
        format: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A limit that keeps hostile files from taking all time or memory was reached.
    #[error("limit reached: too many {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
    },
}
