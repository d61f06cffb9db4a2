//! Keys out of the bytes that a terminal sends. Knows no device and no clock.

use std::collections::VecDeque;

/// A key, or what was pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A character.
    Char(char),
    /// A character with the control key: `Ctrl('c')`.
    Ctrl(char),
    /// A character with the meta key, or behind Escape.
    Meta(char),
    /// A character of a paste, which is never a command to the editor.
    Pasted(char),
    Enter,
    Tab,
    Backspace,
    Delete,
    Escape,
    Up,
    Down,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    PageUp,
    PageDown,
    /// One that nothing is bound to.
    Other,
}

/// Longest sequence of one key, bytes.
const SEQUENCE: usize = 32;

/// Puts keys together.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    held: Vec<u8>,
    keys: VecDeque<Key>,
    is_paste: bool,
}

impl Decoder {
    /// Takes a byte.
    pub(crate) fn push(&mut self, byte: u8) {
        self.held.push(byte);
        let held = std::mem::take(&mut self.held);
        let key = match held[..] {
            // What may be the beginning of more.
            [0x1b] | [0x1b, b'[' | b'O'] | [0x1b, 0x1b] | [0x1b, b'[', b'['] => {
                self.held = held;
                return;
            }
            [0x1b, b'[', .., last] if !(0x40..=0x7e).contains(&last) && held.len() < SEQUENCE => {
                self.held = held;
                return;
            }
            [0x1b, b'[', ref body @ .., last] => self.sequence(body, last),
            [0x1b, b'O', last] => Some(cursor(last, false)),
            [0x1b, 0x1b, last] => {
                // Escape, and then another key, or one with the meta key twice.
                self.held = vec![0x1b];
                return self.push(last);
            }
            [0x1b, ref rest @ ..] => match character(rest) {
                Some(it) => Some(meta(it)),
                None => {
                    self.held = held;
                    return;
                }
            },
            ref bytes => match character(bytes) {
                Some(it) if self.is_paste => Some(Key::Pasted(if it == '\r' { '\n' } else { it })),
                Some(it) => Some(plain(it)),
                None => {
                    self.held = held;
                    return;
                }
            },
        };
        self.keys.extend(key);
        // A character that broke off ends where another begins.
        if let [0x80..=0xff, .., last @ 0..=0x7f] = held[..] {
            self.push(last);
        }
    }

    /// The next key that is whole.
    pub(crate) fn next(&mut self) -> Option<Key> {
        self.keys.pop_front()
    }

    /// Whether it waits for the rest of a key.
    pub(crate) fn is_inside(&self) -> bool {
        !self.held.is_empty()
    }

    /// Nothing more comes: an escape character was the key of that name.
    pub(crate) fn flush(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.keys.extend(match held[..] {
            [] => None,
            [0x1b, it] if it != 0x1b => Some(meta(char::from(it))),
            [0x1b, ..] => Some(Key::Escape),
            _ => Some(Key::Char(char::REPLACEMENT_CHARACTER)),
        });
    }

    fn sequence(&mut self, body: &[u8], last: u8) -> Option<Key> {
        let body = std::str::from_utf8(body).unwrap_or_default();
        let mut numbers = body.split(';').map(|number| number.parse::<u16>().unwrap_or(0));
        let (first, modifier) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(1));
        // Control or meta, whatever else.
        let is_word = modifier.saturating_sub(1) & 0b110 != 0;
        Some(match (last, first) {
            (b'~', 200) => {
                self.is_paste = true;
                return None;
            }
            (b'~', 201) => {
                self.is_paste = false;
                return None;
            }
            (b'~', 1 | 7) => Key::Home,
            (b'~', 4 | 8) => Key::End,
            (b'~', 3) => Key::Delete,
            (b'~', 5) => Key::PageUp,
            (b'~', 6) => Key::PageDown,
            (last, _) => cursor(last, is_word),
        })
    }
}

fn cursor(last: u8, is_word: bool) -> Key {
    match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' if is_word => Key::WordRight,
        b'D' if is_word => Key::WordLeft,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'M' => Key::Enter,
        _ => Key::Other,
    }
}

/// A character of UTF-8: `None` while it is not whole. What is none is the replacement character.
fn character(bytes: &[u8]) -> Option<char> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().next(),
        Err(error) if error.error_len().is_none() => None,
        Err(_) => Some(char::REPLACEMENT_CHARACTER),
    }
}

fn plain(it: char) -> Key {
    match it {
        '\r' | '\n' => Key::Enter,
        '\t' => Key::Tab,
        '\x08' | '\x7f' => Key::Backspace,
        '\0' => Key::Other,
        '\x01'..='\x1a' => Key::Ctrl(char::from(it as u8 + 0x60)),
        '\x1b'..='\x1f' => Key::Ctrl(char::from(it as u8 + 0x40)),
        it => Key::Char(it),
    }
}

fn meta(it: char) -> Key {
    match it {
        '\x08' | '\x7f' => Key::Meta('\x7f'),
        // A meta key that nobody has: Escape, and then the key.
        it if it.is_control() => plain(it),
        it => Key::Meta(it),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut decoder = Decoder::default();
        bytes.iter().for_each(|&byte| decoder.push(byte));
        decoder.flush();
        std::iter::from_fn(|| decoder.next()).collect()
    }

    #[test]
    fn bytes_are_the_keys_that_they_stand_for() {
        let wanted: &[(&[u8], &[Key])] = &[
            (b"a\xc3\xa9\r", &[Key::Char('a'), Key::Char('\u{e9}'), Key::Enter]),
            (
                b"\x03\x1f\n\x7f\x08",
                &[Key::Ctrl('c'), Key::Ctrl('_'), Key::Enter, Key::Backspace, Key::Backspace],
            ),
            (b"\x1b[A\x1bOB\x1b[1;5C\x1b[3~", &[Key::Up, Key::Down, Key::WordRight, Key::Delete]),
            (b"\x1bb\x1b", &[Key::Meta('b'), Key::Escape]),
            (b"\x1b\x1b[A", &[Key::Up]),
            (
                b"\x1b[200~a\tb\rc\x03\x1b[201~\t",
                &[
                    Key::Pasted('a'),
                    Key::Pasted('\t'),
                    Key::Pasted('b'),
                    Key::Pasted('\n'),
                    Key::Pasted('c'),
                    Key::Pasted('\x03'),
                    Key::Tab,
                ],
            ),
            (b"\xff\xc3x", &[Key::Char('\u{fffd}'), Key::Char('\u{fffd}'), Key::Char('x')]),
            (
                b"\x1b[1;2;3;4;5;6;7;8;9;1;2;3;4;5;6;7;8",
                &[Key::Other, Key::Char('7'), Key::Char(';'), Key::Char('8')],
            ),
        ];
        for (bytes, wanted) in wanted {
            assert_eq!(keys(bytes), *wanted, "{}", bytes.escape_ascii());
        }
    }
}
