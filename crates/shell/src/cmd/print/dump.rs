//! Rows of cells with an address before and the characters behind: `px` and most of its family.

use farad_io::Coverage;

use super::ascii::{addr_width, push_addr, push_blanks, push_decimal, shown};
use super::range::{Chunk, Range};
use super::remark;
use super::template::Template;
use super::unit::Unit;
use crate::error::Result;
use crate::eval::Env;
use crate::paint::{Paint, Role};

/// Bytes in the columns' heading.
const HEADING: &[u8] = b"- offset -";
/// The same in the other style.
const DOTTED: &[u8] = b"..offset..";
/// Columns of a section's name.
const SECTION: usize = 20;
/// Most bytes in a row.
const COLUMNS: u64 = 1 << 12;

/// How the reader wants dumps (the `hex.*` settings).
pub(crate) struct Style {
    /// Bytes in a row.
    pub(crate) columns: usize,
    stride: usize,
    pairs: bool,
    pub(super) compact: bool,
    pub(super) addr: bool,
    header: bool,
    bytes: bool,
    pub(super) ascii: bool,
    pub(super) section: bool,
    dotted: bool,
    big: bool,
    /// What is shown for bytes that nothing provides, when it differs from their value.
    pub(super) absent: Option<u8>,
    pub(super) paint: Paint,
    colors_bytes: bool,
}

impl Style {
    /// The settings in force.
    pub(crate) fn of(env: &Env<'_>) -> Style {
        let columns = env.setting_number("hex.cols").clamp(1, COLUMNS) as usize;
        let absent = env.setting("io.unalloc.ch").bytes().next().filter(|_| env.is_set("io.unalloc"));
        Style {
            columns,
            stride: match env.setting_number("hex.stride") {
                0 => columns,
                stride => stride.min(COLUMNS) as usize,
            },
            pairs: env.is_set("hex.pairs"),
            compact: env.is_set("hex.compact"),
            addr: env.is_set("hex.addr"),
            header: env.is_set("hex.header"),
            bytes: env.is_set("hex.bytes"),
            ascii: env.is_set("hex.ascii"),
            section: env.is_set("hex.section"),
            dotted: env.is_set("hex.style"),
            big: env.big_endian(),
            absent: absent.map(|byte| if byte.is_ascii_graphic() { byte } else { b'.' }),
            paint: env.paint(),
            colors_bytes: env.is_set("scr.color.bytes"),
        }
    }

    /// Paints what stands in a row from `from` on as those bytes.
    fn wrap(&self, text: &mut Vec<u8>, from: usize, bytes: &[u8]) {
        if self.colors_bytes && self.paint.is_on() {
            self.paint.wrap(text, from, Role::of_bytes(bytes));
        }
    }

    /// How many single bytes stand together.
    pub(super) fn run(&self) -> usize {
        match (self.compact, self.pairs) {
            (true, _) => usize::MAX,
            (false, true) => 2,
            (false, false) => 1,
        }
    }
}

/// What a dump shows besides its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Nothing.
    None,
    /// The names of flags above the bytes they begin at.
    Flags,
    /// Flags and comments behind each row.
    Comments,
    /// Less: of rows that are alike, the first.
    Sparse,
}

/// Prints a range as rows of cells.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print(env: &mut Env<'_>, range: Range, unit: Unit) -> Result<()> {
    print_with(env, range, unit, Extra::None)
}

