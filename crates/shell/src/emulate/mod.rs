//! Running what instructions are said to do: over a session's registers and memory, over a copy that a
//! listing may spoil, or only to count what it would cost.

mod cost;
mod run;

pub(crate) use cost::cost;
pub(crate) use run::{Event, Memory, Run};
