//! Where the bytes come from: the [`Source`] trait, and the bounded reader every parser goes through.
//!
//! Must not know formats. The reader is what keeps hostile counts from becoming memory: it never hands out more bytes than
//! the source holds, and stops lending once the file has been read several times over.

use crate::{Error, SourceError};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// Bytes at offsets. Interior mutability, caching and deadlines are the implementor's business.
pub trait Source {
    /// The size in bytes.
    fn len(&self) -> u64;

    /// Whether there are no bytes at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads at `offset` into `buf` and returns how many bytes were read. A short count means the readable run ends there.
    ///
    /// # Errors
    /// When nothing can be read at `offset`, or the source itself fails.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError>;
}

impl Source for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|start| self.get(start..))
            .ok_or(SourceError::Unreadable { offset })?;
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> u64 {
        Vec::len(self) as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        Source::read_at(&self.as_slice(), offset, buf)
    }
}

/// How much of the start is kept: headers and small tables come out of one read.
const HEAD: u64 = 4096;
/// How many times the file's size all table reads together may add up to. Overlapping tables are how a small file asks for much memory.
const LOANS: u64 = 8;
/// How many times the file's size all names together may take: many rows can share one long name.
const NAME_LOANS: u64 = 4;
/// What even a tiny file may ask for.
const FLOOR: u64 = 1 << 20;

/// Reads up to this many bytes come out of kept windows.
const SMALL: u64 = 4096;
/// The size of a window, in bytes.
const WINDOW: u64 = 64 << 10;
/// How many windows are kept.
const WINDOWS: usize = 8;

/// Reads pieces of a source, each at most as long as the source, all together at most a few times its size.
pub(crate) struct Reader<'a> {
    source: &'a dyn Source,
    head: Vec<u8>,
    left: Cell<u64>,
    names_left: Cell<u64>,
    windows: RefCell<VecDeque<(u64, Vec<u8>)>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn open(source: &'a dyn Source) -> Result<Self, Error> {
        let head = read_run(source, 0, HEAD.min(source.len()))?;
        let left = source.len().saturating_mul(LOANS).max(FLOOR);
        let names = source.len().saturating_mul(NAME_LOANS).max(FLOOR);
        Ok(Self {
            source,
            head,
            left: Cell::new(left),
            names_left: Cell::new(names),
            windows: RefCell::default(),
        })
    }

    pub(crate) fn len(&self) -> u64 {
        self.source.len()
    }

    /// The first bytes of the source, at most [`HEAD`].
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// A name to be kept; empty once names have taken all they may together.
    pub(crate) fn keep(&self, name: &str) -> String {
        // What does not fit is charged too: a long name that many rows share would be looked at for each.
        let left = self.names_left.get();
        let kept = if name.len() as u64 <= left { name } else { "" };
        self.names_left.set(left.saturating_sub(name.len() as u64));
        kept.to_owned()
    }

    /// Whether names have taken all they may together: then none need be looked at.
    pub(crate) fn has_no_room(&self) -> bool {
        self.names_left.get() == 0
    }

    /// Up to `len` bytes at `offset`: fewer where the source ends, is unreadable, or the loan is used up.
    pub(crate) fn bytes(&self, offset: u64, len: u64) -> Result<Vec<u8>, Error> {
        let len = len.min(self.source.len().saturating_sub(offset)).min(self.left.get());
        if len == 0 {
            return Ok(Vec::new());
        }
        self.left.set(self.left.get() - len);
        let held = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(len).ok())
            .and_then(|(start, len)| self.head.get(start..start.checked_add(len)?));
        match held {
            Some(held) => Ok(held.to_vec()),
            None if len <= SMALL => self.small(offset, len),
            None => read_run(self.source, offset, len),
        }
    }

    /// A small piece out of a kept window: names lie close together, and each must not cost a trip.
    fn small(&self, offset: u64, len: u64) -> Result<Vec<u8>, Error> {
        let start = offset / WINDOW * WINDOW;
        let mut windows = self.windows.borrow_mut();
        if !windows.iter().any(|(held, _)| *held == start) {
            if windows.len() >= WINDOWS {
                windows.pop_front();
            }
            let size = WINDOW.min(self.source.len() - start);
            windows.push_back((start, read_run(self.source, start, size)?));
        }
        let piece = windows.iter().find(|(held, _)| *held == start).and_then(|(_, window)| {
            let from = usize::try_from(offset - start).ok()?;
            window.get(from..from.checked_add(usize::try_from(len).ok()?)?)
        });
        match piece {
            Some(piece) => Ok(piece.to_vec()),
            None => read_run(self.source, offset, len),
        }
    }
}

fn read_run(source: &dyn Source, offset: u64, len: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(usize::MAX)];
    let mut filled = 0;
    while filled < bytes.len() {
        match source.read_at(offset + filled as u64, &mut bytes[filled..]) {
            Ok(0) | Err(SourceError::Unreadable { .. }) => break,
            Ok(count) => filled += count,
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Numbers out of a piece of a file. Every accessor answers `None` past the end.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub(crate) data: &'a [u8],
    pub(crate) big: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(data: &'a [u8], big: bool) -> Self {
        Self { data, big }
    }

    pub(crate) fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.data.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    pub(crate) fn u8(&self, at: usize) -> Option<u8> {
        self.data.get(at).copied()
    }

    pub(crate) fn u16(&self, at: usize) -> Option<u16> {
        let raw = self.array(at)?;
        Some(if self.big { u16::from_be_bytes(raw) } else { u16::from_le_bytes(raw) })
    }

    pub(crate) fn u32(&self, at: usize) -> Option<u32> {
        let raw = self.array(at)?;
        Some(if self.big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) })
    }

    pub(crate) fn u64(&self, at: usize) -> Option<u64> {
        let raw = self.array(at)?;
        Some(if self.big { u64::from_be_bytes(raw) } else { u64::from_le_bytes(raw) })
    }

    /// A number of `size` bytes: 1, 2, 4 or 8.
    pub(crate) fn number(&self, at: usize, size: u8) -> Option<u64> {
        match size {
            1 => self.u8(at).map(u64::from),
            2 => self.u16(at).map(u64::from),
            4 => self.u32(at).map(u64::from),
            _ => self.u64(at),
        }
    }

    /// The bytes up to a NUL or the end, as text, at most `limit` bytes of it.
    pub(crate) fn text(&self, at: usize, limit: usize) -> Option<String> {
        let rest = self.data.get(at..)?;
        let rest = &rest[..rest.len().min(limit)];
        let end = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
        Some(String::from_utf8_lossy(&rest[..end]).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_clipped_to_the_source() {
        let source = vec![7u8; 5000];
        let reader = Reader::open(&source).unwrap();
        assert_eq!(reader.bytes(4990, u64::MAX).unwrap().len(), 10);
        assert_eq!(reader.bytes(u64::MAX, 4).unwrap().len(), 0);
    }

    #[test]
    fn the_loan_runs_out() {
        let source = vec![7u8; 1 << 20];
        let reader = Reader::open(&source).unwrap();
        let total: usize = (0..20).map(|_| reader.bytes(0, 1 << 20).unwrap().len()).sum();
        assert_eq!(total as u64, LOANS << 20);
    }
}
