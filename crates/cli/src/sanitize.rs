//! What may reach a terminal: text and colours. Anything else that would steer it is shown.

use std::io::{self, Write};

use farad_shell::render::is_deceptive;

/// How far into something the text is that may turn out to steer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind an escape character.
    Escape,
    /// Inside `ESC [ …`: the bytes so far are kept, for it may turn out a colour.
    Sequence,
    /// Inside a character of UTF-8 of so many bytes: those so far are kept.
    Letter(usize),
    /// Behind a carriage return, which ends a line together with a newline and overwrites it alone.
    Return,
}

/// Longest colour sequence passed on, in bytes.
const SEQUENCE: usize = 64;

/// Makes a stream of bytes safe for a terminal, whatever pieces it comes in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sanitizer {
    state: State,
    held: Vec<u8>,
}

impl Sanitizer {
    /// Appends to `safe` what of `bytes` can be shown now.
    pub(crate) fn push(&mut self, bytes: &[u8], safe: &mut Vec<u8>) {
        for &byte in bytes {
            match self.state {
                State::Text => self.text(byte, safe),
                State::Escape if byte == b'[' => {
                    self.held.extend_from_slice(b"\x1b[");
                    self.state = State::Sequence;
                }
                State::Escape => {
                    safe.extend_from_slice(b"^[");
                    self.state = State::Text;
                    self.text(byte, safe);
                }
                State::Sequence => self.sequence(byte, safe),
                State::Letter(len) => self.letter(len, byte, safe),
                State::Return => {
                    if byte != b'\n' {
                        safe.extend_from_slice(b"^M");
                    }
                    self.state = State::Text;
                    self.text(byte, safe);
                }
            }
        }
    }

    /// Shows what was held back, at the end of the stream.
    pub(crate) fn finish(&mut self, safe: &mut Vec<u8>) {
        match self.state {
            State::Escape => safe.extend_from_slice(b"^["),
            State::Sequence => self.show_held(safe),
            State::Letter(_) => self.show_strays(safe),
            State::Return => safe.extend_from_slice(b"^M"),
            State::Text => {}
        }
        self.state = State::Text;
        self.held.clear();
    }

    fn text(&mut self, byte: u8, safe: &mut Vec<u8>) {
        match byte {
            0x1b => self.state = State::Escape,
            b'\r' => self.state = State::Return,
            b'\n' | b'\t' => safe.push(byte),
            0..=0x1f => safe.extend_from_slice(&[b'^', byte + 0x40]),
            0x7f => safe.extend_from_slice(b"^?"),
            0xc2..=0xf4 => {
                self.held.push(byte);
                self.state = State::Letter(match byte {
                    0xc2..=0xdf => 2,
                    0xe0..=0xef => 3,
                    _ => 4,
                });
            }
            _ => stray(byte, safe),
        }
    }

    /// One more byte of a character of UTF-8, where it is one.
    fn letter(&mut self, len: usize, byte: u8, safe: &mut Vec<u8>) {
        if !matches!(byte, 0x80..=0xbf) {
            self.show_strays(safe);
            return self.text(byte, safe);
        }
        self.held.push(byte);
        if self.held.len() < len {
            return;
        }
        match str::from_utf8(&self.held).ok().and_then(|text| text.chars().next()) {
            Some(letter @ '\u{80}'..='\u{9f}') => {
                safe.extend_from_slice(format!("\\x{:02x}", u32::from(letter)).as_bytes());
            }
            Some(letter) if is_deceptive(letter) => {
                safe.extend_from_slice(letter.escape_unicode().to_string().as_bytes());
            }
            Some(_) => safe.extend_from_slice(&self.held),
            None => return self.show_strays(safe),
        }
        self.held.clear();
        self.state = State::Text;
    }

    /// What was taken for a character is none.
    fn show_strays(&mut self, safe: &mut Vec<u8>) {
        self.held.drain(..).for_each(|byte| stray(byte, safe));
        self.state = State::Text;
    }

    fn sequence(&mut self, byte: u8, safe: &mut Vec<u8>) {
        self.held.push(byte);
        match byte {
            b'0'..=b'9' | b';' | b':' if self.held.len() < SEQUENCE => return,
            b'm' => safe.extend_from_slice(&self.held),
            _ => {
                self.held.pop();
                self.show_held(safe);
                self.held.clear();
                self.state = State::Text;
                return self.text(byte, safe);
            }
        }
        self.held.clear();
        self.state = State::Text;
    }

    fn show_held(&self, safe: &mut Vec<u8>) {
        safe.extend_from_slice(b"^[");
        safe.extend_from_slice(&self.held[1..]);
    }
}

