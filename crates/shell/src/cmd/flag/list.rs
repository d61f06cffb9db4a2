//! The forms in which flags are listed.

use serde_json::{Map, Value};

use super::missing;
use crate::cmd::seek::name_of;
use crate::error::Result;
use crate::eval::Env;
use crate::eval::each::matches;
use crate::flag::Flag;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};
use crate::table::{self, Table, number, text};

/// A line for each visible flag that is wanted.
pub(super) fn lines(env: &mut Env<'_>, wanted: impl Fn(&Flag) -> bool) -> Result<()> {
    for flag in env.session.flags.visible().filter(|flag| wanted(flag)) {
        writeln!(env.out, "{:#010x} {} {}", flag.addr, flag.size, flag.name)?;
    }
    Ok(())
}

pub(super) fn names(env: &mut Env<'_>) -> Result<()> {
    for flag in env.session.flags.visible() {
        writeln!(env.out, "{}", flag.name)?;
    }
    Ok(())
}

pub(super) fn real_names(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_json() {
        return json(env);
    }
    for flag in env.session.flags.visible() {
        let real = printable(flag.real_name.as_deref().unwrap_or(&flag.name));
        writeln!(env.out, "{:#010x} {} {real}", flag.addr, flag.size)?;
    }
    Ok(())
}

/// Commands that set the flags again. The space is selected where it changes.
pub(super) fn script(env: &mut Env<'_>) -> Result<()> {
    let mut selected: Option<&Option<String>> = None;
    for flag in env.session.flags.visible() {
        if selected != Some(&flag.space) {
            writeln!(env.out, "fs {}", flag.space.as_deref().unwrap_or("*"))?;
            selected = Some(&flag.space);
        }
        write!(env.out, "'f {} {} {:#010x} ", flag.name, flag.size, flag.addr)?;
        match &flag.comment {
            Some(comment) => writeln!(env.out, "base64:{}", crate::parse::base64_digits(comment.as_bytes()))?,
            None => writeln!(env.out)?,
        }
    }
    Ok(())
}

pub(super) fn json(env: &mut Env<'_>) -> Result<()> {
    let rows: Vec<Value> = env.session.flags.visible().map(object).collect();
    Ok(writeln!(env.out, "{}", Value::Array(rows))?)
}

fn object(flag: &Flag) -> Value {
    let mut row = Map::new();
    row.insert("name".to_owned(), flag.name.clone().into());
    if let Some(real) = &flag.real_name {
        row.insert("realname".to_owned(), real.clone().into());
    }
    row.insert("size".to_owned(), flag.size.into());
    row.insert("addr".to_owned(), flag.addr.into());
    if let Some(comment) = &flag.comment {
        row.insert("comment".to_owned(), comment.clone().into());
    }
    Value::Object(row)
}

pub(super) fn bars(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = |flag: &&Flag| args.is_empty() || matches(args.text, &flag.name);
    for flag in env.session.flags.visible().filter(wanted) {
        writeln!(env.out, "{:#010x} |#|  {}", flag.addr, flag.name)?;
    }
    Ok(())
}

pub(super) fn table(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let columns = [number("addr"), number("size"), text("space"), text("name")];
    let mut table = Table::new("flags", columns);
    for flag in env.session.flags.visible() {
        let space = flag.space.clone().unwrap_or_default();
        table.push([format!("{:#010x}", flag.addr), flag.size.to_string(), space, flag.name.clone()]);
    }
    table::print(env, args, table)
}

pub(super) fn colors(env: &mut Env<'_>, mode: Mode) -> Result<()> {
    for flag in env.session.flags.visible() {
        let Some(color) = &flag.color else { continue };
        match mode {
            Mode::Script => writeln!(env.out, "{}", script_line(&format!("fc {}={color}", flag.name)))?,
            _ => writeln!(env.out, "{:#010x}  {:9} {}", flag.addr, flag.name, printable(color))?,
        }
    }
    Ok(())
}

pub(super) fn describe(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    if args.is_json() {
        let flag = env.session.flags.before(addr, |_| true).map_or_else(|| Value::Object(Map::new()), object);
        return Ok(writeln!(env.out, "{flag}")?);
    }
    match name_of(env, addr, " + ") {
        Some(name) => Ok(writeln!(env.out, "{name}")?),
        None => Ok(()),
    }
}

pub(super) fn here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    for flag in env.session.flags.at(addr) {
        writeln!(env.out, "{}", flag.name)?;
    }
    Ok(())
}

pub(super) fn range(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (from, to) = match &words[..] {
        [] => (env.view.seek, env.view.seek.saturating_add(env.view.block as u64)),
        [size] => (env.view.seek, env.view.seek.saturating_add(env.number(size)?)),
        [from, to, ..] => (env.number(from)?, env.number(to)?),
    };
    lines(env, |flag| (from..to).contains(&flag.addr))
}

pub(super) fn dump(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the name")?;
    let addr = env.session.flags.find(name).ok_or_else(|| missing(name))?.addr;
    writeln!(env.out, "{addr:#010x}")?;
    let seek = std::mem::replace(&mut env.view.seek, addr);
    let result = env.run_command("px");
    env.view.seek = seek;
    result
}
