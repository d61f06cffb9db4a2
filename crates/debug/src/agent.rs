//! The process that has a target: it traces it, and answers what a session asks over a socket.
//!
//! It has one thread, as tracing wants, and is no thread of the session's process, so that it outlives that one: when
//! the socket ends without a word, what was agreed on happens to the target, and no breakpoint stays in it.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use farad_wire::target::{self, Fate, Reply, Request, frame};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction, sigprocmask};

use crate::engine::Engine;
use crate::process::{Control, Poke};

/// The argument by which the program is told to be an agent.
pub const ARGUMENT: &str = "--debug-agent";

/// Bytes of output read at a time.
const CHUNK: usize = 64 << 10;
/// How often is looked at what gives no signal.
const TICK: Duration = Duration::from_millis(500);

/// Serves the session at the other end of standard input, a socket, until it ends. Returns the exit status.
pub fn run() -> u8 {
    // SAFETY: standard input belongs to whoever starts the program, which is us; nothing else here uses it.
    let socket = UnixStream::from(unsafe { OwnedFd::from_raw_fd(0) });
    match prepare()
        .and_then(|()| leave_parent())
        .map_err(std::io::Error::from)
        .and_then(|()| detach_input(socket))
    {
        Ok(socket) => {
            serve(socket);
            0
        }
        Err(_) => 1,
    }
}

/// Goes on as a child that the system adopts. The session would have to wait for one of its own, which outlives the
/// descriptor and may outlive the session; it waits for this process, which ends here.
fn leave_parent() -> nix::Result<()> {
    // SAFETY: the process has one thread, so that nothing is held across the fork.
    match unsafe { nix::unistd::fork() }? {
        // SAFETY: it ends this process at once; what it has is the child's from now on.
        nix::unistd::ForkResult::Parent { .. } => unsafe { libc::_exit(0) },
        nix::unistd::ForkResult::Child => Ok(()),
    }
}

/// Moves the socket off standard input, which programs inherit. What a terminal sends to all is not for the agent.
fn detach_input(socket: UnixStream) -> std::io::Result<UnixStream> {
    let copy = socket.as_fd().try_clone_to_owned()?;
    // The terminal, or whatever the session reads from, was kept as the third.
    // SAFETY: the session gave it to us, see `backend`.
    let input = unsafe { OwnedFd::from_raw_fd(3) };
    nix::unistd::dup2_stdin(&input)?;
    std::mem::forget(socket);
    Ok(UnixStream::from(copy))
}

fn prepare() -> nix::Result<()> {
    // What kills the session's group of processes, or a key that interrupts all of it, is not meant for the agent.
    crate::launch::remember_group();
    nix::unistd::setpgid(nix::unistd::Pid::from_raw(0), nix::unistd::Pid::from_raw(0))?;
    // A handler, since what is ignored would be ignored by the programs that are started, too.
    let quiet = SigAction::new(SigHandler::Handler(pass_over), SaFlags::empty(), SigSet::empty());
    let terminal = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTSTP, Signal::SIGHUP, Signal::SIGTERM];
    for signal in
        terminal.into_iter().chain([Signal::SIGCHLD, Signal::SIGPIPE, Signal::SIGTTIN, Signal::SIGTTOU])
    {
        // SAFETY: the handler does nothing.
        unsafe { sigaction(signal, &quiet) }?;
    }
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&SigSet::from(Signal::SIGCHLD)), None)
}

extern "C" fn pass_over(_signal: libc::c_int) {}

fn serve(socket: UnixStream) {
    let mut engine = Engine::default();
    let mut line = Line {
        socket,
        came: frame::Frames::default(),
        output: None,
        lost: false,
        interrupted: false,
        budget: 0,
        told: 0,
    };
    while let Some(request) = line.next_request() {
        line.interrupted = false;
        line.told = 0;
        line.budget = match &request {
            Request::Resume(resume) => resume.output,
            _ => 0,
        };
        line.output = engine.output.take();
        let ends = matches!(request, Request::End(_));
        let runs = matches!(request, Request::Resume(_) | Request::Restart { .. });
        let restarts = matches!(request, Request::Restart { .. });
        let reply = engine.answer(request, &mut line);
        if runs {
            // What it printed before it stopped comes before the word that it did.
            line.pump();
        }
        match engine.output.is_some() && restarts {
            true => line.output = None,
            false => engine.output = engine.output.take().or(line.output.take()),
        }
        let failed = line.send(frame::Kind::Reply, target::encode(&reply).as_bytes()).is_err();
        if ends || failed || line.lost {
            break;
        }
    }
    end(&mut engine, &mut line);
}

