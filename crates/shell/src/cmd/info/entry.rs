//! Where execution starts: `ie`, `iee`, `iM`.

use farad_bin::{Binary, Entry, EntryKind};
use serde_json::{Map, Value, json};

use super::{addr_cell, current, print_json, write_address, write_json};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::table::{self, Table, number, text};

/// The program's entry points.
pub(super) fn print_programs(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, |kind| kind == EntryKind::Program)
}

/// Initialisers and finalisers.
pub(super) fn print_initialisers(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, |kind| kind != EntryKind::Program)
}

fn print(env: &mut Env<'_>, args: &Args<'_>, wanted: fn(EntryKind) -> bool) -> Result<()> {
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, args.mode) };
    let binary = &loaded.binary;
    let entries = binary.entries.iter().filter(|entry| wanted(entry.kind));
    match args.mode {
        Mode::Json => print_json(env.out, rows_json(binary, wanted))?,
        Mode::Quiet => entries.into_iter().try_for_each(|entry| write_address(env.out, entry.vaddr))?,
        Mode::Script => {
            writeln!(env.out, "'fs+symbols")?;
            for entry in entries {
                script(env.out, entry)?;
            }
            writeln!(env.out, "'fs-")?;
        }
        Mode::Text | Mode::Table => {
            let addresses = ["paddr", "vaddr", "phaddr", "vhaddr"].map(number);
            let mut table = Table::new("entries", addresses.into_iter().chain([text("type")]));
            for entry in entries {
                table.push([
                    addr_cell(entry.paddr),
                    addr_cell(Some(entry.vaddr)),
                    addr_cell(entry.haddr),
                    addr_cell(entry.hvaddr),
                    entry.kind.name().to_owned(),
                ]);
            }
            // The peer shows no empty table here.
            if !table.is_empty() {
                table::print(env, args, table)?;
            }
        }
    }
    Ok(())
}

fn script(out: &mut dyn crate::out::Out, entry: &Entry) -> Result<()> {
    let name = entry.flag_name();
    writeln!(out, "'f {name} 1 {:#010x}", entry.vaddr)?;
    if let Some(haddr) = entry.haddr {
        writeln!(out, "'f {name}_{} 1 {haddr:#010x}", header_name(entry.kind))?;
    }
    if entry.kind == EntryKind::Program {
        writeln!(out, "'s {name}")?;
    }
    Ok(())
}

/// What the place of the number behind an entry is called.
fn header_name(kind: EntryKind) -> &'static str {
    if kind == EntryKind::Program { "haddr" } else { "hpaddr" }
}

/// The entries as JSON rows.
pub(super) fn rows_json(binary: &Binary, wanted: impl Fn(EntryKind) -> bool) -> Vec<Value> {
    let row = |entry: &Entry| {
        let mut row = Map::new();
        let mut put = |name: &str, value: u64| row.insert(name.to_owned(), value.into());
        put("paddr", entry.paddr.unwrap_or(u64::MAX));
        put("vaddr", entry.vaddr);
        put("baddr", binary.base);
        put("laddr", binary.info.load_address);
        entry.hvaddr.map(|addr| put("hvaddr", addr));
        entry.haddr.map(|addr| put(header_name(entry.kind), addr));
        row.insert("type".to_owned(), entry.kind.name().into());
        Value::Object(row)
    };
    binary.entries.iter().filter(|entry| wanted(entry.kind)).map(row).collect()
}

/// The `main` that the runtime calls.
pub(super) fn print_main(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let main = current(env.session, &env.view.lens).and_then(|loaded| loaded.binary.main);
    let Some((vaddr, paddr)) = main else {
        return if args.is_json() { Ok(writeln!(env.out, "{{}}")?) } else { Ok(()) };
    };
    match args.mode {
        Mode::Json => {
            let row = json!({ "vaddr": vaddr, "paddr": paddr.unwrap_or(u64::MAX) });
            write_json(env.out, &row)?;
        }
        Mode::Quiet => write_address(env.out, vaddr)?,
        Mode::Script => writeln!(env.out, "'fs symbols\n'f main 1 {vaddr:#010x}")?,
        Mode::Text | Mode::Table => writeln!(env.out, "vaddr={vaddr:#010x} paddr={}", addr_cell(paddr))?,
    }
    Ok(())
}
