//! Notes at addresses: comments, and what bytes are (`C`).
//!
//! A peer's text may leave them; none but `Cr` makes anything run, and that one only reads.

use farad_io::Effects;

use crate::error::Result;
use crate::eval::Env;
use crate::note::{Kind, Note};
use crate::registry::{Args, Glue, Group, Kind as Param, Mode, Row, maybe};

mod comment;
mod list;
mod space;
mod text;

/// The groups.
pub(super) const GROUPS: [Group; 3] =
    [Group { prefix: "C", brief: "note what is at addresses", rows: ROWS }, comment::GROUP, space::GROUP];

/// Most notes that one command leaves.
const REPEAT: u64 = 1 << 16;
/// Longest text of a note, in bytes.
const LONGEST: usize = 64 << 10;

/// A row for notes.
const fn row(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).effects(Effects::ANNOTATE)
}

/// A row that lists a kind of note, and sets one when it has arguments.
const fn kind(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    row(name, brief, run).modes(&[Mode::Json, Mode::Script])
}

static ROWS: &[Row] = &[
    row("C", "List all notes", list_all).modes(&[Mode::Json, Mode::Script]).examples(&["C", "Cj", "C*"]),
    row("C.", "List the notes here", list_here).examples(&["C."]),
    row("C*.", "List the notes here as commands", list_here).examples(&["C*."]),
    row("C-", "Remove the notes on so many bytes, here or at an address; * is all", remove)
        .glue(Glue::Rest)
        .params(&[maybe("len|*", Param::Number), maybe("addr", Param::Address)])
        .examples(&["C-", "C- 16", "C-*"]),
    kind("Cd", "List data, or note here a number of so many bytes, or several in a row", data)
        .params(&[maybe("size", Param::Number), maybe("count", Param::Number)])
        .examples(&["Cd", "Cd 4", "Cd 4 3", "Cd 4[3]"]),
    row("Cd.", "Show the size of the data here", data_here).examples(&["Cd 4; Cd."]),
    row("Cd-", "Remove the data note here", remove_here).examples(&["Cd 4; Cd-"]),
    kind("Cs", "List strings, or note one here that ends at its NUL or has a size", text::note)
        .params(&[maybe("size", Param::Number)])
        .examples(&["Cs", "w abc; Cs", "w abc; Cs 3"]),
    row("Csa", "Note a string of single bytes here", text::note)
        .params(&[maybe("size", Param::Number)])
        .examples(&["w abc; Csa"]),
    row("Cs8", "Note a UTF-8 string here", text::note)
        .glue(Glue::None)
        .params(&[maybe("size", Param::Number)])
        .examples(&["w abc; Cs8"]),
    row("Csw", "Note a string of two bytes a character here", text::note)
        .params(&[maybe("size", Param::Number)])
        .examples(&["ww abc; Csw"]),
    row("Cs.", "Show the string here", text::here).modes(&[Mode::Json]).examples(&["w abc; Cs; Cs."]),
    row("Cs..", "Show the string here with its kind and size", text::here).examples(&["w abc; Cs; Cs.."]),
    row("Cs-", "Remove the string note here", remove_here).examples(&["w abc; Cs; Cs-"]),
    row("Cz", "Note a string here that ends at its NUL", text::note)
        .params(&[maybe("size", Param::Number)])
        .examples(&["w abc; Cz"]),
    kind("Cf", "List formats, or note one here on so many bytes (see pf)", format)
        .params(&[maybe("size", Param::Number), maybe("format", Param::Text)])
        .examples(&["Cf", "Cf 8 xx"]),
    row("Cf-", "Remove the format note here", remove_here).examples(&["Cf 8 xx; Cf-"]),
    kind("Cm", "List magic notes, or leave one here on so many bytes", format)
        .params(&[maybe("size", Param::Number), maybe("name", Param::Text)])
        .examples(&["Cm", "Cm 4 name"]),
    row("Cm-", "Remove the magic note here", remove_here).examples(&["Cm 4 name; Cm-"]),
    kind("Ch", "List what is hidden, or hide so many bytes here", hide)
        .params(&[maybe("size", Param::Number)])
        .examples(&["Ch", "Ch 16"]),
    row("Ch-", "Show hidden bytes here again", remove_here).examples(&["Ch 16; Ch-"]),
    row("Cr", "List, or leave here, a command whose output stands for so many bytes; it can only read", run)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("size", Param::Number), maybe("command", Param::Text)])
        .effects(Effects::ANNOTATE.union(Effects::INTERPRET))
        .examples(&["Cr", "Cr 8 p8 8"]),
    row("Cr-", "Remove the command here", remove_here).examples(&["Cr 8 p8 8; Cr-"]),
    kind("Ct", "List notes of types, or leave one here", type_name)
        .params(&[maybe("type", Param::Text)])
        .examples(&["Ct", "Ct int x"]),
    row("Ct.", "Show the note of a type here", type_here).examples(&["Ct int; Ct."]),
    row("Ct-", "Remove the note of a type here", remove_here).examples(&["Ct int; Ct-"]),
];

/// The kind of note that a command's name is for.
fn kind_of(args: &Args<'_>) -> Kind {
    match args.row.name.as_bytes().get(1) {
        Some(b'd') => Kind::Data,
        Some(b's' | b'z') => Kind::Text,
        Some(b'f') => Kind::Format,
        Some(b'm') => Kind::Magic,
        Some(b'h') => Kind::Hidden,
        Some(b'r') => Kind::Run,
        Some(b't') => Kind::Type,
        _ => Kind::Comment,
    }
}

