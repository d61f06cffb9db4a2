//! Semantics: text to meaning. Each architecture classifies its mnemonics with a table of words and
//! reads targets and addresses out of the operand text, which is the engines' own and regular.
//! Knows no bytes.

pub(crate) mod arm;
pub(crate) mod arm64;
pub(crate) mod mips;
pub(crate) mod plain;
pub(crate) mod ppc;
pub(crate) mod riscv;
pub(crate) mod word;
pub(crate) mod x86;

use crate::instruction::{Direction, Instruction, Reference};
use crate::kind::Kind;
use crate::operand::{self, Number};

/// The number that is the whole of the last operand.
pub(crate) fn last_immediate(operands: &str) -> Option<Number> {
    let (offset, last) = operand::split(operands).last()?;
    let mut number = operand::immediate(last)?;
    number.span = number.span.start + offset..number.span.end + offset;
    Some(number)
}

/// Notes where a branch or call goes, and where it goes on otherwise. `skip` is how many bytes behind
/// the instruction run with it, as a MIPS delay slot does.
pub(crate) fn branch(instruction: &mut Instruction, target: Option<u64>, skip: u64) {
    instruction.jump = target;
    let comes_back =
        instruction.kind.is_call() || (instruction.kind.is_jump() && instruction.kind.is_conditional());
    if target.is_some() && comes_back {
        instruction.fail = Some(instruction.next().wrapping_add(skip));
    }
}

/// Notes the direction that follows from the kind.
pub(crate) fn direct(instruction: &mut Instruction) {
    instruction.direction = match instruction.kind {
        Kind::Load => Some(Direction::Read),
        Kind::Store => Some(Direction::Write),
        Kind::Jump | Kind::Call => Some(Direction::Execute),
        _ => None,
    };
}

/// Notes every address a name could stand for: the hexadecimal numbers without a sign, and
/// `relative`, an expression relative to the program counter.
pub(crate) fn refer(instruction: &mut Instruction, relative: Option<Reference>) {
    let Instruction { operands, references, .. } = instruction;
    let overlaps = |span: &std::ops::Range<usize>| {
        relative.as_ref().is_some_and(|other| span.start < other.span.end && other.span.start < span.end)
    };
    references.extend(
        operand::numbers(operands)
            .filter(|number| number.hexadecimal && !number.negative && !overlaps(&number.span))
            .map(|number| Reference {
                target: number.magnitude,
                span: number.span,
                relative: false,
                unbracket: false,
            }),
    );
    if let Some(relative) = relative {
        references.push(relative);
        references.sort_by_key(|reference| reference.span.start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unsigned_hexadecimal_number_may_have_a_name() {
        let operands = "dword [rip + 0x10], 0x401000, -0x20, 3".to_owned();
        let mut instruction = Instruction { operands, ..Instruction::default() };
        let relative = Reference { span: 7..17, target: 0x2000, relative: true, unbracket: false };
        refer(&mut instruction, Some(relative));
        let targets: Vec<_> = instruction.references.iter().map(|found| found.target).collect();
        assert_eq!(targets, [0x2000, 0x40_1000]);
        instruction.mnemonic = "mov".to_owned();
        let name = |target| (target == 0x40_1000).then(|| "obj.x".to_owned());
        assert_eq!(instruction.render(true, name), "mov dword [0x00002000], obj.x, -0x20, 3");
        assert_eq!(instruction.render(false, |_| None), instruction.text());
    }
}
