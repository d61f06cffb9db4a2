//! Format strings: `2xzi a b c`, read into a [`Format`].
//!
//! The letters stand in one word, the fields' names behind them. What a letter needs besides (a
//! type, a nested format) stands in parentheses before its field's name.

use super::tree::{Field, Format, Kind, Scalar, Source, Step, Times};
use crate::error::{Error, Result};
use crate::render::excerpt;

/// How deep formats may be nested in each other's text.
const DEPTH: usize = 16;
/// Most elements of an array.
pub(super) const ELEMENTS: u64 = 1 << 16;
/// Most repeats of a record.
const REPEATS: u64 = 1 << 20;
/// Most pointers before a value.
const POINTERS: usize = 8;

/// Evaluates the numbers in brackets and braces.
pub(super) type Evaluate<'a> = dyn FnMut(&str) -> Result<u64> + 'a;

/// Reads a format string.
///
/// # Errors
/// What is wrong in it, and where.
pub(super) fn parse(text: &str, evaluate: &mut Evaluate<'_>) -> Result<Format> {
    parse_nested(text, evaluate, 0)
}

fn parse_nested(text: &str, evaluate: &mut Evaluate<'_>, depth: usize) -> Result<Format> {
    if depth >= DEPTH {
        return Err(Error::Limit { what: "the nesting of formats", limit: DEPTH.to_string() });
    }
    let text = text.trim();
    let (letters, names) = text.split_at(word_end(text));
    let mut reader = Reader {
        rest: letters,
        whole: letters,
        names: Names { rest: names },
        evaluate,
        depth,
        swapped: false,
        flags: false,
    };
    let format = reader.format()?;
    match reader.names.next()? {
        Some((_, name)) if format.steps.is_empty() => {
            Err(Error::failed(format!("a name, '{}', and no format letter", excerpt(&name))))
        }
        // As with the peer, names for which there is no field are not looked at.
        _ => Ok(format),
    }
}

/// Where the first word ends; blanks within brackets and braces belong to it.
fn word_end(text: &str) -> usize {
    let mut open = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '{' => open += 1,
            ']' | '}' => open = open.saturating_sub(1),
            c if c.is_whitespace() && open == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// The fields' names.
struct Names<'a> {
    rest: &'a str,
}

impl Names<'_> {
    /// The next: what stands in parentheses before it, and itself.
    fn next(&mut self) -> Result<Option<(Option<String>, String)>> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut about = None;
        if self.rest.starts_with('(') {
            let end = closing(self.rest).ok_or_else(|| {
                Error::failed(format!("the parenthesis of '{}' is not closed", excerpt(self.rest)))
            })?;
            about = Some(self.rest[1..end].trim().to_owned());
            self.rest = &self.rest[end + 1..];
        }
        let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        Ok(Some((about, name.to_owned())))
    }
}

/// The parenthesis that closes the one at the start.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0usize;
    text.char_indices().find_map(|(at, c)| {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })
}

struct Reader<'a, 'e> {
    rest: &'a str,
    whole: &'a str,
    names: Names<'a>,
    evaluate: &'e mut Evaluate<'e>,
    depth: usize,
    swapped: bool,
    flags: bool,
}

impl Reader<'_, '_> {
    fn format(&mut self) -> Result<Format> {
        let (mut is_union, mut times) = (false, Times::Plain(1));
        if let Some(count) = self.enclosed('{', '}')? {
            times = Times::Plain(limited("the repeats of a record", count, REPEATS)?);
        } else {
            let digits = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = self.rest.split_at(digits);
            self.rest = rest;
            let count = if number.is_empty() { 1 } else { number.parse().unwrap_or(u64::MAX) };
            is_union = count == 0;
            times = if count > 1 {
                Times::Indexed(limited("the repeats of a record", count, REPEATS)?)
            } else {
                times
            };
        }
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        Ok(Format { is_union, times, steps })
    }

