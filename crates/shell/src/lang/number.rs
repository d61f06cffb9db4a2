//! Number expressions.
//!
//! Owns literals, operators and their order. Must not know sessions: flags, registers, `$`
//! variables and memory come through [`Names`].
//!
//! As in radare2, `* / %` bind tighter and everything else goes from left to right:
//! `1+1<<2` is 8. All arithmetic is unsigned, 64 bits wide, and wraps.

use thiserror::Error;

mod literal;

/// How deep parentheses, brackets and signs may nest.
pub const MAX_DEPTH: usize = 64;

/// What names in an expression stand for.
pub trait Names {
    /// The value of a flag, symbol or register.
    fn lookup(&mut self, name: &str) -> Option<u64>;

    /// The value of a variable, named without the leading `$`: `$` for `$$`, `b`, `s`, `?`, …,
    /// `r:name` for the register of `$r:name`, `{name}` for the setting of `${name}`, `s{name}` for
    /// what a variable tells of something.
    fn variable(&mut self, name: &str) -> Option<u64>;

    /// The number at an address, of 1, 2, 4 or 8 bytes.
    fn memory(&mut self, addr: u64, size: usize) -> Option<u64>;
}

/// Why an expression has no value, and where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{fault} at column {}", position + 1)]
pub struct NumberError {
    /// Offset into the expression, in bytes.
    pub position: usize,
    /// What is wrong there.
    pub fault: NumberFault,
}

/// What can be wrong with an expression.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum NumberFault {
    /// A number or name is missing.
    #[error("a number is missing")]
    Missing,
    /// A number whose digits or suffix do not fit it.
    #[error("{0} is no number")]
    Malformed(String),
    /// A number above 64 bits.
    #[error("{0} is more than 64 bits hold")]
    TooLarge(String),
    /// Neither flag, symbol nor register.
    #[error("nothing is called {0}")]
    UnknownName(String),
    /// No variable, or one that tells nothing where one is.
    #[error("{0} has no value here (?$? explains the variables)")]
    NoVariable(String),
    /// A parenthesis, bracket or quote without its end.
    #[error("{0} is never closed")]
    Unclosed(char),
    /// Text behind the expression.
    #[error("unexpected {0:?}")]
    Trailing(char),
    /// `/` or `%` by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A memory access of a size there is none of.
    #[error("memory is read in 1, 2, 4 or 8 bytes, not {0}")]
    Size(u64),
    /// Memory that cannot be read.
    #[error("{0:#x} cannot be read")]
    Unreadable(u64),
    /// [`MAX_DEPTH`] is passed.
    #[error("the expression nests deeper than {MAX_DEPTH}")]
    TooDeep,
}

/// The value of an expression.
///
/// # Errors
/// What is wrong with it, and where.
pub fn evaluate(text: &str, names: &mut dyn Names) -> Result<u64, NumberError> {
    let mut parser = Parser { text, at: 0, depth: 0, in_memory: false, names };
    let value = parser.sum()?;
    parser.skip_blanks();
    match parser.rest().chars().next() {
        None => Ok(value),
        Some(next) => Err(parser.fault(NumberFault::Trailing(next))),
    }
}

struct Parser<'t, 'n> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// Inside `[ ]`, where `:` gives a size and not an offset to a segment.
    in_memory: bool,
    names: &'n mut dyn Names,
}

type Operator = fn(u64, u64) -> u64;

/// Operators of the loose level; the longer spelling comes first.
const SUMS: &[(&str, Operator)] = &[
    ("<<<", |left, right| left.rotate_left((right % 64) as u32)),
    (">>>", |left, right| left.rotate_right((right % 64) as u32)),
    ("<<", |left, right| left.wrapping_shl(right as u32)),
    (">>", |left, right| left.wrapping_shr(right as u32)),
    ("+", u64::wrapping_add),
    ("-", u64::wrapping_sub),
    ("&", |left, right| left & right),
    ("|", |left, right| left | right),
    ("^", |left, right| left ^ right),
];

