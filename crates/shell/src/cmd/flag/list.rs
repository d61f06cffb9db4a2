//! The forms in which flags are listed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::missing;
use crate::error::Result;
use crate::eval::Env;
use crate::eval::each::matches;
use crate::flag::Flag;
use crate::paint::Role;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};
use crate::table::{self, Table, number, text};

/// A line for each visible flag that is wanted.
pub(super) fn lines(env: &mut Env<'_>, wanted: impl Fn(&Flag) -> bool) -> Result<()> {
    let paint = env.paint();
    for flag in env.session.flags.visible(&env.view.flag_space).filter(|flag| wanted(flag)) {
        let (place, name) = (paint.of(Role::Offset, &place(flag)), paint.of(Role::Flag, &flag.name));
        writeln!(env.out, "{place} {} {name}", flag.size)?;
    }
    Ok(())
}

/// Where a flag is: its address, or the expression that it stands for.
fn place(flag: &Flag) -> String {
    flag.alias.clone().unwrap_or_else(|| format!("{:#010x}", flag.addr))
}

pub(super) fn names(env: &mut Env<'_>) -> Result<()> {
    for flag in env.session.flags.visible(&env.view.flag_space) {
        writeln!(env.out, "{}", flag.name)?;
    }
    Ok(())
}

pub(super) fn real_names(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_json() {
        return json(env);
    }
    for flag in env.session.flags.visible(&env.view.flag_space) {
        let real = printable(flag.real_name.as_deref().unwrap_or(&flag.name));
        writeln!(env.out, "{} {} {real}", place(flag), flag.size)?;
    }
    Ok(())
}

/// Commands that set the flags again. The space is selected where it changes.
pub(super) fn script(env: &mut Env<'_>) -> Result<()> {
    let mut selected: Option<Option<&str>> = None;
    for flag in env.session.flags.visible(&env.view.flag_space) {
        if selected != Some(flag.space.as_deref()) {
            writeln!(env.out, "fs {}", flag.space.as_deref().unwrap_or("*"))?;
            selected = Some(flag.space.as_deref());
        }
        if let Some(alias) = &flag.alias {
            writeln!(env.out, "{}", script_line(&format!("fa {} {alias}", flag.name)))?;
            continue;
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
    let rows: Vec<Value> = env.session.flags.visible(&env.view.flag_space).map(object).collect();
    Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?)
}

fn object(flag: &Flag) -> Value {
    let mut row = Map::new();
    row.insert("name".to_owned(), flag.name.clone().into());
    if let Some(real) = &flag.real_name {
        row.insert("realname".to_owned(), real.clone().into());
    }
    row.insert("size".to_owned(), flag.size.into());
    match &flag.alias {
        Some(alias) => row.insert("alias".to_owned(), alias.clone().into()),
        None => row.insert("addr".to_owned(), flag.addr.into()),
    };
    if let Some(comment) = &flag.comment {
        row.insert("comment".to_owned(), comment.clone().into());
    }
    Value::Object(row)
}

pub(super) fn bars(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = |flag: &&Flag| args.is_empty() || matches(args.text, &flag.name);
    for flag in env.session.flags.visible(&env.view.flag_space).filter(wanted) {
        writeln!(env.out, "{:#010x} |#|  {}", flag.addr, flag.name)?;
    }
    Ok(())
}

pub(super) fn table(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let columns = [number("addr"), number("size"), text("space"), text("name")];
    let mut table = Table::new("flags", columns);
    for flag in env.session.flags.visible(&env.view.flag_space) {
        let space = flag.space.as_deref().unwrap_or_default().to_owned();
        table.push([format!("{:#010x}", flag.addr), flag.size.to_string(), space, flag.name.clone()]);
    }
    table::print(env, args, table)
}

/// `fd`, in the selected space; `fdd`, in all.
pub(super) fn describe(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let (flags, selection) = (&env.session.flags, &env.view.flag_space);
    let wanted = |flag: &Flag| args.row.name == "fdd" || selection.shows(flag.space.as_deref());
    let flag = flags.before(addr, wanted);
    if args.is_json() {
        let mut row = Map::new();
        if let Some(flag) = flag {
            if flag.addr != addr {
                row.insert("addr".to_owned(), flag.addr.into());
            }
            row.insert("name".to_owned(), flag.name.clone().into());
            row.insert("realname".to_owned(), flag.real_name.as_ref().unwrap_or(&flag.name).clone().into());
        }
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Object(row)))?);
    }
    let Some(flag) = flag else { return Ok(()) };
    if flag.addr == addr {
        return Ok(writeln!(env.out, "{}", flag.name)?);
    }
    // Of several flags below the first one set tells most.
    let first = flags.at(flag.addr).find(|flag| wanted(flag)).unwrap_or(flag);
    Ok(writeln!(env.out, "{} + {}", first.name, addr - flag.addr)?)
}

