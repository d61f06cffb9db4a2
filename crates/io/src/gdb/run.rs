//! Letting the target of a stub run.

use std::io::Write;
use std::time::Instant;

use farad_wire::gdb::{StopReply, signal_from_gdb, signal_to_gdb};
use farad_wire::target::{How, Point, PointKind, Reason, Reply, Request, Resume};

use super::client::GdbClient;
use super::conversation::PATIENCE;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::walk::{self, Machine, Place, Stepping};

/// Signals that pass without a stop unless it is asked for, in Linux's numbers: as the native debugger has it.
const PASSING: [i32; 9] = [14, 17, 23, 26, 27, 28, 29, 32, 33];
/// A breakpoint's, and an interrupt's.
const TRAP: i32 = 5;
const INTERRUPTED: i32 = 2;

/// How the stub is told to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    Step,
    Continue,
}

impl GdbClient {
    pub(super) fn resume(&mut self, ask: &Resume, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        if self.has_ended() {
            return Ok(Reply::Failed("the target has ended".to_owned()));
        }
        if let Some(signal) = ask.signal {
            self.deliver = signal;
        }
        if matches!(ask.how, How::Syscall) {
            return Ok(Reply::Failed("the stub does not stop at system calls".to_owned()));
        }
        let mut set = Vec::new();
        for addr in &ask.until {
            let point = Point { addr: *addr, kind: PointKind::Software, len: 1 };
            if !self.points.contains(&point) {
                match self.ask(&Request::Insert(point), out, ctx)? {
                    Reply::Done => set.push(point),
                    refusal => return Ok(refusal),
                }
            }
        }
        let mut run = Run { client: self, ask, out, ctx };
        let machine = Machine::of(&run.client.description.arch, run.client.description.bits);
        let reason = match (&ask.how, machine) {
            (How::Step(count), _) => run.step_often(*count),
            (How::Continue | How::Syscall, _) => run.go(Go::Continue),
            (How::Over(count), Some(machine)) => run.over_often(*count, machine),
            (How::Walk { over, until }, Some(machine)) => walk::walk(&mut run, machine, *over, until),
            _ => return Ok(Reply::Failed("calls of this machine are not known: step by ds".to_owned())),
        };
        let reason = reason?;
        self.reason = reason;
        for point in set {
            self.ask(&Request::Remove(point), out, ctx)?;
        }
        self.stop(ask.look, ctx)
    }
}

/// One request's run.
struct Run<'a> {
    client: &'a mut GdbClient,
    ask: &'a Resume,
    out: &'a mut dyn Write,
    ctx: &'a Ctx,
}