impl<'t> Parser<'t, '_> {
    fn sum(&mut self) -> Result<u64, NumberError> {
        let mut value = self.product()?;
        loop {
            self.skip_blanks();
            let Some((spelling, apply)) = SUMS.iter().find(|(spelling, _)| self.rest().starts_with(spelling))
            else {
                return Ok(value);
            };
            self.at += spelling.len();
            value = apply(value, self.product()?);
        }
    }

    fn product(&mut self) -> Result<u64, NumberError> {
        let mut value = self.sign()?;
        loop {
            self.skip_blanks();
            let Some(operator @ (b'*' | b'/' | b'%')) = self.peek() else {
                return Ok(value);
            };
            let at = self.at;
            self.at += 1;
            let right = self.sign()?;
            value = match operator {
                b'*' => value.wrapping_mul(right),
                _ if right == 0 => {
                    return Err(NumberError { position: at, fault: NumberFault::DivisionByZero });
                }
                b'/' => value / right,
                _ => value % right,
            };
        }
    }

    fn sign(&mut self) -> Result<u64, NumberError> {
        self.skip_blanks();
        let Some(sign @ (b'-' | b'+' | b'!' | b'~')) = self.peek() else {
            return self.atom();
        };
        self.at += 1;
        let value = self.nested(Self::sign)?;
        Ok(match sign {
            b'-' => value.wrapping_neg(),
            b'!' => u64::from(value == 0),
            b'~' => !value,
            _ => value,
        })
    }

    fn atom(&mut self) -> Result<u64, NumberError> {
        let open = self.at;
        match self.peek() {
            Some(b'(') => {
                self.at += 1;
                let outer = std::mem::replace(&mut self.in_memory, false);
                let value = self.nested(Self::sum)?;
                self.in_memory = outer;
                self.closing(open, ')')?;
                Ok(value)
            }
            Some(b'[') => self.memory(),
            Some(b'\'') => self.character(),
            Some(b'$') => self.variable(),
            _ => self.word(),
        }
    }

    /// `[addr]` is as wide as an address, `[addr:size]` as wide as it says.
    fn memory(&mut self) -> Result<u64, NumberError> {
        let open = self.at;
        self.at += 1;
        let outer = std::mem::replace(&mut self.in_memory, true);
        let addr = self.nested(Self::sum)?;
        self.skip_blanks();
        let mut size = 8;
        if self.peek() == Some(b':') {
            self.at += 1;
            let at = self.at;
            size = self.nested(Self::sum)?;
            if !matches!(size, 1 | 2 | 4 | 8) {
                return Err(NumberError { position: at, fault: NumberFault::Size(size) });
            }
        }
        self.in_memory = outer;
        self.closing(open, ']')?;
        let unreadable = NumberError { position: open, fault: NumberFault::Unreadable(addr) };
        self.names.memory(addr, size as usize).ok_or(unreadable)
    }

    fn character(&mut self) -> Result<u64, NumberError> {
        let open = self.at;
        let rest = &self.rest()[1..];
        let end = rest.bytes().skip(1).position(|byte| byte == b'\'').map(|end| end + 1);
        let Some((inner, end)) = end.and_then(|end| Some((rest.get(..end)?, end))) else {
            return Err(NumberError { position: open, fault: NumberFault::Unclosed('\'') });
        };
        let bytes = super::escape::unescape(inner, super::escape::Unknown::Keep);
        let mut characters = std::str::from_utf8(&bytes).unwrap_or_default().chars();
        self.at += end + 2;
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(u64::from(u32::from(character))),
            _ => {
                let fault = NumberFault::Malformed(format!("'{inner}'"));
                Err(NumberError { position: open, fault })
            }
        }
    }

    fn variable(&mut self) -> Result<u64, NumberError> {
        let start = self.at;
        let name = &self.rest()[1..];
        let length = match name.as_bytes() {
            [b'$', b'$', ..] => 2,
            [b'$' | b'?', ..] => 1,
            [b'r', b':' | b'{', ..] => match name.strip_prefix("r{") {
                Some(inner) => inner.find('}').map_or(name.len(), |end| end + 3),
                None => 2 + word_length(&name[2..]),
            },
            _ => {
                let word = word_length(name);
                match name[word..].strip_prefix('{') {
                    Some(inner) => word + 1 + inner.find('}').map_or(inner.len(), |end| end + 1),
                    None => word,
                }
            }
        };
        let name = &name[..length];
        self.at += 1 + length;
        let register = name.strip_prefix("r{").and_then(|name| name.strip_suffix('}'));
        let value = match register {
            Some(register) => self.names.variable(&format!("r:{register}")),
            None => self.names.variable(name),
        };
        value.ok_or_else(|| NumberError {
            position: start,
            fault: NumberFault::NoVariable(format!("${name}")),
        })
    }

    /// A literal or a name. Names win where a word could be both, as `beh`.
    fn word(&mut self) -> Result<u64, NumberError> {
        let start = self.at;
        let fault = |fault| NumberError { position: start, fault };
        let length = word_length(self.rest());
        let word = &self.text[start..start + length];
        if word.is_empty() {
            return Err(fault(NumberFault::Missing));
        }
        self.at += length;
        if !self.in_memory && self.peek() == Some(b':') && literal::is_hex(word) {
            return self.segmented(word).map_err(fault);
        }
        if !word.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            if let Some(value) = self.names.lookup(word) {
                return Ok(value);
            }
            let hex =
                literal::suffixed_hex(word).unwrap_or_else(|| Err(NumberFault::UnknownName(word.to_owned())));
            return hex.map_err(fault);
        }
        match literal::parse(word) {
            Ok(value) => Ok(value),
            Err(wrong) => self.names.lookup(word).ok_or_else(|| fault(wrong)),
        }
    }

    /// `1234:0010` is 16 times the segment and the offset. A linear address before the colon is
    /// the value by itself, as the peer has it.
    fn segmented(&mut self, word: &str) -> Result<u64, NumberFault> {
        let behind = &self.rest()[1..];
        let offset = &behind[..word_length(behind)];
        self.at += 1 + offset.len();
        match (literal::segment(word), literal::hex_digits(offset)) {
            (Some(segment), Some(offset)) => Ok((segment << 4).wrapping_add(offset?)),
            _ => literal::parse(word),
        }
    }

    fn nested(&mut self, production: fn(&mut Self) -> Result<u64, NumberError>) -> Result<u64, NumberError> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(NumberFault::TooDeep));
        }
        self.depth += 1;
        let value = production(self);
        self.depth -= 1;
        value
    }

    fn closing(&mut self, open: usize, closing: char) -> Result<(), NumberError> {
        self.skip_blanks();
        if !self.rest().starts_with(closing) {
            let opening = if closing == ')' { '(' } else { '[' };
            return Err(NumberError { position: open, fault: NumberFault::Unclosed(opening) });
        }
        self.at += 1;
        Ok(())
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, fault: NumberFault) -> NumberError {
        NumberError { position: self.at, fault }
    }
}

/// How many bytes of the text are letters, digits, `_` and `.`: a number or a name.
fn word_length(text: &str) -> usize {
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    text.find(|character| !inside(character)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
