//! Usage: what an instruction's operands name, and whether it reads or writes them.
//!
//! Read from the text of the engines, as the semantics are. Implicit operands (flags, the stack
//! pointer of a push) are not among them. An architecture without rules has no operands.

mod arm;
mod mips;
mod x86;

use std::ops::Range;

use crate::instruction::Instruction;
use crate::operand;
use crate::settings::{Settings, Syntax};

/// What is done with an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Neither: its address is taken, or it is not touched.
    None,
    /// It is read.
    Read,
    /// It is written.
    Write,
    /// It is read, then written.
    ReadWrite,
}

impl Access {
    /// Whether it is read.
    pub fn reads(self) -> bool {
        matches!(self, Self::Read | Self::ReadWrite)
    }

    /// Whether it is written.
    pub fn writes(self) -> bool {
        matches!(self, Self::Write | Self::ReadWrite)
    }
}

/// A memory operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory<'a> {
    /// The register that its address begins with.
    pub base: Option<&'a str>,
    /// The register that is added, times the scale.
    pub index: Option<&'a str>,
    /// What the index is multiplied by.
    pub scale: u8,
    /// The number that is added.
    pub displacement: i64,
    /// Whether a segment register other than the usual ones is in front.
    pub segment: bool,
    /// How many bytes are accessed, where the operand says.
    pub size: Option<u8>,
    /// The part of [`Instruction::operands`] that a name can stand for, brackets not included.
    pub span: Range<usize>,
    /// Whether that part brings its own parentheses, as in `8(sp)`.
    pub parenthesized: bool,
}

/// What an operand names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place<'a> {
    /// A register.
    Register(&'a str),
    /// Several registers.
    Registers(Vec<&'a str>),
    /// Memory.
    Memory(Memory<'a>),
    /// A number.
    Immediate(u64),
}

/// An operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand<'a> {
    /// What it names.
    pub place: Place<'a>,
    /// What is done with it.
    pub access: Access,
}

/// Reads the operands of an instruction that was decoded with these settings. Empty where the
/// architecture has no rules, and in AT&T's syntax.
pub fn operands<'a>(settings: &Settings, instruction: &'a Instruction) -> Vec<Operand<'a>> {
    let read = match settings.arch.as_str() {
        "x86" if settings.syntax != Syntax::Att => x86::operands,
        "arm" => arm::operands,
        "mips" | "riscv" => mips::operands,
        _ => return Vec::new(),
    };
    read(settings, instruction)
}

/// The whole register that a register is part of, such as `rdi` of `dil`; itself where that is all.
pub fn whole<'a>(settings: &Settings, register: &'a str) -> std::borrow::Cow<'a, str> {
    match (settings.arch.as_str(), settings.bits) {
        ("x86", bits) => x86::whole(register, bits),
        ("arm", 64) => arm::whole64(register),
        _ => register.into(),
    }
}

/// A place for each part of an operand text; `None` for what is neither register, number nor memory.
fn parts<'a>(
    text: &'a str,
    mut memory: impl FnMut(usize, &'a str) -> Option<Memory<'a>>,
) -> Vec<Option<Place<'a>>> {
    operand::split(text)
        .map(|(offset, part)| {
            if let Some(memory) = memory(offset, part) {
                return Some(Place::Memory(memory));
            }
            if let Some(number) = operand::immediate(part) {
                return Some(Place::Immediate(number.value()));
            }
            if let Some(list) = part.strip_prefix('{') {
                let list = list.trim_end_matches(['}', '^', ' ']);
                return Some(Place::Registers(list.split(',').map(str::trim).collect()));
            }
            let name = part.split([' ', '!']).next().unwrap_or_default();
            name.starts_with(|first: char| first.is_ascii_alphabetic()).then_some(Place::Register(name))
        })
        .collect()
}
