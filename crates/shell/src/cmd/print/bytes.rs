//! Bytes as plain digits: `p8`, `pb`, `pB`, `pxb`.

use super::ascii::{push_addr, push_byte, push_bytes, shown};
use super::dump;
use super::range::Range;
use super::unit::Unit;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Mode};

/// Longest string shown beside a number, in bytes.
const TEXT: u64 = 256;
/// Bytes in a row of bits.
const ROW: usize = 4;
/// Most bytes skipped between two that are shown.
const SKIPPED: usize = 1 << 16;

/// Hex digits of the bytes, in one line.
pub(super) fn print_digits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if args.is_json() {
        return dump::print_values(env, range, Unit::Byte);
    }
    print_range(env, range)
}

/// Hex digits of a range, in one line.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_range(env: &mut Env<'_>, range: Range) -> Result<()> {
    if range.len == 0 {
        return Ok(());
    }
    let mut chunks = range.chunks(1);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        push_bytes(&mut text, chunk.bytes);
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(env.out.write_all(b"\n")?)
}

/// Hex digits of the bytes before the first zero, in one line.
pub(super) fn print_digits_to_zero(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut chunks = Range::parse(env, args.text)?.chunks(1);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        let end = memchr::memchr(0, chunk.bytes);
        push_bytes(&mut text, &chunk.bytes[..end.unwrap_or(chunk.bytes.len())]);
        env.out.write_all(&text)?;
        text.clear();
        if end.is_some() {
            break;
        }
    }
    Ok(env.out.write_all(b"\n")?)
}

/// So many bits, most significant first.
pub(super) fn print_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (count, skip) = args.split_first();
    let bits = match Range::count(env, count)? {
        None => env.view.block as u64,
        Some(bits) => u64::try_from(bits).map_err(|_| args.wrong("the number of bits is negative"))?,
    };
    let stride = stride(env, args, skip)?;
    let range = Range { addr: env.view.seek, len: bits.div_ceil(8).saturating_mul(stride as u64) };
    write_bits(env, range, bits, stride)
}

/// The bits of so many bytes.
pub(super) fn print_byte_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (len, skip) = args.split_first();
    let range = Range::parse(env, len)?;
    let stride = stride(env, args, skip)?;
    let whole = Range { len: range.len.saturating_mul(stride as u64), ..range };
    write_bits(env, whole, range.len.saturating_mul(8), stride)
}

/// How far a byte is from the one shown before it, when so many are skipped between them.
fn stride(env: &mut Env<'_>, args: &Args<'_>, skip: &str) -> Result<usize> {
    let skip = Range::count(env, skip)?.unwrap_or(0);
    let skip = usize::try_from(skip).ok().filter(|skip| *skip < SKIPPED);
    skip.map(|skip| skip + 1).ok_or_else(|| args.wrong(format!("at most {SKIPPED:#x} bytes can be skipped")))
}

fn write_bits(env: &mut Env<'_>, range: Range, bits: u64, stride: usize) -> Result<()> {
    let mut left = bits;
    let mut chunks = range.chunks(stride);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        chunk.bytes.iter().step_by(stride).for_each(|byte| push_bits(&mut text, *byte));
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
        // As the peer has it, none is one.
        Some(count) => u64::try_from(count).map_err(|_| args.wrong("the count is negative"))?.max(1),
    };
    let len = count.checked_mul(size as u64).ok_or_else(|| args.wrong("the count is too large"))?;
    let range = Range { addr: env.view.seek, len };
    let bytes = range.read(env)?;
    let big = env.big_endian();
    let mut values = Vec::new();
    for (index, cell) in bytes.chunks_exact(size).enumerate() {
        let value = crate::parse::integer(cell, big);
        let addr = range.addr.wrapping_add((index * size) as u64);
        match args.mode {
            Mode::Json => {}
            Mode::Script => {
                writeln!(env.out, "f pval.{addr:#010x}={}", value as i64)?;
                continue;
            }
            _ => {
                writeln!(env.out, "{value:#0width$x}", width = size * 2 + 2)?;
                continue;
            }
        }
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

/// Numbers whose bytes come in an order of one's own: `1234` is big endian.
pub(super) fn print_ordered(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (order, count) = args.split_first();
    let places: Vec<usize> = order.bytes().map(|digit| usize::from(digit.wrapping_sub(b'1'))).collect();
    if places.is_empty() || places.len() > 8 || places.iter().any(|place| *place >= places.len()) {
        return Err(args.wrong("the order is written as digits from 1 up, such as 2143"));
    }
    let count = Range::count(env, count)?.map_or(Ok(1), u64::try_from);
    let count = count.map_err(|_| args.wrong("the count is negative"))?;
    let size = places.len();
    let len = count.checked_mul(size as u64).ok_or_else(|| args.wrong("the count is too large"))?;
    let range = Range { addr: env.view.seek, len };
    let mut chunks = range.chunks(size);
    while let Some(chunk) = chunks.next(env)? {
        for (index, cell) in chunk.bytes.chunks_exact(size).enumerate() {
            let value = places.iter().fold(0u64, |value, place| value << 8 | u64::from(cell[*place]));
            let addr = chunk.addr.wrapping_add((index * size) as u64);
            writeln!(env.out, "{addr:#010x}  {value} ({value:#0width$x})", width = size * 2 + 2)?;
        }
    }
    Ok(())
}
