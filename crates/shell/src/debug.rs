//! The process under the debugger: which it is, where it stopped, and what it is to stop at.
//!
//! Where the process is makes no difference: its descriptor answers the same questions, here and at the far end.
//! Knows no commands.

mod backtrace;
mod call;
mod condition;
mod dump;
mod inject;
mod linker;
mod module;
mod open;
mod point;
mod profile;
mod reopen;
mod run;
mod signal;
mod symbol;

use farad_arch::{Bank, Registers};
use farad_wire::target::{self, Area, Bytes, Info, Look, Reply, Request, Stop};

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::Flag;

pub(crate) use backtrace::{Frame, backtrace};
pub(crate) use call::{map_call, syscall_arguments, syscall_name, syscall_number};
pub(crate) use condition::holds;
pub(crate) use dump::dump;
pub(crate) use inject::{execute, syscall};
pub(crate) use module::{Module, line_of, module_base, modules, read_module};
pub use open::leave;
pub(crate) use open::{close_any, finish, open, place_of, restart};
pub(crate) use point::{Breakpoint, Points};
pub use profile::list_directives;
pub(crate) use profile::{directives, launching};
pub(crate) use reopen::run_file;
pub(crate) use run::{resume, run_on, set_point, tell};
pub(crate) use signal::{Handling, Signals, all as signals, name as signal_name, number as signal_number};

/// The space of the flags that stand for registers.
pub(crate) const SPACE: &str = "registers";

/// What is told with each stop, so that a screen of code and the top of the stack need not be asked for.
const LOOK: Look = Look { before: 0x80, code: 0x380, stack: 0x200, maps: false };

/// What is known of the process under the debugger.
#[derive(Default)]
pub(crate) struct Debugger {
    /// Its descriptor.
    fd: Option<u32>,
    /// What it is.
    pub(crate) info: Info,
    /// Where it stopped last.
    pub(crate) stop: Stop,
    /// What it is to stop at.
    pub(crate) points: Points,
    /// What is done at signals.
    pub(crate) signals: Signals,
    /// Its maps, as long as it has not run.
    maps: Option<Vec<Area>>,
    /// Descriptors of the files whose names are read.
    files: Vec<u32>,
}

impl Debugger {
    /// Whether the process has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.stop.is_end()
    }
}

