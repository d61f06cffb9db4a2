//! Stepping over calls, and until something is so.

use farad_io::walk::{self, Machine, Place, Stepping};
use farad_wire::target::{Bank, Reason, Resume, Until};
use nix::sys::ptrace::Request;

use super::Process;
use super::run::{Control, Poke};
use crate::error::{Error, Result};
use crate::machine::{self, Layout};

/// The current thread, for as long as one request takes.
struct Current<'a> {
    process: &'a mut Process,
    ask: &'a Resume,
    control: &'a mut dyn Control,
}

impl Process {
    pub(super) fn step_over_often(
        &mut self,
        count: u64,
        ask: &Resume,
        control: &mut dyn Control,
    ) -> Result<Reason> {
        let machine = self.machine()?;
        let mut thread = Current { process: self, ask, control };
        for _ in 0..count {
            if let Some(reason) = walk::step_over(&mut thread, machine)? {
                return Ok(reason);
            }
        }
        Ok(Reason::Stepped)
    }

    /// Runs until something is so. Returns why it stopped.
    pub(super) fn walk(
        &mut self,
        over: bool,
        until: &Until,
        ask: &Resume,
        control: &mut dyn Control,
    ) -> Result<Reason> {
        let machine = self.machine()?;
        walk::walk(&mut Current { process: self, ask, control }, machine, over, until)
    }

    fn machine(&self) -> Result<Machine> {
        let bits = Layout::of(&self.registers(0, Bank::General)?)?.bits;
        let unknown = || Error::Other("calls of this machine are not known".to_owned());
        Machine::of(machine::ARCH, bits).ok_or_else(unknown)
    }
}

impl Stepping for Current<'_> {
    type Error = Error;

    fn step(&mut self) -> Result<Option<Reason>> {
        Ok(self.process.step(self.process.current, self.ask, self.control)?.reason())
    }

    fn run_to(&mut self, addr: u64, sp: u64) -> Result<Option<Reason>> {
        let id = self.process.current;
        let ours = !self.process.patches.contains(addr);
        self.process.patch(addr, false)?;
        let stopped = loop {
            match self.process.go(Request::PTRACE_CONT, self.ask, self.control)? {
                Reason::Breakpoint { addr: hit } if hit == addr && self.process.current == id => {
                    // A deeper call of the same place comes by, too.
                    if self.place()?.sp >= sp {
                        break None;
                    }
                }
                // Another thread does.
                Reason::Breakpoint { addr: hit } if hit == addr && ours => {}
                reason => break Some(reason),
            }
        };
        if ours && self.process.ended.is_none() {
            self.process.unpatch(addr)?;
        }
        Ok(stopped)
    }

    fn place(&mut self) -> Result<Place> {
        let general = self.process.registers(0, Bank::General)?;
        let layout = Layout::of(&general)?;
        Ok(Place { pc: layout.pc(&general), sp: layout.sp(&general), link: layout.link(&general) })
    }

    fn read(&mut self, addr: u64, buf: &mut [u8]) -> Result<usize> {
        self.process.read(addr, buf)
    }

    fn is_interrupted(&mut self) -> bool {
        self.control.wait(true) == Poke::Interrupt
    }
}
