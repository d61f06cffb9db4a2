//! Patches: what is often made of an instruction in place, without writing it anew.

use crate::assemble::Condition;
use crate::assembler::Assembler;
use crate::error::Error;
use crate::instruction::Instruction;

/// What to make of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patch {
    /// Nothing, in as many bytes.
    Nop,
    /// A jump to itself.
    Loop,
    /// What stops for a debugger.
    Trap,
    /// A return of 0, 1 or -1.
    Return(i8),
    /// A branch when zero, or equal.
    Zero,
    /// A branch when not zero, or not equal.
    NonZero,
    /// A branch under no condition.
    Always,
    /// A branch under the opposite condition.
    Opposite,
}

/// The patches by their names in radare2, with what each does.
pub const PATCHES: &[(&str, Patch, &str)] = &[
    ("nop", Patch::Nop, "do nothing, in as many bytes"),
    ("jinf", Patch::Loop, "jump to itself for ever"),
    ("jz", Patch::Zero, "branch if zero or equal"),
    ("jnz", Patch::NonZero, "branch if not zero or not equal"),
    ("nocj", Patch::Always, "branch always"),
    ("recj", Patch::Opposite, "branch under the opposite condition"),
    ("swap-cjmp", Patch::Opposite, "the same as recj"),
    ("ret0", Patch::Return(0), "return 0"),
    ("ret1", Patch::Return(1), "return 1"),
    ("retn", Patch::Return(-1), "return -1"),
    ("trap", Patch::Trap, "stop for a debugger"),
];

impl Assembler {
    /// What an instruction, whose bytes are `bytes`, becomes. Returns, traps and loops may be longer or
    /// shorter than it is; all others are as long.
    ///
    /// # Errors
    /// [`Error::Assembly`] when the instruction is no branch, or cannot have such a condition.
    pub fn patch(&self, patch: Patch, instruction: &Instruction, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let addr = instruction.addr;
        let idioms = (self.assembly().idioms)(self.settings());
        let condition = match patch {
            Patch::Nop => return self.fill(bytes.len(), addr),
            Patch::Loop => return self.assemble_plain(&format!("{} {addr:#x}", idioms.jump), addr),
            Patch::Trap => return self.assemble_plain(idioms.trap, addr),
            Patch::Return(value) => {
                let index = match value {
                    0 => 0,
                    1 => 1,
                    _ => 2,
                };
                return self.assemble_plain(idioms.returns[index], addr);
            }
            Patch::Zero => Condition::Zero,
            Patch::NonZero => Condition::NonZero,
            Patch::Always => Condition::Always,
            Patch::Opposite => Condition::Opposite,
        };
        let made = (self.assembly().recondition)(self.settings(), instruction, bytes, condition);
        // Where the machine has no other form of the branch itself, a jump may fit into its place.
        let jump = || {
            let target = instruction.jump.filter(|_| condition == Condition::Always)?;
            let mut made = self.assemble_plain(&format!("{} {target:#x}", idioms.jump), addr).ok()?;
            let left = bytes.len().checked_sub(made.len())?;
            made.extend(self.fill(left, addr.wrapping_add(made.len() as u64)).ok()?);
            Some(made)
        };
        let is_branch = instruction.kind.is_conditional() && instruction.jump.is_some();
        made.or_else(|| if is_branch { jump() } else { None }).ok_or_else(|| {
            let reason = match is_branch {
                true => "this branch cannot have that condition in the same bytes",
                false => "it is no conditional branch",
            };
            Error::Assembly { text: instruction.text(), reason: reason.to_owned() }
        })
    }

    /// So many bytes of instructions that do nothing.
    ///
    /// # Errors
    /// [`Error::Assembly`] when no number of them is so long.
    pub fn fill(&self, len: usize, addr: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(len);
        for nop in (self.assembly().idioms)(self.settings()).nops {
            let nop = self.assemble_plain(nop, addr)?;
            while !nop.is_empty() && len - bytes.len() >= nop.len() {
                bytes.extend_from_slice(&nop);
            }
        }
        if bytes.len() < len {
            let reason = format!("{len} bytes cannot be filled with it");
            return Err(Error::Assembly { text: "nop".to_owned(), reason });
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoder::Decoder;
    use crate::settings::Settings;

    /// What a patch makes of bytes at 0, in hex, or why not.
    fn patched(settings: &Settings, name: &str, bytes: &[u8]) -> String {
        let (_, patch, _) = PATCHES.iter().find(|(known, ..)| *known == name).unwrap();
        let instruction = Decoder::new(settings).unwrap().decode(bytes, 0).unwrap();
        let assembler = Assembler::new(settings).unwrap();
        match assembler.patch(*patch, &instruction, &bytes[..instruction.size]) {
            Ok(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn x86_is_patched() {
        let settings = Settings::default();
        for (name, bytes, made) in [
            ("nop", &[0x48, 0xc7, 0xc0, 1, 0, 0, 0][..], "90909090909090"),
            ("jinf", &[0xc3], "ebfe"),
            ("trap", &[0xc3], "cc"),
            ("ret0", &[0x55], "31c0c3"),
            ("retn", &[0x55], "b8ffffffffc3"),
            ("jz", &[0x75, 0x10], "7410"),
            ("jnz", &[0x74, 0x10], "7510"),
            ("jnz", &[0xeb, 0x10], "7510"),
            ("jz", &[0x0f, 0x8f, 0x10, 0, 0, 0], "0f8410000000"),
            ("nocj", &[0x74, 0x10], "eb10"),
            ("nocj", &[0x0f, 0x84, 0x10, 0, 0, 0], "90e910000000"),
            ("nocj", &[0xe3, 0xf0], "ebf0"),
            ("recj", &[0x7f, 0x10], "7e10"),
            ("recj", &[0x0f, 0x84, 0x10, 0, 0, 0], "0f8510000000"),
            ("recj", &[0xc3], "cannot assemble `ret`: it is no conditional branch"),
            (
                "recj",
                &[0xe3, 0xf0],
                "cannot assemble `jrcxz 0xfffffffffffffff2`: this branch cannot have that condition in the same bytes",
            ),
        ] {
            assert_eq!(patched(&settings, name, bytes), made, "{name} {bytes:02x?}");
        }
    }
}
