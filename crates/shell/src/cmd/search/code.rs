//! Searching instructions: by their text, and for what refers to an address.

use farad_arch::{Decoder, Instruction, Kind as Class};

use super::range;
use super::scan::scan;
use crate::cmd::decoder;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::registry::{Args, Mode};
use crate::render::printable;

/// Columns of an instruction's bytes.
const BYTES: usize = 20;

/// Most instructions of a sequence.
const SEQUENCE: usize = 64;

/// Prints the instructions whose text contains the argument; of a sequence, with `;` between, all that follow each other.
pub(super) fn find_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let parts = sequence(args.required("what to search")?)?;
    let wanted: Vec<String> = parts.iter().map(|part| part.to_ascii_lowercase()).collect();
    print_sequence(env, args, wanted.len(), |index, instruction, text| {
        instruction.text().contains(&wanted[index]) || text.contains(&wanted[index])
    })
}

/// The parts of a sequence.
fn sequence(text: &str) -> Result<Vec<&str>> {
    let parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    match parts.len() {
        0 => Err(Error::failed("what to search is missing between the ;")),
        1..=SEQUENCE => Ok(parts),
        _ => Err(Error::Limit {
            what: "the number of instructions in a sequence",
            limit: SEQUENCE.to_string(),
        }),
    }
}

/// Prints the instructions whose text an expression fits.
pub(super) fn find_pattern(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let compile = |text: &&str| {
        let built = regex::RegexBuilder::new(text).size_limit(super::REGEX).build();
        built.map_err(|error| Error::failed(format!("the expression is wrong: {error}")))
    };
    let parts = sequence(args.required("the expression")?)?;
    let wanted = parts.iter().map(compile).collect::<Result<Vec<_>>>()?;
    print_sequence(env, args, wanted.len(), |index, instruction, text| {
        wanted[index].is_match(&instruction.text()) || wanted[index].is_match(text)
    })
}

/// Prints the instructions of a type.
pub(super) fn find_type(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the type")?;
    if !Class::ALL.iter().any(|kind| kind.name() == name) {
        return Err(Error::failed(format!(
            "no instruction is of type '{}' (/atl lists them)",
            printable(name)
        )));
    }
    print(env, args, |instruction, _| instruction.kind.name() == name)
}

/// Prints the instructions with an immediate.
pub(super) fn find_immediate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = env.number(args.required("the number")?)?;
    print(env, args, |instruction, _| instruction.value == Some(value))
}

/// Prints the instructions that call the system.
pub(super) fn find_system(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, |instruction, _| {
        matches!(instruction.kind, Class::Interrupt | Class::ConditionalInterrupt)
    })
}

/// The types that instructions can be of.
pub(super) fn print_types(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Class::ALL.iter().try_for_each(|kind| Ok(writeln!(env.out, "{}", kind.name())?))
}

/// Prints the instructions that are wanted, each with its text and names in it.
fn print(env: &mut Env<'_>, args: &Args<'_>, is_wanted: impl Fn(&Instruction, &str) -> bool) -> Result<()> {
    print_sequence(env, args, 1, |_, instruction, text| is_wanted(instruction, text))
}

/// Prints every run of so many instructions, one behind the other, each of which is wanted at its place.
fn print_sequence(
    env: &mut Env<'_>,
    args: &Args<'_>,
    length: usize,
    is_wanted: impl Fn(usize, &Instruction, &str) -> bool,
) -> Result<()> {
    let mut separator = "[";
    let decoder = decoder(env)?;
    each(env, |env, instruction, bytes| {
        let mut text = instruction.render(false, |target| crate::cmd::operand_name(env, target));
        if !is_wanted(0, instruction, &text) {
            return Ok(false);
        }
        let (addr, mut size) = (instruction.addr, instruction.size);
        let mut lines = vec![(addr, hex_digits(bytes), text.clone())];
        for index in 1..length {
            let next = addr.wrapping_add(size as u64);
            let Some((instruction, bytes)) = at(env, &decoder, next)? else { return Ok(false) };
            let line = instruction.render(false, |target| crate::cmd::operand_name(env, target));
            if !is_wanted(index, &instruction, &line) {
                return Ok(false);
            }
            size += instruction.size;
            text = format!("{text}; {line}");
            lines.push((next, hex_digits(&bytes), line));
        }
        match args.mode {
            Mode::Json => {
                let json = serde_json::json!({ "addr": addr, "len": size, "code": text });
                write!(env.out, "{separator}{json}")?;
                separator = ",";
            }
            Mode::Quiet => writeln!(env.out, "{addr:#010x}   # {size}: {text}")?,
            _ if args.row.name == "/at" => writeln!(env.out, "{addr:#010x} {size} {text}")?,
            _ => {
                for (addr, digits, text) in lines {
                    writeln!(env.out, "{addr:#010x} {digits:>BYTES$}  {text}")?;
                }
            }
        }
        Ok(true)
    })?;
    if args.is_json() {
        writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?;
    }
    Ok(())
}

