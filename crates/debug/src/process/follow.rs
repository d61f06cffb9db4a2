//! New processes and new programs: who is debugged from then on.

use farad_wire::target::Event;
use nix::sys::ptrace::Request;
use nix::unistd::Pid;

use super::status::wait_for;
use super::{Process, Thread, open_memory, write_memory};
use crate::error::Result;
use crate::{ptrace, system};

impl Process {
    /// A thread made a process, which is traced as it is, and shares the memory until it runs another program where
    /// `lends` says so.
    pub(super) fn fork(&mut self, id: i32, lends: bool, follow: bool) -> Result<()> {
        let child = ptrace::message(Pid::from_raw(id))?;
        if self.strangers.remove(&child).is_none() {
            // It stops at its first instruction.
            wait_for(child)?;
        }
        self.events.push(Event::Fork { pid: child.unsigned_abs(), followed: follow });
        if lends {
            self.lift_all()?;
            self.lent = true;
        }
        let child = Pid::from_raw(child);
        match follow {
            true => self.change_to(child, lends),
            false => {
                if !lends {
                    let memory = open_memory(child)?;
                    let mut patches = self.patches.iter();
                    patches.try_for_each(|(addr, original)| write_memory(&memory, addr, original))?;
                }
                let _ = ptrace::resume(Request::PTRACE_DETACH, child, 0);
                Ok(())
            }
        }
    }

    /// Lets the process go on alone, and takes its child in its place.
    fn change_to(&mut self, child: Pid, lends: bool) -> Result<()> {
        self.stop_all()?;
        if !lends {
            self.lift_all()?;
        }
        for (id, thread) in std::mem::take(&mut self.threads) {
            let _ = ptrace::resume(Request::PTRACE_DETACH, Pid::from_raw(id), thread.deliver);
        }
        self.memory = open_memory(child)?;
        self.pid = child;
        self.current = child.as_raw();
        self.threads.insert(child.as_raw(), Thread { fresh: true, ..Thread::default() });
        // A copy of the memory has the breakpoints; one that is lent has none until it is given back.
        if lends {
            self.patches.clear();
            self.lent = false;
        }
        Ok(())
    }

    /// The memory is the process's own again.
    pub(super) fn take_back(&mut self) -> Result<()> {
        if std::mem::take(&mut self.lent) {
            self.lay_all()?;
        }
        Ok(())
    }

    /// It runs another program: of what was known of it only its number is left.
    pub(super) fn exec(&mut self, id: i32) -> Result<()> {
        let pid = self.pid.as_raw();
        let thread = Thread { begins: true, ..self.threads.remove(&id).unwrap_or_default() };
        self.threads.clear();
        self.threads.insert(pid, thread);
        self.current = pid;
        self.patches.clear();
        self.hardware.clear();
        self.lent = false;
        self.memory = open_memory(self.pid)?;
        self.events.push(Event::Exec { path: system::program(pid) });
        Ok(())
    }
}
