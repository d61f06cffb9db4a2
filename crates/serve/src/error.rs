//! What can go wrong with hosts and servers.

use std::io;
use std::net::SocketAddr;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a host or a server could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The host's thread has ended.
    #[error("the session has ended")]
    Gone,
    /// The session is held by somebody else.
    #[error("{0}")]
    Busy(String),
    /// It was cancelled before it began.
    #[error("interrupted")]
    Cancelled,
    /// What ran on the host broke; the session goes on.
    #[error("the command broke: {0} (this is a bug of farad; the session goes on)")]
    Broke(String),
    /// The session is not on a host, so nobody would answer a server's clients.
    #[error("this session has no host, so it cannot be served")]
    NoHost,
    /// The text does not say where to listen.
    #[error("'{text}' is no place to listen: {why}")]
    Place {
        /// What was given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// Listening there would let strangers in.
    #[error(
        "listening on {0} is refused: whoever reaches it could run commands as you; \
         allow it with: -e rap.public=true"
    )]
    Public(SocketAddr),
    /// The same of an HTTP server.
    #[error(
        "listening on {0} is refused: whoever reaches it could run commands as you; beyond this machine a server \
         needs TLS and a token: http.cert, http.key, http.auth, http.authfile"
    )]
    PublicWeb(SocketAddr),
    /// A setting of a server that cannot be followed.
    #[error("{0}")]
    Option(String),
    /// The system refused.
    #[error("cannot listen on {place}: {source}")]
    Listen {
        /// Where.
        place: String,
        /// Its reason.
        source: io::Error,
    },
    /// Whoever asks may not.
    #[error(transparent)]
    Refused(farad_io::Error),
    /// What is at a path is not replaced by a socket.
    #[error("cannot listen on {path}: {what}; remove it, or give another path")]
    Occupied {
        /// The path.
        path: String,
        /// What is there.
        what: &'static str,
    },
    /// No thread or event loop could be made.
    #[error("cannot start {what}: {source}")]
    Start {
        /// Which.
        what: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// No server of that number.
    #[error("no server {0} (=l lists them)")]
    NoServer(u32),
}

impl From<Error> for farad_shell::Error {
    fn from(error: Error) -> farad_shell::Error {
        match error {
            Error::Refused(error) => error.into(),
            error => farad_shell::Error::failed(error.to_string()),
        }
    }
}