impl Env<'_> {
    /// What is known of the process under the debugger, whether there is one or not.
    pub(crate) fn debugger(&mut self) -> &mut Debugger {
        self.session.extensions.of::<Debugger>()
    }

    /// The descriptor of the process under the debugger, if there is one.
    pub(crate) fn find_target(&mut self) -> Option<u32> {
        let known = self.debugger().fd;
        let current = self.current().ok();
        let mut is_target = |fd: &u32| self.session.io.descriptor(*fd).is_ok_and(|it| it.is_target());
        current.filter(&mut is_target).or_else(|| known.filter(is_target))
    }

    /// The descriptor of the process under the debugger.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn target(&mut self) -> Result<u32> {
        let none = "nothing is being debugged (farad -d FILE, or o dbg://FILE, starts a program; o dbg://PID takes one)";
        let fd = self.find_target().ok_or_else(|| Error::failed(none))?;
        if self.debugger().fd != Some(fd) {
            // Another one was selected.
            let Reply::Info(info) = self.ask_of(fd, &Request::Describe)? else { return Err(surprise()) };
            let stop = info.stop.clone();
            let debugger = self.debugger();
            (debugger.fd, debugger.info, debugger.maps) = (Some(fd), *info, None);
            self.note(stop);
        }
        Ok(fd)
    }

    fn ask_of(&mut self, fd: u32, request: &Request) -> Result<Reply> {
        Ok(self.session.io.descriptor(fd)?.ask(request, self.out, self.ctx)?)
    }

    /// Asks something of the process under the debugger.
    ///
    /// # Errors
    /// When there is none, or it cannot do that.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Reply> {
        let fd = self.target()?;
        self.ask_of(fd, request)
    }

    /// Asks for something to be done.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn order(&mut self, request: &Request) -> Result<()> {
        self.ask(request).map(drop)
    }

    /// Sets a setting of the debugger.
    ///
    /// # Errors
    /// What the setting does not take.
    pub(crate) fn set_debug_setting(&mut self, name: &str, value: &str) -> Result<()> {
        crate::cmd::config::set(self, &format!("{name}={value}"), true)
    }

    /// The memory maps of the process under the debugger.
    ///
    /// # Errors
    /// The same.
    pub(crate) fn process_maps(&mut self) -> Result<Vec<Area>> {
        self.target()?;
        if let Some(maps) = &self.debugger().maps {
            return Ok(maps.clone());
        }
        let Reply::Maps(maps) = self.ask(&Request::Maps)? else { return Err(surprise()) };
        self.debugger().maps = Some(maps.clone());
        Ok(maps)
    }

    /// Takes what was told of a stop: registers, and the place.
    pub(crate) fn note(&mut self, stop: Stop) {
        let general = stop.general.0.clone();
        let debugger = self.debugger();
        let follows = !stop.is_end();
        debugger.stop = stop;
        debugger.maps = None;
        if general.is_empty() {
            return;
        }
        let layout = self.debugger().info.registers.clone();
        let context = self.registers();
        context.mark();
        spread(&mut context.values, &general, &layout);
        let Some(pc) = context.value("PC") else { return };
        let name = context.profile().role("PC").unwrap_or("pc").to_owned();
        if follows && self.setting_number("dbg.follow") > 0 {
            self.view.seek = pc;
        }
        mark_at(self, &name, pc);
    }

    /// Sends the values that registers have in the session to the process.
    ///
    /// # Errors
    /// When it does not take them.
    pub(crate) fn send_registers(&mut self, bank: Bank) -> Result<()> {
        self.target()?;
        let stop = &self.debugger().stop;
        let (thread, general) = (stop.thread, stop.general.0.clone());
        let values = self.registers().values.clone();
        let layout = self.debugger().info.registers.clone();
        let (bank, bytes) = match bank {
            _ if !layout.is_empty() => (target::Bank::General, gather_by(&values, general, &layout)),
            Bank::Float | Bank::Vector | Bank::Debug => {
                let (bank, wanted) = match bank {
                    Bank::Debug => (Bank::Debug, target::Bank::Debug),
                    _ => (Bank::Float, target::Bank::Float),
                };
                // The system keeps more of them than have names here.
                let Reply::Bytes(Bytes(mut bytes)) =
                    self.ask(&Request::Registers { thread, bank: wanted })?
                else {
                    return Err(surprise());
                };
                copy(values.bytes(bank), &mut bytes);
                (wanted, bytes)
            }
            Bank::General | Bank::Flag | Bank::Segment => (target::Bank::General, gather(&values, general)),
        };
        self.order(&Request::SetRegisters { thread, bank, bytes: Bytes(bytes.clone()) })?;
        if bank == target::Bank::General {
            self.debugger().stop.general = Bytes(bytes);
        }
        Ok(())
    }

    /// Has the session know the values of a bank that is not told with stops.
    ///
    /// # Errors
    /// When the process does not tell them.
    pub(crate) fn fetch_registers(&mut self, bank: Bank) -> Result<()> {
        let wanted = match bank {
            // They were told with all others.
            _ if !self.debugger().info.registers.is_empty() => return Ok(()),
            Bank::Float | Bank::Vector => target::Bank::Float,
            Bank::Debug => target::Bank::Debug,
            Bank::General | Bank::Flag | Bank::Segment => return Ok(()),
        };
        let Reply::Bytes(bytes) = self.ask(&Request::Registers { thread: 0, bank: wanted })? else {
            return Err(surprise());
        };
        let bank = if wanted == target::Bank::Float { Bank::Float } else { Bank::Debug };
        copy(&bytes.0, self.registers().values.bytes_mut(bank));
        Ok(())
    }
}

/// Sets the flag of the program counter again, so that it is the last of those at its address.
pub(crate) fn mark(env: &mut Env<'_>) {
    if env.debugger().fd.is_none() {
        return;
    }
    let context = env.registers();
    if let (Some(pc), Some(name)) = (context.value("PC"), context.profile().role("PC").map(str::to_owned)) {
        mark_at(env, &name, pc);
    }
}

