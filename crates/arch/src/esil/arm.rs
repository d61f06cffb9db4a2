//! ESIL for ARM and Thumb.

mod alu;
mod flow;
mod memory;

use super::operands;
use crate::instruction::Instruction;
use crate::operand::immediate;
use crate::settings::Settings;

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
];

/// The place of the word that the loop of `clz` goes back to.
const LOOP: usize = 10;

/// An instruction taken apart.
struct Case<'a> {
    /// The mnemonic without condition, flag letter and width.
    word: &'a str,
    /// Whether it sets the flags.
    sets_flags: bool,
    operands: Vec<&'a str>,
    /// What the program counter reads as.
    pc: u64,
    is_thumb: bool,
}

impl Case<'_> {
    /// An operand as a value: a register, or an immediate in decimal.
    fn value(&self, operand: &str) -> String {
        match immediate(operand) {
            Some(number) => (number.value() as u32).to_string(),
            None if operand == "pc" => format!("{:#x}", self.pc),
            None => operand.to_owned(),
        }
    }
}

/// The expression of an instruction.
pub(crate) fn generate(settings: &Settings, instruction: &Instruction) -> Option<String> {
    let is_thumb = settings.bits == 16;
    let word = instruction.mnemonic.trim_end_matches(".w").trim_end_matches(".n");
    let pc = instruction.addr.wrapping_add(if is_thumb { 4 } else { 8 });
    let mut case = Case { word, sets_flags: false, operands: operands(&instruction.operands), pc, is_thumb };
    // The letters at the end of a mnemonic mean what they mean only when they are no part of its name.
    let mut unconditional = |word| {
        (case.word, case.sets_flags) = (word, false);
        let expression = generate_unconditional(&case);
        expression.or_else(|| {
            (case.word, case.sets_flags) = (word.strip_suffix('s')?, true);
            generate_unconditional(&case)
        })
    };
    if let Some(expression) = unconditional(word) {
        return Some(expression.replace("LOOP", &LOOP.to_string()));
    }
    let (word, condition) = word.split_at_checked(word.len().checked_sub(2)?)?;
    let (_, tested) = CONDITIONS.iter().find(|row| row.0 == condition)?;
    let before = tested.split(',').count() + 1;
    let expression = unconditional(word)?.replace("LOOP", &(LOOP + before).to_string());
    Some(format!("{tested},?{{,{expression},}}"))
}

fn generate_unconditional(case: &Case<'_>) -> Option<String> {
    // What sets flags goes nowhere: `bls` is a branch on a condition.
    let flow = if case.sets_flags { None } else { flow::generate(case) };
    flow.or_else(|| memory::generate(case)).or_else(|| alu::generate(case))
}
