//! Running instructions by what they are said to do in ESIL, one after the other.
//!
//! A [`Run`] has registers, and memory that is the session's or a copy of it that nobody else sees. It
//! notes what each instruction did, for listings that tell. It starts nothing: traps and calls of the
//! system end the instruction.

use std::collections::BTreeMap;

use farad_arch::{Decoder, Explanation, Registers};
use farad_esil::{Error as Fault, Host, Machine, Register, Trap};

use crate::error::{Error, Result};
use crate::eval::Env;

/// Most bytes that a copy keeps.
const COPIED: usize = 1 << 20;
/// Most delay slots of a branch.
const SLOTS: u8 = 2;

/// What a word of an expression did to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A register was written.
    Register {
        /// Its name as the expression has it.
        name: String,
        /// What it holds now.
        value: u128,
        /// Its width in bits.
        bits: u32,
    },
    /// Memory was read or written.
    Memory {
        /// Where.
        addr: u64,
        /// What was read or written; of more than 8 bytes the first.
        value: u64,
        /// How many bytes.
        size: usize,
        /// Whether it was written.
        write: bool,
    },
}

/// Where writes of memory go.
#[derive(Debug, Clone)]
pub(crate) enum Memory {
    /// To the session's.
    Session,
    /// To a copy: bytes by their address.
    Copy(BTreeMap<u64, u8>),
}

/// Instructions being run.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    machine: Machine,
    /// The registers.
    pub(crate) registers: Registers,
    memory: Memory,
    /// What the last instruction did, in order.
    pub(crate) events: Vec<Event>,
    big_endian: bool,
    /// Whether there is no memory at address 0.
    no_null: bool,
    /// Whether no memory can be written.
    read_only: bool,
}

impl Run {
    /// A run that begins with these registers.
    pub(crate) fn new(env: &Env<'_>, registers: Registers, memory: Memory) -> Run {
        let mut machine = Machine::default();
        let limit =
            |name: &str, most: usize| usize::try_from(env.setting_number(name)).unwrap_or(most).min(most);
        machine.limits.jumps = limit("esil.gotolimit", 1 << 20);
        machine.limits.stack = limit("esil.stack.depth", 1 << 16).max(8);
        Run {
            machine,
            registers,
            memory,
            events: Vec::new(),
            big_endian: env.big_endian(),
            no_null: env.is_set("esil.nonull"),
            read_only: env.is_set("esil.romem"),
        }
    }

    /// The program counter.
    pub(crate) fn pc(&self) -> u64 {
        self.registers.value("PC").map_or(0, |pc| pc as u64)
    }

    /// Sets the program counter.
    pub(crate) fn set_pc(&mut self, addr: u64) {
        self.registers.set("PC", u128::from(addr));
    }

    /// Runs the instruction at the program counter, with those in its delay slots; gives what it is.
    ///
    /// # Errors
    /// What cannot be read, no instruction, and what stopped its expression.
    pub(crate) fn step(&mut self, env: &mut Env<'_>, decoder: &Decoder) -> Result<Explanation> {
        let addr = self.pc();
        self.events.clear();
        let explanation = self.one(env, decoder, addr)?;
        let goes = self.pc();
        let mut slot = addr.wrapping_add(explanation.instruction.size as u64);
        for _ in 0..explanation.instruction.delay.min(SLOTS) {
            let behind = self.one(env, decoder, slot)?;
            slot = slot.wrapping_add(behind.instruction.size as u64);
            // A branch that is not taken goes on behind its slots.
            let is_taken = goes != addr.wrapping_add(explanation.instruction.size as u64);
            self.set_pc(if is_taken { goes } else { slot });
        }
        Ok(explanation)
    }

    fn one(&mut self, env: &mut Env<'_>, decoder: &Decoder, addr: u64) -> Result<Explanation> {
        env.ctx.check()?;
        let mut bytes = vec![0; decoder.max_size()];
        self.fetch(env, addr, &mut bytes)?;
        let explanation = decoder
            .explain(&bytes, addr)
            .ok_or_else(|| Error::failed(format!("there is no instruction at {addr:#010x}")))?;
        self.run(env, &explanation)?;
        Ok(explanation)
    }

