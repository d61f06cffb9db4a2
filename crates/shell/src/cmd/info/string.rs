//! Strings of data sections (`iz`) and of the whole file (`izz`).

use std::ops::ControlFlow;

use farad_bin::{Binary, StringRow, StringScope, string_flag_name};
use serde_json::{Value, json};

use super::{addr_cell, current, current_fd, form, print_json};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::load;
use crate::out::Out;
use crate::registry::{Args, Mode};
use crate::render::printable;
use crate::session::Session;
use crate::table::{self, Table, number, text};

/// Strings of the data sections.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if let Ok(fd) = current_fd(env.session, &env.view.lens) {
        load::strings(env, fd)?;
    }
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, form(args)) };
    match form(args) {
        Mode::Text | Mode::Table => {
            let table = table(Some(&loaded.binary), loaded.strings());
            print_table(env, args, table)
        }
        mode => write(env.out, Some(&loaded.binary), loaded.strings(), args, mode),
    }
}

/// Strings of the whole file, looked for now.
pub(super) fn print_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = current_fd(env.session, &env.view.lens)?;
    let options = load::string_options(env);
    let Session { io, loaded, .. } = &mut *env.session;
    let binary = loaded.iter().find(|loaded| loaded.fd == fd).map(|loaded| &loaded.binary);
    let mut rows = Vec::new();
    let source = load::Bytes::of(io, fd, env.ctx)?;
    let found = farad_bin::strings(&source, binary, StringScope::File, &options, &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    });
    env.ctx.check()?;
    // What was found before the file failed is worth having.
    match form(args) {
        Mode::Text | Mode::Table => {
            let table = table(binary, &rows);
            print_table(env, args, table)?;
        }
        mode => write(env.out, binary, &rows, args, mode)?,
    }
    found.map_err(|error| Error::failed(error.to_string()))
}

/// Without strings the list for people is empty, headings and all.
fn print_table(env: &mut Env<'_>, args: &Args<'_>, table: Table) -> Result<()> {
    if table.is_empty() && args.mode != Mode::Table { Ok(()) } else { table::print(env, args, table) }
}

fn table(binary: Option<&Binary>, rows: &[StringRow]) -> Table {
    let numbers = ["nth", "paddr", "vaddr", "len", "size"].map(number).into_iter();
    let mut table = Table::new("strings", numbers.chain(["section", "type", "string"].map(text)));
    for row in rows {
        table.push([
            row.ordinal.to_string(),
            addr_cell(Some(row.paddr)),
            addr_cell(Some(row.vaddr)),
            row.length.to_string(),
            row.size.to_string(),
            section(binary, row).to_owned(),
            row.kind.name().to_owned(),
            // Rows double the backslashes that are in the file, which tells them from
            // escapes; the list for people shows them as they are.
            row.text.replace("\\\\", "\\"),
        ]);
    }
    table
}

/// The forms that are no table.
fn write(
    out: &mut dyn Out,
    binary: Option<&Binary>,
    rows: &[StringRow],
    args: &Args<'_>,
    mode: Mode,
) -> Result<()> {
    match mode {
        Mode::Json => print_json(out, rows.iter().map(|row| json_row(binary, row))),
        Mode::Quiet if args.row.name.ends_with("qq") => {
            rows.iter().try_for_each(|row| Ok(writeln!(out, "{}", printable(&row.text))?))
        }
        Mode::Quiet => rows.iter().try_for_each(|row| {
            let text = printable(&row.text);
            Ok(writeln!(out, "{:#x} {} {} {text}", row.vaddr, row.size, row.length)?)
        }),
        Mode::Script => {
            writeln!(out, "fs strings")?;
            for row in rows {
                let (name, size, addr) = (string_flag_name(&row.text), row.size, row.vaddr);
                writeln!(out, "'f {name} {size} {addr:#010x}\n'@{addr:#010x}'Cs {size}")?;
            }
            Ok(())
        }
        Mode::Text | Mode::Table => Ok(()),
    }
}

fn section<'a>(binary: Option<&'a Binary>, row: &StringRow) -> &'a str {
    let section = row.section.and_then(|index| binary?.sections.get(index));
    section.map_or("", |section| &section.name)
}

fn json_row(binary: Option<&Binary>, row: &StringRow) -> Value {
    json!({
        "vaddr": row.vaddr,
        "paddr": row.paddr,
        "ordinal": row.ordinal,
        "size": row.size,
        "length": row.length,
        "section": section(binary, row),
        "type": row.kind.name(),
        "string": row.text,
    })
}

/// Strings as JSON rows.
pub(super) fn rows_json<'a>(binary: &'a Binary, rows: &'a [StringRow]) -> impl Iterator<Item = Value> + 'a {
    rows.iter().map(|row| json_row(Some(binary), row))
}
