//! Properties of RISC-V instructions.

use super::Properties;
use crate::detail::Detail;
use crate::instruction::Instruction;
use crate::settings::Settings;

/// What a short `addi` can add: 6 bits with a sign.
const SHORT: std::ops::Range<i64> = -32..32;

/// See [`Describe`](super::Describe).
pub(crate) fn describe(_: &Settings, instruction: &Instruction, _: &Detail, properties: &mut Properties) {
    // As radare2 has it, a short `addi` says nothing of the stack, even where it moves it. (What analysis
    // makes of it stands in the instruction.)
    let is_short = instruction.size == 2 && instruction.mnemonic == "addi";
    if is_short && instruction.stack.is_some_and(|growth| SHORT.contains(&growth.wrapping_neg())) {
        (properties.stack, properties.stack_growth) = (None, 0);
    }
}
