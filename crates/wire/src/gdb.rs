//! gdb's remote serial protocol: packets, and what is in those that a client of it needs.
//!
//! The format is that of gdb's manual, appendix "Remote Protocol". What a stub sends is bounded, and what cannot be read of
//! it is an error that names it.

mod packet;
mod stop;
mod text;

pub use packet::{Decoder, Event, INTERRUPT, LIMIT, encode};
pub use stop::{StopReply, Thread, signal_from_gdb, signal_to_gdb};
pub use text::{Features, hex, hex_bytes, number};

/// Why what a stub sent cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A packet is longer than any.
    #[error("a packet of the stub is over the limit of {0} bytes")]
    Long(usize),
    /// A packet was damaged on the way, or is none.
    #[error("a packet of the stub is damaged: {0}")]
    Damaged(&'static str),
}
