//! What each stop of a thread means.

use farad_wire::target::{Bank, Event, PointKind, Reason, Resume};
use nix::sys::ptrace::Request;
use nix::unistd::Pid;

use super::status::Status;
use super::{Process, Thread};
use crate::error::Result;
use crate::machine::{self, Layout};
use crate::{ptrace, system};

/// Signals that pass without a stop unless it is asked for: they are part of how programs work.
const PASSING: [i32; 7] =
    [libc::SIGALRM, libc::SIGURG, libc::SIGIO, libc::SIGVTALRM, libc::SIGPROF, libc::SIGCHLD, libc::SIGWINCH];
/// Signals that the C library keeps to itself: to cancel threads, and to have all of them change user.
const OF_LIBRARY: [i32; 2] = [32, 33];

/// What a step is called: `TRAP_TRACE`, or behind a system call `TRAP_BRKPT`.
const STEPPED: [i32; 2] = [2, 1];

/// What a thread's stop means.
pub(super) enum Meaning {
    /// Nothing to tell: it goes on.
    GoOn,
    /// It waits for something else.
    Parked,
    /// One step is done.
    Stepped,
    /// A breakpoint whose condition does not hold: it is passed over.
    Pass,
    /// The process stops.
    Stop(Reason),
    /// The process is no more.
    Ended(Reason),
}

impl Meaning {
    /// Whether it is to be told.
    pub(super) fn is_told(&self) -> bool {
        matches!(self, Meaning::Stop(_) | Meaning::Ended(_))
    }

    /// What is to be told.
    pub(super) fn reason(self) -> Option<Reason> {
        match self {
            Meaning::Stop(reason) | Meaning::Ended(reason) => Some(reason),
            Meaning::GoOn | Meaning::Parked | Meaning::Stepped | Meaning::Pass => None,
        }
    }
}

impl Process {
    /// What the system's word on a thread means.
    pub(super) fn mean(&mut self, id: i32, status: i32, ask: &Resume) -> Result<Meaning> {
        let what = Status::of(status);
        if !self.threads.contains_key(&id) {
            self.meet(id, status);
            return Ok(Meaning::GoOn);
        }
        if let Status::Ended(reason) = what {
            self.end_thread(id, reason);
            return Ok(self.ended.clone().map_or(Meaning::Parked, Meaning::Ended));
        }
        if let Some(thread) = self.threads.get_mut(&id) {
            thread.running = false;
            if std::mem::take(&mut thread.fresh) && !self.hardware.is_empty() {
                machine::watch(Pid::from_raw(id), &self.hardware)?;
            }
        }
        match what {
            Status::Ended(_) => Ok(Meaning::Parked),
            Status::Call => self.mean_call(id),
            Status::Signal(libc::SIGTRAP) => self.mean_trap(id),
            Status::Signal(signal) => self.mean_signal(id, signal, ask),
            Status::Event(event, signal) => self.mean_event(id, event, signal, ask),
        }
    }

    /// A thread or process that was not known.
    pub(super) fn meet(&mut self, id: i32, status: i32) {
        if matches!(Status::of(status), Status::Ended(_)) {
            self.strangers.remove(&id);
        } else if system::is_thread(self.pid.as_raw(), id) {
            self.threads.insert(id, Thread { fresh: true, ..Thread::default() });
        } else {
            self.strangers.insert(id, status);
        }
    }

    fn mean_call(&mut self, id: i32) -> Result<Meaning> {
        let Some(thread) = self.threads.get_mut(&id) else { return Ok(Meaning::Parked) };
        thread.calling = !thread.calling;
        let enters = thread.calling;
        let general = machine::registers(Pid::from_raw(id), Bank::General)?;
        Ok(Meaning::Stop(Reason::Syscall { number: Layout::of(&general)?.call(&general), enters }))
    }

