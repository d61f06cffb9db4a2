//! Zones: named stretches of addresses, to tell where one is.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::Flags;
use crate::registry::{Args, Mode};
use crate::render::printable;

/// Most zones.
const LIMIT: usize = 4096;

/// A named stretch, both ends within.
#[derive(Clone)]
struct Zone {
    name: String,
    from: u64,
    to: u64,
}

/// All zones, by where they begin.
#[derive(Default)]
struct Zones(Vec<Zone>);

fn zones<'a>(env: &'a mut Env<'_>) -> &'a mut Vec<Zone> {
    &mut env.session.extensions.of::<Zones>().0
}

pub(super) fn zone(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        return add(env, args.text);
    }
    for Zone { name, from, to } in zones(env).clone() {
        match args.mode {
            Mode::Script => {
                writeln!(env.out, "fz {name} @ {from:#010x}\nf {name} {} {from:#010x}", to - from)?
            }
            _ => writeln!(env.out, "{from:#010x}  {to:#010x}  {name}")?,
        }
    }
    Ok(())
}

/// A new zone at the seek; one of that name grows to it.
fn add(env: &mut Env<'_>, name: &str) -> Result<()> {
    if !Flags::is_name(name) {
        return Err(Error::failed(format!("'{}' cannot name a zone", printable(name))));
    }
    let seek = env.view.seek;
    let all = zones(env);
    let is_full = all.len() >= LIMIT;
    match all.iter_mut().find(|zone| zone.name == name) {
        Some(zone) => {
            zone.from = zone.from.min(seek);
            zone.to = zone.to.max(seek);
        }
        None if is_full => {
            return Err(Error::Limit { what: "the number of zones", limit: LIMIT.to_string() });
        }
        None => all.push(Zone { name: name.to_owned(), from: seek, to: seek }),
    }
    all.sort_by_key(|zone| zone.from);
    Ok(())
}

pub(super) fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the zone")?;
    let all = zones(env);
    let before = all.len();
    all.retain(|zone| name != "*" && zone.name != name);
    match name == "*" || all.len() < before {
        true => Ok(()),
        false => Err(Error::failed(format!("no zone '{}' (fz lists them)", printable(name)))),
    }
}

/// The zones whose ends are next to the seek, before and behind it.
pub(super) fn around(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    let all = zones(env).clone();
    let ends = || all.iter().flat_map(|zone| [(zone.from, &zone.name), (zone.to, &zone.name)]);
    let before = ends().filter(|(end, _)| *end <= seek).max_by_key(|(end, _)| *end);
    let behind = ends().filter(|(end, _)| *end > seek).min_by_key(|(end, _)| *end);
    let shown = |end: Option<(u64, &String)>| end.map_or("~".to_owned(), |(_, name)| name.clone());
    Ok(writeln!(env.out, "{} {}", shown(before), shown(behind))?)
}
