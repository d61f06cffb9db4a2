//! Reading operand text: its top-level parts and the numbers in it. The spelling is the engines'
//! own, so this is the one place that knows how they write a number.

use std::ops::Range;

/// A number in operand text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Where its digits are, prefix and suffix included, sign excluded.
    pub(crate) span: Range<usize>,
    /// Its magnitude, wrapping at 64 bits.
    pub(crate) magnitude: u64,
    /// Whether a minus sign precedes it, with or without a space between.
    pub(crate) negative: bool,
    /// Whether it is written in hexadecimal.
    pub(crate) hexadecimal: bool,
}

impl Number {
    /// Its value in two's complement.
    pub(crate) fn value(&self) -> u64 {
        if self.negative { self.magnitude.wrapping_neg() } else { self.magnitude }
    }
}

/// The numbers in `text`, left to right. Digits inside a word (`r10`, `d2`) are no numbers.
pub(crate) fn numbers(text: &str) -> impl Iterator<Item = Number> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            if !is_word(bytes[at]) {
                at += 1;
                continue;
            }
            while at < bytes.len() && is_word(bytes[at]) {
                at += 1;
            }
            if let Some((magnitude, hexadecimal)) = parse(&bytes[start..at]) {
                let sign = bytes[..start].iter().rposition(|&byte| byte != b' ');
                let negative = sign.is_some_and(|sign| bytes[sign] == b'-');
                return Some(Number { span: start..at, magnitude, negative, hexadecimal });
            }
        }
        None
    })
}

/// The one number that is all of `text`, sign and the immediate marks `#` and `$` aside.
pub(crate) fn immediate(text: &str) -> Option<Number> {
    let body = text.trim_start_matches(['#', '$', '-', '+', ' ']);
    let (magnitude, hexadecimal) = parse(body.as_bytes())?;
    let start = text.len() - body.len();
    let negative = text[..start].contains('-');
    Some(Number { span: start..text.len(), magnitude, negative, hexadecimal })
}

/// The operands of `text` with their offsets, split at commas outside brackets of any sort.
pub(crate) fn split(text: &str) -> impl Iterator<Item = (usize, &str)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let mut depth = 0u32;
        let end = text.as_bytes()[at..]
            .iter()
            .position(|byte| {
                match byte {
                    b'[' | b'(' | b'{' => depth += 1,
                    b']' | b')' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                *byte == b',' && depth == 0
            })
            .map_or(text.len(), |comma| at + comma);
        let part = text.get(at..end).unwrap_or_default();
        let trimmed = part.trim_start();
        let offset = at + part.len() - trimmed.len();
        at = end + 1;
        Some((offset, trimmed))
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}

/// A word that is a number: `0x1f`, `31`, or with an `h` suffix `1fh`.
fn parse(word: &[u8]) -> Option<(u64, bool)> {
    if !word.first()?.is_ascii_digit() {
        return None;
    }
    let (digits, radix) = match word {
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16),
        [digits @ .., b'h'] => (digits, 16),
        digits => (digits, 10),
    };
    if digits.is_empty() {
        return None;
    }
    let magnitude = digits.iter().try_fold(0u64, |value, &digit| {
        let digit = char::from(digit).to_digit(radix)?;
        Some(value.wrapping_mul(u64::from(radix)).wrapping_add(u64::from(digit)))
    })?;
    Some((magnitude, radix == 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<i64> {
        numbers(text).map(|number| number.value() as i64).collect()
    }

    #[test]
    fn numbers_are_found_in_every_spelling() {
        assert_eq!(values("rdi, [rip - 0x1258]"), [-0x1258]);
        assert_eq!(values("eax, dword ptr [rip + 1137h]"), [0x1137]);
        assert_eq!(values("-0x1258(%rip), %rdi"), [-0x1258]);
        assert_eq!(values("r10, 7, lsl 12"), [7, 12]);
        assert_eq!(values("x0, xzr, d2"), Vec::<i64>::new());
    }

    #[test]
    fn an_immediate_is_a_whole_operand() {
        assert_eq!(immediate("$0x10").map(|number| number.value()), Some(16));
        assert_eq!(immediate("-1").map(|number| number.value()), Some(u64::MAX));
        assert_eq!(immediate("0ffffffffh").map(|number| number.value()), Some(0xffff_ffff));
        assert_eq!(immediate("[0x10]"), None);
        assert_eq!(immediate(""), None);
    }

    #[test]
    fn operands_split_outside_brackets() {
        let parts: Vec<_> = split("{r4, r5}, [sp, 8], x").collect();
        assert_eq!(parts, [(0, "{r4, r5}"), (10, "[sp, 8]"), (19, "x")]);
    }
}
