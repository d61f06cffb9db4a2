//! What `socket://` and `unix://` share: a byte stream shown as bytes at offsets.
//!
//! What the peer sent stands at its offset in the stream, for as long as the descriptor is open; what did not come yet
//! is not readable, and a read there waits a moment only. A write is sent, whatever its offset.

use std::time::Instant;

use crate::backend::{Backend, Caching, WriteAt};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::net::{Link, Pace, Wait, advise};

/// Most bytes kept of what the peer sent. More is left with the system, until the peer cannot send.
const LIMIT: usize = 256 << 20;

/// Bytes received at once.
const CHUNK: usize = 64 << 10;

/// A connected stream and what came over it.
pub(super) struct Stream {
    uri: String,
    link: Link,
    received: Vec<u8>,
    chunk: Vec<u8>,
    pace: Pace,
}

impl Stream {
    pub(super) fn new(uri: &str, link: Link, pace: Pace) -> Stream {
        Stream { uri: uri.to_owned(), link, received: Vec::new(), chunk: vec![0; CHUNK], pace }
    }

    /// Sends what it can of `out` and takes what there is, waiting a tick where nothing moves.
    fn exchange(&mut self, out: &[u8]) -> Result<usize> {
        let room = (LIMIT - self.received.len()).min(CHUNK);
        let moved = self
            .link
            .exchange(out, &mut self.chunk[..room])
            .map_err(|error| Error::Connection { uri: self.uri.clone(), why: error.to_string() })?;
        self.received.extend_from_slice(&self.chunk[..moved.received]);
        Ok(moved.sent)
    }
}

impl Backend for Stream {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let at = usize::try_from(addr).unwrap_or(usize::MAX);
        let end = at.saturating_add(buf.len());
        // What has arrived is taken before anything is shown; where it ends before what is asked for, one tick more.
        loop {
            ctx.check()?;
            let had = self.received.len();
            if had >= end || self.link.is_closed() {
                break;
            }
            if had == LIMIT && at >= had {
                let limit = format!("{LIMIT:#x} bytes received");
                return Err(Error::Limit { what: self.uri.clone(), limit });
            }
            self.exchange(&[])?;
            if self.received.len() == had {
                break;
            }
        }
        let there = self.received.get(at..).unwrap_or_default();
        let n = there.len().min(buf.len());
        buf[..n].copy_from_slice(&there[..n]);
        Ok(n)
    }

    /// More may come at any time.
    fn size(&self) -> u64 {
        u64::MAX
    }

    fn caching(&self) -> Caching {
        Caching::Exact
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }
}

impl WriteAt for Stream {
    fn write_at(&mut self, _addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        let failed = |uri: &str, why: &str| Error::Connection { uri: uri.to_owned(), why: why.to_owned() };
        let mut wait = Wait::for_bytes(self.pace);
        let mut sent = 0;
        while sent < data.len() {
            ctx.check()?;
            let asked = Instant::now();
            let now = self.exchange(&data[sent..])?;
            wait.spend(asked.elapsed(), now).map_err(|why| failed(&self.uri, &advise(&why)))?;
            sent += now;
            if self.link.is_deaf() {
                return Err(failed(&self.uri, "the far end hung up"));
            }
        }
        Ok(())
    }
}