fn list_all(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    list::print(env, args.mode, |_| true)
}

fn list_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = if args.row.name == "C*." { Mode::Script } else { args.mode };
    let here = env.view.seek;
    list::print(env, mode, |note| note.addr == here)
}

/// Lists the notes of one kind.
fn list_kind(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let kind = kind_of(args);
    list::print(env, args.mode, |note| note.kind == kind)
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.text == "*" {
        env.session.notes.remove_if(|_| true);
        return Ok(());
    }
    let (size, addr) = args.split_first();
    let size = if size.is_empty() { 1 } else { env.number(size)? };
    let addr = if addr.is_empty() { env.view.seek } else { env.number(addr)? };
    let last = addr.saturating_add(size.saturating_sub(1));
    let is_hit = |note: &Note| note.addr <= last && addr <= note.addr.saturating_add(note.size.max(1) - 1);
    env.session.notes.remove_if(|note| size > 0 && is_hit(note));
    Ok(())
}

/// Removes the note of the command's kind that covers the seek.
fn remove_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (kind, here) = (kind_of(args), env.view.seek);
    let notes = &mut env.session.notes;
    let covering = notes.body(here).filter(|note| note.kind == kind).map(|note| note.addr);
    notes.remove(covering.unwrap_or(here), kind);
    Ok(())
}

/// Sets a note in the selected space.
fn set(env: &mut Env<'_>, args: &Args<'_>, mut note: Note) -> Result<()> {
    if note.text.len() > LONGEST {
        return Err(args.wrong(format!("a note is at most {LONGEST} bytes long")));
    }
    note.space = env.view.note_space.selected().map(str::to_owned);
    env.session.notes.set(note);
    Ok(())
}

/// A size, which is at least 1.
fn size(env: &mut Env<'_>, args: &Args<'_>, text: &str) -> Result<u64> {
    match env.number(text)? {
        0 => Err(args.wrong("a note is on one byte at least")),
        size if size > i64::MAX as u64 => Err(args.wrong(format!("'{text}' bytes are too many"))),
        size => Ok(size),
    }
}

fn data(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() || args.mode != Mode::Text {
        return list_kind(env, args);
    }
    let (first, rest) = args.split_first();
    let (each, count) = match first.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((each, count)) => (each, count),
        None => (first, rest),
    };
    let each = size(env, args, each)?;
    let count = if count.is_empty() { 1 } else { env.number(count)? };
    if count > REPEAT {
        return Err(args.wrong(format!("at most {REPEAT} notes at once")));
    }
    let start = env.view.seek;
    for index in 0..count {
        let Some(addr) = index.checked_mul(each).and_then(|at| start.checked_add(at)) else { break };
        set(env, args, Note::new(Kind::Data, addr, each, ""))?;
    }
    Ok(())
}

fn data_here(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if let Some(note) = env.session.notes.body(env.view.seek).filter(|note| note.kind == Kind::Data) {
        writeln!(env.out, "{}", note.size)?;
    }
    Ok(())
}

/// A note of a size and a text.
fn format(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() || args.mode != Mode::Text {
        return list_kind(env, args);
    }
    let (first, text) = args.split_first();
    let kind = kind_of(args);
    if text.is_empty() && kind == Kind::Format {
        return Err(args.wrong("the format is missing"));
    }
    let size = size(env, args, first)?;
    let note = Note::new(kind, env.view.seek, size, if text.is_empty() { "_" } else { text });
    set(env, args, note)
}

/// A command; without one the peer takes the size for it.
fn run(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() || args.mode != Mode::Text {
        return list_kind(env, args);
    }
    let (first, command) = args.split_first();
    let size = size(env, args, first)?;
    let note = Note::new(Kind::Run, env.view.seek, size, if command.is_empty() { first } else { command });
    set(env, args, note)
}

fn hide(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() || args.mode != Mode::Text {
        return list_kind(env, args);
    }
    let size = size(env, args, args.text)?;
    let note = Note::new(Kind::Hidden, env.view.seek, size, "");
    set(env, args, note)
}

fn type_name(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() || args.mode != Mode::Text {
        return list_kind(env, args);
    }
    let note = Note::new(Kind::Type, env.view.seek, 1, &crate::lang::unquote(args.text));
    set(env, args, note)
}

fn type_here(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    comment::show(env, env.view.seek, Kind::Type)
}

#[cfg(test)]
mod tests {
    use crate::cmd::tests::output;

    #[test]
    fn notes_are_removed_by_what_they_cover() {
        let set = "Cd 4 @ 8;CC x @ 0x10;CC y @ 0x20;";
        assert_eq!(output(&format!("{set}C- 1 9;C")), "0x00000010 CCu \"x\"\n0x00000020 CCu \"y\"\n");
        assert_eq!(output(&format!("{set}C- 0x11 0x10;C")), "0x00000008 data Cd 4\n");
        assert_eq!(output(&format!("{set}C-*;C")), "");
        assert_eq!(output(&format!("{set}Cd- @ 0xb;Cd")), "");
    }

    #[test]
    fn a_space_that_is_selected_shows_its_notes_alone() {
        let out = output("CC a;CS s;CC b @ 4;C;CS;CS *;C");
        assert_eq!(
            out,
            "0x00000004 CCu \"b\"\n    0 . bin\n    1 * s\n0x00000000 CCu \"a\"\n0x00000004 CCu \"b\"\n"
        );
    }
}
