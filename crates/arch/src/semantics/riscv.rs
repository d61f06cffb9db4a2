//! What RISC-V instructions do.

use std::sync::LazyLock;

use super::word::Words;
use super::{branch, direct, last_immediate, refer};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROWS));

const ROWS: &[(Kind, &str)] = &[
    (Kind::Jump, "j"),
    (Kind::ConditionalJump, "beq beqz bne bnez blt bltz bltu ble blez bleu bge bgez bgeu bgtz"),
    (Kind::Call, "jal"),
    (Kind::RegisterJump, "jr"),
    (Kind::UnknownCall, "jalr"),
    (Kind::Return, "ret uret sret mret dret"),
    (Kind::Interrupt, "ecall"),
    (Kind::Trap, "ebreak"),
    (Kind::Nop, "nop wfi"),
    (
        Kind::Move,
        "mv li lui csrr csrw csrs csrc csrrw csrrs csrrc csrwi csrsi csrci csrrwi csrrsi csrrci fmv.s fmv.d fmv.q",
    ),
    (Kind::Add, "add addi addw addiw auipc sext.w fadd.s fadd.d fadd.q"),
    (Kind::Sub, "sub subw neg negw fsub.s fsub.d fsub.q"),
    (Kind::Mul, "mul mulw mulh mulhu mulhsu fmul.s fmul.d fmul.q"),
    (Kind::Div, "div divu divw divuw fdiv.s fdiv.d fdiv.q"),
    (Kind::Mod, "rem remu remw remuw"),
    (Kind::And, "and andi"),
    (Kind::Or, "or ori"),
    (Kind::Xor, "xor xori"),
    (Kind::Not, "not"),
    (Kind::Compare, "slt slti sltu sltiu seqz snez sltz sgtz"),
    (Kind::ShiftLeft, "sll slli sllw slliw"),
    (Kind::ShiftRight, "srl srli srlw srliw"),
    (Kind::ArithmeticShiftRight, "sra srai sraw sraiw"),
    (Kind::Load, "lb lbu lh lhu lw lwu ld flw fld flq"),
    (Kind::Store, "sb sh sw sd fsw fsd fsq"),
    (Kind::Sync, "fence fence.i"),
];

/// Fills in everything but the text.
pub(crate) fn analyse(_: &Settings, instruction: &mut Instruction) {
    let kind = WORDS.find(&instruction.mnemonic).unwrap_or_default();
    instruction.kind = kind;
    let last = last_immediate(&instruction.operands).map(|number| number.value());
    // Immediates are left unnoted, as in the peer's `ao`.
    if matches!(kind, Kind::Jump | Kind::ConditionalJump | Kind::Call) {
        branch(instruction, last, 0);
    }
    if let Some((before, _)) = instruction.operands.split_once('(') {
        let displacement = before.rsplit(", ").next().and_then(operand::immediate);
        instruction.displacement = displacement.map(|number| number.value() as i64);
    }
    if kind == Kind::Add && instruction.operands.starts_with("sp, sp, ") {
        instruction.stack = last.map(|value| (value as i64).wrapping_neg());
    }
    direct(instruction);
    // Upper immediates are no addresses.
    if !matches!(instruction.mnemonic.as_str(), "lui" | "auipc") {
        refer(instruction, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mnemonic_stands_twice() {
        super::super::word::assert_unique(ROWS);
    }
}
