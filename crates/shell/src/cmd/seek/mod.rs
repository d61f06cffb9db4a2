//! Moving the view: absolute, relative, aligned, by instructions, by flags, by what is found.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, Run, maybe, need};

mod history;
mod line;
mod place;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "s", brief: "move the current address", rows: ROWS };

/// A row that moves the view.
const fn row(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).effects(Effects::VIEW)
}

const BYTES: &[Param] = &[maybe("bytes", Kind::Number)];
const PARTS: &[Param] = &[maybe("parts", Kind::Number)];
const DIGITS: &[Param] = &[need("digits", Kind::Hex)];
const FINDS: Effects = Effects::READ.union(Effects::VIEW);

static ROWS: &[Row] = &[
    row("s", "Show the current address, or move it; a sign makes it relative", seek)
        .glue(Glue::Number)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("addr", Kind::Address)])
        .before_names()
        .plain()
        .examples(&["s", "s 0x10", "sj", "s*"]),
    row("s+", "Move forward by a number of bytes; without one, redo an undone move", forward)
        .glue(Glue::Number)
        .params(BYTES)
        .examples(&["s+16", "s 4; s-; s+"]),
    row("+", "Move forward by a number of bytes", forward)
        .glue(Glue::Number)
        .params(BYTES)
        .examples(&["+16"]),
    row("s-", "Move back by a number of bytes; without one, undo the last move", back)
        .glue(Glue::Number)
        .params(BYTES)
        .examples(&["s 16; s-8", "s 4; s-"]),
    row("-", "Move back by a number of bytes", back).glue(Glue::Number).params(BYTES).examples(&["s 16; -8"]),
    row("us", "Undo the last move", undo).examples(&["s 4; us"]),
    row("s-*", "Forget the moves made", forget).examples(&["s-*"]),
    row("s++", "Move forward by a block, or a part of it", forward_block)
        .glue(Glue::Number)
        .params(PARTS)
        .examples(&["s++", "s++ 2"]),
    row("++", "Move forward by a block, or a part of it", forward_block)
        .glue(Glue::Number)
        .params(PARTS)
        .examples(&["++"]),
    row("s--", "Move back by a block, or a part of it", back_block)
        .glue(Glue::Number)
        .params(PARTS)
        .examples(&["s++; s--"]),
    row("--", "Move back by a block, or a part of it", back_block)
        .glue(Glue::Number)
        .params(PARTS)
        .examples(&["++; --"]),
    row("s.", "Replace the low hex digits of the current address", low_digits)
        .glue(Glue::Rest)
        .params(DIGITS)
        .examples(&["s.12"]),
    row("s..", "Replace the low hex digits of the current address", low_digits)
        .glue(Glue::Rest)
        .params(DIGITS)
        .examples(&["s..4"]),
    row("..", "Replace the low hex digits of the current address", low_digits)
        .glue(Glue::Rest)
        .params(DIGITS)
        .examples(&["..4"]),
    row("s:", "Show the current address with so many digits", show_padded)
        .glue(Glue::Rest)
        .params(&[maybe("digits", Kind::Number)])
        .examples(&["s:", "s:16"]),
    row("s=", "Show the moves that can be undone in a line", history::list_line).examples(&["s 1; s="]),
    row("s==", "Show all moves in a line, those undone too", history::list_line).examples(&["s 1; s=="]),
    row("s!", "Show the moves that can be undone and redone", history::list_history).examples(&["s 1; s!"]),
    row("sa", "Move down to a multiple of the block size, or of a size given", align)
        .params(&[maybe("addr", Kind::Address), maybe("size", Kind::Number)])
        .examples(&["sa", "sa 0x123 16", "sa +1 16"]),
    row("sg", "Move to the beginning of the section or map here", place::to_beginning).examples(&["sg"]),
    row("sG", "Move behind the end of the section or map here", place::to_end).examples(&["sG"]),
    row("sn", "Move to the next flag, or hit of a search (scr.nkey, or the word given)", place::next)
        .params(&[maybe("flag|hit", Kind::Word)])
        .examples(&["f later 1 0x80; sn"]),
    row("sp", "Move to the previous flag, or hit of a search (scr.nkey, or the word given)", place::previous)
        .params(&[maybe("flag|hit", Kind::Word)])
        .examples(&["f first 1 0; s 9; sp"]),
    row("so", "Move by a number of instructions", place::by_instructions)
        .glue(Glue::Number)
        .params(&[maybe("count", Kind::Number)])
        .examples(&["so 3"]),
    row("sr", "Move to the value of a register", place::to_register).params(&[need("register", Kind::Word)]),
    row("ss", "Move as what follows the first s says, without remembering where from", silently)
        .glue(Glue::Rest)
        .params(&[need("addr", Kind::Address)])
        .examples(&["ss 0x10", "ss+4", "ss++"]),
    row("sl", "Show which line of the file this is, or move to one; a sign makes it relative", line::line)
        .glue(Glue::Number)
        .params(&[maybe("line", Kind::Number)])
        .effects(FINDS)
        .examples(&["sl", "w a\\nb\\n; sl 2"]),
    row("sll", "Show how many lines the file has", line::count).effects(FINDS).examples(&["sll"]),
    row("sC", "Move to the comment with a text in it, or list those that have it", place::to_comment)
        .params(&[need("text", Kind::Text)])
        .examples(&["CC look @ 4; sC oo"]),
    row("sC*", "List the comments", place::list_comments).examples(&["sC*"]),
    row("s/", "Move to where text is found next", place::search)
        .glue(Glue::Rest)
        .params(&[need("text", Kind::Text)])
        .effects(FINDS),
    row("s/x", "Move to where bytes are found next", place::search_bytes)
        .params(&[need("hex", Kind::Hex)])
        .effects(FINDS),
];

