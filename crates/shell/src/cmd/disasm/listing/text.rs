//! The text of an instruction as the reader wants it spelled: names for addresses and variables,
//! letters, columns.

use farad_arch::usage::{self, Place};
use farad_arch::{Explanation, Instruction};

use super::super::name;
use super::style::{Style, Text};
use crate::eval::Env;
use crate::render::printable;

/// Columns at least between a mnemonic or operand and what follows it.
const GAP: usize = 2;

/// An instruction's text.
pub(super) struct Shown {
    /// With names, before letters and columns are changed: what comments compare with.
    pub(super) plain: String,
    /// As it stands in the listing.
    pub(super) spelled: String,
    /// The names in it.
    pub(super) names: Vec<String>,
}

/// The text of an instruction.
pub(super) fn of(
    env: &Env<'_>,
    style: &Style,
    instruction: &Instruction,
    explanation: Option<&Explanation>,
) -> Shown {
    let text = &style.text;
    if let Some(explanation) = explanation.filter(|_| style.telling.esil) {
        let esil = explanation.esil.clone();
        return Shown { plain: esil.clone(), spelled: esil, names: Vec::new() };
    }
    let mut names = Vec::new();
    let named = if text.variables { with_variables(env, style, instruction, &mut names) } else { None };
    let plain = named.as_ref().unwrap_or(instruction).render(text.absolute, |target| {
        let name = name::operand(env, target).filter(|_| text.names)?;
        names.push(name.clone());
        Some(name)
    });
    let pseudo = style.teller.as_ref().filter(|_| style.telling.pseudo).map(|teller| teller.pseudo(&plain));
    let spelled = spell(text, &printable(pseudo.as_ref().unwrap_or(&plain)), &names);
    Shown { plain, spelled, names }
}

/// The instruction with the names of the places on the stack that it uses; `None` when it uses none.
fn with_variables(
    env: &Env<'_>,
    style: &Style,
    instruction: &Instruction,
    names: &mut Vec<String>,
) -> Option<Instruction> {
    let function = env.session.analysis.around(instruction.addr).into_iter().next()?;
    let variable = function.used_at(instruction.addr, true).next()?;
    let operands = usage::operands(&style.settings, instruction);
    let memory = operands.iter().find_map(|operand| match &operand.place {
        Place::Memory(memory) => Some(memory),
        _ => None,
    })?;
    let name = printable(&variable.name);
    names.push(name.clone());
    let mut named = instruction.clone();
    named.replace(memory.span.clone(), &if memory.parenthesized { format!("({name})") } else { name });
    Some(named)
}

fn spell(text: &Text, plain: &str, names: &[String]) -> String {
    let (mnemonic, operands) = plain.split_once(' ').unwrap_or((plain, ""));
    let mut operands = operands.to_owned();
    if text.trimmed || text.tails {
        operands = renumbered(text, &operands, names);
    }
    let mut mnemonic = mnemonic.to_owned();
    if text.upper {
        mnemonic = mnemonic.to_uppercase();
        operands = upper(&operands, names);
    } else if text.capital {
        let mut letters = mnemonic.chars();
        mnemonic =
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect());
    }
    if operands.is_empty() {
        return mnemonic;
    }
    if text.tabs == 0 {
        return format!("{mnemonic} {operands}");
    }
    let width = (text.tabs + 1).max(mnemonic.chars().count() + GAP);
    let mut spelled = format!("{mnemonic:width$}");
    let parts: Vec<&str> = if text.tabs_once { vec![&operands] } else { operands.split(", ").collect() };
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            spelled.push_str(part);
            continue;
        }
        let width = text.tabs.max(part.chars().count() + 1 + GAP);
        spelled.push_str(&format!("{:width$}", format!("{part},")));
    }
    spelled
}

/// Hands each run of an operand text to `change`: names as they are, other words, and what is
/// between them.
fn words(operands: &str, names: &[String], mut change: impl FnMut(&str, bool) -> String) -> String {
    let is_word = |c: char| c.is_alphanumeric() || "_.".contains(c);
    let mut done = String::with_capacity(operands.len());
    let mut rest = operands;
    while let Some(first) = rest.chars().next() {
        let (end, is_name) =
            match names.iter().find(|name| !name.is_empty() && rest.starts_with(name.as_str())) {
                Some(name) => (name.len(), true),
                None => {
                    let kind = is_word(first);
                    (rest.find(|c| is_word(c) != kind).unwrap_or(rest.len()), false)
                }
            };
        done.push_str(&change(&rest[..end], is_name));
        rest = &rest[end..];
    }
    done
}

/// Upper-case letters, but for names and numbers.
fn upper(operands: &str, names: &[String]) -> String {
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    words(operands, names, |word, is_name| match is_name || is_number(word) {
        true => word.to_owned(),
        false => word.to_uppercase(),
    })
}

/// Numbers left out, or the last digits of long ones.
fn renumbered(text: &Text, operands: &str, names: &[String]) -> String {
    words(operands, names, |word, is_name| {
        let digits = word.strip_prefix("0x").unwrap_or_default();
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        match () {
            () if text.trimmed && (is_name || is_number) => String::new(),
            // Eight digits are taken for a number that is no address.
            () if text.tails && !is_name && (4..8).contains(&digits.len()) => {
                format!("..{}", &digits[digits.len() - 3..])
            }
            () => word.to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Text = Text {
        shown: true,
        upper: false,
        capital: false,
        tabs: 0,
        tabs_once: false,
        names: true,
        variables: true,
        absolute: true,
        trimmed: false,
        tails: false,
    };

    #[test]
    fn text_is_spelled_as_wanted() {
        let names = ["obj.x".to_owned()];
        let long = "mov dword [obj.x], eax";
        for (text, plain, wanted) in [
            (Text { upper: true, ..PLAIN }, long, "MOV DWORD [obj.x], EAX"),
            (Text { capital: true, ..PLAIN }, long, "Mov dword [obj.x], eax"),
            (Text { tabs: 8, ..PLAIN }, long, "mov      dword [obj.x],  eax"),
            (Text { tabs: 8, ..PLAIN }, "cmovb ebp, esi", "cmovb    ebp,    esi"),
            (Text { tabs: 4, ..PLAIN }, "test eax, eax", "test  eax,  eax"),
            (Text { tabs: 8, tabs_once: true, ..PLAIN }, "cmp esi, 0x10", "cmp      esi, 0x10"),
            (Text { tails: true, ..PLAIN }, "je 0x201316", "je ..316"),
            (Text { trimmed: true, ..PLAIN }, long, "mov dword [], eax"),
            (Text { tabs: 8, ..PLAIN }, "ret", "ret"),
        ] {
            assert_eq!(spell(&text, plain, &names), wanted);
        }
    }
}
