//! Letting a process run, until one of its threads stops for something to be told.

use farad_wire::target::{How, Reason, Resume};
use nix::errno::Errno;
use nix::sys::ptrace::Request;
use nix::unistd::Pid;

use super::meaning::Meaning;
use super::status::wait_any;
use super::{Process, Thread};
use crate::error::{Error, Result};
use crate::{machine, ptrace};

/// Looks at a thread before the processor is given up.
const SPINS: u32 = 200;
/// Steps between two looks at what comes from outside.
const GLANCE: u64 = 64;

/// What comes from outside while a process runs.
pub(crate) trait Control {
    /// Waits until something may have happened, to a process or outside; with `now` does not wait.
    fn wait(&mut self, now: bool) -> Poke;
}

/// What came from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poke {
    /// Nothing; maybe a process did something.
    Nothing,
    /// It is to be stopped.
    Interrupt,
    /// It has printed as much as it may.
    Full,
}

/// What was waited for.
enum Waited {
    /// A thread, and what the system says of it.
    Thread(i32, i32),
    /// Something from outside.
    Poke(Poke),
}

impl Process {
    /// Lets it run as asked, until it stops.
    pub(crate) fn resume(&mut self, ask: &Resume, control: &mut dyn Control) -> Result<Reason> {
        if self.ended.is_some() {
            return Err(Error::Gone);
        }
        self.events.clear();
        if let (Some(signal), Some(thread)) = (ask.signal, self.threads.get_mut(&self.current)) {
            thread.deliver = signal;
        }
        for addr in &ask.until {
            self.patch(*addr, false)?;
        }
        let result = match &ask.how {
            How::Step(count) => self.step_often(*count, ask, control),
            How::Over(count) => self.step_over_often(*count, ask, control),
            How::Walk { over, until } => self.walk(*over, until, ask, control),
            How::Continue => self.go(Request::PTRACE_CONT, ask, control),
            How::Syscall => self.go(Request::PTRACE_SYSCALL, ask, control),
        };
        let result = match result {
            // It was killed between two requests.
            Err(Error::Gone) => {
                self.notice_end();
                self.ended.clone().ok_or(Error::Gone)
            }
            result => result,
        };
        for addr in self.patches.passing() {
            self.unpatch(addr)?;
        }
        result
    }

    fn step_often(&mut self, count: u64, ask: &Resume, control: &mut dyn Control) -> Result<Reason> {
        for done in 0..count {
            if done % GLANCE == GLANCE - 1 && control.wait(true) == Poke::Interrupt {
                return Ok(Reason::Interrupted);
            }
            if let Some(reason) = self.step(self.current, ask, control)?.reason() {
                return Ok(reason);
            }
        }
        Ok(Reason::Stepped)
    }

    /// One instruction of a thread, while the others stand still.
    pub(super) fn step(&mut self, id: i32, ask: &Resume, control: &mut dyn Control) -> Result<Meaning> {
        if let Some(status) = self.threads.get_mut(&id).and_then(|thread| thread.pending.take()) {
            let meaning = self.mean(id, status, ask)?;
            if meaning.is_told() {
                return Ok(meaning);
            }
        }
        let pc = self.pc(id)?;
        let lifted = self.patches.original(pc).filter(|_| !self.lent).map(<[u8]>::to_vec);
        if let Some(original) = &lifted {
            self.write_raw(pc, original)?;
        }
        let blind = machine::STOPS_AGAIN && !self.hardware.is_empty();
        if blind {
            machine::watch(Pid::from_raw(id), &[])?;
        }
        let result = self.step_bare(id, ask, control);
        if self.ended.is_none() {
            if lifted.is_some() && self.patches.contains(pc) && !self.lent {
                self.write_raw(pc, machine::TRAP)?;
            }
            if blind && self.threads.contains_key(&id) {
                machine::watch(Pid::from_raw(id), &self.hardware)?;
            }
        }
        result
    }

    fn step_bare(&mut self, id: i32, ask: &Resume, control: &mut dyn Control) -> Result<Meaning> {
        loop {
            self.start(id, Request::PTRACE_SINGLESTEP)?;
            let status = loop {
                match self.wait(control)? {
                    Waited::Thread(other, status) if other == id => break status,
                    Waited::Thread(other, status) => self.note_other(other, status)?,
                    Waited::Poke(Poke::Interrupt) => {
                        self.stop_all()?;
                        return Ok(Meaning::Stop(Reason::Interrupted));
                    }
                    Waited::Poke(_) => {}
                }
                if let Some(reason) = &self.ended {
                    return Ok(Meaning::Ended(reason.clone()));
                }
            };
            let meaning = self.mean(id, status, ask)?;
            if !matches!(meaning, Meaning::GoOn) {
                return Ok(meaning);
            }
        }
    }

    /// A stop of a thread that nobody waits for.
    fn note_other(&mut self, id: i32, status: i32) -> Result<()> {
        if self.threads.contains_key(&id) {
            return self.note_stop(id, status);
        }
        self.meet(id, status);
        Ok(())
    }

