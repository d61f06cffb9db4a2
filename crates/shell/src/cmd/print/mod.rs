//! Printing bytes: `x`, `p8`, `px…`, `ps…`, `pc…`, `pv…`.
//!
//! A range is read in chunks and written as it is read, so that dumps of gigabytes hold
//! nothing and end at an interrupt.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe, need};

mod ascii;
mod bytes;
mod card;
mod chart;
mod code;
mod coding;
mod decode;
mod digest;
mod dump;
mod emoji;
mod examine;
mod hexii;
mod opmap;
mod pattern;
mod range;
mod raw;
mod reference;
mod remark;
mod survey;
mod template;
mod text;
mod tile;
mod time;
mod unit;
mod zoom;

pub(super) use ascii::push_addr;
use dump::Extra;
pub(super) use dump::{print_held as dump_bytes, section_name, section_start};
pub(super) use range::Range;
pub(super) use text::{escape, string_at};
use unit::Unit;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "p", brief: "print bytes", rows: ROWS };

const LENGTH: &[Param] = &[maybe("length", Kind::Number)];
/// Rows on both sides of the seek when it is not said how many.
const AROUND: i64 = 3;
const COUNT: &[Param] = &[maybe("count", Kind::Number)];
const PARTS: &[Param] =
    &[maybe("parts", Kind::Number), maybe("length", Kind::Number), maybe("skip", Kind::Number)];
const CELLS: &[Param] = &[maybe("cells", Kind::Number)];
const JSON: &[Mode] = &[Mode::Json];
const QUIET: &[Mode] = &[Mode::Quiet];

/// A row that takes a length.
const fn sized(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).glue(Glue::Number).params(LENGTH)
}

/// A row that takes a length, but only behind a blank.
const fn spaced(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).params(LENGTH)
}

/// A row that takes a length and has a JSON form.
const fn both(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    sized(name, brief, run).modes(JSON)
}

/// A row that takes a length and has a JSON form and commands.
const fn forms(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    sized(name, brief, run).modes(&[Mode::Json, Mode::Script])
}

/// A row that shows numbers as addresses.
const fn references(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, reference::print).params(LENGTH).modes(&[Mode::Json, Mode::Script, Mode::Quiet])
}

/// A row of bars.
const fn bars(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, zoom::print_bars).params(PARTS).modes(&[Mode::Json, Mode::Quiet])
}

/// A row of columns.
const fn columns(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, chart::print_parts).params(PARTS)
}

/// A row of a zoomed dump.
const fn cells_of(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, zoom::print_cells).params(CELLS)
}

/// A dump whose size of cells ends its name.
const fn cells(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, print_dump).params(LENGTH).modes(JSON)
}

