//! Tags: words that find flags by patterns of their names.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::eval::each::matches;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};

/// Most tags, and most patterns of one.
const LIMIT: usize = 4096;

/// Patterns by tag.
#[derive(Default)]
struct Tags(BTreeMap<String, Vec<String>>);

fn tags<'a>(env: &'a mut Env<'_>) -> &'a mut BTreeMap<String, Vec<String>> {
    &mut env.session.extensions.of::<Tags>().0
}

pub(super) fn tag(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let all = tags(env).clone();
    match args.mode {
        Mode::Json => {
            let all = serde_json::json!(all);
            return Ok(writeln!(env.out, "{}", crate::render::json_text(&all))?);
        }
        Mode::Script => {
            return all.iter().try_for_each(|(tag, patterns)| {
                let line = script_line(&format!("ft {tag} {}", patterns.join(" ")));
                Ok(writeln!(env.out, "{line}")?)
            });
        }
        _ => {}
    }
    let words = args.words();
    match &words[..] {
        [] => all.keys().try_for_each(|tag| Ok(writeln!(env.out, "{}", printable(tag))?)),
        [tag] => found(env, tag)?.iter().try_for_each(|(addr, _)| Ok(writeln!(env.out, "{addr:#010x}")?)),
        [tag, patterns @ ..] => {
            if patterns.len() > LIMIT || (all.len() >= LIMIT && !all.contains_key(tag)) {
                return Err(Error::Limit { what: "the number of tags", limit: LIMIT.to_string() });
            }
            tags(env).insert(tag.clone(), patterns.to_vec());
            Ok(())
        }
    }
}

/// The flags that a tag finds.
fn found(env: &mut Env<'_>, tag: &str) -> Result<Vec<(u64, String)>> {
    let patterns = tags(env).get(tag).cloned();
    let patterns =
        patterns.ok_or_else(|| Error::failed(format!("no tag '{}' (ft lists them)", printable(tag))))?;
    let flags = env.session.flags.visible(&env.view.flag_space);
    let named = flags.filter(|flag| patterns.iter().any(|pattern| matches(pattern, &flag.name)));
    Ok(named.map(|flag| (flag.addr, flag.name.clone())).collect())
}

fn print(env: &mut Env<'_>, flags: &[(u64, String)]) -> Result<()> {
    flags.iter().try_for_each(|(addr, name)| Ok(writeln!(env.out, "{addr:#010x}  {name}")?))
}

pub(super) fn names(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let flags = found(env, args.required("the tag")?)?;
    print(env, &flags)
}

pub(super) fn everywhere(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let all: Vec<String> = tags(env).keys().cloned().collect();
    for tag in all {
        let flags = found(env, &tag)?;
        if !flags.is_empty() {
            writeln!(env.out, "{}:", printable(&tag))?;
            print(env, &flags)?;
        }
    }
    Ok(())
}
