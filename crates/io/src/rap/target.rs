//! A process under the debugger at a farad server: what is asked of it, in one exchange each.

use std::io::{self, Write};

use farad_wire::rap::Request;
use farad_wire::rap::hello::{Note, TARGET};
use farad_wire::target::{self, Reply, frame};

use super::client::RapClient;
use super::command::Text;
use super::pipeline::Patience;
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// Cancels that are passed on before the connection is given up.
const CANCELS: u32 = 3;

impl RapClient {
    /// Whether what is open there is a process under the debugger.
    pub fn is_target(&self) -> bool {
        self.hello().is_some_and(|hello| hello.target == Some(true))
    }

    /// Asks something of the process under the debugger, and writes what it printed to `out`. A cancel is passed on:
    /// the process is stopped, which the reply tells.
    ///
    /// # Errors
    /// [`Error::Limit`] for a message that the server would not take, [`Error::Connection`], or [`Error::Io`] when `out`
    /// failed.
    pub fn ask_target(&mut self, request: &target::Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        self.begin(ctx)?;
        if matches!(request, target::Request::Resume(_)) {
            self.wait_without_end();
        }
        let note = Note::Target(target::encode(request)).to_string();
        if note.len() > TARGET {
            let what = format!("a message of {} bytes to a process", note.len());
            return Err(Error::Limit { what, limit: format!("{TARGET} bytes") });
        }
        self.push(&Request::Command { text: note.into_bytes() })?;
        let mut answer = Answer { line: Vec::new(), is_whole: false, out };
        let result = self.hear_target(&mut answer, ctx);
        if result.is_ok() {
            // Those to cancels, which nobody waits for.
            self.pipe.abandon();
        }
        self.settle(result, ctx)?;
        if answer.line.is_empty() {
            return Err(Error::Cancelled);
        }
        target::decode(&answer.line).map_err(|error| self.pipe.fail(error.to_string()))
    }

    fn hear_target(&mut self, answer: &mut Answer<'_>, ctx: &Ctx) -> Result<()> {
        let mut raises = 0;
        let mut text = Text::with_trailer(answer);
        loop {
            let step = match self.pipe.step(None, Patience { ctx, raises, until: None }) {
                Ok(step) => step,
                Err(Error::Cancelled) if raises < CANCELS => {
                    raises = ctx.cancel.count();
                    self.push(&Request::Command { text: Note::Cancel.to_string().into_bytes() })?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if text.take(&mut self.pipe, &step)?.is_some() {
                return Ok(());
            }
        }
    }
}

/// The line of a reply, and what is behind it.
struct Answer<'a> {
    line: Vec<u8>,
    is_whole: bool,
    out: &'a mut dyn Write,
}

impl Write for Answer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_whole {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        self.is_whole = end.is_some();
        self.line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
        if self.line.len() > frame::LIMIT {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the reply has no end"));
        }
        if let Some(end) = end {
            self.out.write_all(&bytes[end + 1..])?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
