//! `dm`: the memory maps of the process, and the files in them.

use farad_wire::target::Area;
use serde_json::{Value, json};

use super::row;
use crate::debug::{map_call, modules, syscall};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::Flags;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::{human_size, json_text, printable};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dm", brief: "memory of the process", rows: ROWS };

/// What `mmap` takes: readable and writable; the process's own, of no file.
const READ_WRITE: u64 = 3;
const PRIVATE: u64 = 0x22;
const FIXED: u64 = 0x10_0000;

static ROWS: &[Row] = &[
    row("dm", "List the memory maps, or make one of a size at an address (-1 for anywhere)", print)
        .params(&[maybe("addr", Kind::Address), maybe("size", Kind::Number)])
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet]),
    row("dm.", "Show the memory map at the current address", print_here),
    row("dm=", "Draw the memory maps", print_bars),
    row("dm-", "Remove the memory map at an address", remove)
        .glue(Glue::Number)
        .params(&[need("addr", Kind::Address)]),
    row("dmm", "List the files in memory", print_modules).modes(&[Mode::Json, Mode::Script, Mode::Quiet]),
    row("dmm.", "Show the file in memory at the current address", print_module_here),
    row("dmp", "Set what may be done with memory", protect).params(&[
        need("addr", Kind::Address),
        need("size", Kind::Number),
        need("perms", Kind::Perm),
    ]),
    row("dmi", "List the symbols of a file in memory, or find one", print_symbols)
        .params(&[maybe("module", Kind::Word), maybe("symbol", Kind::Word)])
        .modes(&[Mode::Script]),
    row("dmis", "Read the symbols of a file in memory, as flags", read_symbols)
        .params(&[maybe("module", Kind::Word)]),
];

fn perm(area: &Area) -> String {
    [(4, 'r'), (2, 'w'), (1, 'x')]
        .map(|(bit, letter)| if area.perm & bit != 0 { letter } else { '-' })
        .iter()
        .collect()
}

/// A name for a flag of a map.
fn flag_name(area: &Area) -> String {
    let name = if area.path.is_empty() { format!("unk{:x}", area.from) } else { area.path.clone() };
    let clean: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect();
    format!("map.{}.{}", clean.trim_matches('_'), perm(area).replace('-', "_"))
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        return make(env, args);
    }
    let maps = env.process_maps()?;
    match args.mode {
        Mode::Json => {
            let rows: Vec<Value> = maps.iter().map(json_row).collect();
            return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
        }
        Mode::Script => {
            for area in &maps {
                writeln!(env.out, "f {} {:#x} {:#010x}", flag_name(area), area.to - area.from, area.from)?;
            }
        }
        Mode::Quiet => {
            for area in &maps {
                writeln!(env.out, "{:#018x} - {:#018x} {}", area.from, area.to, perm(area))?;
            }
        }
        Mode::Text | Mode::Table => {
            for area in &maps {
                print_row(env, area)?;
            }
        }
    }
    Ok(())
}

fn json_row(area: &Area) -> Value {
    let mut row = json!({
        "name": if area.path.is_empty() { format!("unk{:x}", area.from) } else { area.path.clone() },
        "addr": area.from,
        "addr_end": area.to,
        "type": if area.shared { "sys" } else { "usr" },
        "perm": perm(area),
    });
    if let (Some(row), true) = (row.as_object_mut(), area.path.starts_with('/')) {
        row.insert("file".to_owned(), area.path.clone().into());
        row.insert("offset".to_owned(), area.offset.into());
    }
    row
}

fn print_row(env: &mut Env<'_>, area: &Area) -> Result<()> {
    let here = (area.from..area.to).contains(&env.view.seek);
    let flag = env.session.flags.at(area.from).next().map(|flag| format!(" ; {}", printable(&flag.name)));
    let name = if area.path.is_empty() { format!("unk{:x}", area.from) } else { printable(&area.path) };
    writeln!(
        env.out,
        "{:#018x} - {:#018x} {} usr {:>6} {} {} {name} {name}{}",
        area.from,
        area.to,
        if here { '*' } else { '-' },
        human_size(area.to - area.from),
        if area.shared { 's' } else { 'p' },
        perm(area),
        flag.unwrap_or_default(),
    )?;
    Ok(())
}

fn area_at(env: &mut Env<'_>, addr: u64) -> Result<Area> {
    let maps = env.process_maps()?;
    let found = maps.into_iter().find(|area| (area.from..area.to).contains(&addr));
    found.ok_or_else(|| Error::failed(format!("the process has no memory at {addr:#x} (dm lists the maps)")))
}

fn print_here(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let area = area_at(env, env.view.seek)?;
    print_row(env, &area)
}

/// Columns of a drawn map.
const COLUMNS: u128 = 48;

