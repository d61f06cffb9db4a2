//! Bytes to messages and back for the wire formats farad speaks.
//!
//! Nothing here knows a socket, file, clock or session: bytes go in, messages or "need more" come out, as a caller
//! would test it without a network. Every decoder takes memory only for bytes that have arrived, and never beyond
//! the limits it was made with.
#![forbid(unsafe_code)]

pub mod gdb;
pub mod rap;
pub mod target;
