//! What other files provide: imports (`ii`), relocations (`ir`), libraries (`il`).

use farad_bin::{Binary, Import, Relocation, demangle};
use serde_json::{Map, Value};

use super::{addr_cell, current, form, print_json, write_json};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::printable;
use crate::table::{self, Table, number, text};

/// Symbols that a library must provide.
pub(super) fn print_imports(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let binary = &loaded.binary;
    match mode {
        Mode::Json => return print_json(env.out, imports_json(binary)),
        Mode::Quiet => {
            for import in &binary.imports {
                writeln!(env.out, "{}", printable(&import.name))?;
            }
        }
        Mode::Script => writeln!(env.out, "'fs imports")?,
        Mode::Text | Mode::Table => {
            let numbers = ["nth", "vaddr"].map(number).into_iter();
            let mut table = Table::new("imports", numbers.chain(["bind", "type", "lib", "name"].map(text)));
            for import in &binary.imports {
                table.push([
                    import.ordinal.to_string(),
                    addr_cell(Some(import.vaddr)),
                    import.bind.name().to_owned(),
                    import.kind.name().to_owned(),
                    import.library.clone().unwrap_or_default(),
                    import.name.clone(),
                ]);
            }
            table::print(env, args, table)?;
        }
    }
    Ok(())
}

/// The imports as JSON rows.
pub(super) fn imports_json(binary: &Binary) -> impl Iterator<Item = Value> {
    let row = |import: &Import| {
        let mut row = Map::new();
        let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
        put("ordinal", import.ordinal.into());
        put("bind", import.bind.name().into());
        put("type", import.kind.name().into());
        if let Some(library) = &import.library {
            put("libname", library.clone().into());
        }
        put("name", import.name.clone().into());
        put("plt", import.vaddr.into());
        Value::Object(row)
    };
    binary.imports.iter().map(row)
}

/// Places that the loader fills in.
pub(super) fn print_relocations(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let binary = &loaded.binary;
    match mode {
        Mode::Json => return print_json(env.out, rows_json(binary)),
        Mode::Quiet => {
            for relocation in &binary.relocations {
                writeln!(env.out, "{:#010x} {}", relocation.vaddr, printable(&relocation.name))?;
            }
        }
        Mode::Script => {
            writeln!(env.out, "'fs relocs")?;
            for relocation in &binary.relocations {
                let Some(name) = relocation.flag_name() else { continue };
                let (addr, bytes) = (relocation.vaddr, relocation.kind.bytes());
                writeln!(env.out, "'f {name} {bytes} {addr:#010x}\n'@{addr:#010x}'Cd {bytes}")?;
            }
        }
        Mode::Text | Mode::Table => {
            let columns = [number("vaddr"), number("paddr"), text("type"), number("ntype"), text("name")];
            let mut table = Table::new("relocs", columns);
            for relocation in &binary.relocations {
                table.push([
                    addr_cell(Some(relocation.vaddr)),
                    addr_cell(relocation.paddr),
                    relocation.kind.to_string(),
                    relocation.native.to_string(),
                    with_addend(relocation),
                ]);
            }
            table::print(env, args, table)?;
        }
    }
    Ok(())
}

/// The symbol referred to, and what is added to it.
fn with_addend(relocation: &Relocation) -> String {
    let Relocation { name, addend, .. } = relocation;
    let amount = addend.unsigned_abs();
    match (name.is_empty(), *addend) {
        (_, 0) => name.clone(),
        (true, 1..) => format!("{amount:#010x}"),
        (true, _) => format!("-{amount:#010x}"),
        (false, 1..) => format!("{name} + {amount:#x}"),
        (false, _) => format!("{name} - {amount:#x}"),
    }
}

/// The relocations as JSON rows.
pub(super) fn rows_json(binary: &Binary) -> impl Iterator<Item = Value> {
    let row = |relocation: &Relocation| {
        let mut row = Map::new();
        let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
        if !relocation.name.is_empty() {
            put("name", relocation.name.clone().into());
        }
        put("demname", demangle(&relocation.name).unwrap_or_default().into());
        put("type", relocation.kind.to_string().into());
        put("ntype", relocation.native.into());
        put("vaddr", relocation.vaddr.into());
        put("paddr", relocation.paddr.unwrap_or(u64::MAX).into());
        if relocation.symbol_vaddr != 0 {
            put("sym_va", relocation.symbol_vaddr.into());
        }
        put("is_ifunc", false.into());
        Value::Object(row)
    };
    binary.relocations.iter().map(row)
}

/// Libraries that the file names as needed.
pub(super) fn print_libraries(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, args.mode) };
    let libraries = &loaded.binary.libraries;
    if args.is_json() {
        return write_json(env.out, &Value::from(libraries.clone()));
    }
    for library in libraries {
        writeln!(env.out, "{}", printable(library))?;
    }
    Ok(())
}
