//! Sections and segments: `iS`, `iSS`, the one at the seek, and bars of where they lie.

use farad_bin::{Binary, Permission, Section, Segment};
use serde_json::{Map, Value};

use super::digest;
use super::{addr_cell, current, form, print_json, write_json};
use crate::digest::Algorithm;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::printable;
use crate::table::{self, Column, Table, number, text};

/// Columns of a bar.
const BAR: usize = 30;
/// How many times a file is read to measure its parts, where they overlap.
const PASSES: u64 = 8;

/// What sections and segments have in common.
struct Part<'a> {
    index: usize,
    name: &'a str,
    flag: String,
    paddr: u64,
    size: u64,
    vaddr: u64,
    vsize: u64,
    perm: Permission,
    flags: u64,
    kind: Option<&'static str>,
}

impl Part<'_> {
    fn contains(&self, addr: u64) -> bool {
        addr.checked_sub(self.vaddr).is_some_and(|at| at < self.vsize)
    }
}

fn section(section: &Section) -> Part<'_> {
    let Section { index, name, paddr, size, vaddr, vsize, perm, flags, kind, .. } = section;
    let (index, paddr, size, vaddr, vsize) = (*index, *paddr, *size, *vaddr, *vsize);
    let flag = section.flag_name();
    Part { index, name, flag, paddr, size, vaddr, vsize, perm: *perm, flags: *flags, kind: *kind }
}

fn segment(segment: &Segment) -> Part<'_> {
    let Segment { index, name, paddr, size, vaddr, vsize, perm } = segment;
    let (index, paddr, size, vaddr, vsize) = (*index, *paddr, *size, *vaddr, *vsize);
    let flag = segment.flag_name();
    Part { index, name, flag, paddr, size, vaddr, vsize, perm: *perm, flags: 0, kind: Some("MAP") }
}

/// The parts that a command's letters name.
fn parts<'a>(binary: &'a Binary, args: &Args<'_>) -> Vec<Part<'a>> {
    match of_segments(args) {
        true => binary.segments.iter().map(segment).collect(),
        false => binary.sections.iter().map(section).collect(),
    }
}

fn of_segments(args: &Args<'_>) -> bool {
    args.row.name.starts_with("iSS")
}

/// All of them; what is measured of their bytes may be asked for.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let measures = if mode == Mode::Table { Vec::new() } else { digest::parse(args.text)? };
    let ranges: Vec<(u64, u64)> =
        parts(&loaded.binary, args).iter().map(|part| (part.paddr, part.size)).collect();
    let (fd, count) = (loaded.fd, ranges.len());
    // Sections that share the file's bytes would have all of it read for each.
    let whole = env.session.io.descriptor(fd)?.size();
    let mut left = whole.saturating_mul(PASSES);
    let mut measured = Vec::new();
    for (paddr, size) in ranges {
        if measures.is_empty() {
            break;
        }
        let Some(fewer) = left.checked_sub(whole.saturating_sub(paddr).min(size)) else {
            env.out.report("WARN: sections overlap: the rest are not measured");
            break;
        };
        left = fewer;
        let row = measures.iter().map(|measure| digest::of_file(env, measure, fd, paddr, size));
        measured.push(row.collect::<Result<Vec<String>>>()?);
    }
    measured.resize(count, vec![String::new(); measures.len()]);
    let Some(loaded) = current(env.session, &env.view.lens) else { return Ok(()) };
    let parts = parts(&loaded.binary, args);
    match mode {
        Mode::Json => {
            let rows = parts.iter().zip(&measured).map(|(part, values)| {
                let mut row = json_row(part, of_segments(args));
                let cells = measures.iter().zip(values).filter(|(_, value)| !value.is_empty());
                row.extend(cells.map(|(measure, value)| (measure.name.to_owned(), value.clone().into())));
                Value::Object(row)
            });
            print_json(env.out, rows)
        }
        Mode::Quiet => {
            for part in &parts {
                let end = part.vaddr.wrapping_add(part.size);
                writeln!(env.out, "{:#010x} {end:#010x} {} {}", part.vaddr, part.perm, printable(part.name))?;
            }
            Ok(())
        }
        Mode::Script => {
            writeln!(env.out, "fs {}", if of_segments(args) { "segments" } else { "sections" })?;
            for part in &parts {
                writeln!(env.out, "'f {} 1 {:#010x}", part.flag, part.vaddr)?;
            }
            Ok(())
        }
        Mode::Text | Mode::Table => {
            let mut table = empty_table(args, &measures);
            for (part, values) in parts.iter().zip(measured) {
                table.push(cells(part, part.index, values));
            }
            table::print(env, args, table)
        }
    }
}

