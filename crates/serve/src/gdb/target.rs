//! A process of a session as the protocol wants it.

use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use farad_io::{Cancel, Ctx};
use farad_shell::Env;
use farad_wire::gdb::{signal_from_gdb, signal_to_gdb};
use farad_wire::target::{
    Bank, Bytes, End, How, Info, Look, Point, PointKind, Reason, Reply, Request, Resume, Signals, Stop, Stops,
};
use gdbstub::arch::Arch;
use gdbstub::common::{Pid, Signal, Tid};
use gdbstub::stub::MultiThreadStopReason;
use gdbstub::target::ext::auxv::{Auxv, AuxvOps};
use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::base::multithread::{
    MultiThreadBase, MultiThreadResume, MultiThreadResumeOps, MultiThreadSchedulerLocking,
    MultiThreadSchedulerLockingOps, MultiThreadSingleStep, MultiThreadSingleStepOps,
};
use gdbstub::target::ext::breakpoints::{
    Breakpoints, BreakpointsOps, HwBreakpoint, HwBreakpointOps, HwWatchpoint, HwWatchpointOps, SwBreakpoint,
    SwBreakpointOps, WatchKind,
};
use gdbstub::target::ext::exec_file::{ExecFile, ExecFileOps};
use gdbstub::target::ext::thread_extra_info::{ThreadExtraInfo, ThreadExtraInfoOps};
use gdbstub::target::{Target, TargetError, TargetResult};

use super::machine::Machine;
use crate::host::{Host, ViewId};

/// Why a process stopped, as the protocol has it.
pub(super) type Stopped = MultiThreadStopReason<u64>;

/// Where the process is: the session, the client's view, the descriptor, and on whose behalf it is asked.
pub(super) type Place = (Host, ViewId, u32, Ctx);

/// Output that nobody wants: gdb has no place for it.
struct Unheard;

impl std::io::Write for Unheard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl farad_shell::out::Out for Unheard {
    fn report(&mut self, line: &str) {
        tracing::debug!("a gdb client's process: {line}");
    }

    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &farad_shell::origin::Origin) {}
}

/// Asks something of the process, on the session's thread.
pub(super) fn ask(host: &Host, view: ViewId, fd: u32, ctx: &Ctx, request: Request) -> Result<Reply, String> {
    let ctx = ctx.clone();
    let asks = ctx.principal.name.clone();
    let asked = host.with_patience(view, &asks, move |session, view| {
        let mut env = Env { session, view, ctx: &ctx, out: &mut Unheard };
        farad_shell::ask_target(&mut env, Some(fd), &request).map_err(|error| error.to_string())
    });
    asked.map_err(|error| error.to_string())?
}

/// The process.
pub(super) struct Served<M> {
    place: Place,
    info: Info,
    /// Breakpoints that the client set.
    points: Vec<Point>,
    /// How it is to go on.
    step: Option<u32>,
    signal: Option<i32>,
    running: Option<Receiver<Result<Reply, String>>>,
    cancel: Cancel,
    machine: std::marker::PhantomData<M>,
}

impl<M: Machine> Served<M> {
    pub(super) fn new(place: Place, info: Info) -> Served<M> {
        Served {
            place,
            info,
            points: Vec::new(),
            step: None,
            signal: None,
            running: None,
            cancel: Cancel::new(),
            machine: std::marker::PhantomData,
        }
    }

    fn ask(&self, request: Request) -> Result<Reply, String> {
        let (host, view, fd, ctx) = &self.place;
        ask(host, *view, *fd, ctx, request)
    }

    /// Why it stopped, once it has.
    pub(super) fn stopped(&mut self) -> Option<Stopped> {
        let reply = match self.running.as_ref()?.try_recv() {
            Ok(reply) => reply,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err("the session is gone".to_owned()),
        };
        self.running = None;
        Some(match reply {
            Ok(Reply::Stop(stop)) => self.mean(&stop),
            _ => MultiThreadStopReason::Terminated(Signal::SIGKILL),
        })
    }

