//! Greps between a command and where it writes, first to last, streaming.

use std::io::{self, Write};

use super::Out;
use crate::lang::{Grep, GrepFilter};

/// Results go through greps, then on.
pub(crate) struct Chain<'a> {
    filters: Vec<GrepFilter>,
    inner: &'a mut dyn Out,
}

impl<'a> Chain<'a> {
    /// A chain of filters in the order given.
    pub(crate) fn new(greps: &[Grep], inner: &'a mut dyn Out) -> Chain<'a> {
        Chain { filters: greps.iter().cloned().map(GrepFilter::new).collect(), inner }
    }

    /// Lets each filter give what it kept back.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        for first in 0..self.filters.len() {
            let (head, tail) = self.filters.split_at_mut(first + 1);
            let inner = &mut *self.inner;
            head[first].finish(&mut |bytes| push(tail, bytes, inner))?;
        }
        Ok(())
    }
}

fn push(filters: &mut [GrepFilter], bytes: &[u8], out: &mut dyn Out) -> io::Result<()> {
    match filters.split_first_mut() {
        Some((first, rest)) => first.feed(bytes, &mut |bytes| push(rest, bytes, out)),
        None => out.write_all(bytes),
    }
}

impl Write for Chain<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        push(&mut self.filters, bytes, self.inner)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Out for Chain<'_> {
    fn report(&mut self, line: &str) {
        self.inner.report(line);
    }

    fn mark_peer(&mut self, peer: &str) {
        self.inner.mark_peer(peer);
    }

    fn mark_origin(&mut self, origin: &crate::origin::Origin) {
        self.inner.mark_origin(origin);
    }

    fn is_plain(&self) -> bool {
        self.inner.is_plain()
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}
