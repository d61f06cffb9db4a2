//! Instructions without a margin: `pi`, `pI`, `pid`, `pie`, as JSON `pij`, `pdj`, and as a table `pd,`.

use std::collections::BTreeSet;

use farad_analysis::Function;
use farad_arch::{Explanation, Instruction};

use super::name;
use super::stream::{Extent, Stream};
use crate::cmd::decoder;
use crate::cmd::print::{Range, push_addr};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::note;
use crate::paint::Role;
use crate::parse::hex_digits;
use crate::registry::Args;
use crate::render::{json_string, printable};
use crate::table::{self, Table, number, text};

/// Bytes of output collected before they are written.
const BUFFER: usize = 64 << 10;
/// Columns of the bytes in `pid`.
const BYTES: usize = 20;

/// One instruction a line.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    let mut text = String::new();
    while let Some(item) = stream.next(env, &mut instruction, true)? {
        match item.is_valid {
            true if instruction.references.is_empty() => instruction.write_text(&mut text),
            true => text.push_str(&instruction.render(true, |target| name::operand(env, target))),
            false => text.push_str("invalid"),
        }
        text.push('\n');
        if text.len() >= BUFFER {
            env.out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    Ok(env.out.write_all(text.as_bytes())?)
}

/// Instructions with their addresses and bytes, and lines for the flags between them.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_with_bytes(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    while let Some(item) = stream.next(env, &mut instruction, true)? {
        let mut line = Vec::new();
        if let Some(flag) = env.session.flags.at(item.addr).next_back() {
            push_addr(&mut line, item.addr);
            line.extend_from_slice(format!("   {}:\n", printable(&flag.name)).as_bytes());
        }
        push_addr(&mut line, item.addr);
        let shown = match item.is_valid {
            true => instruction.render(false, |target| name::operand(env, target)),
            false => "invalid".to_owned(),
        };
        line.extend_from_slice(format!(" {:>BYTES$}  {shown}\n", hex_digits(item.bytes)).as_bytes());
        env.out.write_all(&line)?;
    }
    Ok(())
}

/// Instructions behind their addresses.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_with_addresses(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    while let Some(item) = stream.next(env, &mut instruction, true)? {
        let shown = if item.is_valid { instruction.text() } else { "invalid".to_owned() };
        writeln!(env.out, "{:#010x}             {shown}", item.addr)?;
    }
    Ok(())
}

/// How instructions are shown one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Address, bytes, instruction.
    Text,
    /// The instruction.
    Quiet,
    /// An array of objects.
    Json,
}

/// The instruction that each address of a range could begin, none reaching over its end. JSON has
/// only what is one.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_possible(env: &mut Env<'_>, range: Range, form: Form) -> Result<()> {
    let decoder = decoder(env)?;
    let bytes = range.read(env)?;
    let mut instruction = Instruction::default();
    let mut separator = "[";
    for at in (0..bytes.len()).step_by(decoder.alignment().max(1)) {
        env.ctx.check()?;
        let addr = range.addr.wrapping_add(at as u64);
        let rest = &bytes[at..bytes.len().min(at + decoder.max_size())];
        let is_valid = decoder.decode_text(rest, addr, &mut instruction);
        let size = if is_valid { instruction.size } else { decoder.invalid_size() };
        let digits = hex_digits(&rest[..size.min(rest.len())]);
        let shown = if is_valid { instruction.text() } else { "invalid".to_owned() };
        match form {
            Form::Quiet => writeln!(env.out, "{shown}")?,
            Form::Json if !is_valid => {}
            Form::Json => {
                let inst = json_string(&shown);
                write!(env.out, "{separator}{{\"addr\":{addr},\"bytes\":\"{digits}\",\"inst\":{inst}}}")?;
                separator = ",";
            }
            Form::Text if !is_valid && rest.len() < decoder.min_size() => {
                writeln!(env.out, "{addr:#010x} invalid")?;
            }
            Form::Text => writeln!(env.out, "{addr:#010x} {digits:>BYTES$}  {shown}")?,
        }
    }
    match form {
        Form::Json => Ok(writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?),
        Form::Text | Form::Quiet => Ok(()),
    }
}

