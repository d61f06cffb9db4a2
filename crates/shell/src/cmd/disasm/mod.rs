//! Instructions: `pd`, `pD`, `pi` and their kin.

use crate::cmd::print::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe};

mod back;
mod block;
mod flow;
mod listing;
mod name;
mod short;
mod spell;
mod stream;
#[cfg(test)]
mod tests;
mod until;

pub(super) use back::instructions_before;
pub(crate) use listing::above::describe as described;
pub(crate) use listing::node::rows as block_rows;
pub(crate) use name::operand as operand_name;
use short::Form;
pub(crate) use short::print_ops_json;
use stream::Extent;

/// The groups.
pub(super) const GROUP: Group = Group { prefix: "pd", brief: "print instructions", rows: ROWS };
pub(super) const UNTIL: Group = until::GROUP;
pub(super) const FLOW: Group = flow::GROUP;
pub(super) const BLOCK: Group = block::GROUP;

const COUNT: &[Param] = &[maybe("count", Kind::Number)];
const LENGTH: &[Param] = &[maybe("length", Kind::Number)];

/// A row that takes a number and has a JSON form.
const fn row(
    name: &'static str,
    brief: &'static str,
    params: &'static [Param],
    run: crate::registry::Run,
) -> Row {
    Row::new(name, brief, run).glue(Glue::Number).params(params).modes(&[Mode::Json])
}

static ROWS: &[Row] = &[
    row("pd", "A listing of so many instructions; a negative number goes back", COUNT, print_listing)
        .modes(&[Mode::Json, Mode::Table])
        .examples(&["pd 4", "pd -2", "pdj 1", "pd, 2"]),
    Row::new("pd--", "A listing of so many instructions before here, and as many from here", print_around)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["pd--2 @ 16"]),
    Row::new("pdJ", "The lines of a listing as JSON, each with its address", print_lines_json)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["pdJ 2"]),
    Row::new("pdC", "The comments at so many instructions", print_comments)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["CC here; pdC 4"]),
    row("pdl", "How many bytes each of so many instructions has", COUNT, print_sizes)
        .examples(&["pdl 4", "pdlj 4"]),
    row("pD", "A listing of so many bytes", LENGTH, print_listing).examples(&["pD 16"]),
    row("pi", "So many instructions, nothing else", COUNT, print_short).examples(&["pi 4", "pij 1"]),
    row("pI", "The instructions of so many bytes, nothing else", LENGTH, print_short).examples(&["pI 8"]),
    row("pda", "What could be an instruction at each address of so many bytes", LENGTH, print_possible)
        .examples(&["pda 4", "pdaj 4"]),
    Row::new("pia", "The same without addresses and bytes", print_possible)
        .glue(Glue::Number)
        .params(LENGTH)
        .examples(&["pia 4"]),
    Row::new("pie", "What so many instructions do, in ESIL", print_esil)
        .glue(Glue::Number)
        .params(COUNT)
        .modes(&[Mode::Quiet])
        .examples(&["pie 2", "pieq 2"]),
    Row::new("pdf", "The function here, at an address or of a name", print_function)
        .modes(&[Mode::Json])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; pdf", "wx c3; af; pdfj"]),
    Row::new("pdr", "The function here, block by block", print_blocks)
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; pdr"]),
    Row::new("pif", "The instructions of the function here, nothing else", print_function_short)
        .modes(&[Mode::Json])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; pif", "wx c3; af; pifj"]),
    Row::new("pid", "Instructions with addresses and bytes", print_with_bytes)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["pid 2"]),
    Row::new("pdi", "Instructions with addresses and bytes", print_with_bytes)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["pdi 2"]),
];

/// The place and extent of a command's number: of bytes for `pD` and `pI`, else of
/// instructions. Without one, what fits a block.
fn extent(env: &mut Env<'_>, args: &Args<'_>) -> Result<(u64, Extent)> {
    let seek = env.view.seek;
    if matches!(args.row.name, "pD" | "pI") {
        let range = Range::parse(env, args.text)?;
        return Ok((range.addr, Extent::Bytes(range.len)));
    }
    match Range::count(env, args.text)? {
        None if args.row.name == "pd" => Ok((seek, Extent::Count(env.view.block as u64 / 4))),
        None => Ok((seek, Extent::Count(env.view.block as u64))),
        Some(count) if count < 0 => {
            let decoder = super::decoder(env)?;
            let start = instructions_before(env, &decoder, seek, count.unsigned_abs())?;
            Ok((start, Extent::Count(count.unsigned_abs())))
        }
        Some(count) => Ok((seek, Extent::Count(count.unsigned_abs()))),
    }
}

/// The extent of `pd,`, where a query may stand without a number, and the query.
fn asked<'a>(env: &mut Env<'_>, args: &Args<'a>) -> Result<(u64, Extent, &'a str)> {
    let (first, rest) = args.text.split_at(args.text.find([' ', ',']).unwrap_or(args.text.len()));
    match env.number(first) {
        Ok(count) => Ok((env.view.seek, Extent::Count(count), rest.trim_start_matches([' ', ',']))),
        Err(_) => Ok((env.view.seek, Extent::Count(env.view.block as u64 / 4), args.text)),
    }
}

fn print_around(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    let count = Range::count(env, args.text)?.map_or(env.view.block as u64 / 8, i64::unsigned_abs);
    let decoder = super::decoder(env)?;
    let start = instructions_before(env, &decoder, seek, count)?;
    listing::print(env, start, Extent::Count(count.saturating_mul(2)))
}

fn print_lines_json(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    listing::print_json(env, addr, extent)
}

fn print_comments(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    short::print_comments(env, addr, extent)
}

fn print_sizes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    short::print_sizes(env, addr, extent, args.is_json())
}

fn print_esil(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    short::print_esil(env, addr, extent, args.mode == Mode::Quiet)
}

fn print_listing(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.mode == Mode::Table {
        let (addr, extent, query) = asked(env, args)?;
        return short::print_table(env, addr, extent, &Args { text: query, ..*args });
    }
    let (addr, extent) = extent(env, args)?;
    if args.is_json() { short::print_json(env, addr, extent) } else { listing::print(env, addr, extent) }
}

fn print_short(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    if args.is_json() { short::print_json(env, addr, extent) } else { short::print(env, addr, extent) }
}

fn print_possible(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let form = match args.row.name {
        "pia" => Form::Quiet,
        _ if args.is_json() => Form::Json,
        _ => Form::Text,
    };
    short::print_possible(env, range, form)
}

fn print_with_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    short::print_with_bytes(env, addr, extent)
}

fn print_function(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = super::function_of(env, args.text)?.clone();
    if args.is_json() {
        return short::print_function_json(env, &function);
    }
    listing::function::print(env, &function)
}

fn print_blocks(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = super::function_of(env, args.text)?.clone();
    listing::function::print_blocks(env, &function)
}

fn print_function_short(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = super::function_of(env, args.text)?.clone();
    if args.is_json() {
        return short::print_function_json(env, &function);
    }
    for block in function.blocks.values() {
        short::print(env, block.addr, Extent::Bytes(block.size))?;
    }
    Ok(())
}
