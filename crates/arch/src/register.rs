//! Registers: what an architecture has, where each lies in what the kernel or an emulator keeps of them,
//! which of them play a role, and values for all of them.
//!
//! A [`Profile`] is a table; a [`Registers`] is one set of values under a profile. Names that overlap
//! (`rax`, `eax`, `al`) are views of the same bytes. Knows no process and no session.

mod arm;
mod mips;
mod notation;
mod ppc;
mod riscv;
mod value;
mod x86;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub use value::Registers;

use crate::settings::Settings;

/// What sort of register one is. Each sort but flags has its own bytes; flags are bits of a general one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bank {
    /// Numbers, addresses, the program counter.
    General,
    /// Flags, and the register they are part of.
    Flag,
    /// Segments.
    Segment,
    /// Floating point and vectors.
    Float,
    /// Vectors, as views of the floating point bytes.
    Vector,
    /// Debug registers.
    Debug,
}

impl Bank {
    /// All sorts.
    pub const ALL: &'static [Self] =
        &[Self::General, Self::Debug, Self::Float, Self::Vector, Self::Flag, Self::Segment];

    /// radare2's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "gpr",
            Self::Flag => "flg",
            Self::Segment => "seg",
            Self::Float => "fpu",
            Self::Vector => "vec",
            Self::Debug => "drx",
        }
    }

    /// The sort of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|bank| bank.name() == name)
    }

    /// The bank whose bytes it is a part of.
    fn bytes(self) -> Self {
        match self {
            Self::Flag => Self::General,
            Self::Vector => Self::Float,
            other => other,
        }
    }
}

/// One register of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// Its sort.
    pub bank: Bank,
    /// Its width in bits.
    pub bits: u32,
    /// Its place in the bytes of its bank, in bits; `None` for one that always reads 0.
    pub offset: Option<u32>,
}

/// The registers of a machine.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Profile {
    slots: Vec<Slot>,
    roles: Vec<(String, String)>,
    places: HashMap<String, usize>,
}

impl Profile {
    /// The registers of an architecture in a mode; empty where nobody has said.
    pub fn new(settings: &Settings) -> Arc<Self> {
        let row = crate::arch::find(&settings.arch);
        row.and_then(|row| (row.registers)(settings)).unwrap_or_default()
    }

    /// The registers of a process of the machine, which has some that only its system knows.
    pub fn of_process(settings: &Settings) -> Arc<Self> {
        let profile = Self::new(settings);
        match (settings.arch.as_str(), settings.bits) {
            ("x86", 64) => x86::of_process(&profile),
            _ => profile,
        }
    }

    /// All registers, in the order of listings.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The roles that registers play: `PC`, `SP`, `A0`, and the names of those that do.
    pub fn roles(&self) -> impl Iterator<Item = (&str, &str)> {
        self.roles.iter().map(|(role, name)| (role.as_str(), name.as_str()))
    }

    /// The register that plays a role, if there is one.
    pub fn role(&self, role: &str) -> Option<&str> {
        self.roles().find(|(name, _)| *name == role).map(|(_, name)| name)
    }

    /// The register of this name, or the one that plays the role of this name.
    pub fn find(&self, name: &str) -> Option<&Slot> {
        let place = self.places.get(name).or_else(|| self.places.get(self.role(name)?))?;
        self.slots.get(*place)
    }

    /// How many bytes a bank has.
    pub fn size(&self, bank: Bank) -> usize {
        let ends = self
            .slots
            .iter()
            .filter(|slot| slot.bank.bytes() == bank.bytes())
            .filter_map(|slot| Some(slot.offset?.saturating_add(slot.bits).div_ceil(8) as usize));
        ends.max().unwrap_or(0)
    }

    /// Reads a profile in radare2's notation: lines such as `=PC rip` and `gpr rax .64 80 0`. Lines that
    /// say nothing are passed over.
    ///
    /// # Errors
    /// The first line that is neither, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        notation::parse(text)
    }

    fn push(&mut self, slot: Slot) {
        self.places.entry(slot.name.clone()).or_insert(self.slots.len());
        self.slots.push(slot);
    }
}

impl fmt::Display for Profile {
    /// The profile in the notation [`Profile::parse`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        notation::write(self, f)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("registers", &self.slots.len()).finish_non_exhaustive()
    }
}

