//! Programs of this machine: `| command`, `!command` and what captures its output.
//!
//! One thread feeds the program and passes its output on, so that neither side is collected
//! and neither can block the other. A program that the owner runs with its output on the terminal has the terminal, as from a
//! shell: it leads a group of its own there, which ^C and ^Z go to.

use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use farad_io::Ctx;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process_group, pidfd_open, waitid,
};

use super::Out;
use crate::view::Loan;

/// How often a silent program is left to look whether the command was cancelled.
pub(super) const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// What a program gets of the terminal.
pub(crate) enum Screen {
    /// Nothing: its output is collected.
    None,
    /// It may ask there (for a password), in this process's group, so that ^C reaches both; its output is collected.
    Ask(Box<dyn Loan>),
    /// All of it: its output goes there.
    Own(Box<dyn Loan>),
}

impl Screen {
    /// The same for a program whose output is collected.
    pub(crate) fn asking(self) -> Screen {
        match self {
            Screen::Own(loan) => Screen::Ask(loan),
            other => other,
        }
    }

    /// `sh -c command`. One that is to have the foreground leads a group of its own, and stops before it does anything: it
    /// may touch the terminal only when that is its.
    fn program(&self, command: &str) -> Command {
        let mut program = Command::new("/bin/sh");
        if matches!(self, Screen::Own(loan) if loan.has_groups()) {
            program.process_group(0).args(["-c", "kill -STOP $$; exec /bin/sh -c \"$0\""]).arg(command);
        } else {
            program.arg("-c").arg(command);
        }
        program
    }

    /// Puts a program that has started in the foreground, and holds what it got until it ends.
    pub(super) fn start(self, child: &Child) -> io::Result<Held> {
        match self {
            Screen::None => Ok(Held::Nothing),
            Screen::Ask(loan) => Ok(Held::Loan(loan)),
            Screen::Own(mut loan) => {
                let Some(pid) = pid(child) else { return Ok(Held::Loan(loan)) };
                if loan.has_groups() {
                    next_stop(pid);
                    loan.give(child.id());
                }
                let keep = std::thread::Builder::new().name("program".to_owned());
                Ok(Held::Kept(Keeper(Some(keep.spawn(move || keep_until_end(pid, loan))?))))
            }
        }
    }
}

/// What a program has of the terminal while it runs. One that has all of it gives it back when it ends, whatever the command
/// does then: ^C is to reach that.
pub(super) enum Held {
    Nothing,
    Loan(#[expect(dead_code, reason = "it is held")] Box<dyn Loan>),
    Kept(#[expect(dead_code, reason = "its end is waited for")] Keeper),
}

/// The thread that follows a program; dropped once the program ends.
pub(super) struct Keeper(Option<JoinHandle<()>>);

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            let _ = thread.join();
        }
    }
}

/// Follows a program's stops at the terminal until it has ended.
fn keep_until_end(pid: Pid, mut loan: Box<dyn Loan>) {
    while let Some(signal) = next_stop(pid) {
        if [Signal::TTIN.as_raw(), Signal::TTOU.as_raw()].contains(&signal) {
            // It wanted the terminal while that was not its.
            loan.give(pid.as_raw_nonzero().get().unsigned_abs());
        } else {
            loan.stopped();
        }
    }
}

/// Waits until a program is stopped, and returns the signal that did it; `None` once it has ended, which is left for its
/// parent to see.
fn next_stop(pid: Pid) -> Option<i32> {
    let asked = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    loop {
        match waitid(WaitId::Pid(pid), asked) {
            Ok(Some(status)) if status.stopped() => {
                // What only looks leaves it to be seen again.
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
                return Some(status.stopping_signal().unwrap_or(Signal::STOP.as_raw()));
            }
            Err(rustix::io::Errno::INTR) => {}
            _ => return None,
        }
    }
}

/// Results go to a program's standard input.
pub(crate) struct Piped<'a> {
    inner: &'a mut dyn Out,
    ctx: &'a Ctx,
    child: Child,
    /// It leads a process group of its own.
    is_group: bool,
    input: Option<OwnedFd>,
    output: Option<OwnedFd>,
    /// Readable once the program has ended, where the system has such a thing.
    ended: Option<OwnedFd>,
    is_over: bool,
    held: Held,
}

