//! Reading operand text from left to right: words, marks, numbers and sums of them.

use super::{Fault, Site};

/// A place in operand text.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    /// The start of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text: text.trim() }
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The next character.
    pub(crate) fn peek(&self) -> Option<char> {
        self.text.chars().next()
    }

    /// Goes behind `mark` and the blanks that follow, if it is next.
    pub(crate) fn eat(&mut self, mark: &str) -> bool {
        match self.text.strip_prefix(mark) {
            Some(rest) => {
                self.text = rest.trim_start();
                true
            }
            None => false,
        }
    }

    /// Goes behind `mark`, which must be next.
    pub(crate) fn need(&mut self, mark: &str) -> Result<(), Fault> {
        if self.eat(mark) {
            return Ok(());
        }
        match self.is_empty() {
            true => Err(Fault::new(format!("`{mark}` is missing at the end"))),
            false => Err(Fault::new(format!("`{mark}` is missing before `{}`", self.text))),
        }
    }

    /// The word that is next, without going behind it: letters, digits and what names have in them.
    pub(crate) fn peek_word(&self) -> &'a str {
        let end = self.text.find(|c: char| !is_word(c)).unwrap_or(self.text.len());
        &self.text[..end]
    }

    /// Takes the next word.
    pub(crate) fn word(&mut self) -> Option<&'a str> {
        let word = self.peek_word();
        self.text = self.text[word.len()..].trim_start();
        (!word.is_empty()).then_some(word)
    }

    /// Goes behind a word, whatever its case, if it is next.
    pub(crate) fn eat_word(&mut self, wanted: &str) -> bool {
        let is_next = self.peek_word().eq_ignore_ascii_case(wanted);
        if is_next {
            self.word();
        }
        is_next
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<(), Fault> {
        match self.is_empty() {
            true => Ok(()),
            false => Err(Fault::new(format!("`{}` is not understood", self.text))),
        }
    }

    /// A sum of numbers and names. Wide enough that no number of 64 bits loses its sign.
    pub(crate) fn expression(&mut self, site: &Site<'_>) -> Result<i128, Fault> {
        let mut sum = self.term(site)?;
        loop {
            let sign = match self.peek() {
                Some('+') => 1,
                Some('-') => -1,
                _ => return Ok(sum),
            };
            self.eat(if sign > 0 { "+" } else { "-" });
            sum += sign * self.term(site)?;
        }
    }

    /// A number or name with any signs before it.
    pub(crate) fn term(&mut self, site: &Site<'_>) -> Result<i128, Fault> {
        let mut sign = 1;
        loop {
            if self.eat("-") {
                sign = -sign;
            } else if !self.eat("+") {
                break;
            }
        }
        Ok(sign * i128::from(self.value(site)?))
    }

    fn value(&mut self, site: &Site<'_>) -> Result<u64, Fault> {
        if let Some(rest) = self.text.strip_prefix('\'') {
            return self.character(rest);
        }
        let word = self.word().ok_or_else(|| match self.is_empty() {
            true => Fault::new("a number is missing at the end"),
            false => Fault::new(format!("a number is missing before `{}`", self.text)),
        })?;
        if let Some(number) = number(word) {
            return number;
        }
        if matches!(word, "$" | "$$" | ".") {
            return Ok(site.addr);
        }
        (site.names)(word).ok_or_else(|| Fault::new(format!("`{word}` is no register, number or flag")))
    }

    /// The code of a character between quotes, whose first is taken.
    fn character(&mut self, rest: &'a str) -> Result<u64, Fault> {
        let wrong = || Fault::new(format!("`'{rest}` is no character in quotes"));
        let mut chars = rest.chars();
        let code = match chars.next().ok_or_else(wrong)? {
            '\\' => match chars.next().ok_or_else(wrong)? {
                'n' => 10,
                'r' => 13,
                't' => 9,
                '0' => 0,
                other => u64::from(other),
            },
            other => u64::from(other),
        };
        self.text = chars.as_str().strip_prefix('\'').ok_or_else(wrong)?.trim_start();
        Ok(code)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '@' | '?')
}

/// The number that a word is, when it begins with a digit and so is no name: `12`, `0x1f`, `1fh`,
/// `0b11`, `0o17`.
pub(crate) fn number(word: &str) -> Option<Result<u64, Fault>> {
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let (digits, radix) = if let Some(digits) = lower.strip_prefix("0x") {
        (digits, 16)
    } else if let Some(digits) = lower.strip_suffix('h') {
        (digits, 16)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (digits, 2)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (digits, 8)
    } else {
        (&*lower, 10)
    };
    // No sign: `from_str_radix` would take one.
    let is_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    Some(match (is_digits, u64::from_str_radix(digits, radix)) {
        (true, Ok(number)) => Ok(number),
        (true, Err(_)) => Err(Fault::new(format!("`{word}` has more than 64 bits"))),
        (false, _) => Err(Fault::new(format!("`{word}` is no number"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn sum(text: &str) -> Result<i128, Fault> {
        let names = |name: &str| (name == "sym.main").then_some(0x400);
        let settings = Settings::default();
        let site = Site { settings: &settings, addr: 0x1000, names: &names };
        let mut reader = Reader::new(text);
        let sum = reader.expression(&site)?;
        reader.end()?;
        Ok(sum)
    }

    #[test]
    fn sums_are_read() {
        for (text, value) in [
            ("12", 12),
            ("-0x10 + 1", -15),
            ("0ffh", 255),
            ("0b101", 5),
            ("'A'", 65),
            ("'\\n'", 10),
            ("sym.main+4 - -1", 0x405),
            ("$+2", 0x1002),
            ("0xffffffffffffffff", u64::MAX.into()),
        ] {
            assert_eq!(sum(text), Ok(value), "{text}");
        }
        for text in ["", "1 2", "0x", "12g", "nothing", "0x10000000000000000", "'ab'", "1+"] {
            assert!(sum(text).is_err(), "{text}");
        }
    }
}
