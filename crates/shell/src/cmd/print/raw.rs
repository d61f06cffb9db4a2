//! Bytes as they are, or nearly: `pr`, its lines, its shades, and what it unpacks to.

use std::io::Read;

use super::ascii::push_addr;
use super::dump::Style;
use super::range::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;

/// Shades of a byte, darkest last, as the peer has them.
const SHADES: &[u8; 9] = b" .,:;!O@#";
/// Most bytes that something packed is unpacked to.
const UNPACKED: u64 = 256 << 20;
/// Bytes unpacked at a time.
const PIECE: usize = 64 << 10;

/// The bytes themselves.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut chunks = Range::parse(env, args.text)?.chunks(1);
    while let Some(chunk) = chunks.next(env)? {
        env.out.write_all(chunk.bytes)?;
    }
    Ok(())
}

/// The bytes to the first NUL.
pub(super) fn print_terminated(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut chunks = Range::parse(env, args.text)?.chunks(1);
    while let Some(chunk) = chunks.next(env)? {
        let end = memchr::memchr(0, chunk.bytes);
        env.out.write_all(&chunk.bytes[..end.unwrap_or(chunk.bytes.len())])?;
        if end.is_some() {
            break;
        }
    }
    Ok(())
}

/// A text.
pub(super) fn print_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(write!(env.out, "{}", args.text)?)
}

/// A text and the end of its line.
pub(super) fn print_line(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", args.text)?)
}

/// The lines of a block before its first NUL, or so many, each with its number and address.
pub(super) fn print_lines(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let most = match Range::count(env, args.text)? {
        None => u64::MAX,
        Some(count) => u64::try_from(count).map_err(|_| args.wrong("the number of lines is negative"))?,
    };
    let addr = env.view.seek;
    let mut bytes = Range { addr, len: env.view.block as u64 }.read(env)?;
    bytes.truncate(memchr::memchr(0, &bytes).unwrap_or(bytes.len()));
    let mut at = 0;
    for number in 1..=most {
        let rest = &bytes[at..];
        let end = memchr::memchr(b'\n', rest);
        let line = String::from_utf8_lossy(&rest[..end.unwrap_or(rest.len())]);
        let line = crate::render::printable(&line);
        writeln!(env.out, "+{number} {:#010x} {line}", addr.wrapping_add(at as u64))?;
        match end {
            Some(end) if at + end + 1 < bytes.len() => at += end + 1,
            _ => break,
        }
    }
    Ok(())
}

/// Each byte as a shade; where a flag begins, the first letters of its name.
pub(super) fn print_shades(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let columns = Style::of(env).columns;
    let mut chunks = range.chunks(columns);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        for (row, bytes) in chunk.bytes.chunks(columns).enumerate() {
            push_addr(&mut text, chunk.addr.wrapping_add((row * columns) as u64));
            text.push(b' ');
            for (index, &byte) in bytes.iter().enumerate() {
                let addr = chunk.addr.wrapping_add((row * columns + index) as u64);
                let shade = SHADES[usize::from(byte) * (SHADES.len() - 1) / 0xff];
                let name =
                    env.session.flags.at(addr).next_back().map(|flag| crate::render::printable(&flag.name));
                let letters: String = name.iter().flat_map(|name| name.chars()).take(2).collect();
                match letters.is_empty() {
                    true => text.extend_from_slice(&[shade, shade]),
                    false => text.extend_from_slice(format!("{letters:2}").as_bytes()),
                }
            }
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(())
}

/// What the block unpacks to, when it is gzip, zlib or bare deflate.
pub(super) fn print_inflated(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let packed = Range::parse(env, args.text)?.read(env)?;
    unpack(env, &packed, true).map(|_| ())
}

/// How many bytes of the block what it unpacks to takes.
pub(super) fn print_consumed(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let packed = Range::parse(env, args.text)?.read(env)?;
    let (consumed, _) = unpack(env, &packed, false)?;
    Ok(writeln!(env.out, "{consumed}")?)
}

/// How many bytes the block unpacks to.
pub(super) fn print_produced(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let packed = Range::parse(env, args.text)?.read(env)?;
    let (_, produced) = unpack(env, &packed, false)?;
    Ok(writeln!(env.out, "{produced}")?)
}

/// What the block unpacks to, when it is an LZ4 block.
pub(super) fn print_lz4(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let packed = Range::parse(env, args.text)?.read(env)?;
    // A byte of it stands for 255 at the most.
    let limit = (packed.len() * 255).min(UNPACKED as usize);
    let bytes = lz4_flex::block::decompress(&packed, limit)
        .map_err(|error| Error::failed(format!("this is no LZ4 block: {error}")))?;
    Ok(env.out.write_all(&bytes)?)
}

/// Unpacks bytes, and says how many it took and how many there are then.
fn unpack(env: &mut Env<'_>, packed: &[u8], is_shown: bool) -> Result<(u64, u64)> {
    match packed {
        [0x1f, 0x8b, ..] => {
            let mut decoder = flate2::bufread::GzDecoder::new(packed);
            let produced = copy(env, &mut decoder, is_shown)?;
            Ok(((packed.len() - decoder.get_ref().len()) as u64, produced))
        }
        [method, check, ..] if method & 15 == 8 && u16::from_be_bytes([*method, *check]) % 31 == 0 => {
            let mut decoder = flate2::bufread::ZlibDecoder::new(packed);
            let produced = copy(env, &mut decoder, is_shown)?;
            Ok((decoder.total_in(), produced))
        }
        _ => {
            let mut decoder = flate2::bufread::DeflateDecoder::new(packed);
            let produced = copy(env, &mut decoder, is_shown)?;
            Ok((decoder.total_in(), produced))
        }
    }
}

fn copy(env: &mut Env<'_>, from: &mut dyn Read, is_shown: bool) -> Result<u64> {
    let (mut buf, mut total) = (vec![0; PIECE], 0);
    loop {
        env.ctx.check()?;
        let count = from.read(&mut buf).map_err(|error| {
            Error::failed(format!(
                "this is neither gzip nor zlib nor deflate data, or it is cut off: {error}"
            ))
        })?;
        if count == 0 {
            return Ok(total);
        }
        total += count as u64;
        if total > UNPACKED {
            return Err(Error::Limit {
                what: "what something unpacks to",
                limit: format!("{UNPACKED:#x} bytes"),
            });
        }
        if is_shown {
            env.out.write_all(&buf[..count])?;
        }
    }
}
