//! The conditions of x86's branches, in their bytes.

use crate::assemble::Condition;
use crate::instruction::Instruction;
use crate::settings::Settings;

const EQUAL: u8 = 4;
const NOT_EQUAL: u8 = 5;
const JUMP_SHORT: u8 = 0xeb;
const JUMP_NEAR: u8 = 0xe9;
const NOP: u8 = 0x90;

/// See [`Recondition`](crate::assemble::Recondition).
pub(super) fn recondition(_: &Settings, _: &Instruction, bytes: &[u8], to: Condition) -> Option<Vec<u8>> {
    let prefixes = bytes.iter().take_while(|byte| is_prefix(**byte)).count();
    let mut made = bytes.to_vec();
    let opcode = made.get_mut(prefixes..)?;
    match (opcode, to) {
        ([short @ 0x70..=0x7f, ..], Condition::Always) => *short = JUMP_SHORT,
        ([short @ 0x70..=0x7f, ..], to) => *short = with(*short, to)?,
        // The jump is a byte shorter, and ends where the branch did.
        ([escape @ 0x0f, near @ 0x80..=0x8f, ..], Condition::Always) => {
            (*escape, *near) = (NOP, JUMP_NEAR);
        }
        ([0x0f, near @ 0x80..=0x8f, ..], to) => *near = with(*near, to)?,
        ([short @ JUMP_SHORT, ..], Condition::Zero | Condition::NonZero) => *short = with(0x70, to)?,
        _ => return None,
    }
    Some(made)
}

/// An opcode with another condition in its low digit.
fn with(opcode: u8, to: Condition) -> Option<u8> {
    Some(match to {
        Condition::Opposite => opcode ^ 1,
        Condition::Zero => opcode & 0xf0 | EQUAL,
        Condition::NonZero => opcode & 0xf0 | NOT_EQUAL,
        Condition::Always => return None,
    })
}

fn is_prefix(byte: u8) -> bool {
    matches!(byte, 0x26 | 0x2e | 0x36 | 0x3e | 0x64..=0x67 | 0xf2)
}
