//! Properties of ARM, Thumb and AArch64 instructions: about how long they take.

use super::Properties;
use crate::detail::Detail;
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::settings::Settings;

/// See [`Describe`](super::Describe).
pub(crate) fn describe(
    settings: &Settings,
    instruction: &Instruction,
    _: &Detail,
    properties: &mut Properties,
) {
    let kind = instruction.kind;
    properties.cycles = match kind {
        Kind::Illegal => 0,
        Kind::Mul | Kind::Div => 4,
        _ if settings.bits == 64 => {
            // As radare2 has it, only these are said to take any time.
            let told = ["add", "sub", "mov", "movz", "movn", "lsl", "lsr", "asr", "nop"];
            u32::from(told.contains(&instruction.mnemonic.as_str()))
        }
        Kind::Load | Kind::Store | Kind::Trap => 4,
        _ if kind.is_return()
            && !instruction.operands.starts_with('{')
            && instruction.mnemonic.starts_with('b') =>
        {
            4
        }
        Kind::Pop | Kind::Return if instruction.operands.contains('{') => 2,
        _ if kind.is_jump() || kind.is_call() => 4,
        _ => 1,
    };
}
