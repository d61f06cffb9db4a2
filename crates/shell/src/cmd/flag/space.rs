//! Flag spaces: groups of flags, one of which can be selected.

use farad_io::Effects;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::Flags;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "fs", brief: "group flags in spaces", rows: ROWS };

/// Most spaces.
const LIMIT: usize = 4096;

static ROWS: &[Row] = &[
    Row::new("fs", "List the flag spaces, or select one (* is all)", space)
        .modes(&[Mode::Json, Mode::Quiet])
        .params(&[maybe("space", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["fs", "fsj", "fs symbols", "fs *"]),
    Row::new("fs*", "List the flag spaces as commands", list_script)
        .effects(Effects::ANNOTATE)
        .examples(&["fs*"]),
    Row::new("fs+", "Select a space and remember the one before", push)
        .glue(Glue::Rest)
        .params(&[need("space", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["fs+sym; fs-"]),
    Row::new("fs-", "Remove a space; without one, go back to the space before fs+", remove)
        .glue(Glue::Rest)
        .params(&[maybe("space", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["fs sym; fs-sym", "fs-*"]),
    Row::new("fsr", "Give the selected space another name", rename)
        .params(&[need("new", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["fs sym; fsr names"]),
    Row::new("fsm", "Move the flags here, or at an address, to the selected space", adopt)
        .params(&[maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["f foo; fs sym; fsm"]),
    Row::new("fss", "List the spaces that fs- goes back to, and the selected one", list_stack)
        .modes(&[Mode::Json, Mode::Script])
        .effects(Effects::ANNOTATE)
        .examples(&["fss", "fs a; fs+b; fss*", "fssj"]),
];

fn space(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return list_json(env),
        Mode::Quiet => {
            return env.session.flags.spaces().try_for_each(|space| Ok(writeln!(env.out, "{space}")?));
        }
        _ if args.is_empty() => return list(env),
        _ => {}
    }
    select(env, args.text)
}

fn select(env: &mut Env<'_>, name: &str) -> Result<()> {
    make(&mut env.session.flags, name)?;
    env.view.flag_space.select(name);
    Ok(())
}

/// Makes the space unless it is there, or all are meant.
fn make(flags: &mut Flags, name: &str) -> Result<()> {
    if name == "*" {
        return Ok(());
    }
    if !Flags::is_name(name) {
        return Err(Error::failed(format!("'{}' cannot name a space", printable(name))));
    }
    if flags.spaces().count() >= LIMIT {
        return Err(Error::Limit { what: "the number of flag spaces", limit: LIMIT.to_string() });
    }
    flags.add_space(name);
    Ok(())
}

fn push(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the space")?;
    make(&mut env.session.flags, name)?;
    env.view.flag_space.push(name)
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (flags, selection) = (&mut env.session.flags, &mut env.view.flag_space);
    match args.text {
        "" if selection.pop() => {}
        "" => return Err(Error::failed("no space is remembered (fs+ remembers one)")),
        "*" => {
            let all: Vec<String> = flags.spaces().map(str::to_owned).collect();
            for space in all {
                flags.remove_space(&space);
                selection.leave(&space);
            }
        }
        name => {
            let name = match name {
                "." => selection.selected().unwrap_or_default().to_owned(),
                name => name.to_owned(),
            };
            if !flags.remove_space(&name) {
                return Err(Error::failed(format!("no flag space '{}' (fs lists them)", printable(&name))));
            }
            selection.leave(&name);
        }
    }
    Ok(())
}

fn rename(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (flags, selection) = (&mut env.session.flags, &mut env.view.flag_space);
    let old = selection.selected().map(str::to_owned);
    let old = old.ok_or_else(|| Error::failed("no space is selected (fs NAME selects one)"))?;
    let new = args.required("the new name")?;
    if !Flags::is_name(new) {
        return Err(Error::failed(format!("'{}' cannot name a space", printable(new))));
    }
    flags.rename_space(&old, new);
    selection.follow(&old, new);
    Ok(())
}

fn adopt(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let flags = &mut env.session.flags;
    let names: Vec<String> = flags.at(addr).map(|flag| flag.name.clone()).collect();
    if names.is_empty() {
        return Err(Error::failed(format!("no flag is at {addr:#x}")));
    }
    let space = env.view.flag_space.selected();
    for name in names {
        flags.change(&name, |flag| flag.space = space.map(Into::into));
    }
    Ok(())
}

fn list(env: &mut Env<'_>) -> Result<()> {
    let flags = &env.session.flags;
    for space in flags.spaces() {
        let mark = if env.view.flag_space.shows(Some(space)) { '*' } else { '.' };
        writeln!(env.out, "{:5} {mark} {space}", flags.count_in(space))?;
    }
    Ok(())
}

fn list_json(env: &mut Env<'_>) -> Result<()> {
    let flags = &env.session.flags;
    let rows = flags.spaces().map(|space| {
        let selected = env.view.flag_space.selected() == Some(space);
        json!({ "name": space, "count": flags.count_in(space), "selected": selected })
    });
    let rows = Value::Array(rows.collect());
    Ok(writeln!(env.out, "{rows}")?)
}

fn list_script(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let flags = &env.session.flags;
    for space in flags.spaces() {
        writeln!(env.out, "fs {space}")?;
    }
    Ok(writeln!(env.out, "fs {}", env.view.flag_space.selected().unwrap_or("*"))?)
}

fn list_stack(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let selection = &env.view.flag_space;
    let mut all: Vec<Option<&str>> = selection.before().collect();
    if all.is_empty() {
        return if args.is_json() { Ok(writeln!(env.out, "[]")?) } else { Ok(()) };
    }
    all.push(selection.selected());
    let last = all.len() - 1;
    let mut rows = Vec::new();
    for (index, space) in all.iter().enumerate() {
        let space = space.unwrap_or("*");
        match args.mode {
            Mode::Json => rows.push(json!({ "ordinal": index, "name": space, "selected": index == last })),
            Mode::Script if index == 0 => writeln!(env.out, "fs {space}")?,
            Mode::Script => writeln!(env.out, "fs+{space}")?,
            _ => writeln!(env.out, "{index}  {space}{}", if index == last { " (selected)" } else { "" })?,
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
    }
    Ok(())
}
