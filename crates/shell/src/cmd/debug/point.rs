//! `db`: breakpoints and watchpoints.

use farad_wire::target::{Point, PointKind, Request};
use serde_json::json;

use super::{number_or, row};
use crate::debug::{Breakpoint, module_base, set_point};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe, need};
use crate::render::{json_text, printable, script_line};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "db", brief: "breakpoints", rows: ROWS };

const ADDR: &[Param] = &[need("addr", Kind::Address)];
const HERE: &[Param] = &[maybe("addr", Kind::Address)];
const INDEX: &[Param] = &[need("index", Kind::Number)];
const COMMAND: &[Param] = &[need("addr", Kind::Address), need("command", Kind::Command)];

static ROWS: &[Row] = &[
    row("db", "List breakpoints, or set one at an address", set).params(HERE).modes(&[
        Mode::Json,
        Mode::Script,
        Mode::Quiet,
    ]),
    row("db.", "Show the breakpoint at an address", show).params(HERE),
    row("db-", "Remove the breakpoint at an address", remove).glue(Glue::Rest).params(HERE),
    row("db-*", "Remove all breakpoints", remove_all),
    row("dbH", "Set a breakpoint by a debug register", set_hardware).params(ADDR),
    row("dbw", "Watch memory: w for writes, r or rw for reads and writes, and how many bytes", watch)
        .params(&[need("addr", Kind::Address), maybe("r|w|rw", Kind::Word), maybe("bytes", Kind::Number)]),
    row("dbc", "Run commands when the breakpoint at an address is hit", set_command).params(COMMAND),
    row("dbC", "Run commands when it is hit, and go on until they give 0 ($?)", set_command_on)
        .params(COMMAND),
    row("dbd", "Disable the breakpoint at an address", disable).params(HERE),
    row("dbe", "Enable the breakpoint at an address", enable).params(HERE),
    row("dbs", "Enable the breakpoint at an address if it is disabled, else disable it", toggle).params(HERE),
    row("dbm", "Set a breakpoint at an offset in a module, once that is loaded", set_in_module)
        .params(&[need("module", Kind::Word), need("offset", Kind::Number)]),
    row("dbn", "Show or set the name of the breakpoint at the current address", name)
        .params(&[maybe("name", Kind::Word)]),
    row("dbx", "Show or set the expression that must not be 0 for the breakpoint here to stop", condition)
        .params(&[maybe("expression", Kind::Text)]),
    row("dbi", "List breakpoints by index, or show the index of the one at an address", print_indexes)
        .params(HERE),
    row("dbi.", "Show the index of the breakpoint at the current address", print_index),
    row("dbi-", "Remove a breakpoint by index", remove_index).glue(Glue::Number).params(INDEX),
    row("dbix", "Show or set the expression of a breakpoint by index", condition_index)
        .params(&[need("index", Kind::Number), maybe("expression", Kind::Text)]),
    row("dbic", "Run commands when a breakpoint is hit, by index", command_index)
        .params(&[need("index", Kind::Number), need("command", Kind::Command)]),
    row("dbie", "Enable a breakpoint by index", enable_index).params(INDEX),
    row("dbid", "Disable a breakpoint by index", disable_index).params(INDEX),
    row("dbis", "Enable or disable a breakpoint by index", toggle_index).params(INDEX),
    row("dbite", "Have a breakpoint only tell that it was hit, by index", trace_index).params(INDEX),
    row("dbitd", "Have it stop again, by index", untrace_index).params(INDEX),
    row("dt", "List how often the breakpoints that only tell were hit", print_traces),
];

/// Sets one where the argument says.
fn set(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match (args.mode, args.is_empty()) {
        (Mode::Json, _) => print_json(env),
        (Mode::Script, _) => print_script(env),
        (Mode::Quiet, _) => print_addresses(env),
        (_, true) => print(env, |_| true),
        (_, false) => {
            let (addr, behind) = args.split_first();
            let condition = match behind.strip_prefix("if ") {
                Some(expression) => expression.trim(),
                None if behind.is_empty() => "",
                None => return Err(args.wrong("behind the address goes only 'if EXPRESSION'")),
            };
            if !condition.is_empty() {
                // What is wrong with it is better told now than at each hit.
                crate::debug::holds(env, condition)?;
            }
            let point = Point { addr: env.number(addr)?, kind: PointKind::Software, len: 1 };
            let (name, condition) = (addr.to_owned(), condition.to_owned());
            add(env, Breakpoint { name, condition, ..Breakpoint::new(point) })
        }
    }
}

