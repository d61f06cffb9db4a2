//! The instructions of a block as they stand in the box of a graph: what is said beside an instruction
//! elsewhere has lines of its own above it.

use farad_analysis::Block;

use super::code::Code;
use super::comment::{Comment, Comments};
use super::row::Row;
use super::style::{NO_FRAMES, Style};
use super::{Margin, above, address, code, function};
use crate::cmd::decoder;
use crate::error::Result;
use crate::eval::Env;
use crate::graph;
use crate::paint::{Line, Paint, Role};

/// Columns behind each instruction.
const ROOM: usize = 3;

/// The lines of a block's box.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn rows(env: &mut Env<'_>, block: &Block, paint: &Paint) -> Result<Vec<graph::Row>> {
    let usual = Style::of(env, decoder(env)?.settings());
    let style = Style {
        addr: env.is_set("graph.offset"),
        bytes: usual.bytes.filter(|_| env.is_set("graph.bytes")),
        comments: usual.comments.filter(|_| env.is_set("graph.comments")),
        frames: NO_FRAMES,
        lines: None,
        section: None,
        symbol: None,
        xrefs: usual.xrefs && env.is_set("graph.comments"),
        paint: paint.clone(),
        ..usual
    };
    let mut found = Vec::new();
    function::read(env, block.addr, block.size, &mut found)?;
    let mut rows = Vec::new();
    for row in &found {
        env.ctx.check()?;
        push(env, &style, row, &mut rows)?;
    }
    Ok(rows)
}

/// Appends the lines of an instruction.
fn push(env: &mut Env<'_>, style: &Style, row: &Row, rows: &mut Vec<graph::Row>) -> Result<()> {
    let addr = row.addr();
    let Row::Code { instruction, bytes, is_valid, is_split } = row else { return Ok(()) };
    let mut line = Line::new(&style.paint);
    if style.addr {
        line.push(Role::Offset, &address(env, style, addr));
        line.plain(" ");
    }
    code::push_bytes(style, bytes, &mut line);
    let (is_valid, is_split) = (*is_valid, *is_split);
    let teller = style.teller.as_ref().filter(|_| is_valid);
    let explanation = teller.and_then(|teller| teller.explain(bytes, addr));
    let explanation = explanation.as_ref();
    let stack = (0, false);
    let code = Code { instruction, bytes, is_valid, is_split, stack, lines: None, depth: 0, explanation };
    let shown = code::push_text(env, style, &code, &mut line);
    let own = graph::Row { room: ROOM, ..take(&mut line) };

    let mut notes = Comments::default();
    if style.comments.is_some() {
        notes.arguments(env, addr);
        notes.notes(env, addr);
    }
    if !notes.is_empty() {
        notes.push_to(&mut line, 0, |_| {});
        rows.push(take(&mut line));
    }
    let is_entered = env.session.analysis.at(addr).is_some();
    let margin = Margin::of(env, style, None, addr, row.size()).above(is_entered, style, addr);
    above::push(env, style, &margin, addr, &mut line);
    rows.extend(lines(&line.take()));
    if style.comments.is_some() {
        for comment in Comments::of(env, instruction, &shown, bytes, style)?.into_all() {
            if let Comment::Text(role, text) = comment {
                line.push(role, &format!("; {text}"));
                rows.push(take(&mut line));
            }
        }
    }
    rows.push(own);
    Ok(())
}

/// Takes a line without an end.
fn take(line: &mut Line) -> graph::Row {
    let (text, width) = line.take_open();
    graph::Row { text, width, room: 0 }
}

/// Lines that were written one behind the other.
fn lines(text: &str) -> impl Iterator<Item = graph::Row> {
    text.lines().map(|line| graph::Row { text: line.to_owned(), width: crate::paint::width(line), room: 0 })
}