static ROWS: &[Row] = &[
    both("x", "Hex dump; the same as px", print_dump).before_names().examples(&["x 32", "xj 4"]),
    Row::new("x/", "Count, format and size in one word", examine::print)
        .glue(Glue::Rest)
        .params(&[need("[count]format[size]", Kind::Word)])
        .examples(&["x/4xw", "x/2s"]),
    both("xw", "Hex dump of 32-bit words", print_dump),
    both("xq", "Hex dump of 64-bit words", print_dump),
    both("xh", "Hex dump of 16-bit words", print_dump),
    both("px", "Hex dump", print_dump).before_names().examples(&["px 32", "px -16", "pxj 8"]),
    Row::new("px/", "Count, format and size in one word", examine::print)
        .glue(Glue::Rest)
        .params(&[need("[count]format[size]", Kind::Word)])
        .examples(&["px/4xw"]),
    both("pxh", "Hex dump of 16-bit words", print_dump).examples(&["pxh 16"]),
    both("pxw", "Hex dump of 32-bit words", print_dump).before_names().examples(&["pxw 16"]),
    both("pxq", "Hex dump of 64-bit words", print_dump).before_names().examples(&["pxq 32"]),
    sized("pxH", "16-bit words, one in a line", print_column).modes(QUIET),
    sized("pxW", "32-bit words, one in a line", print_column).modes(QUIET).examples(&["pxW 16"]),
    sized("pxQ", "64-bit words, one in a line", print_column).modes(QUIET).examples(&["pxQ 16", "pxQq 16"]),
    sized("px0", "Hex digits in one line, to the first zero", bytes::print_digits_to_zero).examples(&["px0"]),
    Row::new("px--", "Rows of px around the seek: so many before and behind", print_around)
        .glue(Glue::Number)
        .params(&[maybe("rows", Kind::Number)])
        .examples(&["px--2"]),
    sized("pxa", "Hex dump with the flags above their bytes", print_with_flags).examples(&["f here; pxa 32"]),
    sized("pxc", "Hex dump with flags and comments behind the rows", print_with_comments)
        .examples(&["pxc 32"]),
    sized("pxs", "Hex dump without rows that are like the one before", print_sparse).examples(&["pxs 64"]),
    sized("pxA", "What instructions do, two characters each", opmap::print).examples(&["pxA 16"]),
    sized("pxt", "32-bit distances from the seek, and where they lead", reference::print_distances)
        .examples(&["pxt 16"]),
    references("pxr", "Addresses and what is there").examples(&["pxr 32", "pxrj 16"]),
    references("pxr2", "16-bit addresses and what is there"),
    references("pxr4", "32-bit addresses and what is there"),
    references("pxr8", "64-bit addresses and what is there"),
    references("pxr1", "Bytes and what is there"),
    sized("pxe", "Bytes as pictures", emoji::print).examples(&["pxe 32"]),
    Row::new("pxf", "Hex dump of the function at the seek", print_function),
    sized("pxi", "HexII: zeros are blank, text has dots before it", hexii::print).examples(&["pxi 64"]),
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
    Row::new("pxX", "One character for each byte of so many 32-bit words", print_word_characters)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["pxX 4"]),
    Row::new("pxl", "So many rows of px", print_rows).glue(Glue::Number).params(COUNT).examples(&["pxl 2"]),
    both("p8", "Hex digits in one line", bytes::print_digits).before_names().examples(&["p8 16", "p8j 4"]),
    Row::new("p8f", "Hex digits of the function at the seek", print_function_digits),
    sized("p8x", "Hex digits in one line", bytes::print_digits),
    Row::new("pb", "So many bits; of bytes between which some are skipped", bytes::print_bits)
        .glue(Glue::Number)
        .params(&[maybe("bits", Kind::Number), maybe("skip", Kind::Number)])
        .examples(&["pb 12", "pb 16 1"]),
    Row::new("pB", "The bits of so many bytes, between which some are skipped", bytes::print_byte_bits)
        .glue(Glue::Number)
        .params(&[maybe("length", Kind::Number), maybe("skip", Kind::Number)])
        .examples(&["pB 2"]),
    both("ps", "The string at the seek", text::print_string).before_names().examples(&["ps", "psj"]),
    both("psz", "A string that ends with a NUL", text::print_terminated).examples(&["psz"]),
    sized("psb", "The strings of a block, with addresses", text::print_all).examples(&["psb"]),
    sized("psi", "A string that ends with a NUL, within a block", text::print_terminated),
    both("psp", "A string with its length in front", text::print_counted),
    both("psa", "A string of whatever kind seems to be there", text::print_any).examples(&["psa"]),
    both("ps+", "The text of a std::string of libc++", text::print_object).examples(&["ps+"]),
    both("psu", "A string in UTF-16", text::print_wide),
    both("psuz", "A string in UTF-16", text::print_wide),
    sized("pszl", "The length of a string that ends with a NUL", text::print_length).examples(&["pszl"]),
    sized("pj", "JSON laid out over lines", text::print_json).examples(&["w {}; pj"]),
    both("psw", "A string of two bytes a character", text::print_wide),
    both("psW", "A string of four bytes a character", text::print_wider),
    sized("psx", "Text with all that is not printable as escapes", text::print_escaped).examples(&["psx 8"]),
    both("pc", "An array of C", code::print).examples(&["pc 16", "pcj 4"]),
    sized("pcx", "An array of C", code::print),
    sized("pcn", "An array of C", code::print),
    sized("pch", "An array of C, 16-bit", code::print),
    sized("pcw", "An array of C, 32-bit", code::print).examples(&["pcw 16"]),
    sized("pcd", "An array of C, 64-bit", code::print),
    sized("pcq", "The rows of a C array alone", code::print),
    sized("pcs", "A string with escapes", code::print).examples(&["pcs 8"]),
    sized("pcS", "Shell commands that write the bytes", code::print_shell).examples(&["pcS 20"]),
    sized("pcg", "An array of Go", code::print),
    sized("pcy", "A hex string of YARA", code::print),
    sized("pcv", "An array of Java", code::print),
    sized("pck", "An array of Kotlin", code::print),
    sized("pcV", "An array of V", code::print_v),
    sized("pcJ", "A buffer of JavaScript", code::print_javascript),
    sized("pca", "Directives of an assembler", code::print).examples(&["pca 16"]),
    sized("pcA", "Directives of an assembler, with instructions", code::print_instructions)
        .examples(&["pcA 8"]),
    sized("pcc", "A string of C", code::print_c_string).examples(&["pcc 16"]),
    sized("pci", "An array of C, with instructions", code::print_c_instructions).examples(&["pci 8"]),
    sized("pco", "Data of Objective-C", code::print),
    sized("pcp", "Packed bytes of Python", code::print).examples(&["pcp 16"]),
    sized("pcr", "An array of Rust", code::print).examples(&["pcr 8"]),
    sized("pcz", "An array of Swift", code::print),
    sized("pc*", "Commands that write the bytes", code::print).examples(&["pc* 8"]),
    forms("pv", "The number at the seek, of an address's size", bytes::print_value).examples(&["pv", "pvj"]),
    forms("pv1", "The byte at the seek", bytes::print_value),
    forms("pv2", "The 16-bit number at the seek", bytes::print_value),
    forms("pv4", "The 32-bit number at the seek", bytes::print_value).examples(&["pv4"]),
    forms("pv8", "The 64-bit number at the seek", bytes::print_value),
    Row::new("pve", "Numbers with a byte order of one's own: 1234 is big endian", bytes::print_ordered)
        .params(&[need("order", Kind::Word), maybe("count", Kind::Number)])
        .examples(&["pve 2143", "pve 1234 3"]),
    sized("pvz", "The string at the seek", text::print_terminated),
    sized("p6e", "The bytes in base64", coding::print_base64).examples(&["p6e 8"]),
    sized("p6d", "The bytes that base64 text stands for", coding::print_decoded),
    sized("pu", "The bytes as URL escapes", coding::print_url).examples(&["pu 8"]),
    sized("puw", "Every other byte as URL escapes: of wide characters", coding::print_wide_url)
        .examples(&["puw 8"]),
    sized("pr", "The bytes themselves", raw::print).examples(&["pr 4"]),
    sized("prz", "The bytes to the first zero", raw::print_terminated).examples(&["prz"]),
    Row::new("prl", "Lines of text, with their numbers and addresses", raw::print_lines)
        .glue(Glue::Number)
        .params(&[maybe("lines", Kind::Number)])
        .examples(&["prl", "prl 3"]),
    sized("prx", "One character for each byte", print_dump).examples(&["prx 64"]),
    sized("prc", "A shade for each byte", raw::print_shades).examples(&["prc 64"]),
    spaced("p2", "Tiles of 8 by 8 pixels, two bits each", tile::print).examples(&["p2 64"]),
    Row::new("print", "A text", raw::print_text)
        .params(&[maybe("text", Kind::Text)])
        .examples(&["print hello"]),
    Row::new("println", "A text and the end of its line", raw::print_line)
        .params(&[maybe("text", Kind::Text)])
        .examples(&["println hello"]),
    sized("prg", "What gzip, zlib or deflate data unpacks to", raw::print_inflated),
    sized("prgi", "How many bytes such data takes", raw::print_consumed),
    sized("prgo", "How many bytes such data unpacks to", raw::print_produced),
    sized("prgl", "What an LZ4 block unpacks to", raw::print_lz4),
    sized("pk", "The picture that OpenSSH would show of a key", card::print).examples(&["pk 16"]),
    Row::new("pt.", "The time", time::print_now).examples(&["pt."]),
    spaced("pt", "Moments: seconds since 1970", time::print_unix).examples(&["pt 8"]),
    spaced("ptd", "Moments of DOS and FAT", time::print_dos).examples(&["ptd 8"]),
    spaced("pth", "Moments of Macintosh: seconds since 1904", time::print_hfs).examples(&["pth 8"]),
    spaced("ptn", "Moments of Windows: tenths of microseconds since 1601", time::print_ntfs)
        .examples(&["ptn 16"]),
    sized("pp0", "A pattern: zeros", pattern::print_numbers),
    sized("pp1", "A pattern: bytes that count", pattern::print_numbers).examples(&["pp1 8"]),
    sized("pp2", "A pattern: 16-bit numbers that count", pattern::print_numbers),
    sized("pp4", "A pattern: 32-bit numbers that count", pattern::print_numbers),
    sized("pp8", "A pattern: 64-bit numbers that count", pattern::print_numbers),
    sized("ppa", "A pattern: words of letters", pattern::print_words).examples(&["ppa 4"]),
    sized("ppal", "A pattern: words of small letters", pattern::print_words),
    sized("ppau", "A pattern: words of capital letters", pattern::print_words),
    sized("ppd", "A pattern whose parts of three letters are all different", pattern::print_de_bruijn)
        .examples(&["ppd 32"]),
    sized("ppf", "A pattern: 0xff", pattern::print_filled),
    sized("ppn", "A pattern: words of digits", pattern::print_words),
    Row::new("p=", "Bars of the first bytes of the parts of zoom.in", zoom::print_bars)
        .params(PARTS)
        .examples(&["p=", "p= 4"]),
    bars("p=b", "Bars of the first bytes of the parts of zoom.in"),
    bars("p=e", "Bars of the entropy of parts of zoom.in").examples(&["p=e 8", "p=ej 4", "p=eq 4"]),
    bars("p=p", "Bars of how much of parts is printable").examples(&["p=p 4"]),
    bars("p=0", "Bars of how much of parts is 0"),
    bars("p=F", "Bars of how much of parts is 0xff"),
    bars("p=z", "Bars of how much of parts is in strings"),
    bars("p=m", "Bars of the flags and notes in parts").examples(&["p=m 4"]),
    bars("p=c", "Bars of the calls in parts"),
    bars("p=j", "Bars of the jumps in parts").examples(&["p=j 4"]),
    bars("p=i", "Bars of what is no instruction in parts"),
    bars("p=s", "Bars of instructions that enter the system in parts"),
    bars("p=a", "Bars of the blocks of functions that begin in parts"),
    bars("p=A", "Bars of the flags, notes and functions in parts"),
    sized("p==", "The bytes of a block as columns", chart::print_bytes).examples(&["p==", "p== 8"]),
    columns("p==b", "Columns of the first bytes of the parts of zoom.in"),
    columns("p==e", "Columns of the entropy of parts of zoom.in").examples(&["p==e 8"]),
    columns("p==p", "Columns of how much of parts is printable"),
    columns("p==0", "Columns of how much of parts is 0"),
    columns("p==F", "Columns of how much of parts is 0xff"),
    columns("p==z", "Columns of how much of parts is in strings"),
    columns("p==m", "Columns of the flags and notes in parts"),
    columns("p==c", "Columns of the calls in parts"),
    columns("p==j", "Columns of the jumps in parts"),
    columns("p==i", "Columns of what is no instruction in parts"),
    columns("p==s", "Columns of instructions that enter the system in parts"),
    Row::new("p=2", "Numbers of 16 bits with their sign, as a wave", chart::print_wave)
        .params(COUNT)
        .examples(&["p=2 4"]),
    Row::new("p=d", "How the bytes of a block are spread", zoom::print_distribution)
        .params(LENGTH)
        .examples(&["p=d", "p=d 16"]),
    cells_of("pz", "A dump of parts of zoom.in: zoom.byte says what").examples(&["pz 16"]),
    cells_of("pzh", "A dump of parts of zoom.in: the first byte"),
    cells_of("pzp", "A dump of parts of zoom.in: printable bytes"),
    cells_of("pz0", "A dump of parts of zoom.in: zeros"),
    cells_of("pzF", "A dump of parts of zoom.in: bytes of 0xff"),
    cells_of("pze", "A dump of parts of zoom.in: entropy").examples(&["pze 8"]),
    cells_of("pzf", "A dump of parts of zoom.in: flags and notes"),
    cells_of("pzs", "A dump of parts of zoom.in: strings").examples(&["pzs 4"]),
    Row::new(
        "p-",
        "A character for each part of the mapped addresses: what is known there",
        survey::print_bar,
    )
    .params(COUNT)
    .modes(JSON)
    .examples(&["p-", "p- 16", "p-j"]),
    Row::new("p-h", "What is known of the parts of the mapped addresses", survey::print_columns)
        .params(COUNT)
        .examples(&["p-h", "f here; p-h"]),
    Row::new("p-e", "A digit for each part of the mapped addresses: its entropy", survey::print_entropy)
        .params(COUNT)
        .examples(&["p-e 16"]),
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
        _ if matches!(name, "pxx" | "prx") => Unit::Char,
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
    if !args.is_json() {
        return dump::print(env, range, unit);
    }
    // As the peer has it, numbers in JSON have signs.
    let unit = if let Unit::Hex(size) = unit { Unit::Signed(size) } else { unit };
    dump::print_values(env, range, unit)
}

