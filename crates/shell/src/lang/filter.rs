//! The filter itself: bytes in, bytes out. Colours are no part of what it looks at.
//!
//! Works line by line and holds back no more than its form needs: nothing for words, columns and
//! ranges from the front; as many lines as a range counts back from the end; all lines to sort
//! them, all text for a JSON path. What is held is bounded by [`HOLD_LIMIT`].

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::VecDeque;
use std::io;

use memchr::memmem;
use thiserror::Error;

use super::grep::{Columns, Count, Grep, Json, Lines};
use super::json::{Extract, Layout};
use crate::paint::plain;

/// Most bytes a filter holds back: 64 MiB.
pub const HOLD_LIMIT: usize = 64 << 20;

/// Where a filter writes.
pub type Write<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

/// A filter would have to hold back more than [`HOLD_LIMIT`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("this filter needs all of the output at once, which is over {HOLD_LIMIT} bytes; write it to a file")]
pub struct HoldError;

impl From<HoldError> for io::Error {
    fn from(error: HoldError) -> Self {
        Self::new(io::ErrorKind::FileTooLarge, error)
    }
}

/// A filter at work on one stream.
pub struct GrepFilter {
    json: Option<JsonStage>,
    lines: LineStage,
}

enum JsonStage {
    Layout(Layout),
    Extract(Extract),
}

impl GrepFilter {
    /// A filter for a new stream.
    pub fn new(grep: Grep) -> Self {
        let json = grep.json.clone().map(|json| match json {
            Json::Indent => JsonStage::Layout(Layout::indented()),
            Json::Outline => JsonStage::Layout(Layout::outlined()),
            Json::Path(path) => JsonStage::Extract(Extract::new(path)),
        });
        Self { json, lines: LineStage::new(grep) }
    }

    /// Takes bytes of the stream, cut anywhere, and writes what can be written already.
    ///
    /// # Errors
    /// Those of `out`, and [`HoldError`].
    pub fn feed(&mut self, bytes: &[u8], out: Write<'_>) -> io::Result<()> {
        let Self { json, lines } = self;
        match json {
            None => lines.feed(bytes, out),
            Some(JsonStage::Layout(layout)) => layout.feed(bytes, &mut |bytes| lines.feed(bytes, out)),
            Some(JsonStage::Extract(extract)) => Ok(extract.feed(bytes)?),
        }
    }

    /// Ends the stream and writes what was held back.
    ///
    /// # Errors
    /// Those of `out`, and [`HoldError`].
    pub fn finish(&mut self, out: Write<'_>) -> io::Result<()> {
        let Self { json, lines } = self;
        match json {
            None => {}
            Some(JsonStage::Layout(layout)) => layout.finish(&mut |bytes| lines.feed(bytes, out))?,
            Some(JsonStage::Extract(extract)) => extract.finish(&mut |bytes| lines.feed(bytes, out))?,
        }
        lines.finish(out)
    }
}

/// A line that was chosen, and where it stands among the chosen.
struct Held {
    index: i64,
    line: Vec<u8>,
}

struct LineStage {
    grep: Grep,
    /// Nothing to do with lines: bytes pass as they are.
    transparent: bool,
    needles: Vec<memmem::Finder<'static>>,
    /// The start of a line whose end has not come.
    partial: Vec<u8>,
    /// How many lines were chosen by their words.
    chosen: i64,
    counted: u64,
    /// Lines a range may still want, or to be sorted; and their bytes.
    held: VecDeque<Held>,
    held_bytes: usize,
}

impl LineStage {
    fn new(grep: Grep) -> Self {
        let transparent = Grep { json: None, pager: false, ..grep.clone() }.is_noop();
        let needle = |word: &String| {
            let bytes = if grep.ignore_case { word.to_ascii_lowercase() } else { word.clone() };
            memmem::Finder::new(bytes.as_bytes()).into_owned()
        };
        let needles = grep.words.iter().map(needle).collect();
        Self {
            grep,
            transparent,
            needles,
            partial: Vec::new(),
            chosen: 0,
            counted: 0,
            held: VecDeque::new(),
            held_bytes: 0,
        }
    }

