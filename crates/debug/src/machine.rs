//! What differs between the machines a target can be of: breakpoint instruction, registers, debug registers.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;

use crate::error::{Error, Result};

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the debugger runs on x86-64 and aarch64");

/// Where the general registers that play a role are among the bytes of all; which they are of is told by how many there are.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Bytes of all.
    len: usize,
    /// Bits of an address.
    pub(crate) bits: u32,
    pc: usize,
    sp: usize,
    /// The one that calls leave the return address in, where there is one.
    link: Option<usize>,
    /// The number of the system call that was entered.
    call: usize,
}

impl Layout {
    /// That of these bytes.
    ///
    /// # Errors
    /// When they are of no program that is known.
    pub(crate) fn of(general: &[u8]) -> Result<&'static Layout> {
        let unknown = || {
            let len = general.len();
            Error::Other(format!(
                "programs with {len} bytes of registers are not known: only those of {KNOWN} are"
            ))
        };
        LAYOUTS.iter().find(|layout| layout.len == general.len()).ok_or_else(unknown)
    }

    /// The program counter.
    pub(crate) fn pc(&self, general: &[u8]) -> u64 {
        self.value(general, self.pc)
    }

    /// Sets it.
    pub(crate) fn set_pc(&self, general: &mut [u8], pc: u64) {
        let width = self.bits as usize / 8;
        if let Some(word) = general.get_mut(self.pc..self.pc + width) {
            word.copy_from_slice(&pc.to_le_bytes()[..width]);
        }
    }

    /// The stack pointer.
    pub(crate) fn sp(&self, general: &[u8]) -> u64 {
        self.value(general, self.sp)
    }

    /// The register that calls leave the return address in; 0 where there is none.
    pub(crate) fn link(&self, general: &[u8]) -> u64 {
        self.link.map_or(0, |link| self.value(general, link))
    }

    /// The number of the system call that was entered.
    pub(crate) fn call(&self, general: &[u8]) -> u64 {
        self.value(general, self.call)
    }

    fn value(&self, general: &[u8], at: usize) -> u64 {
        let bytes = general.get(at..at + self.bits as usize / 8).unwrap_or_default();
        bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_are_found_by_how_many_there_are() {
        for layout in &LAYOUTS {
            let mut general = vec![0xff; layout.len];
            let found = Layout::of(&general).unwrap();
            found.set_pc(&mut general, 0x1234_5678);
            assert_eq!((found.pc(&general), found.bits), (0x1234_5678, layout.bits));
            assert_eq!(found.sp(&general), u64::MAX >> (64 - layout.bits));
        }
        for len in [0, 1, 72, 4096] {
            assert!(Layout::of(&vec![0; len]).is_err(), "{len}");
        }
    }
}
