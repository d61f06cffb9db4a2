//! The memory of a process, and the breakpoints in it, which nobody who reads it sees.

use std::fs::File;
use std::os::unix::fs::FileExt;

use farad_wire::target::{Condition, Point, PointKind};
use nix::errno::Errno;
use nix::unistd::Pid;

use super::Process;
use crate::error::{Error, Result};
use crate::machine::{self, TRAP};

/// Most conditions.
const CONDITIONS: usize = 4096;

impl Process {
    /// Reads memory as the program has it, without breakpoints: as much as is in one piece.
    pub(crate) fn read(&self, addr: u64, buf: &mut [u8]) -> Result<usize> {
        let count = self.read_raw(addr, buf)?;
        if !self.lent {
            self.patches.hide(addr, &mut buf[..count]);
        }
        Ok(count)
    }

    pub(super) fn read_raw(&self, addr: u64, buf: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            let Some(at) = addr.checked_add(done as u64).filter(|at| i64::try_from(*at).is_ok()) else {
                break;
            };
            match self.memory.read_at(&mut buf[done..], at) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => match error.raw_os_error().map(Errno::from_raw) {
                    Some(Errno::EIO | Errno::EFAULT | Errno::EINVAL) => break,
                    _ => {
                        return Err(Error::Memory { operation: "read", addr, len: buf.len(), source: error });
                    }
                },
            }
        }
        Ok(done)
    }

    /// Writes memory as the program has it: breakpoints stay.
    pub(crate) fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<()> {
        let mut bytes = bytes.to_vec();
        let mut patches = self.patches.clone();
        if !self.lent {
            patches.cover(addr, &mut bytes);
        }
        self.write_raw(addr, &bytes)?;
        self.patches = patches;
        Ok(())
    }

    pub(super) fn write_raw(&self, addr: u64, bytes: &[u8]) -> Result<()> {
        write_memory(&self.memory, addr, bytes)
    }

    /// Sets a breakpoint or watchpoint.
    pub(crate) fn insert(&mut self, point: Point) -> Result<()> {
        if self.ended.is_some() {
            return Err(Error::Gone);
        }
        if point.kind == PointKind::Software {
            return self.patch(point.addr, true);
        }
        if self.hardware.contains(&point) {
            return Ok(());
        }
        self.hardware.push(point);
        let set = self.watch();
        if set.is_err() {
            self.hardware.pop();
            self.watch()?;
        }
        set
    }

    /// Says what must hold for a breakpoint to stop it.
    pub(crate) fn condition(&mut self, addr: u64, condition: Condition) {
        if condition.0.is_empty() {
            self.conditions.remove(&addr);
        } else if self.conditions.len() < CONDITIONS {
            self.conditions.insert(addr, condition);
        }
    }

    /// Removes one; one that is not there is removed already.
    pub(crate) fn remove(&mut self, point: Point) -> Result<()> {
        if self.ended.is_some() {
            return Ok(());
        }
        self.conditions.remove(&point.addr);
        if point.kind == PointKind::Software {
            return self.unpatch(point.addr);
        }
        let before = self.hardware.len();
        self.hardware.retain(|other| *other != point);
        if self.hardware.len() < before { self.watch() } else { Ok(()) }
    }

    pub(super) fn watch(&self) -> Result<()> {
        let stopped = self.threads.iter().filter(|(_, thread)| !thread.running);
        stopped.map(|(id, _)| *id).try_for_each(|id| machine::watch(Pid::from_raw(id), &self.hardware))
    }

    pub(super) fn patch(&mut self, addr: u64, lasting: bool) -> Result<()> {
        if self.patches.contains(addr) {
            if lasting {
                self.patches.keep(addr);
            }
            return Ok(());
        }
        let mut original = vec![0; TRAP.len()];
        if self.read(addr, &mut original)? < original.len() {
            return Err(Error::Other(format!("there is no memory at {addr:#x} to set a breakpoint in")));
        }
        if !self.lent {
            self.write_raw(addr, TRAP)?;
        }
        self.patches.add(addr, original, lasting);
        Ok(())
    }

    pub(super) fn unpatch(&mut self, addr: u64) -> Result<()> {
        let Some(original) = self.patches.remove(addr) else { return Ok(()) };
        if self.lent { Ok(()) } else { self.write_raw(addr, &original) }
    }

    /// Takes all breakpoints out of memory, which go on being known.
    pub(super) fn lift_all(&self) -> Result<()> {
        self.patches.iter().try_for_each(|(addr, original)| self.write_raw(addr, original))
    }

    /// Puts them back.
    pub(super) fn lay_all(&self) -> Result<()> {
        self.patches.iter().try_for_each(|(addr, _)| self.write_raw(addr, TRAP))
    }
}

pub(super) fn open_memory(pid: Pid) -> Result<File> {
    let open = File::options().read(true).write(true).open(format!("/proc/{pid}/mem"));
    open.map_err(|source| Error::Other(format!("cannot open the memory of process {pid}: {source}")))
}

pub(super) fn write_memory(memory: &File, addr: u64, bytes: &[u8]) -> Result<()> {
    memory.write_all_at(bytes, addr).map_err(|source| Error::Memory {
        operation: "write",
        addr,
        len: bytes.len(),
        source,
    })
}