fn print_bars(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let maps = env.process_maps()?;
    // Gaps of a process are far larger than what is between them: each map is drawn by its place in the list.
    let size = |area: &Area| u128::from(area.to - area.from);
    let total = maps.iter().map(size).sum::<u128>().max(1);
    let mut before = 0;
    for area in &maps {
        let from = before * COLUMNS / total;
        before += size(area);
        let to = (before * COLUMNS).div_ceil(total).max(from + 1).min(COLUMNS);
        let bar: String =
            (0..COLUMNS).map(|column| if (from..to).contains(&column) { '#' } else { '-' }).collect();
        let here = if (area.from..area.to).contains(&env.view.seek) { '*' } else { ' ' };
        let name = printable(&area.path);
        writeln!(
            env.out,
            "{here} {:#018x} |{bar}| {:#018x} {} {:>6} {name}",
            area.from,
            area.to,
            perm(area),
            human_size(area.to - area.from)
        )?;
    }
    Ok(())
}

fn make(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [addr, size] = &words[..] else { return Err(args.wrong("give an address and a size")) };
    let (addr, size) = (env.number(addr)?, env.number(size)?);
    let (addr, flags) = if addr == u64::MAX { (0, PRIVATE) } else { (addr, PRIVATE | FIXED) };
    let call = map_call(env)?;
    let made = syscall(env, call, &[addr, size, READ_WRITE, flags, u64::MAX, 0])?;
    Ok(writeln!(env.out, "{made:#010x}")?)
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("an address")?)?;
    let area = area_at(env, addr)?;
    syscall(env, "munmap", &[area.from, area.to - area.from]).map(drop)
}

fn protect(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [addr, size, perms] = &words[..] else {
        return Err(args.wrong("give an address, a size and permissions"));
    };
    let (addr, size) = (env.number(addr)?, env.number(size)?);
    let letters = perms.chars().map(|letter| match letter {
        // In the order that the system has them, which is not that of `rwx`.
        'r' => Some(1),
        'w' => Some(2),
        'x' => Some(4),
        '-' => Some(0),
        _ => None,
    });
    let bits = letters.sum::<Option<u64>>();
    let bits =
        bits.ok_or_else(|| args.wrong(format!("'{perms}' are no permissions: write r-x or the like")))?;
    let from = addr - addr % 4096;
    syscall(env, "mprotect", &[from, size.saturating_add(addr - from), bits]).map(drop)
}

fn print_modules(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let all = modules(&env.process_maps()?);
    if args.mode == Mode::Json {
        let row = |module: &crate::debug::Module| json!({ "name": module.name(), "file": module.path, "addr": module.from, "addr_end": module.to });
        let rows: Vec<Value> = all.iter().map(row).collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
    }
    for module in all {
        let path = printable(&module.path);
        match args.mode {
            Mode::Quiet => writeln!(env.out, "{:#010x} {path}", module.from)?,
            Mode::Script => {
                // It is the name of a file.
                let mut name = format!("mod.{}", module.name());
                if !Flags::is_name(&name) {
                    name = farad_bin::flag_name("mod.", module.name());
                }
                writeln!(env.out, "f {name} 1 {:#010x}", module.from)?;
            }
            _ => writeln!(env.out, "{:#010x} {:#010x}  {path}", module.from, module.to)?,
        }
    }
    Ok(())
}

fn print_module_here(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (seek, all) = (env.view.seek, modules(&env.process_maps()?));
    let found = all.into_iter().find(|module| (module.from..module.to).contains(&seek));
    let module = found.ok_or_else(|| Error::failed(format!("{seek:#x} is in no file")))?;
    Ok(writeln!(env.out, "{:#010x} {:#010x}  {}", module.from, module.to, printable(&module.path))?)
}

/// The symbols of a module, which has its names read if it had not.
fn symbols_of(env: &mut Env<'_>, word: &str) -> Result<Vec<(u64, u64, String, String)>> {
    let loaded = crate::debug::read_module(env, word)?;
    crate::load::names(env)?;
    let Some(loaded) = env.session.loaded.iter().find(|it| it.fd == loaded) else { return Ok(Vec::new()) };
    let named = loaded.binary.symbols.iter().filter(|symbol| symbol.has_flag());
    Ok(named.map(|it| (it.vaddr, it.size, it.name.clone(), it.flag_name())).collect())
}

fn print_symbols(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return print_modules(env, &Args { mode: Mode::Text, ..*args });
    }
    let (word, wanted) = args.split_first();
    let all = symbols_of(env, word)?;
    for (addr, size, name, flag) in all.into_iter().filter(|row| wanted.is_empty() || row.2 == wanted) {
        match args.mode {
            Mode::Script => writeln!(env.out, "f {flag} {size} {addr:#010x}")?,
            _ => writeln!(env.out, "{addr:#010x} {size:>5} {}", printable(&name))?,
        }
    }
    Ok(())
}

fn read_symbols(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        return symbols_of(env, args.text).map(drop);
    }
    for module in modules(&env.process_maps()?) {
        symbols_of(env, &module.path)?;
    }
    Ok(())
}
