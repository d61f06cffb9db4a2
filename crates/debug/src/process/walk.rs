//! Running instruction by instruction: over calls, and until something is so.

use farad_wire::target::{Bank, Reason, Resume, Until};
use nix::sys::ptrace::Request;

use super::Process;
use super::run::{Control, GLANCE, Poke};
use crate::error::Result;
use crate::machine::{self, PC, SP, word};

/// Bytes that show what an instruction does.
const CODE: usize = 16;

impl Process {
    pub(super) fn step_over_often(
        &mut self,
        count: u64,
        ask: &Resume,
        control: &mut dyn Control,
    ) -> Result<Reason> {
        for _ in 0..count {
            if let Some(reason) = self.step_over(ask, control)? {
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
        let mut steps = 0;
        loop {
            steps += 1;
            if steps % GLANCE == 0 && control.wait(true) == Poke::Interrupt {
                return Ok(Reason::Interrupted);
            }
            let returns = matches!(until, Until::Out) && machine::returns(&self.code()?);
            let stopped = match over {
                true => self.step_over(ask, control)?,
                false => self.step(self.current, ask, control)?.reason(),
            };
            if let Some(reason) = stopped {
                return Ok(reason);
            }
            let within =
                |ranges: &[(u64, u64)], pc| ranges.iter().any(|(from, to)| (*from..*to).contains(&pc));
            let done = match until {
                Until::Out => returns,
                Until::Return => machine::returns(&self.code()?),
                Until::Call => machine::calls(&self.code()?),
                Until::Address(addr) => self.pc(self.current)? == *addr,
                Until::Inside(ranges) => within(ranges, self.pc(self.current)?),
                Until::Outside(ranges) => !within(ranges, self.pc(self.current)?),
            };
            if done {
                return Ok(Reason::Stepped);
            }
        }
    }

    /// The instruction that comes next.
    fn code(&self) -> Result<Vec<u8>> {
        let mut code = vec![0; CODE];
        let count = self.read(self.pc(self.current)?, &mut code)?;
        code.truncate(count);
        Ok(code)
    }

    /// One instruction with all that it calls. Returns why it stopped before that was done.
    fn step_over(&mut self, ask: &Resume, control: &mut dyn Control) -> Result<Option<Reason>> {
        let id = self.current;
        let before = self.registers(0, Bank::General)?;
        if let Some(reason) = self.step(id, ask, control)?.reason() {
            return Ok(Some(reason));
        }
        let after = self.registers(0, Bank::General)?;
        let read = |addr| {
            let mut bytes = [0; 8];
            (self.read(addr, &mut bytes).ok()? == bytes.len()).then(|| u64::from_le_bytes(bytes))
        };
        let Some(back) = machine::called(&before, &after, read) else { return Ok(None) };
        let top = word(&after, SP);
        let ours = !self.patches.contains(back);
        self.patch(back, false)?;
        let stopped = loop {
            match self.go(Request::PTRACE_CONT, ask, control)? {
                // A deeper call of the same place, or another thread, comes by, too.
                Reason::Breakpoint { addr } if addr == back && ours => {
                    let now = self.registers(0, Bank::General)?;
                    if self.current == id && word(&now, SP) >= top && word(&now, PC) == back {
                        break None;
                    }
                }
                Reason::Breakpoint { addr } if addr == back && self.current == id => break None,
                reason => break Some(reason),
            }
        };
        if ours && self.ended.is_none() {
            self.unpatch(back)?;
        }
        Ok(stopped)
    }
}
