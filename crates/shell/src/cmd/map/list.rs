//! The forms in which maps are listed.

use farad_io::Map;
use serde_json::{Value, json};

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};

/// Columns of a bar.
const BAR: u64 = 30;

/// A map as lists show it, behind the mark of the one at the seek.
fn line(map: &Map) -> String {
    let Map { id, fd, delta, from, to, perm, segment_perm, name } = map;
    let name = printable(name);
    format!(" {id} fd: {fd} +{delta:#010x} {from:#010x} - {to:#010x} {perm} {segment_perm} {name}")
}

fn object(map: &Map) -> Value {
    json!({
        "map": map.id,
        "fd": map.fd,
        "delta": map.delta,
        "from": map.from,
        "to": map.to,
        "perm": map.perm.to_string(),
        "sperm": map.segment_perm.to_string(),
        "name": map.name,
    })
}

pub(super) fn list(env: &mut Env<'_>, mode: Mode) -> Result<()> {
    list_of(env, mode, |_| true)
}

pub(super) fn list_of(env: &mut Env<'_>, mode: Mode, wanted: impl Fn(&Map) -> bool) -> Result<()> {
    let all = &env.session.io.maps;
    let here = all.at(env.view.seek).map(|map| map.id);
    let mut maps = all.iter().filter(|map| wanted(map));
    match mode {
        Mode::Json => {
            writeln!(env.out, "{}", crate::render::json_text(&Value::Array(maps.map(object).collect())))?
        }
        Mode::Quiet => maps.try_for_each(|map| writeln!(env.out, "{} {}", map.fd, map.id))?,
        // The lowest first, so that running them gives the same priorities.
        Mode::Script => maps.rev().try_for_each(|map| {
            let Map { fd, delta, from, perm, name, .. } = map;
            let size = map.size();
            let blank = if name.is_empty() { "" } else { " " };
            let line = format!("omu {fd} {from:#010x} {size:#010x} {delta:#010x} {perm}{blank}{name}");
            writeln!(env.out, "{}", script_line(&line))
        })?,
        Mode::Text | Mode::Table => maps.try_for_each(|map| {
            let mark = if here == Some(map.id) { '*' } else { '-' };
            writeln!(env.out, "{mark}{}", line(map))
        })?,
    }
    Ok(())
}

pub(super) fn show_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let Some(map) = env.session.io.maps.at(addr) else { return Ok(()) };
    match args.mode {
        Mode::Json => writeln!(env.out, "{}", crate::render::json_text(&object(map)))?,
        Mode::Quiet => writeln!(env.out, "{}", map.id)?,
        _ => writeln!(env.out, "{}", line(map))?,
    }
    Ok(())
}

pub(super) fn starts(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    for map in env.session.io.maps.iter() {
        writeln!(env.out, "{:#010x}", map.from)?;
    }
    Ok(())
}

pub(super) fn bars(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let maps = &env.session.io.maps;
    let seek = env.view.seek;
    let low = maps.iter().map(|map| map.from).min().unwrap_or(0);
    let high = maps.iter().map(|map| map.to).max().unwrap_or(0).saturating_add(1);
    let step = ((high - low) / BAR).max(1);
    let bar = |mark: char, shows: &dyn Fn(u64) -> bool| -> String {
        (0..BAR)
            .map(|cell| low.saturating_add(cell * step))
            .map(|at| if shows(at) { mark } else { '-' })
            .collect()
    };
    writeln!(env.out)?;
    for (index, map) in maps.iter().enumerate() {
        let mark = if map.contains(seek) { '*' } else { ' ' };
        let (from, end) = (map.from, map.to.saturating_add(1));
        let shown = bar('#', &|at| at.saturating_add(step) > from && at < end);
        let (index, name) = (format!("{index}{mark}"), printable(&map.name));
        writeln!(env.out, "{index:<4}{from:#010x} {shown} {end:#010x} {}   {:<6}{name}", map.perm, map.fd)?;
    }
    let end = seek.saturating_add(env.view.block as u64);
    let shown = bar('^', &|at| (seek..end).contains(&at));
    writeln!(env.out, "=>  {seek:#010x} {shown} {end:#010x}")?;
    Ok(writeln!(env.out)?)
}