fn set_hardware(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("an address")?;
    let point = Point { addr: env.number(text)?, kind: PointKind::Hardware, len: 1 };
    add(env, Breakpoint { name: text.to_owned(), ..Breakpoint::new(point) })
}

fn watch(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [addr, rest @ ..] = &words[..] else { return Err(args.wrong("an address is missing")) };
    let (kind, bytes) = match rest {
        [] => ("w", ""),
        [kind] => (kind.as_str(), ""),
        [kind, bytes] => (kind.as_str(), bytes.as_str()),
        _ => return Err(args.wrong("these are too many arguments")),
    };
    let kind = match kind {
        "w" => PointKind::Write,
        "r" => PointKind::Read,
        "rw" | "a" => PointKind::Access,
        other => return Err(args.wrong(format!("'{other}' cannot be watched for: r, w and rw can"))),
    };
    let width = env.address_bytes() as u64;
    let len = u32::try_from(number_or(env, bytes, width)?).unwrap_or(u32::MAX);
    let point = Point { addr: env.number(addr)?, kind, len };
    add(env, Breakpoint { name: addr.clone(), ..Breakpoint::new(point) })
}

fn set_in_module(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (module, offset) = args.split_first();
    if offset.is_empty() {
        return Err(args.wrong("the offset is missing"));
    }
    let addr = env.number(offset)?;
    let point = Point { addr, kind: PointKind::Software, len: 1 };
    let name = format!("{module}+{addr:#x}");
    match module_base(env, module)? {
        Some(base) => {
            let point = Point { addr: base.wrapping_add(addr), ..point };
            add(env, Breakpoint { name, ..Breakpoint::new(point) })
        }
        None => {
            let waiting = Breakpoint { name, module: Some(module.to_owned()), ..Breakpoint::new(point) };
            keep(env, waiting)?;
            env.out.report(&format!(
                "INFO: {} is not loaded yet: the breakpoint is set when it is",
                printable(module)
            ));
            Ok(())
        }
    }
}

/// Sets one in the process and in the list. Where there is one already it stays.
fn add(env: &mut Env<'_>, breakpoint: Breakpoint) -> Result<()> {
    let addr = breakpoint.point.addr;
    env.target()?;
    if env.debugger().points.at(addr).is_some() {
        return Err(Error::failed(format!("there is a breakpoint at {addr:#x} already (db lists them)")));
    }
    set_point(env, &breakpoint)?;
    keep(env, breakpoint)
}

fn keep(env: &mut Env<'_>, breakpoint: Breakpoint) -> Result<()> {
    let kept = env.debugger().points.add(breakpoint);
    kept.map(drop).ok_or_else(|| Error::failed("there are too many breakpoints: remove one (db-)"))
}

/// The index of the breakpoint at an address, the current one where none is given.
fn index_at(env: &mut Env<'_>, text: &str) -> Result<usize> {
    let addr = if text.is_empty() { env.view.seek } else { env.number(text)? };
    let found = env.debugger().points.at(addr);
    found.ok_or_else(|| Error::failed(format!("there is no breakpoint at {addr:#x} (db lists them)")))
}

fn index_of(env: &mut Env<'_>, args: &Args<'_>, text: &str) -> Result<usize> {
    if text.is_empty() {
        return Err(args.wrong("the index is missing"));
    }
    let index = usize::try_from(env.number(text)?).unwrap_or(usize::MAX);
    match env.debugger().points.get(index) {
        Some(_) => Ok(index),
        None => Err(Error::failed(format!("there is no breakpoint {index} (dbi lists them)"))),
    }
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, args.text)?;
    drop_index(env, index)
}

fn drop_index(env: &mut Env<'_>, index: usize) -> Result<()> {
    let Some(removed) = env.debugger().points.remove(index) else { return Ok(()) };
    if removed.is_set() && env.find_target().is_some() {
        env.order(&Request::Remove(removed.point))?;
    }
    Ok(())
}

fn remove_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let all: Vec<usize> = env.debugger().points.iter().map(|(index, _)| index).collect();
    all.into_iter().try_for_each(|index| drop_index(env, index))
}

fn remove_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_of(env, args, args.text)?;
    drop_index(env, index)
}

