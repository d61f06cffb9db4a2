//! Raw bytes: seek and read (or write) in pairs, sent ahead of their replies in a bounded window.

use std::collections::VecDeque;
use std::io;

use farad_wire::rap::{Request, Whence, stock};

use super::client::{Place, RapClient};
use super::command::Beginning;
use super::pipeline::{Patience, Step};
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// Most bytes of one read, whatever the server offers: the decoder's limit.
const READ: usize = 1 << 20;

/// Bytes of one write to a farad server.
const WRITE: usize = 256 << 10;

/// Bytes asked for and not yet received: what keeps a long link busy, and bounds what is dropped after an interrupt.
const FARAD_WINDOW: usize = 4 << 20;
/// The same with a stock server.
const STOCK_WINDOW: usize = 1 << 20;

/// Encoded requests that may wait to be sent before more are made.
const UNSENT: usize = 64 << 10;

/// Longest block size that is understood, as the server prints it.
const BLOCK_TEXT: usize = 64;

/// A question on its way, and what its answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Where the session is.
    Tell,
    /// Its block size.
    Block,
    /// The size of what is open.
    Size,
    /// To go to this offset.
    Seek(u64),
    /// The bytes there, or whether they were written.
    Bytes(usize),
}

/// What all transfers of one call have in common: questions on their way, in order.
struct Flight {
    asked: VecDeque<Asked>,
    /// The answer to the last seek was where it was to go.
    landed: bool,
    seek: Option<u64>,
    block: Beginning,
}

impl RapClient {
    /// Reads at `offset` of what is open into `buf` and returns how many bytes were readable there: fewer where the
    /// readable run ends.
    ///
    /// # Errors
    /// [`Error::Connection`], or the interrupt.
    pub fn read_at(&mut self, offset: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        self.begin(ctx)?;
        let known = self.size.map_or(u64::MAX, |_| self.size());
        let len = within(known, offset, buf.len());
        if len == 0 {
            return Ok(0);
        }
        let result = self.fetch(offset, &mut buf[..len], ctx);
        let readable = self.settle(result, ctx)?;
        // A stock server sends `ff` for what is behind the end, which it may have told in this flight.
        Ok(within(self.size(), offset, readable))
    }

    /// Writes all of `data` at `offset` of what is open.
    ///
    /// # Errors
    /// [`Error::Io`] when the far end did not write some of it, [`Error::Connection`], or the interrupt; then a part may
    /// have been written.
    pub fn write_at(&mut self, offset: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        self.begin(ctx)?;
        if data.is_empty() {
            return Ok(());
        }
        let result = self.store(offset, data, ctx);
        self.forget_size();
        match self.settle(result, ctx)? {
            None => Ok(()),
            Some(failed) => Err(Error::Io {
                operation: "write",
                uri: self.uri().to_owned(),
                addr: offset.saturating_add(failed as u64),
                len: data.len() - failed,
                source: io::Error::other("the far end did not write them; it may be open for reading only"),
            }),
        }
    }

    /// Most bytes to ask for in one read.
    fn chunk(&self) -> usize {
        match self.hello() {
            Some(hello) => hello.max.map_or(stock::READ, |max| max as usize).clamp(1, READ),
            None => stock::READ,
        }
    }

    fn window(&self) -> usize {
        if self.is_farad() { FARAD_WINDOW } else { STOCK_WINDOW }
    }

    /// Fills `buf` as far as the readable run goes.
    fn fetch(&mut self, offset: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let (chunk, window) = (self.chunk(), self.window());
        let mut flight = self.take_off()?;
        // Of `buf`: what was asked for, what was answered, and what of that is readable without a gap.
        let (mut asked, mut answered, mut run) = (0, 0, 0);
        let mut run_ended = false;
        // Of the reply that is arriving: what came, and what is still to come.
        let (mut came, mut missing) = (0, 0);
        loop {
            while asked < buf.len() && asked - answered < window && self.pipe.unsent() < UNSENT && !run_ended
            {
                let len = (buf.len() - asked).min(chunk);
                let Some(from) = offset.checked_add(asked as u64) else { break };
                self.push(&Request::Seek { whence: Whence::Set, offset: from })?;
                // `chunk` is far below what the field holds.
                self.push(&Request::Read { len: len as u32 })?;
                flight.asked.extend([Asked::Seek(from), Asked::Bytes(len)]);
                asked += len;
            }
            if flight.asked.is_empty() {
                return Ok(run);
            }
            let at = answered + came;
            let place = (missing > 0).then(|| &mut buf[at..at + missing]);
            let step = self.pipe.step(place, flight.patience(ctx))?;
            if self.answer(&mut flight, &step) {
                continue;
            }
            let now = match step {
                Step::ReadStart(len) => {
                    (came, missing) = (0, len as usize);
                    continue;
                }
                Step::End => {
                    let Some(Asked::Bytes(len)) = flight.asked.pop_front() else { continue };
                    if !run_ended && flight.landed {
                        run += came;
                    }
                    run_ended |= !flight.landed || came < len;
                    answered += len;
                    came = 0;
                    continue;
                }
                Step::Staged(range) => {
                    let bytes = self.pipe.staged(range);
                    buf[at..at + bytes.len()].copy_from_slice(bytes);
                    bytes.len()
                }
                Step::Placed(now) => now,
                _ => continue,
            };
            came += now;
            missing -= now;
        }
    }

