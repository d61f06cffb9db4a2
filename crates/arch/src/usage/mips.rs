//! Operands of MIPS and RISC-V: `lw t9, -0x7fe0(s1)`.

use super::{Access, Memory, Operand, Place, parts};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

/// Mnemonics besides stores and branches that write none of their operands.
const READERS: &[&str] =
    &["mult", "multu", "div", "divu", "dmult", "dmultu", "ddiv", "ddivu", "mthi", "mtlo", "mtc0", "mtc1"];

pub(super) fn operands<'a>(settings: &Settings, instruction: &'a Instruction) -> Vec<Operand<'a>> {
    let kind = instruction.kind;
    let stores = kind == Kind::Store;
    let is_mips = settings.arch == "mips";
    // RISC-V's jumps write their return address, where they name one.
    let links = !is_mips && instruction.mnemonic.starts_with("jal");
    let divides = is_mips && READERS.contains(&instruction.mnemonic.as_str()) && count(instruction) == 2;
    let only_reads = stores
        || divides
        || !links && (kind.is_jump() || kind.is_call() || kind.is_return())
        || matches!(kind, Kind::Interrupt | Kind::Trap | Kind::Nop);
    let access = |index: usize, place: &Place<'_>| match place {
        Place::Memory(_) if stores => Access::Write,
        Place::Register(_) if index == 0 && !only_reads => Access::Write,
        _ => Access::Read,
    };
    let places = parts(&instruction.operands, memory).into_iter().enumerate();
    places
        .filter_map(|(index, place)| place.map(|place| Operand { access: access(index, &place), place }))
        .collect()
}

fn count(instruction: &Instruction) -> usize {
    operand::split(&instruction.operands).count()
}

/// The memory operand that a part of the text is. What a name stands for is all of it.
fn memory(offset: usize, part: &str) -> Option<Memory<'_>> {
    let (before, rest) = part.split_once('(')?;
    let base = rest.strip_suffix(')')?;
    let displacement = if before.is_empty() { 0 } else { operand::immediate(before)?.value() as i64 };
    Some(Memory {
        base: Some(base),
        index: None,
        scale: 1,
        displacement,
        segment: false,
        size: None,
        span: offset..offset + part.len(),
        parenthesized: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_read_registers_and_write_memory() {
        let instruction = Instruction {
            mnemonic: "sw".into(),
            operands: "ra, 0x1c(sp)".into(),
            kind: Kind::Store,
            ..Instruction::default()
        };
        let found = super::operands(&Settings::new("mips", 32), &instruction);
        assert_eq!(found[0], Operand { place: Place::Register("ra"), access: Access::Read });
        let Place::Memory(memory) = &found[1].place else { panic!("{found:?}") };
        assert_eq!((memory.base, memory.displacement, found[1].access), (Some("sp"), 0x1c, Access::Write));
        assert_eq!(&instruction.operands[memory.span.clone()], "0x1c(sp)");
    }
}
