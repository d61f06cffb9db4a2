//! A lens: what one reader sees the bytes of a session through.
//!
//! Descriptors, maps and kept writes are the session's; whether addresses go through the maps, what
//! stands for missing bytes, whether kept writes are seen, what one command lays over them, and which
//! descriptor is the current one are each reader's own. So a lens belongs to a view, and every read and
//! write is given one: what one reader sets for a command, no other reads through.

use crate::overlay::Overlay;

/// What one reader sees the bytes through.
#[derive(Clone, Debug)]
pub struct Lens {
    /// `io.va`: addresses go through the maps; else they are offsets of the current descriptor.
    pub va: bool,
    /// `io.ff`: bytes that nothing provides read as `fill`; else they are an error.
    pub ff: bool,
    /// `io.0xff`: what fills them.
    pub fill: u8,
    /// `io.cache`: writes are kept in memory, and those that are kept are seen.
    pub cache: bool,
    /// Bytes that a command reads in place of what is there (`@x:` and its kin).
    pub patch: Overlay,
    /// The descriptor that was selected. It may have been closed since: ask [`Io::current`](crate::Io::current).
    pub selected: Option<u32>,
}

impl Default for Lens {
    fn default() -> Lens {
        Lens { va: true, ff: true, fill: 0xff, cache: false, patch: Overlay::default(), selected: None }
    }
}
