//! What the mnemonics of x86 stand for: the encodings of each, and the names that iced has not.

use std::collections::HashMap;
use std::sync::OnceLock;

use iced_x86::{Code, EncodingKind, Mnemonic, OpCodeOperandKind as Kind};

use super::operand::{Immediate, Operand};

/// What a mnemonic stands for.
#[derive(Debug, Clone)]
pub(super) struct Meaning {
    /// Its encodings, the preferred before others of the same length.
    pub(super) codes: &'static [Code],
    /// Which of them are meant.
    pub(super) select: Select,
    /// An operand that the name says, behind those that are written.
    pub(super) last: Option<Operand>,
}

/// Which of the encodings of a mnemonic are meant by a name for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Select {
    /// Those that an assembler takes when nothing else is said.
    Usual,
    /// Those that hold 64 bits of a number or an address.
    Whole,
    /// Those that change the code segment.
    Far,
    /// Those with operands of so many bits.
    Wide(u32),
}

impl Select {
    /// Whether an encoding is meant, for code of `bits` bits and memory that was said to have `said`
    /// bytes.
    pub(super) fn takes(self, code: Code, bits: u32, said: Option<usize>) -> bool {
        let kinds = code.op_code().op_kinds();
        let holds_offset = kinds.contains(&Kind::mem_offs);
        let is_branch = matches!(code.mnemonic(), Mnemonic::Jmp | Mnemonic::Call);
        let is_far = is_branch && matches!(kinds.first(), Some(Kind::mem | Kind::farbr2_2 | Kind::farbr4_2));
        let is_far_memory = is_far && kinds.first() == Some(&Kind::mem);
        match self {
            Self::Whole => holds_offset || code == Code::Mov_r64_imm64,
            Self::Far => is_far,
            Self::Wide(width) => code.op_code().operand_size() == width,
            // 64 bits of an address are seldom needed, and longer.
            Self::Usual => !(holds_offset && bits == 64 || is_far_memory && !matches!(said, Some(6 | 10))),
        }
    }
}

/// What a mnemonic, in lower case, may stand for.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let plain = |name: &str, select| codes(name).map(|codes| Meaning { codes, select, last: None });
    if let Some(meaning) = plain(name, Select::Usual) {
        return Some(meaning);
    }
    if let Some((_, name, select)) = SELECTED.iter().find(|(other, ..)| *other == name) {
        return plain(name, *select);
    }
    if let Some((_, name)) = OTHER_NAMES.iter().find(|(other, _)| *other == name) {
        return plain(name, Select::Usual);
    }
    condition(name).and_then(|name| plain(&name, Select::Usual)).or_else(|| comparison(name))
}

/// The encodings of a mnemonic of iced.
fn codes(name: &str) -> Option<&'static [Code]> {
    static INDEX: OnceLock<HashMap<String, Vec<Code>>> = OnceLock::new();
    let index = INDEX.get_or_init(|| {
        let mut names: HashMap<Mnemonic, Vec<Code>> = HashMap::new();
        for code in Code::values() {
            let row = code.op_code();
            if row.is_instruction() && row.encoding() != EncodingKind::MVEX && !is_withdrawn(code) {
                names.entry(code.mnemonic()).or_default().push(code);
            }
        }
        names.into_iter().map(|(name, codes)| (format!("{name:?}").to_ascii_lowercase(), codes)).collect()
    });
    index.get(name).map(Vec::as_slice)
}

/// Encodings that only the first steppings of a processor had.
fn is_withdrawn(code: Code) -> bool {
    matches!(
        code,
        Code::Cmpxchg486_rm8_r8
            | Code::Cmpxchg486_rm16_r16
            | Code::Cmpxchg486_rm32_r32
            | Code::Xbts_r16_rm16
            | Code::Xbts_r32_rm32
            | Code::Ibts_rm16_r16
            | Code::Ibts_rm32_r32
    )
}

/// Names that select among the encodings of another.
const SELECTED: &[(&str, &str, Select)] = &[
    ("lcall", "call", Select::Far),
    ("ljmp", "jmp", Select::Far),
    ("movabs", "mov", Select::Whole),
    ("retfq", "retf", Select::Wide(64)),
];

