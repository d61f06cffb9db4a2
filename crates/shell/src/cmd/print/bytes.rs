//! Bytes as plain digits: `p8`, `pb`, `pB`, `pxb`.

use super::ascii::{push_addr, push_byte, shown};
use super::dump;
use super::range::Range;
use super::unit::Unit;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;

/// Longest string shown beside a number, in bytes.
const TEXT: u64 = 256;
/// Bytes in a row of bits.
const ROW: usize = 4;

/// Hex digits of the bytes, in one line.
pub(super) fn print_digits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if args.is_json() {
        return dump::print_values(env, range, Unit::Byte);
    }
    if range.len == 0 {
        return Ok(());
    }
    let mut chunks = range.chunks(1);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        text.reserve(chunk.bytes.len() * 2 + 1);
        chunk.bytes.iter().for_each(|&byte| push_byte(&mut text, byte));
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(env.out.write_all(b"\n")?)
}

/// So many bits, most significant first.
pub(super) fn print_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bits = match Range::count(env, args.text)? {
        None => env.view.block as u64,
        Some(bits) => u64::try_from(bits).map_err(|_| args.wrong("the number of bits is negative"))?,
    };
    let range = Range { addr: env.view.seek, len: bits.div_ceil(8) };
    write_bits(env, range, bits)
}

/// The bits of so many bytes.
pub(super) fn print_byte_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    write_bits(env, range, range.len.saturating_mul(8))
}

fn write_bits(env: &mut Env<'_>, range: Range, bits: u64) -> Result<()> {
    let mut left = bits;
    let mut chunks = range.chunks(1);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        chunk.bytes.iter().for_each(|byte| push_bits(&mut text, *byte));
        text.truncate(usize::try_from(left).unwrap_or(usize::MAX).min(text.len()));
        left -= text.len() as u64;
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(env.out.write_all(b"\n")?)
}

fn push_bits(text: &mut Vec<u8>, byte: u8) {
    text.extend((0..8).rev().map(|bit| b'0' + (byte >> bit & 1)));
}

/// Rows of four bytes in bits, with the digits and characters behind.
pub(super) fn print_bit_rows(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if args.is_json() {
        return dump::print_values(env, range, Unit::Byte);
    }
    let mut chunks = range.chunks(ROW);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        for (row, bytes) in chunk.bytes.chunks(ROW).enumerate() {
            push_addr(&mut text, chunk.addr.wrapping_add((row * ROW) as u64));
            text.push(b' ');
            for byte in bytes {
                push_bits(&mut text, *byte);
                let at = text.len() - 4;
                text.insert(at, b'_');
                text.extend_from_slice(b"  ");
            }
            if bytes.len() == ROW {
                text.extend_from_slice(b"0x");
                bytes.iter().for_each(|byte| push_byte(&mut text, *byte));
                text.extend_from_slice(b"  ");
                text.extend(bytes.iter().map(|byte| shown(*byte)));
            }
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(())
}

/// The number at the seek, of the size in the command's name.
pub(super) fn print_value(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let size = match args.row.name.as_bytes().last() {
        Some(digit @ (b'1' | b'2' | b'4' | b'8')) => usize::from(digit - b'0'),
        _ => env.address_bytes(),
    };
    let count = match Range::count(env, args.text)? {
        None => 1,
        Some(count) => u64::try_from(count).map_err(|_| args.wrong("the count is negative"))?,
    };
    let len = count.checked_mul(size as u64).ok_or_else(|| args.wrong("the count is too large"))?;
    let range = Range { addr: env.view.seek, len };
    let bytes = range.read(env)?;
    let big = env.big_endian();
    let mut values = Vec::new();
    for (index, cell) in bytes.chunks_exact(size).enumerate() {
        let value = crate::parse::integer(cell, big);
        if !args.is_json() {
            writeln!(env.out, "{value:#0width$x}", width = size * 2 + 2)?;
            continue;
        }
        let addr = range.addr.wrapping_add((index * size) as u64);
        let text = super::text::string_at(env, addr, TEXT)?;
        let is_text = text.iter().all(|byte| (0x20..0x7f).contains(byte));
        let string = if is_text { super::text::escape(&text, false) } else { String::new() };
        values.push(serde_json::json!({ "value": value, "string": string, "address": addr }));
    }
    if args.is_json() {
        let text = serde_json::to_string(&values).map_err(|error| Error::failed(error.to_string()))?;
        writeln!(env.out, "{text}")?;
    }
    Ok(())
}
