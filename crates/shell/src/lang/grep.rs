//! The form of a filter: what stands behind `~`.
//!
//! Owns its spelling. What a filter does to a stream is in `filter`.

use thiserror::Error;

/// A parsed filter.
///
/// Lines with one of the words (or all, or none) are chosen; of those the ones in the range of
/// `lines`; of those the `columns`; these are sorted, counted or shown.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Grep {
    /// What to do with the stream before it is taken as lines.
    pub json: Option<Json>,
    /// What to look for; none chooses every line.
    pub words: Vec<String>,
    /// `&`: a line must have all words, not just one.
    pub all: bool,
    /// `!`: choose the lines that do not match.
    pub negate: bool,
    /// `+`: letter case does not count.
    pub ignore_case: bool,
    /// `^`: words stand at the beginning of a line.
    pub at_start: bool,
    /// `$` behind the words: they stand at the end of a line.
    pub at_end: bool,
    /// `:n`, `:a..b`.
    pub lines: Option<Lines>,
    /// `[n]`, `[a,b]`, `[a-b]`, `[a-]`: columns to show, in their order on the line.
    pub columns: Vec<Columns>,
    /// `$` in front.
    pub sort: Option<Sort>,
    /// `?`, `?.`: show a number only.
    pub count: Option<Count>,
    /// `..`: show it in the pager.
    pub pager: bool,
    /// `??`: show how filters are written.
    pub help: bool,
}

/// A range of the lines chosen, counted from 0. Negative numbers count back from the end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lines {
    /// The first.
    pub from: i64,
    /// The one behind the last; `None` is the end.
    pub to: Option<i64>,
}

/// A range of columns, counted from 0.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Columns {
    /// The first.
    pub from: usize,
    /// The last; `None` is the last of the line.
    pub to: Option<usize>,
}

/// How to sort. Lines that both begin with a digit compare as numbers, others as bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sort {
    /// `$!`: from high to low.
    pub descending: bool,
    /// `$n`: by this column, and not by the whole line.
    pub column: Option<usize>,
}

/// What to count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Count {
    /// Lines with something in them.
    Lines,
    /// Bytes, with line ends.
    Bytes,
}

/// What to do with JSON text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Json {
    /// `{}`: one value a line, indented.
    Indent,
    /// `{:`: the same without brackets, quotes and commas.
    Outline,
    /// `{path}`: the value at a path such as `a.b[1]`.
    Path(String),
}

/// What can be wrong with a filter.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum GrepFault {
    /// A bracket without its end.
    #[error("{0} in a filter is never closed; put \\ before it to look for it")]
    Unclosed(char),
    /// Something in brackets that is no column.
    #[error("columns are numbers, as in [0,2-4]; put \\ before [ to look for it")]
    Column,
    /// Text behind columns, ranges or counts.
    #[error("unexpected {0:?} behind the columns of a filter")]
    Trailing(char),
}

impl Grep {
    /// Parses what stands behind `~`. Blanks at its end do not count.
    ///
    /// # Errors
    /// The fault and its offset in bytes.
    pub fn parse(text: &str) -> Result<Self, (usize, GrepFault)> {
        let mut parser = Parser { text: trim_end(text), at: 0 };
        let mut grep = Self::default();
        parser.modifiers(&mut grep)?;
        parser.words(&mut grep);
        parser.tail(&mut grep)?;
        Ok(grep)
    }

    /// Whether the stream passes as it is.
    pub fn is_noop(&self) -> bool {
        let any_line =
            Self { all: self.all, at_start: self.at_start, at_end: self.at_end, ..Self::default() };
        *self == Self { ignore_case: self.ignore_case, ..any_line }
    }
}

