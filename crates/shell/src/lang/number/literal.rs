//! Number literals: bases, units and suffixes.

use super::NumberFault;

/// Bases by prefix.
const PREFIXES: &[(&str, u32)] =
    &[("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8), ("0t", 3), ("0T", 3)];

/// Bases by suffix, of digits that are decimal to look at.
const SUFFIXES: &[(char, u32)] = &[('b', 2), ('t', 3), ('o', 8), ('d', 10)];

/// Powers of 1024 by suffix.
const UNITS: &[(char, u32)] = &[('K', 10), ('k', 10), ('M', 20), ('m', 20), ('G', 30), ('g', 30)];

/// The value of a word that begins with a digit or a dot.
pub(super) fn parse(word: &str) -> Result<u64, NumberFault> {
    for (prefix, base) in PREFIXES {
        if let Some(digits) = word.strip_prefix(prefix) {
            return in_base(word, digits, *base);
        }
    }
    if let Some(hex) = suffixed_hex(word) {
        return hex;
    }
    for (suffix, base) in SUFFIXES {
        if let Some(digits) = word.strip_suffix(*suffix) {
            return in_base(word, digits, *base);
        }
    }
    for (unit, shift) in UNITS {
        if let Some(digits) = word.strip_suffix(*unit) {
            return decimal(word, digits, *shift);
        }
    }
    match word.strip_prefix('0') {
        Some(digits) if !digits.is_empty() && !digits.contains('.') => in_base(word, digits, 8),
        _ => decimal(word, word, 0),
    }
}

/// The value of `1fh`, if the word has that form.
pub(super) fn suffixed_hex(word: &str) -> Option<Result<u64, NumberFault>> {
    hex_digits(word.strip_suffix(['h', 'H'])?.trim_start_matches("0x"))
}

/// The value of hex digits with or without `0x`, if they are that.
pub(super) fn hex_digits(word: &str) -> Option<Result<u64, NumberFault>> {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    let hex = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    hex.then(|| in_base(word, digits, 16))
}

/// Whether the word can stand before the colon of a segmented address.
pub(super) fn is_hex(word: &str) -> bool {
    word.starts_with("0x") && hex_digits(word).is_some() || segment(word).is_some()
}

/// The value of a segment: `0x` and up to four digits, or just four.
pub(super) fn segment(word: &str) -> Option<u64> {
    let short = match word.strip_prefix("0x") {
        Some(digits) => digits.len() <= 4,
        None => word.len() == 4,
    };
    hex_digits(word).filter(|_| short)?.ok()
}

fn in_base(word: &str, digits: &str, base: u32) -> Result<u64, NumberFault> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Err(NumberFault::Malformed(word.to_owned()));
    }
    u64::from_str_radix(digits, base).map_err(|_| NumberFault::TooLarge(word.to_owned()))
}

/// Decimal digits, perhaps with a fraction, times two to the `shift`; rounded down.
fn decimal(word: &str, digits: &str, shift: u32) -> Result<u64, NumberFault> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let decimal = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !decimal(whole) || !decimal(fraction) {
        return Err(NumberFault::Malformed(word.to_owned()));
    }
    let too_large = || NumberFault::TooLarge(word.to_owned());
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| too_large())? };
    // Eighteen digits of a fraction are more than the units can show.
    let fraction = &fraction[..fraction.len().min(18)];
    let scale = 10_u128.pow(fraction.len() as u32);
    let part: u128 = fraction.parse().unwrap_or(0);
    let value = whole.checked_mul(1 << shift).ok_or_else(too_large)?;
    u64::try_from(value + (part << shift) / scale).map_err(|_| too_large())
}
