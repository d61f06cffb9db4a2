//! Standard output and error as an [`Out`].

use std::io::{self, IsTerminal, Write};

use farad_shell::out::Out;

use crate::sanitize::{self, Sanitizer};

/// Bytes kept before they are written.
const BUFFER: usize = 64 * 1024;

/// Where reports go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reports {
    /// Standard error.
    #[default]
    Error,
    /// Standard output (`-1`).
    Output,
    /// Nowhere (`-2`).
    Nowhere,
}

/// Results to standard output, reports to standard error.
pub(crate) struct Standard {
    buffer: Vec<u8>,
    /// On a terminal, what may reach it.
    sanitizer: Option<Sanitizer>,
    reports: Reports,
    color: bool,
    /// Whether the terminal's line holds progress, which goes before anything else is written.
    shows_progress: bool,
}

impl Standard {
    /// The process's own.
    pub(crate) fn new(reports: Reports) -> Standard {
        let color =
            io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let sanitizer = io::stdout().is_terminal().then(Sanitizer::default);
        Standard { buffer: Vec::with_capacity(BUFFER), sanitizer, reports, color, shows_progress: false }
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.shows_progress) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        self.clear_progress();
        let result = io::stdout().write_all(&self.buffer);
        self.buffer.clear();
        result
    }
}

impl Write for Standard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sanitizer {
            Some(sanitizer) => sanitizer.push(bytes, &mut self.buffer),
            None if bytes.len() >= BUFFER => {
                self.drain()?;
                io::stdout().write_all(bytes)?;
            }
            None => self.buffer.extend_from_slice(bytes),
        }
        // A person sees each line as it comes.
        if self.buffer.len() >= BUFFER || (self.sanitizer.is_some() && self.buffer.ends_with(b"\n")) {
            self.drain()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        io::stdout().flush()
    }
}

impl Out for Standard {
    fn report(&mut self, line: &str) {
        // A report that cannot be written has nowhere left to be reported.
        let _ = self.flush();
        let line = sanitize::line(line);
        match self.reports {
            Reports::Error if self.color && line.starts_with("ERROR") => {
                let _ = writeln!(io::stderr(), "\x1b[31m{line}\x1b[0m");
            }
            Reports::Error => {
                let _ = writeln!(io::stderr(), "{line}");
            }
            Reports::Output => {
                let _ = writeln!(io::stdout(), "{line}");
            }
            Reports::Nowhere => {}
        }
    }

    fn progress(&mut self, line: &str) {
        let is_seen =
            self.sanitizer.is_some() && self.reports == Reports::Error && io::stderr().is_terminal();
        // What was printed before stands above it.
        if is_seen && self.flush().is_ok() {
            self.shows_progress = write!(io::stderr(), "\r{}\x1b[K", sanitize::line(line)).is_ok();
        }
    }

    /// On a terminal everything is sanitized, a peer's text or not.
    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &farad_shell::origin::Origin) {}

    fn is_terminal(&self) -> bool {
        self.sanitizer.is_some()
    }
}

impl Drop for Standard {
    fn drop(&mut self) {
        if let Some(sanitizer) = &mut self.sanitizer {
            sanitizer.finish(&mut self.buffer);
        }
        let _ = self.flush();
    }
}
