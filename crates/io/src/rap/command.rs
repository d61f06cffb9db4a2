//! Commands at the far end: their text as it arrives, how they ended, and how one is cancelled.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use farad_wire::rap::hello::{self, Note, ServerHello};
use farad_wire::rap::trailer::{self, TailSplitter, Trailer};
use farad_wire::rap::{Limits, Request, Whence, stock};

use super::client::RapClient;
use super::pipeline::{Patience, Pipeline, Step};
use crate::backend::{Stamp, Status};
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// For how long a cancelled command may still end before its reply is left to be dropped later.
const GRACE: Duration = Duration::from_secs(2);

impl RapClient {
    /// Runs `line` at the far end, and writes what it prints to `out` as it arrives, as the bytes it is: cleaning it is
    /// the terminal's business.
    ///
    /// A stock server's seek and block size are first put back to where they were before raw reads, in the same flight.
    ///
    /// # Errors
    /// [`Error::Limit`] for a line that the server would not take, [`Error::Cancelled`] after the first cancel (the
    /// rest of the reply is dropped, and a farad server is told), [`Error::Connection`], or [`Error::Io`] when `out`
    /// failed. A command that failed there is a [`Status`].
    pub fn command(&mut self, line: &str, out: &mut dyn Write, ctx: &Ctx) -> Result<Status> {
        self.begin(ctx)?;
        self.wait_for_command();
        self.ask_command(line)?;
        let result = self.run(out, ctx);
        let trailer = self.settle(result, ctx)?;
        Ok(trailer.map_or_else(Status::default, status))
    }

    /// Puts a command in line.
    pub(super) fn ask_command(&mut self, line: &str) -> Result<()> {
        self.check_length(line)?;
        self.put_back()?;
        self.push(&Request::Command { text: line.as_bytes().to_vec() })?;
        // Whatever it does, it may do it to what is open.
        self.forget_size();
        Ok(())
    }

    /// Asks for the state of what is open. A stock server tells the size only.
    ///
    /// # Errors
    /// [`Error::Connection`], or the interrupt.
    pub fn stat(&mut self, ctx: &Ctx) -> Result<Stamp> {
        self.begin(ctx)?;
        let result = self.ask_stat(ctx);
        self.settle(result, ctx)?;
        let size = self.size();
        let modified = self.stamp().map_or_else(String::new, |stamp| stamp.modified);
        Ok(Stamp { size, modified })
    }

    fn ask_stat(&mut self, ctx: &Ctx) -> Result<()> {
        if !self.is_farad() {
            self.push(&Request::Seek { whence: Whence::Size, offset: 0 })?;
            while !self.pipe.is_idle() {
                if let Step::Offset(size) = self.pipe.step(None, Patience::of(ctx))? {
                    self.learn_size(Some(size));
                }
            }
            return Ok(());
        }
        self.push(&Request::Command { text: Note::Stat.to_string().into_bytes() })?;
        self.take_answer(ctx)
    }

    /// Waits for a farad server's answer to a stat.
    pub(super) fn take_answer(&mut self, ctx: &Ctx) -> Result<()> {
        let mut answer = Beginning::of(hello::ANSWER);
        let mut text = Text::with_trailer(&mut answer);
        while !self.pipe.is_idle() {
            let step = self.pipe.step(None, Patience::of(ctx))?;
            text.take(&mut self.pipe, &step)?;
        }
        if let Some(now) = ServerHello::parse(answer.bytes()) {
            self.take_stat(now);
        }
        Ok(())
    }

    /// Waits for the oldest command that is waited for.
    pub(super) fn run(&mut self, out: &mut dyn Write, ctx: &Ctx) -> Result<Option<Trailer>> {
        let mut text = Text { out, splitter: None, with_trailer: self.is_farad(), written: 0 };
        let error = loop {
            let step = match self.pipe.step(None, Patience::of(ctx)) {
                Ok(step) => step,
                Err(error) => break error,
            };
            match text.take(&mut self.pipe, &step) {
                Ok(Some(trailer)) => return Ok(trailer),
                Ok(None) => {}
                Err(error) => break error,
            }
        };
        if matches!(error, Error::Cancelled | Error::Io { .. }) {
            self.drop_rest(ctx)?;
        }
        Err(error)
    }

