//! The environment of the process, and what a session lays over it.
//!
//! Names and values may hold secrets of the machine, so that reading them is as much as running
//! a program. What is set is the session's own: the process is not changed.

use std::collections::BTreeMap;

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Param, Row, maybe};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "%", brief: "show and set the environment", rows: ROWS };

static ROWS: &[Row] = &[
    row("%", "List the environment, show NAME, or set NAME=VALUE for this session").glue(Glue::Rest),
    row("env", "List the environment, show NAME, or set NAME=VALUE for this session"),
    row("en", "List the environment, show NAME, or set NAME=VALUE for this session"),
];

const fn row(name: &'static str, brief: &'static str) -> Row {
    const PARAMS: &[Param] = &[maybe("name[=value]", Kind::Text)];
    Row::new(name, brief, environment).params(PARAMS).effects(Effects::SHELL)
}

/// What was set here; `None` where a name was taken away.
#[derive(Default)]
struct Laid(BTreeMap<String, Option<String>>);

fn environment(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let laid = &mut env.session.extensions.of::<Laid>().0;
    if let Some((name, value)) = args.text.split_once('=') {
        let value = crate::lang::unquote(value.trim());
        laid.insert(name.trim().to_owned(), (!value.is_empty()).then_some(value));
        return Ok(());
    }
    if !args.is_empty() {
        let value = match laid.get(args.text) {
            Some(value) => value.clone(),
            None => std::env::var(args.text).ok(),
        };
        let value =
            value.ok_or_else(|| Error::failed(format!("no variable '{}' in the environment", args.text)))?;
        return Ok(writeln!(env.out, "{}", printable(&value))?);
    }
    let mut all: BTreeMap<String, String> = std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect();
    for (name, value) in laid.clone() {
        match value {
            Some(value) => drop(all.insert(name, value)),
            None => drop(all.remove(&name)),
        }
    }
    for (name, value) in all {
        writeln!(env.out, "{name}={}", printable(&value))?;
    }
    Ok(())
}
