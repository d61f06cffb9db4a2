//! Searching instructions: by their text, and for what refers to an address.

use farad_arch::{Decoder, Instruction};

use super::range;
use super::scan::scan;
use crate::cmd::decoder;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::registry::Args;

/// Columns of an instruction's bytes.
const BYTES: usize = 20;

/// Prints the instructions whose text contains the argument.
pub(super) fn find_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = args.required("what to search")?.to_ascii_lowercase();
    let mut separator = "[";
    each(env, |env, instruction, bytes| {
        let text = instruction
            .render(false, |target| env.session.flags.at(target).next().map(|flag| flag.name.clone()));
        if !instruction.text().contains(&wanted) && !text.contains(&wanted) {
            return Ok(false);
        }
        let addr = instruction.addr;
        if args.is_json() {
            let json = serde_json::json!({ "addr": addr, "len": instruction.size, "code": text });
            write!(env.out, "{separator}{json}")?;
            separator = ",";
        } else {
            writeln!(env.out, "{addr:#010x} {:>BYTES$}  {text}", hex_digits(bytes))?;
        }
        Ok(true)
    })?;
    if args.is_json() {
        writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?;
    }
    Ok(())
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
    for range in range::code(env)? {
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
            break;
        }
    }
    Ok(())
}

fn step_over(decoder: &Decoder) -> usize {
    decoder.alignment().max(1)
}
