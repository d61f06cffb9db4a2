//! The parser's frame: scripts, statements, and the quotes and counts in front of a statement.
//!
//! Owns the grammar from the line down to a statement; what a statement runs is in `body`, what
//! stands behind it in `suffix`, the scanning of text in `text`. Must not know any command: the one
//! thing it needs of them, whether one keeps `@` for somebody else, a [`Dialect`] tells it.

use std::ops::Range;

use super::fault::{MAX_DEPTH, ParseError, ParseFault};
use super::text::CAPTURE;
use super::tree::{Body, Link, Script, Statement, Temp, Text};

/// What the parser must know of the commands it parses.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    /// Whether `@…` in this command (its text from its first letter on) belongs to somebody else,
    /// as in `=0 px 4 @ 0x10`, where the far end seeks. The other special characters still act here.
    pub keeps_temps: fn(&str) -> bool,
}

impl Default for Dialect {
    /// No command keeps its `@…`.
    fn default() -> Self {
        Self { keeps_temps: |_| false }
    }
}

/// A fault at a byte offset, before the column is known.
pub(super) type Fault = (usize, ParseFault);

/// Parses a line, or several.
///
/// # Errors
/// Where the text does not parse. No part of it is then to be run.
pub fn parse(line: &str, dialect: &Dialect) -> Result<Script, ParseError> {
    let mut parser = Parser::new(line, dialect);
    parser.script(None).map_err(|(position, fault)| {
        let position = position.min(line.len());
        let column = line.char_indices().take_while(|&(at, _)| at < position).count() + 1;
        ParseError { position, column, fault }
    })
}