    fn mean(&self, stop: &Stop) -> Stopped {
        let tid = tid(stop.thread);
        let signal = |number: i32| Signal(signal_to_gdb(number));
        match stop.reason {
            Reason::Exited { status } => MultiThreadStopReason::Exited(status as u8),
            Reason::Killed { number } => MultiThreadStopReason::Terminated(signal(number)),
            Reason::Breakpoint { addr } => {
                let hardware = self.points.iter().any(|it| it.addr == addr && it.kind == PointKind::Hardware);
                if hardware {
                    MultiThreadStopReason::HwBreak(tid)
                } else {
                    MultiThreadStopReason::SwBreak(tid)
                }
            }
            Reason::Watchpoint { addr } => {
                let kind = self.points.iter().find(|it| it.addr == addr).map(|it| it.kind);
                let kind = match kind {
                    Some(PointKind::Read) => WatchKind::Read,
                    Some(PointKind::Access) => WatchKind::ReadWrite,
                    _ => WatchKind::Write,
                };
                MultiThreadStopReason::Watch { tid, kind, addr }
            }
            Reason::Signal { number, .. } => {
                MultiThreadStopReason::SignalWithThread { tid, signal: signal(number) }
            }
            Reason::Interrupted => MultiThreadStopReason::SignalWithThread { tid, signal: Signal::SIGINT },
            Reason::Begun | Reason::Stepped | Reason::Event | Reason::Output | Reason::Syscall { .. } => {
                MultiThreadStopReason::SignalWithThread { tid, signal: Signal::SIGTRAP }
            }
        }
    }

    /// Asks it to stop.
    pub(super) fn interrupt(&self) {
        self.cancel.raise();
    }

    /// Waits until it has stopped.
    pub(super) fn wait(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = running.recv();
        }
    }

    /// Removes the breakpoints that the client left.
    pub(super) fn forget_points(&mut self) {
        for point in std::mem::take(&mut self.points) {
            if let Err(why) = self.ask(Request::Remove(point)) {
                tracing::debug!("{why}");
            }
        }
    }

    pub(super) fn end(&self, end: End) -> Result<(), String> {
        self.ask(Request::End(end)).map(drop)
    }

    fn bank(&self, tid: Tid, bank: Bank) -> Result<Vec<u8>, String> {
        match self.ask(Request::Registers { thread: number(tid), bank })? {
            Reply::Bytes(Bytes(bytes)) => Ok(bytes),
            _ => Err("no registers".to_owned()),
        }
    }

    fn point(&mut self, point: Point, set: bool) -> bool {
        let asked = self.ask(if set { Request::Insert(point) } else { Request::Remove(point) });
        self.points.retain(|other| *other != point);
        if set && asked.is_ok() {
            self.points.push(point);
        }
        asked.is_ok()
    }
}

fn tid(thread: u32) -> Tid {
    NonZeroUsize::new(thread as usize).unwrap_or(NonZeroUsize::MIN)
}

fn number(tid: Tid) -> u32 {
    u32::try_from(tid.get()).unwrap_or(0)
}

/// What cannot be done is told to the client, and ends nothing.
fn soft<T, M: Machine>(result: Result<T, String>) -> TargetResult<T, Served<M>> {
    result.map_err(|why| {
        tracing::debug!("{why}");
        TargetError::NonFatal
    })
}

/// As much of `data` from `offset` on as goes into `buf`.
fn window(data: &[u8], offset: u64, length: usize, buf: &mut [u8]) -> usize {
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(data.len());
    let len = (data.len() - from).min(length).min(buf.len());
    buf[..len].copy_from_slice(&data[from..from + len]);
    len
}

impl<M: Machine> Target for Served<M> {
    type Arch = M::Arch;
    type Error = String;

    fn base_ops(&mut self) -> BaseOps<'_, Self::Arch, Self::Error> {
        BaseOps::MultiThread(self)
    }

    fn support_breakpoints(&mut self) -> Option<BreakpointsOps<'_, Self>> {
        Some(self)
    }

    fn support_auxv(&mut self) -> Option<AuxvOps<'_, Self>> {
        Some(self)
    }

    fn support_exec_file(&mut self) -> Option<ExecFileOps<'_, Self>> {
        Some(self)
    }
}

