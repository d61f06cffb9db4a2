//! Answers what is asked of a target.

use farad_io::area::next_mapped;
use farad_wire::target::{
    Bank, Bytes, End, Info, Known, Launch, Look, Lost, Reason, Reply, Request, Start, Stop, frame, hash,
};

use crate::error::{Error, Result};
use crate::launch::Plan;
use crate::machine::{self, Layout};
use crate::process::{Control, Process};
use crate::system;

/// The key of the entry point in the auxiliary vector: `AT_ENTRY`.
const ENTRY: u64 = 9;
/// Most pieces of memory that are looked at for change.
const KNOWN: usize = 256;
/// Most bytes in them.
const KNOWN_BYTES: usize = 16 << 20;
/// Most bytes that are told with a stop in one piece.
const LOOK: u32 = 1 << 16;

/// A target and how it came about.
#[derive(Default)]
pub(crate) struct Engine {
    process: Option<Process>,
    launch: Option<Launch>,
    /// Why it stopped last.
    reason: Reason,
    /// What becomes of it when nobody asks any more.
    pub(crate) lost: Lost,
    /// What the program prints, where that is told.
    pub(crate) output: Option<std::os::fd::OwnedFd>,
}

impl Engine {
    /// Does what is asked.
    pub(crate) fn answer(&mut self, request: Request, control: &mut dyn Control) -> Reply {
        match self.try_answer(request, control) {
            Ok(reply) => reply,
            Err(error) => Reply::Failed(error.to_string()),
        }
    }

    fn try_answer(&mut self, request: Request, control: &mut dyn Control) -> Result<Reply> {
        match request {
            Request::Start(start) => self.start(start),
            Request::Describe => Ok(Reply::Info(Box::new(self.describe()?))),
            Request::Resume(ask) => {
                self.reason = self.process()?.resume(&ask, control)?;
                let Reply::Stop(mut stop) = self.stop(ask.look)? else { return Err(Error::Gone) };
                if !stop.is_end() {
                    self.look_at_known(&ask.known, &mut stop)?;
                }
                Ok(Reply::Stop(stop))
            }
            Request::Registers { thread, bank } => Ok(bytes(self.process()?.registers(thread, bank)?)),
            Request::SetRegisters { thread, bank, bytes } => {
                self.process()?.set_registers(thread, bank, &bytes.0).map(|()| Reply::Done)
            }
            Request::Insert(point) => self.process()?.insert(point).map(|()| Reply::Done),
            Request::Remove(point) => self.process()?.remove(point).map(|()| Reply::Done),
            Request::Condition { addr, condition } => {
                self.process()?.condition(addr, condition);
                Ok(Reply::Done)
            }
            Request::Threads => Ok(Reply::Threads(self.process()?.threads())),
            Request::Select { thread, look } => {
                self.process()?.select(thread)?;
                self.stop(look)
            }
            Request::Maps => Ok(Reply::Maps(system::maps(self.pid()?)?)),
            Request::Files => Ok(Reply::Files(system::files(self.pid()?)?)),
            Request::Processes => Ok(Reply::Processes(system::processes()?)),
            Request::Signal { pid, number } => self.signal(pid, number),
            Request::Read { addr, len } => {
                let mut buf = vec![0; usize::try_from(len).unwrap_or(frame::READ).min(frame::READ)];
                let count = self.process()?.read(addr, &mut buf)?;
                buf.truncate(count);
                Ok(bytes(buf))
            }
            Request::Write { addr, bytes } => self.process()?.write(addr, &bytes.0).map(|()| Reply::Done),
            Request::Next { after } => {
                let maps = system::maps(self.pid()?)?;
                Ok(Reply::Number(next_mapped(&maps, after)))
            }
            Request::Auxiliary => Ok(bytes(system::auxiliary(self.pid()?)?)),
            Request::Restart { args, profile, look } => self.restart(args, profile, look),
            Request::Lost(lost) => {
                self.lost = lost;
                Ok(Reply::Done)
            }
            Request::End(end) => self.end(end).map(|()| Reply::Done),
        }
    }

    fn process(&mut self) -> Result<&mut Process> {
        let process = self.process.as_mut().ok_or(Error::Gone)?;
        process.notice_end();
        Ok(process)
    }

    fn pid(&mut self) -> Result<i32> {
        let process = self.process()?;
        match process.ended() {
            Some(_) => Err(Error::Gone),
            None => Ok(process.pid.as_raw()),
        }
    }

    fn start(&mut self, start: Start) -> Result<Reply> {
        match start {
            Start::Attach { pid } => self.process = Some(Process::attach(pid)?),
            Start::Launch(launch) => {
                self.launch(&launch)?;
                self.launch = Some(launch);
            }
        }
        self.reason = Reason::Begun;
        match self.describe() {
            Ok(info) => Ok(Reply::Info(Box::new(info))),
            Err(error) => {
                // Nobody can do anything with it.
                self.end(End::Close)?;
                Err(error)
            }
        }
    }