/// The one that holds the seek.
pub(super) fn print_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let parts = parts(&loaded.binary, args);
    let here = parts.iter().find(|part| part.contains(env.view.seek));
    match (mode, here) {
        (Mode::Json, None) => writeln!(env.out, "{{}}")?,
        (Mode::Json, Some(part)) => {
            let row = Value::Object(json_row(part, of_segments(args)));
            write_json(env.out, &row)?;
        }
        (Mode::Quiet, Some(part)) => {
            let end = part.vaddr.wrapping_add(part.size);
            writeln!(env.out, "{:#010x} {end:#010x} {} {}", part.vaddr, part.perm, printable(part.name))?;
        }
        (Mode::Quiet, None) => {}
        _ => {
            let mut table = empty_table(args, &[]);
            // The peer counts what it lists, which is one.
            here.into_iter().for_each(|part| table.push(cells(part, 0, Vec::new())));
            table::print(env, args, table)?;
        }
    }
    Ok(())
}

/// A bar for each, over the addresses that all of them take.
pub(super) fn print_bars(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some(loaded) = current(env.session, &env.view.lens) else { return Ok(()) };
    let parts = parts(&loaded.binary, args);
    let loaded_parts = || parts.iter().filter(|part| part.vsize > 0 && part.perm.bits() != 0);
    let low = loaded_parts().map(|part| part.vaddr).min().unwrap_or(0);
    let high = loaded_parts().map(|part| part.vaddr.saturating_add(part.vsize)).max().unwrap_or(1);
    let width = parts.iter().map(|part| part.name.chars().count()).max().unwrap_or(0);
    let column = |addr: u64| {
        let at = addr.saturating_sub(low).min(high - low);
        usize::try_from(u128::from(at) * BAR as u128 / u128::from((high - low).max(1))).unwrap_or(BAR)
    };
    for part in &parts {
        let end = part.vaddr.saturating_add(part.vsize);
        let mut bar = vec![b'-'; BAR];
        if part.perm.bits() != 0 && part.vsize > 0 {
            let first = column(part.vaddr).min(BAR - 1);
            bar[first..column(end).clamp(first + 1, BAR)].fill(b'#');
        }
        let bar = String::from_utf8_lossy(&bar).into_owned();
        let mark = if part.contains(env.view.seek) { '*' } else { ' ' };
        writeln!(
            env.out,
            "{:<2}{mark} {:#010x} {bar} {end:#010x} {} {:6} {:width$}",
            part.index,
            part.vaddr,
            part.perm,
            crate::render::human_size(part.size),
            printable(part.name),
        )?;
    }
    Ok(())
}

/// A table of the parts that a command's letters name, with a column for each thing measured.
fn empty_table(args: &Args<'_>, measures: &[&'static Algorithm]) -> Table {
    let mut columns = vec![
        number("nth"),
        number("paddr"),
        number("size").right(),
        number("vaddr"),
        number("vsize").right(),
        text("perm"),
        number("flags"),
    ];
    columns.extend(measures.iter().map(|measure| text(measure.name)));
    columns.extend([text("type"), text("name")] as [Column; 2]);
    Table::new(if of_segments(args) { "segments" } else { "sections" }, columns)
}

fn cells(part: &Part<'_>, nth: usize, measured: Vec<String>) -> Vec<String> {
    let mut cells = vec![
        nth.to_string(),
        addr_cell(Some(part.paddr)),
        format!("{:#x}", part.size),
        addr_cell(Some(part.vaddr)),
        format!("{:#x}", part.vsize),
        part.perm.to_string(),
        format!("{:#x}", part.flags),
    ];
    cells.extend(measured);
    cells.extend([part.kind.unwrap_or("----").to_owned(), part.name.to_owned()]);
    cells
}

fn json_row(part: &Part<'_>, is_segment: bool) -> Map<String, Value> {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("name", part.name.into());
    put("size", part.size.into());
    put("vsize", part.vsize.into());
    if let Some(kind) = part.kind.filter(|_| !is_segment) {
        put("type", kind.into());
    }
    put("perm", part.perm.to_string().into());
    put("flags", part.flags.into());
    put("paddr", part.paddr.into());
    put("vaddr", part.vaddr.into());
    row
}

/// The sections as JSON rows.
pub(super) fn sections_json(binary: &Binary) -> impl Iterator<Item = Value> {
    binary.sections.iter().map(|row| Value::Object(json_row(&section(row), false)))
}

/// The segments as JSON rows.
pub(super) fn segments_json(binary: &Binary) -> impl Iterator<Item = Value> {
    binary.segments.iter().map(|row| Value::Object(json_row(&segment(row), true)))
}