impl<M: Machine> MultiThreadBase for Served<M> {
    fn read_registers(
        &mut self,
        regs: &mut <M::Arch as Arch>::Registers,
        tid: Tid,
    ) -> TargetResult<(), Self> {
        let general = soft::<_, M>(self.bank(tid, Bank::General))?;
        let float = soft::<_, M>(self.bank(tid, Bank::Float))?;
        M::pack(&general, &float, regs);
        Ok(())
    }

    fn write_registers(&mut self, regs: &<M::Arch as Arch>::Registers, tid: Tid) -> TargetResult<(), Self> {
        let mut general = soft::<_, M>(self.bank(tid, Bank::General))?;
        let mut float = soft::<_, M>(self.bank(tid, Bank::Float))?;
        M::unpack(regs, &mut general, &mut float);
        for (bank, bytes) in [(Bank::General, general), (Bank::Float, float)] {
            let set = Request::SetRegisters { thread: number(tid), bank, bytes: Bytes(bytes) };
            soft::<_, M>(self.ask(set))?;
        }
        Ok(())
    }

    fn read_addrs(&mut self, start: u64, data: &mut [u8], _tid: Tid) -> TargetResult<usize, Self> {
        let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
        match soft::<_, M>(self.ask(Request::Read { addr: start, len }))? {
            Reply::Bytes(Bytes(bytes)) if !bytes.is_empty() => Ok(window(&bytes, 0, bytes.len(), data)),
            _ => Err(TargetError::NonFatal),
        }
    }

    fn write_addrs(&mut self, start: u64, data: &[u8], _tid: Tid) -> TargetResult<(), Self> {
        soft::<_, M>(self.ask(Request::Write { addr: start, bytes: Bytes(data.to_vec()) })).map(drop)
    }

    fn list_active_threads(&mut self, register: &mut dyn FnMut(Tid)) -> Result<(), Self::Error> {
        if let Reply::Threads(threads) = self.ask(Request::Threads)? {
            threads.iter().for_each(|thread| register(tid(thread.id)));
        }
        Ok(())
    }

    fn support_resume(&mut self) -> Option<MultiThreadResumeOps<'_, Self>> {
        Some(self)
    }

    fn support_thread_extra_info(&mut self) -> Option<ThreadExtraInfoOps<'_, Self>> {
        Some(self)
    }
}

impl<M: Machine> ThreadExtraInfo for Served<M> {
    fn thread_extra_info(&self, tid: Tid, buf: &mut [u8]) -> Result<usize, Self::Error> {
        let Reply::Threads(threads) = self.ask(Request::Threads)? else { return Ok(0) };
        let name = threads.into_iter().find(|thread| thread.id == number(tid)).map(|thread| thread.name);
        Ok(window(name.unwrap_or_default().as_bytes(), 0, usize::MAX, buf))
    }
}

impl<M: Machine> MultiThreadResume for Served<M> {
    fn resume(&mut self) -> Result<(), Self::Error> {
        let (host, view, fd, ctx) = self.place.clone();
        let thread = self.step;
        if let Some(thread) = thread {
            self.ask(Request::Select { thread, look: Look::default() })?;
        }
        let how = if thread.is_some() { How::Step(1) } else { How::Continue };
        let request = Request::Resume(Resume {
            how,
            until: Vec::new(),
            // gdb says which signals the process gets.
            signal: Some(self.signal.unwrap_or(0)),
            stops: Stops::default(),
            signals: Signals::default(),
            look: Look::default(),
            known: Vec::new(),
            output: 0,
        });
        self.cancel = Cancel::new();
        let ctx = Ctx { cancel: self.cancel.clone(), ..ctx };
        // One answer comes.
        let (sender, receiver) = mpsc::sync_channel(1);
        std::thread::Builder::new()
            .name("gdb client".to_owned())
            .spawn(move || drop(sender.send(ask(&host, view, fd, &ctx, request))))
            .map_err(|error| error.to_string())?;
        self.running = Some(receiver);
        Ok(())
    }