    fn mean_trap(&mut self, id: i32) -> Result<Meaning> {
        if self.is_breakpoint(id)? {
            let addr = self.pc(id)? - machine::PAST;
            self.set_pc(id, addr)?;
            if let Some(condition) = self.conditions.get(&addr)
                && !condition.holds(&machine::registers(Pid::from_raw(id), Bank::General)?)
            {
                return Ok(Meaning::Pass);
            }
            if let Some(thread) = self.threads.get_mut(&id) {
                thread.told = Some(addr);
            }
            return Ok(Meaning::Stop(Reason::Breakpoint { addr }));
        }
        let thread = Pid::from_raw(id);
        if !self.hardware.is_empty()
            && let Some(point) = machine::touched(thread, &self.hardware)?
        {
            let addr = point.addr;
            return Ok(Meaning::Stop(match point.kind {
                PointKind::Hardware => Reason::Breakpoint { addr },
                _ => Reason::Watchpoint { addr },
            }));
        }
        let info = ptrace::signal(thread)?;
        if STEPPED.contains(&info.code) && !self.is_own_trap(id, info.code)? {
            let begins = self.threads.get_mut(&id).is_some_and(|thread| std::mem::take(&mut thread.begins));
            return Ok(if begins { Meaning::GoOn } else { Meaning::Stepped });
        }
        if let (..=0, Some(thread)) = (info.code, self.threads.get_mut(&id)) {
            // Somebody sent it; what the program's own breakpoints make is not for the program.
            thread.deliver = info.number;
        }
        Ok(Meaning::Stop(Reason::Signal { number: info.number, code: info.code, addr: info.addr }))
    }

    /// Whether the program has a breakpoint of its own here, which is called as a step behind a system call is.
    fn is_own_trap(&self, id: i32, code: i32) -> Result<bool> {
        if code == STEPPED[0] || machine::PAST > 0 {
            return Ok(false);
        }
        let mut code = vec![0; machine::TRAP.len()];
        let count = self.read(self.pc(id)?, &mut code)?;
        Ok(machine::is_trap(&code[..count]))
    }

    fn mean_signal(&mut self, id: i32, number: i32, ask: &Resume) -> Result<Meaning> {
        let Some(thread) = self.threads.get_mut(&id) else { return Ok(Meaning::Parked) };
        let signals = &ask.signals;
        if signals.skip.contains(&number) {
            return Ok(Meaning::GoOn);
        }
        let passes = PASSING.contains(&number) || OF_LIBRARY.contains(&number);
        let passes = signals.pass.contains(&number) || passes && !signals.stop.contains(&number);
        // What interrupts the debugger is not for the program.
        if passes || number != libc::SIGINT {
            thread.deliver = number;
        }
        if passes {
            return Ok(Meaning::GoOn);
        }
        let info = ptrace::signal(Pid::from_raw(id))?;
        Ok(Meaning::Stop(Reason::Signal { number, code: info.code, addr: info.addr }))
    }

    fn mean_event(&mut self, id: i32, event: i32, signal: i32, ask: &Resume) -> Result<Meaning> {
        let stops = &ask.stops;
        let wanted = match event {
            libc::PTRACE_EVENT_CLONE => {
                let new = ptrace::message(Pid::from_raw(id))?;
                self.threads.entry(new).or_insert(Thread { running: true, fresh: true, ..Thread::default() });
                self.events.push(Event::Clone { thread: new.unsigned_abs() });
                stops.clones
            }
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK => {
                self.fork(id, event == libc::PTRACE_EVENT_VFORK, stops.follow_child)?;
                stops.forks
            }
            libc::PTRACE_EVENT_VFORK_DONE => {
                self.take_back()?;
                false
            }
            libc::PTRACE_EVENT_EXEC => {
                self.exec(id)?;
                stops.execs
            }
            libc::PTRACE_EVENT_EXIT => {
                self.note_end(id);
                false
            }
            libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => {
                // A signal stopped the whole process: it goes on when another one says so.
                if ptrace::resume(Request::PTRACE_LISTEN, Pid::from_raw(id), 0).is_ok()
                    && let Some(thread) = self.threads.get_mut(&id)
                {
                    thread.running = true;
                }
                return Ok(Meaning::Parked);
            }
            _ => false,
        };
        Ok(if wanted { Meaning::Stop(Reason::Event) } else { Meaning::GoOn })
    }
}