impl<'a> Piped<'a> {
    /// Starts `sh -c command`.
    pub(crate) fn new(
        command: &str,
        inner: &'a mut dyn Out,
        ctx: &'a Ctx,
        screen: Screen,
    ) -> io::Result<Piped<'a>> {
        let mut program = screen.program(command);
        program.stdin(Stdio::piped());
        if !matches!(screen, Screen::Own(_)) {
            program.stdout(Stdio::piped());
        }
        // What a client runs ends with all it started.
        let is_group = !ctx.principal.is_owner();
        if is_group {
            program.process_group(0);
        }
        inner.flush()?;
        let mut child = program.spawn()?;
        let held = screen.start(&child)?;
        let input = child.stdin.take().map(OwnedFd::from);
        let output = child.stdout.take().map(OwnedFd::from);
        for end in [&input, &output].into_iter().flatten() {
            rustix::io::ioctl_fionbio(end, true)?;
        }
        let ended = pid(&child).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(Piped { inner, ctx, child, is_group, input, output, ended, is_over: false, held })
    }

    /// Closes the program's input, passes on the rest of its output and waits for its end.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.input = None;
        self.drain()?;
        while self.output.is_some() {
            self.wait(false)?;
            self.drain()?;
        }
        // It may have closed its output and go on.
        while self.child.try_wait()?.is_none() {
            self.wait(false)?;
        }
        self.is_over = true;
        Ok(())
    }

    /// Whether it has a terminal and reads no more: what writes to it then has nobody to write for.
    pub(crate) fn is_left(&self) -> bool {
        self.input.is_none() && matches!(self.held, Held::Kept(_))
    }

    fn kill(&mut self) {
        let group = pid(&self.child).filter(|_| self.is_group);
        // It may have ended by itself just now.
        let _ = match group {
            Some(group) => kill_process_group(group, Signal::KILL).map_err(io::Error::from),
            None => self.child.kill(),
        };
    }

    /// Waits until the program takes or gives something.
    fn wait(&self, to_write: bool) -> io::Result<()> {
        // Not as ErrorKind::Interrupted, after which `write_all` would try again for ever.
        self.ctx.check().map_err(io::Error::other)?;
        let mut fds = Vec::with_capacity(2);
        if let Some(end) = self.output.as_ref().or(self.ended.as_ref()) {
            fds.push(PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN));
        }
        if let Some(input) = self.input.as_ref().filter(|_| to_write) {
            fds.push(PollFd::from_borrowed_fd(input.as_fd(), PollFlags::OUT));
        }
        match poll(&mut fds, Some(&TICK)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        while let Some(output) = &self.output {
            match rustix::io::read(output, &mut chunk) {
                Ok(0) => self.output = None,
                Ok(n) => self.inner.write_all(&chunk[..n])?,
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => break,
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}

impl Write for Piped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.drain()?;
            // A program that reads no more (`| head`) ends nothing: the rest is dropped. One that was left (`| less`) ends
            // what nobody will see.
            let Some(input) = &self.input else {
                return if self.is_left() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(bytes.len()) };
            };
            match rustix::io::write(input, bytes) {
                Ok(n) => return Ok(n),
                Err(rustix::io::Errno::PIPE) => self.input = None,
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => self.wait(true)?,
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Piped<'_> {
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
        true
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}

impl Drop for Piped<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.kill();
            let _ = self.child.wait();
        }
    }
}

/// Runs `sh -c command` with no input and passes what it prints to `out`.
pub(crate) fn run_captured(command: &str, out: &mut dyn Out, ctx: &Ctx, screen: Screen) -> io::Result<()> {
    Piped::new(command, out, ctx, screen)?.finish()
}

/// Runs `sh -c command` on the terminal of this process.
pub(crate) fn run_on_terminal(command: &str, screen: Screen) -> io::Result<ExitStatus> {
    let mut child = screen.program(command).spawn()?;
    let _held = screen.start(&child)?;
    let ended = pid(&child).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let mut fds: Vec<_> =
            ended.iter().map(|end| PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN)).collect();
        match poll(&mut fds, Some(&TICK)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// Whether a program was ended by ^C, which ends what it is part of as well.
pub(crate) fn is_interrupted(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::INT.as_raw())
}

pub(super) fn pid(child: &Child) -> Option<Pid> {
    Pid::from_raw(child.id().cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::Capture;

    #[test]
    fn megabytes_pass_both_ways() {
        let (mut capture, ctx) = (Capture::new(), Ctx::owner());
        let mut piped = Piped::new("cat", &mut capture, &ctx, Screen::None).unwrap();
        let block = [b'x'; 65536];
        for _ in 0..64 {
            piped.write_all(&block).unwrap();
        }
        piped.finish().unwrap();
        assert_eq!(capture.bytes.len(), 64 * 65536);
    }

    #[test]
    fn a_program_that_stops_reading_ends_nothing() {
        let (mut capture, ctx) = (Capture::new(), Ctx::owner());
        let mut piped = Piped::new("head -c 3", &mut capture, &ctx, Screen::None).unwrap();
        for _ in 0..1000 {
            piped.write_all(&[b'y'; 4096]).unwrap();
        }
        piped.finish().unwrap();
        assert_eq!(capture.text(), "yyy");
    }

    #[test]
    fn a_cancelled_command_leaves_no_program_behind() {
        let (mut capture, ctx) = (Capture::new(), Ctx::owner());
        ctx.cancel.raise();
        let error = run_captured("sleep 100", &mut capture, &ctx, Screen::None).unwrap_err();
        assert!(crate::Error::from(error).is_interrupt());
    }

    #[test]
    fn a_program_that_closed_its_output_can_be_cancelled() {
        let (mut capture, ctx) = (Capture::new(), Ctx::owner());
        let limited = ctx.within(std::time::Duration::from_millis(100));
        let error = run_captured("exec >&-; sleep 100", &mut capture, &limited, Screen::None).unwrap_err();
        assert!(crate::Error::from(error).is_interrupt());
    }

    #[test]
    fn what_a_client_runs_ends_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("late");
        let client = farad_io::Principal { name: "client".into(), ..farad_io::Principal::owner() };
        let ctx = Ctx::owner().for_principal(client).within(std::time::Duration::from_millis(100));
        let program = format!("(sleep 0.6; touch {}) | cat; true", file.display());
        assert!(run_captured(&program, &mut Capture::new(), &ctx, Screen::None).is_err());
        std::thread::sleep(std::time::Duration::from_millis(900));
        assert!(!file.exists());
    }

    #[test]
    fn a_program_that_takes_nothing_can_be_cancelled() {
        let (mut capture, ctx) = (Capture::new(), Ctx::owner());
        let mut piped = Piped::new("sleep 100", &mut capture, &ctx, Screen::None).unwrap();
        let cancel = ctx.cancel.clone();
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            cancel.raise();
        });
        let error = piped.write_all(&[b'x'; 1 << 20]).unwrap_err();
        assert!(crate::Error::from(error).is_interrupt());
    }
}
