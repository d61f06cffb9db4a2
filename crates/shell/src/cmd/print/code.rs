//! Bytes as an initialiser of some language: the `pc` family.
//!
//! A language is a row of a table; what has more to it than rows of cells is a function.

use super::ascii::{HEX, push_decimal, push_hex};
use super::decode::each_instruction;
use super::range::Range;
use super::unit::Unit;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::{base64_digits, integer};
use crate::registry::Args;

/// How a language writes an array.
struct Form {
    name: &'static str,
    /// Bytes of a cell.
    size: usize,
    /// What stands before the first row; `{}` is the number of cells.
    head: &'static str,
    /// What stands before the cells of a row.
    row: &'static str,
    cell: fn(&mut Vec<u8>, u64),
    between: &'static str,
    /// Cells in a row.
    columns: u64,
    /// What stands behind each row but the last.
    end: &'static str,
    /// What stands behind the last row.
    tail: &'static str,
}

/// One row as long as it takes.
const fn line(
    name: &'static str,
    head: &'static str,
    cell: fn(&mut Vec<u8>, u64),
    between: &'static str,
    tail: &'static str,
) -> Form {
    Form { name, size: 1, head, row: "", cell, between, columns: u64::MAX, end: "", tail }
}

/// An array of C.
const fn c(
    name: &'static str,
    size: usize,
    head: &'static str,
    cell: fn(&mut Vec<u8>, u64),
    columns: u64,
) -> Form {
    Form { name, size, head, row: "  ", cell, between: ", ", columns, end: ",\n", tail: "\n};\n" }
}

const C_BYTES: &str = "#define _BUFFER_SIZE {}\nconst uint8_t buffer[_BUFFER_SIZE] = {\n";

static FORMS: &[Form] = &[
    c("pc", 1, C_BYTES, hex8, 10),
    c("pcx", 1, C_BYTES, hex8, 10),
    c("pcn", 1, C_BYTES, hex8, 10),
    c("pch", 2, "#define _BUFFER_SIZE {}\nconst uint16_t buffer[_BUFFER_SIZE] = {\n", hex16, 8),
    c("pcw", 4, "#define _BUFFER_SIZE {}\nconst uint32_t buffer[_BUFFER_SIZE] = {\n", hex32, 5),
    c("pcd", 8, "#define _BUFFER_SIZE {}\nconst uint64_t buffer[_BUFFER_SIZE] = {\n", hex64, 3),
    Form { tail: "\n", ..c("pcq", 1, "", hex8, 10) },
    line("pcs", "\"", escape, "", "\"\n"),
    line("pcg", "var BUFF = [{}]byte{", short, ",", "}\n"),
    line("pcy", "{ ", digits, " ", " }\n"),
    line("pcv", "byte[] ba = {", decimal, ",", "};\n"),
    line("pck", "val arr = byteArrayOfInts(", short, ",", ")\n"),
    line("pcr", "let _: [u8; {}] = [\n", short, ",", "];\n"),
    line("pco", "NSData *endMarker = [[NSData alloc] initWithBytes:{\n", short, ",", "}];\n"),
    line("pcz", "let byteArray : [UInt8] = [", short, ", ", "]\n"),
    Form {
        columns: 11,
        end: ",\n",
        ..line("pcp", "import struct\nbuf = struct.pack (\"{}B\", *[\n", hex8, ",", "])\n")
    },
    Form {
        row: ".byte ",
        columns: 8,
        end: "\n",
        ..line("pca", "shellcode:\n", hex8, ", ", "\n.equ shellcode_len, {}\n")
    },
    Form { row: "wx+", columns: 32, end: ";\n", ..line("pc*", "", digits, "", ";\ns-{}\n") },
];

fn digits(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(&HEX[value as usize & 0xff]);
}

fn hex8(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(b"0x");
    digits(text, value);
}

fn hex16(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(b"0x");
    push_hex(text, value, 4);
}

fn hex32(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(b"0x");
    push_hex(text, value, 8);
    text.push(b'U');
}

fn hex64(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(b"0x");
    push_hex(text, value, 16);
    text.extend_from_slice(b"ULL");
}

fn short(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(b"0x");
    push_hex(text, value, if value < 16 { 1 } else { 2 });
}

fn decimal(text: &mut Vec<u8>, value: u64) {
    push_decimal(text, i128::from(value), 0);
}

fn escape(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(b"\\x");
    digits(text, value);
}

/// Columns of a line of a string of C, after which the next begins.
const C_STRING: usize = 60;

