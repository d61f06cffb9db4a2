//! Comments: `CC`.

use super::{kind_of, list_kind, row, set};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::note::{Kind, Note};
use crate::parse::base64_bytes;
use crate::registry::{Args, Glue, Group, Kind as Param, Mode, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "CC", brief: "comment addresses", rows: ROWS };

static ROWS: &[Row] = &[
    row("CC", "List comments, or add text to the one here", comment)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("text", Param::Text)])
        .examples(&["CC", "CC look here", "CCj", "CC*"]),
    row("CC+", "Add text to the comment here", comment)
        .glue(Glue::Rest)
        .params(&[need("text", Param::Text)])
        .examples(&["CC+ and here"]),
    row("CCu", "Set the comment here, unless it holds the text (base64:… is decoded)", set_unique)
        .params(&[need("text", Param::Text)])
        .examples(&["CCu look here", "CCu base64:aGVsbG8="]),
    row("CC.", "Show the comment here or at an address", comment_here)
        .params(&[maybe("addr", Param::Address)])
        .examples(&["CC look; CC."]),
    row("CC-", "Remove the comment here; * is all comments", remove)
        .glue(Glue::Rest)
        .params(&[maybe("*", Param::Word)])
        .examples(&["CC look; CC-", "CC-*"]),
    row("CCa", "Set the comment of an address", set_at)
        .params(&[need("addr", Param::Address), need("text", Param::Text)])
        .examples(&["CCa 0x10 look there"]),
    row("CCa+", "Add text to the comment of an address", set_at)
        .params(&[need("addr", Param::Address), need("text", Param::Text)])
        .examples(&["CCa+ 0x10 look there"]),
    row("CCa-", "Remove the comment of an address", remove_at)
        .params(&[need("addr", Param::Address)])
        .examples(&["CCa 0x10 look; CCa- 0x10"]),
];

/// What was typed as a comment.
fn typed(text: &str) -> Result<String> {
    match text.strip_prefix("base64:") {
        Some(digits) => Ok(String::from_utf8_lossy(&base64_bytes(digits.trim())?).into_owned()),
        None => Ok(text.to_owned()),
    }
}

fn comment(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.row.name == "CC" && (args.is_empty() || args.mode != Mode::Text) {
        return list_kind(env, args);
    }
    let text = typed(args.required("the text")?)?;
    let here = env.view.seek;
    append(env, args, here, &text)
}

fn append(env: &mut Env<'_>, args: &Args<'_>, addr: u64, text: &str) -> Result<()> {
    let text = match env.session.notes.find(addr, Kind::Comment) {
        Some(note) => format!("{} {text}", note.text),
        None => text.to_owned(),
    };
    set(env, args, Note::new(Kind::Comment, addr, 1, &text))
}

fn set_unique(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = typed(args.required("the text")?)?;
    let here = env.view.seek;
    let old = env.session.notes.find(here, Kind::Comment);
    if old.is_some_and(|note| note.text.contains(&text)) {
        return Ok(());
    }
    set(env, args, Note::new(Kind::Comment, here, 1, &text))
}

fn set_at(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, text) = args.split_first();
    if text.is_empty() {
        return Err(args.wrong("the text is missing"));
    }
    let (addr, text) = (env.number(addr)?, typed(text)?);
    if args.row.name == "CCa+" {
        return append(env, args, addr, &text);
    }
    set(env, args, Note::new(Kind::Comment, addr, 1, &text))
}

fn remove_at(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("the address")?)?;
    env.session.notes.remove(addr, Kind::Comment);
    Ok(())
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.text {
        "*" => env.session.notes.remove_if(|note| note.kind == kind_of(args)),
        "" => {
            env.session.notes.remove(env.view.seek, Kind::Comment);
        }
        other => {
            let other = printable(other);
            return Err(Error::failed(format!(
                "'{other}' is nothing that CC- removes: * is all, @ an address"
            )));
        }
    }
    Ok(())
}

fn comment_here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    show(env, addr, Kind::Comment)
}

/// The text alone of the note of a kind at an address.
pub(super) fn show(env: &mut Env<'_>, addr: u64, kind: Kind) -> Result<()> {
    if let Some(note) = env.session.notes.find(addr, kind) {
        writeln!(env.out, "{}", printable(&note.text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::cmd::tests::output;

    #[test]
    fn a_comment_grows_and_is_replaced() {
        assert_eq!(output("CC one;CC two;CC."), "one two\n");
        assert_eq!(output("CC one;CCu on;CC.;CCu two;CC."), "one\ntwo\n");
        assert_eq!(output("CCa 4 x;CCa+ 4 y;CC. 4;CCa- 4;CC"), "x y\n");
        assert_eq!(output("CCu base64:aGVsbG8=;CC*"), "CCu base64:aGVsbG8= @ 0x00000000\n");
    }

    #[test]
    fn a_script_of_notes_leaves_them_again() {
        let set = "CC a;Cd 4 @ 8;Ct a\\;!ls @ 0x10;Ch 3 @ 0x20;Cf 8 xx @ 0x30";
        let listed = output(&format!("{set};C"));
        assert_eq!(output(&format!("{set};.C*;C")), listed);
        assert_eq!(listed.lines().count(), 5);
        assert!(listed.contains("a;!ls"), "{listed}");
    }
}
