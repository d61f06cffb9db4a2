//! What the machine runs on: registers, memory, interrupts. Only registers and memory are required.

use crate::Error;

/// A register's contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Register {
    /// Its value; of a wider one the low 128 bits.
    pub value: u128,
    /// Its width in bits.
    pub bits: u32,
}

/// What a trap is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trap {
    /// An interrupt, by its number: `3,$`.
    Interrupt(u64),
    /// A system call: `rax,()`.
    Syscall(u64),
}

/// Registers and memory for a machine.
pub trait Host {
    /// The register of this name, or `None` when there is none.
    fn register(&mut self, name: &str) -> Option<Register>;

    /// Writes a register, cut to its width. False when there is none of this name, or it cannot be written.
    fn set_register(&mut self, name: &str, value: u128) -> bool;

    /// Fills `bytes` from memory. False when that cannot be done.
    fn read(&mut self, addr: u64, bytes: &mut [u8]) -> bool;

    /// Writes `bytes` to memory. False when that cannot be done.
    fn write(&mut self, addr: u64, bytes: &[u8]) -> bool;

    /// Whether numbers in memory have their most significant byte first.
    fn is_big_endian(&self) -> bool {
        false
    }

    /// The width of an address, in bits: the size of `[]`.
    fn bits(&self) -> u32 {
        64
    }

    /// The address of the instruction whose expression this is (`$$`).
    fn address(&self) -> u64 {
        0
    }

    /// An interrupt or a system call.
    ///
    /// # Errors
    /// [`Error::Trap`] to end the expression there, which is what happens where nothing else is said.
    fn trap(&mut self, trap: Trap) -> Result<(), Error> {
        match trap {
            Trap::Interrupt(number) | Trap::Syscall(number) => Err(Error::Trap(number)),
        }
    }

    /// Whether to go on; asked every few words.
    fn goes_on(&mut self) -> bool {
        true
    }
}
