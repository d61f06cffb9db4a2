//! Conditions of breakpoints: expressions of numbers, compared and joined.
//!
//! `rdi == 7 && [rsp] != 0`: what is compared are number expressions of the language; one alone holds when it is not 0.

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
    let mut any = false;
    for alternative in split(text, "||") {
        let mut all = true;
        for part in split(alternative, "&&") {
            // All of it is looked at, so that what is wrong is told at once.
            all &= compare(env, part)?;
        }
        any |= all;
    }
    Ok(any)
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
