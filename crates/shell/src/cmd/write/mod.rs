//! Changing bytes: text, hex, numbers, strings with lengths, files, copies.
//!
//! Everything goes through the IO layer's write, which refuses what is read-only, or into its
//! write cache while `io.cache` is set.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::{Unknown, unescape};
use crate::parse::{base64_bytes, base64_digits, hex_bytes, integer_bytes};
use crate::registry::{Args, Glue, Group, Kind, Row, maybe, need};

mod cache;
mod file;
mod insert;
mod operate;

pub(super) use insert::{insert, take_out};

/// The groups.
pub(super) const GROUPS: [Group; 6] = [
    Group { prefix: "w", brief: "write bytes, text and numbers", rows: ROWS },
    operate::GROUP,
    operate::SHOWN,
    cache::GROUP,
    file::GROUP,
    insert::GROUP,
];

const fn row(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).effects(Effects::WRITE)
}

static ROWS: &[Row] = &[
    row("w", "Write text; backslash escapes are resolved", write_text)
        .params(&[need("text", Kind::Text)])
        .examples(&["w foo", "w foo\\nbar"]),
    row("w+", "Write text and move behind it", write_text_on)
        .glue(Glue::Rest)
        .params(&[need("text", Kind::Text)])
        .examples(&["w+ foo"]),
    row("wz", "Write text and a zero byte", write_zero_ended)
        .params(&[need("text", Kind::Text)])
        .examples(&["wz foo"]),
    row("ww", "Write text as 16 bit characters", write_wide)
        .params(&[need("text", Kind::Text)])
        .examples(&["ww wide"]),
    row("ws", "Write text behind its length in a byte", write_counted)
        .params(&[need("text", Kind::Text)])
        .examples(&["ws hello"]),
    row("ws1", "Write text behind its length in a byte", write_counted).params(&[need("text", Kind::Text)]),
    row("ws2", "Write text behind its length in 2 bytes", write_counted_2)
        .params(&[need("text", Kind::Text)])
        .examples(&["ws2 hello"]),
    row("ws4", "Write text behind its length in 4 bytes", write_counted_4)
        .params(&[need("text", Kind::Text)]),
    row("wx", "Write hex digits as bytes", write_hex)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["wx 90 90"]),
    row("wx+", "Write hex digits as bytes and move behind them", write_hex_on)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["wx+ 9091"]),
    row("wX", "Fill the block with hex digits, again and again", fill)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["wX 10"]),
    row("w0", "Write zeros", write_zeros).params(&[need("bytes", Kind::Number)]).examples(&["w0 4"]),
    row("wr", "Write random bytes", write_random)
        .glue(Glue::Number)
        .params(&[need("bytes", Kind::Number)])
        .examples(&["wr 4"]),
    row("wv", "Write a number in 4 bytes, or 8 where it needs them", write_value)
        .params(&[need("expr", Kind::Number)])
        .examples(&["wv 1"]),
    row("wv1", "Write a number in a byte", write_value_1)
        .params(&[need("expr", Kind::Number)])
        .examples(&["wv1 0x11"]),
    row("wv2", "Write a number in 2 bytes", write_value_2)
        .params(&[need("expr", Kind::Number)])
        .examples(&["wv2 0x1122"]),
    row("wv4", "Write a number in 4 bytes", write_value_4)
        .params(&[need("expr", Kind::Number)])
        .examples(&["wv4 1"]),
    row("wv8", "Write a number in 8 bytes", write_value_8)
        .params(&[need("expr", Kind::Number)])
        .examples(&["wv8 1"]),
    row("wvp", "Write a number in as many bytes as an address has", write_pointer)
        .params(&[need("expr", Kind::Number)])
        .examples(&["wvp 5"]),
    row("wvf", "Write a real number in 4 bytes", write_float)
        .params(&[need("real", Kind::Number)])
        .examples(&["wvf 1.5"]),
    row("wvF", "Write a real number in 8 bytes", write_double)
        .params(&[need("real", Kind::Number)])
        .examples(&["wvF 1.5"]),
    row("wvd", "Write a real number in 8 bytes", write_double).params(&[need("real", Kind::Number)]),
    row("wB", "Set the bits of a number in the bytes here", set_bits)
        .params(&[need("bits", Kind::Number)])
        .examples(&["wB 0xf0"]),
    row("wB-", "Clear the bits of a number in the bytes here", clear_bits)
        .glue(Glue::Number)
        .params(&[need("bits", Kind::Number)])
        .examples(&["wB-0xf0"]),
    row("w6e", "Write the base64 form of text", write_base64)
        .params(&[need("text", Kind::Text)])
        .examples(&["w6e foo"]),
    row("w6x", "Write the base64 form of bytes", write_base64_hex)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["w6x 41"]),
    row("w6d", "Write the bytes that base64 text stands for", write_base64_decoded)
        .params(&[need("base64", Kind::Text)])
        .examples(&["w6d Zm9v"]),
    row("wd", "Copy bytes from an address to here", copy)
        .params(&[need("addr", Kind::Address), need("bytes", Kind::Number)])
        .examples(&["wd 0 8 @ 16"]),
    row("wh", "Show where a program of this machine is", file::which)
        .params(&[maybe("program", Kind::Word)])
        .effects(Effects::FILES),
];

/// Writes at the current address.
pub(super) fn put(env: &mut Env<'_>, bytes: &[u8]) -> Result<()> {
    Ok(env.write(env.view.seek, bytes)?)
}

