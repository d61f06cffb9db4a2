//! What stock radare2 peers were measured to bear. A farad that talks to one stays within these; between two farads
//! only [`Limits`](super::Limits) and what the server's hello names hold.

/// Longest file name in an open, in bytes, its NUL not counted. The format itself allows no more.
pub const NAME: usize = 254;

/// Longest command a stock server runs, in bytes, its NUL not counted. A longer one gets an empty reply and its body
/// stays in the stream, which is then lost.
pub const COMMAND: usize = 4_094;

/// Longest command reply a stock client accepts, in bytes, its NUL counted. At a longer one it gives up without
/// reading, and every later command on that connection fails.
pub const REPLY: usize = 16_384;

/// Most bytes to ask a stock server for in one read: it does not send more at once, and a length of 2³¹ or more
/// ends it.
pub const READ: usize = 4_096;

/// Most bytes to send a stock server in one write; a longer one ends radare2 6.2.1.
pub const WRITE: usize = 4_096;

/// The write reply's code for "done"; 0 is "not done". It is not a count.
pub const WRITE_DONE: u32 = 1;