    fn clear_resume_actions(&mut self) -> Result<(), Self::Error> {
        (self.step, self.signal) = (None, None);
        Ok(())
    }

    fn set_resume_action_continue(&mut self, _tid: Tid, signal: Option<Signal>) -> Result<(), Self::Error> {
        self.signal = signal.map(|signal| signal_from_gdb(signal.0)).or(self.signal);
        Ok(())
    }

    fn support_scheduler_locking(&mut self) -> Option<MultiThreadSchedulerLockingOps<'_, Self>> {
        Some(self)
    }

    fn support_single_step(&mut self) -> Option<MultiThreadSingleStepOps<'_, Self>> {
        Some(self)
    }
}

/// A thread that steps does so alone in any case.
impl<M: Machine> MultiThreadSchedulerLocking for Served<M> {
    fn set_resume_action_scheduler_lock(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl<M: Machine> MultiThreadSingleStep for Served<M> {
    fn set_resume_action_step(&mut self, tid: Tid, signal: Option<Signal>) -> Result<(), Self::Error> {
        self.step = Some(number(tid));
        self.signal = signal.map(|signal| signal_from_gdb(signal.0)).or(self.signal);
        Ok(())
    }
}

impl<M: Machine> Breakpoints for Served<M> {
    fn support_sw_breakpoint(&mut self) -> Option<SwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_breakpoint(&mut self) -> Option<HwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_watchpoint(&mut self) -> Option<HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl<M: Machine> SwBreakpoint for Served<M> {
    fn add_sw_breakpoint(
        &mut self,
        addr: u64,
        _kind: <M::Arch as Arch>::BreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.point(Point { addr, kind: PointKind::Software, len: 1 }, true))
    }

    fn remove_sw_breakpoint(
        &mut self,
        addr: u64,
        _kind: <M::Arch as Arch>::BreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.point(Point { addr, kind: PointKind::Software, len: 1 }, false))
    }
}

impl<M: Machine> HwBreakpoint for Served<M> {
    fn add_hw_breakpoint(
        &mut self,
        addr: u64,
        _kind: <M::Arch as Arch>::BreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.point(Point { addr, kind: PointKind::Hardware, len: 1 }, true))
    }

    fn remove_hw_breakpoint(
        &mut self,
        addr: u64,
        _kind: <M::Arch as Arch>::BreakpointKind,
    ) -> TargetResult<bool, Self> {
        Ok(self.point(Point { addr, kind: PointKind::Hardware, len: 1 }, false))
    }
}

fn watched(addr: u64, len: u64, kind: WatchKind) -> Point {
    let kind = match kind {
        WatchKind::Write => PointKind::Write,
        WatchKind::Read => PointKind::Read,
        WatchKind::ReadWrite => PointKind::Access,
    };
    Point { addr, kind, len: u32::try_from(len).unwrap_or(u32::MAX) }
}

impl<M: Machine> HwWatchpoint for Served<M> {
    fn add_hw_watchpoint(&mut self, addr: u64, len: u64, kind: WatchKind) -> TargetResult<bool, Self> {
        Ok(self.point(watched(addr, len, kind), true))
    }

    fn remove_hw_watchpoint(&mut self, addr: u64, len: u64, kind: WatchKind) -> TargetResult<bool, Self> {
        Ok(self.point(watched(addr, len, kind), false))
    }
}

impl<M: Machine> Auxv for Served<M> {
    fn get_auxv(&self, offset: u64, length: usize, buf: &mut [u8]) -> TargetResult<usize, Self> {
        match soft::<_, M>(self.ask(Request::Auxiliary))? {
            Reply::Bytes(Bytes(bytes)) => Ok(window(&bytes, offset, length, buf)),
            _ => Err(TargetError::NonFatal),
        }
    }
}

impl<M: Machine> ExecFile for Served<M> {
    fn get_exec_file(
        &self,
        _pid: Option<Pid>,
        offset: u64,
        length: usize,
        buf: &mut [u8],
    ) -> TargetResult<usize, Self> {
        Ok(window(self.info.exe.as_bytes(), offset, length, buf))
    }
}
