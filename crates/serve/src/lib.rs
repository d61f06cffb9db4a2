//! Many callers of one session: hosts, listeners, the servers of each protocol, and the `=` commands.
//!
//! A [`Host`] is the thread that owns a session; the prompt, scripts and connections are its equal
//! clients. Must not know the terminal.

mod budget;
mod circle;
mod desk;
mod error;
mod gdb;
mod host;
mod http;
mod identity;
mod limit;
mod listen;
mod policy;
mod queue;
mod rap;
mod remote;
mod replies;
mod seed;
mod socket;
mod spool;
mod stream;
mod tcp;

pub use error::{Error, Result};
pub use host::{Host, Outcome, ViewId};
pub use remote::{GROUPS, diverted_prompt, serve_foreground};