/// The flag with a text in its name that is nearest to the seek.
pub(super) fn nearest(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (text, seek) = (args.required("the text")?, env.view.seek);
    let named = env.session.flags.visible(&env.view.flag_space).filter(|flag| flag.name.contains(text));
    match named.min_by_key(|flag| flag.addr.abs_diff(seek)) {
        Some(flag) => Ok(writeln!(env.out, "{}", flag.name)?),
        None => Ok(()),
    }
}

/// How many bytes there are to the next flag.
pub(super) fn distance(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    let pattern = if args.is_empty() { "*" } else { args.text };
    let named = env.session.flags.visible(&env.view.flag_space).filter(|flag| matches(pattern, &flag.name));
    let next = named.map(|flag| flag.addr).filter(|addr| *addr > seek).min();
    env.view.value = next.map_or(0, |next| next - seek);
    Ok(writeln!(env.out, "{}", env.view.value)?)
}

/// The dots in names make a tree; `fg*` gives it as commands that draw a graph.
pub(super) fn graph(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let names: BTreeSet<String> = env
        .session
        .flags
        .visible(&env.view.flag_space)
        .map(|flag| flag.name.clone())
        .filter(|name| name.starts_with(args.text))
        .collect();
    let script = args.mode == Mode::Script;
    if script {
        writeln!(env.out, "agn root")?;
    }
    let mut groups: BTreeSet<&str> = BTreeSet::new();
    for name in &names {
        let mut above = "root";
        for (dot, _) in name.match_indices('.') {
            let group = &name[..=dot];
            if groups.insert(group) {
                match script {
                    true => writeln!(env.out, "agn {group} {group}\nage {above} {group}")?,
                    false => writeln!(env.out, "{}{}", indent(group, 1), last_part(group))?,
                }
            }
            above = group;
        }
        match script {
            true => writeln!(env.out, "agn {name} {name}\nage {above} {name}")?,
            false => writeln!(env.out, "{}{}", indent(name, 0), last_part(name))?,
        }
    }
    Ok(())
}

fn indent(name: &str, own: usize) -> String {
    " ".repeat(1 + 2 * (name.matches('.').count() - own))
}

fn last_part(name: &str) -> &str {
    let end = name.strip_suffix('.').unwrap_or(name);
    end.rfind('.').map_or(name, |dot| &name[dot + 1..])
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

/// `fx`, the bytes at a flag; `fxd`, its code.
pub(super) fn dump(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the name")?;
    let flag = env.session.flags.find(name).ok_or_else(|| missing(name))?;
    let (addr, size) = (flag.addr, flag.size);
    let command = match args.row.name {
        "fxd" => format!("pD {size}"),
        _ => {
            writeln!(env.out, "{addr:#010x}")?;
            "px".to_owned()
        }
    };
    let seek = std::mem::replace(&mut env.view.seek, addr);
    let result = env.run_command(&command);
    env.view.seek = seek;
    result
}
