//! What instructions do, in ESIL: radare2's language of comma-separated words for a stack machine
//! (the crate `farad-esil` runs it). One generator an architecture, from the text of its own engine;
//! an instruction that a generator does not know has no expression.
//!
//! The words of an expression are those radare2 6 prints. Where it is plainly at fault (a register
//! half left behind, a flag that no processor sets so) ours does what the processor does.

pub(crate) mod x86;

use crate::instruction::Instruction;
use crate::settings::Settings;

/// A generator: the expression of an instruction in the architecture's plain syntax, if it has one.
pub(crate) type Generate = fn(&Settings, &Instruction) -> Option<String>;

/// An architecture without a generator.
pub(crate) fn none(_: &Settings, _: &Instruction) -> Option<String> {
    None
}