    /// The next part, or nothing at the end.
    fn step(&mut self) -> Result<Option<Step>> {
        loop {
            let elements = self.enclosed('[', ']')?;
            let elements =
                elements.map(|count| limited("the elements of an array", count, ELEMENTS)).transpose()?;
            let pointers = self.rest.len() - self.rest.trim_start_matches('*').len();
            self.rest = &self.rest[pointers..];
            if pointers > POINTERS {
                return Err(Error::Limit {
                    what: "the pointers before a value",
                    limit: POINTERS.to_string(),
                });
            }
            let Some(letter) = self.take() else {
                return match elements.is_some() || pointers > 0 {
                    true => Err(self.wrong("a format letter is missing at the end")),
                    false => Ok(None),
                };
            };
            match letter {
                '.' | ',' | ':' | ';' | 'e' | '+' if elements.is_some() || pointers > 0 => {
                    return Err(self.wrong(&format!("'{letter}' holds no value, so there are no more of it")));
                }
                '.' => return Ok(Some(Step::Skip(1))),
                ',' => return Ok(Some(Step::Skip(-1))),
                ':' => return Ok(Some(Step::Skip(4))),
                ';' => return Ok(Some(Step::Skip(-4))),
                'e' => self.swapped = !self.swapped,
                '+' => self.flags = !self.flags,
                _ => return self.field(letter, elements, pointers).map(|field| Some(Step::Field(field))),
            }
        }
    }

    fn field(&mut self, letter: char, elements: Option<u64>, pointers: usize) -> Result<Field> {
        let kind = match letter {
            'n' | 'N' => {
                let Some(size) = self.size() else {
                    return Err(self.wrong(&format!("'{letter}' needs its size behind it: 1, 2, 4 or 8")));
                };
                Kind::Scalar(if letter == 'n' { Scalar::Signed(size) } else { Scalar::Unsigned(size) })
            }
            'p' => self.size().map_or(Kind::Address, |size| Kind::Scalar(Scalar::address(size))),
            _ => match plain(letter) {
                Some(kind) => kind,
                None => {
                    let (about, name) = self.names.next()?.unwrap_or_default();
                    let kind = self.described(letter, about)?;
                    return Ok(self.made((!name.is_empty()).then_some(name), kind, elements, pointers));
                }
            },
        };
        let name = self.names.next()?.map(|(_, name)| name).filter(|name| !name.is_empty());
        Ok(self.made(name, kind, elements, pointers))
    }

    fn made(&self, name: Option<String>, kind: Kind, elements: Option<u64>, pointers: usize) -> Field {
        Field { name, kind, elements, pointers, swapped: self.swapped, flags: self.flags }
    }

