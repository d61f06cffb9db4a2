//! A traced process: its threads, and what each stop of one of them means.
//!
//! All its threads run, or none does. A thread that stops by itself stops the others, whose own reasons to stop are
//! kept until it is resumed.

mod follow;
mod meaning;
mod memory;
mod run;
mod status;
mod walk;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use farad_wire::target::{Bank, Condition, Event, Point, Reason, Thread as Row};
use nix::errno::Errno;
use nix::sys::ptrace::{self as request, Options};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::{Error, Result};
use crate::launch::Waiting;
use crate::machine::{self, Layout};
use crate::patch::Patches;
use crate::{ptrace, system};
use memory::{open_memory, write_memory};
use status::{Status, wait_any, wait_for, wait_now};

pub(crate) use run::{Control, Poke};

/// For how long a thread may take to stop, and a process to die.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long is waited between two looks at what does not stop.
const PAUSE: Duration = Duration::from_micros(200);

/// A traced process.
pub(crate) struct Process {
    pub(crate) pid: Pid,
    /// Whether the debugger started it.
    pub(crate) launched: bool,
    threads: BTreeMap<i32, Thread>,
    /// The thread that commands are about.
    current: i32,
    memory: File,
    patches: Patches,
    /// In debug registers.
    hardware: Vec<Point>,
    /// What must hold for breakpoints to stop it, by their addresses.
    conditions: BTreeMap<u64, Condition>,
    /// What happened since it was resumed.
    pub(crate) events: Vec<Event>,
    /// New processes that stopped before it was told that they were made.
    strangers: BTreeMap<i32, i32>,
    /// A child shares its memory for a moment, in which there are no breakpoints.
    lent: bool,
    /// How it ended.
    ended: Option<Reason>,
    /// The general registers it ended with.
    last: Vec<u8>,
}

/// A traced thread.
#[derive(Clone, Debug, Default)]
struct Thread {
    running: bool,
    /// The signal to go on with.
    deliver: i32,
    /// Why it stopped, where nobody was told yet: what the system said.
    pending: Option<i32>,
    /// The address of the breakpoint that was told of.
    told: Option<u64>,
    /// In a system call.
    calling: bool,
    /// At the end of the system call by which it became another program.
    begins: bool,
    /// The debug registers are not set yet.
    fresh: bool,
}

/// What the tracer is told of.
fn options() -> Options {
    Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACEVFORKDONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACEEXIT
}

/// Kills a process that was made here, and waits until it has ended, unless it has.
fn end_child(pid: Pid) {
    let mut last = wait_now(pid.as_raw());
    // Once it has ended and that was told, its number may be another's.
    while let Ok(status) = last {
        if status.map(Status::of).is_some_and(|status| matches!(status, Status::Ended(_))) {
            return;
        }
        let _ = kill(pid, Signal::SIGKILL);
        // It may stop to tell that it ends.
        let _ = ptrace::resume(request::Request::PTRACE_CONT, pid, 0);
        last = wait_for(pid.as_raw()).map(Some);
    }
}

impl Process {
    /// Traces a process that was made to be debugged and waits for it. Where that fails, nothing is left of it.
    pub(crate) fn launch(waiting: Waiting, path: &str) -> Result<(Process, Option<OwnedFd>)> {
        let pid = waiting.pid;
        let begun = Process::begin(waiting, path);
        if begun.is_err() {
            end_child(pid);
        }
        begun
    }

