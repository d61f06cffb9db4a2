//! Moving to what something names: flags, comments, text, sections, lines, registers.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::note::Kind;
use crate::registry::Args;
use crate::render::printable;

/// What `sn` and `sp` go to: the word given, or what `scr.nkey` says.
fn wanted(env: &Env<'_>, args: &Args<'_>) -> Result<String> {
    match if args.is_empty() { env.setting("scr.nkey") } else { args.text } {
        "flag" => Ok(String::new()),
        "hit" => Ok(env.setting("search.prefix").to_owned()),
        other => Err(args.wrong(format!("'{}' is nothing to go to: use flag or hit", printable(other)))),
    }
}

pub(super) fn next(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (here, prefix) = (env.view.seek, wanted(env, args)?);
    let named = env.session.flags.visible(&env.view.flag_space).filter(|flag| flag.name.starts_with(&prefix));
    let next = named.map(|flag| flag.addr).find(|&addr| addr > here);
    let next = next.ok_or_else(|| Error::failed("there is no flag behind this address"))?;
    env.view.seek_to(next);
    Ok(())
}

pub(super) fn previous(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (here, prefix) = (env.view.seek, wanted(env, args)?);
    let named =
        env.session.flags.visible(&env.view.flag_space).rev().filter(|flag| flag.name.starts_with(&prefix));
    let previous = named.map(|flag| flag.addr).find(|&addr| addr < here);
    let previous = previous.ok_or_else(|| Error::failed("there is no flag before this address"))?;
    env.view.seek_to(previous);
    Ok(())
}

/// The section that holds the seek, else the map: its first address, and the one behind its last.
fn surroundings(env: &Env<'_>) -> Result<(u64, u64)> {
    let seek = env.view.seek;
    let sections = env.session.loaded.iter().flat_map(|loaded| &loaded.binary.sections);
    let mut sections = sections.filter(|section| section.perm.bits() != 0);
    let section =
        sections.find(|section| seek.checked_sub(section.vaddr).is_some_and(|inside| inside < section.vsize));
    if let Some(section) = section {
        return Ok((section.vaddr, section.vaddr.saturating_add(section.vsize)));
    }
    let map = env.session.io.maps.at(seek);
    let map = map.ok_or_else(|| Error::failed(format!("no section or map holds {seek:#x}")))?;
    Ok((map.from, map.to.saturating_add(1)))
}

pub(super) fn to_beginning(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (from, _) = surroundings(env)?;
    env.view.seek_to(from);
    Ok(())
}

pub(super) fn to_end(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (_, end) = surroundings(env)?;
    env.view.seek_to(end);
    Ok(())
}

pub(super) fn to_register(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the register")?;
    let place = env.number(&format!("$r{{{name}}}"))?;
    env.view.seek_to(place);
    Ok(())
}

/// Comments with a text in them, by address.
fn comments(env: &Env<'_>, text: &str) -> Vec<(u64, String)> {
    let comments = env.session.notes.visible(&env.view.note_space).filter(|note| note.kind == Kind::Comment);
    let named = comments.filter(|note| note.text.contains(text));
    named.map(|note| (note.addr, note.text.clone())).collect()
}

fn print(env: &mut Env<'_>, comments: &[(u64, String)]) -> Result<()> {
    comments.iter().try_for_each(|(addr, text)| Ok(writeln!(env.out, "{addr:#010x} {}", printable(text))?))
}

pub(super) fn to_comment(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the text")?;
    match &comments(env, text)[..] {
        [] => Err(Error::failed(format!("no comment has '{}' in it", printable(text)))),
        [(addr, _)] => {
            env.view.seek_to(*addr);
            Ok(())
        }
        several => print(env, several),
    }
}

pub(super) fn list_comments(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let all = comments(env, "");
    print(env, &all)
}

pub(super) fn by_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = if args.is_empty() { 1 } else { env.number(args.text)?.cast_signed() };
    let place = crate::cmd::skip_instructions(env, env.view.seek, count)?;
    env.view.seek_to(place);
    Ok(())
}

pub(super) fn search(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("what to find")?;
    to_hit(env, &format!("/ {text}"))
}

pub(super) fn search_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let digits = args.required("what to find")?;
    to_hit(env, &format!("/x {digits}"))
}

/// Runs a search and moves to its first hit behind the current address.
fn to_hit(env: &mut Env<'_>, command: &str) -> Result<()> {
    let mut hits = crate::out::Capture::new();
    env.with_out(&mut hits).run_command(command)?;
    let hits = hits.text();
    for line in hits.lines() {
        let Some(addr) = line.split_whitespace().next().and_then(|word| env.number(word).ok()) else {
            continue;
        };
        if addr > env.view.seek {
            env.view.seek_to(addr);
            return Ok(writeln!(env.out, "{line}")?);
        }
    }
    Err(Error::failed("it is not found behind this address"))
}