fn enable_at(env: &mut Env<'_>, index: usize, wanted: impl FnOnce(bool) -> bool) -> Result<()> {
    let Some(point) = env.debugger().points.get(index).cloned() else { return Ok(()) };
    let on = wanted(point.enabled);
    if on != point.enabled && point.module.is_none() {
        match on {
            true => set_point(env, &point)?,
            false => env.order(&Request::Remove(point.point))?,
        }
    }
    if let Some(point) = env.debugger().points.get_mut(index) {
        point.enabled = on;
    }
    Ok(())
}

fn enable(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, args.text)?;
    enable_at(env, index, |_| true)
}

fn disable(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, args.text)?;
    enable_at(env, index, |_| false)
}

fn toggle(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, args.text)?;
    enable_at(env, index, |on| !on)
}

fn enable_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_of(env, args, args.text)?;
    enable_at(env, index, |_| true)
}

fn disable_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_of(env, args, args.text)?;
    enable_at(env, index, |_| false)
}

fn toggle_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_of(env, args, args.text)?;
    enable_at(env, index, |on| !on)
}

fn change_index(env: &mut Env<'_>, args: &Args<'_>, change: impl FnOnce(&mut Breakpoint)) -> Result<()> {
    let index = index_of(env, args, args.split_first().0)?;
    if let Some(point) = env.debugger().points.get_mut(index) {
        change(point);
    }
    Ok(())
}

fn trace_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    change_index(env, args, |point| point.trace = true)
}

fn untrace_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    change_index(env, args, |point| point.trace = false)
}

fn set_command(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    command(env, args, false)
}

fn set_command_on(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    command(env, args, true)
}

fn command(env: &mut Env<'_>, args: &Args<'_>, goes_on: bool) -> Result<()> {
    // It runs as the words of whoever lets the process run.
    env.ctx.allow(farad_io::Effects::OUTSIDE, args.row.name)?;
    let allow = env.ctx.principal.allow;
    let (addr, text) = args.split_first();
    let index = index_at(env, args.required("an address").map(|_| addr)?)?;
    if let Some(point) = env.debugger().points.get_mut(index) {
        (point.command, point.goes_on, point.allow) = (unquoted(text), goes_on, allow);
    }
    Ok(())
}

fn command_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    // It runs as the words of whoever lets the process run.
    env.ctx.allow(farad_io::Effects::OUTSIDE, args.row.name)?;
    let (text, allow) = (unquoted(args.split_first().1), env.ctx.principal.allow);
    change_index(env, args, |point| {
        (point.command, point.goes_on, point.allow) = (text, false, allow);
    })
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
}

fn condition(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, "")?;
    set_condition(env, index, args.text)
}

fn condition_index(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (index, expression) = args.split_first();
    let index = index_of(env, args, index)?;
    set_condition(env, index, expression)
}

fn set_condition(env: &mut Env<'_>, index: usize, expression: &str) -> Result<()> {
    let Some(point) = env.debugger().points.get_mut(index) else { return Ok(()) };
    if expression.is_empty() {
        let text = printable(&point.condition);
        return Ok(writeln!(env.out, "{text}")?);
    }
    // What is wrong with it is better told now than at each hit.
    let text = unquoted(expression);
    crate::debug::holds(env, &text)?;
    let Some(point) = env.debugger().points.get_mut(index) else { return Ok(()) };
    point.condition = text;
    let point = point.clone();
    if point.is_set() { set_point(env, &point) } else { Ok(()) }
}

fn name(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, "")?;
    let Some(point) = env.debugger().points.get_mut(index) else { return Ok(()) };
    if !args.is_empty() {
        args.text.clone_into(&mut point.name);
        return Ok(());
    }
    let name = printable(&point.name);
    Ok(writeln!(env.out, "{name}")?)
}

fn show(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let index = index_at(env, args.text)?;
    print(env, |other| other == index)
}

/// The module that an address is in.
fn module_at(env: &mut Env<'_>, addr: u64) -> String {
    let maps = env.process_maps().unwrap_or_default();
    let area = maps.iter().find(|area| area.from <= addr && addr < area.to);
    area.map_or_else(String::new, |area| area.path.clone())
}

