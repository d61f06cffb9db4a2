//! A machine to run code on: the registers of an architecture and sparse memory.

use std::collections::HashMap;

use farad_arch::{Decoder, Profile, Registers, Settings};
use farad_esil::{Error, Host, Machine, Register, Trap};

/// Where code lies.
pub(crate) const CODE: u64 = 0x1_0000;
/// Where the stack begins.
pub(crate) const STACK: u64 = 0x8_0000;

/// A machine with code in it.
pub(crate) struct Board {
    decoder: Decoder,
    machine: Machine,
    registers: Registers,
    memory: HashMap<u64, u8>,
    at: u64,
    /// Interrupts and system calls, in order.
    pub(crate) traps: Vec<Trap>,
}

impl Board {
    /// A machine of an architecture with code given as hex digits, at [`CODE`], and a stack.
    pub(crate) fn new(settings: &Settings, code: &str) -> Self {
        let decoder = Decoder::new(settings).expect("the mode exists");
        let registers = Registers::new(Profile::new(settings));
        let mut board = Self {
            decoder,
            machine: Machine::default(),
            registers,
            memory: HashMap::new(),
            at: CODE,
            traps: Vec::new(),
        };
        let digits: Vec<char> = code.chars().filter(|mark| mark.is_ascii_hexdigit()).collect();
        for (index, pair) in digits.chunks(2).enumerate() {
            let byte = u8::from_str_radix(&pair.iter().collect::<String>(), 16).expect("hex digits");
            board.memory.insert(CODE + index as u64, byte);
        }
        board.set("PC", CODE).set("SP", STACK)
    }

    /// With a register set.
    pub(crate) fn set(mut self, name: &str, value: u64) -> Self {
        assert!(self.registers.set(name, u128::from(value)), "no register {name}");
        self
    }

    /// With a number in memory, `size` bytes long.
    pub(crate) fn poke(mut self, addr: u64, value: u64, size: usize) -> Self {
        let bytes = self.ordered(value, size);
        assert!(self.write(addr, &bytes));
        self
    }

    fn ordered(&self, value: u64, size: usize) -> Vec<u8> {
        let mut bytes = value.to_le_bytes()[..size].to_vec();
        if self.decoder.settings().big_endian {
            bytes.reverse();
        }
        bytes
    }

    /// A register's value.
    pub(crate) fn get(&self, name: &str) -> u64 {
        self.registers.value(name).unwrap_or_else(|| panic!("no register {name}")) as u64
    }

    /// A number in memory.
    pub(crate) fn peek(&mut self, addr: u64, size: usize) -> u64 {
        let mut bytes = vec![0; size];
        assert!(self.read(addr, &mut bytes));
        if self.decoder.settings().big_endian {
            bytes.reverse();
        }
        bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    /// Runs so many instructions.
    pub(crate) fn run(mut self, count: usize) -> Self {
        for _ in 0..count {
            self.step();
        }
        self
    }

    fn step(&mut self) {
        let addr = self.get("PC");
        let mut bytes = vec![0; self.decoder.max_size()];
        assert!(self.read(addr, &mut bytes));
        let (esil, size) = self.decoder.esil(&bytes, addr).unwrap_or_else(|| panic!("no code at {addr:#x}"));
        let text =
            self.decoder.decode(&bytes, addr).map(|instruction| instruction.text()).unwrap_or_default();
        assert!(!esil.is_empty(), "`{text}` is not said to do anything");
        assert!(self.registers.set("PC", u128::from(addr + size as u64)));
        self.at = addr;
        let mut machine = self.machine.clone();
        let result = machine.run(self, &esil);
        self.machine = machine;
        let (_, stack) = result.unwrap_or_else(|error| panic!("`{text}` ({esil}): {error}"));
        assert!(stack.is_empty(), "`{text}` ({esil}) leaves {stack:?}");
    }
}

impl Host for Board {
    fn register(&mut self, name: &str) -> Option<Register> {
        let profile = self.registers.profile().clone();
        let slot = profile.find(name)?;
        Some(Register { value: self.registers.value_of(slot), bits: slot.bits })
    }

    fn set_register(&mut self, name: &str, value: u128) -> bool {
        self.registers.set(name, value)
    }

    fn read(&mut self, addr: u64, bytes: &mut [u8]) -> bool {
        for (offset, byte) in bytes.iter_mut().enumerate() {
            *byte = self.memory.get(&addr.wrapping_add(offset as u64)).copied().unwrap_or(0);
        }
        true
    }

    fn write(&mut self, addr: u64, bytes: &[u8]) -> bool {
        for (offset, byte) in bytes.iter().enumerate() {
            self.memory.insert(addr.wrapping_add(offset as u64), *byte);
        }
        true
    }

    fn is_big_endian(&self) -> bool {
        self.decoder.settings().big_endian
    }

    fn bits(&self) -> u32 {
        self.decoder.settings().bits
    }

    fn address(&self) -> u64 {
        self.at
    }

    fn trap(&mut self, trap: Trap) -> Result<(), Error> {
        self.traps.push(trap);
        Ok(())
    }
}
