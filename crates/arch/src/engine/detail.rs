//! Detail: an instruction of the library, decoded with all it knows, as named facts.

mod arm;
mod arm64;
mod x86;

use ::capstone::arch::mips::MipsOperand;
use ::capstone::arch::ppc::PpcOperand;
use ::capstone::arch::{ArchDetail, DetailsArchInsn};
use ::capstone::{Capstone as Handle, Insn, InsnDetail, RegId};

use crate::detail::{Detail, Fact, Named};

/// Reads the detail of an instruction of `handle`, which must have been opened for it.
pub(super) fn read(handle: &Handle, insn: &Insn<'_>) -> Detail {
    let mut detail = Detail { id: insn.id().0, ..Detail::default() };
    let Ok(library) = handle.insn_detail(insn) else { return detail };
    fill(&Names(handle), insn.mnemonic().unwrap_or_default(), &library, &mut detail);
    detail
}

/// The names of registers.
struct Names<'a>(&'a Handle);

impl Names<'_> {
    /// The name of a register, if it is one.
    fn of(&self, register: RegId) -> Option<String> {
        if register == RegId::INVALID_REG { None } else { self.0.reg_name(register) }
    }

    /// A named register as a fact.
    fn named(&self, key: &'static str, register: RegId) -> Option<Named> {
        Some((key, Fact::Word(self.of(register)?)))
    }

    /// The facts of a register operand.
    fn register(&self, register: RegId) -> Vec<Named> {
        let mut facts = vec![kind("reg")];
        facts.extend(self.named("value", register));
        facts
    }
}

fn fill(names: &Names<'_>, mnemonic: &str, library: &InsnDetail<'_>, detail: &mut Detail) {
    match library.arch_detail() {
        ArchDetail::X86Detail(x86) => x86::fill(names, &x86, detail),
        ArchDetail::ArmDetail(arm) => arm::fill(names, &arm, detail),
        ArchDetail::Arm64Detail(arm64) => arm64::fill(names, mnemonic, &arm64, detail),
        ArchDetail::MipsDetail(mips) => {
            let operand = |operand| match operand {
                MipsOperand::Reg(register) => names.register(register),
                MipsOperand::Imm(value) => immediate(value),
                MipsOperand::Mem(memory) => based(names, memory.base(), memory.disp()),
                MipsOperand::Invalid => Vec::new(),
            };
            detail.operands = Some(mips.operands().map(operand).collect());
        }
        ArchDetail::PpcDetail(ppc) => {
            let operand = |operand| match operand {
                PpcOperand::Reg(register) => names.register(register),
                PpcOperand::Imm(value) => immediate(value),
                PpcOperand::Mem(memory) => based(names, memory.base(), i64::from(memory.disp())),
                PpcOperand::Crx(field) => {
                    let mut facts = vec![kind("crx"), ("scale", Fact::Number(i64::from(field.scale())))];
                    facts.extend(names.named("reg", field.reg()));
                    facts
                }
                PpcOperand::Invalid => Vec::new(),
            };
            detail.operands = Some(ppc.operands().map(operand).collect());
        }
        _ => {}
    }
}

fn kind(word: &str) -> Named {
    ("type", Fact::Word(word.to_owned()))
}

fn immediate(value: i64) -> Vec<Named> {
    vec![kind("imm"), ("value", Fact::Number(value))]
}

/// Memory at a distance from a register.
fn based(names: &Names<'_>, base: RegId, distance: i64) -> Vec<Named> {
    let mut facts = vec![kind("mem")];
    facts.extend(names.named("base", base));
    facts.push(("disp", Fact::Number(distance)));
    facts
}

/// The last word of a name of the library's, such as `ne` of `ARM64_CC_NE`; `None` for what is said to
/// be nothing.
fn tail(name: &impl std::fmt::Debug) -> Option<String> {
    let name = format!("{name:?}");
    let word = name.rsplit('_').next()?.to_ascii_lowercase();
    (word != "invalid").then_some(word)
}