    fn launch(&mut self, launch: &Launch) -> Result<()> {
        let plan = Plan::new(launch)?;
        let (process, output) = Process::launch(plan.fork()?, &launch.path)?;
        self.process = Some(process);
        self.output = output;
        Ok(())
    }

    fn restart(&mut self, args: Option<Vec<String>>, profile: Vec<String>, look: Look) -> Result<Reply> {
        let again = "the program was not started here: it cannot be started again (o dbg://PATH starts one)";
        let mut launch = self.launch.clone().ok_or_else(|| Error::Other(again.to_owned()))?;
        if let Some(args) = args {
            launch.args = args;
        }
        if !profile.is_empty() {
            launch.profile = profile;
        }
        if let Some(process) = &mut self.process {
            process.kill()?;
        }
        self.launch(&launch)?;
        self.launch = Some(launch);
        self.reason = Reason::Begun;
        self.stop(look)
    }

    fn describe(&mut self) -> Result<Info> {
        let Reply::Stop(stop) = self.stop(Look::default())? else { return Err(Error::Gone) };
        let process = self.process()?;
        let pid = process.pid.as_raw();
        // Of one that has ended they may not be known.
        let bits = Layout::of(&stop.general.0).map_or(64, |layout| layout.bits);
        let entry = system::auxiliary(pid).ok();
        let entry = entry.and_then(|vector| system::auxiliary_value(&vector, bits / 8, ENTRY));
        Ok(Info {
            pid: pid.unsigned_abs(),
            arch: machine::ARCH.to_owned(),
            bits,
            os: "linux".to_owned(),
            exe: system::program(pid),
            launched: process.launched,
            entry: entry.unwrap_or(0),
            registers: Vec::new(),
            core: false,
            stop: *stop,
        })
    }

    /// Where it is now.
    fn stop(&mut self, look: Look) -> Result<Reply> {
        let reason = self.reason.clone();
        let process = self.process()?;
        let events = process.events.clone();
        let mut stop = Stop {
            reason: process.ended().cloned().unwrap_or(reason),
            pid: process.pid.as_raw().unsigned_abs(),
            thread: process.current(),
            events,
            ..Stop::default()
        };
        if process.ended().is_some() {
            stop.general = Bytes(process.last().to_vec());
            return Ok(Reply::Stop(Box::new(stop)));
        }
        let general = process.registers(0, Bank::General)?;
        let layout = Layout::of(&general)?;
        let (pc, sp) = (layout.pc(&general), layout.sp(&general));
        let before = u64::from(look.before.min(LOOK));
        let code = look.code.min(LOOK) as usize;
        for (addr, len) in
            [(pc.saturating_sub(before), before as usize + code), (sp, look.stack.min(LOOK) as usize)]
        {
            let mut buf = vec![0; len];
            let count = process.read(addr, &mut buf)?;
            buf.truncate(count);
            if count > 0 {
                stop.memory.push((addr, Bytes(buf)));
            }
        }
        stop.general = Bytes(general);
        if look.maps {
            let pid = process.pid.as_raw();
            stop.maps = Some(hash(&system::maps_text(pid)?));
        }
        Ok(Reply::Stop(Box::new(stop)))
    }

    /// Tells of memory that is known elsewhere which is as it was, and what the rest is.
    fn look_at_known(&mut self, known: &[Known], stop: &mut Stop) -> Result<()> {
        let process = self.process()?;
        let mut left = KNOWN_BYTES;
        for known in known.iter().take(KNOWN) {
            left = left.saturating_sub(known.len as usize);
            if left == 0 {
                break;
            }
            let mut buf = vec![0; known.len as usize];
            let count = process.read(known.addr, &mut buf)?;
            buf.truncate(count);
            if count == known.len as usize && hash(&buf) == known.hash {
                stop.kept.push(known.addr);
            } else if count > 0 && count <= LOOK as usize {
                stop.memory.push((known.addr, Bytes(buf)));
            }
        }
        Ok(())
    }

    fn signal(&mut self, pid: u32, number: i32) -> Result<Reply> {
        let own = self.pid()?;
        let pid = if pid == 0 { own } else { i32::try_from(pid).map_err(|_| Error::Gone)? };
        // SAFETY: it takes numbers.
        let sent = unsafe { libc::kill(pid, number) };
        nix::errno::Errno::result(sent).map_err(|errno| match errno {
            nix::errno::Errno::ESRCH => Error::Other(format!("there is no process {pid}")),
            errno => Error::of("send the signal")(errno),
        })?;
        if number == libc::SIGKILL && pid == own {
            // It does not matter that it is stopped.
            self.process()?.kill()?;
        }
        Ok(Reply::Done)
    }

    fn end(&mut self, end: End) -> Result<()> {
        let Some(process) = &mut self.process else { return Ok(()) };
        process.notice_end();
        match end {
            End::Kill => process.kill(),
            End::Close if process.launched => process.kill(),
            End::Detach | End::Close => process.detach(),
        }
    }

    /// Whether there is a process to look after.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.process().is_ok_and(|process| process.ended().is_none())
    }
}

fn bytes(bytes: Vec<u8>) -> Reply {
    Reply::Bytes(Bytes(bytes))
}