/// Blanks at the end go, unless a backslash keeps one.
fn trim_end(text: &str) -> &str {
    let trimmed = text.trim_end_matches([' ', '\t', '\r']);
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    if backslashes % 2 == 1 && trimmed.len() < text.len() { &text[..=trimmed.len()] } else { trimmed }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn modifiers(&mut self, grep: &mut Grep) -> Result<(), (usize, GrepFault)> {
        loop {
            if self.rest() == "??" {
                self.at += 2;
                grep.help = true;
            } else if self.take("?.") {
                grep.count = Some(Count::Bytes);
            } else if self.take("?") {
                grep.count = Some(Count::Lines);
            } else if self.take("&") {
                grep.all = true;
            } else if self.take("!") {
                grep.negate = true;
            } else if self.take("+") {
                grep.ignore_case = true;
            } else if self.take("^") {
                grep.at_start = true;
            } else if self.take("$") {
                let descending = self.take("!");
                grep.sort = Some(Sort { descending, column: self.number() });
            } else if self.rest().starts_with('{') && grep.json.is_none() {
                grep.json = Some(self.json()?);
            } else {
                return Ok(());
            }
        }
    }

    fn json(&mut self) -> Result<Json, (usize, GrepFault)> {
        let open = self.at;
        self.at += 1;
        if self.take(":") {
            return Ok(Json::Outline);
        }
        let Some(end) = self.rest().find('}') else {
            return Err((open, GrepFault::Unclosed('{')));
        };
        let path = &self.rest()[..end];
        self.at += end + 1;
        Ok(if path.is_empty() { Json::Indent } else { Json::Path(path.to_owned()) })
    }

    /// Words up to the first thing that can only be behind them.
    fn words(&mut self, grep: &mut Grep) {
        let mut word = String::new();
        while let Some(here) = self.rest().chars().next() {
            if self.at_tail(grep) {
                break;
            }
            self.at += here.len_utf8();
            match (here, self.rest().chars().next()) {
                ('\\', Some(next)) if !next.is_alphanumeric() => {
                    word.push(next);
                    self.at += next.len_utf8();
                }
                (',', _) => grep.words.extend(take_word(&mut word)),
                _ => word.push(here),
            }
        }
        grep.words.extend(take_word(&mut word));
    }

    /// Whether the rest is columns, a range, a count, an end mark or a pager.
    fn at_tail(&self, grep: &Grep) -> bool {
        let rest = self.rest();
        match rest.as_bytes()[0] {
            b'[' => true,
            b':' => range(&rest[1..]).is_some_and(|(_, length)| ends_or_tail(&rest[1 + length..])),
            b'?' => matches!(rest, "?" | "?."),
            b'$' => ends_or_tail(&rest[1..]),
            b'.' => rest == ".." && (self.at == 0 || grep.json.is_some()),
            _ => false,
        }
    }

    fn tail(&mut self, grep: &mut Grep) -> Result<(), (usize, GrepFault)> {
        while let Some(here) = self.rest().chars().next() {
            let start = self.at;
            if self.take("?.") {
                grep.count = Some(Count::Bytes);
            } else if self.take("?") {
                grep.count = Some(Count::Lines);
            } else if self.take("$") {
                grep.at_end = true;
            } else if self.take("[") {
                self.columns(start, grep)?;
            } else if self.rest() == ".." {
                self.at += 2;
                grep.pager = true;
            } else if let Some((lines, length)) = self.rest().strip_prefix(':').and_then(range) {
                self.at += 1 + length;
                grep.lines = Some(lines);
            } else {
                return Err((start, GrepFault::Trailing(here)));
            }
        }
        Ok(())
    }

    fn columns(&mut self, open: usize, grep: &mut Grep) -> Result<(), (usize, GrepFault)> {
        let Some(end) = self.rest().find(']') else {
            return Err((open, GrepFault::Unclosed('[')));
        };
        for part in self.rest()[..end].split(',') {
            let (from, to) = match part.trim().split_once('-') {
                None => (part.trim(), Some(part.trim())),
                Some((from, "")) => (from, None),
                Some((from, to)) => (from, Some(to)),
            };
            let columns =
                (|| Some(Columns { from: from.parse().ok()?, to: to.map(str::parse).transpose().ok()? }))();
            grep.columns.push(columns.ok_or((open, GrepFault::Column))?);
        }
        self.at += end + 1;
        Ok(())
    }

    fn number(&mut self) -> Option<usize> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest()[..digits].parse().ok()?;
        self.at += digits;
        Some(number)
    }
}

fn take_word(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

fn ends_or_tail(rest: &str) -> bool {
    matches!(rest.as_bytes().first(), None | Some(b'[' | b':' | b'?' | b'$')) || rest == ".."
}

/// `n`, `a..b`, `a..` or `..b`, and how many bytes spell it.
fn range(text: &str) -> Option<(Lines, usize)> {
    let (first, length) = signed(text);
    let Some(behind) = text[length..].strip_prefix("..") else {
        let line = first?;
        // The last line has none behind it: -1 is followed by the end, not by line 0.
        let to = (line != -1).then(|| line.saturating_add(1));
        return Some((Lines { from: line, to }, length));
    };
    let (to, more) = signed(behind);
    if first.is_none() && to.is_none() {
        return None;
    }
    Some((Lines { from: first.unwrap_or(0), to }, length + 2 + more))
}

/// A decimal or hex number with a sign, and how many bytes spell it; 0 when there is none.
fn signed(text: &str) -> (Option<i64>, usize) {
    let sign = usize::from(text.starts_with('-'));
    let (base, prefix) = if text[sign..].starts_with("0x") { (16, 2) } else { (10, 0) };
    let start = sign + prefix;
    let digits = text[start..].chars().take_while(|digit| digit.is_digit(base)).count();
    let number = i64::from_str_radix(&text[start..start + digits], base).ok();
    match number {
        Some(number) => (Some(if sign == 1 { -number } else { number }), start + digits),
        None => (None, 0),
    }
}

#[cfg(test)]
mod tests;
