//! ARM in its three states, which `asm.bits` selects, and what the two of 32 bits share.

use super::reader::Reader;
use super::{Assembly, Condition, Fault, Idioms, Site, arm32, arm64, thumb};
use crate::instruction::Instruction;
use crate::settings::Settings;

/// What there is for assembling ARM.
pub(crate) static ASSEMBLY: Assembly = Assembly { assemble, idioms, recondition };

fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    match site.settings.bits {
        64 => arm64::assemble(text, site),
        16 => thumb::assemble(text, site),
        _ => arm32::assemble(text, site),
    }
}

fn idioms(settings: &Settings) -> &'static Idioms {
    match settings.bits {
        64 => &arm64::IDIOMS,
        16 => &thumb::IDIOMS,
        _ => &arm32::IDIOMS,
    }
}

fn recondition(
    settings: &Settings,
    instruction: &Instruction,
    bytes: &[u8],
    to: Condition,
) -> Option<Vec<u8>> {
    match settings.bits {
        64 => arm64::recondition(settings, instruction, bytes, to),
        16 => thumb::recondition(settings, instruction, bytes, to),
        _ => arm32::recondition(settings, instruction, bytes, to),
    }
}

/// The conditions by number.
pub(super) const CONDITIONS: [&str; 15] =
    ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al"];

/// The number of a condition.
pub(super) fn condition(name: &str) -> Option<u32> {
    let name = match name {
        "cs" => "hs",
        "cc" => "lo",
        name => name,
    };
    CONDITIONS.iter().position(|known| *known == name).map(|number| number as u32)
}

/// A mnemonic, taken apart.
pub(super) struct Suffix<'a> {
    /// What it does.
    pub(super) stem: &'a str,
    /// Whether it sets the flags.
    pub(super) flags: bool,
    /// The number of its condition; 14 when it has none.
    pub(super) condition: u32,
}

/// The ways to take a mnemonic apart, the longest stem first: `bls` is `b` under the condition `ls`, or
/// would be a `bl` that sets the flags.
pub(super) fn suffixes(name: &str) -> Vec<Suffix<'_>> {
    const ALWAYS: u32 = 14;
    let mut all = vec![Suffix { stem: name, flags: false, condition: ALWAYS }];
    if let Some(stem) = name.strip_suffix('s') {
        all.push(Suffix { stem, flags: true, condition: ALWAYS });
    }
    let split = name.len().checked_sub(2).and_then(|at| name.split_at_checked(at));
    if let Some((stem, number)) = split.and_then(|(stem, last)| Some((stem, condition(last)?))) {
        all.push(Suffix { stem, flags: false, condition: number });
        if let Some(stem) = stem.strip_suffix('s') {
            all.push(Suffix { stem, flags: true, condition: number });
        }
    }
    all
}

/// The number of a register.
pub(super) fn register(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let name = reader.peek_word().to_ascii_lowercase();
    let number = match name.as_str() {
        "sb" => Some(9),
        "sl" => Some(10),
        "fp" => Some(11),
        "ip" => Some(12),
        "sp" => Some(13),
        "lr" => Some(14),
        "pc" => Some(15),
        _ => name.strip_prefix('r').and_then(|digits| digits.parse().ok()).filter(|&number| number < 16),
    };
    let number = number.ok_or_else(|| Fault::new(format!("no register is named `{name}`")))?;
    reader.word();
    Ok(number)
}

/// A list of registers in braces, with ranges: a bit for each.
pub(super) fn register_list(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    reader.need("{")?;
    let mut list = 0;
    loop {
        let first = register(reader)?;
        let last = if reader.eat("-") { register(reader)? } else { first };
        if last < first {
            return Err(Fault::new("the range of registers goes down"));
        }
        list |= (1 << (last + 1)) - (1 << first);
        if !reader.eat(",") {
            break;
        }
    }
    reader.need("}")?;
    Ok(list)
}
