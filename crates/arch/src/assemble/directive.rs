//! Data among instructions: `.byte`, `.string` and their like, which are the same everywhere.

use super::reader::Reader;
use super::{Fault, Site, split_mnemonic};
use crate::assembler::LIMIT;

/// The bytes of a directive.
pub(crate) fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let (name, rest) = split_mnemonic(text);
    match name {
        ".byte" | ".1byte" => integers(rest, 1, site),
        ".short" | ".half" | ".2byte" => integers(rest, 2, site),
        ".int" | ".long" | ".word" | ".4byte" => integers(rest, 4, site),
        ".quad" | ".8byte" => integers(rest, 8, site),
        ".hex" => hex(rest),
        ".ascii" => string(rest),
        ".asciz" | ".string" => {
            let mut bytes = string(rest)?;
            bytes.push(0);
            Ok(bytes)
        }
        ".text" | ".global" | ".globl" | ".intel_syntax" | ".section" => Ok(Vec::new()),
        ".zero" | ".skip" | ".space" => zeros(rest, site),
        ".align" | ".balign" => align(rest, site),
        _ => Err(Fault::new(format!("no directive is named `{name}`"))),
    }
}

fn integers(text: &str, size: usize, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let mut reader = Reader::new(text);
    let mut bytes = Vec::new();
    loop {
        let value = reader.expression(site)?;
        let bits = 8 * size as u32;
        if value >= 1i128 << bits || value < -(1i128 << (bits - 1)) {
            return Err(Fault::new(format!("{value:#x} does not fit into {size} bytes")));
        }
        let little = (value as u64).to_le_bytes();
        match site.settings.big_endian {
            true => bytes.extend(little[..size].iter().rev()),
            false => bytes.extend(&little[..size]),
        }
        if !reader.eat(",") {
            reader.end()?;
            return Ok(bytes);
        }
    }
}

fn hex(text: &str) -> Result<Vec<u8>, Fault> {
    let wrong = || Fault::new(format!("`{text}` is no even number of hex digits"));
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).map(|digit| digit as u8))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or_else(wrong)?;
    Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Text between quotes with escapes, or as it stands.
fn string(text: &str) -> Result<Vec<u8>, Fault> {
    let Some(body) = text.strip_prefix('"') else { return Ok(text.as_bytes().to_vec()) };
    let body = body.strip_suffix('"').ok_or_else(|| Fault::new("the string is not closed"))?;
    let mut bytes = Vec::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        let byte = match c {
            '\\' => match chars.next() {
                Some('n') => b'\n',
                Some('r') => b'\r',
                Some('t') => b'\t',
                Some('0') => 0,
                Some('x') => {
                    let digits: String = chars.by_ref().take(2).collect();
                    u8::from_str_radix(&digits, 16)
                        .map_err(|_| Fault::new(format!("`\\x{digits}` is no byte")))?
                }
                Some(mark @ ('\\' | '"' | '\'')) => mark as u8,
                _ => return Err(Fault::new("the string has an unknown escape")),
            },
            c => {
                bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
        };
        bytes.push(byte);
    }
    Ok(bytes)
}

fn count(text: &str, site: &Site<'_>) -> Result<usize, Fault> {
    let mut reader = Reader::new(text);
    let count = reader.expression(site)?;
    reader.end()?;
    let count = usize::try_from(count).ok().filter(|&count| count <= LIMIT);
    count.ok_or_else(|| Fault::new(format!("a count from 0 to {LIMIT} is needed")))
}

fn zeros(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    Ok(vec![0; count(text, site)?])
}

fn align(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let to = count(text, site)? as u64;
    if !to.is_power_of_two() {
        return Err(Fault::new("a power of two is needed"));
    }
    Ok(vec![0; (site.addr.wrapping_neg() % to) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn data_is_laid_out_in_the_byte_order() {
        for (text, big_endian, bytes) in [
            (".byte 1, -1, 'A'", false, &b"\x01\xffA"[..]),
            (".short 0x102", false, b"\x02\x01"),
            (".short 0x102", true, b"\x01\x02"),
            (".quad -2", true, b"\xff\xff\xff\xff\xff\xff\xff\xfe"),
            (".hex 90 91", false, b"\x90\x91"),
            (".string \"a\\n\\x41\"", false, b"a\nA\0"),
            (".ascii foo", false, b"foo"),
            (".align 4", false, b"\0\0\0"),
        ] {
            let settings = Settings { big_endian, ..Settings::default() };
            let site = Site { settings: &settings, addr: 1, names: &|_| None };
            assert_eq!(assemble(text, &site).as_deref(), Ok(bytes), "{text}");
        }
        let settings = Settings::default();
        let site = Site { settings: &settings, addr: 1, names: &|_| None };
        for text in [".byte 256", ".byte", ".hex 9", ".string \"a", ".align 3", ".zero -1", ".nothing"] {
            assert!(assemble(text, &site).is_err(), "{text}");
        }
    }
}
