//! One value picked from JSON text by a path such as `a.b[1].c`.

use std::io;
use std::ops::Range;

use crate::lang::filter::{HOLD_LIMIT, HoldError};

/// How deep brackets of the text may nest.
const MAX_DEPTH: usize = 128;

/// Collects a stream, then picks. Text that is not JSON passes as it is.
pub(crate) struct Extract {
    path: String,
    text: Vec<u8>,
}

impl Extract {
    pub(crate) fn new(path: String) -> Self {
        Self { path, text: Vec::new() }
    }

    /// Takes bytes of the stream.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<(), HoldError> {
        if self.text.len() + bytes.len() > HOLD_LIMIT {
            return Err(HoldError);
        }
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    /// Ends the stream: writes a string without its quotes, any other value as it is spelt, and
    /// nothing where the path leads nowhere.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let text = std::mem::take(&mut self.text);
        let Some(whole) = document(&text) else {
            return out(&text);
        };
        let Some(value) = select(&text, whole, &self.path) else {
            return Ok(());
        };
        let value = &text[value];
        let mut line = match serde_json::from_slice::<String>(value) {
            Ok(string) => string.into_bytes(),
            Err(_) => value.to_vec(),
        };
        line.push(b'\n');
        out(&line)
    }
}

/// The value the text consists of, if it is JSON.
fn document(text: &[u8]) -> Option<Range<usize>> {
    let mut scanner = Scanner { text, at: 0 };
    let value = scanner.value(0)?;
    scanner.skip_blanks();
    (scanner.at == text.len()).then_some(value)
}

/// Follows the path. At an object the longest name that fits is taken, since names have dots too.
fn select(text: &[u8], value: Range<usize>, path: &str) -> Option<Range<usize>> {
    let path = path.strip_prefix('.').unwrap_or(path);
    if path.is_empty() {
        return Some(value);
    }
    if let Some(inner) = path.strip_prefix('[') {
        let end = inner.find(']')?;
        let next = match inner[..end].parse::<usize>() {
            Ok(index) => Children::new(text, value)?.nth(index)?.1,
            Err(_) => child(text, value, inner[..end].trim_matches('"'))?,
        };
        return select(text, next, &inner[end + 1..]);
    }
    let ends = path.char_indices().filter(|(_, end)| matches!(end, '.' | '[')).map(|(at, _)| at);
    let mut ends: Vec<usize> = ends.chain([path.len()]).collect();
    ends.reverse();
    ends.into_iter().find_map(|end| {
        let next = child(text, value.clone(), &path[..end])?;
        select(text, next, &path[end..])
    })
}

/// The value of a name in an object.
fn child(text: &[u8], value: Range<usize>, name: &str) -> Option<Range<usize>> {
    let named = |key: &Option<Range<usize>>| {
        let key = key.clone().and_then(|key| serde_json::from_slice::<String>(&text[key]).ok());
        key.as_deref() == Some(name)
    };
    let mut children = Children::new(text, value)?;
    if !children.object {
        // An array takes a bare number for an index.
        return children.nth(name.parse().ok()?).map(|(_, value)| value);
    }
    children.find(|(key, _)| named(key)).map(|(_, value)| value)
}

/// Keys (of objects) and values in an array or object that was scanned before.
struct Children<'a> {
    scanner: Scanner<'a>,
    object: bool,
}

impl<'a> Children<'a> {
    fn new(text: &'a [u8], value: Range<usize>) -> Option<Self> {
        let object = match text.get(value.start)? {
            b'{' => true,
            b'[' => false,
            _ => return None,
        };
        let text = &text[..value.end.checked_sub(1)?];
        Some(Self { scanner: Scanner { text, at: value.start + 1 }, object })
    }
}

impl Iterator for Children<'_> {
    type Item = (Option<Range<usize>>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        self.scanner.take(b',');
        let key = if self.object { Some(self.scanner.key()?) } else { None };
        Some((key, self.scanner.value(0)?))
    }
}

/// Walks over JSON text; each step gives `None` where the text is not JSON.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// A value, whose brackets nest `depth` deep.
    fn value(&mut self, depth: usize) -> Option<Range<usize>> {
        self.skip_blanks();
        let start = self.at;
        match self.text.get(self.at)? {
            _ if depth > MAX_DEPTH => return None,
            b'{' => self.members(depth, b'}', true)?,
            b'[' => self.members(depth, b']', false)?,
            b'"' => self.string()?,
            _ => self.scalar()?,
        }
        Some(start..self.at)
    }

    fn members(&mut self, depth: usize, close: u8, object: bool) -> Option<()> {
        self.at += 1;
        if self.take(close) {
            return Some(());
        }
        loop {
            if object {
                self.key()?;
            }
            self.value(depth + 1)?;
            if self.take(close) {
                return Some(());
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    /// A name and its colon.
    fn key(&mut self) -> Option<Range<usize>> {
        self.skip_blanks();
        let start = self.at;
        self.string()?;
        let key = start..self.at;
        self.take(b':').then_some(key)
    }

    fn string(&mut self) -> Option<()> {
        if self.text.get(self.at) != Some(&b'"') {
            return None;
        }
        self.at += 1;
        loop {
            match self.text.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(())
    }

    /// A number or one of the three words.
    fn scalar(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let word = &rest[..length];
        let number = || {
            matches!(word.first(), Some(b'-' | b'0'..=b'9')) && serde_json::from_slice::<f64>(word).is_ok()
        };
        let known = matches!(word, b"true" | b"false" | b"null") || number();
        self.at += length;
        known.then_some(())
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn skip_blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}
