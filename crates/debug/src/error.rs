//! What can go wrong with a target; each message names what was wrong and what to do.

use nix::errno::Errno;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something cannot be done to a target.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no process any more.
    #[error("no process runs any more (do starts the program again)")]
    Gone,
    /// It cannot be started.
    #[error("cannot start {path}: {why}")]
    Launch {
        /// The program.
        path: String,
        /// The system's reason.
        why: String,
    },
    /// It cannot be attached to.
    #[error("cannot attach to process {pid}: {why}")]
    Attach {
        /// The process.
        pid: u32,
        /// The system's reason, and what to do.
        why: String,
    },
    /// Memory that is not there, or may not be touched.
    #[error("cannot {operation} {len} bytes of memory at {addr:#x}: {source}")]
    Memory {
        /// `read` or `write`.
        operation: &'static str,
        /// The first address.
        addr: u64,
        /// How many bytes.
        len: usize,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The system refused.
    #[error("cannot {what}: {errno}")]
    System {
        /// What.
        what: &'static str,
        /// Its reason.
        errno: Errno,
    },
    /// Anything else, in a line.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// The system's refusal of something; a process that is not there any more is gone.
    pub(crate) fn of(what: &'static str) -> impl Fn(Errno) -> Error {
        move |errno| match errno {
            Errno::ESRCH | Errno::ECHILD => Error::Gone,
            errno => Error::System { what, errno },
        }
    }
}
