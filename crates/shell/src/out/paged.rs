//! Results that somebody looks at in pages.

use std::io::{self, Write};

use super::Out;
use crate::view::Pager;

/// Most reports kept until the pager is left.
const REPORTS: usize = 1000;

/// Results go to a pager; reports wait until it is left, for they would be written over it.
pub(crate) struct Paged<'a> {
    pager: Box<dyn Pager>,
    inner: &'a mut dyn Out,
    reports: Vec<String>,
    /// Whether nobody looks any more.
    is_left: bool,
}

impl<'a> Paged<'a> {
    /// What is written to `inner` goes to a pager.
    pub(crate) fn new(pager: Box<dyn Pager>, inner: &'a mut dyn Out) -> Paged<'a> {
        Paged { pager, inner, reports: Vec::new(), is_left: false }
    }

    /// Waits until the pager is left. Returns whether that was before all was written.
    pub(crate) fn finish(self) -> io::Result<bool> {
        let finished = self.pager.finish();
        self.reports.iter().for_each(|line| self.inner.report(line));
        finished.map(|()| self.is_left)
    }
}

impl Write for Paged<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.pager.write(bytes);
        self.is_left |= matches!(&written, Err(error) if error.kind() == io::ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pager.flush()
    }
}

impl Out for Paged<'_> {
    fn report(&mut self, line: &str) {
        if self.reports.len() < REPORTS {
            self.reports.push(line.to_owned());
        }
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
}
