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
use crate::render::{json_string, printable};

pub(super) mod above;
mod arrow;
mod code;
mod comment;
mod data;
mod effect;
pub(super) mod function;
pub(super) mod node;
mod row;
mod style;
pub(super) mod summary;
mod text;

use arrow::Arrows;
use code::Code;
use comment::Comments;
use effect::Effects;
use row::Row;
use style::{Relative, Style};

/// What is drawn behind a return.
const RULE: &str = "; --------------------------------------";

/// Prints a listing.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    each(env, addr, extent, |env, _, text| Ok(env.out.write_all(text.as_bytes())?))
}

/// Prints a listing without jump lines and those along functions.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_bare(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let style = Style { lines: None, frame: false, ..Style::of(env, stream.settings()) };
    let mut composer = Composer::new(&style);
    for row in row::page(env, &mut stream)? {
        composer.row(env, None, &row)?;
    }
    Ok(())
}

/// Prints the lines of a listing as JSON: address, where an instruction jumps to, text.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print_json(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let mut separator = "[";
    each(env, addr, extent, |env, row, text| {
        let last = text.lines().count().saturating_sub(1);
        for (index, line) in text.lines().enumerate() {
            let jump = row.jump(false).filter(|_| index == last);
            let arrow = jump.map_or(String::new(), |to| format!("\"arrow\":{to},"));
            let (addr, text) = (row.addr(), json_string(line));
            write!(env.out, "{separator}{{\"addr\":{addr},{arrow}\"text\":{text}}}")?;
            separator = ",";
        }
        Ok(())
    })?;
    Ok(writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?)
}

