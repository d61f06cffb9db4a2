//! The process's terminal: its modes, its input a byte at a time, and which group of processes is in its foreground.
//!
//! Everything that reads the terminal reads it here, and nothing reads ahead: what was typed behind a line stays in the
//! system's queue, for the next prompt or for the program that the line starts. Input is never flushed, and the queue is not
//! turned from raw to lines and back between commands, so that nothing typed meanwhile is lost, changed or shown twice.

use std::io::{self, IsTerminal, Write};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, SigmaskHow, Signal as Number};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, getpgid, getpgrp, getppid, getsid, kill_current_process_group};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize,
    tcsetattr, tcsetpgrp,
};

/// How long is waited for a stop to take hold.
const STOP: Duration = Duration::from_millis(500);
/// Most processes looked at above this one.
const ANCESTORS: usize = 64;

/// What the terminal is set up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As it was found: lines, echoed, with keys that send signals. For programs, and for when farad is gone.
    Lines,
    /// Keys one by one; ^C and ^Z are keys like others. For who reads them.
    Keys,
    /// Keys wait, unseen, until somebody reads them; ^C and ^Z send signals. While a command runs.
    Busy,
}

/// What came of waiting for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A byte.
    Byte(u8),
    /// The window has another size, or the screen is another's after a stop: draw again.
    Redraw,
    /// Nothing within the time given.
    Nothing,
    /// The terminal is gone.
    End,
}

/// The terminal.
pub(crate) struct Device {
    found: Termios,
    mode: Mutex<Mode>,
    /// A byte in this pipe wakes who waits for a key.
    woken: OwnedFd,
    waker: OwnedFd,
    /// How often the process was continued.
    continued: AtomicU32,
}

/// The terminal that standard input and output are, if they are one.
pub(crate) fn of_process() -> Option<&'static Device> {
    static DEVICE: OnceLock<Option<Device>> = OnceLock::new();
    DEVICE.get_or_init(|| Device::open().ok().flatten()).as_ref()
}

