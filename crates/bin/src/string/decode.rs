//! One attempt at a string: which encoding starts here, and how far it goes.

use super::StringKind;
use super::block;
use crate::Options;
use std::collections::BTreeMap;

/// The longest text made, in bytes: longer strings are split.
const TEXT_LIMIT: usize = 4096;
/// The most bytes one attempt may consume.
pub(super) const LONGEST: usize = TEXT_LIMIT * 4 + 64;

/// The most Unicode blocks one text is written in.
const BLOCKS: usize = 4;

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

/// A run of characters up to what ends it.
struct Run {
    end: usize,
    length: usize,
    kind: StringKind,
    text: String,
    /// Characters of each block met.
    blocks: BTreeMap<usize, usize>,
}

/// Tries at `at` of a window that lies at `origin` in the file.
pub(super) fn next(window: &[u8], at: usize, origin: u64, options: &Options) -> Next {
    // Most of what is no text is zeros and the like: no encoding begins with them.
    let silent = window.get(at..).unwrap_or_default().iter().take_while(|byte| is_silent(**byte)).count();
    if silent > 0 {
        return Next { at: at + silent, found: None };
    }
    plain(window, at, origin, options).unwrap_or_else(|| attempt(window, at, origin, options))
}

/// The attempt, whatever the encoding.
fn attempt(window: &[u8], at: usize, origin: u64, options: &Options) -> Next {
    let Some((_, first)) = utf8(window, at) else {
        return Next { at: at + 1, found: None };
    };
    let kind = encoding(window, at, at + first, origin);
    let least = options.string_min.max(1);
    let mut run = Run::read(window, at, kind, false, options);
    if run.length >= least && kind == StringKind::Utf16Le && run.is_mostly_ascii() {
        run = Run::read(window, at, kind, true, options);
    }
    let Run { end, length, kind, text, blocks } = run;
    if length >= least {
        if kind != StringKind::Ascii && blocks.len() > BLOCKS {
            return Next { at: end + 1, found: None };
        }
        return Next { at: end, found: Some(Found { start: at, length, size: end - at, kind, text }) };
    }
    let back = kind == StringKind::Ascii && length >= 2 && end < window.len();
    Next { at: if back { before_last(at, end) } else { end }, found: None }
}

/// Where to go on behind a short run: its last character may be the first of a wide string, whose NUL ended the run.
fn before_last(at: usize, end: usize) -> usize {
    (end - 2).max(at + 1)
}

/// The attempt at a run of ASCII that no other character follows and no limit cuts: what most attempts are. `None`: it is another.
fn plain(window: &[u8], at: usize, origin: u64, options: &Options) -> Option<Next> {
    let rest = window.get(at..)?;
    let least = options.string_min.max(1);
    if !rest.first()?.is_ascii() || encoding(window, at, at + 1, origin) != StringKind::Ascii {
        return None;
    }
    let length = rest.iter().take_while(|byte| is_shown(**byte)).count();
    let longest = TEXT_LIMIT / 2;
    let cut = length >= longest || options.string_max != 0 && length >= options.string_max;
    let ender = rest.get(length);
    if cut || length == 0 || ender.is_some_and(|byte| !byte.is_ascii()) {
        return None;
    }
    let end = at + length + usize::from(ender.is_some());
    if length < least {
        let back = length >= 2 && end < window.len();
        return Some(Next { at: if back { before_last(at, end) } else { end }, found: None });
    }
    let mut text = String::with_capacity(length);
    for &byte in &rest[..length] {
        match escape(u32::from(byte)) {
            Some(letter) => text.extend(['\\', letter]),
            None => text.push(char::from(byte)),
        }
    }
    let found = Found { start: at, length, size: end - at, kind: StringKind::Ascii, text };
    Some(Next { at: end, found: Some(found) })
}

/// Whether an ASCII character is shown, as it is or as an escape.
fn is_shown(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | 0x07..=0x0d | 0x1b)
}

/// Whether a byte is an ASCII character that no text holds.
fn is_silent(byte: u8) -> bool {
    byte.is_ascii() && !is_shown(byte)
}

