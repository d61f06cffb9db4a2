//! Detail of ARM and Thumb.

use ::capstone::RegId;
use ::capstone::arch::DetailsArchInsn;
use ::capstone::arch::arm::{ArmInsnDetail, ArmOperand, ArmOperandType, ArmShift};

use super::{Names, immediate, kind, tail};
use crate::detail::{Detail, Fact, Named};

pub(super) fn fill(names: &Names<'_>, arm: &ArmInsnDetail<'_>, detail: &mut Detail) {
    detail.operands = Some(arm.operands().map(|part| operand(names, &part)).collect());
    let condition = tail(&arm.cc()).filter(|word| word != "al");
    let word = |key, word: Option<String>| word.map(|word| (key, Fact::Word(word)));
    let number = |key, value: u32| (value != 0).then_some((key, Fact::Number(i64::from(value))));
    let holds = |key, holds: bool| holds.then_some((key, Fact::True));
    detail.facts.extend(
        [
            holds("usermode", arm.usermode()),
            holds("update_flags", arm.update_flags()),
            holds("writeback", arm.writeback()),
            u32::try_from(arm.vector_size()).ok().and_then(|size| number("vector_size", size)),
            word("vector_data", tail(&arm.vector_data())),
            number("cps_mode", arm.cps_mode() as u32),
            number("cps_flag", arm.cps_flag() as u32),
            word("cc", condition.clone()),
            number("mem_barrier", arm.mem_barrier() as u32),
        ]
        .into_iter()
        .flatten(),
    );
    detail.condition = condition;
}

fn operand(names: &Names<'_>, operand: &ArmOperand) -> Vec<Named> {
    let mut facts = match &operand.op_type {
        ArmOperandType::Reg(register) | ArmOperandType::SysReg(register) => names.register(*register),
        ArmOperandType::Imm(value) => immediate(i64::from(*value)),
        ArmOperandType::Cimm(value) => vec![kind("cimm"), ("value", Fact::Number(i64::from(*value)))],
        ArmOperandType::Pimm(value) => vec![kind("pimm"), ("value", Fact::Number(i64::from(*value)))],
        ArmOperandType::Fp(value) => vec![kind("fp"), ("value", Fact::Float(*value))],
        ArmOperandType::Setend(order) => {
            let mut facts = vec![kind("setend")];
            facts.extend(tail(order).map(|word| ("value", Fact::Word(word))));
            facts
        }
        ArmOperandType::Mem(memory) => {
            let mut facts = vec![kind("mem")];
            facts.extend(names.named("base", memory.base()));
            facts.extend(names.named("index", memory.index()));
            facts.push(("scale", Fact::Number(i64::from(memory.scale()).abs())));
            facts.push(("disp", Fact::Number(i64::from(memory.disp()))));
            facts
        }
        ArmOperandType::Invalid => Vec::new(),
    };
    facts.extend(shift(names, &operand.shift));
    facts.extend(operand.vector_index.map(|index| ("vector_index", Fact::Number(i64::from(index)))));
    facts.extend(operand.subtracted.then_some(("subtracted", Fact::True)));
    facts
}

fn shift(names: &Names<'_>, shift: &ArmShift) -> Option<Named> {
    let number = |value: u32| Fact::Number(i64::from(value));
    let register = |register: RegId| Fact::Word(names.of(register).unwrap_or_default());
    let (word, value) = match *shift {
        ArmShift::Invalid => return None,
        ArmShift::Asr(value) => ("asr", number(value)),
        ArmShift::Lsl(value) => ("lsl", number(value)),
        ArmShift::Lsr(value) => ("lsr", number(value)),
        ArmShift::Ror(value) => ("ror", number(value)),
        ArmShift::Rrx(value) => ("rrx", number(value)),
        ArmShift::AsrReg(value) => ("asr_reg", register(value)),
        ArmShift::LslReg(value) => ("lsl_reg", register(value)),
        ArmShift::LsrReg(value) => ("lsr_reg", register(value)),
        ArmShift::RorReg(value) => ("ror_reg", register(value)),
        ArmShift::RrxReg(value) => ("rrx_reg", register(value)),
    };
    Some(("shift", Fact::Group(vec![kind(word), ("value", value)])))
}
