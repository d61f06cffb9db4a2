//! All types, and types in C.

use serde_json::{Value, json};

use super::{defined, find, model};
use crate::ctype::{BASICS, Definition, Nested};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::printable;

pub(super) fn types(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let model = model(env);
    if !args.is_empty() {
        let all = super::types(env);
        let kind = all.named(args.text, model)?;
        let format = all.format(&kind, Nested::Named, model)?;
        return Ok(writeln!(env.out, "pf {}", printable(&format))?);
    }
    match args.mode {
        Mode::Json => {
            let mut rows = Vec::new();
            for basic in BASICS {
                let all = super::types(env);
                let size = all.extent(&all.named(basic.name, model)?, model)?.size;
                rows.push(json!({ "type": basic.name, "size": size * 8, "format": basic.format }));
            }
            Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?)
        }
        Mode::Script => defined(env, args).iter().try_for_each(|(name, definition)| {
            Ok(writeln!(env.out, "'td {}", printable(&definition.text(name, false)))?)
        }),
        _ => {
            let mut names: Vec<String> = BASICS.iter().map(|basic| basic.name.to_owned()).collect();
            names.extend(defined(env, args).into_iter().map(|(name, _)| name));
            names.sort();
            names.dedup();
            names.iter().try_for_each(|name| Ok(writeln!(env.out, "{}", printable(name))?))
        }
    }
}

/// `tc`, `tsc` and their like; a `d` at the end puts each in a line.
pub(super) fn in_c(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let lines = !args.row.name.ends_with('d');
    let chosen = match args.is_empty() {
        true => defined(env, args),
        false => vec![(args.text.to_owned(), find(env, args, args.text)?)],
    };
    for (name, definition) in chosen {
        write(env, &name, &definition, lines)?;
    }
    Ok(())
}

fn write(env: &mut Env<'_>, name: &str, definition: &Definition, lines: bool) -> Result<()> {
    // Names cannot hold line ends: those of the text are its own.
    Ok(writeln!(env.out, "{}", definition.text(name, lines))?)
}
