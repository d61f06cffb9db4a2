//! Symbols and exports: `is`, `iE`, and the one at the seek.

use farad_bin::{Binary, Symbol, SymbolKind, demangle, flag_name};
use serde_json::{Value, json};

use super::{addr_cell, current, form, print_json, write_json};
use crate::error::Result;
use crate::eval::Env;
use crate::out::Out;
use crate::registry::{Args, Mode};
use crate::render::printable;
use crate::table::{self, Table, number, text};

/// Which symbols a command's letters name, and the flag space of its script.
fn listed(args: &Args<'_>) -> (fn(&Symbol) -> bool, &'static str) {
    match args.row.name.starts_with("iE") {
        true => (Symbol::is_exported, "exports"),
        false => (|_| true, "symbols"),
    }
}

/// All of them.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let (wanted, space) = listed(args);
    let binary = &loaded.binary;
    let demangled = env.is_set("bin.demangle");
    let symbols = binary.symbols.iter().filter(|symbol| wanted(symbol));
    match mode {
        Mode::Json => print_json(env.out, rows_json(binary, wanted)),
        Mode::Script => script(env.out, symbols, space),
        Mode::Quiet if args.row.name.ends_with("qq") => {
            symbols.into_iter().try_for_each(|symbol| Ok(writeln!(env.out, "{}", name(symbol))?))
        }
        Mode::Quiet => symbols.into_iter().try_for_each(|symbol| quiet(env.out, symbol)),
        Mode::Text | Mode::Table => {
            let table = table(symbols, space, demangled);
            table::print(env, args, table)
        }
    }
}

/// The one that holds the seek: the innermost, which begins last.
pub(super) fn print_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let (wanted, space) = listed(args);
    let seek = env.view.seek;
    let holds = |symbol: &&Symbol| {
        let at = seek.checked_sub(symbol.vaddr);
        wanted(symbol) && symbol.has_flag() && at.is_some_and(|at| at < symbol.size.max(1))
    };
    let here = loaded.binary.symbols.iter().filter(holds).max_by_key(|symbol| symbol.vaddr);
    match (mode, here) {
        (Mode::Json, None) => writeln!(env.out, "{{}}")?,
        (Mode::Json, Some(symbol)) => write_json(env.out, &json_row(symbol))?,
        (Mode::Quiet, Some(symbol)) => quiet(env.out, symbol)?,
        (Mode::Quiet, None) => {}
        _ => {
            let table = table(here.into_iter(), space, env.is_set("bin.demangle"));
            table::print(env, args, table)?;
        }
    }
    Ok(())
}

fn table<'a>(symbols: impl Iterator<Item = &'a Symbol>, name: &str, demangled: bool) -> Table {
    let columns = [
        number("nth"),
        number("paddr"),
        number("vaddr"),
        text("bind"),
        text("type"),
        number("size"),
        text("lib"),
        text("name"),
        text("demangled"),
    ];
    let mut table = Table::new(name, columns);
    for symbol in symbols {
        table.push([
            symbol.ordinal.to_string(),
            addr_cell(symbol.paddr),
            addr_cell(Some(symbol.vaddr)),
            symbol.bind.name().to_owned(),
            symbol.kind.name().to_owned(),
            symbol.size.to_string(),
            symbol.library.clone().unwrap_or_default(),
            symbol.listed_name(),
            if demangled { demangle(&symbol.name).unwrap_or_default() } else { String::new() },
        ]);
    }
    table
}

fn name(symbol: &Symbol) -> String {
    printable(&symbol.listed_name())
}

fn quiet(out: &mut dyn Out, symbol: &Symbol) -> Result<()> {
    Ok(writeln!(out, "{:#010x} {} {}", symbol.vaddr, symbol.size, name(symbol))?)
}

/// Commands that set a flag for each; marks for tools get none.
fn script<'a>(
    out: &mut dyn Out,
    symbols: impl Iterator<Item = &'a Symbol>,
    space: &'static str,
) -> Result<()> {
    writeln!(out, "'fs {space}")?;
    let mut selected = space;
    for symbol in symbols.filter(|symbol| symbol.kind != SymbolKind::Special && !symbol.name.is_empty()) {
        let wanted = if symbol.is_imported { "imports" } else { space };
        if selected != wanted {
            writeln!(out, "'fs {wanted}")?;
            selected = wanted;
        }
        let name = flag_name("sym.", &symbol.listed_name());
        writeln!(out, "'f {name} {} {:#010x}", symbol.size, symbol.vaddr)?;
    }
    Ok(())
}

fn json_row(symbol: &Symbol) -> Value {
    json!({
        "name": symbol.listed_name(),
        "flagname": symbol.flag_name(),
        "realname": symbol.name,
        "ordinal": symbol.ordinal,
        "bind": symbol.bind.name(),
        "size": symbol.size,
        "type": symbol.kind.name(),
        "vaddr": symbol.vaddr,
        "paddr": symbol.paddr.unwrap_or(u64::MAX),
        "is_imported": symbol.is_imported,
    })
}

/// The symbols as JSON rows.
pub(super) fn rows_json(binary: &Binary, wanted: fn(&Symbol) -> bool) -> impl Iterator<Item = Value> {
    binary.symbols.iter().filter(move |symbol| wanted(symbol)).map(json_row)
}