impl Device {
    fn open() -> io::Result<Option<Device>> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return Ok(None);
        }
        let found = tcgetattr(io::stdin())?;
        let (woken, waker) =
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK)?;
        let mode = Mutex::new(Mode::Lines);
        Ok(Some(Device { found, mode, woken, waker, continued: AtomicU32::new(0) }))
    }

    /// Sets it up for something else, and returns what it was set up for.
    pub(crate) fn set(&self, mode: Mode) -> Mode {
        let mut current = self.mode.lock().unwrap_or_else(PoisonError::into_inner);
        self.apply(mode);
        std::mem::replace(&mut *current, mode)
    }

    /// A terminal that takes no mode is gone, which the next read tells.
    fn apply(&self, mode: Mode) {
        let mut modes = self.found.clone();
        if mode != Mode::Lines {
            // Enter stays a line's end in the queue, so that a program that reads what was typed for it finds lines.
            modes.input_modes |= InputModes::ICRNL;
            modes.input_modes &= !(InputModes::BRKINT
                | InputModes::INPCK
                | InputModes::ISTRIP
                | InputModes::INLCR
                | InputModes::IGNCR);
            modes.local_modes &=
                !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::IEXTEN);
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        }
        if mode == Mode::Keys {
            modes.input_modes &= !InputModes::IXON;
            modes.local_modes &= !LocalModes::ISIG;
        }
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
    }

    /// Columns and rows; what a terminal that does not know has.
    pub(crate) fn size(&self) -> (usize, usize) {
        let size = tcgetwinsize(io::stdout()).ok();
        let or = |value: Option<u16>, default| match value {
            Some(value) if value > 0 => usize::from(value),
            _ => default,
        };
        (or(size.map(|size| size.ws_col), 80), or(size.map(|size| size.ws_row), 24))
    }

    /// Waits for the next byte, without an end where no limit is given.
    ///
    /// # Errors
    /// When the terminal cannot be read.
    pub(crate) fn read(&self, limit: Option<Duration>) -> io::Result<Input> {
        let until = limit.map(|limit| Instant::now() + limit);
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let stdin = io::stdin();
            let mut fds = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.woken, PollFlags::IN)];
            match poll(&mut fds, left.as_ref()) {
                Ok(0) => return Ok(Input::Nothing),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(errno) => return Err(errno.into()),
            }
            if !fds[1].revents().is_empty() && self.take_wakes() {
                return Ok(Input::Redraw);
            }
            if fds[0].revents().is_empty() {
                continue;
            }
            let mut byte = [0];
            match rustix::io::read(&stdin, &mut byte) {
                Ok(0) | Err(rustix::io::Errno::IO) => return Ok(Input::End),
                Ok(_) => return Ok(Input::Byte(byte[0])),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    /// Whether a byte waits.
    pub(crate) fn is_ready(&self) -> bool {
        let stdin = io::stdin();
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        matches!(poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(1))
    }

    fn take_wakes(&self) -> bool {
        let mut bytes = [0; 64];
        matches!(rustix::io::read(&self.woken, &mut bytes), Ok(count) if count > 0)
    }

    /// Tells who waits for a key to draw again.
    pub(crate) fn wake(&self) {
        // A full pipe wakes as well.
        let _ = rustix::io::write(&self.waker, &[0]);
    }

    /// Shows something.
    ///
    /// # Errors
    /// When the terminal takes no output.
    pub(crate) fn show(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Stops the job that this process is of, as ^Z does, and returns once it goes on. Where no shell could let it go on, it
    /// does at once.
    pub(crate) fn suspend(&self) {
        let before = self.continued.load(Ordering::SeqCst);
        self.apply(Mode::Lines);
        if has_job_control() && kill_current_process_group(Signal::STOP).is_ok() {
            let from = Instant::now();
            while self.continued.load(Ordering::SeqCst) == before && from.elapsed() < STOP {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        self.apply_again();
    }

    /// For the thread that takes signals: stops the job; the signal that lets it go on comes to that thread.
    pub(crate) fn stop(&self) {
        self.apply(Mode::Lines);
        if !(has_job_control() && kill_current_process_group(Signal::STOP).is_ok()) {
            self.apply_again();
        }
    }

    /// The process goes on after a stop.
    pub(crate) fn go_on(&self) {
        if self.is_foreground() {
            self.apply_again();
        }
        self.continued.fetch_add(1, Ordering::SeqCst);
        self.wake();
    }

    fn apply_again(&self) {
        let mode = self.mode.lock().unwrap_or_else(PoisonError::into_inner);
        self.apply(*mode);
    }

    /// Whether this process may read the terminal now.
    fn is_foreground(&self) -> bool {
        tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
    }

    /// Puts a group into the foreground. Who is not in it may do so only with the signal for that held back.
    fn set_foreground(&self, group: Pid) {
        let mut held = SigSet::empty();
        held.add(Number::SIGTTOU);
        let before = held.thread_swap_mask(SigmaskHow::SIG_BLOCK);
        // A group that ended meanwhile is in no foreground.
        let _ = tcsetpgrp(io::stdin(), group);
        if let Ok(before) = before {
            let _ = before.thread_set_mask();
        }
    }

    /// Leaves it as it was found, for the end of the process. A program that has it then keeps it.
    pub(crate) fn leave(&self) {
        if self.is_foreground() {
            self.set(Mode::Lines);
        }
    }

    /// Lends it to a program, until the loan is dropped.
    pub(crate) fn lend(&'static self) -> Loan {
        let has_groups = self.is_foreground();
        Loan { device: self, before: self.set(Mode::Lines), has_groups, group: None }
    }
}

/// The terminal while a program has it.
pub(crate) struct Loan {
    device: &'static Device,
    before: Mode,
    has_groups: bool,
    group: Option<Pid>,
}

impl farad_shell::view::Loan for Loan {
    fn has_groups(&self) -> bool {
        self.has_groups
    }

    fn give(&mut self, group: u32) {
        let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) else { return };
        self.device.set_foreground(group);
        self.group = Some(group);
        // It may have asked for the terminal before it had it, and been stopped for that.
        let _ = rustix::process::kill_process_group(group, Signal::CONT);
    }

    fn stopped(&mut self) {
        let Some(group) = self.group else { return };
        // Each of its processes stops by itself, a pager behind what restores the screen.
        let from = Instant::now();
        while runs(group) && from.elapsed() < STOP {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.device.set_foreground(getpgrp());
        self.device.suspend();
        while !self.device.is_foreground() && has_job_control() {
            // Continued in the background: whoever wants the terminal waits there.
            self.device.suspend();
        }
        self.give(group.as_raw_nonzero().get().unsigned_abs());
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if self.group.is_some() || (self.has_groups && !self.device.is_foreground()) {
            self.device.set_foreground(getpgrp());
        }
        self.device.set(self.before);
    }
}

/// Whether a shell of this terminal's session can let this job go on after a stop: an ancestor of its is in another group
/// of the session. (What the system calls a group that is not orphaned.)
fn has_job_control() -> bool {
    let (session, group) = (getsid(None).ok(), getpgrp());
    let mut ancestor = getppid();
    for _ in 0..ANCESTORS {
        let Some(pid) = ancestor else { return false };
        if getsid(Some(pid)).ok() != session {
            return false;
        }
        match getpgid(Some(pid)) {
            Ok(its) if its != group => return true,
            Ok(_) => ancestor = parent_of(pid),
            Err(_) => return false,
        }
    }
    false
}

fn parent_of(pid: Pid) -> Option<Pid> {
    let (_, parent, _) = stat(&pid.as_raw_nonzero().to_string())?;
    Pid::from_raw(parent)
}

/// Whether a process of a group is neither stopped nor at its end.
fn runs(group: Pid) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    let names = processes.flatten().filter_map(|process| process.file_name().into_string().ok());
    let mut all = names.filter(|name| name.starts_with(|it: char| it.is_ascii_digit()));
    all.any(|name| {
        stat(&name).is_some_and(|(state, _, its)| {
            its == group.as_raw_nonzero().get() && !['T', 't', 'Z', 'X'].contains(&state)
        })
    })
}

/// State, parent and group of a process.
fn stat(process: &str) -> Option<(char, i32, i32)> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
