//! An instruction's own part of a listing: its size, its bytes, its text.

use farad_arch::Instruction;

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
    let shown = instruction.render(true, |target| {
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
