//! The listing of `pd`: flags, jump lines, addresses, bytes, instructions and comments.

use farad_arch::Instruction;

use super::arrow::Arrows;
use super::comment::{Comments, Dialect};
use super::name;
use super::stream::{Extent, Stream};
use crate::cmd::print;
use crate::error::Result;
use crate::eval::Env;
use crate::flag::Flag;
use crate::render::printable;

/// Rows laid out together: jump lines do not cross from one page to the next.
const PAGE: usize = 1 << 14;
/// Columns before the jump lines, for functions.
const FUNCTIONS: usize = 2;

/// What the reader wants to see (the `asm.*` settings).
struct Style {
    addr: bool,
    segmented: bool,
    bytes: Option<usize>,
    spaced: bool,
    comments: Option<usize>,
    flags: bool,
    functions: bool,
    /// Columns of jump lines.
    lines: Option<usize>,
    lines_out: bool,
    calls: bool,
    section: bool,
    size: bool,
    upper: bool,
    dialect: Dialect,
}

impl Style {
    fn of(env: &Env<'_>) -> Style {
        let number = |name: &str, most: u64| env.setting_number(name).min(most) as usize;
        let is_x86 = env.setting("asm.arch") == "x86";
        Style {
            addr: env.is_set("asm.addr"),
            segmented: env.is_set("asm.addr.segment") || is_x86 && env.setting_number("asm.bits") == 16,
            bytes: env.is_set("asm.bytes").then(|| number("asm.nbytes", 64)),
            spaced: env.is_set("asm.bytes.space"),
            comments: env.is_set("asm.comments").then(|| number("asm.cmt.col", 256)),
            flags: env.is_set("asm.flags"),
            functions: env.is_set("asm.functions"),
            lines: env.is_set("asm.lines").then(|| number("asm.lines.width", 256)),
            lines_out: env.is_set("asm.lines.out"),
            calls: env.is_set("asm.lines.call"),
            section: env.is_set("asm.section"),
            size: env.is_set("asm.size"),
            upper: env.is_set("asm.ucase"),
            dialect: match env.setting("asm.syntax") {
                _ if !is_x86 => Dialect::Other,
                "att" => Dialect::Att,
                _ => Dialect::Intel,
            },
        }
    }
}

/// What one row shows.
enum Row {
    /// An instruction, or bytes that are none.
    /// `is_split` when a flag is inside, where the next row begins.
    Code { instruction: Instruction, bytes: Vec<u8>, is_valid: bool, is_split: bool },
    /// A string that was found in the file.
    Text { addr: u64, size: u64, text: String },
}

impl Row {
    fn addr(&self) -> u64 {
        match self {
            Row::Code { instruction, .. } => instruction.addr,
            Row::Text { addr, .. } => *addr,
        }
    }
}

/// Prints a listing.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn print(env: &mut Env<'_>, addr: u64, extent: Extent) -> Result<()> {
    let style = Style::of(env);
    let mut stream = Stream::new(env, addr, extent)?;
    loop {
        let rows = page(env, &mut stream)?;
        if rows.is_empty() {
            return Ok(());
        }
        let arrows = style.lines.map(|width| Arrows::new(&jumps(&style, &rows), width));
        let mut text = String::new();
        for row in &rows {
            env.ctx.check()?;
            push_row(env, &style, arrows.as_ref(), row, &mut text)?;
            env.out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
}

/// Decodes the next rows.
fn page(env: &mut Env<'_>, stream: &mut Stream) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    while rows.len() < PAGE {
        if let Some(row) = string_row(env, stream.addr()) {
            if let Row::Text { size, .. } = &row {
                if !stream.has_left() {
                    break;
                }
                stream.skip(*size);
            }
            rows.push(row);
            continue;
        }
        let mut instruction = Instruction::default();
        let Some(item) = stream.next(env, &mut instruction, true)? else { break };
        let (bytes, is_valid) = (item.bytes.to_vec(), item.is_valid);
        if !is_valid {
            instruction = Instruction { addr: item.addr, size: bytes.len(), ..Instruction::default() };
        }
        let inside = flag_inside(env, instruction.addr, bytes.len());
        if let Some(at) = inside {
            stream.unread(bytes.len() - at);
        }
        rows.push(Row::Code { instruction, bytes, is_valid, is_split: inside.is_some() });
    }
    Ok(rows)
}

/// Where in `size` bytes at an address the first flag is, one at the address aside.
fn flag_inside(env: &Env<'_>, addr: u64, size: usize) -> Option<usize> {
    let flags = &env.session.flags;
    let is_mark = |flag: &Flag| flag.space.as_deref() != Some("search");
    let last = addr.checked_add(size.checked_sub(1)? as u64)?;
    if flags.before(last, is_mark)?.addr <= addr {
        return None;
    }
    (1..size).find(|at| flags.at(addr + *at as u64).any(is_mark))
}

