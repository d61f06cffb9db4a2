//! The instructions of a target that breakpoints stand in place of.

use std::collections::BTreeMap;

use crate::machine::TRAP;

/// Patches by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patches {
    by_addr: BTreeMap<u64, Patch>,
}

/// A breakpoint in memory.
#[derive(Clone, Debug)]
struct Patch {
    /// What was there.
    original: Vec<u8>,
    /// It is wanted beyond the run that goes on.
    lasting: bool,
}

impl Patches {
    pub(crate) fn contains(&self, addr: u64) -> bool {
        self.by_addr.contains_key(&addr)
    }

    /// Notes a patch in place of `original`.
    pub(crate) fn add(&mut self, addr: u64, original: Vec<u8>, lasting: bool) {
        self.by_addr.insert(addr, Patch { original, lasting });
    }

    /// Marks one as lasting, or as one that goes with the run.
    pub(crate) fn keep(&mut self, addr: u64) {
        if let Some(patch) = self.by_addr.get_mut(&addr) {
            patch.lasting = true;
        }
    }

    /// Forgets one, and tells what was there.
    pub(crate) fn remove(&mut self, addr: u64) -> Option<Vec<u8>> {
        self.by_addr.remove(&addr).map(|patch| patch.original)
    }

    /// What is under one.
    pub(crate) fn original(&self, addr: u64) -> Option<&[u8]> {
        self.by_addr.get(&addr).map(|patch| patch.original.as_slice())
    }

    /// The addresses of those that do not outlive the run.
    pub(crate) fn passing(&self) -> Vec<u64> {
        self.by_addr.iter().filter(|(_, patch)| !patch.lasting).map(|(addr, _)| *addr).collect()
    }

    /// All addresses and what was there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.by_addr.iter().map(|(addr, patch)| (*addr, patch.original.as_slice()))
    }

    pub(crate) fn clear(&mut self) {
        self.by_addr.clear();
    }

    /// Puts the original bytes into what was read from `addr` on.
    pub(crate) fn hide(&self, addr: u64, bytes: &mut [u8]) {
        self.each_byte(addr, bytes.len(), |place, original| bytes[place] = *original);
    }

    /// Takes what is to be written from `addr` on: the patches stay in it, and what they stand in place of is now that.
    pub(crate) fn cover(&mut self, addr: u64, bytes: &mut [u8]) {
        let end = addr.saturating_add(bytes.len() as u64);
        let from = addr.saturating_sub(TRAP.len() as u64);
        for (at, patch) in self.by_addr.range_mut(from..end) {
            for (offset, original) in patch.original.iter_mut().enumerate() {
                let place =
                    at.wrapping_add(offset as u64).checked_sub(addr).and_then(|it| usize::try_from(it).ok());
                if let Some(byte) = place.and_then(|place| bytes.get_mut(place)) {
                    *original = std::mem::replace(byte, TRAP[offset]);
                }
            }
        }
    }

    fn each_byte(&self, addr: u64, len: usize, mut found: impl FnMut(usize, &u8)) {
        let end = addr.saturating_add(len as u64);
        let from = addr.saturating_sub(TRAP.len() as u64);
        for (at, patch) in self.by_addr.range(from..end) {
            for (offset, original) in patch.original.iter().enumerate() {
                let place =
                    at.wrapping_add(offset as u64).checked_sub(addr).and_then(|it| usize::try_from(it).ok());
                if let Some(place) = place.filter(|place| *place < len) {
                    found(place, original);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_a_patch_is_read_and_written() {
        let mut patches = Patches::default();
        let original = vec![0xaa; TRAP.len()];
        patches.add(100, original.clone(), true);
        let mut read = vec![0; 8];
        patches.hide(98, &mut read);
        assert_eq!(&read[2..2 + TRAP.len()], original.as_slice());
        assert_eq!(&read[..2], [0, 0]);
        let mut written = vec![0x11; 8];
        patches.cover(98, &mut written);
        assert_eq!(&written[2..2 + TRAP.len()], TRAP);
        assert_eq!(patches.original(100), Some(vec![0x11; TRAP.len()].as_slice()));
        let mut none = vec![0; 4];
        patches.hide(100 + TRAP.len() as u64, &mut none);
        patches.hide(96, &mut none);
        assert_eq!(none, [0; 4]);
    }
}
