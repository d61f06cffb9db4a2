//! Outs that collect: whole for a caller of the library, bounded for substitutions.

use std::io::{self, Write};

use super::Out;
use crate::origin::Origin;

/// Collected results and reports.
#[derive(Debug, Default)]
pub struct Capture {
    /// The results.
    pub bytes: Vec<u8>,
    /// The reports, a line each.
    pub reports: Vec<String>,
}

impl Capture {
    /// Nothing yet.
    pub fn new() -> Capture {
        Capture::default()
    }

    /// The results as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Capture {
    fn report(&mut self, line: &str) {
        self.reports.push(line.to_owned());
    }

    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &crate::origin::Origin) {}
}

/// Collects results up to a limit; reports go on.
pub(crate) struct Collected<'a> {
    bytes: Vec<u8>,
    origin: Option<Origin>,
    limit: usize,
    inner: &'a mut dyn Out,
}

impl<'a> Collected<'a> {
    /// Fails the write that would pass `limit` bytes.
    pub(crate) fn new(inner: &'a mut dyn Out, limit: usize) -> Collected<'a> {
        Collected { bytes: Vec::new(), origin: None, limit, inner }
    }

    /// The results, and whose words are among them besides the caller's.
    pub(crate) fn into_text(self) -> (String, Option<Origin>) {
        (String::from_utf8_lossy(&self.bytes).into_owned(), self.origin)
    }
}

impl Write for Collected<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(io::Error::other(format!("collected output is limited to {} bytes", self.limit)));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Collected<'_> {
    fn report(&mut self, line: &str) {
        self.inner.report(line);
    }

    fn mark_peer(&mut self, peer: &str) {
        Origin::join(&mut self.origin, &Origin::peer(peer));
    }

    fn mark_origin(&mut self, origin: &Origin) {
        Origin::join(&mut self.origin, origin);
    }

    fn is_plain(&self) -> bool {
        true
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}
