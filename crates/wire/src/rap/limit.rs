//! How much a peer may make a decoder take, and the names of those limits.

use std::fmt;

use super::DecodeError;

/// The largest lengths, in bytes, that a decoder lets a peer name. A longer one is
/// [`DecodeError::OverLimit`] before any memory is taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Read: the length a request may ask for, and a reply may carry.
    pub read: u32,
    /// Data of one write request.
    pub write: u32,
    /// Text of one command request, its NUL counted.
    pub command: u32,
    /// Body of one command reply. It is streamed, so this costs the client no memory.
    pub reply: u32,
    /// Text of a command the server sends back before its reply, its NUL counted.
    pub reverse: u32,
}

impl Limits {
    /// For a server, which decodes requests.
    pub const fn server() -> Self {
        Self { read: 1 << 20, write: 1 << 20, command: 1 << 20, reply: 0, reverse: 0 }
    }

    /// For a client, which decodes replies.
    pub const fn client() -> Self {
        Self { read: 1 << 20, write: 0, command: 0, reply: u32::MAX, reverse: 4_096 }
    }

    /// The limit that `bound` names, in bytes.
    pub const fn of(&self, bound: Bound) -> u32 {
        match bound {
            Bound::Read => self.read,
            Bound::Write => self.write,
            Bound::Command => self.command,
            Bound::Reply => self.reply,
            Bound::Reverse => self.reverse,
        }
    }

    pub(super) fn check(&self, bound: Bound, length: u32) -> Result<(), DecodeError> {
        let limit = self.of(bound);
        if length > limit { Err(DecodeError::OverLimit { bound, length, limit }) } else { Ok(()) }
    }
}

/// Which of the [`Limits`] a message went over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// [`Limits::read`].
    Read,
    /// [`Limits::write`].
    Write,
    /// [`Limits::command`].
    Command,
    /// [`Limits::reply`].
    Reply,
    /// [`Limits::reverse`].
    Reverse,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Command => "command",
            Self::Reply => "command reply",
            Self::Reverse => "reverse command",
        })
    }
}