    fn begin(waiting: Waiting, path: &str) -> Result<(Process, Option<OwnedFd>)> {
        let pid = waiting.pid;
        let failed = |why: String| Error::Launch { path: path.to_owned(), why };
        ptrace::seize(pid, options())
            .map_err(|errno| failed(format!("it cannot be traced: {}", errno.desc())))?;
        let (output, failure) = waiting.release()?;
        let go_on = |signal| {
            let done = ptrace::resume(request::Request::PTRACE_CONT, pid, signal);
            done.map_err(Error::of("start the program"))
        };
        // Signals may come before it is the program, and it may end.
        loop {
            let status = wait_for(pid.as_raw())?;
            match Status::of(status) {
                Status::Ended(_) => return Err(failed(failure.read())),
                Status::Event(libc::PTRACE_EVENT_EXEC, _) => break,
                Status::Event(..) | Status::Call => go_on(0)?,
                Status::Signal(signal) => go_on(signal)?,
            }
        }
        // It is still in the system call: its first instruction is behind one more stop.
        ptrace::resume(request::Request::PTRACE_SINGLESTEP, pid, 0)
            .map_err(Error::of("start the program"))?;
        if let Status::Ended(_) = Status::of(wait_for(pid.as_raw())?) {
            return Err(failed("it ended at once".to_owned()));
        }
        let process = Process::new(pid, true, [pid.as_raw()])?;
        Ok((process, output))
    }

    /// Traces a process that runs, and stops it.
    pub(crate) fn attach(pid: u32) -> Result<Process> {
        let failed = |why: String| Error::Attach { pid, why };
        let number = i32::try_from(pid).map_err(|_| failed("there is no such process".to_owned()))?;
        if number <= 0 {
            return Err(failed("there is no such process".to_owned()));
        }
        let explain = |errno: Errno| match (errno, system::tracer(pid)) {
            (Errno::ESRCH, _) => "there is no such process".to_owned(),
            (_, tracer) if tracer > 0 => format!("process {tracer} debugs it already"),
            (Errno::EPERM, _) => {
                "not permitted: it is another user's, or /proc/sys/kernel/yama/ptrace_scope forbids it"
                    .to_owned()
            }
            (errno, _) => errno.desc().to_owned(),
        };
        ptrace::seize(Pid::from_raw(number), options()).map_err(|errno| failed(explain(errno)))?;
        let mut all = vec![number];
        // Threads may be made while they are taken.
        loop {
            let new: Vec<i32> = system::threads(number).into_iter().filter(|id| !all.contains(id)).collect();
            if new.is_empty() {
                break;
            }
            for id in new {
                if ptrace::seize(Pid::from_raw(id), options()).is_ok()
                    || system::threads(number).contains(&id)
                {
                    all.push(id);
                }
            }
        }
        let mut process = Process::new(Pid::from_raw(number), false, all)?;
        process.threads.values_mut().for_each(|thread| thread.running = true);
        process.stop_all()?;
        match process.ended.take() {
            Some(_) => Err(failed("it ended".to_owned())),
            None => Ok(process),
        }
    }

    fn new(pid: Pid, launched: bool, threads: impl IntoIterator<Item = i32>) -> Result<Process> {
        Ok(Process {
            pid,
            launched,
            threads: threads.into_iter().map(|id| (id, Thread::default())).collect(),
            current: pid.as_raw(),
            memory: open_memory(pid)?,
            patches: Patches::default(),
            hardware: Vec::new(),
            conditions: BTreeMap::new(),
            events: Vec::new(),
            strangers: BTreeMap::new(),
            lent: false,
            ended: None,
            last: Vec::new(),
        })
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&self) -> Option<&Reason> {
        self.ended.as_ref()
    }

    /// The general registers it ended with.
    pub(crate) fn last(&self) -> &[u8] {
        &self.last
    }

    /// The thread that commands are about.
    pub(crate) fn current(&self) -> u32 {
        self.current.unsigned_abs()
    }

    /// Makes another thread that.
    pub(crate) fn select(&mut self, thread: u32) -> Result<()> {
        self.current = self.known(thread)?.as_raw();
        Ok(())
    }

    /// A thread by number, 0 for the current one.
    fn known(&self, thread: u32) -> Result<Pid> {
        if self.ended.is_some() {
            return Err(Error::Gone);
        }
        let id = if thread == 0 { self.current } else { i32::try_from(thread).unwrap_or(0) };
        match self.threads.contains_key(&id) {
            true => Ok(Pid::from_raw(id)),
            false => Err(Error::Other(format!("the process has no thread {thread} (dpt lists them)"))),
        }
    }