/// Hex numbers, one in a line.
fn print_column(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let (unit, big) = (unit_of(args.row.name), env.big_endian());
    let mut chunks = range.chunks(unit.size());
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        for (index, cell) in chunk.bytes.chunks_exact(unit.size()).enumerate() {
            if args.mode != Mode::Quiet {
                push_addr(&mut text, chunk.addr.wrapping_add((index * unit.size()) as u64));
                text.push(b' ');
            }
            unit.write(&mut text, cell, 0, 1, big);
            text.truncate(text.trim_ascii_end().len());
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(())
}

fn print_with_flags(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    dump::print_with(env, range, Unit::Byte, Extra::Flags)
}

fn print_with_comments(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let extra = if env.is_set("hex.comments") { Extra::Comments } else { Extra::None };
    dump::print_with(env, range, Unit::Byte, extra)
}

fn print_sparse(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    dump::print_with(env, range, Unit::Byte, Extra::Sparse)
}

/// Characters of so many words, a block when it is not said.
fn print_word_characters(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut range = Range::parse(env, args.text)?;
    if !args.is_empty() {
        range.len = range.len.checked_mul(4).ok_or_else(|| args.wrong("the count is too large"))?;
    }
    dump::print(env, range, Unit::Char)
}

fn print_function(env: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
    let range = function(env)?;
    dump::print(env, range, Unit::Byte)
}

fn print_function_digits(env: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
    let range = function(env)?;
    bytes::print_range(env, range)
}

/// The bytes from the first to the last of the function at the seek.
fn function(env: &Env<'_>) -> Result<Range> {
    let function = env.session.analysis.of(env.view.seek);
    let function = function.ok_or_else(|| Error::failed("there is no function here: af finds one"))?;
    Ok(Range { addr: function.start(), len: function.span() })
}

/// The row of a hex dump at the seek, and so many on both sides of it.
fn print_around(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let rows = Range::count(env, args.text)?.unwrap_or(AROUND);
    let columns = dump::Style::of(env).columns as u64;
    let before = u64::try_from(rows).ok().and_then(|rows| rows.checked_mul(columns));
    let before = before.ok_or_else(|| args.wrong("so many rows are no range"))?;
    let addr = env.view.seek.wrapping_sub(before);
    dump::print(env, Range { addr, len: before.saturating_mul(2).saturating_add(columns) }, Unit::Byte)
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
