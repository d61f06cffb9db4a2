//! Flags: names for addresses. Setting and changing them.
//!
//! A peer's text may run these: they leave notes and nothing else.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::eval::each::matches;
use crate::flag::{Flag, Flags};
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};

mod list;
mod space;

/// The groups.
pub(super) const GROUPS: [Group; 2] =
    [Group { prefix: "f", brief: "name addresses", rows: ROWS }, space::GROUP];

/// Longest comment of a flag, in bytes.
const COMMENT: usize = 64 << 10;

static ROWS: &[Row] = &[
    Row::new("f", "List flags, or set one (also f name=addr)", flag)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet, Mode::Table])
        .params(&[
            maybe("name", Kind::Flag),
            maybe("size", Kind::Number),
            maybe("addr", Kind::Address),
            maybe("comment", Kind::Text),
        ])
        .effects(Effects::ANNOTATE)
        .examples(&["f", "f foo 4 0x10", "f foo=0x20", "fj", "f*", "f,:csv"]),
    Row::new("f+", "Set a flag unless one of that name is there", add)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Flag), maybe("size", Kind::Number), maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["f+ foo 4 0x10"]),
    Row::new("f-", "Remove a flag by name, pattern or address; without one, those here", remove)
        .glue(Glue::Rest)
        .params(&[maybe("name|addr", Kind::Flag)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; f-foo", "f-*"]),
    Row::new("f?", "Say in $? whether there is a flag of that name", exists)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Flag)])
        .effects(Effects::ANNOTATE)
        .examples(&["f? foo"]),
    Row::new("f=", "List flags, or those a pattern names, as bars", list::bars)
        .params(&[maybe("pattern", Kind::Flag)])
        .effects(Effects::ANNOTATE)
        .examples(&["f="]),
    Row::new("fa", "Give the address of an expression another name", alias)
        .params(&[need("name", Kind::Flag), need("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["fa foo 0x10"]),
    Row::new("fc", "List colours, or set that of the flag here or of name=colour", color)
        .modes(&[Mode::Script])
        .params(&[maybe("[name=]colour", Kind::Text)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fc red", "fc"]),
    Row::new("fC", "Show or set the comment of a flag", comment)
        .params(&[need("name", Kind::Flag), maybe("text", Kind::Text)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fC foo what it is; fC foo"]),
    Row::new("fd", "Name an address by the nearest flag at or below it", list::describe)
        .modes(&[Mode::Json])
        .params(&[maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo 4 0x10; fd 0x12"]),
    Row::new("fd.", "List the flags at an address", list::here)
        .params(&[maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["fd."]),
    Row::new("fe", "Set a flag here whose name ends in the next free number", enumerate)
        .params(&[need("name", Kind::Flag)])
        .effects(Effects::ANNOTATE)
        .examples(&["fe loop"]),
    Row::new("fi", "List the flags of the block, or between two addresses", list::range)
        .params(&[maybe("from", Kind::Address), maybe("to", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["fi 0 0x20"]),
    Row::new("fl", "Show or set the size of a flag, or set that of the one here", resize)
        .params(&[maybe("name", Kind::Flag), maybe("size", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fl foo 8"]),
    Row::new("fm", "Move the flags here to another address", relocate)
        .params(&[need("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fm 0x40"]),
    Row::new("fn", "List flags under the names that files have for them", list::real_names)
        .modes(&[Mode::Json])
        .effects(Effects::ANNOTATE)
        .examples(&["fn"]),
    Row::new("fN", "Show or set the name that the file has for a flag", real_name)
        .params(&[need("name", Kind::Flag), maybe("real", Kind::Text)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fN foo main()"]),
    Row::new("fr", "Give a flag, or the one here, another name", rename)
        .params(&[need("name", Kind::Flag), maybe("new", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fr foo bar"]),
    Row::new("fR", "Move the flags whose masked address is the first to the second", rebase)
        .params(&[need("from", Kind::Address), need("to", Kind::Address), maybe("mask", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["fR 0x1000 0x2000 0xfff"]),
    Row::new("fx", "Show the bytes at a flag", list::dump)
        .params(&[need("name", Kind::Flag)])
        .examples(&["f foo; fx foo"]),
];

fn flag(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return list::json(env),
        Mode::Script => return list::script(env),
        Mode::Quiet => return list::names(env),
        Mode::Table => return list::table(env, args),
        Mode::Text if args.is_empty() => return list::lines(env, |_| true),
        Mode::Text => {}
    }
    let flag = parsed(env, args)?;
    env.session.flags.set(flag);
    Ok(())
}

/// A flag out of `name [size [addr [comment]]]` or `name=addr`.
fn parsed(env: &mut Env<'_>, args: &Args<'_>) -> Result<Flag> {
    let words = args.words();
    let first = words.first().ok_or_else(|| args.wrong("the name is missing"))?;
    let mut flag = if let Some((name, addr)) = args.text.split_once('=').filter(|_| is_assignment(args.text))
    {
        Flag::new(checked(name.trim())?, env.number(addr)?, 1)
    } else {
        let size = words.get(1).map_or(Ok(1), |word| env.number(word))?;
        let addr = words.get(2).map_or(Ok(env.view.seek), |word| env.number(word))?;
        let mut flag = Flag::new(checked(first)?, addr, size);
        flag.comment = words.get(3..).map(|rest| rest.join(" ")).filter(|text| !text.is_empty());
        if let Some(encoded) = flag.comment.as_deref().and_then(|text| text.strip_prefix("base64:")) {
            flag.comment = Some(String::from_utf8_lossy(&crate::parse::base64_bytes(encoded)?).into_owned());
        }
        flag
    };
    flag.space = env.session.flags.selected.clone();
    Ok(flag)
}

/// Whether the text is `name=addr` or `name = addr`, and no size or comment with a `=` in it.
fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| !name.trim().contains(char::is_whitespace))
}

fn checked(name: &str) -> Result<&str> {
    if Flags::is_name(name) {
        return Ok(name);
    }
    let name = crate::render::printable(name);
    Err(Error::failed(format!(
        "'{name}' cannot name a flag: begin with a letter, without blanks or operators"
    )))
}

fn missing(name: &str) -> Error {
    Error::failed(format!("no flag '{}' (f lists them)", crate::render::printable(name)))
}

/// The name of the last flag set here.
fn name_here(env: &Env<'_>) -> Result<String> {
    let here = env.session.flags.at(env.view.seek).next_back();
    here.map(|flag| flag.name.clone())
        .ok_or_else(|| Error::failed(format!("no flag is at {:#x}", env.view.seek)))
}

fn change(env: &mut Env<'_>, name: &str, change: impl FnOnce(&mut Flag)) -> Result<()> {
    if env.session.flags.change(name, change) { Ok(()) } else { Err(missing(name)) }
}

fn add(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let flag = parsed(env, args)?;
    if env.session.flags.find(&flag.name).is_none() {
        env.session.flags.set(flag);
    }
    Ok(())
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let flags = &mut env.session.flags;
    let what = args.text.trim_start_matches('@').trim();
    if what.contains(['*', '?']) {
        let space = flags.selected.clone();
        flags.remove_if(|flag| (space.is_none() || flag.space == space) && matches(what, &flag.name));
        return Ok(());
    }
    if !what.is_empty() && flags.remove(what).is_some() {
        return Ok(());
    }
    let addr = if what.is_empty() { env.view.seek } else { env.number(what).map_err(|_| missing(what))? };
    let flags = &mut env.session.flags;
    if flags.at(addr).next().is_none() {
        return Err(Error::failed(format!("no flag is at {addr:#x}")));
    }
    flags.remove_if(|flag| flag.addr == addr);
    Ok(())
}

fn exists(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the name")?;
    env.view.value = u64::from(env.session.flags.find(name).is_some());
    Ok(())
}

fn alias(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, expression) = args.split_first();
    if expression.is_empty() {
        return Err(args.wrong("the address is missing"));
    }
    let mut flag = Flag::new(checked(name)?, env.number(expression)?, 1);
    flag.space = env.session.flags.selected.clone();
    env.session.flags.set(flag);
    Ok(())
}

fn color(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return list::colors(env, args.mode);
    }
    if let Some((name, color)) = args.text.split_once('=') {
        let color = color.trim().to_owned();
        return change(env, name.trim(), |flag| flag.color = (!color.is_empty()).then_some(color));
    }
    if let Some(flag) = env.session.flags.find(args.text) {
        let color = flag.color.clone().unwrap_or_default();
        return Ok(writeln!(env.out, "{color}")?);
    }
    let (name, color) = (name_here(env)?, args.text.to_owned());
    change(env, &name, |flag| flag.color = Some(color))
}

fn comment(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, text) = args.split_first();
    if !text.is_empty() {
        if text.len() > COMMENT {
            return Err(Error::Limit { what: "a comment", limit: format!("{COMMENT} bytes") });
        }
        return change(env, name, |flag| flag.comment = Some(text.to_owned()));
    }
    let flag = env.session.flags.find(name).ok_or_else(|| missing(name))?;
    match &flag.comment {
        Some(comment) => Ok(writeln!(env.out, "{comment}")?),
        None => Ok(()),
    }
}

fn enumerate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let stem = checked(args.required("the name")?)?;
    let flags = &mut env.session.flags;
    let number = (0_u64..).find(|number| flags.find(&format!("{stem}.{number}")).is_none()).unwrap_or(0);
    let mut flag = Flag::new(&format!("{stem}.{number}"), env.view.seek, 1);
    flag.space = flags.selected.clone();
    flags.set(flag);
    Ok(())
}

fn resize(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    match &words[..] {
        [] => {
            let name = name_here(env)?;
            let size = env.session.flags.find(&name).map_or(0, |flag| flag.size);
            Ok(writeln!(env.out, "{size:#010x}")?)
        }
        [one] => match env.session.flags.find(one).map(|flag| flag.size) {
            Some(size) => Ok(writeln!(env.out, "{size:#010x}")?),
            None => {
                let (name, size) = (name_here(env)?, env.number(one)?);
                change(env, &name, |flag| flag.size = size)
            }
        },
        [name, size, ..] => {
            let size = env.number(size)?;
            change(env, name, |flag| flag.size = size)
        }
    }
}

fn relocate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("the address")?)?;
    let names: Vec<String> = env.session.flags.at(env.view.seek).map(|flag| flag.name.clone()).collect();
    if names.is_empty() {
        name_here(env)?;
    }
    names.iter().try_for_each(|name| change(env, name, |flag| flag.addr = addr))
}

fn real_name(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, real) = args.split_first();
    if !real.is_empty() {
        return change(env, name, |flag| flag.real_name = Some(real.to_owned()));
    }
    let name = if name.is_empty() { name_here(env)? } else { name.to_owned() };
    let flag = env.session.flags.find(&name).ok_or_else(|| missing(&name))?;
    let real = crate::render::printable(flag.real_name.as_deref().unwrap_or(&flag.name));
    Ok(writeln!(env.out, "{real}")?)
}

fn rename(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (old, new) = match &words[..] {
        [new] => (name_here(env)?, new.clone()),
        [old, new] => (old.clone(), new.clone()),
        _ => return Err(args.wrong("one or two names are needed")),
    };
    let new = checked(&new)?.to_owned();
    if new != old && env.session.flags.find(&new).is_some() {
        return Err(Error::failed(format!("there is a flag '{new}' already (f-{new} removes it)")));
    }
    change(env, &old, |flag| flag.name = new)
}

fn rebase(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (from, to, mask) = match &words[..] {
        [from, to] => (env.number(from)?, env.number(to)?, 0xffff),
        [from, to, mask] => (env.number(from)?, env.number(to)?, env.number(mask)?),
        _ => return Err(args.wrong("two addresses and perhaps a mask are needed")),
    };
    let all = env.session.flags.all().filter(|flag| flag.addr & !mask == from);
    let moved: Vec<(String, u64)> =
        all.map(|flag| (flag.name.clone(), to.wrapping_add(flag.addr & mask))).collect();
    moved.into_iter().try_for_each(|(name, addr)| change(env, &name, |flag| flag.addr = addr))
}
