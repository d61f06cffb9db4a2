//! Instructions without a margin: `pi`, `pI`, `pid`, and as JSON `pij`, `pdj`.

use farad_analysis::Function;
use farad_arch::{Explanation, Instruction};

use super::name;
use super::stream::{Extent, Stream};
use crate::cmd::decoder;
use crate::cmd::print::{Range, push_addr};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::render::{json_string, printable};

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

/// The instruction that each address of a range could begin, none reaching over its end.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_possible(env: &mut Env<'_>, range: Range) -> Result<()> {
    let decoder = decoder(env)?;
    let bytes = range.read(env)?;
    let mut instruction = Instruction::default();
    for at in (0..bytes.len()).step_by(decoder.alignment().max(1)) {
        env.ctx.check()?;
        let addr = range.addr.wrapping_add(at as u64);
        let rest = &bytes[at..bytes.len().min(at + decoder.max_size())];
        if decoder.decode_text(rest, addr, &mut instruction) {
            let digits = hex_digits(&rest[..instruction.size.min(rest.len())]);
            writeln!(env.out, "{addr:#010x} {digits:>BYTES$}  {}", instruction.text())?;
        } else if rest.len() < decoder.min_size() {
            writeln!(env.out, "{addr:#010x} invalid")?;
        } else {
            let digits = hex_digits(&rest[..decoder.invalid_size().min(rest.len())]);
            writeln!(env.out, "{addr:#010x} {digits:>BYTES$}  invalid")?;
        }
    }
    Ok(())
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
fn write_json(env: &mut Env<'_>, addr: u64, extent: Extent, separator: &mut &str) -> Result<()> {
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