impl Run<'_> {
    fn step_often(&mut self, count: u64) -> Result<Reason> {
        for _ in 0..count {
            if let Some(reason) = self.step()? {
                return Ok(reason);
            }
            if self.is_interrupted() {
                return Ok(Reason::Interrupted);
            }
        }
        Ok(Reason::Stepped)
    }

    fn over_often(&mut self, count: u64, machine: Machine) -> Result<Reason> {
        for _ in 0..count {
            if let Some(reason) = walk::step_over(self, machine)? {
                return Ok(reason);
            }
        }
        Ok(Reason::Stepped)
    }

    /// Goes on until something is to be told.
    fn go(&mut self, how: Go) -> Result<Reason> {
        loop {
            let pc = match self.client.pc {
                Some(pc) => pc,
                None => self.place()?.pc,
            };
            let is_here = |point: &&Point| {
                point.addr == pc && matches!(point.kind, PointKind::Software | PointKind::Hardware)
            };
            let reason = match self.client.points.iter().find(is_here).copied() {
                // A stub would stop there again at once.
                Some(point) => {
                    self.client.ask(&Request::Remove(point), self.out, self.ctx)?;
                    let stepped = self.once(Go::Step);
                    if !self.client.has_ended() {
                        self.client.ask(&Request::Insert(point), self.out, self.ctx)?;
                    }
                    match stepped? {
                        Some(Reason::Stepped) if how == Go::Continue => None,
                        told => told,
                    }
                }
                None => self.once(how)?,
            };
            if let Some(reason) = reason {
                return Ok(reason);
            }
            // A stub may tell of stops that nobody asked for, without end.
            if self.is_interrupted() || self.ctx.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Ok(Reason::Interrupted);
            }
        }
    }

    /// Goes on until the target stops. Why it did, where that is to be told.
    fn once(&mut self, how: Go) -> Result<Option<Reason>> {
        self.send(how)?;
        self.client.pc = None;
        let stop = self.wait()?;
        let reason = self.mean(stop, how)?;
        if let Some(reason @ (Reason::Exited { .. } | Reason::Killed { .. })) = &reason {
            self.client.reason = reason.clone();
        }
        Ok(reason)
    }

    fn send(&mut self, how: Go) -> Result<()> {
        let client = &mut *self.client;
        client.areas = None;
        let signal = std::mem::take(&mut client.deliver);
        let thread = client.thread;
        let letter = match how {
            Go::Step => 's',
            Go::Continue => 'c',
        };
        let upper = letter.to_ascii_uppercase();
        let gdb = signal_to_gdb(signal);
        let content = match (client.actions.starts_with("vCont"), signal, how) {
            (true, 0, Go::Step) => format!("vCont;s:{thread}"),
            (true, 0, Go::Continue) => "vCont;c".to_owned(),
            (true, _, Go::Step) => format!("vCont;S{gdb:02x}:{thread}"),
            (true, _, Go::Continue) => format!("vCont;C{gdb:02x}:{thread};c"),
            (false, 0, _) => letter.to_string(),
            (false, ..) => format!("{upper}{gdb:02x}"),
        };
        client.talk.send(content.as_bytes(), self.ctx)
    }

    /// Waits for the target to stop. A cancel asks it to.
    fn wait(&mut self) -> Result<StopReply> {
        let mut interrupts = 0;
        let mut asked = None;
        loop {
            // Looked at in every turn: what the target prints may never end.
            let over = self.ctx.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            let wanted = self.ctx.cancel.count().max(u32::from(over));
            if wanted > interrupts {
                interrupts = wanted;
                asked.get_or_insert_with(Instant::now);
                self.client.talk.interrupt(self.ctx)?;
            }
            if asked.is_some_and(|asked| asked.elapsed() > PATIENCE) {
                return Err(self
                    .client
                    .talk
                    .fail("hung up: the target does not stop when it is interrupted"));
            }
            let Some(content) = self.client.talk.poll()? else { continue };
            match StopReply::parse(&content) {
                Some(StopReply::Output(text)) => {
                    // That nobody reads it is no reason to leave the target alone.
                    let _ = self.out.write_all(&text);
                }
                // The files of this machine are nobody's business there.
                Some(StopReply::File) => self.client.talk.send(b"F-1,1", self.ctx)?,
                Some(stop) => return Ok(stop),
                None => {
                    let text = String::from_utf8_lossy(&content).into_owned();
                    return Err(self
                        .client
                        .talk
                        .fail(format!("it does not go on: '{}'", text.escape_debug())));
                }
            }
        }
    }

    /// Why it stopped; none when it is to go on.
    fn mean(&mut self, stop: StopReply, how: Go) -> Result<Option<Reason>> {
        Ok(Some(match stop {
            StopReply::Exited(status) => Reason::Exited { status: i32::from(status) },
            StopReply::Killed(signal) => Reason::Killed { number: signal_from_gdb(signal) },
            StopReply::None | StopReply::Output(_) | StopReply::File => Reason::Exited { status: 0 },
            StopReply::Signal { number, thread, watch, breakpoint } => {
                if let Some(thread) = thread {
                    self.client.thread = thread;
                }
                let number = signal_from_gdb(number);
                if let Some(addr) = watch {
                    return Ok(Some(Reason::Watchpoint { addr: self.watched(addr) }));
                }
                match number {
                    TRAP => {
                        let pc = self.place()?.pc;
                        let at_point = self.client.points.iter().any(|point| point.addr == pc);
                        match how {
                            Go::Continue if !at_point && self.client.removed.contains(&pc) => {
                                return Ok(None);
                            }
                            _ if breakpoint => Reason::Breakpoint { addr: pc },
                            Go::Step => return Ok(Some(Reason::Stepped)),
                            Go::Continue if at_point => Reason::Breakpoint { addr: pc },
                            Go::Continue => Reason::Signal { number, code: 0, addr: 0 },
                        }
                    }
                    0 | INTERRUPTED if self.ctx.cancel.is_raised() => Reason::Interrupted,
                    _ => return Ok(self.mean_signal(number)),
                }
            }
        }))
    }

    fn mean_signal(&mut self, number: i32) -> Option<Reason> {
        let signals = &self.ask.signals;
        if signals.skip.contains(&number) {
            return None;
        }
        if number != INTERRUPTED {
            self.client.deliver = number;
        }
        let passes = PASSING.contains(&number) && !signals.stop.contains(&number);
        if passes || signals.pass.contains(&number) {
            self.client.deliver = number;
            return None;
        }
        Some(Reason::Signal { number, code: 0, addr: 0 })
    }

    /// The place that is watched and that an address is in.
    fn watched(&self, addr: u64) -> u64 {
        let is_in = |point: &&Point| addr >= point.addr && addr - point.addr < u64::from(point.len);
        self.client.points.iter().find(is_in).map_or(addr, |point| point.addr)
    }
}

impl Stepping for Run<'_> {
    type Error = crate::error::Error;

    fn step(&mut self) -> Result<Option<Reason>> {
        match self.go(Go::Step)? {
            Reason::Stepped => Ok(None),
            // Where it has come to is not a place it ran into.
            Reason::Breakpoint { .. } => Ok(None),
            reason => Ok(Some(reason)),
        }
    }

    fn run_to(&mut self, addr: u64, sp: u64) -> Result<Option<Reason>> {
        let point = Point { addr, kind: PointKind::Software, len: 1 };
        let ours = !self.client.points.contains(&point);
        if ours {
            self.client.ask(&Request::Insert(point), self.out, self.ctx)?;
        }
        let thread = self.client.thread;
        let stopped = loop {
            match self.go(Go::Continue)? {
                Reason::Breakpoint { addr: hit } if hit == addr && self.client.thread == thread => {
                    if self.place()?.sp >= sp {
                        break None;
                    }
                }
                Reason::Breakpoint { addr: hit } if hit == addr && ours => {}
                reason => break Some(reason),
            }
        };
        if ours {
            self.client.ask(&Request::Remove(point), self.out, self.ctx)?;
        }
        Ok(stopped)
    }

    fn place(&mut self) -> Result<Place> {
        let all = self.client.registers(self.ctx)?;
        Ok(Place {
            pc: self.client.register(&all, super::layout::PC),
            sp: self.client.register(&all, super::layout::SP),
            link: self.client.register(&all, super::layout::LINK),
        })
    }

    fn read(&mut self, addr: u64, buf: &mut [u8]) -> Result<usize> {
        self.client.read_at(addr, buf, self.ctx)
    }

    fn is_interrupted(&mut self) -> bool {
        self.ctx.cancel.is_raised()
    }
}