/// Other names of the same instruction, and one whose own encoding nobody uses (`sal`).
const OTHER_NAMES: &[(&str, &str)] = &[
    ("fcompi", "fcomip"),
    ("fucompi", "fucomip"),
    ("fwait", "wait"),
    ("icebp", "int1"),
    ("lret", "retf"),
    ("popal", "popad"),
    ("popaw", "popa"),
    ("pushal", "pushad"),
    ("pushaw", "pusha"),
    ("retn", "ret"),
    ("sal", "shl"),
    ("setalc", "salc"),
    ("ud2a", "ud2"),
    ("ud2b", "ud1"),
    ("xlat", "xlatb"),
];

/// Other names of a condition, and the one that iced has.
const CONDITIONS: &[(&str, &str)] = &[
    ("c", "b"),
    ("na", "be"),
    ("nae", "b"),
    ("nb", "ae"),
    ("nbe", "a"),
    ("nc", "ae"),
    ("ng", "le"),
    ("nge", "l"),
    ("nl", "ge"),
    ("nle", "g"),
    ("nz", "ne"),
    ("pe", "p"),
    ("po", "np"),
    ("z", "e"),
];

/// The name of a conditional instruction with the condition that iced has.
fn condition(name: &str) -> Option<String> {
    ["j", "set", "cmov"].into_iter().find_map(|stem| {
        let condition = name.strip_prefix(stem)?;
        let (_, usual) = CONDITIONS.iter().find(|(other, _)| *other == condition)?;
        Some(format!("{stem}{usual}"))
    })
}

/// The names of comparisons, by their numbers. SSE has the first eight.
const COMPARISONS: [&str; 32] = [
    "eq", "lt", "le", "unord", "neq", "nlt", "nle", "ord", "eq_uq", "nge", "ngt", "false", "neq_oq", "ge",
    "gt", "true", "eq_os", "lt_oq", "le_oq", "unord_s", "neq_us", "nlt_uq", "nle_uq", "ord_s", "eq_us",
    "nge_uq", "ngt_uq", "false_os", "neq_os", "ge_oq", "gt_oq", "true_us",
];

/// The names of comparisons of integers, by their numbers.
const INTEGER_COMPARISONS: [&str; 8] = ["eq", "lt", "le", "false", "neq", "nlt", "nle", "true"];

/// `cmpltps` and its like: a comparison whose number is in its name.
fn comparison(name: &str) -> Option<Meaning> {
    let families = [("vpcmp", &INTEGER_COMPARISONS[..]), ("vcmp", &COMPARISONS), ("cmp", &COMPARISONS[..8])];
    let (stem, known, rest) =
        families.into_iter().find_map(|(stem, known)| Some((stem, known, name.strip_prefix(stem)?)))?;
    let (number, codes) = known.iter().enumerate().find_map(|(number, which)| {
        let kind = rest.strip_prefix(which)?;
        Some((number, codes(&format!("{stem}{kind}"))?))
    })?;
    let last = Operand::Immediate(Immediate { value: number as i128, size: None });
    Some(Meaning { codes, select: Select::Usual, last: Some(last) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_tables_stands_for_something() {
        let names = SELECTED.iter().map(|row| row.0).chain(OTHER_NAMES.iter().map(|row| row.0));
        for name in names {
            let meaning = meaning(name).unwrap_or_else(|| panic!("{name}"));
            assert!(meaning.codes.iter().any(|&code| meaning.select.takes(code, 64, None)
                || meaning.select.takes(code, 32, None)), "{name}");
        }
        for (other, _) in CONDITIONS {
            for stem in ["j", "set", "cmov"] {
                assert!(meaning(&format!("{stem}{other}")).is_some(), "{stem}{other}");
            }
        }
        for which in &COMPARISONS[..8] {
            assert!(
                meaning(&format!("cmp{which}sd")).is_some() && meaning(&format!("vcmp{which}ps")).is_some()
            );
        }
        assert!(
            meaning("cmpgtpd").is_none()
                && meaning("vpcmpnequb").is_some()
                && meaning("bogus").is_none()
                && meaning("").is_none()
        );
    }
}