    /// The threads.
    pub(crate) fn threads(&self) -> Vec<Row> {
        let row = |&id: &i32| {
            let general = machine::registers(Pid::from_raw(id), Bank::General).unwrap_or_default();
            Row {
                id: id.unsigned_abs(),
                current: id == self.current,
                name: system::thread_name(self.pid.as_raw(), id),
                pc: Layout::of(&general).map_or(0, |layout| layout.pc(&general)),
            }
        };
        self.threads.keys().map(row).collect()
    }

    /// The bytes of a bank of registers.
    pub(crate) fn registers(&self, thread: u32, bank: Bank) -> Result<Vec<u8>> {
        machine::registers(self.known(thread)?, bank)
    }

    /// Sets all of them.
    pub(crate) fn set_registers(&self, thread: u32, bank: Bank, bytes: &[u8]) -> Result<()> {
        let thread = self.known(thread)?;
        let now = machine::registers(thread, bank)?;
        if now.len() != bytes.len() {
            let (wanted, given) = (now.len(), bytes.len());
            return Err(Error::Other(format!("these registers take {wanted} bytes, not {given}")));
        }
        machine::set_registers(thread, bank, bytes)
    }

    fn pc(&self, thread: i32) -> Result<u64> {
        let general = machine::registers(Pid::from_raw(thread), Bank::General)?;
        Ok(Layout::of(&general)?.pc(&general))
    }

    fn set_pc(&self, thread: i32, pc: u64) -> Result<()> {
        let thread = Pid::from_raw(thread);
        let mut general = machine::registers(thread, Bank::General)?;
        Layout::of(&general)?.set_pc(&mut general, pc);
        machine::set_registers(thread, Bank::General, &general)
    }

    /// Stops what runs of it.
    pub(crate) fn stop_all(&mut self) -> Result<()> {
        let running: Vec<i32> = self.threads.iter().filter(|(_, it)| it.running).map(|(id, _)| *id).collect();
        for id in &running {
            let _ = ptrace::interrupt(Pid::from_raw(*id));
        }
        let until = Instant::now() + PATIENCE;
        for id in running {
            loop {
                match wait_now(id)? {
                    Some(status) => {
                        self.note_stop(id, status)?;
                        break;
                    }
                    None if Instant::now() > until => {
                        tracing::debug!("thread {id} does not stop");
                        break;
                    }
                    None => std::thread::sleep(PAUSE),
                }
            }
        }
        Ok(())
    }

    /// Notes a stop of a thread that was to stop anyhow.
    fn note_stop(&mut self, id: i32, status: i32) -> Result<()> {
        if let Status::Ended(reason) = Status::of(status) {
            self.end_thread(id, reason);
            return Ok(());
        }
        let Some(thread) = self.threads.get_mut(&id) else { return Ok(()) };
        thread.running = false;
        let fresh = std::mem::take(&mut thread.fresh);
        match Status::of(status) {
            Status::Event(libc::PTRACE_EVENT_STOP, _) => self.take_waiting_trap(id)?,
            Status::Event(libc::PTRACE_EVENT_EXIT, _) => {
                self.note_end(id);
                let gone = ptrace::resume(request::Request::PTRACE_CONT, Pid::from_raw(id), 0);
                if let (Ok(()), Some(thread)) = (gone, self.threads.get_mut(&id)) {
                    thread.running = true;
                }
                return Ok(());
            }
            Status::Signal(libc::SIGTRAP) if self.is_breakpoint(id)? => {
                // It will be hit again.
                let pc = self.pc(id)?;
                self.set_pc(id, pc - machine::PAST)?;
            }
            _ => {
                if let Some(thread) = self.threads.get_mut(&id) {
                    thread.pending = Some(status);
                }
            }
        }
        if fresh && !self.hardware.is_empty() {
            machine::watch(Pid::from_raw(id), &self.hardware)?;
        }
        Ok(())
    }

