//! Pseudo-code: an instruction as an expression of a language like C, `add eax, 4` as `eax += 4`.
//!
//! Each architecture has a table of templates and what else its text needs. The text rewritten is the
//! listing's, names of flags in it. Knows no meaning: an instruction without a template stays as it is.

mod arm;
mod arm64;
mod mips;
mod ppc;
mod riscv;
mod x86;

pub(crate) use arm::rewrite as arm;
pub(crate) use mips::rewrite as mips;
pub(crate) use ppc::rewrite as ppc;
pub(crate) use riscv::rewrite as riscv;
pub(crate) use x86::rewrite as x86;

use crate::operand;
use crate::settings::Settings;

/// Rewrites a mnemonic with its operands. `None` for what stays as it is.
pub(crate) type Rewrite = fn(&Settings, &str, &[&str]) -> Option<String>;

/// An architecture without pseudo-code.
pub(crate) fn none(_: &Settings, _: &str, _: &[&str]) -> Option<String> {
    None
}

/// Rewrites a whole text.
pub(crate) fn rewrite(settings: &Settings, text: &str, rewrite: Rewrite) -> String {
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
    let operands: Vec<&str> = operand::split(operands).map(|(_, part)| part.trim_end()).collect();
    rewrite(settings, mnemonic, &operands).unwrap_or_else(|| text.to_owned())
}

/// A row of a table: mnemonics separated by blanks, how many operands they have (0 for any number), and
/// what they become. In the template `{2}` is the second operand, `{2-}` it and all behind it, `{@2}` the
/// address in it (`r1 + 8` for `8(r1)`), `{:2}` its number.
type Row = (&'static str, usize, &'static str);

/// The first row of a table that fits, filled in.
fn apply(rows: &[Row], mnemonic: &str, operands: &[&str]) -> Option<String> {
    let fits = |row: &&Row| {
        (row.1 == 0 || row.1 == operands.len()) && row.0.split_ascii_whitespace().any(|word| word == mnemonic)
    };
    rows.iter().filter(fits).find_map(|row| fill(row.2, operands))
}

/// A template with operands in it; `None` when one is missing.
fn fill(template: &str, operands: &[&str]) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let (key, behind) = behind.split_once('}')?;
        rest = behind;
        let (style, key) = match key.strip_prefix('@') {
            Some(key) => (true, key),
            None => (false, key),
        };
        let (key, all) = key.strip_suffix('-').map_or((key, false), |key| (key, true));
        let index = key.parse::<usize>().ok()?.checked_sub(1)?;
        match (style, all) {
            (true, _) => out.push_str(&based(operands.get(index)?)),
            (_, true) => out.push_str(&operands.get(index..).filter(|rest| !rest.is_empty())?.join(", ")),
            _ => out.push_str(operands.get(index)?),
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The address in an operand such as `-8(sp)`, as a sum.
fn based(operand: &str) -> String {
    let Some((distance, base)) = operand.split_once('(') else { return operand.to_owned() };
    let base = base.trim_end_matches(')');
    match distance.strip_prefix('-') {
        Some(distance) => format!("{base} - {distance}"),
        None if distance.is_empty() => format!("{base} + 0"),
        None => format!("{base} + {distance}"),
    }
}

/// `a = a + b` as `a += b`.
fn contract(text: String) -> String {
    let Some((target, value)) = text.split_once(" = ") else { return text };
    let Some(rest) = value.strip_prefix(target).and_then(|rest| rest.strip_prefix(' ')) else { return text };
    match rest.split_once(' ') {
        Some((operator, right)) if is_operator(operator) => format!("{target} {operator}= {right}"),
        _ => text,
    }
}

/// `+ -4` as `- 4`.
fn subtract(text: String) -> String {
    text.replace(" + -", " - ")
}

fn is_operator(word: &str) -> bool {
    matches!(word, "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>" | ">>>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch;

    /// The pseudo-code of each text of an architecture.
    pub(super) fn check(name: &str, bits: u32, pairs: &[(&str, &str)]) {
        let settings = Settings::new(name, bits);
        let row = arch::find(name).unwrap();
        for (text, wanted) in pairs {
            assert_eq!(rewrite(&settings, text, row.pseudo), *wanted, "{name} {bits}: {text}");
        }
    }

    #[test]
    fn templates_are_filled() {
        assert_eq!(fill("{1} = {2-}", &["a", "b", "lsl 2"]).as_deref(), Some("a = b, lsl 2"));
        assert_eq!(fill("[{@2}] = {1}", &["a0", "-8(sp)"]).as_deref(), Some("[sp - 8] = a0"));
        assert_eq!(fill("{1} = {2}", &["a"]), None);
        assert_eq!(contract("a = a + b".to_owned()), "a += b");
        assert_eq!(contract("a = ab + b".to_owned()), "a = ab + b");
        assert_eq!(contract("a = a".to_owned()), "a = a");
    }

    #[test]
    fn no_row_of_an_architecture_fails() {
        let lists = [&[][..], &["a"], &["a", "b"], &["a", "b", "c"], &["a", "8(b)", "c", "d"]];
        for row in arch::ARCHS {
            for bits in row.bits {
                let settings = Settings::new(row.name, *bits);
                for word in ["mov", "add", "ldr", "lw", "beq", "stp", "call", "rlwinm", "", "é"] {
                    for list in lists {
                        let _ = (row.pseudo)(&settings, word, list);
                    }
                }
            }
        }
    }
}
