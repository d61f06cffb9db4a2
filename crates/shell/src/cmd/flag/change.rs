//! Setting flags, and changing them.

use super::{change, checked, list, missing, name_here};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::eval::each::matches;
use crate::flag::{Flag, Flags};
use crate::registry::{Args, Mode};

/// Longest comment of a flag, in bytes.
const COMMENT: usize = 64 << 10;
/// Bits of an address that `fR` keeps where nothing else is said.
const MASK: u64 = 0xffff;

/// What `fb` adds to the addresses of new flags.
#[derive(Default)]
struct Base(u64);

/// The number that `fe` gives next.
#[derive(Default)]
struct Numbering(u64);

pub(super) fn flag(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return list::json(env),
        Mode::Script => return list::script(env),
        Mode::Quiet => return list::names(env),
        Mode::Table => return list::table(env, args),
        Mode::Text if args.is_empty() => return list::lines(env, |_| true),
        Mode::Text => {}
    }
    if let Some((name, sign, amount)) = moved(args.text) {
        let amount = env.number(amount)?;
        let amount = if sign == '-' { amount.wrapping_neg() } else { amount };
        return change(env, name, |flag| flag.addr = flag.addr.wrapping_add(amount));
    }
    let flag = parsed(env, args)?;
    env.session.flags.set(flag);
    Ok(())
}

/// The name, sign and amount of `name+=amount`.
fn moved(text: &str) -> Option<(&str, char, &str)> {
    let (left, amount) = text.split_once('=').filter(|_| is_assignment(text))?;
    let left = left.trim();
    let sign = left.chars().next_back().filter(|sign| matches!(sign, '+' | '-'))?;
    Some((left[..left.len() - 1].trim_end(), sign, amount))
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
        let addr = match words.get(2) {
            Some(word) => address(env, word)?,
            None => env.view.seek,
        };
        let mut flag = Flag::new(checked(first)?, addr, size);
        flag.comment = words.get(3..).map(|rest| rest.join(" ")).filter(|text| !text.is_empty());
        if let Some(encoded) = flag.comment.as_deref().and_then(|text| text.strip_prefix("base64:")) {
            flag.comment = Some(String::from_utf8_lossy(&crate::parse::base64_bytes(encoded)?).into_owned());
        }
        flag
    };
    flag.addr = flag.addr.wrapping_add(env.session.extensions.of::<Base>().0);
    flag.space = env.view.flag_space.selected().map(Into::into);
    Ok(flag)
}

/// The address in a word. As the peer has it, one of a single character is taken for none: scripts
/// write `f name 1 0` and mean the seek.
fn address(env: &mut Env<'_>, word: &str) -> Result<u64> {
    let addr = env.number(word)?;
    let seek = env.view.seek;
    if word.chars().count() > 1 {
        return Ok(addr);
    }
    if addr != seek {
        env.out.report(&format!(
            "WARN: the address {word}, of one character, is ignored: the flag is at {seek:#x}; {addr:#x} is not"
        ));
    }
    Ok(seek)
}

/// Whether the text is `name=addr` or `name = addr`, and no size or comment with a `=` in it.
fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| !name.trim().contains(char::is_whitespace))
}

pub(super) fn add(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let flag = parsed(env, args)?;
    if env.session.flags.find(&flag.name).is_none() {
        env.session.flags.set(flag);
    }
    Ok(())
}

pub(super) fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (flags, selection) = (&mut env.session.flags, &env.view.flag_space);
    let what = args.text.trim_start_matches('@').trim();
    if what.contains(['*', '?']) {
        flags.remove_if(|flag| selection.shows(flag.space.as_deref()) && matches(what, &flag.name));
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

pub(super) fn remove_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.session.flags.clear();
    env.view.flag_space = crate::spaces::Selection::default();
    Ok(())
}

pub(super) fn exists(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the name")?;
    env.view.value = u64::from(env.session.flags.find(name).is_some());
    Ok(())
}

/// The name stands for the expression, whatever its value is then.
pub(super) fn alias(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, expression) = args.split_first();
    if expression.is_empty() {
        return Err(args.wrong("the address is missing"));
    }
    let name = checked(name)?;
    // One that has no value now is a slip, and one that names itself would never have one.
    env.number(expression)?;
    let addr = env.session.flags.find(name).map_or(env.view.seek, |flag| flag.addr);
    let mut flag = Flag::new(name, addr, 1);
    flag.alias = Some(expression.to_owned());
    flag.space = env.view.flag_space.selected().map(Into::into);
    let old = env.session.flags.remove(name);
    if env.number(expression).is_err() {
        old.into_iter().for_each(|old| env.session.flags.set(old));
        return Err(Error::failed(format!("'{name}' cannot stand for an expression that it is in")));
    }
    env.session.flags.set(flag);
    Ok(())
}

/// Where new flags are counted from, or a move of those that a pattern names.
pub(super) fn set_base(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (amount, pattern) = args.split_first();
    let amount = if amount.is_empty() { env.view.seek } else { env.number(amount)? };
    if pattern.is_empty() {
        env.session.extensions.of::<Base>().0 = amount;
        return Ok(());
    }
    let named = env.session.flags.visible(&env.view.flag_space).filter(|flag| matches(pattern, &flag.name));
    let names: Vec<String> = named.map(|flag| flag.name.clone()).collect();
    names.iter().try_for_each(|name| change(env, name, |flag| flag.addr = flag.addr.wrapping_add(amount)))
}