/// The instruction at an address and its bytes, if all of them are there.
fn at(env: &mut Env<'_>, decoder: &Decoder, addr: u64) -> Result<Option<(Instruction, Vec<u8>)>> {
    let mut bytes = vec![0; decoder.max_size()];
    let read = env.read(addr, &mut bytes)?;
    let there = read.runs().first().filter(|run| run.start == 0).map_or(0, |run| run.end);
    bytes.truncate(there);
    let Some(instruction) = decoder.decode(&bytes, addr) else { return Ok(None) };
    bytes.truncate(instruction.size);
    Ok(Some((instruction, bytes)))
}

/// Prints the instructions that refer to an address, the seek when none is given.
pub(super) fn find_references(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let target = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    each(env, |env, instruction, _| {
        let kind = match instruction {
            Instruction { jump: Some(jump), kind, .. } if *jump == target => {
                if kind.is_call() {
                    "CALL"
                } else {
                    "CODE"
                }
            }
            Instruction { pointer: Some(pointer), .. } if *pointer == target => "DATA",
            _ => return Ok(false),
        };
        let flags = &env.session.flags;
        let text =
            instruction.render(true, |target| flags.at(target).next_back().map(|flag| flag.name.clone()));
        writeln!(env.out, "(nofunc) {:#x} [{kind}] {text}", instruction.addr)?;
        Ok(false)
    })
}

/// Decodes all code; `look` says whether the instruction was a hit, behind which decoding goes
/// on at the next address, since hits may overlap.
fn each(
    env: &mut Env<'_>,
    mut look: impl FnMut(&mut Env<'_>, &Instruction, &[u8]) -> Result<bool>,
) -> Result<()> {
    let decoder = decoder(env)?;
    let mut instruction = Instruction::default();
    let most = match env.setting_number("search.maxhits") {
        0 => u64::MAX,
        most => most,
    };
    let mut hits = 0;
    let parts = range::code(env, decoder.max_size())?;
    for range in parts.ranges.iter().copied() {
        let mut next = range.0;
        let flow = scan(env, range, decoder.max_size(), |env, addr, bytes, touches| {
            let mut at = usize::try_from(next.saturating_sub(addr)).unwrap_or(usize::MAX);
            // An instruction on the border is whole in the next piece.
            let end = if touches { bytes.len().saturating_sub(decoder.max_size()) } else { bytes.len() };
            while at < end {
                let here = addr.wrapping_add(at as u64);
                let rest = &bytes[at..bytes.len().min(at + decoder.max_size())];
                let step = match decoder.decode_into(rest, here, &mut instruction) {
                    true => {
                        let is_hit = look(env, &instruction, &rest[..instruction.size.min(rest.len())])?;
                        hits += u64::from(is_hit);
                        if hits >= most {
                            return Ok(std::ops::ControlFlow::Break(()));
                        }
                        if is_hit { decoder.alignment() } else { instruction.size }
                    }
                    false => step_over(&decoder),
                };
                at += step.max(1);
                next = addr.wrapping_add(at as u64);
            }
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        if flow.is_break() {
            return Ok(());
        }
    }
    parts.report(env);
    Ok(())
}

fn step_over(decoder: &Decoder) -> usize {
    decoder.alignment().max(1)
}
