//! One attempt at a string: which encoding starts here, and how far it goes.

use super::StringKind;
use crate::Options;

/// The longest text made, in bytes: longer strings are split.
const TEXT_LIMIT: usize = 4096;
/// The most bytes one attempt may consume.
pub(super) const LONGEST: usize = TEXT_LIMIT * 4 + 64;

/// A string found.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it starts in the window.
    pub(super) start: usize,
    pub(super) length: usize,
    pub(super) size: usize,
    pub(super) kind: StringKind,
    pub(super) text: String,
}

/// What an attempt came to, and where the next one starts: always further on.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) at: usize,
    pub(super) found: Option<Found>,
}

/// Tries at `at` of a window that lies at `origin` in the file.
pub(super) fn next(window: &[u8], at: usize, origin: u64, options: &Options) -> Next {
    let Some((_, first)) = utf8(window, at) else {
        return Next { at: at + 1, found: None };
    };
    let mut kind = encoding(window, at, at + first, origin);
    let most = if options.string_max == 0 { usize::MAX } else { options.string_max };
    let mut text = String::new();
    let mut length = 0;
    let mut end = at;
    while end < window.len() && text.len() < TEXT_LIMIT && length < most {
        let decoded = match kind {
            StringKind::Utf32Le => utf32(window, end),
            StringKind::Utf16Le => utf16(window, end),
            _ => utf8(window, end),
        };
        let Some((c, size)) = decoded else {
            end += 1;
            break;
        };
        end += size;
        if size > 1 && kind == StringKind::Ascii {
            kind = StringKind::Utf8;
        }
        if let Some(escape) = escape(c) {
            text.push('\\');
            text.push(escape);
        } else if is_printable(c) {
            text.push(c);
        } else {
            break;
        }
        length += 1;
    }
    let end = end.max(at + 1);
    if length >= options.string_min.max(1) {
        return Next { at: end, found: Some(Found { start: at, length, size: end - at, kind, text }) };
    }
    // The last character of a short run may be the first of a wide string: its NUL ended the run.
    let back = kind == StringKind::Ascii && length >= 2 && end < window.len();
    Next { at: if back { (end - 2).max(at + 1) } else { end }, found: None }
}

/// The encoding the bytes after the first character tell of: their zeros.
fn encoding(window: &[u8], at: usize, after: usize, origin: u64) -> StringKind {
    let rest = window.get(after..).unwrap_or_default();
    let zero = |index: usize| rest.get(index).is_some_and(|&byte| byte == 0);
    let some = |index: usize| rest.get(index).is_some_and(|&byte| byte != 0);
    if rest.len() <= 8 {
        return StringKind::Ascii;
    }
    let aligned = origin.wrapping_add(at as u64).is_multiple_of(4);
    let far = zero(5) && zero(6) && some(7) && some(8);
    if aligned && zero(0) && zero(1) && zero(2) && some(3) && zero(4) && !far {
        StringKind::Utf32Le
    } else if zero(0) && some(1) && zero(2) && some(3) && zero(4) {
        StringKind::Utf16Le
    } else {
        StringKind::Ascii
    }
}

fn utf8(window: &[u8], at: usize) -> Option<(char, usize)> {
    let rest = window.get(at..)?;
    let size = match rest.first()? {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(rest.get(..size)?).ok()?.chars().next()?;
    Some((c, size))
}

/// Only ASCII: anything else looks like wide text too often.
fn utf16(window: &[u8], at: usize) -> Option<(char, usize)> {
    let unit: [u8; 2] = window.get(at..at.checked_add(2)?)?.try_into().ok()?;
    let unit = u16::from_le_bytes(unit);
    (unit < 0x80).then_some((char::from(unit as u8), 2))
}

fn utf32(window: &[u8], at: usize) -> Option<(char, usize)> {
    let unit: [u8; 4] = window.get(at..at.checked_add(4)?)?.try_into().ok()?;
    char::from_u32(u32::from_le_bytes(unit)).map(|c| (c, 4))
}

/// The letter a control character, or the backslash, is written as behind a backslash.
fn escape(c: char) -> Option<char> {
    Some(match c {
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '\\' => '\\',
        _ => return None,
    })
}

/// The first character past the planes text is written in: what looks like one is more likely a number.
const BEYOND_TEXT: char = '\u{2fa1e}';

/// Whether a character is shown as it is: assigned, and neither control nor format.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    c < BEYOND_TEXT && c.escape_debug().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Option<Found> {
        let options = Options::default();
        let mut at = 0;
        while at < bytes.len() {
            let step = next(bytes, at, 0, &options);
            assert!(step.at > at);
            if step.found.is_some() {
                return step.found;
            }
            at = step.at;
        }
        None
    }

    #[test]
    fn encodings_are_told_apart() {
        let found = first(b"\0plain\n\0").unwrap();
        assert_eq!((found.start, found.length, found.size, found.kind), (1, 6, 7, StringKind::Ascii));
        assert_eq!(found.text, "plain\\n");
        let wide: Vec<u8> = "wide text\0\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = first(&wide).unwrap();
        assert_eq!((found.length, found.size, found.kind), (9, 20, StringKind::Utf16Le));
        let wider: Vec<u8> = "wider é\0\0\0".chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
        let found = first(&wider).unwrap();
        assert_eq!((found.length, found.size, found.kind), (7, 32, StringKind::Utf32Le));
        let found = first("naïve\0".as_bytes()).unwrap();
        assert_eq!((found.length, found.size, found.kind), (5, 7, StringKind::Utf8));
    }

    #[test]
    fn short_runs_are_not_strings() {
        assert!(first(b"abc\0de\0\x01\x02").is_none());
    }
}