    fn feed(&mut self, mut bytes: &[u8], out: Write<'_>) -> io::Result<()> {
        if self.transparent {
            return out(bytes);
        }
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            if self.partial.is_empty() {
                self.line(&bytes[..end], out)?;
            } else {
                self.keep_partial(&bytes[..end])?;
                let line = std::mem::take(&mut self.partial);
                self.line(&line, out)?;
            }
            bytes = &bytes[end + 1..];
        }
        Ok(self.keep_partial(bytes)?)
    }

    fn keep_partial(&mut self, bytes: &[u8]) -> Result<(), HoldError> {
        if self.partial.len() + bytes.len() > HOLD_LIMIT {
            return Err(HoldError);
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self, out: Write<'_>) -> io::Result<()> {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            self.line(&line, out)?;
        }
        let held = std::mem::take(&mut self.held);
        self.held_bytes = 0;
        if self.grep.sort.is_some() {
            self.finish_sorted(held.into(), out)?;
        } else if let Some(lines) = self.grep.lines {
            let (from, to) = lines.resolve(self.chosen);
            for held in held {
                if (from..to).contains(&held.index) {
                    self.show(&held.line, out)?;
                }
            }
        }
        match self.grep.count {
            Some(_) => out(format!("{}\n", self.counted).as_bytes()),
            None => Ok(()),
        }
    }

    fn line(&mut self, line: &[u8], out: Write<'_>) -> io::Result<()> {
        if !self.chooses(line) {
            return Ok(());
        }
        let index = self.chosen;
        self.chosen += 1;
        if self.grep.sort.is_some() {
            return if line.is_empty() { Ok(()) } else { Ok(self.hold(index, line)?) };
        }
        match self.grep.lines {
            None => self.show(line, out),
            Some(Lines { from, to: Some(to) }) if from >= 0 && to >= 0 => {
                if (from..to).contains(&index) {
                    self.show(line, out)
                } else {
                    Ok(())
                }
            }
            Some(Lines { from, to: None }) if from >= 0 => {
                if index >= from {
                    self.show(line, out)
                } else {
                    Ok(())
                }
            }
            Some(Lines { from, to }) => self.delay(index, line, from, to, out),
        }
    }

    /// Holds lines while a range that counts back from the end may still want them.
    fn delay(
        &mut self,
        index: i64,
        line: &[u8],
        from: i64,
        to: Option<i64>,
        out: Write<'_>,
    ) -> io::Result<()> {
        self.hold(index, line)?;
        let back = if from < 0 { from } else { to.unwrap_or(0) };
        while i64::try_from(self.held.len()).is_ok_and(|held| held > back.saturating_neg()) {
            let Some(oldest) = self.held.pop_front() else { break };
            self.held_bytes -= oldest.line.len();
            // Behind a start counted back the oldest is before it; behind a plain start it is in.
            if from >= 0 && oldest.index >= from {
                self.show(&oldest.line, out)?;
            }
        }
        Ok(())
    }

    fn hold(&mut self, index: i64, line: &[u8]) -> Result<(), HoldError> {
        self.held_bytes += line.len() + size_of::<Held>();
        if self.held_bytes > HOLD_LIMIT {
            return Err(HoldError);
        }
        self.held.push_back(Held { index, line: line.to_vec() });
        Ok(())
    }

    fn finish_sorted(&mut self, held: Vec<Held>, out: Write<'_>) -> io::Result<()> {
        let Some(sort) = self.grep.sort else { return Ok(()) };
        let key = |held: &Held| -> Vec<u8> {
            match sort.column {
                Some(column) => columns(&plain(&held.line)).nth(column).unwrap_or_default().to_vec(),
                None => plain(&self.selected(&held.line)).into_owned(),
            }
        };
        let mut lines: Vec<(Vec<u8>, Vec<u8>)> =
            held.into_iter().map(|held| (key(&held), held.line)).collect();
        lines.sort_by(|(left, _), (right, _)| {
            let order = compare(left, right);
            if sort.descending { order.reverse() } else { order }
        });
        let (from, to) = match self.grep.lines {
            Some(range) => range.resolve(i64::try_from(lines.len()).unwrap_or(i64::MAX)),
            None => (0, i64::MAX),
        };
        for (index, (_, line)) in (0_i64..).zip(&lines) {
            if (from..to).contains(&index) {
                self.show(line, out)?;
            }
        }
        Ok(())
    }

    fn chooses(&self, line: &[u8]) -> bool {
        if self.needles.is_empty() {
            return !self.grep.negate;
        }
        if line.is_empty() {
            return false;
        }
        let line = plain(line);
        let line = if self.grep.ignore_case { Cow::from(line.to_ascii_lowercase()) } else { line };
        let has = |needle: &memmem::Finder<'_>| match (self.grep.at_start, self.grep.at_end) {
            (false, false) => needle.find(&line).is_some(),
            (true, false) => line.starts_with(needle.needle()),
            (false, true) => line.ends_with(needle.needle()),
            (true, true) => *line == *needle.needle(),
        };
        let found = if self.grep.all { self.needles.iter().all(has) } else { self.needles.iter().any(has) };
        found != self.grep.negate
    }

    /// Counts a line, or writes its columns.
    fn show(&mut self, line: &[u8], out: Write<'_>) -> io::Result<()> {
        match self.grep.count {
            Some(Count::Lines) => self.counted += u64::from(!plain(&self.selected(line)).is_empty()),
            Some(Count::Bytes) => self.counted += plain(&self.selected(line)).len() as u64 + 1,
            None => {
                let selected = self.selected(line);
                if selected.is_empty() && !self.grep.columns.is_empty() {
                    return Ok(());
                }
                let mut line = selected.into_owned();
                line.push(b'\n');
                return out(&line);
            }
        }
        Ok(())
    }

    /// The columns to show, with single blanks between them. A line as a whole keeps its colours.
    fn selected<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        if self.grep.columns.is_empty() {
            return Cow::from(line);
        }
        let wanted = |at: usize| self.grep.columns.iter().any(|range| range.contains(at));
        let mut selected = Vec::with_capacity(line.len());
        for (_, column) in columns(&plain(line)).enumerate().filter(|&(at, _)| wanted(at)) {
            if !selected.is_empty() {
                selected.push(b' ');
            }
            selected.extend_from_slice(column);
        }
        Cow::from(selected)
    }
}