/// The registers of an architecture in a mode.
pub(crate) type Registry = fn(&Settings) -> Option<Arc<Profile>>;

pub(crate) use arm::profile as arm;
pub(crate) use mips::profile as mips;
pub(crate) use ppc::profile as ppc;
pub(crate) use riscv::profile as riscv;
pub(crate) use x86::profile as x86;

/// An architecture whose registers nobody has said.
pub(crate) fn none(_: &Settings) -> Option<Arc<Profile>> {
    None
}

/// Builds the profiles of the tables.
#[derive(Default)]
struct Builder(Profile);

impl Builder {
    /// Roles as `PC=rip SP=rsp`.
    fn roles(mut self, text: &str) -> Self {
        let pairs = text.split_ascii_whitespace().filter_map(|pair| pair.split_once('='));
        self.0.roles.extend(pairs.map(|(role, name)| (role.to_owned(), name.to_owned())));
        self
    }

    /// One register at a place in bytes.
    fn add(self, bank: Bank, name: &str, bits: u32, byte: u32) -> Self {
        self.bit(bank, name, bits, byte * 8)
    }

    /// One register at a place in bits.
    fn bit(mut self, bank: Bank, name: &str, bits: u32, bit: u32) -> Self {
        self.0.push(Slot { name: name.to_owned(), bank, bits, offset: Some(bit) });
        self
    }

    /// A register that always reads 0.
    fn zero(mut self, name: &str, bits: u32) -> Self {
        self.0.push(Slot { name: name.to_owned(), bank: Bank::General, bits, offset: None });
        self
    }

    /// Registers one behind the other from a place in bytes on, each of the same width.
    fn row(mut self, bank: Bank, names: &str, bits: u32, mut byte: u32) -> Self {
        for name in names.split_ascii_whitespace() {
            self = self.add(bank, name, bits, byte);
            byte += bits / 8;
        }
        self
    }

    /// Numbered registers, `step` bytes from one to the next.
    fn numbered(
        mut self,
        bank: Bank,
        prefix: &str,
        numbers: std::ops::Range<u32>,
        bits: u32,
        byte: u32,
        step: u32,
    ) -> Self {
        let first = numbers.start;
        for number in numbers {
            self = self.add(bank, &format!("{prefix}{number}"), bits, byte + (number - first) * step);
        }
        self
    }

    /// Flags as `cf:0 pf:2`, bits of the register at a place in bytes.
    fn flags(mut self, text: &str, byte: u32) -> Self {
        for (name, bit) in text.split_ascii_whitespace().filter_map(|pair| pair.split_once(':')) {
            if let Ok(bit) = bit.parse::<u32>() {
                self = self.bit(Bank::Flag, name, 1, byte * 8 + bit);
            }
        }
        self
    }

    fn done(self) -> Arc<Profile> {
        Arc::new(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::ARCHS;

    /// Every profile of the tables.
    fn profiles() -> Vec<(String, Arc<Profile>)> {
        let modes = ARCHS.iter().flat_map(|row| row.bits.iter().map(move |bits| (row.name, *bits)));
        modes
            .map(|(name, bits)| (format!("{name} {bits}"), Profile::new(&Settings::new(name, bits))))
            .collect()
    }

    #[test]
    fn roles_name_registers_and_no_name_stands_twice() {
        let mut some = 0;
        for (mode, profile) in profiles() {
            let mut names: Vec<&str> = profile.slots().iter().map(|slot| slot.name.as_str()).collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{mode}: {names:?}");
            for (role, name) in profile.roles() {
                assert!(profile.slots().iter().any(|slot| slot.name == name), "{mode}: {role} {name}");
            }
            if !profile.slots().is_empty() {
                some += 1;
                for role in ["PC", "SP", "A0", "R0", "SN"] {
                    assert!(profile.find(role).is_some(), "{mode}: {role}");
                }
            }
            assert!(profile.slots().iter().all(|slot| slot.bits > 0), "{mode}");
            assert!(Bank::ALL.iter().all(|bank| profile.size(*bank) <= 4096), "{mode}");
        }
        assert!(some >= 11);
    }

    #[test]
    fn the_notation_reads_what_it_writes() {
        for (mode, profile) in profiles() {
            let again = Profile::parse(&profile.to_string()).unwrap();
            assert_eq!(again.slots(), profile.slots(), "{mode}");
            assert_eq!(again.roles, profile.roles, "{mode}");
        }
    }
}
