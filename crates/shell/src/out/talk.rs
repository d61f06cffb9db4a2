//! A program that asks the session that started it: two pipes, whose numbers it finds in its environment as
//! radare2's scripts do. It writes a command, and reads what that prints up to a NUL.
//!
//! Owns the program and both pipes. Must not know what a command is.

use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use farad_io::Ctx;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::Out;
use super::pipe::{Held, Screen, TICK, pid};

/// Bytes of a page, which is what the system hands over of a long write at once.
const PAGE: usize = 4096;
/// Most bytes of a command.
const COMMAND: usize = 16 << 20;

/// A program that may ask.
pub(crate) struct Talk {
    child: Child,
    /// It leads a process group of its own.
    is_group: bool,
    /// What it prints, where that does not go to the terminal at once.
    output: Option<OwnedFd>,
    commands: Option<OwnedFd>,
    replies: Option<OwnedFd>,
    ended: Option<OwnedFd>,
    /// What came of a command so far.
    pending: Vec<u8>,
    /// Whether a wait brought nothing more of it.
    is_stalled: bool,
    is_over: bool,
    /// The terminal while it runs. It stays in this process's group, so that ^C ends both what it asked for and it.
    _held: Held,
}

impl Talk {
    /// Starts a program, which may ask at the terminal that it is lent, and prints there where that is all its own.
    pub(crate) fn start(mut program: Command, screen: Screen, ctx: &Ctx) -> io::Result<Talk> {
        let (its_input, replies) = pipe_with(PipeFlags::CLOEXEC)?;
        let (commands, its_output) = pipe_with(PipeFlags::CLOEXEC)?;
        program.env("R2PIPE_IN", its_input.as_raw_fd().to_string());
        program.env("R2PIPE_OUT", its_output.as_raw_fd().to_string());
        let is_group = !ctx.principal.is_owner();
        if is_group {
            program.process_group(0).stdin(Stdio::null());
        }
        if !matches!(screen, Screen::Own(_)) {
            program.stdout(Stdio::piped());
        }
        farad_debug::inherit(&mut program, vec![its_input, its_output]);
        let mut child = program.spawn()?;
        let held = screen.asking().start(&child)?;
        // This process's copies of the ends it gave away go with it.
        drop(program);
        let output = child.stdout.take().map(OwnedFd::from);
        for end in [Some(&commands), Some(&replies), output.as_ref()].into_iter().flatten() {
            rustix::io::ioctl_fionbio(end, true)?;
        }
        let ended = pid(&child).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(Talk {
            child,
            is_group,
            output,
            commands: Some(commands),
            replies: Some(replies),
            ended,
            pending: Vec::new(),
            is_stalled: false,
            is_over: false,
            _held: held,
        })
    }

    /// Waits, for a moment at most, until it asks, prints or ends.
    pub(crate) fn wait(&mut self, ctx: &Ctx) -> io::Result<()> {
        // Not as ErrorKind::Interrupted, after which callers would try again for ever.
        ctx.check().map_err(io::Error::other)?;
        let ends = [&self.commands, &self.output, &self.ended];
        let mut fds: Vec<_> = ends
            .into_iter()
            .flatten()
            .map(|end| PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN))
            .collect();
        match poll(&mut fds, Some(&TICK)) {
            Ok(ready) => {
                self.is_stalled = ready == 0;
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Passes on what it printed.
    pub(crate) fn pass_on(&mut self, out: &mut dyn Out) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        while let Some(output) = &self.output {
            match rustix::io::read(output, &mut chunk) {
                Ok(0) => self.output = None,
                Ok(n) => out.write_all(&chunk[..n])?,
                Err(Errno::AGAIN | Errno::INTR) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }

    /// The command that it asks for, once it is there whole. Clients of old send no line end: a command ends
    /// with what one write brought, which the system hands over in whole pages but for its last.
    pub(crate) fn command(&mut self) -> io::Result<Option<String>> {
        let mut chunk = [0; 16 * 1024];
        while let Some(commands) = &self.commands {
            match rustix::io::read(commands, &mut chunk) {
                Ok(0) => self.commands = None,
                Ok(n) if self.pending.len() + n > COMMAND => {
                    return Err(io::Error::other(format!("a script's command is over {COMMAND} bytes")));
                }
                Ok(n) => {
                    self.pending.extend_from_slice(&chunk[..n]);
                    self.is_stalled = false;
                }
                Err(Errno::AGAIN | Errno::INTR) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        let is_whole = self.commands.is_none()
            || self.is_stalled
            || self.pending.ends_with(b"\n")
            || !self.pending.len().is_multiple_of(PAGE);
        if self.pending.is_empty() || !is_whole {
            return Ok(None);
        }
        let bytes = std::mem::take(&mut self.pending);
        let text = String::from_utf8_lossy(&bytes);
        Ok(Some(text.trim_end_matches(['\n', '\r', '\0']).to_owned()))
    }

    /// Where the answer to a command goes; reports go to `inner`.
    pub(crate) fn reply<'a>(&'a self, inner: &'a mut dyn Out, ctx: &'a Ctx) -> Reply<'a> {
        Reply { to: self.replies.as_ref().map(AsFd::as_fd), inner, ctx, is_cut: false }
    }

    /// How it ended, once it has and nothing of what it asked for or printed is left.
    pub(crate) fn end(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        self.is_over |= status.is_some();
        Ok(status)
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        if !self.is_over {
            let group = pid(&self.child).filter(|_| self.is_group);
            // It may have ended by itself just now.
            let _ = match group {
                Some(group) => kill_process_group(group, Signal::KILL).map_err(io::Error::from),
                None => self.child.kill(),
            };
            let _ = self.child.wait();
        }
    }
}

/// An answer on its way. A program that does not read it holds nothing up but its own command.
pub(crate) struct Reply<'a> {
    to: Option<BorrowedFd<'a>>,
    inner: &'a mut dyn Out,
    ctx: &'a Ctx,
    /// Whether a NUL came, behind which a reader would take the rest for the next answer.
    is_cut: bool,
}

impl Reply<'_> {
    /// Ends the answer.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.is_cut = false;
        self.send(&[0])
    }

    fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let (Some(to), false) = (self.to, bytes.is_empty()) {
            match rustix::io::write(to, bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(Errno::PIPE) => self.to = None,
                Err(Errno::AGAIN | Errno::INTR) => {
                    self.ctx.check().map_err(io::Error::other)?;
                    let mut fds = [PollFd::from_borrowed_fd(to, PollFlags::OUT)];
                    match poll(&mut fds, Some(&TICK)) {
                        Ok(_) | Err(Errno::INTR) => {}
                        Err(errno) => return Err(errno.into()),
                    }
                }
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}

impl Write for Reply<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_cut {
            let end = bytes.iter().position(|byte| *byte == 0);
            self.send(&bytes[..end.unwrap_or(bytes.len())])?;
            self.is_cut = end.is_some();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Reply<'_> {
    fn report(&mut self, line: &str) {
        self.inner.report(line);
    }

    /// What the program does with it is its own affair.
    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &crate::origin::Origin) {}

    fn is_plain(&self) -> bool {
        true
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}
