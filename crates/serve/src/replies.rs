//! Replies on their way to a client: bytes in memory, then perhaps a spooled file and what follows it.
//!
//! The storage is kept and never zeroed twice, so that bulk reads cost one copy out of the file and
//! one into the socket.

use std::io::{self, ErrorKind, Read};

use crate::spool::Filed;
use crate::stream::Stream;

/// Bytes of a spooled file sent at a time.
const PIECE: usize = 256 << 10;
/// Storage kept by a connection that is silent.
const KEPT: usize = 64 << 10;

/// Bytes to be sent, in order.
#[derive(Default)]
pub(crate) struct Replies {
    /// Initialised storage, of which `sent..len` is to be sent.
    bytes: Vec<u8>,
    len: usize,
    sent: usize,
    file: Option<Spooled>,
}

/// A file to be sent behind the bytes.
struct Spooled {
    filed: Filed,
    left: u64,
    tail: Vec<u8>,
}

impl Replies {
    /// Appends `count` bytes of the caller's.
    pub(crate) fn space(&mut self, count: usize) -> &mut [u8] {
        let start = self.len;
        self.len += count;
        if self.bytes.len() < self.len {
            self.bytes.resize(self.len, 0);
        }
        &mut self.bytes[start..self.len]
    }

    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.space(bytes.len()).copy_from_slice(bytes);
    }

    /// Bytes appended since all had been sent.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Takes back what was appended behind `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len.max(self.sent));
    }

    /// Overwrites bytes appended before and not sent yet.
    pub(crate) fn patch(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// Sets `count` bytes appended before and not sent yet.
    pub(crate) fn fill(&mut self, at: usize, count: usize, byte: u8) {
        if let Some(place) = self.bytes.get_mut(at..at + count) {
            place.fill(byte);
        }
    }

    /// Appends a file from where it stands, and then `tail`. Nothing may be appended behind it before it is sent.
    pub(crate) fn push_file(&mut self, filed: Filed, tail: Vec<u8>) {
        let left = filed.len;
        self.file = Some(Spooled { filed, left, tail });
    }

    /// Whether a file is on its way.
    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Whether nothing is left to send.
    pub(crate) fn is_sent(&self) -> bool {
        self.sent == self.len && self.file.is_none()
    }

    /// Sends what the stream takes at once; returns how many bytes that were.
    ///
    /// # Errors
    /// The stream's, or the spooled file's.
    pub(crate) fn send(&mut self, stream: &Stream) -> io::Result<usize> {
        let mut total = 0;
        while !self.is_sent() {
            if self.sent == self.len {
                self.refill()?;
                continue;
            }
            match stream.try_write(&self.bytes[self.sent..self.len]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => {
                    self.sent += count;
                    total += count;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(total),
                Err(error) => return Err(error),
            }
        }
        (self.len, self.sent) = (0, 0);
        Ok(total)
    }

    /// Gives back storage that a silent connection does not need.
    pub(crate) fn shrink(&mut self) {
        if self.is_sent() && self.bytes.len() > KEPT {
            self.bytes = Vec::new();
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        (self.len, self.sent) = (0, 0);
        let Some(mut spooled) = self.file.take() else { return Ok(()) };
        if spooled.left == 0 {
            self.push(&spooled.tail);
            return Ok(());
        }
        let piece = usize::try_from(spooled.left).unwrap_or(PIECE).min(PIECE);
        spooled.filed.file.read_exact(self.space(piece))?;
        spooled.left -= piece as u64;
        self.file = Some(spooled);
        Ok(())
    }
}
