//! Which bytes a command prints, and reading them in chunks.

use farad_io::{Coverage, Held};

use crate::error::Result;
use crate::eval::Env;
use crate::held::Guard;

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// A range of addresses, wrapping at the end of the address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    /// First address.
    pub(crate) addr: u64,
    /// Length in bytes.
    pub(crate) len: u64,
}

impl Range {
    /// The range that a length argument stands for: that many bytes from the seek, up to the
    /// seek when it is negative, and a block when it is empty.
    ///
    /// # Errors
    /// When it is no number.
    pub(crate) fn parse(env: &mut Env<'_>, text: &str) -> Result<Range> {
        let len = Range::count(env, text)?.unwrap_or(env.view.block as i64);
        let addr = if len < 0 { env.view.seek.wrapping_add_signed(len) } else { env.view.seek };
        Ok(Range { addr, len: len.unsigned_abs() })
    }

    /// A signed number, or nothing.
    ///
    /// # Errors
    /// When it is no number.
    pub(crate) fn count(env: &mut Env<'_>, text: &str) -> Result<Option<i64>> {
        if text.is_empty() { Ok(None) } else { env.number(text).map(|value| Some(value as i64)) }
    }

    /// All its bytes at once.
    ///
    /// # Errors
    /// When they are too many to hold, or cannot be read.
    pub(crate) fn read(self, env: &mut Env<'_>) -> Result<Vec<u8>> {
        let limit = crate::view::BLOCK_LIMIT;
        let len = usize::try_from(self.len).ok().filter(|len| *len <= limit).ok_or_else(|| {
            crate::Error::Limit { what: "a length", limit: format!("{limit:#x} bytes at a time") }
        })?;
        let mut bytes = vec![0; len];
        env.read_filled(self.addr, &mut bytes)?;
        Ok(bytes)
    }

    /// Its bytes in chunks whose sizes are multiples of `unit`, but the last.
    pub(crate) fn chunks(self, unit: usize) -> Chunks {
        let unit = unit.clamp(1, CHUNK);
        let guard = Guard::of(self.len);
        Chunks { next: self.addr, left: self.len, size: CHUNK / unit * unit, buf: Vec::new(), guard }
    }

    /// Hands over its bytes to be counted, each piece with how often it is there: what nobody keeps is one byte, many times.
    ///
    /// # Errors
    /// What cannot be read, an interrupt, and what `each` says.
    pub(crate) fn tally(self, env: &mut Env<'_>, mut each: impl FnMut(&[u8], u64)) -> Result<()> {
        let (mut addr, mut left) = (self.addr, self.len);
        while left > 0 {
            env.ctx.check()?;
            let extent = env.extent(addr);
            let len = (extent.last - addr).saturating_add(1).min(left);
            if extent.held == Held::Bytes || len <= CHUNK as u64 {
                let len = len.min(CHUNK as u64);
                each(&Range { addr, len }.read(env)?, 1);
                (addr, left) = (addr.wrapping_add(len), left - len);
            } else {
                // The first byte stands for all: zero, or what fills holes.
                each(&Range { addr, len: 1 }.read(env)?, len);
                (addr, left) = (addr.wrapping_add(len), left - len);
            }
        }
        Ok(())
    }
}

/// Reads a range chunk by chunk into one buffer.
pub(crate) struct Chunks {
    next: u64,
    left: u64,
    size: usize,
    buf: Vec<u8>,
    guard: Guard,
}

/// A part of a range.
pub(crate) struct Chunk<'a> {
    /// Address of its first byte.
    pub(crate) addr: u64,
    /// The bytes.
    pub(crate) bytes: &'a [u8],
    /// Which of them something provided.
    pub(crate) coverage: Coverage,
}

impl Chunks {
    /// The next part, or nothing at the end.
    ///
    /// # Errors
    /// What cannot be read, and an interrupt.
    pub(crate) fn next(&mut self, env: &mut Env<'_>) -> Result<Option<Chunk<'_>>> {
        let len = usize::try_from(self.left).unwrap_or(usize::MAX).min(self.size);
        if len == 0 {
            return Ok(None);
        }
        let addr = self.next;
        self.guard.pass(env, addr, len as u64)?;
        self.buf.resize(len, 0);
        let coverage = env.read_filled(addr, &mut self.buf)?;
        self.next = addr.wrapping_add(len as u64);
        self.left -= len as u64;
        Ok(Some(Chunk { addr, bytes: &self.buf, coverage }))
    }
}
