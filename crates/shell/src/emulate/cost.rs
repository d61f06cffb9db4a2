//! What an instruction costs in memory traffic.

use farad_arch::Registers;
use farad_esil::{Error, Host, Machine, Register, Trap};

/// The cost of a byte read.
const READ: u64 = 1;
/// The cost of a byte written.
const WRITE: u64 = 3;

/// What an expression costs when it runs on these registers: a byte read counts once, a byte written three
/// times. Nothing is read or written: memory is all 0, and the registers are a copy.
pub(crate) fn cost(registers: &Registers, esil: &str) -> u64 {
    let mut meter = Meter { registers: registers.clone(), cost: 0 };
    // What stopped it does not matter: it cost what it did up to there.
    let _ = Machine::default().run(&mut meter, esil);
    meter.cost
}

struct Meter {
    registers: Registers,
    cost: u64,
}

impl Host for Meter {
    fn register(&mut self, name: &str) -> Option<Register> {
        let profile = self.registers.profile().clone();
        let slot = profile.find(name)?;
        Some(Register { value: self.registers.value_of(slot), bits: slot.bits })
    }

    fn set_register(&mut self, name: &str, value: u128) -> bool {
        self.registers.set(name, value)
    }

    fn read(&mut self, _: u64, bytes: &mut [u8]) -> bool {
        bytes.fill(0);
        self.cost = self.cost.saturating_add(READ * bytes.len() as u64);
        true
    }

    fn write(&mut self, _: u64, bytes: &[u8]) -> bool {
        self.cost = self.cost.saturating_add(WRITE * bytes.len() as u64);
        true
    }

    fn trap(&mut self, _: Trap) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use farad_arch::{Profile, Settings};

    #[test]
    fn writing_costs_more_than_reading() {
        let registers = Registers::new(Profile::new(&Settings::default()));
        for (esil, wanted) in [
            ("rax,8,rsp,-,=[8],8,rsp,-=", 24),
            ("0x10,rsp,+,[8],rdi,=", 8),
            ("al,rax,+=[1]", 4),
            ("zf,?{,1,0,=[8],}", 0),
            ("0x1,rbx,-,edi,=", 0),
            ("", 0),
            ("no,such,thing,=[8]", 0),
        ] {
            assert_eq!(cost(&registers, esil), wanted, "{esil}");
        }
    }
}