/// Nobody asks any more.
fn end(engine: &mut Engine, line: &mut Line) {
    let lost = engine.lost;
    if engine.is_alive() {
        if lost.fate == Fate::Keep {
            let until = Instant::now() + Duration::from_secs(u64::from(lost.linger));
            while engine.is_alive() && Instant::now() < until {
                std::thread::sleep(TICK.min(until.saturating_duration_since(Instant::now())));
            }
        }
        let end = if lost.fate == Fate::Kill { target::End::Kill } else { target::End::Detach };
        if let Reply::Failed(why) = engine.answer(Request::End(end), line) {
            tracing::error!("{why}");
        }
    }
    // A program that goes on and prints would be killed for it if nobody read.
    if let Some(mut output) = engine.output.take().map(std::fs::File::from) {
        let mut buf = vec![0; CHUNK];
        while output.read(&mut buf).is_ok_and(|count| count > 0) {}
    }
}

/// The session at the other end, and what the target prints.
struct Line {
    socket: UnixStream,
    came: frame::Frames,
    output: Option<OwnedFd>,
    /// The session is gone.
    lost: bool,
    interrupted: bool,
    /// Bytes it may print before it is stopped, 0 for any, and those it has.
    budget: u64,
    told: u64,
}

impl Line {
    fn next_request(&mut self) -> Option<Request> {
        loop {
            while let Some((kind, message)) = self.came.take().ok()? {
                if kind == frame::Kind::Request {
                    match target::decode::<Request>(&message) {
                        Ok(request) => return Some(request),
                        Err(error) => {
                            let failed = target::encode(&Reply::Failed(error.to_string()));
                            self.send(frame::Kind::Reply, failed.as_bytes()).ok()?;
                        }
                    }
                }
            }
            if !self.receive() {
                return None;
            }
        }
    }

    /// Takes what came; false when nothing will come any more.
    fn receive(&mut self) -> bool {
        let mut buf = [0; 16 << 10];
        loop {
            match self.socket.read(&mut buf) {
                Ok(0) => return false,
                Ok(count) => {
                    self.came.push(&buf[..count]);
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Takes all that came while the target runs, when only one thing may be asked.
    fn hear_interrupts(&mut self) {
        loop {
            match self.came.take() {
                Ok(Some((kind, _))) => self.interrupted |= kind == frame::Kind::Interrupt,
                Ok(None) => return,
                Err(_) => {
                    self.lost = true;
                    return;
                }
            }
        }
    }

    fn send(&mut self, kind: frame::Kind, message: &[u8]) -> std::io::Result<()> {
        self.socket.write_all(&frame::encode(kind, message))
    }

    /// Tells what the target has printed.
    fn pump(&mut self) {
        let Some(output) = &self.output else { return };
        let mut buf = vec![0; CHUNK];
        let fd = output.as_raw_fd();
        loop {
            let mut ready = [PollFd::new(output.as_fd(), PollFlags::POLLIN)];
            let now = nix::sys::time::TimeSpec::from_duration(Duration::ZERO);
            if !matches!(ppoll(&mut ready, Some(now), None), Ok(count) if count > 0) {
                return;
            }
            // SAFETY: `buf` is a place for as many bytes, and `fd` is open.
            let count = unsafe { libc::read(fd, buf.as_mut_ptr().cast(), buf.len()) };
            let Ok(count) = usize::try_from(count) else { return };
            if count == 0 {
                break;
            }
            self.told += count as u64;
            self.lost |= self.socket.write_all(&frame::encode(frame::Kind::Output, &buf[..count])).is_err();
            if self.budget > 0 && self.told >= self.budget {
                return;
            }
        }
        // All that could print there has ended.
        self.output = None;
    }
}

impl Control for Line {
    fn wait(&mut self, now: bool) -> Poke {
        let timeout = if now { Duration::ZERO } else { TICK };
        let mut ready = vec![PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        if let Some(output) = &self.output {
            ready.push(PollFd::new(output.as_fd(), PollFlags::POLLIN));
        }
        let none = SigSet::empty();
        let polled = ppoll(&mut ready, Some(nix::sys::time::TimeSpec::from_duration(timeout)), Some(none));
        if !matches!(polled, Ok(count) if count > 0) && polled != Err(Errno::EINTR) {
            return Poke::Nothing;
        }
        let is_ready = |index: usize| ready.get(index).and_then(PollFd::any).unwrap_or(false);
        let (asked, printed) = (is_ready(0), is_ready(1));
        if printed {
            self.pump();
        }
        if asked {
            self.lost |= !self.receive();
            self.hear_interrupts();
        }
        if self.lost || std::mem::take(&mut self.interrupted) {
            return Poke::Interrupt;
        }
        if self.budget > 0 && self.told >= self.budget { Poke::Full } else { Poke::Nothing }
    }
}
