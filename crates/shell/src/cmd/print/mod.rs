//! Printing bytes: `x`, `p8`, `px…`, `ps…`, `pc…`, `pv…`.
//!
//! A range is read in chunks and written as it is read, so that dumps of gigabytes hold
//! nothing and end at an interrupt.

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe, need};

mod ascii;
mod bytes;
mod code;
mod coding;
mod digest;
mod dump;
mod examine;
mod range;
mod text;
mod unit;

pub(super) use ascii::push_addr;
pub(super) use dump::{print_held as dump_bytes, section_name};
pub(super) use range::Range;
pub(super) use text::{escape, string_at};
use unit::Unit;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "p", brief: "print bytes", rows: ROWS };

const LENGTH: &[Param] = &[maybe("length", Kind::Number)];
const COUNT: &[Param] = &[maybe("count", Kind::Number)];
const JSON: &[Mode] = &[Mode::Json];

/// A row that takes a length.
const fn sized(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).glue(Glue::Number).params(LENGTH)
}

/// A row that takes a length and has a JSON form.
const fn both(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    sized(name, brief, run).modes(JSON)
}

/// A dump whose size of cells ends its name.
const fn cells(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, print_dump).params(LENGTH).modes(JSON)
}

static ROWS: &[Row] = &[
    both("x", "Hex dump; the same as px", print_dump).examples(&["x 32", "xj 4"]),
    Row::new("x/", "Count, format and size in one word", examine::print)
        .glue(Glue::Rest)
        .params(&[need("[count]format[size]", Kind::Word)])
        .examples(&["x/4xw", "x/2s"]),
    both("xw", "Hex dump of 32-bit words", print_dump),
    both("xq", "Hex dump of 64-bit words", print_dump),
    both("xh", "Hex dump of 16-bit words", print_dump),
    both("px", "Hex dump", print_dump).examples(&["px 32", "px -16", "pxj 8"]),
    Row::new("px/", "Count, format and size in one word", examine::print)
        .glue(Glue::Rest)
        .params(&[need("[count]format[size]", Kind::Word)])
        .examples(&["px/4xw"]),
    both("pxh", "Hex dump of 16-bit words", print_dump).examples(&["pxh 16"]),
    both("pxw", "Hex dump of 32-bit words", print_dump).examples(&["pxw 16"]),
    both("pxq", "Hex dump of 64-bit words", print_dump).examples(&["pxq 32"]),
    sized("pxH", "16-bit words, one in a line", print_column),
    sized("pxW", "32-bit words, one in a line", print_column).examples(&["pxW 16"]),
    sized("pxQ", "64-bit words, one in a line", print_column).examples(&["pxQ 16"]),
    both("pxd", "Signed 32-bit numbers", print_dump).examples(&["pxd 16"]),
    cells("pxd1", "Signed bytes"),
    cells("pxd2", "Signed 16-bit numbers"),
    cells("pxd4", "Signed 32-bit numbers"),
    cells("pxd8", "Signed 64-bit numbers"),
    both("pxu", "Unsigned 32-bit numbers", print_dump),
    cells("pxu1", "Unsigned bytes"),
    cells("pxu2", "Unsigned 16-bit numbers"),
    cells("pxu4", "Unsigned 32-bit numbers"),
    cells("pxu8", "Unsigned 64-bit numbers"),
    both("pxo", "Octal dump", print_dump).examples(&["pxo 16"]),
    sized("pxv", "Hex dump; the same as px", print_dump),
    both("pxb", "Bits, four bytes in a row", bytes::print_bit_rows).examples(&["pxb 8"]),
    sized("pxx", "One character for each byte", print_dump).examples(&["pxx 64"]),
    Row::new("pxl", "So many rows of px", print_rows).glue(Glue::Number).params(COUNT).examples(&["pxl 2"]),
    both("p8", "Hex digits in one line", bytes::print_digits).examples(&["p8 16", "p8j 4"]),
    Row::new("pb", "So many bits", bytes::print_bits)
        .glue(Glue::Number)
        .params(&[maybe("bits", Kind::Number)]),
    sized("pB", "The bits of so many bytes", bytes::print_byte_bits).examples(&["pB 2"]),
    both("ps", "The string at the seek", text::print_string).examples(&["ps", "psj"]),
    both("psz", "A string that ends with a NUL", text::print_terminated).examples(&["psz"]),
    sized("psb", "The strings of a block, with addresses", text::print_all).examples(&["psb"]),
    sized("psi", "A string that ends with a NUL, within a block", text::print_terminated),
    both("psp", "A string with its length in front", text::print_counted),
    both("psw", "A string of two bytes a character", text::print_wide),
    both("psW", "A string of four bytes a character", text::print_wider),
    sized("psx", "Text with all that is not printable as escapes", text::print_escaped).examples(&["psx 8"]),
    both("pc", "An array of C", code::print_c).examples(&["pc 16", "pcj 4"]),
    sized("pcx", "An array of C", code::print_c),
    sized("pch", "An array of C, 16-bit", code::print_c),
    sized("pcw", "An array of C, 32-bit", code::print_c).examples(&["pcw 16"]),
    sized("pcd", "An array of C, 64-bit", code::print_c),
    sized("pcq", "The rows of a C array alone", code::print_rows),
    sized("pcs", "A string with escapes", code::print_inline).examples(&["pcs 8"]),
    sized("pcS", "A shell command that writes the bytes", code::print_inline),
    sized("pcg", "An array of Go", code::print_inline),
    sized("pcy", "A hex string of YARA", code::print_inline),
    sized("pcv", "An array of Java", code::print_inline),
    sized("pck", "An array of Kotlin", code::print_inline),
    sized("pcV", "An array of V", code::print_v),
    sized("pcJ", "A buffer of JavaScript", code::print_javascript),
    sized("pc*", "Commands that write the bytes", code::print_commands).examples(&["pc* 8"]),
    both("pv", "The number at the seek, of an address's size", bytes::print_value).examples(&["pv", "pvj"]),
    both("pv1", "The byte at the seek", bytes::print_value),
    both("pv2", "The 16-bit number at the seek", bytes::print_value),
    both("pv4", "The 32-bit number at the seek", bytes::print_value).examples(&["pv4"]),
    both("pv8", "The 64-bit number at the seek", bytes::print_value),
    sized("pvz", "The string at the seek", text::print_terminated),
    sized("p6e", "The bytes in base64", coding::print_base64).examples(&["p6e 8"]),
    sized("p6d", "The bytes that base64 text stands for", coding::print_decoded),
    sized("pu", "The bytes as URL escapes", coding::print_url).examples(&["pu 8"]),
    Row::new("ph", "A checksum or hash of bytes, or the algorithms there are", digest::print)
        .params(&[maybe("algorithm", Kind::Word), maybe("length", Kind::Number)])
        .modes(JSON)
        .examples(&["ph", "phj", "ph md5 16", "ph crc32"]),
];