    /// A kind that needs what stands in parentheses before its name.
    fn described(&mut self, letter: char, about: Option<String>) -> Result<Kind> {
        let missing =
            |what: &str| Error::failed(format!("'{letter}' needs {what} in parentheses before its name"));
        match letter {
            'E' => about.map(Kind::Enum).ok_or_else(|| missing("the name of an enumeration")),
            'B' => about.map(Kind::Bits).ok_or_else(|| missing("the name of an enumeration of bits")),
            'r' => Err(Error::failed("there are no registers: this target does not run")),
            '?' => {
                let about = about.filter(|about| !about.is_empty());
                let about = about.ok_or_else(|| missing("the name of a format, or a format,"))?;
                if !about.contains(char::is_whitespace) {
                    return Ok(Kind::Record(Source::Named(about)));
                }
                let text = about.strip_prefix("pf ").unwrap_or(&about).trim().to_owned();
                let nested = parse_nested(&text, self.evaluate, self.depth + 1)?;
                Ok(Kind::Record(Source::Inline(text, Box::new(nested))))
            }
            _ => Err(self.wrong(&format!("'{letter}' is no format letter"))),
        }
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    /// A size behind a letter.
    fn size(&mut self) -> Option<usize> {
        let size = self.rest.chars().next()?.to_digit(10).filter(|size| matches!(size, 1 | 2 | 4 | 8))?;
        self.rest = &self.rest[1..];
        Some(size as usize)
    }

    /// A number between brackets, if one comes next.
    fn enclosed(&mut self, open: char, close: char) -> Result<Option<u64>> {
        let Some(inside) = self.rest.strip_prefix(open) else { return Ok(None) };
        let end =
            inside.find(close).ok_or_else(|| self.wrong(&format!("'{open}' is not closed by '{close}'")))?;
        self.rest = &inside[end + 1..];
        (self.evaluate)(&inside[..end]).map(Some)
    }

    fn wrong(&self, what: &str) -> Error {
        Error::failed(format!("{what}, in the format '{}'", excerpt(self.whole)))
    }
}

fn limited(what: &'static str, count: u64, limit: u64) -> Result<u64> {
    if count <= limit { Ok(count) } else { Err(Error::Limit { what, limit: limit.to_string() }) }
}

/// The kind of a letter that needs nothing else.
fn plain(letter: char) -> Option<Kind> {
    Some(match letter {
        'b' => Kind::Scalar(Scalar::Byte),
        'c' => Kind::Scalar(Scalar::Char),
        'C' => Kind::Scalar(Scalar::Small),
        'w' => Kind::Scalar(Scalar::Word),
        'W' => Kind::Scalar(Scalar::Signed(2)),
        'd' => Kind::Scalar(Scalar::Double),
        'x' => Kind::Scalar(Scalar::Hex),
        'i' => Kind::Scalar(Scalar::Int),
        'o' => Kind::Scalar(Scalar::Octal),
        'q' => Kind::Scalar(Scalar::Quad),
        'Q' => Kind::Scalar(Scalar::Octuple),
        'f' => Kind::Scalar(Scalar::Float32),
        'F' => Kind::Scalar(Scalar::Float64),
        'G' => Kind::Scalar(Scalar::Float80),
        't' => Kind::Scalar(Scalar::Time),
        'u' => Kind::Uleb,
        'X' => Kind::Bytes,
        'T' => Kind::Ten,
        'z' => Kind::Text,
        'Z' => Kind::Wide,
        's' => Kind::TextAt(4),
        'S' => Kind::TextAt(8),
        'P' => Kind::Relative,
        'D' => Kind::Opcode,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Format> {
        parse(text, &mut |number: &str| number.trim().parse().map_err(|_| Error::failed("no number")))
    }

    fn fields(text: &str) -> Vec<Field> {
        let steps = read(text).unwrap().steps.into_iter();
        steps
            .filter_map(|step| match step {
                Step::Field(field) => Some(field),
                Step::Skip(_) => None,
            })
            .collect()
    }

    #[test]
    fn letters_take_their_names_in_order() {
        let fields = fields("*z[3]in2e+x one two (ignored)three four five");
        let names: Vec<&str> = fields.iter().filter_map(|field| field.name.as_deref()).collect();
        assert_eq!(names, ["one", "two", "three", "four"]);
        assert_eq!((fields[0].pointers, fields[1].elements), (1, Some(3)));
        assert_eq!(fields[2].kind, Kind::Scalar(Scalar::Signed(2)));
        assert!(fields[3].swapped && fields[3].flags && !fields[2].swapped);
    }

    #[test]
    fn counts_stand_before_the_letters() {
        assert!(read("0iw").unwrap().is_union);
        assert_eq!(read("3iw").unwrap().times, Times::Indexed(3));
        assert_eq!(read("{ 3 }iw").unwrap().times, Times::Plain(3));
        assert_eq!(read("1i").unwrap().times, Times::Plain(1));
        assert_eq!(read("i..;w").unwrap().steps[1..4], [Step::Skip(1), Step::Skip(1), Step::Skip(-4)]);
    }

    #[test]
    fn formats_nest_by_name_and_in_place() {
        let fields = fields("?? (foo)a (pf xw yo foo)b");
        assert_eq!(fields[0].kind, Kind::Record(Source::Named("foo".to_owned())));
        let Kind::Record(Source::Inline(title, nested)) = &fields[1].kind else { panic!() };
        assert_eq!((title.as_str(), nested.steps.len()), ("xw yo foo", 2));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("nonsense", "'n' needs its size"),
            ("ik", "'k' is no format letter"),
            ("[3", "not closed"),
            ("[3]", "missing at the end"),
            ("*", "missing at the end"),
            ("[2].", "holds no value"),
            ("?", "parentheses"),
            ("? (foo", "not closed"),
            ("[99999999]b", "limit"),
            ("99999999999999999999999b", "limit"),
            ("*********x", "limit"),
            ("E a", "enumeration"),
        ] {
            let message = read(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
        let deep = format!("? {}x a{}b", "(? ".repeat(40), ")".repeat(40));
        assert!(read(&deep).unwrap_err().to_string().contains("nesting"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[0-9bcCwdxioqQfFGtuXTzZsSPDEBr?*+e:.,;nNp(){}\\[\\] a-z]{0,40}") {
            let _ = read(&text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(text in "\\PC{0,40}") {
            let _ = read(&text);
        }
    }
}
