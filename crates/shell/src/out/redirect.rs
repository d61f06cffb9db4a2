//! Where reports go when a statement sends them elsewhere: to a file, among its output, or into a list.

use std::io::{self, Write};

use super::Out;

/// Reports go to a writer, a line each; results further on.
pub(crate) struct Reported<'a, W> {
    /// Where reports go.
    pub(crate) writer: W,
    /// Where results go.
    pub(crate) inner: &'a mut dyn Out,
}

/// Reports go where results go.
pub(crate) struct Merged<'a>(pub(crate) &'a mut dyn Out);

/// Reports are kept as well as results are passed on.
pub(crate) struct Logged<'a> {
    /// The reports, up to a limit.
    pub(crate) reports: Vec<String>,
    /// Where results go.
    pub(crate) inner: &'a mut dyn Out,
}

/// Most reports that are kept.
const REPORTS: usize = 10_000;

impl<W: Write> Write for Reported<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Out for Reported<'_, W> {
    fn report(&mut self, line: &str) {
        // A report that cannot be written has nowhere left to be reported.
        let _ = writeln!(self.writer, "{line}");
    }

    fn mark_peer(&mut self, peer: &str) {
        self.inner.mark_peer(peer);
    }

    fn mark_origin(&mut self, origin: &crate::origin::Origin) {
        self.inner.mark_origin(origin);
    }

    fn is_terminal(&self) -> bool {
        self.inner.is_terminal()
    }

    fn is_plain(&self) -> bool {
        self.inner.is_plain()
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}

impl Write for Merged<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Out for Merged<'_> {
    fn report(&mut self, line: &str) {
        // Where results cannot be written, the next of them says so.
        let _ = writeln!(self.0, "{line}");
    }

    fn mark_peer(&mut self, peer: &str) {
        self.0.mark_peer(peer);
    }

    fn mark_origin(&mut self, origin: &crate::origin::Origin) {
        self.0.mark_origin(origin);
    }

    fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }

    fn is_plain(&self) -> bool {
        self.0.is_plain()
    }

    fn progress(&mut self, line: &str) {
        self.0.progress(line);
    }
}

impl Write for Logged<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Out for Logged<'_> {
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

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}