/// A place in a text being parsed.
pub(super) struct Parser<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    pub(super) dialect: &'a Dialect,
    /// What ends the script at hand beside the end of the text: a backtick or a parenthesis.
    pub(super) close: Option<u8>,
    /// Set for quoted commands, where no character is special: their place in the line.
    pub(super) raw: Option<Range<usize>>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, dialect: &'a Dialect) -> Self {
        Self { source, at: 0, dialect, close: None, raw: None, depth: 0 }
    }

    /// Statements up to `close`, which is left unread, or to the end of the text.
    pub(super) fn script(&mut self, close: Option<u8>) -> Result<Script, Fault> {
        let outer = std::mem::replace(&mut self.close, close);
        let mut statements = Vec::new();
        let mut link = Link::Always;
        loop {
            if link == Link::Always {
                self.skip_separators();
                if self.at_close() {
                    break;
                }
            }
            let is_quoted = self.raw.is_none() && self.peek() == Some(b'"');
            let statement = Statement { link, ..self.statement()? };
            let next = self.link();
            // What && and || stand between, and what hangs on them, is a command.
            if statement.is_empty() && (link != Link::Always || next.is_some()) {
                return Err(
                    self.fault(self.at, ParseFault::Expected("a command on either side of && and ||"))
                );
            }
            if !statement.is_empty() {
                statements.push(statement);
            }
            link = next.unwrap_or_default();
            match self.peek() {
                _ if next.is_some() => self.at += 2,
                Some(b';' | b'\n') => self.at += 1,
                // "cmd""cmd" are two.
                Some(b'"') if is_quoted => {}
                _ if self.at_close() => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.close = outer;
        Ok(Script { statements })
    }

    /// One statement up to its separator.
    pub(super) fn statement(&mut self) -> Result<Statement, Fault> {
        self.skip_blanks();
        let start = self.at;
        let mut statement = Statement {
            span: start..start,
            link: Link::Always,
            repeat: self.repeat()?,
            body: Body::Empty,
            temps: Vec::new(),
            each: None,
            grep: Vec::new(),
            form: None,
            sink: None,
            errors: None,
        };
        match self.peek() {
            _ if self.at_topic() > 0 => statement.body = self.topic(),
            _ if self.at_interpreter() => statement.body = self.interpreter()?,
            Some(b'"') if self.raw.is_none() => statement.body = self.quoted()?,
            Some(b'\'') if self.raw.is_none() => self.raw_line(&mut statement)?,
            _ => statement.body = self.nested(Self::body)?,
        }
        self.suffixes(&mut statement)?;
        self.skip_comment();
        statement.span = self.span_from(start);
        Ok(statement)
    }

    /// Whether a line for another interpreter begins here: `#!python`. What begins with `#!/` is the
    /// first line of a script, and a comment.
    fn at_interpreter(&self) -> bool {
        self.raw.is_none() && self.rest().starts_with("#!") && !self.rest().starts_with("#!/")
    }

    fn interpreter(&mut self) -> Result<Body, Fault> {
        self.at += 2;
        Ok(Body::Language(self.text(CAPTURE)?))
    }

    /// How many bytes ask for help on a part of the language that would act where it stands: `@?`,
    /// `?~?`.
    fn at_topic(&self) -> usize {
        const MARKS: [&str; 9] = ["@@@?", "@@?", "@?", "~?", ">?", "|?", "#!?", "!?", "&&?"];
        const NAMED: [&str; 3] = ["(?", "`?", ".?"];
        let rest = self.rest();
        let (behind, names) = match rest.strip_prefix('?') {
            Some(behind) => (behind, &NAMED[..]),
            None => (rest, &NAMED[..1]),
        };
        let Some(mark) = MARKS.iter().chain(names).find(|mark| behind.starts_with(**mark)) else { return 0 };
        let length = rest.len() - behind.len() + mark.len();
        let more = rest[length..].bytes().take_while(|byte| *byte == b'?').count();
        match rest.as_bytes().get(length + more) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b';' | b'~' | b'|' | b'>' | b'&') => length + more,
            here if here.copied() == self.close => length + more,
            _ => 0,
        }
    }

    fn topic(&mut self) -> Body {
        let length = self.at_topic();
        let asked = &self.rest()[..length];
        self.at += length;
        Body::Command(Text::literal(asked))
    }

    /// `3` in `3px 4`. A number that begins with 0 is an address to seek to.
    fn repeat(&mut self) -> Result<Option<u64>, Fault> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || self.peek() == Some(b'0') || self.at_error_redirect() {
            return Ok(None);
        }
        let start = self.at;
        let count = self.rest()[..digits].parse().map_err(|_| (start, ParseFault::Repeat))?;
        self.at += digits;
        self.skip_blanks();
        Ok(Some(count))
    }

    /// `"cmd"`: specials inside are plain, those behind act.
    fn quoted(&mut self) -> Result<Body, Fault> {
        let start = self.at;
        let mut inner = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        loop {
            match characters.next() {
                None => return Err(self.fault(start, ParseFault::Unclosed('"'))),
                Some((offset, '"')) => {
                    self.at += offset + 1;
                    break;
                }
                Some((_, '\\')) => match characters.next() {
                    Some((_, '"')) => inner.push('"'),
                    Some((_, other)) => inner.extend(['\\', other]),
                    None => inner.push('\\'),
                },
                Some((_, other)) => inner.push(other),
            }
        }
        let body = self.raw_body(&inner, start..self.at)?;
        self.skip_blanks();
        match self.peek() {
            None | Some(b';' | b'\n' | b'@' | b'~' | b'|' | b'>' | b'#' | b'"') => Ok(body),
            _ if self.at_close() || self.link().is_some() || self.at_error_redirect() => Ok(body),
            _ => Err(self.unexpected()),
        }
    }

    /// `'cmd`: the rest of the line as it is. `'0x20'cmd` and `'@flag'cmd` seek for it.
    fn raw_line(&mut self, statement: &mut Statement) -> Result<(), Fault> {
        let start = self.at;
        let rest = self.rest();
        let end = self.raw_end(rest);
        let line = &rest[1..end];
        let mut command = line;
        if line.starts_with(|first: char| first == '@' || first.is_ascii_digit())
            && let Some((address, behind)) = line.split_once('\'')
        {
            let address = address.strip_prefix('@').unwrap_or(address).trim();
            statement.temps.push(Temp::At(Text::literal(address)));
            command = behind;
        }
        self.at += end;
        statement.body = self.raw_body(command, start..self.at)?;
        Ok(())
    }

    /// Where a raw line ends: with the line, or with the substitution it is in.
    fn raw_end(&self, rest: &str) -> usize {
        let mut open = 0_usize;
        for (offset, here) in rest.bytes().enumerate() {
            match here {
                b'\n' => return offset,
                _ if Some(here) == self.close && (here == b'`' || open == 0) => return offset,
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        rest.len()
    }

    /// Parses the text of a quoted command, which stands at `span` in the line.
    fn raw_body(&mut self, text: &str, span: Range<usize>) -> Result<Body, Fault> {
        let mut inner = Parser {
            source: text,
            at: 0,
            dialect: self.dialect,
            close: None,
            raw: Some(span),
            depth: self.depth,
        };
        inner.skip_blanks();
        inner.nested(|inner| inner.body())
    }

    /// Runs a production one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        production: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(self.at, ParseFault::TooDeep));
        }
        self.depth += 1;
        let result = production(self);
        self.depth -= 1;
        result
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    /// Whether the script at hand ends here.
    pub(super) fn at_close(&self) -> bool {
        match self.peek() {
            None => true,
            here => here == self.close,
        }
    }

    /// Whether a statement ends here: no more of its text can follow.
    pub(super) fn at_end(&self) -> bool {
        self.at_separator() || self.link().is_some()
    }

    /// The same for what goes to a shell, which has its own `&&` and `||`.
    pub(super) fn at_separator(&self) -> bool {
        self.at_close() || (self.raw.is_none() && matches!(self.peek(), Some(b';' | b'\n')))
    }

    /// The `&&` or `||` that stands here.
    fn link(&self) -> Option<Link> {
        match self.rest().as_bytes() {
            _ if self.raw.is_some() => None,
            [b'&', b'&', ..] => Some(Link::And),
            [b'|', b'|', ..] => Some(Link::Or),
            _ => None,
        }
    }

    /// Whether `2>` stands here, as a word of its own.
    pub(super) fn at_error_redirect(&self) -> bool {
        self.raw.is_none()
            && self.rest().starts_with("2>")
            && (self.at == 0 || self.source[..self.at].ends_with([' ', '\t', ';', '\n', '&', '|', '"']))
    }

    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn skip_separators(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b';' | b'\n')) {
            self.at += 1;
        }
    }

    /// A comment runs to the end of the line, or of the substitution it is in.
    pub(super) fn skip_comment(&mut self) {
        self.skip_blanks();
        if self.raw.is_none() && self.peek() == Some(b'#') {
            while !self.at_close() && self.peek() != Some(b'\n') {
                self.at += 1;
            }
        }
    }

    pub(super) fn unexpected(&self) -> Fault {
        let found = self.rest().chars().next().unwrap_or('\n');
        self.fault(self.at, ParseFault::Unexpected(found))
    }

    /// A fault at an offset of this parser's text, placed in the line.
    pub(super) fn fault(&self, at: usize, fault: ParseFault) -> Fault {
        (self.raw.as_ref().map_or(at, |span| span.start), fault)
    }

    pub(super) fn span_from(&self, start: usize) -> Range<usize> {
        self.raw.clone().unwrap_or(start..self.at)
    }
}

impl Statement {
    /// Whether running it would do nothing.
    fn is_empty(&self) -> bool {
        self.body == Body::Empty
            && self.temps.is_empty()
            && self.each.is_none()
            && self.grep.is_empty()
            && self.form.is_none()
            && self.sink.is_none()
            && self.errors.is_none()
    }
}

#[cfg(test)]
mod tests;
