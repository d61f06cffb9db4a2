//! Addresses that have a type.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{model, types, value};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};

/// Most addresses.
const LIMIT: usize = 1 << 16;

/// Types by address, as they were named.
#[derive(Default)]
struct Links(BTreeMap<u64, String>);

fn links<'a>(env: &'a mut Env<'_>) -> &'a mut BTreeMap<u64, String> {
    &mut env.session.extensions.of::<Links>().0
}

pub(super) fn link(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return list(env, args.mode);
    }
    let (name, addr) = match args.text.split_once('=') {
        Some((name, addr)) => (name.trim(), env.number(addr)?),
        None => (args.text, env.view.seek),
    };
    let model = model(env);
    types(env).named(name, model)?;
    let all = links(env);
    if all.len() >= LIMIT && !all.contains_key(&addr) {
        return Err(Error::Limit { what: "the number of addresses with a type", limit: LIMIT.to_string() });
    }
    all.insert(addr, name.to_owned());
    Ok(())
}

fn list(env: &mut Env<'_>, mode: Mode) -> Result<()> {
    let all = links(env).clone();
    if mode == Mode::Json {
        let rows = all.iter().map(|(addr, name)| {
            Value::Object(Map::from_iter([(format!("{addr:#010x}"), name.clone().into())]))
        });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows.collect())))?);
    }
    for (addr, name) in &all {
        match mode {
            Mode::Script => writeln!(env.out, "{}", script_line(&format!("tl {name} = {addr:#010x}")))?,
            _ => writeln!(env.out, "{addr:#010x} = {}", printable(name))?,
        }
    }
    Ok(())
}

fn show_one(env: &mut Env<'_>, addr: u64, name: &str) -> Result<()> {
    writeln!(env.out, "({})", printable(name))?;
    value::show(env, name, addr)
}

pub(super) fn show_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let all = links(env).clone();
    all.iter().try_for_each(|(addr, name)| show_one(env, *addr, name))
}

pub(super) fn show(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let name = links(env).get(&addr).cloned();
    let name = name.ok_or_else(|| Error::failed(format!("{addr:#x} has no type (tl gives it one)")))?;
    show_one(env, addr, &name)
}

pub(super) fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.text == "*" {
        links(env).clear();
        return Ok(());
    }
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    match links(env).remove(&addr) {
        Some(_) => Ok(()),
        None => Err(Error::failed(format!("{addr:#x} has no type (tl lists those that have)"))),
    }
}