pub(super) fn comment(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, text) = args.split_first();
    if !text.is_empty() {
        if text.len() > COMMENT {
            return Err(Error::Limit { what: "a comment", limit: format!("{COMMENT} bytes") });
        }
        return change(env, name, |flag| flag.comment = Some(text.to_owned()));
    }
    let name = if name.is_empty() { name_here(env)? } else { name.to_owned() };
    let flag = env.session.flags.find(&name).ok_or_else(|| missing(&name))?;
    match &flag.comment {
        Some(comment) => Ok(writeln!(env.out, "{comment}")?),
        None => Ok(()),
    }
}

pub(super) fn enumerate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let stem = checked(args.required("the name")?)?;
    let next = &mut env.session.extensions.of::<Numbering>().0;
    let number = *next;
    *next = number.wrapping_add(1);
    let mut flag = Flag::new(checked(&format!("{stem}.{number}"))?, env.view.seek, 1);
    flag.space = env.view.flag_space.selected().map(Into::into);
    env.session.flags.set(flag);
    Ok(())
}

pub(super) fn restart(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.session.extensions.of::<Numbering>().0 = 0;
    Ok(())
}

pub(super) fn resize(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
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

/// Flags without a size reach to the next one.
pub(super) fn resize_all(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let pattern = if args.is_empty() { "*" } else { args.text };
    let flags = &mut env.session.flags;
    let places: Vec<(u64, String, bool)> = flags
        .visible(&env.view.flag_space)
        .map(|flag| (flag.addr, flag.name.clone(), flag.size == 0 && matches(pattern, &flag.name)))
        .collect();
    for (at, (addr, name, wanted)) in places.iter().enumerate() {
        let next = places[at + 1..].iter().map(|(next, ..)| *next).find(|next| next > addr);
        if let Some(next) = next.filter(|_| *wanted) {
            flags.change(name, |flag| flag.size = next - addr);
        }
    }
    Ok(())
}

pub(super) fn relocate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("the address")?)?;
    let names: Vec<String> = env.session.flags.at(env.view.seek).map(|flag| flag.name.clone()).collect();
    if names.is_empty() {
        name_here(env)?;
    }
    names.iter().try_for_each(|name| change(env, name, |flag| flag.addr = addr))
}

pub(super) fn real_name(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (first, rest) = args.split_first();
    if !rest.is_empty() {
        return change(env, first, |flag| flag.real_name = Some(rest.to_owned()));
    }
    let here = name_here(env);
    let name = match (first, here) {
        ("", here) => here?,
        (real, Ok(here)) if env.session.flags.find(real).is_none() => {
            return change(env, &here, |flag| flag.real_name = Some(real.to_owned()));
        }
        (name, _) => name.to_owned(),
    };
    let flag = env.session.flags.find(&name).ok_or_else(|| missing(&name))?;
    let real = crate::render::printable(flag.real_name.as_deref().unwrap_or(&flag.name));
    Ok(writeln!(env.out, "{real}")?)
}

pub(super) fn rename(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (old, new) = match &words[..] {
        [new] => (name_here(env)?, new.clone()),
        [old, new] => (old.clone(), new.clone()),
        _ => return Err(args.wrong("one or two names are needed")),
    };
    give_name(env, &old, &new)
}

fn give_name(env: &mut Env<'_>, old: &str, new: &str) -> Result<()> {
    let new = checked(new)?.to_owned();
    if new != old && env.session.flags.find(&new).is_some() {
        return Err(Error::failed(format!("there is a flag '{new}' already (f-{new} removes it)")));
    }
    change(env, old, |flag| flag.name = new)
}

/// Names that a pattern fits become its text and a number.
pub(super) fn number(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let pattern = args.required("the pattern")?;
    let stem = pattern.replace('*', "");
    if !Flags::is_name(&stem) {
        return Err(args.wrong("the pattern begins with what the new names begin with: fO sym.*"));
    }
    let named = env.session.flags.visible(&env.view.flag_space).filter(|flag| matches(pattern, &flag.name));
    let names: Vec<String> = named.map(|flag| flag.name.clone()).collect();
    for (index, name) in names.iter().enumerate() {
        give_name(env, name, &format!("{stem}{index}"))?;
    }
    Ok(())
}

pub(super) fn rebase(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (from, to, mask) = match &words[..] {
        [from, to] => (env.number(from)?, env.number(to)?, MASK),
        [from, to, mask] => (env.number(from)?, env.number(to)?, env.number(mask)?),
        _ => return Err(args.wrong("two addresses and perhaps a mask are needed")),
    };
    let all = env.session.flags.all().filter(|flag| flag.addr & !mask == from & !mask);
    let moved: Vec<(String, u64)> =
        all.map(|flag| (flag.name.clone(), to.wrapping_add(flag.addr & mask))).collect();
    env.out.report(&format!("Relocated {} flags", moved.len()));
    moved.into_iter().try_for_each(|(name, addr)| change(env, &name, |flag| flag.addr = addr))
}
