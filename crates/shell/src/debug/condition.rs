//! Conditions of breakpoints: expressions of numbers, compared and joined.
//!
//! `rdi == 7 and [rsp] != 0`: what is compared are number expressions of the language; one alone holds when it is not 0.

use farad_arch::Bank;
use farad_wire::target::{Comparison, Condition, Operand, Sign};

use crate::error::Result;
use crate::eval::Env;

/// Whether two numbers compare so.
type Holds = fn(u64, u64) -> bool;

/// How two numbers compare, longest first.
const COMPARISONS: [(&str, Holds); 6] = [
    ("==", |a, b| a == b),
    ("!=", |a, b| a != b),
    ("<=", |a, b| a <= b),
    (">=", |a, b| a >= b),
    ("<", |a, b| a < b),
    (">", |a, b| a > b),
];

/// Whether a condition holds now.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn holds(env: &mut Env<'_>, text: &str) -> Result<bool> {
    let text = spelled(text);
    let mut any = false;
    for alternative in split(&text, "||") {
        let mut all = true;
        for part in split(alternative, "&&") {
            // All of it is looked at, so that what is wrong is told at once.
            all &= compare(env, part)?;
        }
        any |= all;
    }
    Ok(any)
}

/// A condition with signs in place of words. The words need no quotes in a command.
fn spelled(text: &str) -> String {
    text.replace(" or ", "||").replace(" and ", "&&")
}

fn compare(env: &mut Env<'_>, text: &str) -> Result<bool> {
    for (sign, holds) in COMPARISONS {
        if let [left, right] = split(text, sign)[..]
            // A shift is none.
            && !(sign.len() == 1 && (left.ends_with(sign) || right.starts_with(sign)))
        {
            let left = env.number(left)?;
            return Ok(holds(left, env.number(right)?));
        }
    }
    Ok(env.number(text)? != 0)
}

/// A condition as it is told to the process's debugger, so that what does not hold need not be told here: one that compares
/// registers and numbers. None for any other.
pub(crate) fn compiled(env: &mut Env<'_>, text: &str) -> Option<Condition> {
    let text = spelled(text);
    let alternatives = split(&text, "||").into_iter();
    let lists =
        alternatives.map(|all| split(all, "&&").into_iter().map(|part| comparison(env, part)).collect());
    lists.collect::<Option<Vec<Vec<Comparison>>>>().map(Condition)
}

fn comparison(env: &mut Env<'_>, text: &str) -> Option<Comparison> {
    let signs = [Sign::Equal, Sign::Unequal, Sign::LessEqual, Sign::GreaterEqual, Sign::Less, Sign::Greater]
        .into_iter();
    for ((spelled, _), sign) in COMPARISONS.into_iter().zip(signs) {
        if let [left, right] = split(text, spelled)[..] {
            let left = operand(env, left)?;
            return Some(Comparison { left, sign, right: operand(env, right)? });
        }
    }
    Some(Comparison { left: operand(env, text)?, sign: Sign::Unequal, right: Operand::Constant(0) })
}

fn operand(env: &mut Env<'_>, text: &str) -> Option<Operand> {
    let text = text.trim();
    let profile = env.registers().profile().clone();
    if let Some(slot) = profile.find(text) {
        let general = matches!(slot.bank, Bank::General | Bank::Flag | Bank::Segment) && slot.bits <= 64;
        return slot.offset.filter(|_| general).map(|offset| Operand::Register { offset, bits: slot.bits });
    }
    // What changes while the process runs is looked at here.
    let mut names = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.');
    if text.contains(['[', '$', '`']) || names.any(|name| profile.find(name).is_some()) {
        return None;
    }
    env.number(text).ok().map(Operand::Constant)
}

/// The parts between a sign, outside of parentheses and brackets.
fn split<'a>(text: &'a str, sign: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    let mut at = 0;
    while at < text.len() {
        match text.as_bytes()[at] {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            _ if depth == 0 && text.is_char_boundary(at) && text[at..].starts_with(sign) => {
                parts.push(&text[start..at]);
                at += sign.len();
                start = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_split_outside_of_brackets() {
        assert_eq!(split("a && (b&&c) &&[d&&e]", "&&"), ["a ", " (b&&c) ", "[d&&e]"]);
        assert_eq!(split("", "&&"), [""]);
        assert_eq!(split("é==ü", "=="), ["é", "ü"]);
    }
}
