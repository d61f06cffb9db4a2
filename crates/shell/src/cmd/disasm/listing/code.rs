//! An instruction's own part of a listing: its size, its bytes, its text.

use farad_arch::{Explanation, Instruction};

use super::super::spell;
use super::style::Style;
use super::text;
use crate::eval::Env;
use crate::paint::{Line, Role};

/// Columns between an address and the bytes, marks among them.
const MARKS: usize = 6;
/// Columns of the unit that runs an instruction.
const FAMILY: usize = 5;
/// Columns of the word for what an instruction does.
const KIND: usize = 10;

/// What a row's instruction is known by.
pub(super) struct Code<'a> {
    pub(super) instruction: &'a Instruction,
    pub(super) bytes: &'a [u8],
    pub(super) is_valid: bool,
    /// Whether a flag is inside, where the next row begins.
    pub(super) is_split: bool,
    /// Bytes of stack in use before it, and whether the row before changed them.
    pub(super) stack: (i64, bool),
    /// Jump lines, where they stand before the instruction.
    pub(super) lines: Option<String>,
    /// How many jump lines pass it.
    pub(super) depth: usize,
    /// All that is known of it, where more is told than its text.
    pub(super) explanation: Option<&'a Explanation>,
}

/// Appends an instruction, or bytes that are none; gives back its text.
pub(super) fn push(env: &Env<'_>, style: &Style, code: &Code<'_>, line: &mut Line) -> String {
    if style.size {
        line.plain(&format!(" {}", code.bytes.len()));
    }
    if style.telling.family {
        let family = code.explanation.map_or("", |explanation| explanation.properties.family);
        line.plain(&format!(" {family:>FAMILY$}"));
    }
    let (stack, has_moved) = code.stack;
    let changes = style.stack && has_moved;
    if style.stack {
        line.plain(&format!("{stack:6}{}", if changes { "+" } else { "" }));
    }
    let marks = if style.marks { MARKS } else { 1 }
        - usize::from(changes)
        - usize::from(style.segmented && style.addr);
    if style.telling.cycles {
        let cycles = code.explanation.map_or(0, |explanation| explanation.properties.cycles);
        line.plain(&format!(" {cycles:3}    "));
    }
    line.plain(&match code.is_split && style.marks {
        true => format!("  ~{}", " ".repeat(marks.saturating_sub(3))),
        false => " ".repeat(marks),
    });
    if style.bytes.is_some_and(|bytes| !bytes.behind) {
        push_bytes(style, code.bytes, line);
    }
    if let Some(lines) = &code.lines {
        super::push_flow(lines, line);
    }
    if style.kind {
        let kind = if code.is_valid { code.instruction.kind.name() } else { "ill" };
        line.plain(&format!("{:KIND$}", format!("[{kind}]")));
    }
    if style.indent {
        line.plain(&" ".repeat(code.depth * 2));
    }
    let shown = push_text(env, style, code, line);
    if let Some(bytes) = style.bytes.filter(|bytes| bytes.behind) {
        line.pad_to(style.comments.unwrap_or(0).saturating_sub((bytes.most + 1) * 2 - 2));
        push_bytes(style, code.bytes, line);
    }
    shown
}

/// Appends the text of an instruction, and gives it back.
pub(super) fn push_text(env: &Env<'_>, style: &Style, code: &Code<'_>, line: &mut Line) -> String {
    if !code.is_valid {
        if style.text.shown {
            line.push(Role::Invalid, if style.text.upper { "INVALID" } else { "invalid" });
        }
        return "invalid".to_owned();
    }
    let shown = text::of(env, style, code.instruction, code.explanation);
    if style.text.shown {
        spell::push(line, &shown.spelled, code.instruction.kind, &shown.names);
    }
    shown.plain
}

/// The bytes of an instruction, cut to `asm.nbytes` with two dots.
pub(super) fn push_bytes(style: &Style, bytes: &[u8], line: &mut Line) {
    let Some(how) = style.bytes else { return };
    let step = if how.spaced { 3 } else { 2 };
    let column = line.width() + (how.most + 1) * step;
    let is_cut = bytes.len() > how.most;
    let shown = if is_cut { &bytes[..how.most.saturating_sub(1)] } else { bytes };
    if how.aligned {
        let used =
            shown.len() * step - usize::from(how.spaced && !shown.is_empty()) + if is_cut { 2 } else { 0 };
        line.pad_to(column.saturating_sub(used));
    }
    for (index, byte) in shown.iter().enumerate() {
        if how.spaced && index > 0 {
            line.plain(" ");
        }
        line.push(if style.byte_colors { Role::of_byte(*byte) } else { Role::Other }, &format!("{byte:02x}"));
    }
    if is_cut {
        line.plain("..");
    }
    line.pad_to(column);
    line.plain(if how.aligned { "  " } else { " " });
}