    /// Does what an instruction is said to do.
    ///
    /// # Errors
    /// What stopped its expression.
    pub(crate) fn run(&mut self, env: &mut Env<'_>, explanation: &Explanation) -> Result<()> {
        let instruction = &explanation.instruction;
        let addr = instruction.addr;
        self.set_pc(instruction.next());
        self.evaluate(env, addr, &explanation.esil)
            .map(|_| ())
            .map_err(|fault| Error::failed(format!("{}: {fault}", instruction.text())))
    }

    /// Runs an expression for an address; gives what it leaves on the stack, the lowest first.
    pub(crate) fn evaluate(
        &mut self,
        env: &mut Env<'_>,
        addr: u64,
        esil: &str,
    ) -> std::result::Result<Vec<String>, Fault> {
        let mut machine = std::mem::take(&mut self.machine);
        let outcome = machine.run(&mut Site { env, run: self, addr }, esil);
        self.machine = machine;
        let (_, items) = outcome?;
        Ok(items.iter().map(|item| item.to_string()).collect())
    }

    /// Bytes of the memory that the run sees.
    fn fetch(&self, env: &mut Env<'_>, addr: u64, bytes: &mut [u8]) -> Result<()> {
        env.read_filled(addr, bytes)?;
        if let Memory::Copy(copy) = &self.memory {
            for (index, byte) in bytes.iter_mut().enumerate() {
                if let Some(kept) = copy.get(&addr.wrapping_add(index as u64)) {
                    *byte = *kept;
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, addr: u64, bytes: &[u8], write: bool) {
        let order = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let low = &bytes[..bytes.len().min(8)];
        let value = if self.big_endian { low.iter().fold(0, order) } else { low.iter().rev().fold(0, order) };
        self.events.push(Event::Memory { addr, value, size: bytes.len(), write });
    }
}

/// A run at an instruction, with what it reads and writes.
struct Site<'s, 'e> {
    env: &'s mut Env<'e>,
    run: &'s mut Run,
    addr: u64,
}

impl Host for Site<'_, '_> {
    fn register(&mut self, name: &str) -> Option<Register> {
        let profile = self.run.registers.profile().clone();
        let slot = profile.find(name)?;
        Some(Register { value: self.run.registers.value_of(slot), bits: slot.bits })
    }

    fn set_register(&mut self, name: &str, value: u128) -> bool {
        let profile = self.run.registers.profile().clone();
        let Some(slot) = profile.find(name) else { return false };
        self.run.registers.set_at(slot, value);
        let value = self.run.registers.value_of(slot);
        self.run.events.push(Event::Register { name: name.to_owned(), value, bits: slot.bits });
        true
    }

    fn read(&mut self, addr: u64, bytes: &mut [u8]) -> bool {
        if addr == 0 && self.run.no_null {
            return false;
        }
        let is_read = self.run.fetch(self.env, addr, bytes).is_ok();
        if is_read {
            self.run.note(addr, bytes, false);
        }
        is_read
    }

    fn write(&mut self, addr: u64, bytes: &[u8]) -> bool {
        if self.run.read_only || addr == 0 && self.run.no_null {
            return false;
        }
        self.run.note(addr, bytes, true);
        match &mut self.run.memory {
            Memory::Session => self.env.write(addr, bytes).is_ok(),
            Memory::Copy(copy) => {
                let places = bytes.iter().enumerate();
                copy.extend(places.map(|(index, byte)| (addr.wrapping_add(index as u64), *byte)));
                copy.len() <= COPIED
            }
        }
    }

    fn is_big_endian(&self) -> bool {
        self.run.big_endian
    }

    fn bits(&self) -> u32 {
        self.env.address_bytes() as u32 * 8
    }

    fn address(&self) -> u64 {
        self.addr
    }

    fn trap(&mut self, trap: Trap) -> std::result::Result<(), Fault> {
        let (Trap::Interrupt(number) | Trap::Syscall(number)) = trap;
        Err(Fault::Trap(number))
    }

    fn goes_on(&mut self) -> bool {
        self.env.ctx.check().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use farad_io::Ctx;

    use super::*;
    use crate::load::{self, Request};
    use crate::out::Capture;
    use crate::session::Session;
    use crate::view::View;

    /// Where a function under test returns to.
    const BACK: u64 = 0x7fff_0000;
    const STACK: u64 = 0x7ffe_0000;

    /// What a function of an input returns for its arguments.
    fn called(input: &str, function: &str, arguments: &[&str]) -> u64 {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/inputs/");
        let registry = crate::registry::Registry::new(crate::cmd::groups());
        let mut session = Session::new(farad_io::Schemes::new().with(farad_io::local()), registry);
        let (mut view, ctx, mut out) = (View::default(), Ctx::owner(), Capture::new());
        let mut env = Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out };
        load::open(&mut env, &Request::new(&format!("{root}{input}"))).unwrap();
        let entry = env.number(function).unwrap();
        let decoder = crate::cmd::decoder(&env).unwrap();
        let registers = env.registers().values.clone();
        let mut run = Run::new(&env, registers, Memory::Copy(BTreeMap::new()));
        run.registers.set("SP", u128::from(STACK));
        for (index, argument) in arguments.iter().enumerate() {
            let argument = env.number(argument).unwrap();
            assert!(run.registers.set(&format!("A{index}"), u128::from(argument)), "{input}: A{index}");
        }
        // Position independent code of MIPS finds itself by the register it was called through.
        run.registers.set("t9", u128::from(entry));
        let bytes = env.address_bytes();
        match run.registers.profile().role("LR").map(str::to_owned) {
            Some(link) => assert!(run.registers.set(&link, u128::from(BACK))),
            None => {
                run.registers.set("SP", u128::from(STACK - bytes as u64));
                let Memory::Copy(copy) = &mut run.memory else { unreachable!() };
                copy.extend((STACK - bytes as u64..).zip(BACK.to_le_bytes()).take(bytes));
            }
        }
        run.set_pc(entry);
        for _ in 0..100_000 {
            if run.pc() & !1 == BACK {
                return run.registers.value("R0").or(run.registers.value("A0")).unwrap() as u64;
            }
            let at = run.pc();
            if let Err(error) = run.step(&mut env, &decoder) {
                panic!("{input}: {at:#x}: {error}");
            }
        }
        panic!("{input}: {function} does not return");
    }

    /// What the checksum of the inputs is: sums as in Adler-32, from other starts.
    fn checksum(bytes: &[u8]) -> u64 {
        let (mut low, mut high) = (1u64, 0u64);
        for byte in bytes {
            low = (low + u64::from(*byte)) % 65521;
            high = (high + low) % 65521;
        }
        high << 16 | low
    }

    #[test]
    fn functions_return_what_the_processor_would() {
        let inputs = [
            "vault.x86_64.elf",
            "vault.aarch64.elf",
            "vault.arm.elf",
            "vault.riscv64.elf",
            "vault.mips.elf",
            "vault.ppc64le.elf",
        ];
        let banner = b"vault 1.0: speak, friend, and enter";
        let length = banner.len().to_string();
        for input in inputs {
            assert_eq!(called(input, "sym.fib", &["10"]) & 0xffff_ffff, 55, "{input}");
            let sum = called(input, "sym.checksum", &["obj.banner", &length]);
            assert_eq!(sum & 0xffff_ffff, checksum(banner), "{input}");
            let compared = |other| called(input, "sym.compare", &["obj.banner", other, "4"]) & 0xffff_ffff;
            assert_eq!([compared("obj.banner"), compared("obj.wrong")], [1, 0], "{input}");
        }
    }
}
