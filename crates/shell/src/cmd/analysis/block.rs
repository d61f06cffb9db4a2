//! Basic blocks: `afb`.

use farad_analysis::{Block, Function};
use serde_json::{Map, Value};

use super::function_of;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Mode, Row, maybe};
use crate::table::{self, Table, number};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "afb", brief: "list basic blocks", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("afb", "List the blocks of the function here, at an address or of a name", print)
        .modes(&[Mode::Json, Mode::Quiet, Mode::Table])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afb", "wx c3; af; afbj", "wx c3; af; afb,size/gt/0"]),
    Row::new("afb.", "The block here", print_here).modes(&[Mode::Json]).examples(&["wx c3; af; afb."]),
    Row::new("afbi", "What is known of the block here", print_info)
        .modes(&[Mode::Json])
        .examples(&["wx c3; af; afbi"]),
    Row::new("afbr", "Where the function here returns", print_returns)
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afbr"]),
    Row::new("afbt", "List the blocks of the function here as a table", print_table)
        .modes(&[Mode::Table])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afbt"]),
];

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.mode == Mode::Table {
        return print_table(env, args);
    }
    // As the peer has it, no function is no output.
    let function = match function_of(env, args.text) {
        Ok(function) => function.clone(),
        Err(_) if args.is_empty() => {
            return if args.is_json() { Ok(writeln!(env.out, "[]")?) } else { Ok(()) };
        }
        Err(error) => return Err(error),
    };
    match args.mode {
        Mode::Json => {
            let rows = function.blocks.values().map(|block| object(&function, block)).collect();
            writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
        }
        Mode::Quiet => {
            for addr in function.blocks.keys() {
                writeln!(env.out, "{addr:#010x}")?;
            }
        }
        _ => {
            for block in function.blocks.values() {
                writeln!(env.out, "{}", line(block))?;
            }
        }
    }
    Ok(())
}

/// A block for people.
fn line(block: &Block) -> String {
    let mut line = format!("{:#010x} {:#010x} 00:0000 {}", block.addr, block.end(), block.size);
    for (mark, to) in [("j", block.jump), ("f", block.fail)] {
        if let Some(to) = to {
            line.push_str(&format!(" {mark} {to:#010x}"));
        }
    }
    for (_, to) in &block.cases {
        line.push_str(&format!(" s {to:#010x}"));
    }
    line
}

/// How many blocks of the function go to a block.
fn inputs(function: &Function, block: &Block) -> usize {
    function.blocks.values().filter(|other| other.successors().contains(&block.addr)).count()
}

fn object(function: &Function, block: &Block) -> Value {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| {
        row.insert(name.to_owned(), value);
    };
    put("addr", block.addr.into());
    put("size", block.size.into());
    for (name, to) in [("jump", block.jump), ("fail", block.fail)] {
        if let Some(to) = to {
            put(name, to.into());
        }
    }
    if !block.cases.is_empty() {
        let case = |(value, addr): &(u64, u64)| serde_json::json!({ "value": value, "addr": addr });
        put("switch_op", serde_json::json!({ "cases": block.cases.iter().map(case).collect::<Vec<_>>() }));
    }
    put("opaddr", block.instructions().next_back().unwrap_or(block.addr).into());
    put("inputs", inputs(function, block).into());
    put("outputs", block.successors().len().into());
    put("ninstr", block.offsets.len().into());
    put("instrs", block.instructions().map(Value::from).collect());
    put("traced", false.into());
    Value::Object(row)
}

/// The function and the block that the seek is in.
fn here(env: &Env<'_>) -> Result<(Function, Block)> {
    let seek = env.view.seek;
    let found = env.session.analysis.around(seek).into_iter().next();
    let found = found.and_then(|function| Some((function.clone(), function.block_at(seek)?.clone())));
    found.ok_or_else(|| Error::failed(format!("no block at {seek:#x} (af finds a function's)")))
}

fn print_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (function, block) = here(env)?;
    if args.is_json() {
        return Ok(writeln!(env.out, "{}", object(&function, &block))?);
    }
    Ok(writeln!(env.out, "{}", line(&block))?)
}

fn print_info(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (function, block) = here(env)?;
    let object = object(&function, &block);
    if args.is_json() {
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&object))?);
    }
    for (name, value) in object.as_object().into_iter().flatten() {
        match (name.as_str(), value.as_u64()) {
            ("addr" | "jump" | "fail" | "opaddr", Some(addr)) => writeln!(env.out, "{name}: {addr:#010x}")?,
            ("instrs" | "switch_op", _) => {}
            _ => writeln!(env.out, "{name}: {value}")?,
        }
    }
    Ok(())
}

fn print_returns(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, args.text)?;
    let ends = function.blocks.values().filter(|block| block.successors().is_empty());
    let ends: Vec<u64> = ends.filter_map(|block| block.instructions().next_back()).collect();
    ends.into_iter().try_for_each(|addr| Ok(writeln!(env.out, "{addr:#010x}")?))
}

fn print_table(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    // Behind a comma stands the query, not a function.
    let name = if args.mode == Mode::Table { "" } else { args.text };
    let function = function_of(env, name)?.clone();
    let columns = ["addr", "size", "jump", "fail", "inputs", "outputs", "ninstr"].map(number);
    let mut table = Table::new("blocks", columns);
    let to = |to: Option<u64>| to.map_or(String::new(), |to| format!("{to:#010x}"));
    for block in function.blocks.values() {
        table.push([
            format!("{:#010x}", block.addr),
            block.size.to_string(),
            to(block.jump),
            to(block.fail),
            inputs(&function, block).to_string(),
            block.successors().len().to_string(),
            block.offsets.len().to_string(),
        ]);
    }
    table::print(env, args, table)
}
