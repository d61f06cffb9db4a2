//! Lists of functions: `afl`.

use farad_analysis::Function;
use serde_json::{Value, json};

use super::info::{Neighbours, called, object};
use super::shown;
use crate::error::Result;
use crate::eval::Env;
use crate::paint::{Paint, Role};
use crate::registry::{Args, Group, Mode, Row};
use crate::render::{printable, script_line};
use crate::table::{self, Table, number, text};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "afl", brief: "list functions", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("afl", "List functions: address, blocks, bytes, name", print)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet, Mode::Table])
        .examples(&["wx c3; af; afl", "wx c3; af; aflj", "wx c3; af; afl*", "wx c3; af; afl,nbbs/eq/1"]),
    Row::new("afl.", "The function here", print_here).examples(&["wx c3; af; afl."]),
    Row::new("afl+", "The bytes of all functions", print_sum).examples(&["afl+"]),
    Row::new("aflc", "How many functions there are", print_count).examples(&["aflc"]),
    Row::new("afll", "List functions with all numbers that are known of them", print_long)
        .modes(&[Mode::Json, Mode::Table])
        .examples(&["wx c3; af; afll"]),
    Row::new("aflt", "List functions as a table", print_table)
        .modes(&[Mode::Table])
        .examples(&["wx c3; af; aflt"]),
    Row::new("aflm", "List functions with what they call, as makefiles are written", print_calls)
        .modes(&[Mode::Json, Mode::Quiet])
        .examples(&["wx c3; af; aflm"]),
];

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let analysis = &env.session.analysis;
    match args.mode {
        Mode::Json => {
            let rows: Vec<Value> =
                analysis.functions().map(|function| object(env, function, false)).collect();
            writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
        }
        Mode::Script => {
            for function in analysis.functions() {
                let line = format!("af {} {:#010x}", function.name, function.addr);
                writeln!(env.out, "{}", script_line(&line))?;
            }
        }
        Mode::Quiet => {
            for function in analysis.functions() {
                writeln!(env.out, "{:#010x}", function.addr)?;
            }
        }
        Mode::Table => return print_table(env, args),
        Mode::Text => {
            let paint = env.paint();
            for function in analysis.functions() {
                writeln!(env.out, "{}", line(&paint, function))?;
            }
        }
    }
    Ok(())
}

/// A function in one line.
fn line(paint: &Paint, function: &Function) -> String {
    let addr = paint.of(Role::Offset, &format!("{:#010x}", function.addr));
    let name = paint.of(Role::FunctionName, &shown(function).to_string());
    format!("{addr} {:4} {:6} {name}", function.blocks.len(), function.size())
}

fn print_here(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if let Some(function) = env.session.analysis.of(env.view.seek) {
        writeln!(env.out, "{}", line(&env.paint(), function))?;
    }
    Ok(())
}

fn print_sum(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let sum: u64 =
        env.session.analysis.functions().fold(0, |sum, function| sum.wrapping_add(function.size()));
    Ok(writeln!(env.out, "{sum}")?)
}

fn print_count(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", env.session.analysis.len())?)
}

fn print_table(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let columns = [
        number("addr"),
        number("size"),
        text("name"),
        number("nbbs"),
        number("nins"),
        number("refs"),
        number("xref"),
        number("calls"),
        number("cc"),
    ];
    let mut table = Table::new("functions", columns);
    for function in env.session.analysis.functions() {
        let near = Neighbours::of(env, function);
        table.push([
            format!("{:#010x}", function.addr),
            function.size().to_string(),
            function.name.clone(),
            function.blocks.len().to_string(),
            function.instruction_count().to_string(),
            near.from.len().to_string(),
            near.to.len().to_string(),
            called(env, function.addr).len().to_string(),
            function.complexity().to_string(),
        ]);
    }
    table::print(env, args, table)
}

fn print_long(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_json() {
        return print(env, args);
    }
    let columns = [
        number("address"),
        number("size").right(),
        number("nbbs").right(),
        number("edges").right(),
        number("cc").right(),
        number("min bound"),
        number("range").right(),
        number("max bound"),
        number("calls").right(),
        number("xref").right(),
        number("frame").right(),
        text("name"),
    ];
    let mut table = Table::new("functions", columns);
    for function in env.session.analysis.by_address() {
        let near = Neighbours::of(env, function);
        table.push([
            format!("{:#010x}", function.addr),
            function.size().to_string(),
            function.blocks.len().to_string(),
            function.edges().to_string(),
            function.complexity().to_string(),
            format!("{:#010x}", function.start()),
            function.span().to_string(),
            format!("{:#010x}", function.end()),
            near.calls().to_string(),
            near.callers().count().to_string(),
            function.stack.to_string(),
            function.name.clone(),
        ]);
    }
    table::print(env, args, table)
}

/// A function and what it calls, by address and name.
struct Calls {
    addr: u64,
    name: String,
    to: Vec<(u64, String)>,
}

fn print_calls(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let calls = |function: &Function| Calls {
        addr: function.addr,
        name: shown(function),
        to: called(env, function.addr).into_iter().map(|(addr, name)| (addr, printable(&name))).collect(),
    };
    let rows: Vec<Calls> =
        env.session.analysis.functions().map(calls).filter(|row| !row.to.is_empty()).collect();
    if args.is_json() {
        let each = |row: &Calls| {
            let to = row.to.iter().map(|(addr, name)| json!({ "name": name, "addr": addr }));
            json!({ "name": row.name, "addr": row.addr, "calls": to.collect::<Vec<_>>() })
        };
        let rows: Vec<Value> = rows.iter().map(each).collect();
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?);
    }
    for Calls { name, to, .. } in rows {
        let names: Vec<&str> = to.iter().map(|(_, name)| name.as_str()).collect();
        match args.mode {
            Mode::Quiet => writeln!(env.out, "{name}: {}", names.join(" "))?,
            _ => writeln!(env.out, "{name}:\n    {}\n", names.join("\n    "))?,
        }
    }
    Ok(())
}