/// Hands on each row of a listing with its lines.
fn each(
    env: &mut Env<'_>,
    addr: u64,
    extent: Extent,
    mut take: impl FnMut(&mut Env<'_>, &Row, &str) -> Result<()>,
) -> Result<()> {
    let mut stream = Stream::new(env, addr, extent)?;
    let style = Style::of(env, stream.settings());
    let mut composer = Composer::new(&style);
    loop {
        let rows = row::page(env, &mut stream)?;
        if rows.is_empty() {
            return Ok(());
        }
        let arrows = style.lines.map(|width| Arrows::new(&jumps(&style, &rows), width, style.step));
        for row in &rows {
            let text = composer.compose(env, arrows.as_ref(), row)?;
            take(env, row, &text)?;
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

/// Composes rows, one after the other.
struct Composer<'a> {
    style: &'a Style,
    line: Line,
    /// Bytes of stack in use, as far as the rows tell.
    stack: i64,
    /// Whether the row before changed that.
    has_moved: bool,
    /// What the rows would do, where that is told.
    effects: Option<Effects>,
}

impl<'a> Composer<'a> {
    fn new(style: &'a Style) -> Composer<'a> {
        Composer { style, line: Line::new(&style.paint), stack: 0, has_moved: false, effects: None }
    }

    /// Writes a line that is no row.
    fn plain(&mut self, env: &mut Env<'_>, text: &str) -> Result<()> {
        self.line.plain(text);
        self.line.end();
        Ok(env.out.write_all(self.line.take().as_bytes())?)
    }

    /// Writes a row.
    fn row(&mut self, env: &mut Env<'_>, arrows: Option<&Arrows>, row: &Row) -> Result<()> {
        let text = self.compose(env, arrows, row)?;
        Ok(env.out.write_all(text.as_bytes())?)
    }

    /// The lines of a row: those above it, its own, and those below.
    fn compose(&mut self, env: &mut Env<'_>, arrows: Option<&Arrows>, row: &Row) -> Result<String> {
        env.ctx.check()?;
        let (style, line) = (self.style, &mut self.line);
        let addr = row.addr();
        let margin = Margin::of(env, style, arrows, addr, row.size());
        let entered = env.session.analysis.at(addr);
        if entered.is_some() {
            self.stack = 0;
        }
        above::push(env, style, &margin.above(entered.is_some(), style, addr), addr, line);
        let mut comments = Comments::default();
        let mut start = Line::new(&style.paint);
        push_margin(env, style, &margin, addr, &mut start);
        if style.addr {
            start.push(Role::Offset, &address(env, style, addr));
        }
        match row {
            Row::Note { skipped, note, .. } => data::push(env, style, note, *skipped, &mut start)?,
            Row::Code { instruction, bytes, is_valid, is_split } => {
                let lines = if style.lines_right { margin.lines.clone() } else { None };
                let depth = arrows.map_or(0, |arrows| arrows.depth(addr));
                let (is_valid, is_split) = (*is_valid, *is_split);
                let teller = style.teller.as_ref().filter(|_| is_valid);
                let explanation = teller.and_then(|teller| teller.explain(bytes, addr));
                let code = Code {
                    explanation: explanation.as_ref(),
                    instruction,
                    bytes,
                    is_valid,
                    is_split,
                    stack: (self.stack, self.has_moved),
                    lines,
                    depth,
                };
                let shown = code::push(env, style, &code, &mut start);
                self.has_moved = is_valid && instruction.stack.is_some_and(|stack| stack != 0);
                self.stack = self.stack.saturating_add(instruction.stack.unwrap_or(0));
                if style.comments.is_some() {
                    comments = Comments::of(env, instruction, &shown, bytes, style)?;
                    if style.telling.brief
                        && let Some(teller) = &style.teller
                    {
                        comments.brief(teller, instruction);
                    }
                    if style.telling.effects
                        && let Some(explanation) = &explanation
                    {
                        let effects = self.effects.get_or_insert_with(|| Effects::new(env));
                        comments.effects(effects.of(env, explanation, &shown, style.telling.only_texts)?);
                    }
                }
            }
        }
        if style.comments.is_some() {
            comments.arguments(env, addr);
        }
        if style.own_comments {
            comments.notes(env, addr);
        }
        let column = style.comments.unwrap_or_else(|| env.setting_number("asm.cmt.col") as usize);
        match style.beside {
            true => {
                let next = addr.wrapping_add(row.size());
                let below = margin.above(false, style, next);
                comments.push_to(&mut start, column, |line| push_margin(env, style, &below, next, line));
            }
            false => comments.push_lines(line, |line| {
                push_margin(env, style, &margin.above(false, style, addr), addr, line)
            }),
        }
        start.end();
        line.painted(&start.take(), 0);
        below(env, style, &margin, row, line);
        Ok(line.take())
    }
}

/// The lines below a row that ends something.
fn below(env: &Env<'_>, style: &Style, margin: &Margin<'_>, row: &Row, line: &mut Line) {
    let Row::Code { instruction, is_valid: true, .. } = row else { return };
    let next = instruction.next();
    let block = env.session.analysis.block(instruction.addr).filter(|block| block.end() == next);
    let goes_on = block.is_some() && env.session.analysis.block(next).is_some();
    if style.gaps && goes_on {
        push_margin(env, style, &margin.above(false, style, next), next, line);
        line.end();
    }
    if style.rules && instruction.kind.is_return() {
        push_margin(env, style, margin, instruction.addr, line);
        line.push(Role::Comment, RULE);
        line.end();
    }
}

/// What stands before the address of a row: the line along its function, and jump lines.
struct Margin<'a> {
    /// `None` outside functions.
    frame: Option<&'static str>,
    arrows: Option<&'a Arrows>,
    lines: Option<String>,
}

impl<'a> Margin<'a> {
    /// The margin of the row of `size` bytes at an address.
    fn of(env: &Env<'_>, style: &Style, arrows: Option<&'a Arrows>, addr: u64, size: u64) -> Margin<'a> {
        let function = env.session.analysis.around(addr).into_iter().next().filter(|_| style.frame);
        let frame = match function {
            None => None,
            Some(function) if addr.wrapping_add(size) == function.end() => Some(style.frames.last),
            Some(_) => Some(style.frames.middle),
        };
        Margin { frame, arrows, lines: arrows.map(|arrows| arrows.beside(addr)) }
    }

    /// The margin of the lines above it. A function's line begins below them.
    fn above(&self, is_entered: bool, style: &Style, addr: u64) -> Margin<'a> {
        let frame = self.frame.filter(|_| !is_entered).map(|_| style.frames.middle);
        Margin { frame, arrows: self.arrows, lines: self.arrows.map(|arrows| arrows.above(addr)) }
    }
}

/// Appends what stands before addresses.
fn push_margin(env: &Env<'_>, style: &Style, margin: &Margin<'_>, addr: u64, line: &mut Line) {
    if let Some(section) = style.section {
        let mut text = String::new();
        if section.perm {
            let perm = env.session.io.maps.at(addr).map_or("---".to_owned(), |map| map.perm.to_string());
            text = format!("   {perm}");
        }
        if section.name {
            let width = if section.perm { 11 } else { 14 };
            text.push_str(&format!("{:>width$}", print::section_name(env, addr)));
        }
        line.plain(&text);
    }
    if let Some(width) = style.symbol {
        let name = symbol(env, addr);
        line.plain(&format!("   {name:width$}", width = width.saturating_sub(4)));
    }
    if style.frame {
        match margin.frame {
            None => line.plain("  "),
            Some(frame) => {
                line.push(Role::FunctionFrame, frame);
                line.plain(style.frames.blank);
            }
        }
    }
    if let Some(lines) = margin.lines.as_ref().filter(|_| !style.lines_right) {
        push_flow(lines, line);
    }
}

/// The function or flag that an address is behind, and how far.
fn symbol(env: &Env<'_>, addr: u64) -> String {
    let function = env.session.analysis.of(addr).filter(|function| function.addr <= addr);
    let (name, from) = match function {
        Some(function) => (&function.name, function.addr),
        None => match env.session.flags.before(addr, |flag| flag.space.as_deref() != Some("sections")) {
            Some(flag) => (&flag.name, flag.addr),
            None => return String::new(),
        },
    };
    printable(&format!("{name} + {}", addr - from))
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

/// An address as the reader wants it told.
fn address(env: &Env<'_>, style: &Style, addr: u64) -> String {
    let from = style.relative.and_then(|relative| match relative {
        Relative::Function => env.session.analysis.of(addr).map(|function| function.addr),
        Relative::Flag => env.session.flags.before(addr, |_| true).map(|flag| flag.addr),
        Relative::Section => print::section_start(env, addr),
    });
    match from.filter(|from| *from <= addr) {
        Some(from) => format!("+0x{:<8x}", addr - from),
        None if style.segmented => format!("{:04x}:{:04x}", (addr & !0xffff) >> 4 & 0xffff, addr & 0xffff),
        None => format!("{addr:#010x}"),
    }
}