fn mark_at(env: &mut Env<'_>, name: &str, pc: u64) {
    let flags = &mut env.session.flags;
    flags.add_space(SPACE);
    flags.remove(name);
    let mut flag = Flag::new(name, pc, 1);
    flag.space = Some(SPACE.into());
    flags.set(flag);
}

/// The descriptor of the process under the debugger.
///
/// # Errors
/// When there is none.
pub fn target(env: &mut Env<'_>) -> Result<u32> {
    env.target()
}

/// Where the process under the debugger stands; none when there is no such process.
pub fn stopped_at(env: &mut Env<'_>) -> Option<u64> {
    env.find_target().filter(|_| !env.debugger().has_ended())?;
    env.registers().value("PC")
}

/// Asks something of the process that a descriptor has, for somebody who debugs it from elsewhere; what the session knows
/// of it follows.
///
/// # Errors
/// When it has none, the principal may not debug, or the process cannot do that.
pub fn ask_target(env: &mut Env<'_>, fd: Option<u32>, request: &Request) -> Result<Reply> {
    env.ctx.allow(farad_io::Effects::DEBUG, "debugging a process")?;
    let fd = fd.ok_or(farad_io::Error::NothingOpen)?;
    let reply = env.ask_of(fd, request)?;
    if let Reply::Stop(stop) = &reply
        && env.debugger().fd == Some(fd)
    {
        env.note((**stop).clone());
    }
    Ok(reply)
}

/// The error for an answer to another question.
pub(crate) fn surprise() -> Error {
    Error::failed("the debugger gave an answer to another question")
}

fn copy(from: &[u8], to: &mut [u8]) {
    let len = from.len().min(to.len());
    to[..len].copy_from_slice(&from[..len]);
}

/// Where the bytes of a register are among those of all, 16 of them at most; a stub says where, which may be nowhere.
fn place(row: &target::Register) -> std::ops::Range<usize> {
    let from = row.offset as usize;
    from..from.saturating_add(row.bits.min(128).div_ceil(8) as usize)
}

/// Puts what the system keeps of general registers into the banks that they are in here; or what a stub has of all, by the
/// names it gives.
fn spread(values: &mut Registers, general: &[u8], layout: &[target::Register]) {
    for row in layout {
        if let (Some(bytes), Some(slot)) =
            (general.get(place(row)), values.profile().find(&row.name).cloned())
        {
            values.set_at(&slot, bytes.iter().rev().fold(0, |value, byte| value << 8 | u128::from(*byte)));
        }
    }
    if !layout.is_empty() {
        return;
    }
    copy(general, values.bytes_mut(Bank::General));
    copy(general, values.bytes_mut(Bank::Segment));
}

/// The reverse, over what a stub has beside.
fn gather_by(values: &Registers, mut general: Vec<u8>, layout: &[target::Register]) -> Vec<u8> {
    for row in layout.iter().filter(|row| row.bits <= 128) {
        if let (Some(slot), Some(to)) = (values.profile().find(&row.name), general.get_mut(place(row))) {
            let value = values.value_of(slot).to_le_bytes();
            let len = to.len();
            to.copy_from_slice(&value[..len]);
        }
    }
    general
}

/// The reverse, over what the system keeps beside.
fn gather(values: &Registers, mut general: Vec<u8>) -> Vec<u8> {
    let slots = values.profile().slots().iter();
    for slot in slots.filter(|slot| matches!(slot.bank, Bank::General | Bank::Flag | Bank::Segment)) {
        let Some(offset) = slot.offset.filter(|offset| offset % 8 == 0 && slot.bits >= 8) else { continue };
        let place = (offset / 8) as usize..((offset + slot.bits) / 8) as usize;
        let from = values.bytes(slot.bank).get(place.clone());
        if let (Some(from), Some(to)) = (from, general.get_mut(place)) {
            to.copy_from_slice(from);
        }
    }
    general
}
