//! Places that are watched: their bytes at two times, and a command to show them.

use std::collections::BTreeMap;

use farad_io::Effects;
use serde_json::{Value, json};

use crate::cmd::print::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::origin::Origin;
use crate::out::Collected;
use crate::registry::{Args, Mode};
use crate::render::script_line;

/// Most places watched, and most bytes of all of them.
const PLACES: usize = 4096;
const BYTES: usize = 64 << 20;
/// Most bytes of a command's output in JSON.
const OUTPUT: usize = 1 << 20;

/// A place that is watched.
#[derive(Clone)]
struct Watched {
    command: String,
    /// What who left it might do: it does no more when somebody else runs it.
    allow: Effects,
    /// What was there first.
    old: Vec<u8>,
    /// What was there when it was last read again.
    new: Option<Vec<u8>>,
}

impl Watched {
    fn is_changed(&self) -> bool {
        self.new.as_ref().is_some_and(|new| *new != self.old)
    }
}

/// All of them, by address.
#[derive(Default)]
struct Watches(BTreeMap<u64, Watched>);

fn watches<'a>(env: &'a mut Env<'_>) -> &'a mut BTreeMap<u64, Watched> {
    &mut env.session.extensions.of::<Watches>().0
}

pub(super) fn watch(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut words = args.text.splitn(3, char::is_whitespace);
    let (addr, size, command) = (words.next(), words.next(), words.next().map(str::trim));
    let addr = match addr.filter(|addr| !addr.is_empty()) {
        Some(addr) => Some(env.number(addr)?),
        None => None,
    };
    let (Some(addr), Some(size)) = (addr, size) else { return list(env, args.mode, addr) };
    let command = command.filter(|command| !command.is_empty());
    let command = command.ok_or_else(|| args.wrong("the command that shows it is missing"))?;
    // It runs later as the words of whoever lists the places.
    env.ctx.allow(Effects::INTERPRET, "watching with a command")?;
    let len = env.length(size)?;
    let all = watches(env);
    let held: usize = all.values().map(|place| place.old.len() * 2).sum();
    if all.len() >= PLACES || held.saturating_add(len * 2) > BYTES {
        let limit = format!("{PLACES} places and {BYTES:#x} bytes (cwd stops watching)");
        return Err(Error::Limit { what: "what is watched", limit });
    }
    let allow = env.ctx.principal.allow;
    let old = Range { addr, len: len as u64 }.read(env)?;
    watches(env).insert(addr, Watched { command: command.to_owned(), allow, old, new: None });
    Ok(())
}

fn list(env: &mut Env<'_>, mode: Mode, wanted: Option<u64>) -> Result<()> {
    let all = watches(env).iter().filter(|(addr, _)| wanted.is_none_or(|wanted| wanted == **addr));
    let places: Vec<(u64, Watched)> = all.map(|(addr, place)| (*addr, place.clone())).collect();
    let mut rows = Vec::new();
    for (addr, place) in places {
        let changed = place.is_changed();
        Origin::mark_left(&format!("the watch at {addr:#x}"), place.allow, env.out);
        match mode {
            Mode::Script => {
                let (size, command) = (place.old.len(), &place.command);
                writeln!(env.out, "{}", script_line(&format!("cw {addr:#010x} {size} {command}")))?;
            }
            Mode::Quiet if changed => writeln!(env.out, "{addr:#010x} has changed")?,
            Mode::Quiet => {}
            Mode::Json => {
                let shown = shown(env, addr, &place)?;
                rows.push(json!({
                    "addr": addr,
                    "changed": changed,
                    "cmd": place.command,
                    "cmd_out": shown,
                }));
            }
            _ => {
                writeln!(env.out, "{addr:#010x}{}", if changed { " modified" } else { "" })?;
                run(env, addr, &place)?;
            }
        }
    }
    if mode == Mode::Json {
        writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
    }
    Ok(())
}

/// Runs the command of a place there, with its size as the block.
fn run(env: &mut Env<'_>, addr: u64, place: &Watched) -> Result<()> {
    let (seek, block) = (env.view.seek, env.view.block);
    env.view.seek = addr;
    env.view.block = place.old.len().max(1);
    let ctx = env.ctx.no_more_than(place.allow);
    let result = env.with_ctx(&ctx).run_text(&place.command);
    env.view.seek = seek;
    env.view.block = block;
    result
}

fn shown(env: &mut Env<'_>, addr: u64, place: &Watched) -> Result<String> {
    let mut collected = Collected::new(&mut *env.out, OUTPUT);
    let mut inner = Env { session: env.session, view: env.view, ctx: env.ctx, out: &mut collected };
    run(&mut inner, addr, place)?;
    let (text, origin) = collected.into_text();
    if let Some(origin) = origin {
        origin.mark(env.out);
    }
    Ok(text)
}

/// The addresses of the places that an argument names: one, or all.
fn named(env: &mut Env<'_>, args: &Args<'_>) -> Result<Vec<u64>> {
    if args.is_empty() {
        return Ok(watches(env).keys().copied().collect());
    }
    let addr = env.number(args.text)?;
    match watches(env).contains_key(&addr) {
        true => Ok(vec![addr]),
        false => Err(Error::failed(format!("{addr:#x} is not watched (cw lists what is)"))),
    }
}

pub(super) fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    for addr in named(env, args)? {
        watches(env).remove(&addr);
    }
    Ok(())
}

pub(super) fn update(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    for addr in named(env, args)? {
        let len = watches(env).get(&addr).map_or(0, |place| place.old.len() as u64);
        let bytes = Range { addr, len }.read(env)?;
        if let Some(place) = watches(env).get_mut(&addr) {
            // What was read the last time is the state that changes are told from now.
            if let Some(new) = place.new.replace(bytes) {
                place.old = new;
            }
        }
    }
    Ok(())
}

pub(super) fn revert(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    for addr in named(env, args)? {
        if let Some(place) = watches(env).get_mut(&addr) {
            place.new = None;
        }
    }
    Ok(())
}
