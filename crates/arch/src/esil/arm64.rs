//! ESIL for AArch64.

mod alu;
mod flow;
mod memory;
mod operand;

use super::operands;
use crate::instruction::Instruction;
use crate::settings::Settings;

/// The expression of an instruction.
pub(crate) fn generate(_: &Settings, instruction: &Instruction) -> Option<String> {
    let word = instruction.mnemonic.as_str();
    let parts = operands(&instruction.operands);
    flow::generate(word, &parts)
        .or_else(|| memory::generate(word, &parts))
        .or_else(|| alu::generate(word, &parts))
}

/// The conditions, as they are tested.
const CONDITIONS: &[(&str, &str)] = &[
    ("eq", "zf"),
    ("ne", "zf,!"),
    ("hs", "cf"),
    ("cs", "cf"),
    ("lo", "cf,!"),
    ("cc", "cf,!"),
    ("mi", "nf"),
    ("pl", "nf,!"),
    ("vs", "vf"),
    ("vc", "vf,!"),
    ("hi", "cf,zf,!,&"),
    ("ls", "cf,!,zf,|"),
    ("ge", "nf,vf,^,!"),
    ("lt", "nf,vf,^"),
    ("gt", "zf,!,nf,vf,^,!,&"),
    ("le", "zf,nf,vf,^,|"),
    ("al", "1"),
];

/// How a condition is tested.
fn condition(name: &str) -> Option<&'static str> {
    CONDITIONS.iter().find(|row| row.0 == name).map(|row| row.1)
}
