//! Bytes as text: the `ps` family.

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

const HEX: &[u8; 16] = b"0123456789abcdef";
/// Most bytes of a wide string.
const WIDE: u64 = 4096;

/// Bytes as text for a terminal: what is not printable becomes `\x..`. A line end stays one
/// unless `lines` says that it is escaped too.
pub(crate) fn escape(bytes: &[u8], lines: bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\n' if !lines => text.push('\n'),
            0x20..0x7f => text.push(char::from(byte)),
            _ => {
                text.push_str("\\x");
                text.extend([byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)])));
            }
        }
    }
    text
}

/// The bytes from an address to the first NUL, at most `limit`.
///
/// # Errors
/// What cannot be read.
pub(crate) fn string_at(env: &mut Env<'_>, addr: u64, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Range { addr, len: limit }.read(env)?;
    bytes.truncate(until_zero(&bytes));
    Ok(bytes)
}

fn until_zero(bytes: &[u8]) -> usize {
    memchr::memchr(0, bytes).unwrap_or(bytes.len())
}

/// A string: to the first NUL, or of the length given.
pub(super) fn print_string(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let mut bytes = range.read(env)?;
    if args.is_empty() || args.is_json() {
        bytes.truncate(until_zero(&bytes));
    }
    show(env, args, range.addr, &bytes)
}

/// A string that ends with a NUL, or after the length given.
pub(super) fn print_terminated(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let mut bytes = range.read(env)?;
    bytes.truncate(until_zero(&bytes));
    show(env, args, range.addr, &bytes)
}

/// All bytes of a range, what is not printable as escapes.
pub(super) fn print_escaped(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    Ok(writeln!(env.out, "{}", escape(&bytes, true))?)
}

/// A string with its length in the first byte.
pub(super) fn print_counted(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.view.seek;
    let len = Range { addr, len: 1 }.read(env)?[0];
    let range = Range { addr: addr.wrapping_add(1), len: u64::from(len) };
    let bytes = range.read(env)?;
    show(env, args, range.addr, &bytes)
}

/// A string of two bytes a character.
pub(super) fn print_wide(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print_units(env, args, 2)
}

/// A string of four bytes a character.
pub(super) fn print_wider(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print_units(env, args, 4)
}

fn print_units(env: &mut Env<'_>, args: &Args<'_>, size: usize) -> Result<()> {
    let mut range = Range::parse(env, args.text)?;
    range.len = range.len.min(WIDE);
    let bytes = range.read(env)?;
    let big = env.big_endian();
    let units = bytes.chunks_exact(size).map(|unit| crate::parse::integer(unit, big));
    let units: Vec<u32> = units.take_while(|unit| *unit != 0).map(|unit| unit as u32).collect();
    let text: String = match size {
        2 => char::decode_utf16(units.iter().map(|unit| *unit as u16))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
        _ => units.iter().map(|unit| char::from_u32(*unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
    };
    if args.is_json() {
        return show_json(
            env,
            range.addr,
            &text,
            if args.row.name.starts_with("psu") {
                "utf16"
            } else if size == 2 {
                "wide"
            } else {
                "wide32"
            },
            text.chars().count(),
        );
    }
    Ok(writeln!(env.out, "{}", crate::render::printable(&text))?)
}

/// A string of whatever kind seems to be there: plain, with its length in front, or wide.
pub(super) fn print_any(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let mut bytes = range.read(env)?;
    let is_text = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e));
    let plain = &bytes[..until_zero(&bytes)];
    if plain.len() > 1 && is_text(plain) {
        bytes.truncate(plain.len());
        return show(env, args, range.addr, &bytes);
    }
    if let Some((len, rest)) = bytes.split_first()
        && rest.get(..usize::from(*len)).is_some_and(is_text)
    {
        return print_counted(env, args);
    }
    let big = env.big_endian();
    let is_wide = |size: usize| {
        let units = bytes.chunks_exact(size).map(|unit| crate::parse::integer(unit, big));
        let units: Vec<u64> = units.take_while(|unit| *unit != 0).collect();
        units.len() > 1 && units.iter().all(|unit| matches!(unit, 0x20..=0x7e))
    };
    match (is_wide(2), is_wide(4)) {
        (true, _) => print_wide(env, args),
        (false, true) => print_wider(env, args),
        (false, false) => Ok(()),
    }
}

/// The text of a `std::string` of libc++, which holds short texts itself.
pub(super) fn print_object(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, word) = (env.view.seek, env.address_bytes() as u64);
    let object = Range { addr, len: 3 * word }.read(env)?;
    let big = env.big_endian();
    let field = |index: usize| {
        let width = word as usize;
        crate::parse::integer(&object[index * width..(index + 1) * width], big)
    };
    let (addr, len) = match object[0] & 1 {
        0 => (addr.wrapping_add(1), u64::from(object[0] >> 1)),
        _ => (field(2), field(1)),
    };
    let mut bytes = Range { addr, len: len.min(env.view.block as u64) }.read(env)?;
    bytes.truncate(until_zero(&bytes));
    show(env, args, addr, &bytes)
}

/// The number of bytes before a NUL.
pub(super) fn print_length(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    Ok(writeln!(env.out, "{}", until_zero(&bytes))?)
}

/// JSON text to the first NUL, laid out over lines.
pub(super) fn print_json(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = Range::parse(env, args.text)?.read(env)?;
    bytes.truncate(until_zero(&bytes));
    let text = escape(&bytes, false);
    let mut layout = crate::lang::JsonLayout::indented();
    layout.feed(text.as_bytes(), &mut |laid| env.out.write_all(laid))?;
    Ok(layout.finish(&mut |laid| env.out.write_all(laid))?)
}

/// The strings of a block, each with its address. As the peer has it, a string begins at the
/// NUL that ends the one before, and holds the printable bytes to the next NUL.
pub(super) fn print_all(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let bytes = range.read(env)?;
    let mut text = format!("{:#010x} ", range.addr);
    let mut is_empty = true;
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            0 if is_empty => {}
            0 => {
                is_empty = true;
                text.push_str(&format!("\n{:#010x} ", range.addr.wrapping_add(index as u64)));
            }
            _ => {
                is_empty = false;
                if (0x20..0x7f).contains(&byte) {
                    text.push(char::from(byte));
                }
            }
        }
    }
    Ok(writeln!(env.out, "{text}")?)
}

fn show(env: &mut Env<'_>, args: &Args<'_>, addr: u64, bytes: &[u8]) -> Result<()> {
    if args.is_json() {
        let text = String::from_utf8_lossy(bytes);
        return show_json(env, addr, &text, "ascii", bytes.len());
    }
    Ok(writeln!(env.out, "{}", escape(bytes, false))?)
}

fn show_json(env: &mut Env<'_>, addr: u64, text: &str, kind: &str, length: usize) -> Result<()> {
    let section = match super::dump::section_name(env, addr) {
        name if name.is_empty() => "unknown".to_owned(),
        name => name,
    };
    let json = serde_json::json!({
        "string": text, "offset": addr, "section": section, "length": length, "type": kind,
    });
    Ok(writeln!(env.out, "{json}")?)
}