/// The size of each instruction in bytes.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_sizes(env: &mut Env<'_>, addr: u64, extent: Extent, json: bool) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    let mut sizes = Vec::new();
    while let Some(item) = stream.next(env, &mut instruction, false)? {
        match json {
            true => sizes.push(item.bytes.len().to_string()),
            false => writeln!(env.out, "{}", item.bytes.len())?,
        }
        env.ctx.check()?;
    }
    if json {
        writeln!(env.out, "[{}]", sizes.join(","))?;
    }
    Ok(())
}

/// What each instruction does in ESIL, behind its address unless it is asked for alone.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_esil(env: &mut Env<'_>, addr: u64, extent: Extent, quiet: bool) -> Result<()> {
    let decoder = decoder(env)?;
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    while let Some(item) = stream.next(env, &mut instruction, false)? {
        let esil = decoder.esil(item.bytes, item.addr).filter(|_| item.is_valid);
        let esil = esil.map_or(String::new(), |(esil, _)| esil);
        let line = if quiet { esil } else { format!("{:#010x} {esil}", item.addr) };
        writeln!(env.out, "{}", line.trim_end())?;
        env.ctx.check()?;
    }
    Ok(())
}

/// The comments at instructions.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_comments(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    while let Some(item) = stream.next(env, &mut instruction, false)? {
        let addr = item.addr;
        if let Some(note) = env.session.notes.find(addr, note::Kind::Comment) {
            let text = env.painted(Role::UserComment, &printable(&note.text));
            writeln!(env.out, "{} {text}", env.painted(Role::Offset, &format!("{addr:#010x}")))?;
        }
        env.ctx.check()?;
    }
    Ok(())
}

/// Instructions as a table: what is at each, what it does, what it refers to and what refers to it.
///
/// # Errors
/// What cannot be read, a wrong query, and an interrupt.
pub(super) fn print_table(env: &mut Env<'_>, addr: u64, extent: Extent, args: &Args<'_>) -> Result<()> {
    let columns = ["name", "bytes", "disasm", "comment", "esil", "refs", "xrefs"].map(text);
    let mut columns = Vec::from(columns);
    columns.insert(1, number("addr"));
    let mut table = Table::new("instructions", columns);
    let decoder = decoder(env)?;
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    while let Some(item) = stream.next(env, &mut instruction, true)? {
        env.ctx.check()?;
        let addr = item.addr;
        let notes = env.session.notes.find(addr, note::Kind::Comment);
        let esil = decoder.esil(item.bytes, addr).filter(|_| item.is_valid);
        let references = &env.session.analysis.references;
        let list = |targets: BTreeSet<u64>| -> String {
            targets.iter().map(|addr| format!("{addr:#010x}")).collect::<Vec<String>>().join(" ")
        };
        let next = instruction.next();
        let goes = [instruction.jump, instruction.fail].into_iter().flatten().filter(|to| *to != next);
        let from = references.from(addr).map(|reference| reference.to).chain(goes);
        table.push([
            name::best(&env.session.flags, addr).map(|flag| flag.name.clone()).unwrap_or_default(),
            format!("{addr:#010x}"),
            hex_digits(item.bytes),
            if item.is_valid { instruction.text().to_owned() } else { "invalid".to_owned() },
            notes.map(|note| note.text.clone()).unwrap_or_default(),
            esil.map(|(esil, _)| esil).unwrap_or_default(),
            list(from.collect()),
            list(references.to(addr).map(|reference| reference.from).collect()),
        ]);
        if table.len() >= table::ROWS {
            return Err(Error::Limit { what: "the rows of a table", limit: table::ROWS.to_string() });
        }
    }
    table::print(env, args, table)
}

