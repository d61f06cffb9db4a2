//! How text and bytes are shown, whatever the command.

use std::borrow::Cow;

/// Text from a file or peer for a line of output: control characters become escapes, so that
/// it can neither break the line nor steer a terminal.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            c if c.is_control() => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_deceptive(c) => shown.push_str(&c.escape_unicode().to_string()),
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a character is seen as nothing, or changes the order in which those around it are seen: a text that holds it
/// reads as another than it is. Those that emoji are made of (variation selectors) are not among them.
pub fn is_deceptive(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Most characters of somebody's text that a report repeats.
const EXCERPT: usize = 1024;

/// The beginning of a text that may be long, for a report.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The blanks that make a text `width` characters wide. The formatter does it to 65,535.
pub fn padding(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.chars().count()))
}

/// A line of a script that does only what its own command says, whatever names stand in it: where
/// one holds characters of the language, the line is quoted as a whole.
pub fn script_line(command: &str) -> String {
    let shown = printable(command);
    let plain = |c: char| c.is_alphanumeric() || " _-.:/+,=".contains(c);
    if shown.chars().all(plain) { shown } else { format!("'{shown}") }
}

/// The character that a dump shows for a byte.
pub fn dump_char(byte: u8) -> char {
    if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '.' }
}

/// A JSON string, quoted and escaped.
pub fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// JSON in a line. Control characters that JSON allows in texts are escaped too, since it may go to a terminal.
pub fn json_text(value: &serde_json::Value) -> String {
    let text = value.to_string();
    if !text.contains(char::is_control) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c.is_control() {
            true => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}

/// A size as people read it: `512`, `2.2K`, `1M`.
pub fn human_size(bytes: u64) -> String {
    const UNITS: [(i32, char); 6] = [(60, 'E'), (50, 'P'), (40, 'T'), (30, 'G'), (20, 'M'), (10, 'K')];
    let Some((shift, unit)) = UNITS.into_iter().find(|(shift, _)| bytes >> shift > 0) else {
        return bytes.to_string();
    };
    let size = bytes as f64 / 2_f64.powi(shift);
    if size.fract() == 0.0 { format!("{size:.0}{unit}") } else { format!("{size:.1}{unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(printable("a\x1b[31mb\nc\u{9b}"), "a\\x1b[31mb\\nc\\x9b");
    }

    #[test]
    fn script_lines_are_one_command() {
        assert_eq!(script_line("om 3 0x10 name"), "om 3 0x10 name");
        assert_eq!(script_line("omn 0 a;!id\n"), "'omn 0 a;!id\\n");
    }

    #[test]
    fn excerpts_are_cut_between_characters() {
        assert_eq!(excerpt("é"), "é");
        assert_eq!(excerpt(&"é".repeat(2000)), "é".repeat(1024) + "…");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(human_size(0x8c8), "2.2K");
        assert_eq!(human_size(1 << 20), "1M");
        assert_eq!(human_size(511), "511");
        assert_eq!(human_size(1048575), "1024.0K");
        assert_eq!(human_size(u64::MAX), "16E");
    }
}