    /// Lets all threads run, until something is to be told.
    pub(super) fn go(&mut self, request: Request, ask: &Resume, control: &mut dyn Control) -> Result<Reason> {
        if let Some(reason) = self.take_pending(ask)? {
            return Ok(reason);
        }
        if let Some(reason) = self.leave_breakpoints(request, ask, control)? {
            return Ok(reason);
        }
        // Others may have stopped meanwhile.
        if let Some(reason) = self.take_pending(ask)? {
            return Ok(reason);
        }
        self.start_all(request)?;
        loop {
            match self.wait(control)? {
                Waited::Poke(Poke::Nothing) => {}
                Waited::Poke(poke) => {
                    self.stop_all()?;
                    let reason = if poke == Poke::Full { Reason::Output } else { Reason::Interrupted };
                    return Ok(self.tell(self.current, reason));
                }
                Waited::Thread(id, status) => match self.mean(id, status, ask)? {
                    Meaning::GoOn | Meaning::Stepped if self.threads.contains_key(&id) => {
                        self.start(id, request)?;
                    }
                    // Another process is debugged now.
                    Meaning::GoOn | Meaning::Stepped => self.start_all(request)?,
                    Meaning::Parked => {}
                    Meaning::Pass => {
                        // The others would miss a breakpoint that is taken out.
                        self.stop_all()?;
                        if self.threads.contains_key(&id)
                            && let Some(reason) = self.step(id, ask, control)?.reason()
                        {
                            return Ok(self.tell(id, reason));
                        }
                        if let Some(reason) = self.take_pending(ask)? {
                            return Ok(reason);
                        }
                        if let Some(reason) = &self.ended {
                            return Ok(reason.clone());
                        }
                        self.start_all(request)?;
                    }
                    Meaning::Stop(reason) => {
                        self.stop_all()?;
                        return Ok(self.tell(id, reason));
                    }
                    Meaning::Ended(reason) => return Ok(reason),
                },
            }
        }
    }

    /// Looks at why threads stopped that nobody was told of yet. What is to be told, if something is.
    fn take_pending(&mut self, ask: &Resume) -> Result<Option<Reason>> {
        let waiting = self.threads.iter().filter(|(_, thread)| thread.pending.is_some());
        for id in waiting.map(|(id, _)| *id).collect::<Vec<_>>() {
            let Some(status) = self.threads.get_mut(&id).and_then(|thread| thread.pending.take()) else {
                continue;
            };
            if let Some(reason) = self.mean(id, status, ask)?.reason() {
                return Ok(Some(self.tell(id, reason)));
            }
        }
        Ok(None)
    }

    /// The reason for a stop by a thread, which is the current one from then on; or the end, where that came first.
    fn tell(&mut self, id: i32, reason: Reason) -> Reason {
        if let Some(reason) = &self.ended {
            return reason.clone();
        }
        if self.threads.contains_key(&id) {
            self.current = id;
        }
        reason
    }

    /// Takes the threads that stand before a breakpoint that was told of one instruction on.
    fn leave_breakpoints(
        &mut self,
        request: Request,
        ask: &Resume,
        control: &mut dyn Control,
    ) -> Result<Option<Reason>> {
        let current = self.current;
        let stands = |(id, thread): (&i32, &Thread)| (!thread.running).then_some((*id, thread.told));
        let standing: Vec<(i32, Option<u64>)> = self.threads.iter().filter_map(stands).collect();
        // A step passes over the stop at a system call.
        let blind = machine::STOPS_AGAIN && !self.hardware.is_empty() && request != Request::PTRACE_SYSCALL;
        for (id, told) in standing {
            if id != current && told.is_none() || !self.threads.contains_key(&id) {
                continue;
            }
            let pc = self.pc(id)?;
            let here = self.patches.contains(pc) && (id == current || told == Some(pc));
            if here || blind && id == current {
                let meaning = self.step(id, ask, control)?;
                if let Some(reason) = meaning.reason() {
                    return Ok(Some(self.tell(id, reason)));
                }
            }
        }
        Ok(None)
    }

    /// Has all threads run.
    fn start_all(&mut self, request: Request) -> Result<()> {
        let all: Vec<i32> = self.threads.keys().copied().collect();
        all.into_iter().try_for_each(|id| self.start(id, request))
    }

    /// Has one thread run.
    fn start(&mut self, id: i32, request: Request) -> Result<()> {
        let Some(thread) = self.threads.get_mut(&id).filter(|thread| !thread.running) else { return Ok(()) };
        debug_assert!(thread.pending.is_none(), "a thread goes on before it was looked at why it stopped");
        let signal = std::mem::take(&mut thread.deliver);
        thread.told = None;
        thread.begins &= request == Request::PTRACE_SINGLESTEP;
        if request != Request::PTRACE_SYSCALL {
            thread.calling = false;
        }
        match ptrace::resume(request, Pid::from_raw(id), signal) {
            // Killed, else, which the system tells in its turn.
            Ok(()) | Err(Errno::ESRCH) => thread.running = true,
            Err(errno) => return Err(Error::of("let it run")(errno)),
        }
        Ok(())
    }

    fn wait(&mut self, control: &mut dyn Control) -> Result<Waited> {
        for _ in 0..SPINS {
            if let Some((id, status)) = wait_any()? {
                return Ok(Waited::Thread(id, status));
            }
            std::hint::spin_loop();
        }
        match control.wait(false) {
            Poke::Nothing => Ok(match wait_any()? {
                Some((id, status)) => Waited::Thread(id, status),
                None => Waited::Poke(Poke::Nothing),
            }),
            poke => Ok(Waited::Poke(poke)),
        }
    }
}
