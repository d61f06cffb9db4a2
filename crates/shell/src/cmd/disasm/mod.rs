//! Instructions: `pd`, `pD`, `pi` and their kin.

use crate::cmd::print::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe};

mod back;
mod listing;
mod name;
mod short;
mod spell;
mod stream;
#[cfg(test)]
mod tests;

pub(super) use back::instructions_before;
pub(crate) use listing::node::rows as block_rows;
pub(crate) use name::operand as operand_name;
pub(crate) use short::print_ops_json;
use stream::Extent;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "pd", brief: "print instructions", rows: ROWS };

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
        .examples(&["pd 4", "pd -2", "pdj 1"]),
    row("pD", "A listing of so many bytes", LENGTH, print_listing).examples(&["pD 16"]),
    row("pi", "So many instructions, nothing else", COUNT, print_short).examples(&["pi 4", "pij 1"]),
    row("pI", "The instructions of so many bytes, nothing else", LENGTH, print_short).examples(&["pI 8"]),
    Row::new("pda", "What could be an instruction at each address of so many bytes", print_possible)
        .glue(Glue::Number)
        .params(LENGTH)
        .examples(&["pda 4"]),
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

fn print_listing(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    if args.is_json() { short::print_json(env, addr, extent) } else { listing::print(env, addr, extent) }
}

fn print_short(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, extent) = extent(env, args)?;
    if args.is_json() { short::print_json(env, addr, extent) } else { short::print(env, addr, extent) }
}

fn print_possible(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    short::print_possible(env, range)
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