/// Prints a range as rows of cells, and something besides.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print_with(env: &mut Env<'_>, range: Range, unit: Unit, extra: Extra) -> Result<()> {
    let style = Style::of(env);
    let unit = if style.bytes { unit } else { Unit::Char };
    if range.len == 0 {
        return Ok(());
    }
    let columns = if unit == Unit::Char { style.columns * 4 } else { style.columns };
    let dump = Dump { unit, columns: columns.next_multiple_of(unit.size()), style };
    let mut text = Vec::new();
    if unit.has_header() && dump.style.header {
        dump.heading(&mut text, range.addr);
        if extra == Extra::Comments {
            text.extend_from_slice(b"  comment");
        }
        text.push(b'\n');
    }
    if dump.style.stride != dump.style.columns {
        return dump.print_strided(env, range, text);
    }
    // What is left of a cell is not shown, unless there is nothing else.
    let whole = range.len - range.len % unit.size() as u64;
    let range = Range { len: if whole == 0 { range.len } else { whole }, ..range };
    let mut chunks = range.chunks(dump.columns);
    let template = Template::new(&dump.style, dump.unit, dump.columns, extra);
    let mut alike = Alike::default();
    let comments = env.is_set("hex.comments");
    while let Some(chunk) = chunks.next(env)? {
        for (row, bytes) in chunk.bytes.chunks(dump.columns).enumerate() {
            let at = row * dump.columns;
            let addr = chunk.addr.wrapping_add(at as u64);
            if let Some(template) = &template
                && template.push_row(&mut text, addr, bytes)
            {
                continue;
            }
            if extra == Extra::Sparse && alike.is_next(&mut text, bytes) {
                continue;
            }
            if extra == Extra::Flags {
                remark::push_flags(env, &dump, &mut text, addr, bytes.len());
            }
            dump.row(env, &mut text, addr, &chunk, at, bytes);
            match extra {
                Extra::Comments => remark::push_comments(env, &mut text, addr, bytes.len(), true),
                Extra::Flags if comments => remark::push_comments(env, &mut text, addr, bytes.len(), false),
                _ => {}
            }
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(())
}

/// Finds rows that are like the one before.
#[derive(Default)]
struct Alike {
    last: Vec<u8>,
    is_told: bool,
}

impl Alike {
    /// Whether a row is like the last, which is told once.
    fn is_next(&mut self, text: &mut Vec<u8>, bytes: &[u8]) -> bool {
        if self.last != bytes {
            self.last.clear();
            self.last.extend_from_slice(bytes);
            self.is_told = false;
            return false;
        }
        if !std::mem::replace(&mut self.is_told, true) {
            text.extend_from_slice(b" ...\n");
        }
        true
    }
}

/// Prints bytes at hand as rows of hex digits, as if they were at `addr`.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn print_held(env: &mut Env<'_>, addr: u64, bytes: &[u8]) -> Result<()> {
    // All of them are there, whatever the target provides.
    let style = Style { absent: None, ..Style::of(env) };
    let dump = Dump { unit: Unit::Byte, columns: style.columns, style };
    let mut text = Vec::new();
    if dump.style.header {
        dump.heading(&mut text, addr);
        text.push(b'\n');
    }
    let chunk = Chunk { addr, bytes, coverage: Coverage::default() };
    for (row, cells) in bytes.chunks(dump.columns).enumerate() {
        let at = row * dump.columns;
        dump.row(env, &mut text, addr.wrapping_add(at as u64), &chunk, at, cells);
        text.push(b'\n');
    }
    Ok(env.out.write_all(&text)?)
}

/// Prints bytes that each stand for `scale` bytes from `addr` on, as rows of hex digits.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn print_zoomed(env: &mut Env<'_>, addr: u64, scale: u64, bytes: &[u8]) -> Result<()> {
    let style = Style { absent: None, section: false, ..Style::of(env) };
    let dump = Dump { unit: Unit::Byte, columns: style.columns, style };
    let mut text = Vec::new();
    let chunk = Chunk { addr, bytes, coverage: Coverage::default() };
    for (row, cells) in bytes.chunks(dump.columns).enumerate() {
        let at = row * dump.columns;
        let addr = addr.wrapping_add((at as u64).wrapping_mul(scale));
        dump.row(env, &mut text, addr, &chunk, at, cells);
        text.push(b'\n');
    }
    Ok(env.out.write_all(&text)?)
}

