//! What is found out about code by following it: functions, their basic blocks, and who refers to
//! what.
//!
//! Works on instructions that [`farad_arch`] decodes out of bytes that a caller provides. It knows no
//! sessions, flags, settings or output.

mod code;
mod descent;
mod function;
mod reference;
mod spans;
mod store;
mod table;
mod variable;

pub use code::Code;
pub use descent::{Found, Limits, descend, references};
pub use function::{Block, Function};
pub use reference::{Access, Reference, ReferenceKind, References};
pub use spans::{Bounded, Spans};
pub use store::Analysis;
pub use variable::{Storage, Use, Variable, variables};
