//! Bytes as an initialiser of some language: the `pc` family.

use super::range::Range;
use super::unit::Unit;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// How a language writes an array of bytes in one piece.
struct Inline {
    name: &'static str,
    before: &'static str,
    /// How each byte is written.
    byte: fn(u8) -> String,
    between: &'static str,
    after: &'static str,
}

/// The languages whose form is one line; `{}` in `before` is the number of bytes.
static INLINE: &[Inline] = &[
    Inline { name: "pcs", before: "\"", byte: |byte| format!("\\x{byte:02x}"), between: "", after: "\"" },
    Inline {
        name: "pcg",
        before: "var BUFF = [{}]byte{",
        byte: |byte| format!("{byte:#x}"),
        between: ",",
        after: "}",
    },
    Inline { name: "pcy", before: "{ ", byte: |byte| format!("{byte:02x}"), between: " ", after: " }" },
    Inline { name: "pcv", before: "byte[] ba = {", byte: |byte| byte.to_string(), between: ",", after: "};" },
    Inline {
        name: "pck",
        before: "val arr = byteArrayOfInts(",
        byte: |byte| format!("{byte:#x}"),
        between: ",",
        after: ")",
    },
    Inline {
        name: "pcr",
        before: "let _: [u8; {}] = [\n",
        byte: |byte| format!("{byte:#x}"),
        between: ",",
        after: "];",
    },
    Inline {
        name: "pco",
        before: "NSData *endMarker = [[NSData alloc] initWithBytes:{\n",
        byte: |byte| format!("{byte:#x}"),
        between: ",",
        after: "}];",
    },
    Inline {
        name: "pcz",
        before: "let byteArray : [UInt8] = [",
        byte: |byte| format!("{byte:#x}"),
        between: ", ",
        after: "]",
    },
];

/// Columns of a line of a string of C, after which the next begins.
const C_STRING: usize = 60;

/// An array in the language that the command's last letter stands for.
pub(super) fn print_inline(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    let Some(form) = INLINE.iter().find(|form| form.name == args.row.name) else { return Ok(()) };
    let cells: Vec<String> = bytes.iter().map(|byte| (form.byte)(*byte)).collect();
    let before = form.before.replace("{}", &bytes.len().to_string());
    Ok(writeln!(env.out, "{before}{}{}", cells.join(form.between), form.after)?)
}

/// An array of C.
pub(super) fn print_c(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if args.is_json() {
        return super::dump::print_values(env, range, Unit::Byte);
    }
    let (size, suffix) = match args.row.name {
        "pch" => (2, ""),
        "pcw" => (4, "U"),
        "pcd" => (8, "ULL"),
        _ => (1, ""),
    };
    let bytes = range.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    let big = env.big_endian();
    let cells: Vec<u64> = bytes.chunks_exact(size).map(|cell| crate::parse::integer(cell, big)).collect();
    let bits = size * 8;
    writeln!(env.out, "#define _BUFFER_SIZE {}", cells.len())?;
    writeln!(env.out, "const uint{bits}_t buffer[_BUFFER_SIZE] = {{")?;
    write_rows(env, &cells, size, suffix)?;
    Ok(writeln!(env.out, "}};")?)
}

/// The rows of a C array alone.
pub(super) fn print_rows(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    let cells: Vec<u64> = bytes.into_iter().map(u64::from).collect();
    write_rows(env, &cells, 1, "")
}

fn write_rows(env: &mut Env<'_>, cells: &[u64], size: usize, suffix: &str) -> Result<()> {
    let columns = match size {
        1 => 10,
        2 => 8,
        4 => 5,
        _ => 3,
    };
    let rows = cells.len().div_ceil(columns);
    for (row, cells) in cells.chunks(columns).enumerate() {
        env.ctx.check()?;
        let cell = |value: &u64| format!("{value:#0width$x}{suffix}", width = size * 2 + 2);
        let cells: Vec<String> = cells.iter().map(cell).collect();
        writeln!(env.out, "  {}{}", cells.join(", "), if row + 1 < rows { "," } else { "" })?;
    }
    Ok(())
}

/// An array of V.
pub(super) fn print_v(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    let Some((first, rest)) = bytes.split_first() else { return Ok(()) };
    write!(env.out, "const data = [ byte({first}),")?;
    for (row, cells) in rest.chunks(10).enumerate() {
        env.ctx.check()?;
        let cells: Vec<String> = cells.iter().map(u8::to_string).collect();
        write!(env.out, "{}\n  {}", if row > 0 { "," } else { "" }, cells.join(", "))?;
    }
    Ok(writeln!(env.out, "\n]")?)
}

