//! Strings that are noted: `Cs`.

use serde_json::json;

use super::{list_kind, set, size};
use crate::cmd::print::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::note::{Kind, Note};
use crate::parse::base64_digits;
use crate::registry::{Args, Mode};
use crate::render::printable;

/// Longest string looked for when no size is given, in bytes.
const LONGEST: u64 = 4096;

/// Notes a string here: of a size, or up to its NUL, which counts as part of it.
pub(super) fn note(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.mode != Mode::Text || args.is_empty() && args.row.name == "Cs" && is_absent(env)? {
        return list_kind(env, args);
    }
    let addr = env.view.seek;
    let len = if args.is_empty() { LONGEST } else { size(env, args, args.text)? };
    let bytes = Range { addr, len: len.min(LONGEST) }.read(env)?;
    let unit = if args.row.name == "Csw" { 2 } else { 1 };
    let ends = bytes.chunks_exact(unit).position(|cell| cell.iter().all(|byte| *byte == 0));
    let used = ends.map_or(bytes.len(), |at| at * unit);
    let (text, encoding) = decode(&bytes[..used], args.row.name);
    if text.is_empty() {
        return Err(Error::failed(format!("there is no string at {addr:#010x}")));
    }
    let len = if args.is_empty() { (used + unit) as u64 } else { len };
    set(env, args, Note { encoding, ..Note::new(Kind::Text, addr, len, &text) })
}

/// Whether nothing here looks like a string, so that `Cs` alone can only mean the list.
fn is_absent(env: &mut Env<'_>) -> Result<bool> {
    let here = Range { addr: env.view.seek, len: 1 }.read(env)?;
    Ok(!here.iter().all(|byte| byte.is_ascii_graphic() || *byte >= 0x80))
}

/// Bytes as text, and the name of how they are stored.
fn decode(bytes: &[u8], command: &str) -> (String, &'static str) {
    match command {
        "Csw" => {
            let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
            (char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect(), "utf16le")
        }
        "Cs8" => (String::from_utf8_lossy(bytes).into_owned(), "utf8"),
        _ => {
            let encoding = if bytes.is_ascii() { "ascii" } else { "latin1" };
            (bytes.iter().map(|byte| char::from(*byte)).collect(), encoding)
        }
    }
}

/// The string noted here.
pub(super) fn here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some(note) = env.session.notes.find(env.view.seek, Kind::Text) else { return Ok(()) };
    let text = printable(&note.text);
    if args.is_json() {
        let encoded = base64_digits(note.text.as_bytes());
        let row = json!({ "name": encoded, "enc": note.encoding, "ascii": note.text.is_ascii() });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&row))?);
    }
    match args.row.name {
        "Cs.." => writeln!(env.out, "{}[{}] \"{text}\"", note.encoding, note.size)?,
        _ => writeln!(env.out, "\"{text}\"")?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::cmd::tests::output;

    #[test]
    fn strings_are_read_where_they_are_noted() {
        assert_eq!(output("w hello @ 8;Cs @ 8;Cs @ 0"), "0x00000008 ascii[6] \"hello\"\n");
        assert_eq!(output("w hello;Cs 4;Cs..;Cs-;C"), "ascii[4] \"hell\"\n");
        assert_eq!(output("ww wide;Csw;Cs.."), "utf16le[10] \"wide\"\n");
        assert_eq!(output("wx c3a900;Cs8;Cs.j"), "{\"name\":\"w6k=\",\"enc\":\"utf8\",\"ascii\":false}\n");
        assert_eq!(output("wx c3a900;Csa;Cs.."), "latin1[3] \"Ã©\"\n");
    }
}
