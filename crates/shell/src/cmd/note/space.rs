//! The spaces that notes are in: `CS`.

use serde_json::{Value, json};

use super::row;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::Flags;
use crate::note::Notes;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "CS", brief: "group notes in spaces", rows: ROWS };

static ROWS: &[Row] = &[
    row("CS", "List the spaces of notes, or select one (* is all)", space)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("space", Kind::Word)])
        .examples(&["CS", "CSj", "CS*", "CS mine", "CS *"]),
    row("CS+", "Select a space and remember the one before", push)
        .glue(Glue::Rest)
        .params(&[need("space", Kind::Word)])
        .examples(&["CS+mine; CS-"]),
    row("CS-", "Remove a space, or all (*); without one, go back to the space before CS+", remove)
        .glue(Glue::Rest)
        .params(&[maybe("space", Kind::Word)])
        .examples(&["CS mine; CS-mine", "CS-*"]),
    row("CSr", "Give the selected space another name", rename)
        .params(&[need("new", Kind::Word)])
        .examples(&["CS mine; CSr ours"]),
];

fn space(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => list_json(env),
        Mode::Script => list_script(env),
        _ if args.is_empty() => list(env),
        _ => {
            let name = checked(args.text)?;
            make(env, name)?;
            env.view.note_space.select(name);
            Ok(())
        }
    }
}

/// Makes the space unless it is there, or all are meant.
fn make(env: &mut Env<'_>, name: &str) -> Result<()> {
    if name == "*" { Ok(()) } else { env.session.notes.spaces.add(name) }
}

fn checked(name: &str) -> Result<&str> {
    match name == "*" || Flags::is_name(name) {
        true => Ok(name),
        false => Err(Error::failed(format!("'{}' cannot name a space", printable(name)))),
    }
}

fn count(notes: &Notes, space: &str) -> usize {
    notes.all().filter(|note| note.space.as_deref() == Some(space)).count()
}

fn list(env: &mut Env<'_>) -> Result<()> {
    let notes = &env.session.notes;
    for space in notes.spaces.names() {
        let mark = if env.view.note_space.shows(Some(space)) { '*' } else { '.' };
        writeln!(env.out, "{:5} {mark} {space}", count(notes, space))?;
    }
    Ok(())
}

fn list_json(env: &mut Env<'_>) -> Result<()> {
    let notes = &env.session.notes;
    let rows = notes.spaces.names().map(|space| {
        let selected = env.view.note_space.selected() == Some(space);
        json!({ "name": space, "count": count(notes, space), "selected": selected })
    });
    let rows = Value::Array(rows.collect());
    Ok(writeln!(env.out, "{rows}")?)
}

fn list_script(env: &mut Env<'_>) -> Result<()> {
    let spaces = &env.session.notes.spaces;
    for space in spaces.names() {
        writeln!(env.out, "CS {space}")?;
    }
    Ok(writeln!(env.out, "CS {}", env.view.note_space.selected().unwrap_or("*"))?)
}

fn push(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = checked(args.required("the space")?)?;
    make(env, name)?;
    env.view.note_space.push(name)
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (notes, selection) = (&mut env.session.notes, &mut env.view.note_space);
    match args.text {
        "" if selection.pop() => {}
        "" => return Err(Error::failed("no space is remembered (CS+ remembers one)")),
        "*" => {
            let names: Vec<String> = notes.spaces.names().map(str::to_owned).collect();
            names.iter().for_each(|name| {
                notes.spaces.remove(name);
                selection.leave(name);
            });
        }
        name if notes.spaces.remove(name) => selection.leave(name),
        name => {
            return Err(Error::failed(format!("no space '{}' (CS lists them)", printable(name))));
        }
    }
    Ok(())
}

fn rename(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let new = checked(args.required("the new name")?)?;
    let notes = &mut env.session.notes;
    let old = env.view.note_space.selected().map(str::to_owned);
    let old = old.ok_or_else(|| Error::failed("no space is selected (CS NAME selects one)"))?;
    notes.rename_space(&old, new);
    env.view.note_space.follow(&old, new);
    Ok(())
}