/// An array in the language that the command stands for.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if args.is_json() {
        return super::dump::print_values(env, range, Unit::Byte);
    }
    let Some(form) = FORMS.iter().find(|form| form.name == args.row.name) else { return Ok(()) };
    if range.len == 0 {
        return Ok(());
    }
    let count = range.len / form.size as u64;
    let big = env.big_endian();
    let with_count = |text: &str| text.replace("{}", &count.to_string());
    let mut text = with_count(form.head).into_bytes();
    let mut index = 0u64;
    let mut chunks = Range { len: count * form.size as u64, ..range }.chunks(form.size);
    while let Some(chunk) = chunks.next(env)? {
        for cell in chunk.bytes.chunks_exact(form.size) {
            if index.is_multiple_of(form.columns) {
                text.extend_from_slice(if index > 0 { form.end } else { "" }.as_bytes());
                text.extend_from_slice(form.row.as_bytes());
            } else {
                text.extend_from_slice(form.between.as_bytes());
            }
            (form.cell)(&mut text, integer(cell, big));
            index += 1;
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    let tail = with_count(form.tail);
    text.extend_from_slice(if index > 0 { &tail } else { tail.trim_start() }.as_bytes());
    Ok(env.out.write_all(&text)?)
}

/// An array of V.
pub(super) fn print_v(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    let mut text = b"const data = [".to_vec();
    let mut index = 0u64;
    let mut chunks = range.chunks(1);
    while let Some(chunk) = chunks.next(env)? {
        for &byte in chunk.bytes {
            match index {
                0 => text.extend_from_slice(b" byte("),
                1 => text.extend_from_slice(b"\n  "),
                index if index % 10 == 1 => text.extend_from_slice(b",\n  "),
                _ => text.extend_from_slice(b", "),
            }
            decimal(&mut text, u64::from(byte));
            if index == 0 {
                text.extend_from_slice(b"),");
            }
            index += 1;
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(env.out.write_all(b"\n]\n")?)
}

/// Commands of a shell, each of which writes a piece of the bytes.
pub(super) fn print_shell(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    const PIECE: usize = 16;
    let mut chunks = Range::parse(env, args.text)?.chunks(PIECE);
    let mut into = ">";
    while let Some(chunk) = chunks.next(env)? {
        for row in chunk.bytes.chunks(PIECE) {
            let cells: String = row.iter().map(|byte| format!("\\{byte:03o}")).collect();
            writeln!(env.out, "printf \"{cells}\" {into} bin")?;
            into = ">>";
        }
    }
    Ok(())
}

/// A buffer of JavaScript, in base64.
pub(super) fn print_javascript(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    write!(env.out, "var buffer = new Buffer(\"")?;
    // Three bytes are four digits, so that pieces of such lengths join.
    let mut chunks = range.chunks(3);
    while let Some(chunk) = chunks.next(env)? {
        env.out.write_all(base64_digits(chunk.bytes).as_bytes())?;
    }
    Ok(writeln!(env.out, "\", 'base64');")?)
}

/// Directives of an assembler, one for each instruction, which stands in a comment.
pub(super) fn print_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    writeln!(env.out, "sub_{:#010x}:", range.addr)?;
    each_instruction(env, range, |env, _, bytes, found| {
        let text = found.map_or("invalid".to_owned(), |found| found.text());
        Ok(writeln!(env.out, " .byte {}  // {text}", cells(bytes))?)
    })?;
    Ok(writeln!(env.out, ".equ shellcode_len, {}", range.len)?)
}

/// An array of C, a line for each instruction, which stands in a comment.
pub(super) fn print_c_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    write!(env.out, "{}", C_BYTES.replace("{}", &range.len.to_string()))?;
    each_instruction(env, range, |env, _, bytes, found| {
        let text = found.map_or("invalid".to_owned(), |found| found.text());
        Ok(writeln!(env.out, " {:<36}  /* {text} */", cells(bytes) + ",")?)
    })?;
    Ok(writeln!(env.out, "}};")?)
}

fn cells(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:#04x}")).collect::<Vec<_>>().join(", ")
}

/// A string of C over several lines.
pub(super) fn print_c_string(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    let mut text = format!("const char cstr[{}] = \"\"", range.len).into_bytes();
    // Columns of the line so far; none when the next byte begins one.
    let mut columns = None;
    let mut chunks = range.chunks(1);
    while let Some(chunk) = chunks.next(env)? {
        for &byte in chunk.bytes {
            if columns.is_none() {
                text.extend_from_slice(b"\\\n  \"");
            }
            let from = text.len();
            match byte {
                b'\n' => text.extend_from_slice(b"\\n"),
                b'"' | b'\\' => text.extend_from_slice(&[b'\\', byte]),
                0x20..=0x7e => text.push(byte),
                _ => escape(&mut text, u64::from(byte)),
            }
            let width = columns.unwrap_or(0) + text.len() - from;
            columns = (width <= C_STRING).then_some(width);
            if columns.is_none() {
                text.push(b'"');
            }
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    if columns.is_some() {
        text.push(b'"');
    }
    text.extend_from_slice(b";\n");
    Ok(env.out.write_all(&text)?)
}
