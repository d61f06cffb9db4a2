//! The instructions of parts of functions: `pdb`, `pib`, `pir`, `pifc`.

use farad_analysis::Block;
use serde_json::{Value, json};

use super::listing;
use super::short;
use super::stream::{Extent, Stream};
use crate::cmd;
use crate::cmd::print::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe};
use farad_arch::Instruction;

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "pdb", brief: "print instructions of parts of functions", rows: ROWS };

const NAME: &[Param] = &[maybe("name|addr", Kind::Address)];

static ROWS: &[Row] = &[
    Row::new("pdb", "A listing of the block here", print)
        .modes(&[Mode::Json])
        .examples(&["wx c3; af; pdb", "wx c3; af; pdbj"]),
    Row::new("pib", "The instructions of the block here, nothing else", print_short)
        .modes(&[Mode::Json])
        .examples(&["wx c3; af; pib"]),
    Row::new("pir", "The instructions of the function here, nothing else", print_function)
        .params(NAME)
        .examples(&["wx c3; af; pir"]),
    Row::new("pds", "What is worth knowing of so many bytes: calls, names, texts, arguments", summarize)
        .glue(Glue::Number)
        .params(&[maybe("length", Kind::Number)])
        .examples(&["pds 16"]),
    Row::new("pdsb", "What is worth knowing of so many bytes", summarize)
        .glue(Glue::Number)
        .params(&[maybe("length", Kind::Number)]),
    Row::new("pdsf", "What is worth knowing of the function here", summarize_function)
        .params(NAME)
        .examples(&["wx e8fbffffffc3; af; pdsf"]),
    Row::new("pdfs", "What is worth knowing of the function here", summarize_function).params(NAME),
    Row::new("pifc", "What the function here calls", print_calls)
        .params(NAME)
        .modes(&[Mode::Json])
        .examples(&["wx c3; af; pifc", "wx c3; af; pifcj"]),
];

/// The block that holds the seek.
fn here(env: &Env<'_>) -> Result<Block> {
    let addr = env.view.seek;
    let function = env.session.analysis.around(addr).into_iter().next();
    let holds = |block: &&Block| block.addr <= addr && addr < block.end();
    function.and_then(|function| function.blocks.values().find(holds)).cloned().ok_or_else(|| {
        Error::failed(format!("no block of a function holds {addr:#010x}: af finds the function there"))
    })
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let block = here(env)?;
    let extent = Extent::Bytes(block.size);
    match args.is_json() {
        true => short::print_json(env, block.addr, extent),
        false => listing::print(env, block.addr, extent),
    }
}

fn print_short(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let block = here(env)?;
    let extent = Extent::Bytes(block.size);
    match args.is_json() {
        true => short::print_json(env, block.addr, extent),
        false => short::print(env, block.addr, extent),
    }
}

fn print_function(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = cmd::function_of(env, args.text)?.clone();
    for block in function.blocks.values() {
        short::print(env, block.addr, Extent::Bytes(block.size))?;
    }
    Ok(())
}

fn summarize(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    listing::summary::print(env, range.addr, range.len)
}

fn summarize_function(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = cmd::function_of(env, args.text)?.clone();
    for block in function.blocks.values() {
        listing::summary::print(env, block.addr, block.size)?;
    }
    Ok(())
}

fn print_calls(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = cmd::function_of(env, args.text)?.clone();
    let mut rows = Vec::new();
    for block in function.blocks.values() {
        let mut stream = Stream::new(env, block.addr, Extent::Bytes(block.size))?;
        let mut instruction = Instruction::default();
        while let Some(item) = stream.next(env, &mut instruction, true)? {
            if !(item.is_valid && instruction.kind.is_call()) {
                continue;
            }
            let at = item.addr;
            if !args.is_json() {
                let shown = instruction.render(true, |target| super::operand_name(env, target));
                writeln!(env.out, "{shown}")?;
            } else if let Some(addr) = instruction.jump {
                let dest = super::operand_name(env, addr).unwrap_or_else(|| format!("{addr:#x}"));
                rows.push(json!({ "dest": dest, "addr": addr, "at": at }));
            }
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
    }
    Ok(())
}
