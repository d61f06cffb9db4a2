//! What may reach a terminal: text and colours. Anything else that would steer it is shown.

/// How far into a control sequence the text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind an escape character.
    Escape,
    /// Inside `ESC [ …`: the bytes so far are kept, for it may turn out a colour.
    Sequence,
    /// Behind the first byte of a two-byte C1 control character (`C2 80` to `C2 9F`).
    Latin,
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
                State::Latin => {
                    self.state = State::Text;
                    match byte {
                        0x80..=0x9f => safe.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
                        _ => {
                            safe.push(0xc2);
                            self.text(byte, safe);
                        }
                    }
                }
            }
        }
    }

    /// Shows what was held back, at the end of the stream.
    pub(crate) fn finish(&mut self, safe: &mut Vec<u8>) {
        match self.state {
            State::Escape => safe.extend_from_slice(b"^["),
            State::Sequence => self.show_held(safe),
            State::Latin => safe.push(0xc2),
            State::Text => {}
        }
        self.state = State::Text;
        self.held.clear();
    }

    fn text(&mut self, byte: u8, safe: &mut Vec<u8>) {
        match byte {
            0x1b => self.state = State::Escape,
            0xc2 => self.state = State::Latin,
            b'\n' | b'\t' | b'\r' => safe.push(byte),
            0..=0x1f => safe.extend_from_slice(&[b'^', byte + 0x40]),
            0x7f => safe.extend_from_slice(b"^?"),
            _ => safe.push(byte),
        }
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
        ] {
            assert_eq!(line(hostile), shown);
        }
    }

    proptest! {
        #[test]
        fn however_it_is_cut_no_control_gets_through(pieces in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0x1b), Just(b'['), Just(b'm'), Just(0xc2), Just(b'1'), any::<u8>()], 0..8), 0..12)) {
            let (mut sanitizer, mut cut) = (Sanitizer::default(), Vec::new());
            for piece in &pieces {
                sanitizer.push(piece, &mut cut);
            }
            sanitizer.finish(&mut cut);
            let (mut sanitizer, mut whole) = (Sanitizer::default(), Vec::new());
            sanitizer.push(&pieces.concat(), &mut whole);
            sanitizer.finish(&mut whole);
            prop_assert_eq!(&cut, &whole);
            let mut rest = whole.as_slice();
            while let Some(at) = rest.iter().position(|&b| b < 0x20 && !b"\n\t\r".contains(&b)) {
                prop_assert_eq!(rest[at], 0x1b);
                let end = rest[at..].iter().position(|&b| b == b'm').unwrap();
                prop_assert!(rest[at + 2..at + end].iter().all(|b| b"0123456789;:".contains(b)));
                rest = &rest[at + end..];
            }
        }
    }
}
