//! Moving the view: absolute, relative, aligned, by instructions, by flags, by what is found.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "s", brief: "move the current address", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("s", "Show the current address, or move it; a sign makes it relative", seek)
        .glue(Glue::Number)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("addr", Kind::Address)])
        .effects(Effects::VIEW)
        .examples(&["s", "s 0x10", "sj", "s*"]),
    Row::new("s+", "Move forward by a number of bytes; without one, redo an undone move", forward)
        .glue(Glue::Number)
        .params(&[maybe("bytes", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["s+16", "s 4; s-; s+"]),
    Row::new("s-", "Move back by a number of bytes; without one, undo the last move", back)
        .glue(Glue::Number)
        .params(&[maybe("bytes", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["s 16; s-8", "s 4; s-"]),
    Row::new("s-*", "Forget the moves made", forget).effects(Effects::VIEW).examples(&["s-*"]),
    Row::new("s++", "Move forward by a block, or a part of it", forward_block)
        .glue(Glue::Number)
        .params(&[maybe("parts", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["s++", "s++ 2"]),
    Row::new("s--", "Move back by a block, or a part of it", back_block)
        .glue(Glue::Number)
        .params(&[maybe("parts", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["s++; s--"]),
    Row::new("s.", "Replace the low hex digits of the current address", low_digits)
        .glue(Glue::Rest)
        .params(&[need("digits", Kind::Hex)])
        .effects(Effects::VIEW)
        .examples(&["s.12"]),
    Row::new("s..", "Replace the low hex digits of the current address", low_digits)
        .glue(Glue::Rest)
        .params(&[need("digits", Kind::Hex)])
        .effects(Effects::VIEW)
        .examples(&["s..4"]),
    Row::new("s=", "Show the moves that can be undone in a line", list_line).examples(&["s 1; s="]),
    Row::new("s!", "Show the moves that can be undone and redone", list_history).examples(&["s 1; s!"]),
    Row::new("sa", "Move down to a multiple of the block size, or of a size given", align)
        .params(&[maybe("addr", Kind::Address), maybe("size", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["sa", "sa 0x123 16"]),
    Row::new("sn", "Move to the next flag", next_flag)
        .params(&[maybe("flag", Kind::Word)])
        .effects(Effects::VIEW)
        .examples(&["f later 1 0x80; sn"]),
    Row::new("sp", "Move to the previous flag", previous_flag)
        .params(&[maybe("flag", Kind::Word)])
        .effects(Effects::VIEW)
        .examples(&["f first 1 0; s 9; sp"]),
    Row::new("so", "Move by a number of instructions", by_instructions)
        .glue(Glue::Number)
        .params(&[maybe("count", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["so 3"]),
    Row::new("ss", "Move without remembering where from", silently)
        .params(&[need("addr", Kind::Address)])
        .effects(Effects::VIEW)
        .examples(&["ss 0x10"]),
    Row::new("s/", "Move to where text is found next", search)
        .glue(Glue::Rest)
        .params(&[need("text", Kind::Text)])
        .effects(Effects::READ.union(Effects::VIEW)),
    Row::new("s/x", "Move to where bytes are found next", search_bytes)
        .params(&[need("hex", Kind::Hex)])
        .effects(Effects::READ.union(Effects::VIEW)),
];

fn seek(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return list_json(env),
        Mode::Script => return list_script(env),
        _ if args.is_empty() => return Ok(writeln!(env.out, "{:#x}", env.view.seek)?),
        _ => {}
    }
    let here = env.view.seek;
    let place = match args.text.as_bytes()[0] {
        b'+' => here.wrapping_add(env.number(&args.text[1..])?),
        b'-' => here.saturating_sub(env.number(&args.text[1..])?),
        _ => env.number(args.text)?,
    };
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
        let here = env.view.seek;
        env.view.seek =
            env.view.history.undo(here).ok_or_else(|| Error::failed("there is no move to undo"))?;
        return Ok(());
    }
    let bytes = env.number(args.text)?;
    let place = env.view.seek.saturating_sub(bytes);
    env.view.seek_to(place);
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
    let addr = words.first().map_or(Ok(env.view.seek), |word| env.number(word))?;
    let size = words.get(1).map_or(Ok(env.view.block as u64), |word| env.number(word))?;
    let over = addr.checked_rem(size).ok_or_else(|| args.wrong("nothing is a multiple of 0"))?;
    env.view.seek_to(addr - over);
    Ok(())
}

fn next_flag(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let here = env.view.seek;
    let next = env.session.flags.visible().map(|flag| flag.addr).find(|&addr| addr > here);
    let next = next.ok_or_else(|| Error::failed("there is no flag behind this address"))?;
    env.view.seek_to(next);
    Ok(())
}

fn previous_flag(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let here = env.view.seek;
    let previous = env.session.flags.visible().rev().map(|flag| flag.addr).find(|&addr| addr < here);
    let previous = previous.ok_or_else(|| Error::failed("there is no flag before this address"))?;
    env.view.seek_to(previous);
    Ok(())
}

fn by_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = if args.is_empty() { 1 } else { env.number(args.text)?.cast_signed() };
    let place = super::skip_instructions(env, env.view.seek, count)?;
    env.view.seek_to(place);
    Ok(())
}

fn silently(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.view.seek = env.number(args.required("the address")?)?;
    Ok(())
}

fn search(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("what to find")?;
    to_hit(env, &format!("/ {text}"))
}

fn search_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let digits = args.required("what to find")?;
    to_hit(env, &format!("/x {digits}"))
}

/// Runs a search and moves to its first hit behind the current address.
fn to_hit(env: &mut Env<'_>, command: &str) -> Result<()> {
    let mut hits = crate::out::Capture::new();
    env.with_out(&mut hits).run_command(command)?;
    let hits = hits.text();
    for line in hits.lines() {
        let Some(addr) = line.split_whitespace().next().and_then(|word| env.number(word).ok()) else {
            continue;
        };
        if addr > env.view.seek {
            env.view.seek_to(addr);
            return Ok(writeln!(env.out, "{line}")?);
        }
    }
    Err(Error::failed("it is not found behind this address"))
}

/// The flag of an address, or the nearest below it and how far that is.
pub(super) fn name_of(env: &Env<'_>, addr: u64, between: &str) -> Option<String> {
    let flags = &env.session.flags;
    if let Some(here) = flags.at(addr).next_back() {
        return Some(here.name.clone());
    }
    let below = flags.before(addr, |_| true)?.addr;
    let below = flags.at(below).next()?;
    Some(format!("{}{between}{}", below.name, addr - below.addr))
}

/// All places of the history, oldest first, and which of them is the current one.
fn places(env: &Env<'_>) -> (Vec<u64>, usize) {
    let history = &env.view.history;
    let mut places = history.past().to_vec();
    let current = places.len();
    places.push(env.view.seek);
    places.extend(history.future());
    (places, current)
}

fn list_json(env: &mut Env<'_>) -> Result<()> {
    let (places, current) = places(env);
    let rows = places.iter().enumerate().map(|(index, &place)| {
        let mut row = serde_json::Map::new();
        row.insert("offset".to_owned(), place.into());
        if let Some(name) = name_of(env, place, "+") {
            row.insert("name".to_owned(), name.into());
        }
        if index == current {
            row.insert("current".to_owned(), true.into());
        }
        serde_json::Value::Object(row)
    });
    let rows = serde_json::Value::Array(rows.collect());
    Ok(writeln!(env.out, "{rows}")?)
}

fn list_script(env: &mut Env<'_>) -> Result<()> {
    let history = &env.view.history;
    for (index, place) in history.past().iter().enumerate() {
        writeln!(env.out, "f undo_{} = {place:#x}", history.past().len() - 1 - index)?;
    }
    let future: Vec<u64> = history.future().collect();
    if !future.is_empty() {
        writeln!(env.out, "# Current undo/redo position.")?;
    }
    for (index, place) in future.iter().enumerate() {
        writeln!(env.out, "f redo_{index} = {place:#x}")?;
    }
    Ok(())
}

fn list_line(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let past = env.view.history.past();
    let shown = past.iter().map(|place| match env.session.flags.at(*place).next_back() {
        Some(flag) => flag.name.clone(),
        None => format!("{place:#x}"),
    });
    let line = shown.collect::<Vec<_>>().join(" > ");
    Ok(writeln!(env.out, "{line}")?)
}

fn list_history(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (places, current) = places(env);
    for (index, place) in places.iter().enumerate() {
        let name = name_of(env, *place, " + ").unwrap_or_default();
        let mark = if index == current && places.len() > 1 { " <" } else { "" };
        writeln!(env.out, "{place:#x} {name}{mark}")?;
    }
    Ok(())
}
