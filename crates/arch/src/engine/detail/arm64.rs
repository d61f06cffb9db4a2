//! Detail of AArch64.

use ::capstone::arch::DetailsArchInsn;
use ::capstone::arch::arm64::{Arm64InsnDetail, Arm64Operand, Arm64OperandType, Arm64Shift};

use super::{Names, immediate, kind, tail};
use crate::detail::{Detail, Fact, Named};

pub(super) fn fill(names: &Names<'_>, mnemonic: &str, arm64: &Arm64InsnDetail<'_>, detail: &mut Detail) {
    if !is_unsafe(mnemonic) {
        detail.operands = Some(arm64.operands().map(|part| operand(names, &part)).collect());
    }
    detail.facts.extend(arm64.update_flags().then_some(("update_flags", Fact::True)));
    let condition = tail(&arm64.cc()).filter(|word| !matches!(word.as_str(), "al" | "nv"));
    detail.facts.extend(condition.clone().map(|word| ("cc", Fact::Word(word))));
    detail.condition = condition;
}

/// Whether the operands must not be looked at: the binding (0.14) takes the numbers of system registers,
/// barriers, prefetches and the like for enumerations, and not every number is one of theirs.
fn is_unsafe(mnemonic: &str) -> bool {
    const SYSTEM: &[&str] = &[
        "mrs", "msr", "sys", "sysl", "at", "dc", "ic", "tlbi", "dmb", "dsb", "isb", "hint", "cfp", "cpp",
        "dvp", "tsb", "dfb", "smstart", "smstop", "brb",
    ];
    SYSTEM.contains(&mnemonic) || mnemonic.starts_with("prf")
}

fn operand(names: &Names<'_>, operand: &Arm64Operand) -> Vec<Named> {
    let number = |word: &str, value: i64| vec![kind(word), ("value", Fact::Number(value))];
    let mut facts = match &operand.op_type {
        Arm64OperandType::Reg(register) => names.register(*register),
        Arm64OperandType::Imm(value) => immediate(*value),
        Arm64OperandType::Cimm(value) => number("cimm", *value),
        Arm64OperandType::Fp(value) => vec![kind("fp"), ("value", Fact::Float(*value))],
        Arm64OperandType::Mem(memory) => {
            let mut facts = vec![kind("mem")];
            facts.extend(names.named("base", memory.base()));
            facts.extend(names.named("index", memory.index()));
            facts.push(("disp", Fact::Number(i64::from(memory.disp()))));
            facts
        }
        _ => Vec::new(),
    };
    facts.extend(shift(operand.shift));
    facts.extend(tail(&operand.ext).map(|word| ("ext", Fact::Word(word))));
    facts.extend(operand.vector_index.map(|index| ("vector_index", Fact::Number(i64::from(index)))));
    facts.extend(tail(&operand.vas).map(|word| ("vas", Fact::Word(word))));
    facts
}

fn shift(shift: Arm64Shift) -> Option<Named> {
    let (word, value) = match shift {
        Arm64Shift::Invalid => return None,
        Arm64Shift::Lsl(value) => ("lsl", value),
        Arm64Shift::Msl(value) => ("msl", value),
        Arm64Shift::Lsr(value) => ("lsr", value),
        Arm64Shift::Asr(value) => ("asr", value),
        Arm64Shift::Ror(value) => ("ror", value),
    };
    Some(("shift", Fact::Group(vec![kind(word), ("value", Fact::Number(i64::from(value)))])))
}
