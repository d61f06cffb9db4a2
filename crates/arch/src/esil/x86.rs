//! ESIL for x86 in 16, 32 and 64 bits.

mod arithmetic;
mod bit;
mod flow;
mod mov;
mod operand;
mod vector;

use self::operand::{Machine, Operand};
use crate::instruction::Instruction;
use crate::operand as text;
use crate::settings::Settings;

/// The expression of an instruction in Intel syntax.
pub(crate) fn generate(settings: &Settings, instruction: &Instruction) -> Option<String> {
    let machine = Machine { bits: settings.bits };
    let word = instruction.mnemonic.rsplit(' ').next().unwrap_or_default();
    let prefix = instruction.mnemonic.split(' ').find(|word| word.starts_with("rep"));
    let operands: Option<Vec<Operand<'_>>> =
        text::split(&instruction.operands).map(|(_, part)| Operand::parse(part, machine)).collect();
    let case = Case { machine, word, prefix, operands: operands? };
    let expression = flow::generate(&case)
        .or_else(|| mov::generate(&case))
        .or_else(|| arithmetic::generate(&case))
        .or_else(|| bit::generate(&case))
        .or_else(|| vector::generate(&case))?;
    Some(expression)
}

/// An instruction taken apart.
struct Case<'a> {
    machine: Machine,
    /// The mnemonic without prefixes.
    word: &'a str,
    /// The repeat prefix.
    prefix: Option<&'a str>,
    operands: Vec<Operand<'a>>,
}

impl Case<'_> {
    /// The operands of an instruction that has `N` of them.
    fn operands<const N: usize>(&self) -> Option<&[Operand<'_>; N]> {
        self.operands.as_slice().try_into().ok()
    }

    /// The words that clear the upper half of the registers whose lower half was written.
    fn clear(&self, written: &[&Operand<'_>]) -> String {
        let names = written.iter().filter_map(|operand| operand.register());
        names.map(|name| self.clear_above(name)).collect()
    }

    /// As [`Case::clear`], of one register by name.
    fn clear_above(&self, name: &str) -> String {
        self.machine.widened(name).map_or_else(String::new, |wide| format!(",{name},{wide},="))
    }

    /// The register a write to this operand ends up in: the wide one, for a half that clears the rest.
    fn target(&self, operand: &Operand<'_>) -> String {
        match operand.register().and_then(|name| self.machine.widened(name)) {
            Some(wide) => format!("{wide},="),
            None => operand.assign("="),
        }
    }
}

/// The conditions: their suffix, as a jump tests them, and as a value.
const CONDITIONS: &[(&str, &str, &str)] = &[
    ("o", "of", "of"),
    ("no", "of,!", "of,!"),
    ("b", "cf", "cf"),
    ("ae", "cf,!", "cf,!"),
    ("e", "zf", "zf"),
    ("ne", "zf,!", "zf,!"),
    ("be", "zf,cf,|", "cf,zf,|"),
    ("a", "cf,zf,|,!", "cf,zf,|,!"),
    ("s", "sf", "sf"),
    ("ns", "sf,!", "sf,!"),
    ("p", "pf", "pf"),
    ("np", "pf,!", "pf,!"),
    ("l", "of,sf,^", "sf,of,^"),
    ("ge", "of,!,sf,^", "sf,of,^,!"),
    ("le", "of,sf,^,zf,|", "zf,sf,of,^,|"),
    ("g", "sf,of,!,^,zf,!,&", "zf,!,sf,of,^,!,&"),
];

/// The row of a condition.
fn condition(suffix: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    CONDITIONS.iter().find(|row| row.0 == suffix)
}

/// The number with only the highest of `bits` bits set.
fn sign(bits: u32) -> u64 {
    1u64.checked_shl(bits.wrapping_sub(1)).unwrap_or(0)
}

/// The number with the lowest `bits` bits set.
fn mask(bits: u32) -> u64 {
    if bits >= 64 { u64::MAX } else { (1 << bits) - 1 }
}
