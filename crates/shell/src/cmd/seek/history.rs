//! The moves made and undone, in the forms they are listed.

use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// `s=`, and `s==` with the current place and those undone.
pub(super) fn list_line(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let places = match args.row.name {
        "s==" => places(env).0,
        _ => env.view.history.past().to_vec(),
    };
    let shown = places.iter().map(|place| match env.session.flags.at(*place).next_back() {
        Some(flag) => flag.name.clone(),
        None => format!("{place:#x}"),
    });
    let line = shown.collect::<Vec<_>>().join(" > ");
    Ok(writeln!(env.out, "{line}")?)
}

pub(super) fn list_history(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    for place in places(env).0 {
        let name = name_of(env, place, " + ").unwrap_or_default();
        writeln!(env.out, "{place:#x} {name}")?;
    }
    Ok(())
}

pub(super) fn list_json(env: &mut Env<'_>) -> Result<()> {
    crate::load::names(env)?;
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

pub(super) fn list_script(env: &mut Env<'_>) -> Result<()> {
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

/// All places of the history, oldest first, and which of them is the current one.
fn places(env: &Env<'_>) -> (Vec<u64>, usize) {
    let history = &env.view.history;
    let mut places = history.past().to_vec();
    let current = places.len();
    places.push(env.view.seek);
    places.extend(history.future());
    (places, current)
}

/// The flag of an address, or the nearest below it and how far that is.
fn name_of(env: &Env<'_>, addr: u64, between: &str) -> Option<String> {
    let flags = &env.session.flags;
    if let Some(here) = flags.at(addr).next_back() {
        return Some(here.name.clone());
    }
    let below = flags.before(addr, |_| true)?.addr;
    let below = flags.at(below).next()?;
    Some(format!("{}{between}{}", below.name, addr - below.addr))
}