impl Columns {
    fn contains(self, at: usize) -> bool {
        self.from <= at && self.to.is_none_or(|to| at <= to)
    }
}

impl Lines {
    /// The range for a stream of so many lines.
    fn resolve(self, total: i64) -> (i64, i64) {
        let place = |at: i64| if at < 0 { total.saturating_add(at).max(0) } else { at };
        (place(self.from), self.to.map_or(total, place))
    }
}

/// A line's columns: what stands between blanks, tabs and `| , ; =`.
fn columns(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| b" \t|,;=".contains(byte)).filter(|column| !column.is_empty())
}

/// Numbers by value, all else by bytes; between them, numbers stand where digits do.
fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (one, other) = (leading_number(left), leading_number(right));
    // Comparing a number with text by bytes and with numbers by value would be no single order.
    let class = |line: &[u8], number: Option<u64>| match number {
        Some(_) => 1,
        None if line.first().is_none_or(|first| *first < b'0') => 0,
        None => 2,
    };
    class(left, one).cmp(&class(right, other)).then(one.cmp(&other)).then_with(|| left.cmp(right))
}

/// The decimal or `0x` number that a line begins with.
fn leading_number(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii_start();
    let (base, digits) = match line.strip_prefix(b"0x") {
        Some(digits) => (16, digits),
        None => (10, line),
    };
    let length = digits.iter().take_while(|digit| (**digit as char).is_digit(base)).count();
    let text = std::str::from_utf8(&digits[..length]).ok()?;
    (!text.is_empty()).then(|| u64::from_str_radix(text, base).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