/// The string found in the file at an address.
fn string_row(env: &Env<'_>, addr: u64) -> Option<Row> {
    let mut strings = env.session.loaded.iter().filter_map(|loaded| {
        // Strings are found section by section, so that addresses ascend but for odd files.
        let index = loaded.strings.binary_search_by_key(&addr, |string| string.vaddr).ok()?;
        loaded.strings.get(index).filter(|string| string.section.is_some() && addr != 0)
    });
    strings.next().map(|string| Row::Text { addr, size: string.size.max(1), text: string.text.clone() })
}

/// The jumps to draw.
fn jumps(style: &Style, rows: &[Row]) -> Vec<(u64, u64)> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Vec::new() };
    let shown = first.addr()..=last.addr();
    let jump = |row: &Row| match row {
        Row::Code { instruction, is_valid: true, .. }
            if instruction.kind.is_jump() || style.calls && instruction.kind.is_call() =>
        {
            // As the peer has it, a jump to 0 is none.
            let to = instruction.jump.filter(|to| *to != 0)?;
            (style.lines_out || shown.contains(&to)).then_some((instruction.addr, to))
        }
        _ => None,
    };
    rows.iter().filter_map(jump).collect()
}

fn push_row(
    env: &mut Env<'_>,
    style: &Style,
    arrows: Option<&Arrows>,
    row: &Row,
    text: &mut String,
) -> Result<()> {
    let addr = row.addr();
    if style.flags {
        let names: Vec<String> = name::listed(env, addr)
            .into_iter()
            .map(|flag| printable(flag.real_name.as_ref().unwrap_or(&flag.name)))
            .collect();
        for name in names {
            push_margin(env, style, arrows.map(|arrows| arrows.above(addr)), addr, text);
            text.push_str(&format!(";-- {name}:\n"));
        }
    }
    let start = text.len();
    push_margin(env, style, arrows.map(|arrows| arrows.beside(addr)), addr, text);
    if style.addr {
        text.push_str(&address(style, addr));
    }
    let comments = match row {
        Row::Text { size, text: string, .. } => {
            let mut comments = Comments::default();
            comments.sections(env, addr);
            let separator = if style.addr { "" } else { " " };
            text.push_str(&format!("{separator}     .string \"{}\" ; len={size}", printable(string)));
            comments
        }
        Row::Code { instruction, bytes, is_valid, is_split } => {
            if style.size {
                text.push_str(&format!(" {}", bytes.len()));
            }
            text.push_str(match (is_split, style.segmented && style.addr) {
                (true, _) => "  ~   ",
                (false, true) => "     ",
                (false, false) => "      ",
            });
            push_bytes(style, bytes, text);
            let shown = match is_valid {
                true => instruction.render(true, |target| name::operand(env, target)),
                false => "invalid".to_owned(),
            };
            match shown.split_once(' ') {
                Some((mnemonic, rest)) if style.upper => {
                    text.push_str(&format!("{} {rest}", mnemonic.to_uppercase()));
                }
                None if style.upper => text.push_str(&shown.to_uppercase()),
                _ => text.push_str(&printable(&shown)),
            }
            match style.comments {
                Some(_) => Comments::of(env, instruction, &shown, bytes, style.dialect)?,
                None => Comments::default(),
            }
        }
    };
    if let Some(column) = style.comments {
        push_comments(&comments, column, start, text);
    }
    text.push('\n');
    Ok(())
}

/// What stands before addresses.
fn push_margin(env: &Env<'_>, style: &Style, lines: Option<String>, addr: u64, text: &mut String) {
    if style.section {
        text.push_str(&format!("{:>14}", print::section_name(env, addr)));
    }
    if let Some(lines) = lines {
        text.push_str(&" ".repeat(if style.functions { FUNCTIONS } else { 0 }));
        text.push_str(&lines);
    }
}

fn address(style: &Style, addr: u64) -> String {
    match style.segmented {
        true => format!("{:04x}:{:04x}", (addr & !0xffff) >> 4 & 0xffff, addr & 0xffff),
        false => format!("{addr:#010x}"),
    }
}

/// The bytes of an instruction, cut to `asm.nbytes` with two dots.
fn push_bytes(style: &Style, bytes: &[u8], text: &mut String) {
    let Some(most) = style.bytes else { return };
    let is_cut = bytes.len() > most;
    let shown = if is_cut { &bytes[..most.saturating_sub(1)] } else { bytes };
    let separator = if style.spaced { " " } else { "" };
    let digits: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut field = digits.join(separator);
    if is_cut {
        field.push_str("..");
    }
    let width = (most + 1) * if style.spaced { 3 } else { 2 };
    text.push_str(&format!("{field:width$} "));
}

/// Comments from a column on, counted from the start of the line.
fn push_comments(comments: &Comments, column: usize, start: usize, text: &mut String) {
    let mut line = start;
    let mut is_first = true;
    for comment in &comments.0 {
        if comment.is_empty() {
            text.push('\n');
            line = text.len();
            is_first = true;
            continue;
        }
        let width = text[line..].chars().count();
        let blanks = if is_first { column.saturating_sub(width) } else { 0 };
        text.push_str(&" ".repeat(blanks.max(usize::from(width > 0))));
        text.push_str("; ");
        text.push_str(comment);
        is_first = false;
    }
}