/// Commands of a shell, each of which writes a piece of the bytes.
pub(super) fn print_shell(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    for (index, row) in bytes.chunks(16).enumerate() {
        env.ctx.check()?;
        let cells: String = row.iter().map(|byte| format!("\\{byte:03o}")).collect();
        writeln!(env.out, "printf \"{cells}\" {} bin", if index == 0 { ">" } else { ">>" })?;
    }
    Ok(())
}

/// A buffer of JavaScript, in base64.
pub(super) fn print_javascript(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    Ok(writeln!(env.out, "var buffer = new Buffer(\"{}\", 'base64');", crate::parse::base64_digits(&bytes))?)
}

/// Commands that write the bytes again.
pub(super) fn print_commands(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    for row in bytes.chunks(32) {
        writeln!(env.out, "wx+{};", crate::parse::hex_digits(row))?;
    }
    Ok(writeln!(env.out, "s-{}", bytes.len())?)
}

/// A byte string of Python, packed.
pub(super) fn print_python(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = bytes.chunks(11).map(|row| hex_cells(row, ",")).collect();
    writeln!(env.out, "import struct")?;
    Ok(writeln!(env.out, "buf = struct.pack (\"{}B\", *[\n{}])", bytes.len(), rows.join(",\n"))?)
}

/// Directives of an assembler.
pub(super) fn print_assembler(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    writeln!(env.out, "shellcode:")?;
    for row in bytes.chunks(8) {
        writeln!(env.out, ".byte {}", hex_cells(row, ", "))?;
    }
    Ok(writeln!(env.out, ".equ shellcode_len, {}", bytes.len())?)
}

/// Directives of an assembler, one for each instruction, which stands in a comment.
pub(super) fn print_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let bytes = range.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    writeln!(env.out, "sub_{:#010x}:", range.addr)?;
    for (bytes, text) in decoded(env, range.addr, &bytes)? {
        writeln!(env.out, " .byte {}  // {text}", hex_cells(&bytes, ", "))?;
    }
    Ok(writeln!(env.out, ".equ shellcode_len, {}", bytes.len())?)
}

/// An array of C, a line for each instruction, which stands in a comment.
pub(super) fn print_c_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let bytes = range.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    writeln!(env.out, "#define _BUFFER_SIZE {}", bytes.len())?;
    writeln!(env.out, "const uint8_t buffer[_BUFFER_SIZE] = {{")?;
    for (bytes, text) in decoded(env, range.addr, &bytes)? {
        writeln!(env.out, " {:<37} /* {text} */", hex_cells(&bytes, ", ") + ",")?;
    }
    Ok(writeln!(env.out, "}};")?)
}

/// A string of C over several lines.
pub(super) fn print_c_string(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    if bytes.is_empty() {
        return Ok(());
    }
    let mut lines = vec![String::new()];
    for &byte in &bytes {
        let cell = match byte {
            b'\n' => "\\n".to_owned(),
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            0x20..=0x7e => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        let Some(line) = lines.last_mut() else { break };
        line.push_str(&cell);
        if line.len() > C_STRING {
            lines.push(String::new());
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    write!(env.out, "const char cstr[{}] = \"\"", bytes.len())?;
    for line in lines {
        env.ctx.check()?;
        write!(env.out, "\\\n  \"{line}\"")?;
    }
    Ok(writeln!(env.out, ";")?)
}

fn hex_cells(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:#04x}")).collect::<Vec<_>>().join(between)
}

/// The instructions in bytes, and what is none one by one.
fn decoded(env: &mut Env<'_>, addr: u64, bytes: &[u8]) -> Result<Vec<(Vec<u8>, String)>> {
    let decoder = crate::cmd::decoder(env)?;
    let (mut rows, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        env.ctx.check()?;
        let decoded = decoder.decode(&bytes[at..], addr.wrapping_add(at as u64));
        let (size, text) = match decoded {
            Some(instruction) => (instruction.size, instruction.text()),
            None => (decoder.invalid_size(), "invalid".to_owned()),
        };
        let end = (at + size.max(1)).min(bytes.len());
        rows.push((bytes[at..end].to_vec(), text));
        at = end;
    }
    Ok(rows)
}