fn seek(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return history::list_json(env),
        Mode::Script => return history::list_script(env),
        _ if args.is_empty() => return Ok(writeln!(env.out, "{:#x}", env.view.seek)?),
        _ => {}
    }
    let place = target(env, args.text)?;
    env.view.seek_to(place);
    Ok(())
}

fn forward(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        let here = env.view.seek;
        env.view.seek =
            env.view.history.redo(here).ok_or_else(|| Error::failed("there is no move to redo"))?;
        return Ok(());
    }
    let bytes = env.number(args.text)?;
    let place = env.view.seek.wrapping_add(bytes);
    env.view.seek_to(place);
    Ok(())
}

fn back(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return undo(env, args);
    }
    let bytes = env.number(args.text)?;
    let place = env.view.seek.saturating_sub(bytes);
    env.view.seek_to(place);
    Ok(())
}

fn undo(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let here = env.view.seek;
    env.view.seek = env.view.history.undo(here).ok_or_else(|| Error::failed("there is no move to undo"))?;
    Ok(())
}

fn forget(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.view.history.clear();
    Ok(())
}

/// The block size, divided by the number given.
fn part_of_block(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    let parts = if args.is_empty() { 1 } else { env.number(args.text)? };
    (env.view.block as u64).checked_div(parts).ok_or_else(|| args.wrong("a block cannot be cut in 0 parts"))
}

fn forward_block(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let place = env.view.seek.wrapping_add(part_of_block(env, args)?);
    env.view.seek_to(place);
    Ok(())
}

fn back_block(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let place = env.view.seek.saturating_sub(part_of_block(env, args)?);
    env.view.seek_to(place);
    Ok(())
}

fn low_digits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let place = env.low_digits(args.required("the digits")?)?;
    env.view.seek_to(place);
    Ok(())
}

fn align(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let addr = words.first().map_or(Ok(env.view.seek), |word| target(env, word))?;
    let size = words.get(1).map_or(Ok(env.view.block as u64), |word| env.number(word))?;
    let over = addr.checked_rem(size).ok_or_else(|| args.wrong("nothing is a multiple of 0"))?;
    env.view.seek_to(addr - over);
    Ok(())
}

/// An address, or one relative to the seek behind a sign.
fn target(env: &mut Env<'_>, text: &str) -> Result<u64> {
    let here = env.view.seek;
    Ok(match text.as_bytes().first() {
        Some(b'+') => here.wrapping_add(env.number(&text[1..])?),
        Some(b'-') => here.saturating_sub(env.number(&text[1..])?),
        _ => env.number(text)?,
    })
}

fn show_padded(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let digits = if args.is_empty() { 8 } else { env.number(args.text)?.min(64) as usize };
    Ok(writeln!(env.out, "0x{:0digits$x}", env.view.seek)?)
}

/// Runs the move as `s` with what is behind, and forgets that it was one.
fn silently(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let rest = args.required("the address")?;
    let history = env.view.history.clone();
    let blank = if args.glued { "" } else { " " };
    let moved = env.run_command(&format!("s{blank}{rest}"));
    env.view.history = history;
    moved
}

#[cfg(test)]
mod tests;