/// A byte that is part of no character. A terminal of eight bits obeys some of them.
fn stray(byte: u8, safe: &mut Vec<u8>) {
    match byte {
        0x80..=0x9f => safe.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        _ => safe.push(byte),
    }
}

/// A writer to which only safe text gets, each call on its own.
pub(crate) struct Safe<W>(pub(crate) W);

impl<W: Write> Write for Safe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (mut sanitizer, mut safe) = (Sanitizer::default(), Vec::new());
        sanitizer.push(bytes, &mut safe);
        sanitizer.finish(&mut safe);
        self.0.write_all(&safe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A line made safe.
pub(crate) fn line(text: &str) -> String {
    let (mut sanitizer, mut safe) = (Sanitizer::default(), Vec::new());
    sanitizer.push(text.as_bytes(), &mut safe);
    sanitizer.finish(&mut safe);
    String::from_utf8_lossy(&safe).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn colours_pass_and_nothing_else_steers() {
        assert_eq!(line("a\x1b[1;31mb\x1b[0m\tc"), "a\x1b[1;31mb\x1b[0m\tc");
        for (hostile, shown) in [
            ("\x1b]0;title\x07", "^[]0;title^G"),
            ("\x1b[2J", "^[[2J"),
            ("\x1b[?1049h", "^[[?1049h"),
            ("a\x08b", "a^Hb"),
            ("\u{9b}31m", "\\x9b31m"),
            ("é", "é"),
            ("\x1b", "^["),
            ("\x1b\x1b[31m", "^[\x1b[31m"),
            ("safe\rEVIL", "safe^MEVIL"),
            ("line\r\nnext\r\r\n\r", "line\nnext^M\n^M"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e", "a\\u{202e}b\\u{2066}c\\u{200f}d\\u{61c}e"),
            ("a\u{200b}b\u{200d}c\u{2060}d\u{feff}e", "a\\u{200b}b\\u{200d}c\\u{2060}d\\u{feff}e"),
            ("Ünï € 漢字 עברית 😀 ❤\u{fe0f}", "Ünï € 漢字 עברית 😀 ❤\u{fe0f}"),
        ] {
            assert_eq!(line(hostile), shown);
        }
    }

    #[test]
    fn stray_bytes_are_no_controls_and_break_no_text() {
        for (hostile, shown) in [
            (&b"a\x9b5n"[..], &b"a\\x9b5n"[..]),
            (b"\x90\x9d\x80", b"\\x90\\x9d\\x80"),
            // Cut, overlong, and a surrogate.
            (b"\xe2\x80x", b"\xe2\\x80x"),
            (b"\xc1\x9bx", b"\xc1\\x9bx"),
            (b"\xe0\x82\x9b", b"\xe0\\x82\\x9b"),
            (b"\xed\xa0\x80", b"\xed\xa0\\x80"),
            (b"\xe2\x80\xc3\xa9\xc2\x9b", b"\xe2\\x80\xc3\xa9\\x9b"),
            (b"\xf0\x9f", b"\xf0\\x9f"),
            (b"\xff\xa0", b"\xff\xa0"),
        ] {
            let mut safe = Safe(Vec::new());
            safe.write_all(hostile).unwrap();
            assert_eq!(safe.0, shown, "{}", hostile.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn however_it_is_cut_no_control_gets_through(pieces in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0x1b), Just(b'['), Just(b'm'), Just(0xc2), Just(0xe2), Just(0x80), Just(0x9b), Just(b'\r'), Just(b'\n'), Just(b'1'), any::<u8>()], 0..8), 0..12)) {
            let (mut sanitizer, mut cut) = (Sanitizer::default(), Vec::new());
            for piece in &pieces {
                sanitizer.push(piece, &mut cut);
            }
            sanitizer.finish(&mut cut);
            let (mut sanitizer, mut whole) = (Sanitizer::default(), Vec::new());
            sanitizer.push(&pieces.concat(), &mut whole);
            sanitizer.finish(&mut whole);
            prop_assert_eq!(&cut, &whole);
            let text = String::from_utf8_lossy(&whole);
            let steers = text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}') || is_deceptive(c));
            prop_assert!(!steers);
            let mut rest = whole.as_slice();
            while let Some(at) = rest.iter().position(|&b| b < 0x20 && !b"\n\t".contains(&b)) {
                prop_assert_eq!(rest[at], 0x1b);
                let end = rest[at..].iter().position(|&b| b == b'm').unwrap();
                prop_assert!(rest[at + 2..at + end].iter().all(|b| b"0123456789;:".contains(b)));
                rest = &rest[at + end..];
            }
        }
    }
}
