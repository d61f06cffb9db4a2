//! Instructions one after the other, decoded out of few, large reads.

use farad_arch::{Decoder, Instruction, Settings};

use crate::cmd::decoder;
use crate::error::Result;
use crate::eval::Env;
use crate::held::Guard;

/// Most bytes read at a time.
const CHUNK: usize = 64 << 10;

/// How far a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// So many instructions.
    Count(u64),
    /// So many bytes: nothing behind them is looked at, even to end an instruction.
    Bytes(u64),
}

/// Decodes from an address on.
pub(super) struct Stream {
    decoder: Decoder,
    /// Where the next instruction is.
    addr: u64,
    left: Extent,
    buf: Vec<u8>,
    /// The part of `buf` not decoded yet.
    at: usize,
    guard: Guard,
}

/// What is at an address.
pub(super) struct Item<'a> {
    /// Its address.
    pub(super) addr: u64,
    /// Its bytes.
    pub(super) bytes: &'a [u8],
    /// Whether they are an instruction.
    pub(super) is_valid: bool,
}

impl Stream {
    /// A stream from `addr` on.
    ///
    /// # Errors
    /// When there is no decoder for the settings in force.
    pub(super) fn new(env: &Env<'_>, addr: u64, extent: Extent) -> Result<Stream> {
        let decoder = decoder(env)?;
        let guard = Guard::of(match extent {
            Extent::Count(count) => count.saturating_mul(decoder.max_size() as u64),
            Extent::Bytes(len) => len,
        });
        Ok(Stream { decoder, addr, left: extent, buf: Vec::new(), at: 0, guard })
    }

    /// Whether its extent is not used up.
    pub(super) fn has_left(&self) -> bool {
        !matches!(self.left, Extent::Count(0) | Extent::Bytes(0))
    }

    /// What instructions are decoded by.
    pub(super) fn settings(&self) -> &Settings {
        self.decoder.settings()
    }

    /// Where the next instruction is.
    pub(super) fn addr(&self) -> u64 {
        self.addr
    }

    /// The next instruction, its text into `instruction`; with `meaning` also what it does.
    ///
    /// # Errors
    /// What cannot be read, and an interrupt.
    pub(super) fn next(
        &mut self,
        env: &mut Env<'_>,
        instruction: &mut Instruction,
        meaning: bool,
    ) -> Result<Option<Item<'_>>> {
        if !self.fill(env)? {
            return Ok(None);
        }
        let mut bytes = &self.buf[self.at..];
        if let Extent::Bytes(left) = self.left {
            bytes = &bytes[..usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len())];
        }
        let bytes = &bytes[..self.decoder.max_size().min(bytes.len())];
        let is_valid = match meaning {
            true => self.decoder.decode_into(bytes, self.addr, instruction),
            false => self.decoder.decode_text(bytes, self.addr, instruction),
        };
        let size = if is_valid { instruction.size } else { self.decoder.invalid_size() };
        let size = size.clamp(1, bytes.len());
        let (addr, at) = (self.addr, self.at);
        self.advance(size, 1);
        Ok(Some(Item { addr, bytes: &self.buf[at..at + size], is_valid }))
    }

    /// Steps over `size` bytes that are no instruction but data.
    pub(super) fn skip(&mut self, size: u64) {
        self.at =
            usize::try_from(size).map_or(usize::MAX, |size| self.at.saturating_add(size)).min(self.buf.len());
        self.addr = self.addr.wrapping_add(size);
        self.left = match self.left {
            Extent::Count(left) => Extent::Count(left.saturating_sub(1)),
            Extent::Bytes(left) => Extent::Bytes(left.saturating_sub(size)),
        };
        if self.at == self.buf.len() {
            self.buf.clear();
            self.at = 0;
        }
    }

    /// Goes back over the last `size` bytes, which must be of the item just given.
    pub(super) fn unread(&mut self, size: usize) {
        self.at -= size;
        self.addr = self.addr.wrapping_sub(size as u64);
        if let Extent::Bytes(left) = &mut self.left {
            *left += size as u64;
        }
    }

    fn advance(&mut self, size: usize, count: u64) {
        self.at += size;
        self.addr = self.addr.wrapping_add(size as u64);
        self.left = match self.left {
            Extent::Count(left) => Extent::Count(left - count),
            Extent::Bytes(left) => Extent::Bytes(left - size as u64),
        };
    }

    /// Sees to it that the longest instruction is at hand; whether there is anything left.
    fn fill(&mut self, env: &mut Env<'_>) -> Result<bool> {
        let max = self.decoder.max_size();
        let wanted = match self.left {
            Extent::Count(left) => left.saturating_mul(max as u64),
            Extent::Bytes(left) => left,
        };
        if wanted == 0 {
            return Ok(false);
        }
        let held = self.buf.len() - self.at;
        if held >= max || held as u64 >= wanted {
            return Ok(true);
        }
        self.buf.drain(..self.at);
        self.at = 0;
        let size = usize::try_from(wanted).unwrap_or(usize::MAX).min(CHUNK).max(held);
        self.buf.resize(size, 0);
        let from = self.addr.wrapping_add(held as u64);
        self.guard.pass(env, from, (size - held) as u64)?;
        env.read_filled(from, &mut self.buf[held..])?;
        Ok(true)
    }
}