    /// Writes `data`; where it was not written, returns where that begins.
    fn store(&mut self, offset: u64, data: &[u8], ctx: &Ctx) -> Result<Option<usize>> {
        let (chunk, window) = (if self.is_farad() { WRITE } else { stock::WRITE }, self.window());
        let mut flight = self.take_off()?;
        let (mut sent, mut done) = (0, 0);
        let mut failed = None;
        loop {
            while sent < data.len() && sent - done < window && self.pipe.unsent() < UNSENT && failed.is_none()
            {
                let piece = &data[sent..data.len().min(sent + chunk)];
                let Some(to) = offset.checked_add(sent as u64) else {
                    failed = Some(sent);
                    break;
                };
                self.push(&Request::Seek { whence: Whence::Set, offset: to })?;
                self.push(&Request::Write { data: piece.to_vec() })?;
                flight.asked.extend([Asked::Seek(to), Asked::Bytes(piece.len())]);
                sent += piece.len();
            }
            if flight.asked.is_empty() {
                return Ok(failed);
            }
            let step = self.pipe.step(None, flight.patience(ctx))?;
            if self.answer(&mut flight, &step) {
                continue;
            }
            if let Step::Written(code) = step {
                if failed.is_none() && !(flight.landed && code == stock::WRITE_DONE) {
                    failed = Some(done);
                }
                if let Some(Asked::Bytes(len)) = flight.asked.pop_front() {
                    done += len;
                }
            }
        }
    }

    /// The questions in front of a transfer: the size where it is not known, and where a stock server's session is
    /// before it is moved. All in the same flight.
    fn take_off(&mut self) -> Result<Flight> {
        let mut flight =
            Flight { asked: VecDeque::new(), landed: false, seek: None, block: Beginning::of(BLOCK_TEXT) };
        if self.size.is_none() {
            self.push(&Request::Seek { whence: Whence::Size, offset: 0 })?;
            flight.asked.push_back(Asked::Size);
        }
        if !self.is_farad() && self.moved.is_none() {
            self.push(&Request::Seek { whence: Whence::Tell, offset: 0 })?;
            self.push(&Request::Command { text: b"b".to_vec() })?;
            flight.asked.extend([Asked::Tell, Asked::Block]);
        }
        Ok(flight)
    }

    /// Takes the answers that are not about bytes; whether `step` was of one.
    fn answer(&mut self, flight: &mut Flight, step: &Step) -> bool {
        match (flight.asked.front(), step) {
            (Some(Asked::Size), Step::Offset(size)) => self.learn_size(Some(*size)),
            (Some(Asked::Tell), Step::Offset(seek)) => flight.seek = Some(*seek),
            (Some(Asked::Seek(to)), Step::Offset(offset)) => flight.landed = to == offset,
            (Some(Asked::Block), Step::CommandStart(_)) => return true,
            (Some(Asked::Block), Step::Staged(range)) => {
                flight.block.extend(self.pipe.staged(range.clone()));
                return true;
            }
            (Some(Asked::Block), Step::End) => {
                self.moved = flight.seek.map(|seek| Place { seek, block: block_size(flight.block.bytes()) });
            }
            _ => return false,
        }
        flight.asked.pop_front();
        true
    }
}

impl Flight {
    /// One cancel is waited through until it is known where a session was that this flight moves.
    fn patience<'a>(&self, ctx: &'a Ctx) -> Patience<'a> {
        let raises = u32::from(self.asked.contains(&Asked::Block));
        Patience { raises, ..Patience::of(ctx) }
    }
}

/// How many of `len` bytes at `offset` are within `size`.
fn within(size: u64, offset: u64, len: usize) -> usize {
    usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX).min(len)
}

/// The number that a stock server's `b` prints, if it is one: it is sent back as part of a command.
fn block_size(printed: &[u8]) -> Option<String> {
    let text = str::from_utf8(printed).ok()?.trim_matches(|c: char| c == '\0' || c.is_ascii_whitespace());
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let is_number =
        !digits.is_empty() && digits.len() <= 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_is_taken_for_a_block_size() {
        assert_eq!(block_size(b"0x100\n\0").as_deref(), Some("0x100"));
        assert_eq!(block_size(b"256\n").as_deref(), Some("256"));
        for printed in [b"".as_slice(), b"\0", b"0x", b"0x100;!id", b"Usage: b", b"0x10000000000000000"] {
            assert_eq!(block_size(printed), None);
        }
    }
}
