//! Scanning of text: where a run of ordinary characters ends, and what quotes, backslashes and
//! substitutions in it mean.
//!
//! Must not know what the text is for; the caller says by a [`Reading`] which characters end it.

use super::fault::ParseFault;
use super::parse::{Fault, Parser};
use super::tree::{Piece, Text};

/// How to read a run of text. `;`, line ends and the end of the script always end it.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// Further characters that end it.
    pub stops: &'static [u8],
    /// A character that ends it when no parenthesis is open.
    pub until: Option<u8>,
    /// Whether it goes to a shell, which resolves backslashes, comments and `$( )` by itself.
    pub shell: bool,
}

/// Everything that may follow a command acts.
pub(super) const COMMAND: Reading = Reading { stops: b"@~|>", until: None, shell: false };
/// The same for a command whose `@` is for somebody else.
pub(super) const FOREIGN: Reading = Reading { stops: b"~|>", ..COMMAND };
/// A program's command line, on the terminal.
pub(super) const SHELL: Reading = Reading { stops: b"", shell: true, ..COMMAND };
/// The same with its output captured, so that filters act.
pub(super) const CAPTURE: Reading = Reading { stops: b"~", ..SHELL };
/// The name of a file to write to; another redirection may follow.
pub(super) const PATH: Reading = Reading { stops: b">", ..COMMAND };

/// Collects pieces, keeping literals together.
#[derive(Default)]
struct Builder {
    pieces: Vec<Piece>,
    literal: String,
    /// Bytes of `literal` that trimming must leave: they were escaped or quoted.
    kept: usize,
}

impl Builder {
    fn keep(&mut self, text: &str) {
        self.literal.push_str(text);
        self.kept = self.literal.len();
    }

    fn substitute(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
        self.kept = 0;
    }

    fn finish(mut self) -> Text {
        let trimmed = self.literal.trim_end_matches([' ', '\t', '\r']).len();
        self.literal.truncate(trimmed.max(self.kept));
        self.flush();
        Text { pieces: self.pieces }
    }
}

impl Parser<'_> {
    /// Reads text up to what ends it, less the blanks around it.
    pub(super) fn text(&mut self, reading: Reading) -> Result<Text, Fault> {
        self.skip_blanks();
        let mut text = Builder::default();
        let mut parentheses = 0_usize;
        while let Some(here) = self.peek() {
            let inside = parentheses > 0 && (here == b')' || (here == b';' && reading.shell));
            let ends = if reading.shell { self.at_separator() } else { self.at_end() };
            if !inside && (ends || self.stops_at(here, reading)) {
                break;
            }
            match here {
                _ if self.raw.is_some() => self.literal(&mut text),
                b'\\' => self.escape(&mut text, reading),
                b'"' => self.double_quote(&mut text, reading)?,
                b'\'' if reading.shell || self.opens_single_quote() => self.single_quote(&mut text)?,
                b'`' => self.substitution(&mut text, 1, b'`')?,
                b'$' if !reading.shell && self.rest().starts_with("$(") => {
                    self.substitution(&mut text, 2, b')')?
                }
                b'(' if reading.shell || reading.until.is_some() || self.close == Some(b')') => {
                    parentheses += 1;
                    self.literal(&mut text);
                }
                b')' => {
                    parentheses = parentheses.saturating_sub(1);
                    self.literal(&mut text);
                }
                _ => self.literal(&mut text),
            }
        }
        Ok(text.finish())
    }

    fn stops_at(&self, here: u8, reading: Reading) -> bool {
        if reading.until == Some(here) {
            return true;
        }
        if self.raw.is_some() {
            return false;
        }
        reading.stops.contains(&here)
            || (reading.stops.contains(&b'>') && self.at_error_redirect())
            || (here == b'#' && !reading.shell && self.begins_word())
    }

    /// Whether a blank, or nothing, is just before.
    fn begins_word(&self) -> bool {
        self.source[..self.at].ends_with([' ', '\t', '\n', ';']) || self.at == 0
    }

    /// An apostrophe inside a word is itself: `it's`.
    fn opens_single_quote(&self) -> bool {
        !self.source[..self.at].ends_with(|before: char| before.is_alphanumeric())
    }

    /// One character as it is.
    fn literal(&mut self, text: &mut Builder) {
        if let Some(here) = self.rest().chars().next() {
            text.literal.push(here);
            self.at += here.len_utf8();
        }
    }

    /// A backslash takes the meaning from the next character, and goes away if it had one here.
    fn escape(&mut self, text: &mut Builder, reading: Reading) {
        let rest = self.rest();
        let Some(next) = rest[1..].chars().next() else {
            return self.literal(text);
        };
        let length = if rest[1..].starts_with("&&") { 2 } else { next.len_utf8() };
        let whole = &rest[..1 + length];
        let special = matches!(next, ';' | '~' | '|' | '>' | '#' | '`')
            || rest[1..].starts_with("$(")
            || rest[1..].starts_with("&&")
            || (next == '@' && reading.stops.contains(&b'@'));
        text.keep(if special && !reading.shell { &whole[1..] } else { whole });
        self.at += whole.len();
    }

    fn single_quote(&mut self, text: &mut Builder) -> Result<(), Fault> {
        let rest = self.rest();
        let inner = rest[1..].find('\'').ok_or_else(|| self.fault(self.at, ParseFault::Unclosed('\'')))?;
        let whole = &rest[..inner + 2];
        text.keep(whole);
        self.at += whole.len();
        Ok(())
    }

    /// In double quotes only substitutions and the closing quote are special.
    fn double_quote(&mut self, text: &mut Builder, reading: Reading) -> Result<(), Fault> {
        let open = self.at;
        self.at += 1;
        text.keep("\"");
        loop {
            let rest = self.rest();
            match self.peek() {
                None => return Err(self.fault(open, ParseFault::Unclosed('"'))),
                Some(b'"') => break,
                Some(b'`') if self.close != Some(b'`') => self.substitution(text, 1, b'`')?,
                Some(b'$') if !reading.shell && rest.starts_with("$(") => self.substitution(text, 2, b')')?,
                Some(b'\\') => {
                    let next = rest[1..].chars().next().map_or(0, char::len_utf8);
                    text.keep(&rest[..1 + next]);
                    self.at += 1 + next;
                }
                Some(_) => self.literal(text),
            }
        }
        self.at += 1;
        text.keep("\"");
        Ok(())
    }

    /// A script in backticks or `$( )`; `opening` bytes open it.
    fn substitution(&mut self, text: &mut Builder, opening: usize, close: u8) -> Result<(), Fault> {
        let open = self.at;
        self.at += opening;
        let script = self.nested(|parser| parser.script(Some(close)))?;
        if self.peek() != Some(close) {
            let shown = if close == b'`' { '`' } else { '(' };
            return Err(self.fault(open, ParseFault::Unclosed(shown)));
        }
        self.at += 1;
        text.substitute(Piece::Substitute(script));
        Ok(())
    }
}