    /// A thread that ran into a breakpoint, or has made a step, may stop for us before it is told so. What waits then would
    /// be told when the breakpoint is gone, or would end the process once nobody traces it: it is taken now.
    fn take_waiting_trap(&mut self, id: i32) -> Result<()> {
        if !system::waits_for_trap(self.pid.as_raw(), id) {
            return Ok(());
        }
        ptrace::resume(request::Request::PTRACE_CONT, Pid::from_raw(id), 0)
            .map_err(Error::of("stop a thread"))?;
        let status = wait_for(id)?;
        match Status::of(status) {
            Status::Signal(libc::SIGTRAP) if self.is_breakpoint(id)? => {
                // It will be hit again.
                let pc = self.pc(id)?;
                self.set_pc(id, pc - machine::PAST)?;
            }
            Status::Ended(reason) => self.end_thread(id, reason),
            _ => {
                if let Some(thread) = self.threads.get_mut(&id) {
                    thread.pending = Some(status);
                }
            }
        }
        Ok(())
    }

    /// Whether a trap of a thread was one of our instructions.
    fn is_breakpoint(&self, id: i32) -> Result<bool> {
        let pc = self.pc(id)?;
        let code = ptrace::signal(Pid::from_raw(id))?.code;
        // `SI_KERNEL` and `TRAP_BRKPT`: what the machines call it.
        Ok(matches!(code, 0x80 | 1) && self.patches.contains(pc.wrapping_sub(machine::PAST)))
    }

    /// A thread is about to end.
    fn note_end(&mut self, id: i32) {
        if id == self.current || id == self.pid.as_raw() {
            self.last = machine::registers(Pid::from_raw(id), Bank::General).unwrap_or_default();
        }
    }

    fn end_thread(&mut self, id: i32, reason: Reason) {
        self.threads.remove(&id);
        if id == self.pid.as_raw() || self.threads.is_empty() {
            self.threads.clear();
            self.patches.clear();
            self.hardware.clear();
            self.ended = Some(reason);
        } else if id == self.current {
            self.current = self.threads.keys().next().copied().unwrap_or(id);
        }
    }

    /// Notices an end while nothing was to run.
    pub(crate) fn notice_end(&mut self) {
        while self.ended.is_none() {
            match wait_any() {
                Ok(Some((id, status))) => match (Status::of(status), self.threads.contains_key(&id)) {
                    (Status::Ended(reason), true) => self.end_thread(id, reason),
                    (_, true) => {
                        let _ = self.note_stop(id, status);
                    }
                    (_, false) => self.meet(id, status),
                },
                Ok(None) => return,
                Err(_) => self.ended = Some(Reason::Killed { number: libc::SIGKILL }),
            }
        }
    }

    /// Lets it go on without a debugger.
    pub(crate) fn detach(&mut self) -> Result<()> {
        if self.ended.is_some() {
            return Ok(());
        }
        self.stop_all()?;
        let lifted = if self.lent { Ok(()) } else { self.lift_all() };
        self.patches.clear();
        self.hardware.clear();
        let cleared = self.watch();
        for (id, thread) in std::mem::take(&mut self.threads) {
            let signal = match thread.pending.map(Status::of) {
                Some(Status::Signal(signal)) if signal != libc::SIGTRAP => signal,
                _ => thread.deliver,
            };
            let _ = ptrace::resume(request::Request::PTRACE_DETACH, Pid::from_raw(id), signal);
        }
        for id in std::mem::take(&mut self.strangers).into_keys() {
            let _ = ptrace::resume(request::Request::PTRACE_DETACH, Pid::from_raw(id), 0);
        }
        self.ended = Some(Reason::Begun);
        lifted.and(cleared)
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if self.ended.is_some() {
            return Ok(());
        }
        kill(self.pid, Signal::SIGKILL).map_err(Error::of("kill the process"))?;
        let until = Instant::now() + PATIENCE;
        while self.ended.is_none() && Instant::now() < until {
            self.notice_end();
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}
