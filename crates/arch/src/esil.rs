//! What instructions do, in ESIL: radare2's language of comma-separated words for a stack machine
//! (the crate `farad-esil` runs it). One generator an architecture, from the text of its own engine;
//! an instruction that a generator does not know has no expression.
//!
//! The words of an expression are those radare2 6 prints. Where it is plainly at fault (a register
//! half left behind, a flag that no processor sets so) ours does what the processor does.

pub(crate) mod arm;
pub(crate) mod arm64;
pub(crate) mod mips;
pub(crate) mod ppc;
pub(crate) mod riscv;
pub(crate) mod x86;

use crate::arch::Arch;
use crate::instruction::Instruction;
use crate::operand::immediate;
use crate::settings::Settings;

/// A generator: the expression of an instruction in the architecture's plain syntax, if it has one.
pub(crate) type Generate = fn(&Settings, &Instruction) -> Option<String>;

/// The expression of an instruction by its architecture's generator. What reads or writes a
/// register that the architecture's profile does not have (a vector's part, a system register) has none.
pub(crate) fn expression(row: &Arch, settings: &Settings, instruction: &Instruction) -> Option<String> {
    let expression = (row.esil)(settings, instruction)?;
    let profile = (row.registers)(settings).unwrap_or_default();
    let mut last = "";
    let is_sound = expression.split(',').all(|word| {
        let writes = word.ends_with('=') && !matches!(word, "==" | "<=" | ">=");
        let before = std::mem::replace(&mut last, word);
        let digits = word.strip_prefix('-').unwrap_or(word);
        match writes {
            true => profile.find(before).is_some(),
            // A number with a point in it is none that ESIL has.
            false if digits.starts_with(|c: char| c.is_ascii_digit()) => immediate(word).is_some(),
            false => !word.starts_with(|c: char| c.is_ascii_lowercase()) || profile.find(word).is_some(),
        }
    });
    is_sound.then_some(expression)
}

/// ARM in all its modes.
pub(crate) fn arm_or_arm64(settings: &Settings, instruction: &Instruction) -> Option<String> {
    match settings.bits {
        64 => arm64::generate(settings, instruction),
        _ => arm::generate(settings, instruction),
    }
}

/// An architecture without a generator.
pub(crate) fn none(_: &Settings, _: &Instruction) -> Option<String> {
    None
}

/// The operands of an instruction, in order.
type Operands<'a> = Vec<&'a str>;

/// Takes operand text apart.
fn operands(text: &str) -> Operands<'_> {
    crate::operand::split(text).map(|(_, part)| part.trim_end()).collect()
}

/// Counts the zeros above the highest bit that is set: halves what is left as often as it takes.
fn leading_zeros(target: &str, source: &str, wide: u32) -> String {
    let mut text = format!("{source},tmp,=,0");
    let mut half = wide / 2;
    while half > 0 {
        let mask = (u64::MAX << (64 - half)) >> (64 - wide);
        let shift = if half > 1 { format!("{half},tmp,<<=,") } else { String::new() };
        text += &format!(",tmp,{mask:#x},&,!,?{{,{shift}{half},+,}}");
        half /= 2;
    }
    text + &format!(",{source},!,?{{,POP,{wide},{target},=,}}{{,{target},=,}}")
}
