//! Detail of x86: sizes and accesses of operands, and how the instruction is encoded.

use ::capstone::arch::DetailsArchInsn;
use ::capstone::arch::x86::{X86InsnDetail, X86Operand, X86OperandType};
use ::capstone::{AccessType, RegId};

use super::{Names, kind};
use crate::detail::{Detail, Fact, Named};

pub(super) fn fill(names: &Names<'_>, x86: &X86InsnDetail<'_>, detail: &mut Detail) {
    detail.operands = Some(x86.operands().map(|part| operand(names, &part)).collect());
    let facts = &mut detail.facts;
    for (key, present) in [("rex", x86.rex() != 0), ("modrm", x86.modrm() != 0)] {
        facts.extend(present.then_some((key, Fact::True)));
    }
    for (key, value) in [("sib", i64::from(x86.sib())), ("disp", x86.disp())] {
        facts.extend((value != 0).then_some((key, Fact::Number(value))));
    }
    if x86.sib_index() != RegId::INVALID_REG {
        facts.push(("sib_scale", Fact::Number(i64::from(x86.sib_scale()))));
        facts.extend(names.named("sib_index", x86.sib_index()));
    }
    facts.extend(names.named("sib_base", x86.sib_base()));
    let used = |bytes: &[u8; 4]| bytes.iter().filter(|byte| **byte != 0).count();
    detail.opcode_size = used(x86.prefix()) + used(x86.opcode());
}

fn operand(names: &Names<'_>, operand: &X86Operand) -> Vec<Named> {
    let access = match operand.access {
        None => 0,
        Some(AccessType::ReadOnly) => 1,
        Some(AccessType::WriteOnly) => 2,
        Some(AccessType::ReadWrite) => 3,
    };
    let mut facts = vec![("size", Fact::Number(i64::from(operand.size))), ("rw", Fact::Number(access))];
    match &operand.op_type {
        X86OperandType::Reg(register) => facts.extend(names.register(*register)),
        X86OperandType::Imm(value) => facts.extend(super::immediate(*value)),
        X86OperandType::Mem(memory) => {
            facts.push(kind("mem"));
            facts.extend(names.named("segment", memory.segment()));
            facts.extend(names.named("base", memory.base()));
            facts.extend(names.named("index", memory.index()));
            facts.push(("scale", Fact::Number(i64::from(memory.scale()))));
            facts.push(("disp", Fact::Number(memory.disp())));
        }
        X86OperandType::Invalid => {}
    }
    facts
}
