//! Sizes in URIs: `512`, `0x200`, `4K`.

use crate::error::{Error, Result};
use crate::uri::Uri;

/// Reads the whole rest of `uri` as a number of bytes from 1 to `limit`.
///
/// Decimal, hexadecimal behind `0x`, octal behind a leading `0` as the peer reads it; the
/// units `K`, `M`, `G` and `T` (either case) are powers of 1024.
pub(super) fn parse(uri: &Uri, limit: u64) -> Result<u64> {
    let wrong = |why: String| Error::Uri { uri: uri.text.clone(), why };
    let text = uri.rest.trim();
    let size = number(text)
        .ok_or_else(|| wrong(format!("'{text}' is no size: give a number of bytes like 512, 0x200 or 4K")))?;
    match size {
        Some(0) => Err(wrong("a size of 0 bytes cannot be opened".to_owned())),
        Some(size) if size <= limit => Ok(size),
        _ => Err(Error::Limit { what: uri.text.clone(), limit: format!("{limit:#x} bytes") }),
    }
}

/// `None` when it is no number, `Some(None)` when it does not fit 64 bits.
fn number(text: &str) -> Option<Option<u64>> {
    let (digits, unit) = match text.char_indices().next_back()? {
        (at, letter @ ('K' | 'k' | 'M' | 'm' | 'G' | 'g' | 'T' | 't')) => (&text[..at], Some(letter)),
        _ => (text, None),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None => (digits, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let shift = match unit.map(|letter| letter.to_ascii_uppercase()) {
        Some('K') => 10,
        Some('M') => 20,
        Some('G') => 30,
        Some(_) => 40,
        None => 0,
    };
    Some(u64::from_str_radix(digits, radix).ok().and_then(|value| value.checked_mul(1 << shift)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_base_and_unit() {
        let size = |text: &str| parse(&Uri::parse(&format!("malloc://{text}")), 1 << 40).ok();
        for (text, expected) in [
            ("512", 512),
            ("0x200", 512),
            ("0X1f", 31),
            ("010", 8),
            ("4K", 4096),
            ("0x10k", 16384),
            ("4G", 1 << 32),
            ("1T", 1 << 40),
        ] {
            assert_eq!(size(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "-1",
            "0",
            "abc",
            "0x",
            "K",
            "08",
            "4KK",
            "+4",
            "99999999999999999999",
            "2T",
            "16777216T",
            "é",
        ] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
