//! What can go wrong between a caller and the bytes it asked for.

use std::io;

use crate::ctx::Effects;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// How far a connection got before it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking up the host's address.
    Resolve,
    /// Connecting to it.
    Connect,
    /// Waiting for its first answer.
    Answer,
    /// Opening the path at the far end.
    Open,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stage::Resolve => "resolve",
            Stage::Connect => "connect",
            Stage::Answer => "answer",
            Stage::Open => "open",
        })
    }
}

/// Every error of the IO layer; each message names what was wrong and, where it helps, what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A URI names no known scheme or is malformed.
    #[error("{uri}: {why}")]
    Uri {
        /// The text given.
        uri: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file or resource of this machine cannot be opened.
    #[error("cannot open {uri}: {source}")]
    Open {
        /// What was to be opened.
        uri: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A peer cannot be reached, does not answer, or cannot open what was asked.
    #[error("cannot {stage} {uri}: {why}")]
    Peer {
        /// The peer and path.
        uri: String,
        /// How far it got.
        stage: Stage,
        /// What happened.
        why: String,
    },
    /// An established connection ended or broke the protocol.
    #[error("{uri}: {why}")]
    Connection {
        /// The peer.
        uri: String,
        /// What happened.
        why: String,
    },
    /// A read or write of an open descriptor failed.
    #[error("cannot {operation} {len} bytes at {addr:#x} of {uri}: {source}")]
    Io {
        /// `read` or `write`.
        operation: &'static str,
        /// Which descriptor.
        uri: String,
        /// Offset within it, bytes.
        addr: u64,
        /// Bytes asked for.
        len: usize,
        /// The system's reason.
        source: io::Error,
    },
    /// Bytes that nothing provides, and `io.ff` does not ask to fill them.
    #[error("{len} bytes at {addr:#x} are not all readable (e io.ff=true fills holes with io.0xff)")]
    Unreadable {
        /// First address asked for.
        addr: u64,
        /// Bytes asked for.
        len: usize,
    },
    /// A write to bytes that nothing provides.
    #[error("cannot write {len} bytes at {addr:#x}: no map covers {hole:#x}")]
    Unmapped {
        /// First address of the write.
        addr: u64,
        /// Bytes to be written.
        len: usize,
        /// The first address without a map.
        hole: u64,
    },
    /// A write to something opened or mapped without `w`.
    #[error("cannot write at {addr:#x}: {what} is read-only (reopen with oo+ or -w, or set e io.cache=true)")]
    ReadOnly {
        /// First address of the write.
        addr: u64,
        /// The map or descriptor.
        what: String,
    },
    /// A process under the debugger cannot do what was asked.
    #[error("{uri}: {why}")]
    Target {
        /// Which descriptor.
        uri: String,
        /// Why.
        why: String,
    },
    /// An ability the backend does not have.
    #[error("{uri} cannot {ability}")]
    Unsupported {
        /// Which descriptor.
        uri: String,
        /// What was asked of it.
        ability: &'static str,
    },
    /// No descriptor of that number.
    #[error("no descriptor {0} is open (o lists them)")]
    NoDescriptor(u32),
    /// Nothing is open.
    #[error("nothing is open (o FILE opens a file)")]
    NothingOpen,
    /// No map of that number.
    #[error("no map {0} (om lists them)")]
    NoMap(u32),
    /// A limit was reached.
    #[error("{what} is over the limit of {limit}")]
    Limit {
        /// What was too much.
        what: String,
        /// The limit and how to change it.
        limit: String,
    },
    /// The principal may not do that.
    #[error("{what} is refused to {principal}: it may not {}", missing.names().join(", "))]
    Refused {
        /// The refused act.
        what: String,
        /// Who wanted it.
        principal: String,
        /// The effects it lacks.
        missing: Effects,
    },
    /// ^C, a hang-up or a cancel request.
    #[error("interrupted")]
    Cancelled,
    /// The deadline passed.
    #[error("timed out")]
    Deadline,
}

impl Error {
    /// Whether the work was stopped from outside rather than having failed.
    pub fn is_interrupt(&self) -> bool {
        matches!(self, Error::Cancelled | Error::Deadline)
    }

    /// Whether the connection behind it is of no more use.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Error::Connection { .. } | Error::Peer { .. })
    }
}