/// Writes at the current address and moves behind.
pub(super) fn put_on(env: &mut Env<'_>, bytes: &[u8]) -> Result<()> {
    put(env, bytes)?;
    let behind = env.view.seek.wrapping_add(bytes.len() as u64);
    env.view.seek_to(behind);
    Ok(())
}

/// Bytes at an address, all of which must be there unless `io.ff` fills them.
pub(super) fn bytes_at(env: &mut Env<'_>, addr: u64, len: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    env.read_filled(addr, &mut bytes)?;
    Ok(bytes)
}

/// The text as one types it: quotes around all of it go, escapes are resolved.
fn typed(args: &Args<'_>) -> Result<Vec<u8>> {
    Ok(unescape(&crate::lang::unquote(args.required("the text")?), Unknown::Drop))
}

fn write_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put(env, &typed(args)?)
}

fn write_text_on(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put_on(env, &typed(args)?)
}

fn write_zero_ended(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = typed(args)?;
    bytes.push(0);
    put(env, &bytes)
}

fn write_wide(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = String::from_utf8_lossy(&typed(args)?).into_owned();
    let big = env.big_endian();
    let bytes: Vec<u8> = text
        .encode_utf16()
        .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
        .collect();
    put(env, &bytes)
}

fn counted(env: &mut Env<'_>, args: &Args<'_>, size: usize) -> Result<()> {
    let text = typed(args)?;
    if (text.len() as u64) >> (8 * size) != 0 {
        return Err(Error::failed(format!(
            "the length of {} bytes does not fit into {size}: use ws2 or ws4",
            text.len()
        )));
    }
    let mut bytes = integer_bytes(text.len() as u64, size, env.big_endian());
    bytes.extend(text);
    put(env, &bytes)
}

fn write_counted(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    counted(env, args, 1)
}

fn write_counted_2(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    counted(env, args, 2)
}

fn write_counted_4(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    counted(env, args, 4)
}

fn write_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put(env, &hex_bytes(args.required("the hex digits")?)?)
}

fn write_hex_on(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put_on(env, &hex_bytes(args.required("the hex digits")?)?)
}

fn fill(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let pattern = hex_bytes(args.required("the hex digits")?)?;
    let bytes: Vec<u8> = pattern.iter().copied().cycle().take(env.view.block).collect();
    put(env, &bytes)
}

fn write_zeros(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = env.length(args.required("how many")?)?;
    put(env, &vec![0; count])
}

fn write_random(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = env.length(args.required("how many")?)?;
    let mut bytes = vec![0; count];
    let source = "/dev/urandom";
    let failed = |error| Error::File { path: source.to_owned(), source: error };
    let mut file = std::fs::File::open(source).map_err(failed)?;
    std::io::Read::read_exact(&mut file, &mut bytes).map_err(failed)?;
    put(env, &bytes)
}

fn value(env: &mut Env<'_>, args: &Args<'_>, size: usize) -> Result<()> {
    let value = env.number(args.required("the number")?)?;
    put(env, &integer_bytes(value, size, env.big_endian()))
}

fn write_value(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let needed = env.number(args.required("the number")?)?;
    value(env, args, if u32::try_from(needed).is_ok() { 4 } else { 8 })
}

fn write_value_1(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    value(env, args, 1)
}

fn write_value_2(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    value(env, args, 2)
}

fn write_value_4(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    value(env, args, 4)
}

fn write_value_8(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    value(env, args, 8)
}

fn write_pointer(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    value(env, args, env.address_bytes())
}

fn real(args: &Args<'_>) -> Result<f64> {
    args.required("the number")?.parse().map_err(|_| args.wrong(format!("'{}' is no real number", args.text)))
}

fn write_float(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bits = u64::from((real(args)? as f32).to_bits());
    put(env, &integer_bytes(bits, 4, env.big_endian()))
}

fn write_double(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bits = real(args)?.to_bits();
    put(env, &integer_bytes(bits, 8, env.big_endian()))
}

/// The bits of a number and the bytes here that it covers, no more than it has digits for.
fn with_bits(env: &mut Env<'_>, args: &Args<'_>, apply: impl Fn(u8, u8) -> u8) -> Result<()> {
    let bits = env.number(args.required("the bits")?)?;
    let used = (8 - bits.leading_zeros() as usize / 8).max(1);
    let mask = integer_bytes(bits, used, env.big_endian());
    let mut bytes = bytes_at(env, env.view.seek, used)?;
    bytes.iter_mut().zip(mask).for_each(|(byte, mask)| *byte = apply(*byte, mask));
    put(env, &bytes)
}

fn set_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    with_bits(env, args, |byte, mask| byte | mask)
}

fn clear_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    with_bits(env, args, |byte, mask| byte & !mask)
}

fn write_base64(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put(env, base64_digits(args.required("the text")?.as_bytes()).as_bytes())
}

fn write_base64_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put(env, base64_digits(&hex_bytes(args.required("the hex digits")?)?).as_bytes())
}

fn write_base64_decoded(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    put(env, &base64_bytes(args.required("the base64 text")?)?)
}

fn copy(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [addr, len] = &words[..] else { return Err(args.wrong("where from and how many bytes are needed")) };
    let (addr, len) = (env.number(addr)?, env.length(len)?);
    let bytes = bytes_at(env, addr, len)?;
    put(env, &bytes)
}