impl Run {
    /// Reads from `at`. With `ascii`, anything else ends a wide run.
    fn read(window: &[u8], at: usize, mut kind: StringKind, ascii: bool, options: &Options) -> Self {
        let most = if options.string_max == 0 { usize::MAX } else { options.string_max };
        let mut text = String::new();
        let mut blocks = BTreeMap::new();
        let mut length = 0;
        let mut end = at;
        while end < window.len() && text.len() < TEXT_LIMIT && length < most {
            let decoded = match kind {
                StringKind::Utf32Le => utf32(window, end),
                StringKind::Utf16Le => utf16(window, end).filter(|(c, _)| !ascii || *c < 0x80),
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
            } else if let Some(c) = printable(c) {
                text.push(c);
            } else {
                break;
            }
            *blocks.entry(block::number(c)).or_default() += 1;
            length += 1;
        }
        Self { end: end.max(at + 1), length, kind, text, blocks }
    }

    /// Whether there is more ASCII than an even spread over the blocks met has room for: then what is not ASCII is no text.
    fn is_mostly_ascii(&self) -> bool {
        let ascii = self.blocks.get(&0).copied().unwrap_or(0);
        ascii > self.length / self.blocks.len().max(1)
    }
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

/// One character of UTF-8. Longer forms than needed are taken too, as the peer does.
fn utf8(window: &[u8], at: usize) -> Option<(u32, usize)> {
    let rest = window.get(at..)?;
    let first = u32::from(*rest.first()?);
    let (size, bits) = match first {
        0..=0x7f => (1, first),
        0xc0..=0xdf => (2, first & 0x1f),
        0xe0..=0xef => (3, first & 0x0f),
        0xf0..=0xf7 => (4, first & 0x07),
        _ => return None,
    };
    let value = rest
        .get(1..size)?
        .iter()
        .try_fold(bits, |value, byte| (byte & 0xc0 == 0x80).then_some(value << 6 | u32::from(byte & 0x3f)))?;
    Some((value, size))
}

fn utf16(window: &[u8], at: usize) -> Option<(u32, usize)> {
    let unit =
        |at: usize| Some(u32::from(u16::from_le_bytes(window.get(at..at.checked_add(2)?)?.try_into().ok()?)));
    let first = unit(at)?;
    match (first, unit(at + 2)) {
        (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) => {
            Some((0x1_0000 + ((first & 0x3ff) << 10 | second & 0x3ff), 4))
        }
        _ => Some((first, 2)),
    }
}

fn utf32(window: &[u8], at: usize) -> Option<(u32, usize)> {
    let unit: [u8; 4] = window.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some((u32::from_le_bytes(unit), 4))
}

/// The letter a control character, or the backslash, is written as behind a backslash.
fn escape(c: u32) -> Option<char> {
    Some(match char::from_u32(c)? {
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

/// The character, if it is shown as it is: assigned, and neither control nor format.
fn printable(c: u32) -> Option<char> {
    let c = char::from_u32(c).filter(|c| *c < BEYOND_TEXT)?;
    let shown = if c.is_ascii() {
        (' '..='~').contains(&c)
    } else {
        // Behind another character, so that one that combines with it counts as shown.
        format!("a{c}").escape_debug().count() == 2
    };
    shown.then_some(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn the_short_way_comes_to_the_same(
            bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(b'a'), Just(b'\\'), Just(0xc3), any::<u8>()], 1..64),
            max in 0usize..8,
        ) {
            let options = Options { string_max: max, ..Options::default() };
            let found = |plain: bool| {
                let (mut at, mut all) = (0, Vec::new());
                while at < bytes.len() {
                    let step = if plain { next(&bytes, at, 0, &options) } else { attempt(&bytes, at, 0, &options) };
                    all.extend(step.found.map(|found| (found.start, found.length, found.size, found.kind, found.text)));
                    at = step.at;
                }
                all
            };
            prop_assert_eq!(found(true), found(false));
        }
    }

    #[test]
    fn short_runs_are_not_strings() {
        assert!(first(b"abc\0de\0\x01\x02").is_none());
    }
}
