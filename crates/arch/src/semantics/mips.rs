//! What MIPS instructions do. A branch runs the instruction behind it first: its delay slot.

use std::sync::LazyLock;

use super::word::Words;
use super::{branch, direct, last_immediate, refer};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROWS));

const ROWS: &[(Kind, &str)] = &[
    (Kind::Jump, "b j bc"),
    (
        Kind::ConditionalJump,
        "beq beql beqz beqzl bne bnel bnez bnezl bgez bgezl bgtz bgtzl blez blezl bltz bltzl bc1f bc1fl bc1t \
         bc1tl beqc bnec bltc bgec bltuc bgeuc beqzc bnezc blezc bgezc bgtzc bltzc bnz.b bnz.h bnz.w bnz.d bnz.v \
         bz.b bz.h bz.w bz.d bz.v",
    ),
    (Kind::Call, "jal jalx bal balc bgezal bgezall bltzal bltzall"),
    (Kind::RegisterJump, "jr jrc jic"),
    (Kind::RegisterCall, "jalr jalrc jialc"),
    (Kind::Interrupt, "syscall"),
    (Kind::Trap, "break sdbbp teq teqi tge tgei tgeiu tgeu tlt tlti tltiu tltu tne tnei"),
    (Kind::Nop, "nop ssnop ehb"),
    (
        Kind::Move,
        "move lui li mfc0 mtc0 mfc1 mtc1 dmfc1 dmtc1 mfhi mflo mthi mtlo movn movz mov.s mov.d cfc1 ctc1",
    ),
    (Kind::Add, "add addi addiu addu dadd daddi daddiu daddu add.s add.d aui daui"),
    (Kind::Sub, "sub subu dsub dsubu sub.s sub.d neg negu"),
    (Kind::Mul, "mul mult multu dmult dmultu mul.s mul.d muh mulu muhu"),
    (Kind::Div, "div divu ddiv ddivu div.s div.d"),
    (Kind::Mod, "mod modu"),
    (Kind::And, "and andi"),
    (Kind::Or, "or ori"),
    (Kind::Xor, "xor xori"),
    (Kind::Nor, "nor"),
    (Kind::Not, "not"),
    (Kind::ShiftLeft, "sll sllv dsll dsll32 dsllv"),
    (Kind::ShiftRight, "srl srlv dsrl dsrl32 dsrlv"),
    (Kind::ArithmeticShiftRight, "sra srav dsra dsra32 dsrav"),
    (Kind::RotateRight, "rotr rotrv drotr"),
    (Kind::Compare, "slt slti sltiu sltu c.eq.s c.eq.d c.lt.s c.lt.d c.le.s c.le.d"),
    (
        Kind::Load,
        "lb lbu lh lhu lw lwu ld lwl lwr ldl ldr ll lld lwc1 ldc1 lwc2 ldc2 lwxc1 ldxc1 ld.b ld.h ld.w ld.d",
    ),
    (Kind::Store, "sb sh sw sd swl swr sdl sdr sc scd swc1 sdc1 swc2 sdc2 swxc1 sdxc1 st.b st.h st.w st.d"),
    (Kind::Sync, "sync synci"),
];

/// The bytes of a delay slot.
const DELAY: u64 = 4;

/// Branches without a delay slot, as release 6 has them.
const COMPACT: &[&str] = &[
    "bc", "balc", "jic", "jialc", "jrc", "jalrc", "beqc", "bnec", "bltc", "bgec", "bltuc", "bgeuc", "beqzc",
    "bnezc", "blezc", "bgezc", "bgtzc", "bltzc",
];

/// Fills in everything but the text.
pub(crate) fn analyse(_: &Settings, instruction: &mut Instruction) {
    let mut kind = WORDS.find(&instruction.mnemonic).unwrap_or_default();
    if kind == Kind::RegisterJump && instruction.operands == "ra" {
        kind = Kind::Return;
    }
    instruction.kind = kind;
    let last = last_immediate(&instruction.operands).map(|number| number.value());
    let is_branch = kind.is_jump() || kind.is_call() || kind.is_return();
    instruction.delay = u8::from(is_branch && !COMPACT.contains(&instruction.mnemonic.as_str()));
    if kind.is_jump() || kind.is_call() {
        branch(instruction, last, u64::from(instruction.delay) * DELAY);
    } else {
        instruction.value = last;
    }
    displace(instruction);
    direct(instruction);
    refer(instruction, None);
}

/// Notes the displacement in `lw a0, -8(s0)`, and the growth of the stack in `addiu sp, sp, -0x20`.
fn displace(instruction: &mut Instruction) {
    if let Some((before, _)) = instruction.operands.split_once('(') {
        let displacement = before.rsplit(", ").next().and_then(operand::immediate);
        instruction.displacement = displacement.map(|number| number.value() as i64);
    }
    if instruction.kind == Kind::Add && instruction.operands.starts_with("sp, sp, ") {
        instruction.stack = instruction.value.map(|value| (value as i64).wrapping_neg());
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
