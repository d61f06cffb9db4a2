//! Strings in a file: ASCII, UTF-8, UTF-16 and UTF-32 little endian, found by scanning.
//!
//! The scan streams: one window of the file is held, and rows go to the caller as they are found. Where a scan starts and what it takes
//! for a string follows the peer, false positives included.

mod block;
mod decode;
mod place;

use crate::{Binary, Error, Options, Source, flag_name};
use decode::Found;
use place::Places;
use std::ops::ControlFlow;

/// How much of the source is read at once, in bytes.
const WINDOW: usize = 1 << 20;
/// How often the source may be scanned over, where sections overlap.
const PASSES: u64 = 8;
/// What even a tiny source may be scanned.
const FLOOR: u64 = 1 << 20;

/// How a string's characters are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringKind {
    /// One byte each, none above 0x7f.
    Ascii,
    /// One to four bytes each.
    Utf8,
    /// Two bytes each, least significant first.
    Utf16Le,
    /// Four bytes each, least significant first.
    Utf32Le,
}

impl StringKind {
    /// The name, such as `utf16le`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Utf8 => "utf8",
            Self::Utf16Le => "utf16le",
            Self::Utf32Le => "utf32le",
        }
    }
}

/// Where strings are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringScope {
    /// In the binary's data sections.
    Data,
    /// In the whole file.
    File,
}

/// A string found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringRow {
    /// Number, from 0, in the order found.
    pub ordinal: usize,
    /// Offset in the file, in bytes.
    pub paddr: u64,
    /// Address; the offset where no section holds it.
    pub vaddr: u64,
    /// Characters.
    pub length: usize,
    /// Bytes, what ended it counted.
    pub size: u64,
    /// Index of the section that holds it.
    pub section: Option<usize>,
    /// How it is stored.
    pub kind: StringKind,
    /// The text, control characters written as escapes such as `\n`.
    pub text: String,
}

/// The flag at a string's start.
#[must_use]
pub fn string_flag_name(text: &str) -> String {
    flag_name("str.", text)
}

/// Finds strings and hands each to `each` until it breaks. Without a binary the file is one piece and addresses are offsets.
///
/// # Errors
/// When the source cannot be read, or sections overlap so often that scanning them all would take too long.
pub fn strings(
    source: &dyn Source,
    binary: Option<&Binary>,
    scope: StringScope,
    options: &Options,
    each: &mut dyn FnMut(StringRow) -> ControlFlow<()>,
) -> Result<(), Error> {
    let places = Places::new(binary);
    let mut scan = Scan { source, options, ordinal: 0, left: source.len().saturating_mul(PASSES).max(FLOOR) };
    let ranges: Vec<(u64, u64, Option<usize>)> = match (scope, binary) {
        (StringScope::Data, Some(binary)) => binary
            .sections
            .iter()
            .filter(|section| section.is_data)
            .map(|section| (section.paddr, section.paddr.saturating_add(section.size), Some(section.index)))
            .collect(),
        _ => vec![(0, source.len(), None)],
    };
    for (from, to, section) in ranges {
        let mut row = |ordinal: usize, paddr: u64, found: Found| {
            let (section, vaddr) = match section {
                Some(index) => (Some(index), places.address_in(index, paddr)),
                None => places.of(paddr),
            };
            each(StringRow {
                ordinal,
                paddr,
                vaddr,
                length: found.length,
                size: found.size as u64,
                section,
                kind: found.kind,
                text: found.text,
            })
        };
        if scan.range(from, to.min(source.len()), &mut row)?.is_break() {
            break;
        }
    }
    Ok(())
}

struct Scan<'a> {
    source: &'a dyn Source,
    options: &'a Options,
    ordinal: usize,
    left: u64,
}

impl Scan<'_> {
    fn range(
        &mut self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(usize, u64, Found) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let mut window = Vec::new();
        let mut start = from;
        while start < to {
            let want = (to - start).min(WINDOW as u64);
            if want > self.left {
                return Err(Error::Limit { what: "bytes scanned for strings" });
            }
            let readable = self.read(start, want, &mut window)?;
            let is_last = readable < want || start + want >= to;
            let mut at = 0;
            while at < window.len() && (is_last || window.len() - at > decode::LONGEST) {
                let next = decode::next(&window, at, start, self.options);
                if let Some(found) = next.found {
                    if self.ordinal >= self.options.string_count {
                        return Ok(ControlFlow::Break(()));
                    }
                    if each(self.ordinal, start + found.start as u64, found).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                    self.ordinal += 1;
                }
                at = next.at;
            }
            if readable < want {
                return Err(crate::SourceError::Unreadable { offset: start + readable }.into());
            }
            let step = if is_last { want } else { (at as u64).max(1) };
            self.left = self.left.saturating_sub(step);
            start += step;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Fills the window from `start` and returns how much of it could be read.
    fn read(&self, start: u64, want: u64, window: &mut Vec<u8>) -> Result<u64, Error> {
        window.resize(usize::try_from(want).unwrap_or(WINDOW), 0);
        let mut filled = 0;
        while filled < window.len() {
            match self.source.read_at(start + filled as u64, &mut window[filled..]) {
                Ok(0) | Err(crate::SourceError::Unreadable { .. }) => break,
                Ok(count) => filled += count,
                Err(error) => return Err(error.into()),
            }
        }
        window.truncate(filled);
        Ok(filled as u64)
    }
}
