//! A host that is spoken to in text alone: commands with their output over tcp and unix sockets, and
//! output pushed there or to udp.

use std::io::Write;
use std::time::Duration;

use farad_io::net::{Carrier, Pace, Push, exchange, tcp_exchange};
use farad_io::{Ctx, Status, Transport};
use farad_shell::{Env, Error, Result, load};

use super::connect::timeout;

/// Such a host.
pub(super) struct Line {
    carrier: Carrier,
    transport: Transport,
    uri: String,
    timeout: Duration,
    pace: Pace,
    /// The connection that output is pushed over. A peer may serve one connection at a time, so
    /// the first command takes it when it is still unused.
    push: Option<Push>,
}

impl Line {
    /// Connects, to see that somebody is there.
    ///
    /// # Errors
    /// The stage that failed.
    pub(super) fn connect(env: &Env<'_>, carrier: Carrier, transport: Transport, uri: &str) -> Result<Line> {
        let (timeout, pace) = (timeout(env), load::pace(env));
        let mut line = Line { carrier, transport, uri: uri.to_owned(), timeout, pace, push: None };
        line.push = Some(line.open(env.ctx)?);
        Ok(line)
    }

    /// Whether the connection that output is pushed over leads to this machine. Others are judged as they are made.
    pub(super) fn is_here(&self) -> bool {
        self.push.as_ref().is_some_and(Push::is_here)
    }

    /// Sends a command and prints all that comes back. How it ended is not told.
    ///
    /// # Errors
    /// For udp; and when the connection fails.
    pub(super) fn command(&mut self, env: &mut Env<'_>, line: &str) -> Result<Status> {
        if self.carrier == Carrier::Datagram {
            return Err(Error::failed(format!(
                "{} answers no commands: udp hosts take output (=<)",
                self.uri
            )));
        }
        env.out.mark_peer(&self.uri);
        let (unused, ctx) = (self.push.take().and_then(Push::into_unused), env.ctx);
        let out = &mut env.out;
        match unused {
            Some(link) => exchange(link, &self.uri, line, out, self.pace, ctx)?,
            None => tcp_exchange(&self.transport, &self.uri, line, out, self.timeout, self.pace, ctx)?,
        }
        Ok(Status::default())
    }

    /// Has `print` write to the host, over the connection that is there or a new one.
    ///
    /// # Errors
    /// What `print` says, or the connection.
    pub(super) fn push(&mut self, ctx: &Ctx, print: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
        let mut push = match self.push.take() {
            Some(push) => push,
            None => self.open(ctx)?,
        };
        let mut pushing = push.begin(ctx);
        let printed = print(&mut pushing).map_err(unwrap);
        let ended = pushing.finish();
        let is_gone = matches!(&printed, Err(Error::Io(error)) if error.is_fatal()) || ended.is_err();
        if !is_gone {
            self.push = Some(push);
        }
        printed.and(Ok(ended?))
    }

    fn open(&self, ctx: &Ctx) -> Result<Push> {
        Ok(Push::connect(self.carrier, &self.transport, &self.uri, self.timeout, self.pace, ctx)?)
    }
}

/// The connection's own error, where it came as one of writing the output.
fn unwrap(error: Error) -> Error {
    match error {
        Error::Output(error) => match error.downcast::<farad_io::Error>() {
            Ok(error) => Error::Io(error),
            Err(error) => Error::Output(error),
        },
        error => error,
    }
}