fn print(env: &mut Env<'_>, wanted: impl Fn(usize) -> bool) -> Result<()> {
    let all: Vec<Breakpoint> = env
        .debugger()
        .points
        .iter()
        .filter(|(index, _)| wanted(*index))
        .map(|(_, point)| point.clone())
        .collect();
    for point in all {
        let Point { addr, len, .. } = point.point;
        let module = match &point.module {
            Some(module) => module.clone(),
            None => module_at(env, addr),
        };
        writeln!(
            env.out,
            "{addr:#010x} - {:#010x} {len} {} {} {} {} {} cmd=\"{}\" cond=\"{}\" name=\"{}\" module=\"{}\"",
            addr.wrapping_add(u64::from(len)),
            point.perm(),
            if point.is_hardware() { "hw" } else { "sw" },
            if point.trace { "trace" } else { "break" },
            if point.enabled { "enabled" } else { "disabled" },
            if point.module.is_none() { "valid" } else { "invalid" },
            printable(&point.command),
            printable(&point.condition),
            printable(&point.name),
            printable(&module),
        )?;
    }
    Ok(())
}

fn print_json(env: &mut Env<'_>) -> Result<()> {
    let rows = env.debugger().points.iter().map(|(index, point)| {
        json!({
            "addr": point.point.addr,
            "size": point.point.len,
            "perm": point.perm(),
            "hw": point.is_hardware(),
            "trace": point.trace,
            "enabled": point.enabled,
            "valid": point.module.is_none(),
            "data": point.command,
            "cond": point.condition,
            "name": point.name,
            "module": point.module,
            "hits": point.hits,
            "index": index,
        })
    });
    let rows: Vec<serde_json::Value> = rows.collect();
    Ok(writeln!(env.out, "{}", json_text(&json!(rows)))?)
}

fn print_script(env: &mut Env<'_>) -> Result<()> {
    let all: Vec<Breakpoint> = env.debugger().points.iter().map(|(_, point)| point.clone()).collect();
    for point in all {
        let Point { addr, kind, len } = point.point;
        let command = match kind {
            _ if point.module.is_some() => format!("dbm {} {addr:#x}", point.module.as_deref().unwrap_or("")),
            PointKind::Software => format!("db {addr:#010x}"),
            PointKind::Hardware => format!("dbH {addr:#010x}"),
            PointKind::Write => format!("dbw {addr:#010x} w {len}"),
            PointKind::Read => format!("dbw {addr:#010x} r {len}"),
            PointKind::Access => format!("dbw {addr:#010x} rw {len}"),
        };
        writeln!(env.out, "{}", script_line(&command))?;
        if !point.condition.is_empty() {
            writeln!(env.out, "'@{addr:#010x}'dbx {}", printable(&point.condition))?;
        }
        if !point.command.is_empty() {
            let command = if point.goes_on { "dbC" } else { "dbc" };
            // A quote in it would end it.
            match point.command.contains(['"', '\\', '`', '$']) {
                true => writeln!(env.out, "'{command} {addr:#010x} {}", printable(&point.command))?,
                false => writeln!(env.out, "{command} {addr:#010x} \"{}\"", printable(&point.command))?,
            }
        }
        if !point.enabled {
            writeln!(env.out, "dbd {addr:#010x}")?;
        }
    }
    Ok(())
}

fn print_addresses(env: &mut Env<'_>) -> Result<()> {
    let all: Vec<u64> = env.debugger().points.iter().map(|(_, point)| point.point.addr).collect();
    for addr in all {
        writeln!(env.out, "{addr:#010x}")?;
    }
    Ok(())
}

fn print_indexes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        let index = index_at(env, args.text)?;
        return Ok(writeln!(env.out, "{index}")?);
    }
    let rows: Vec<(usize, u64, bool, bool)> = env
        .debugger()
        .points
        .iter()
        .map(|(index, point)| (index, point.point.addr, point.enabled, point.trace))
        .collect();
    for (index, addr, enabled, trace) in rows {
        writeln!(env.out, "{index} {addr:#010x} E:{} T:{}", u8::from(enabled), u8::from(trace))?;
    }
    Ok(())
}

fn print_index(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let index = index_at(env, "")?;
    Ok(writeln!(env.out, "{index}")?)
}

fn print_traces(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let traced = env.debugger().points.iter().filter(|(_, point)| point.trace);
    let rows: Vec<(u64, u64)> = traced.map(|(_, point)| (point.point.addr, point.hits)).collect();
    for (addr, hits) in rows {
        writeln!(env.out, "{addr:#010x} {hits}")?;
    }
    Ok(())
}