    /// Has a farad server stop, and gives the reply some time to end.
    fn drop_rest(&mut self, ctx: &Ctx) -> Result<()> {
        let ends = Instant::now() + GRACE;
        let patience = Patience { ctx, raises: 1, until: Some(ends) };
        self.pipe.abandon();
        if self.is_farad() {
            self.push(&Request::Command { text: Note::Cancel.to_string().into_bytes() })?;
            self.pipe.abandon();
        }
        match self.pipe.drain(patience) {
            Err(Error::Deadline) if Instant::now() >= ends => Ok(()),
            ended => ended,
        }
    }

    /// Puts a stock server's session back to where it was before raw reads. Nobody waits for the replies.
    pub(super) fn put_back(&mut self) -> Result<()> {
        let Some(place) = self.moved.take() else { return Ok(()) };
        self.push(&Request::Seek { whence: Whence::Set, offset: place.seek })?;
        if let Some(block) = place.block {
            self.push(&Request::Command { text: format!("b {block}").into_bytes() })?;
        }
        self.pipe.abandon();
        Ok(())
    }

    fn check_length(&self, line: &str) -> Result<()> {
        let (most, who) = match self.is_farad() {
            // The NUL counts.
            true => (Limits::server().command as usize - 1, "a farad server"),
            false => (stock::COMMAND, "a radare2 server"),
        };
        if line.len() > most {
            return Err(Error::Limit {
                what: format!("a command of {} bytes", line.len()),
                limit: format!("{most} bytes, the most {who} takes"),
            });
        }
        Ok(())
    }
}

/// How a command ended, in words where it did not do what was asked.
pub(super) fn status(trailer: Trailer) -> Status {
    let message = trailer.message().trim_end();
    let unsaid = match trailer.status() {
        trailer::Status::Done => {
            return Status { failure: None, notes: message.lines().map(str::to_owned).collect() };
        }
        trailer::Status::Cancelled => "it was cancelled at the far end",
        trailer::Status::Refused => "the far end does not allow it",
        trailer::Status::Failed | trailer::Status::Other(_) => "it failed at the far end",
    };
    let failure = if message.is_empty() { unsaid } else { message };
    Status { failure: Some(failure.to_owned()), notes: Vec::new() }
}

/// The text of one command's reply on its way to a writer.
pub(super) struct Text<'a> {
    out: &'a mut dyn Write,
    splitter: Option<TailSplitter>,
    with_trailer: bool,
    written: u64,
}

impl<'a> Text<'a> {
    /// Of a server that is not known to be farad's.
    pub(super) fn plain(out: &'a mut dyn Write) -> Text<'a> {
        Text { out, splitter: None, with_trailer: false, written: 0 }
    }

    /// Of a farad server.
    pub(super) fn with_trailer(out: &'a mut dyn Write) -> Text<'a> {
        Text { out, splitter: None, with_trailer: true, written: 0 }
    }

    /// Takes a step of the reply; at its end, returns the trailer if there is one. Other steps are passed over.
    pub(super) fn take(&mut self, pipe: &mut Pipeline, step: &Step) -> Result<Option<Option<Trailer>>> {
        match step {
            Step::CommandStart(len) => {
                self.splitter = Some(match self.with_trailer {
                    true => TailSplitter::with_trailer(*len),
                    false => TailSplitter::plain(*len),
                });
            }
            Step::Staged(range) => {
                if let Some(splitter) = &mut self.splitter {
                    let text = splitter.push(pipe.staged(range.clone()));
                    self.out.write_all(text).map_err(|error| self.failed(pipe, text.len(), error))?;
                    self.written += text.len() as u64;
                }
            }
            Step::End => {
                let Some(splitter) = self.splitter.take() else { return Ok(None) };
                let tail = splitter.finish().map_err(|error| pipe.fail(error.to_string()))?;
                let len = tail.text.len();
                let passed = self.out.write_all(&tail.text).and_then(|()| self.out.flush());
                passed.map_err(|error| self.failed(pipe, len, error))?;
                return Ok(Some(tail.trailer));
            }
            _ => {}
        }
        Ok(None)
    }

    fn failed(&self, pipe: &Pipeline, len: usize, source: io::Error) -> Error {
        Error::Io { operation: "pass on", uri: pipe.uri().to_owned(), addr: self.written, len, source }
    }
}

/// The first bytes of a text; the others are dropped.
pub(super) struct Beginning {
    bytes: Vec<u8>,
    most: usize,
}

impl Beginning {
    pub(super) fn of(most: usize) -> Beginning {
        Beginning { bytes: Vec::new(), most }
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let room = self.most - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