/// All that is known of each instruction, as a JSON array.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_json(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut separator = "[";
    write_json(env, addr, extent, &mut separator)?;
    Ok(writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?)
}

/// The instructions of a function as JSON: its name, size and address, and an array of them.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_function_json(env: &mut Env<'_>, function: &Function) -> Result<()> {
    let (name, size, addr) = (json_string(&function.name), function.size(), function.addr);
    write!(env.out, "{{\"name\":{name},\"size\":{size},\"addr\":{addr},\"ops\":")?;
    let mut separator = "[";
    for block in function.blocks.values() {
        write_json(env, block.addr, Extent::Bytes(block.size), &mut separator)?;
    }
    Ok(writeln!(env.out, "{}]}}", if separator == "[" { "[" } else { "" })?)
}

/// The instructions of so many bytes as a JSON array, without the end of a line.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print_ops_json(env: &mut Env<'_>, addr: u64, size: u64) -> Result<()> {
    let mut separator = "[";
    write_json(env, addr, Extent::Bytes(size), &mut separator)?;
    Ok(write!(env.out, "{}]", if separator == "[" { "[" } else { "" })?)
}

/// Writes instructions as elements of an array, `separator` before each.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn write_json(env: &mut Env<'_>, addr: u64, extent: Extent, separator: &mut &str) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let mut instruction = Instruction::default();
    let decoder = decoder(env)?;
    while let Some(item) = stream.next(env, &mut instruction, true)? {
        let flags: Vec<&str> = env.session.flags.at(item.addr).map(|flag| flag.name.as_str()).collect();
        let explanation = decoder.explain(item.bytes, item.addr).filter(|_| item.is_valid);
        let json = describe(env, &instruction, explanation.as_ref(), item.addr, item.bytes, &flags);
        let json = serde_json::to_string(&json).map_err(|error| Error::failed(error.to_string()))?;
        write!(env.out, "{separator}{json}")?;
        *separator = ",";
    }
    Ok(())
}

fn describe(
    env: &Env<'_>,
    instruction: &Instruction,
    explanation: Option<&Explanation>,
    addr: u64,
    bytes: &[u8],
    flags: &[&str],
) -> serde_json::Map<String, serde_json::Value> {
    let mut json = serde_json::Map::new();
    let mut put = |name: &str, value: serde_json::Value| {
        json.insert(name.to_owned(), value);
    };
    put("addr", addr.into());
    let Some(Explanation { esil, properties, .. }) = explanation else {
        put("size", bytes.len().into());
        put("bytes", hex_digits(bytes).into());
        put("type", "invalid".into());
        return json;
    };
    for (name, value) in [("ptr", properties.pointer), ("val", properties.value)] {
        if let Some(value) = value {
            put(name, value.into());
        }
    }
    if !esil.is_empty() {
        put("esil", esil.as_str().into());
    }
    put("refptr", properties.accessed.into());
    let function = env.session.analysis.around(addr).into_iter().next();
    put("fcn_addr", function.map_or(0, |function| function.addr).into());
    put("fcn_last", function.map_or(0, |function| function.end().wrapping_sub(bytes.len() as u64)).into());
    put("size", bytes.len().into());
    put("opcode", instruction.text().into());
    put("disasm", instruction.render(false, |target| name::operand(env, target)).into());
    put("bytes", hex_digits(bytes).into());
    put("family", properties.family.into());
    put("type", instruction.kind.name().into());
    put("reloc", false.into());
    put("type_num", instruction.kind.number().into());
    put("type2_num", 0.into());
    for (name, value) in [("jump", instruction.jump), ("fail", instruction.fail)] {
        if let Some(value) = value {
            put(name, value.into());
        }
    }
    if !flags.is_empty() {
        put("flags", flags.into());
    }
    json
}
