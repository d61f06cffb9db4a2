//! What is found out about code by following it: functions, their basic blocks, and who refers to
//! what.
//!
//! Works on instructions that [`farad_arch`] decodes out of bytes that a caller provides. It knows no
//! sessions, flags, settings or output.

mod spans;

pub use spans::{Bounded, Spans};
