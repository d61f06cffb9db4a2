//! What a note says of bytes, in place of instructions.

use farad_io::{Effects, Principal};

use super::style::Style;
use crate::cmd::print;
use crate::error::Result;
use crate::eval::Env;
use crate::note::{Kind, Note};
use crate::paint::{Line, Role};
use crate::parse;
use crate::render::printable;

/// Most bytes of one note that are dumped; what is left out is said.
const DUMPED: u64 = 4096;

/// Appends what a note says of its bytes, `skipped` of which are before the row.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn push(
    env: &mut Env<'_>,
    style: &Style,
    note: &Note,
    skipped: u64,
    line: &mut Line,
) -> Result<()> {
    if skipped > 0 && note.kind != Kind::Text {
        line.plain(&format!(" -{skipped}"));
    }
    let blank = if style.addr { "" } else { " " };
    match note.kind {
        Kind::Text => {
            line.plain(&format!("{blank}     .string "));
            line.push(Role::ByteText, &format!("\"{}\"", printable(&note.text)));
            line.plain(&format!(" ; len={}", note.size));
        }
        Kind::Data => push_data(env, note, skipped, line)?,
        Kind::Format => {
            line.plain(&format!(" pf {} # size={}", printable(&note.text), note.size));
            push_output(env, note, |env| env.run_command(&format!("pf {}", note.text)), line)?;
        }
        Kind::Run => {
            line.plain(&format!(" ; (Cr {} {})", note.size, printable(&note.text)));
            push_output(env, note, |env| env.run_text(&note.text), line)?;
        }
        Kind::Magic => line.plain(&format!(" ; magic {} ({} bytes)", printable(&note.text), note.size)),
        Kind::Hidden => line.plain(&format!(" ({} bytes hidden)", note.size)),
        // These stand beside instructions.
        Kind::Comment | Kind::Type => {}
    }
    Ok(())
}

/// A number, or rows of a dump.
fn push_data(env: &mut Env<'_>, note: &Note, skipped: u64, line: &mut Line) -> Result<()> {
    let name = match note.size {
        1 => ".byte",
        2 => ".word",
        4 => ".dword",
        8 => ".qword",
        size => {
            line.plain(&format!(" hex size={size} delta={skipped}"));
            let (addr, left) = (note.addr.wrapping_add(skipped), size - skipped);
            let shown = left.min(DUMPED);
            let rest = Note { addr, size: left, ..note.clone() };
            push_output(env, &rest, |env| env.run_command(&format!("px {shown}")), line)?;
            line.end();
            if left > shown {
                line.plain(&format!("({} bytes more: px {left} @ {addr:#x})", left - shown));
            }
            return Ok(());
        }
    };
    let bytes = print::Range { addr: note.addr, len: note.size }.read(env)?;
    let value = parse::integer(&bytes, env.big_endian());
    line.plain(&format!("      {name} "));
    line.push(Role::Number, &format!("{value:#0width$x}", width = bytes.len() * 2 + 2));
    Ok(())
}

/// The lines that a command prints on a note's bytes. A note may have come from anywhere, so it can
/// read and nothing else.
fn push_output(
    env: &mut Env<'_>,
    note: &Note,
    run: impl FnOnce(&mut Env<'_>) -> Result<()>,
    line: &mut Line,
) -> Result<()> {
    let allow = env.ctx.principal.allow & Effects::READ;
    let reader = Principal { name: format!("the note at {:#x}", note.addr), allow };
    let ctx = env.ctx.for_principal(reader);
    let (seek, block) = (env.view.seek, env.view.block);
    env.view.seek = note.addr;
    env.view.block = usize::try_from(note.size).unwrap_or(block).min(crate::view::BLOCK_LIMIT);
    let output = env.with_ctx(&ctx).collect(run);
    (env.view.seek, env.view.block) = (seek, block);
    line.end();
    match output {
        // The heading of a dump would stand between the bytes and what is said of them.
        Ok((text, _)) => {
            let rows = text.lines().filter(|row| !row.starts_with("- offset -"));
            line.painted(&rows.collect::<Vec<_>>().join("\n"), 0);
        }
        Err(error) if error.is_interrupt() => return Err(error),
        Err(error) => line.plain(&printable(&error.to_string())),
    }
    Ok(())
}
