//! Words and marks of C text; comments and most lines of the preprocessor are passed over.

use crate::error::{Error, Result};
use crate::render::printable;

/// Most words of one text.
const TOKENS: usize = 1 << 20;

/// A word or mark, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    Number(i64),
    /// A text in quotes; what is in it does not matter here.
    Text,
    Mark(&'static str),
}

/// Marks, longer ones first.
const MARKS: &[&str] = &[
    "...", "<<=", ">>=", "<<", ">>", "->", "++", "--", "&&", "||", "==", "!=", "<=", ">=", "+=", "-=", "*=",
    "/=", "{", "}", "(", ")", "[", "]", ";", ",", ":", "*", "=", "+", "-", "/", "%", "&", "|", "^", "~", "!",
    "<", ">", "?", ".",
];

/// Numbers by the names that `#define` gives them.
type Defines = Vec<(String, i64)>;

/// The tokens of a text, and the numbers that `#define` names.
///
/// # Errors
/// A character that begins no token, a quote or comment without its end, or too many tokens.
pub(super) fn tokens(text: &str) -> Result<(Vec<Token>, Defines)> {
    let mut lexer = Lexer { rest: text, line: 1, begins_line: true };
    let (mut tokens, mut defines) = (Vec::new(), Vec::new());
    loop {
        lexer.skip_blanks()?;
        if lexer.rest.is_empty() {
            return Ok((tokens, defines));
        }
        if lexer.begins_line && lexer.rest.starts_with('#') {
            defines.extend(lexer.directive());
            continue;
        }
        lexer.begins_line = false;
        if tokens.len() >= TOKENS {
            return Err(Error::Limit { what: "the number of words of C", limit: TOKENS.to_string() });
        }
        let line = lexer.line;
        tokens.push(Token { kind: lexer.token()?, line });
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    begins_line: bool,
}

impl<'a> Lexer<'a> {
    fn advance(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.begins_line |= taken.contains('\n');
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) -> Result<()> {
        loop {
            let blanks = self.rest.len() - self.rest.trim_start().len();
            self.advance(blanks);
            if self.rest.starts_with("//") {
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                let end = self.rest.find("*/").ok_or_else(|| at(self.line, "the comment is never closed"))?;
                self.advance(end + 2);
            } else if blanks == 0 {
                return Ok(());
            }
        }
    }

    /// A line of the preprocessor, with those it goes on in; the number that it defines, if it does.
    fn directive(&mut self) -> Option<(String, i64)> {
        let mut end = 0;
        for line in self.rest.split_inclusive('\n') {
            end += line.len();
            if !line.trim_end().ends_with('\\') {
                break;
            }
        }
        // A comment that begins in it may end further on.
        if let Some(open) = self.rest[..end].rfind("/*").filter(|open| !self.rest[*open..end].contains("*/"))
        {
            end = self.rest[open..].find("*/").map_or(self.rest.len(), |close| open + close + 2);
        }
        let line = self.advance(end);
        self.begins_line = true;
        let line = line.split("/*").next().unwrap_or_default().split("//").next().unwrap_or_default();
        let line = line.replace("\\\n", " ");
        let line = line.trim_start_matches('#').trim_start().strip_prefix("define")?;
        let mut words = line.split_whitespace();
        let (name, value) = (words.next()?, words.next()?);
        let value = number(value.trim_matches(['(', ')'])).filter(|_| words.next().is_none())?;
        is_word(name).then(|| (name.to_owned(), value))
    }

    fn token(&mut self) -> Result<Kind> {
        let first = self.rest.chars().next().unwrap_or(' ');
        if first.is_ascii_digit() {
            let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_');
            let (line, text) = (self.line, self.advance(end.unwrap_or(self.rest.len())));
            return number(text)
                .map(Kind::Number)
                .ok_or_else(|| at(line, &format!("'{}' is no whole number", printable(text))));
        }
        if first == '_' || first.is_alphabetic() {
            let end = self.rest.find(|c: char| c != '_' && !c.is_alphanumeric());
            return Ok(Kind::Word(self.advance(end.unwrap_or(self.rest.len())).to_owned()));
        }
        if first == '"' || first == '\'' {
            return self.quoted(first);
        }
        match MARKS.iter().find(|mark| self.rest.starts_with(**mark)) {
            Some(mark) => {
                self.advance(mark.len());
                Ok(Kind::Mark(mark))
            }
            None => Err(at(self.line, &format!("'{}' is nothing of C", printable(&first.to_string())))),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Kind> {
        let line = self.line;
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        let (end, _) = end.ok_or_else(|| at(line, "the quote is never closed"))?;
        let text = self.advance(end + 1);
        if quote == '"' {
            return Ok(Kind::Text);
        }
        let inner = crate::lang::unescape(&text[1..end], crate::lang::Unknown::Keep);
        match inner[..] {
            [byte] => Ok(Kind::Number(i64::from(byte))),
            _ => Err(at(line, "one character stands between single quotes")),
        }
    }
}

/// A whole number of C, with its suffixes.
fn number(text: &str) -> Option<i64> {
    let text = text.trim_end_matches(['u', 'U', 'l', 'L']);
    let (digits, base) = match text {
        hex if hex.starts_with("0x") || hex.starts_with("0X") => (&hex[2..], 16),
        binary if binary.starts_with("0b") || binary.starts_with("0B") => (&binary[2..], 2),
        octal if octal.len() > 1 && octal.starts_with('0') => (&octal[1..], 8),
        decimal => (decimal, 10),
    };
    u64::from_str_radix(digits, base).ok().map(u64::cast_signed)
}

fn is_word(text: &str) -> bool {
    text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// An error of a line.
pub(super) fn at(line: usize, what: &str) -> Error {
    Error::failed(format!("line {line}: {what}"))
}
