//! An instruction's own part of a listing: its size, its bytes, its text.

use farad_arch::Instruction;
use farad_arch::usage::{self, Place};

use super::super::{name, spell};
use super::style::Style;
use crate::eval::Env;
use crate::paint::{Line, Role};
use crate::render::printable;

/// Appends an instruction, or bytes that are none; gives back its text.
pub(super) fn push(
    env: &Env<'_>,
    style: &Style,
    instruction: &Instruction,
    bytes: &[u8],
    is_valid: bool,
    is_split: bool,
    line: &mut Line,
) -> String {
    if style.size {
        line.plain(&format!(" {}", bytes.len()));
    }
    line.plain(match (is_split, style.segmented && style.addr) {
        (true, _) => "  ~   ",
        (false, true) => "     ",
        (false, false) => "      ",
    });
    push_bytes(style, bytes, line);
    if !is_valid {
        let shown = if style.upper { "INVALID" } else { "invalid" };
        line.push(Role::Invalid, shown);
        return shown.to_owned();
    }
    let mut names = Vec::new();
    let named = with_variables(env, instruction, &mut names);
    let shown = named.as_ref().unwrap_or(instruction).render(true, |target| {
        let name = name::operand(env, target)?;
        names.push(name.clone());
        Some(name)
    });
    let spelled = match shown.split_once(' ') {
        Some((mnemonic, rest)) if style.upper => format!("{} {rest}", mnemonic.to_uppercase()),
        None if style.upper => shown.to_uppercase(),
        _ => shown.clone(),
    };
    spell::push(line, &printable(&spelled), instruction.kind, &names);
    shown
}

/// The instruction with the names of the places on the stack that it uses; `None` when it uses none.
fn with_variables(env: &Env<'_>, instruction: &Instruction, names: &mut Vec<String>) -> Option<Instruction> {
    let function = env.session.analysis.around(instruction.addr).into_iter().next()?;
    let variable = function.used_at(instruction.addr, true).next()?;
    let settings = crate::cmd::decoder(env).ok()?.settings().clone();
    let operands = usage::operands(&settings, instruction);
    let span = operands.iter().find_map(|operand| match &operand.place {
        Place::Memory(memory) => Some((memory.span.clone(), memory.parenthesized)),
        _ => None,
    });
    let (span, parenthesized) = span?;
    let name = printable(&variable.name);
    names.push(name.clone());
    let mut named = instruction.clone();
    named.replace(span, &if parenthesized { format!("({name})") } else { name });
    Some(named)
}

/// The bytes of an instruction, cut to `asm.nbytes` with two dots.
fn push_bytes(style: &Style, bytes: &[u8], line: &mut Line) {
    let Some(most) = style.bytes else { return };
    let column = line.width() + (most + 1) * if style.spaced { 3 } else { 2 };
    let is_cut = bytes.len() > most;
    let shown = if is_cut { &bytes[..most.saturating_sub(1)] } else { bytes };
    for (index, byte) in shown.iter().enumerate() {
        if style.spaced && index > 0 {
            line.plain(" ");
        }
        line.push(Role::of_byte(*byte), &format!("{byte:02x}"));
    }
    if is_cut {
        line.plain("..");
    }
    line.pad_to(column);
    line.plain(" ");
}
