//! The forms in which notes are listed.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::eval::Env;
use crate::note::{Kind, Note};
use crate::parse::base64_digits;
use crate::registry::Mode;
use crate::render::{json_text, printable, script_line};

/// Lists the visible notes that are wanted.
pub(super) fn print(env: &mut Env<'_>, mode: Mode, wanted: impl Fn(&Note) -> bool) -> Result<()> {
    let notes = env.session.notes.visible(&env.view.note_space).filter(|note| wanted(note));
    match mode {
        Mode::Json => {
            let rows = notes.map(object).collect();
            writeln!(env.out, "{}", json_text(&Value::Array(rows)))?;
        }
        Mode::Script => {
            for note in notes {
                writeln!(env.out, "{}", script(note))?;
            }
        }
        Mode::Text | Mode::Quiet | Mode::Table => {
            for note in notes {
                writeln!(env.out, "{}", line(note))?;
            }
        }
    }
    Ok(())
}

/// A note for people.
fn line(note: &Note) -> String {
    let Note { addr, size, kind, .. } = note;
    let text = printable(&note.text);
    let what = match kind {
        Kind::Data => format!("data Cd {size}"),
        Kind::Comment => format!("CCu \"{text}\""),
        Kind::Type => text,
        Kind::Text => format!("{}[{size}] \"{text}\"", note.encoding),
        Kind::Format => format!("format {size} {text}"),
        Kind::Magic => format!("magic {size} {text}"),
        Kind::Hidden => format!("hidden Ch {size}"),
        Kind::Run => format!("run {size} {text}"),
    };
    format!("{addr:#010x} {what}")
}

/// The command that leaves a note again.
fn script(note: &Note) -> String {
    let Note { addr, size, kind, text, .. } = note;
    let command = match kind {
        Kind::Data => format!("Cd {size}"),
        Kind::Comment => format!("CCu base64:{}", base64_digits(text.as_bytes())),
        Kind::Type => format!("Ct {text}"),
        Kind::Text => {
            let name = match note.encoding {
                "utf8" => "Cs8",
                "utf16le" => "Csw",
                _ => "Cs",
            };
            return format!("{name} {size} @ {addr:#010x} # {}", printable(text));
        }
        Kind::Format => format!("Cf {size} {text}"),
        Kind::Magic => format!("Cm {size} {text}"),
        Kind::Hidden => format!("Ch {size}"),
        Kind::Run => format!("Cr {size} {text}"),
    };
    // What would be read as language is quoted as a whole, its address before it.
    let line = script_line(&command);
    match line.strip_prefix('\'') {
        Some(quoted) => format!("'@{addr:#010x}'{quoted}"),
        None => format!("{line} @ {addr:#010x}"),
    }
}

fn object(note: &Note) -> Value {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| {
        row.insert(name.to_owned(), value);
    };
    put("offset", note.addr.into());
    put("type", note.kind.letters().into());
    let name = match note.kind {
        Kind::Text => base64_digits(note.text.as_bytes()),
        _ if note.text.is_empty() => "_".to_owned(),
        _ => note.text.clone(),
    };
    put("name", name.into());
    if note.kind == Kind::Text {
        let is_ascii = note.text.is_ascii();
        let encoding = if note.encoding == "ascii" { "latin1" } else { note.encoding };
        put("enc", encoding.into());
        put("ascii", is_ascii.into());
    } else if note.kind == Kind::Data {
        put("size", note.size.into());
    }
    Value::Object(row)
}
