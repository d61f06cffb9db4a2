//! Values for the registers of a profile.

use std::sync::Arc;

use super::{Bank, Profile, Slot};

/// One set of values, 0 at the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Registers {
    profile: Arc<Profile>,
    /// The bytes of each bank that has any of its own, least significant first.
    general: Vec<u8>,
    segment: Vec<u8>,
    float: Vec<u8>,
    debug: Vec<u8>,
}

impl Registers {
    /// Values for the registers of a profile.
    pub fn new(profile: Arc<Profile>) -> Self {
        let bytes = |bank| vec![0; profile.size(bank)];
        Self {
            general: bytes(Bank::General),
            segment: bytes(Bank::Segment),
            float: bytes(Bank::Float),
            debug: bytes(Bank::Debug),
            profile,
        }
    }

    /// The profile they are under.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// The bytes of a bank.
    pub fn bytes(&self, bank: Bank) -> &[u8] {
        match bank.bytes() {
            Bank::Segment => &self.segment,
            Bank::Float => &self.float,
            Bank::Debug => &self.debug,
            _ => &self.general,
        }
    }

    /// The bytes of a bank, to be written.
    pub fn bytes_mut(&mut self, bank: Bank) -> &mut [u8] {
        match bank.bytes() {
            Bank::Segment => &mut self.segment,
            Bank::Float => &mut self.float,
            Bank::Debug => &mut self.debug,
            _ => &mut self.general,
        }
    }

    /// The value of a register, or of one that plays a role; the low 128 bits of a wider one.
    pub fn value(&self, name: &str) -> Option<u128> {
        self.profile.find(name).map(|slot| self.value_of(slot))
    }

    /// The value in a place of this profile.
    pub fn value_of(&self, slot: &Slot) -> u128 {
        let Some(offset) = slot.offset else { return 0 };
        let bytes = self.bytes(slot.bank);
        let bits = slot.bits.min(128);
        let first = (offset / 8) as usize;
        let last = (offset + bits).div_ceil(8) as usize;
        // Up to 17 bytes hold 128 bits that do not begin at a byte: read all but the last, then that.
        let mut value = 0u128;
        for (index, byte) in bytes.get(first..last).unwrap_or_default().iter().enumerate() {
            let place = index as i64 * 8 - i64::from(offset % 8);
            value |= if place < 0 {
                u128::from(*byte) >> -place
            } else {
                u128::from(*byte).checked_shl(place as u32).unwrap_or(0)
            };
        }
        value & mask(bits)
    }

    /// Writes a register, or one that plays a role, cut to its width. False when there is none of this name.
    pub fn set(&mut self, name: &str, value: u128) -> bool {
        let profile = self.profile.clone();
        let Some(slot) = profile.find(name) else { return false };
        self.set_at(slot, value);
        true
    }

    /// Writes a place of this profile; one that always reads 0 stays so.
    pub fn set_at(&mut self, slot: &Slot, value: u128) {
        let Some(offset) = slot.offset else { return };
        let bits = slot.bits.min(128);
        let value = value & mask(bits);
        let bytes = self.bytes_mut(slot.bank);
        for bit in (0..bits).step_by(8) {
            let width = (bits - bit).min(8);
            let part = (value >> bit) as u8;
            for low in 0..width {
                // Whole bytes at byte boundaries are the rule: write them at once.
                if width == 8 && (offset + bit).is_multiple_of(8) {
                    if let Some(byte) = bytes.get_mut(((offset + bit) / 8) as usize) {
                        *byte = part;
                    }
                    break;
                }
                let at = offset + bit + low;
                if let Some(byte) = bytes.get_mut((at / 8) as usize) {
                    *byte = *byte & !(1 << (at % 8)) | (part >> low & 1) << (at % 8);
                }
            }
        }
    }

    /// All registers to 0.
    pub fn clear(&mut self) {
        for bank in [Bank::General, Bank::Segment, Bank::Float, Bank::Debug] {
            self.bytes_mut(bank).fill(0);
        }
    }
}

fn mask(bits: u32) -> u128 {
    1u128.checked_shl(bits).map_or(u128::MAX, |bit| bit - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use proptest::prelude::*;

    fn registers(arch: &str, bits: u32) -> Registers {
        Registers::new(Profile::new(&Settings::new(arch, bits)))
    }

    #[test]
    fn names_that_overlap_are_views_of_the_same_bytes() {
        let mut wide = registers("x86", 64);
        assert!(wide.set("rax", 0x1122_3344_5566_7788));
        assert!(wide.set("ah", 0xaa));
        assert_eq!(wide.value("eax"), Some(0x5566_aa88));
        assert!(wide.set("eax", 0xffff_ffff_ffff));
        assert_eq!(wide.value("rax"), Some(0x1122_3344_ffff_ffff));
        assert!(wide.set("zf", 3) && wide.set("of", 1));
        assert_eq!(wide.value("rflags"), Some(0x840));
        assert!(wide.set("xmm1", 5 << 64 | 7));
        assert_eq!((wide.value("xmm1l"), wide.value("xmm1h")), (Some(7), Some(5)));
        assert!(wide.set("PC", 0x401000));
        assert_eq!(wide.value("rip"), Some(0x401000));
        assert!(wide.set("riz", 9));
        assert_eq!(wide.value("riz"), Some(0));
        assert_eq!((wide.value("nope"), wide.set("nope", 1)), (None, false));
        wide.clear();
        assert_eq!(wide.value("rax"), Some(0));
    }

    proptest! {
        /// What is written is read, and nothing outside of the register's bits changes.
        #[test]
        fn writing_touches_one_register(place: prop::sample::Index, value: u128, fill: u8) {
            let mut some = registers("arm", 64);
            for bank in [Bank::General, Bank::Float] {
                some.bytes_mut(bank).fill(fill);
            }
            let profile = some.profile().clone();
            let slot = place.get(profile.slots());
            let before = some.clone();
            some.set_at(slot, value);
            let written = if slot.offset.is_some() { value & mask(slot.bits) } else { 0 };
            prop_assert_eq!(some.value_of(slot), written);
            for other in profile.slots().iter().filter(|other| other.bank.bytes() == slot.bank.bytes()) {
                let (Some(a), Some(b)) = (slot.offset, other.offset) else { continue };
                if a + slot.bits <= b || b + other.bits <= a {
                    prop_assert_eq!(some.value_of(other), before.value_of(other), "{}", other.name);
                }
            }
        }
    }
}
