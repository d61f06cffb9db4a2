//! RISC-V: the base integer sets of 32 and 64 bits with M, A, F, D, Q, C, Zicsr and Zifencei, after
//! the unprivileged ISA manual. Pseudo-instructions are printed where the manual names one, numbers
//! as radare2 prints them: immediates in decimal, shifts and upper immediates in hexadecimal.
//!
//! Ours rather than the library's, which prints compressed instructions under their own names.

mod compressed;
mod csr;
mod float;
mod integer;

use std::fmt::{self, Write as _};

use crate::instruction::Instruction;
use crate::settings::Settings;

/// The names of the integer registers in the calling convention.
const X: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
    "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

/// The names of the floating point registers in the calling convention.
const F: [&str; 32] = [
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4",
    "fa5", "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8",
    "ft9", "ft10", "ft11",
];

/// Decodes one instruction; see [`Native`](super::Native).
pub(crate) fn decode(
    bytes: &[u8],
    addr: u64,
    settings: &Settings,
    instruction: &mut Instruction,
) -> Option<usize> {
    let mut text = Text { wide: settings.bits == 64, addr, instruction };
    let low = u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]);
    if low & 3 != 3 {
        compressed::decode(low, &mut text)?;
        return Some(2);
    }
    let high = u16::from_le_bytes([*bytes.get(2)?, *bytes.get(3)?]);
    let word = Word(u32::from(low) | u32::from(high) << 16);
    // Five set bits would announce an instruction longer than 32 bits.
    if low & 0x1f == 0x1f {
        return None;
    }
    integer::decode(word, &mut text).or_else(|| float::decode(word, &mut text))?;
    Some(4)
}

/// A 32-bit instruction word and its fields.
#[derive(Clone, Copy)]
struct Word(u32);

impl Word {
    /// Bits `low` to `high`, both included.
    fn bits(self, high: u32, low: u32) -> u32 {
        (self.0 >> low) & (u32::MAX >> (31 - (high - low)))
    }

    fn opcode(self) -> u32 {
        self.bits(6, 0)
    }

    fn funct3(self) -> usize {
        self.bits(14, 12) as usize
    }

    fn funct7(self) -> u32 {
        self.bits(31, 25)
    }

    fn rd(self) -> usize {
        self.bits(11, 7) as usize
    }

    fn rs1(self) -> usize {
        self.bits(19, 15) as usize
    }

    fn rs2(self) -> usize {
        self.bits(24, 20) as usize
    }

    /// The signed 12-bit immediate of loads and arithmetic.
    fn imm_i(self) -> i64 {
        sign(self.bits(31, 20), 12)
    }

    /// The signed 12-bit immediate of stores.
    fn imm_s(self) -> i64 {
        sign(self.bits(31, 25) << 5 | self.bits(11, 7), 12)
    }

    /// The distance of a conditional branch, in bytes.
    fn imm_b(self) -> i64 {
        let value =
            self.bits(31, 31) << 12 | self.bits(7, 7) << 11 | self.bits(30, 25) << 5 | self.bits(11, 8) << 1;
        sign(value, 13)
    }

    /// The distance of a jump, in bytes.
    fn imm_j(self) -> i64 {
        let value = self.bits(31, 31) << 20
            | self.bits(19, 12) << 12
            | self.bits(20, 20) << 11
            | self.bits(30, 21) << 1;
        sign(value, 21)
    }
}

/// The low `width` bits of `value` as a signed number.
fn sign(value: u32, width: u32) -> i64 {
    i64::from((value << (32 - width)) as i32 >> (32 - width))
}

/// Where text goes, and what decides some of it.
struct Text<'a> {
    /// Whether registers have 64 bits.
    wide: bool,
    addr: u64,
    instruction: &'a mut Instruction,
}

impl Text<'_> {
    /// Writes an instruction. An empty mnemonic, as tables hold for what is reserved, is none.
    fn put(&mut self, mnemonic: &str, operands: fmt::Arguments<'_>) -> Option<()> {
        if mnemonic.is_empty() {
            return None;
        }
        self.instruction.mnemonic.push_str(mnemonic);
        self.operands(operands)
    }

    /// Writes the operands of an instruction whose mnemonic is written.
    fn operands(&mut self, operands: fmt::Arguments<'_>) -> Option<()> {
        self.instruction.operands.write_fmt(operands).ok()
    }

    /// The address `distance` bytes from here.
    fn target(&self, distance: i64) -> u64 {
        self.addr.wrapping_add_signed(distance)
    }
}
