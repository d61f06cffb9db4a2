//! The listing of `pd`: flags, jump lines, addresses, bytes, instructions and comments.
//!
//! [`row`] says what stands at each address, [`arrow`] lays out the jumps, and each row is composed of
//! its parts here: the lines above it, the margin, the address, what stands there ([`code`],
//! [`data`]), and what is said beside it ([`comment`]).

use super::name;
use super::stream::{Extent, Stream};
use crate::cmd::print;
use crate::error::Result;
use crate::eval::Env;
use crate::paint::{Line, Role};

mod above;
mod arrow;
mod code;
mod comment;
mod data;
pub(super) mod function;
mod row;
mod style;

use arrow::Arrows;
use comment::Comments;
use row::Row;
use style::Style;

/// Prints a listing.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let style = Style::of(env);
    let mut stream = Stream::new(env, addr, extent)?;
    loop {
        let rows = row::page(env, &mut stream)?;
        if rows.is_empty() {
            return Ok(());
        }
        let arrows = style.lines.map(|width| Arrows::new(&jumps(&style, &rows), width));
        let mut line = Line::new(&style.paint);
        for row in &rows {
            env.ctx.check()?;
            push_row(env, &style, arrows.as_ref(), row, &mut line)?;
            env.out.write_all(line.take().as_bytes())?;
        }
    }
}

/// The jumps to draw.
fn jumps(style: &Style, rows: &[Row]) -> Vec<(u64, u64)> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let shown = first.addr()..=last.addr();
    let jump = |row: &Row| {
        let to = row.jump(style.calls)?;
        (style.lines_out || shown.contains(&to)).then_some((row.addr(), to))
    };
    rows.iter().filter_map(jump).collect()
}

/// Composes a row: the lines above it, and its own.
fn push_row(
    env: &mut Env<'_>,
    style: &Style,
    arrows: Option<&Arrows>,
    row: &Row,
    line: &mut Line,
) -> Result<()> {
    let addr = row.addr();
    let margin = Margin::of(env, style, arrows, addr, row.size());
    let is_entered = env.session.analysis.at(addr).is_some();
    above::push(env, style, &margin.above(is_entered, style, addr), addr, line);
    push_margin(env, style, &margin, addr, line);
    if style.addr {
        line.push(Role::Offset, &address(style, addr));
    }
    let mut comments = match row {
        Row::Note { skipped, note, .. } => {
            data::push(env, style, note, *skipped, line)?;
            Comments::default()
        }
        Row::Code { instruction, bytes, is_valid, is_split } => {
            let shown = code::push(env, style, instruction, bytes, *is_valid, *is_split, line);
            match style.comments {
                Some(_) => Comments::of(env, instruction, &shown, bytes, style.dialect)?,
                None => Comments::default(),
            }
        }
    };
    if let Some(column) = style.comments {
        comments.arguments(env, addr);
        comments.notes(env, addr);
        comments.push_to(line, column);
    }
    line.end();
    Ok(())
}

/// What stands before the address of a row: the line along its function, and jump lines.
struct Margin<'a> {
    frame: &'static str,
    arrows: Option<&'a Arrows>,
    lines: Option<String>,
}

impl<'a> Margin<'a> {
    /// The margin of the row of `size` bytes at an address.
    fn of(env: &Env<'_>, style: &Style, arrows: Option<&'a Arrows>, addr: u64, size: u64) -> Margin<'a> {
        let function = env.session.analysis.around(addr).into_iter().next().filter(|_| style.frame);
        let frame = match function {
            None => " ",
            Some(function) if addr.wrapping_add(size) == function.end() => style.frames.last,
            Some(_) => style.frames.middle,
        };
        Margin { frame, arrows, lines: arrows.map(|arrows| arrows.beside(addr)) }
    }

    /// The margin of the lines above it. A function's line begins below them.
    fn above(&self, is_entered: bool, style: &Style, addr: u64) -> Margin<'a> {
        let frame = match self.frame {
            " " => " ",
            _ if is_entered => " ",
            _ => style.frames.middle,
        };
        Margin { frame, arrows: self.arrows, lines: self.arrows.map(|arrows| arrows.above(addr)) }
    }
}

/// Appends what stands before addresses.
fn push_margin(env: &Env<'_>, style: &Style, margin: &Margin<'_>, addr: u64, line: &mut Line) {
    if style.section {
        line.plain(&format!("{:>14}", print::section_name(env, addr)));
    }
    if style.frame {
        match margin.frame {
            " " => line.plain("  "),
            frame => {
                line.push(Role::FunctionFrame, frame);
                line.plain(" ");
            }
        }
    }
    if let Some(lines) = &margin.lines {
        push_flow(lines, line);
    }
}

/// Jump lines; their blanks are not painted.
fn push_flow(lines: &str, line: &mut Line) {
    let from = lines.find(|mark| mark != ' ').unwrap_or(lines.len());
    let to = lines.trim_end().len().max(from);
    line.plain(&lines[..from]);
    if from < to {
        line.push(Role::Flow, &lines[from..to]);
    }
    line.plain(&lines[to..]);
}

fn address(style: &Style, addr: u64) -> String {
    match style.segmented {
        true => format!("{:04x}:{:04x}", (addr & !0xffff) >> 4 & 0xffff, addr & 0xffff),
        false => format!("{addr:#010x}"),
    }
}