/// The cell that a command's name asks for.
fn unit_of(name: &str) -> Unit {
    let letters = name.trim_start_matches('p').trim_start_matches('x');
    match letters {
        "h" | "H" => Unit::Hex(2),
        "w" | "W" => Unit::Hex(4),
        "q" | "Q" => Unit::Hex(8),
        "o" => Unit::Octal,
        _ if name == "pxx" => Unit::Char,
        _ => match letters.split_at_checked(1) {
            Some(("d", size)) => Unit::Signed(size.parse().unwrap_or(4)),
            Some(("u", size)) => Unit::Unsigned(size.parse().unwrap_or(4)),
            _ => Unit::Byte,
        },
    }
}

fn print_dump(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let unit = unit_of(args.row.name);
    if args.is_json() { dump::print_values(env, range, unit) } else { dump::print(env, range, unit) }
}

/// Hex numbers, one in a line.
fn print_column(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let (unit, big) = (unit_of(args.row.name), env.big_endian());
    let mut chunks = range.chunks(unit.size());
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        for (index, cell) in chunk.bytes.chunks_exact(unit.size()).enumerate() {
            push_addr(&mut text, chunk.addr.wrapping_add((index * unit.size()) as u64));
            text.push(b' ');
            unit.write(&mut text, cell, 0, 1, big);
            text.truncate(text.trim_ascii_end().len());
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(())
}

/// So many rows of a hex dump.
fn print_rows(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let rows = Range::count(env, args.text)?.unwrap_or(1);
    let columns = dump::Style::of(env).columns as i64;
    let len = rows.checked_mul(columns).ok_or_else(|| args.wrong("so many rows are no range"))?;
    let range = Range { addr: env.view.seek.wrapping_add_signed(len.min(0)), len: len.unsigned_abs() };
    dump::print(env, range, Unit::Byte)
}

#[cfg(test)]
pub(super) mod tests;