/// Prints a range as a JSON array of the cells' values.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print_values(env: &mut Env<'_>, range: Range, unit: Unit) -> Result<()> {
    let big = env.big_endian();
    let size = unit.size() as u64;
    let range = Range { len: range.len - range.len % size, ..range };
    let mut chunks = range.chunks(unit.size());
    let mut text = b"[".to_vec();
    let mut first = true;
    while let Some(chunk) = chunks.next(env)? {
        for cell in chunk.bytes.chunks(unit.size()) {
            if !std::mem::take(&mut first) {
                text.push(b',');
            }
            push_decimal(&mut text, unit.value(cell, big), 0);
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    text.extend_from_slice(b"]\n");
    Ok(env.out.write_all(&text)?)
}

pub(super) struct Dump {
    unit: Unit,
    /// Bytes in a row.
    columns: usize,
    style: Style,
}

impl Dump {
    /// The line above the rows: the low digits of each column's address.
    fn heading(&self, text: &mut Vec<u8>, addr: u64) {
        let from = text.len();
        if self.style.addr {
            text.extend_from_slice(if self.style.dotted { DOTTED } else { HEADING });
            push_blanks(text, addr_width(addr).saturating_sub(HEADING.len()));
        }
        self.lead(text);
        if self.style.dotted {
            text[from..].iter_mut().filter(|c| **c == b' ').for_each(|c| *c = b'.');
        }
        let separator = if self.style.dotted { b'.' } else { b' ' };
        let low = |index: usize| addr.wrapping_add(index as u64) as u8;
        if self.unit == Unit::Char {
            text.push(separator);
        } else {
            let (width, run) = self.unit.header(self.style.pairs);
            for index in 0..self.columns {
                let digits = format!("{:width$X}", low(index));
                text.extend_from_slice(digits.as_bytes());
                if index % run == run - 1 && !self.style.compact {
                    text.push(separator);
                }
            }
            text.push(separator);
        }
        if self.style.ascii || self.unit == Unit::Char {
            text.extend((0..self.columns).map(|index| b"0123456789ABCDEF"[usize::from(low(index) & 15)]));
        }
        self.style.paint.wrap(text, from, Role::Offset);
    }

    /// The blanks between an address and the cells.
    fn lead(&self, text: &mut Vec<u8>) {
        push_blanks(text, if self.style.compact || !self.style.addr { 1 } else { 2 });
    }

    /// A row: `bytes` are those of `chunk` from `at` on, shown as those of `addr`.
    fn row(&self, env: &Env<'_>, text: &mut Vec<u8>, addr: u64, chunk: &Chunk<'_>, at: usize, bytes: &[u8]) {
        let (style, unit) = (&self.style, self.unit);
        if style.section {
            let name = section_name(env, addr);
            let width = if name.is_empty() { SECTION } else { SECTION - 1 };
            push_blanks(text, width.saturating_sub(name.len()));
            text.extend_from_slice(name.as_bytes());
            push_blanks(text, if name.is_empty() { 1 } else { 2 });
        }
        if style.addr {
            let from = text.len();
            push_addr(text, addr);
            style.paint.wrap(text, from, Role::Offset);
        }
        self.lead(text);
        let run = style.run();
        let provided = |index: usize| style.absent.is_none() || chunk.coverage.contains(at + index);
        for (cell, group) in bytes.chunks(unit.size()).enumerate() {
            let index = cell * unit.size();
            let from = text.len();
            unit.write(text, group, index, run, style.big);
            if let Some(absent) = style.absent.filter(|_| !provided(index)) {
                text[from..].iter_mut().filter(|shown| **shown != b' ').for_each(|shown| *shown = absent);
            }
            style.wrap(text, from, group);
        }
        if unit != Unit::Char {
            let shown_bytes = bytes.len().next_multiple_of(unit.size());
            if !style.compact {
                push_blanks(text, (shown_bytes..self.columns).map(|index| unit.gap(index)).sum());
            }
            text.push(b' ');
            if style.ascii {
                for (index, byte) in bytes.iter().enumerate() {
                    let from = text.len();
                    text.push(if provided(index) { shown(*byte) } else { b' ' });
                    style.wrap(text, from, &[*byte]);
                }
            }
        }
    }

    /// The column of a byte's first digit.
    pub(super) fn column(&self, addr: u64, index: usize) -> usize {
        let addr = if self.style.addr { addr_width(addr) } else { 0 };
        let lead = if self.style.compact || !self.style.addr { 1 } else { 2 };
        let run = self.style.run();
        addr + lead + index * 2 + index / run
    }

    /// Rows that begin `hex.stride` bytes after each other. As the peer has it, the addresses
    /// shown from the second row on are those of a row's end less the stride.
    fn print_strided(&self, env: &mut Env<'_>, range: Range, mut text: Vec<u8>) -> Result<()> {
        let stride = self.style.stride as u64;
        let shift = (self.columns as u64).wrapping_sub(stride);
        let mut at = 0;
        while at < range.len {
            let len = (range.len - at).min(self.columns as u64);
            let addr = range.addr.wrapping_add(at);
            let mut chunks = Range { addr, len }.chunks(self.columns);
            if let Some(chunk) = chunks.next(env)? {
                let label = if at == 0 { addr } else { addr.wrapping_add(shift) };
                self.row(env, &mut text, label, &chunk, 0, chunk.bytes);
                text.push(b'\n');
            }
            env.out.write_all(&text)?;
            text.clear();
            at += stride;
        }
        Ok(())
    }
}

/// The name of the section that holds an address; empty when there is none.
pub(crate) fn section_name(env: &Env<'_>, addr: u64) -> String {
    section(env, addr).map_or(String::new(), |section| crate::render::printable(&section.name))
}

/// Where the section that holds an address begins.
pub(crate) fn section_start(env: &Env<'_>, addr: u64) -> Option<u64> {
    section(env, addr).map(|section| section.vaddr)
}

fn section<'a>(env: &'a Env<'_>, addr: u64) -> Option<&'a farad_bin::Section> {
    let mut sections = env.session.loaded.iter().flat_map(|loaded| &loaded.binary.sections);
    sections
        .find(|section| section.vaddr != 0 && section.vaddr <= addr && addr - section.vaddr < section.vsize)
}
