//! Where commands write: everything is an [`Out`], streaming, chained by grep, pipes and redirects.

use std::io::{self, Write};

use crate::origin::Origin;

mod capture;
mod chain;
mod paged;
mod pipe;
mod redirect;
mod talk;

pub use capture::Capture;
pub(crate) use capture::Collected;
pub(crate) use chain::Chain;
pub(crate) use paged::Paged;
pub(crate) use pipe::{Piped, Screen, is_interrupted, run_captured, run_on_terminal};
pub(crate) use redirect::{Logged, Merged, Reported};
pub(crate) use talk::Talk;

/// A place for results (through [`Write`]) and, apart from them, for diagnostics.
pub trait Out: Write {
    /// Takes one line for the person at the other end: an error, a warning, a note. It is not
    /// part of the result and passes by greps, pipes and redirects.
    fn report(&mut self, line: &str);

    /// Says that what follows was written by `peer`, not by this process: where it is
    /// interpreted it is data, and a terminal obeys none of its control sequences but colours.
    fn mark_peer(&mut self, peer: &str);

    /// Says that what is written holds words of somebody who may do less than the caller: made into
    /// commands, it does no more. Whoever passes text on passes this on; where text ends, it ends.
    fn mark_origin(&mut self, origin: &Origin);

    /// Shows how far long work is, in place of the last such line, until something else is written. It is for
    /// a person at a terminal: others see nothing of it.
    fn progress(&mut self, _line: &str) {}

    /// Whether a person reads it as it comes, on a terminal that a program may take over.
    fn is_terminal(&self) -> bool {
        false
    }

    /// Whether a file, a program or another command takes what is written, so that colours would
    /// be in the way.
    fn is_plain(&self) -> bool {
        false
    }
}

/// Results go to a writer of this process's own (a file, an alias), reports further up.
pub(crate) struct Diverted<'a, W> {
    /// Where results go.
    pub(crate) writer: W,
    /// Where reports go.
    pub(crate) inner: &'a mut dyn Out,
}

impl<W: Write> Write for Diverted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Write> Out for Diverted<'_, W> {
    fn report(&mut self, line: &str) {
        self.inner.report(line);
    }

    fn mark_peer(&mut self, peer: &str) {
        self.inner.mark_peer(peer);
    }

    fn mark_origin(&mut self, origin: &Origin) {
        self.inner.mark_origin(origin);
    }

    fn is_plain(&self) -> bool {
        true
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}
