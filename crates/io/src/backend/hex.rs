//! `hex://4142`: the bytes written out in the URI.

use crate::backend::Backend;
use crate::backend::memory::Memory;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["hex"],
    brief: "memory holding the bytes given in hexadecimal",
    permissions: "rw_",
    effects: Effects::READ,
    uris: &["hex://HEXPAIRS"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let bytes = parse(&uri.rest).map_err(|why| Error::Uri { uri: uri.text.clone(), why })?;
    Ok(Box::new(Memory::copy_of(&uri.text, &bytes)?))
}

/// Pairs of digits, blanks between them and one `0x` in front allowed.
fn parse(text: &str) -> std::result::Result<Vec<u8>, String> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let mut nibbles = Vec::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_ascii_whitespace()) {
        let digit = letter.to_digit(16).ok_or_else(|| format!("'{letter}' is no hexadecimal digit"))?;
        nibbles.push(digit as u8);
    }
    match nibbles.as_chunks::<2>() {
        ([], []) => Err("no bytes are given: write hex://4142".to_owned()),
        (pairs, []) => Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect()),
        _ => Err(format!("{} digits are no whole number of bytes", nibbles.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_bytes_and_anything_else_is_an_error() {
        assert_eq!(parse("41 42").unwrap(), b"AB");
        assert_eq!(parse("0x4aFf").unwrap(), [0x4a, 0xff]);
        for wrong in ["", "4", "414", "zz", "é", "0x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
