//! Bytes kept from the target and laid over what is read of it: the write cache (`io.cache`),
//! and what one command reads in place of what is there.

use std::collections::BTreeMap;

/// Non-overlapping runs of written bytes by address.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    runs: BTreeMap<u64, Vec<u8>>,
}

impl Overlay {
    /// Remembers `data` at `addr`, over what was there. A write past the last address is cut.
    pub fn write(&mut self, addr: u64, data: &[u8]) {
        let room = usize::try_from(u64::MAX - addr).unwrap_or(usize::MAX).saturating_add(1);
        let data = &data[..data.len().min(room)];
        if data.is_empty() {
            return;
        }
        self.discard(addr, data.len());
        self.runs.insert(addr, data.to_vec());
    }

    /// Lays the remembered bytes over `buf`, which was read at `addr`, and reports each
    /// covered range of `buf`.
    pub fn apply(&self, addr: u64, buf: &mut [u8], mut covered: impl FnMut(usize, usize)) {
        let Some(last) = Self::last(addr, buf.len()) else { return };
        for (&start, run) in self.touching(addr, last) {
            let from = start.max(addr);
            let end = (start + (run.len() as u64 - 1)).min(last);
            let len = (end - from) as usize + 1;
            let (at, skip) = ((from - addr) as usize, (from - start) as usize);
            buf[at..at + len].copy_from_slice(&run[skip..skip + len]);
            covered(at, at + len);
        }
    }

    /// Forgets `len` bytes at `addr`.
    pub fn discard(&mut self, addr: u64, len: usize) {
        let Some(last) = Self::last(addr, len) else { return };
        let starts: Vec<u64> = self.touching(addr, last).map(|(&start, _)| start).collect();
        for start in starts {
            let Some(run) = self.runs.remove(&start) else { continue };
            let end = start + (run.len() as u64 - 1);
            if start < addr {
                self.runs.insert(start, run[..(addr - start) as usize].to_vec());
            }
            if end > last {
                self.runs.insert(last + 1, run[(last - start) as usize + 1..].to_vec());
            }
        }
    }

    /// The runs in order of address.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.runs.iter().map(|(&addr, run)| (addr, run.as_slice()))
    }

    /// The first run that ends at or behind `addr`: its first and last address.
    pub(crate) fn next_run(&self, addr: u64) -> Option<(u64, u64)> {
        let (start, run) = self.touching(addr, u64::MAX).next()?;
        Some((*start, start + (run.len() as u64 - 1)))
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.runs.clear();
    }

    fn last(addr: u64, len: usize) -> Option<u64> {
        Some(addr.saturating_add(len.checked_sub(1)? as u64))
    }

    fn touching(&self, addr: u64, last: u64) -> impl Iterator<Item = (&u64, &Vec<u8>)> {
        let first = self
            .runs
            .range(..addr)
            .next_back()
            .filter(|(start, run)| *start + (run.len() as u64 - 1) >= addr);
        first.into_iter().chain(self.runs.range(addr..=last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_naive_byte_model(
            steps in prop::collection::vec((any::<bool>(), 0u64..100, prop::collection::vec(any::<u8>(), 0..40)), 0..20),
            at in 0u64..120, len in 0usize..60,
        ) {
            let (mut overlay, mut model) = (Overlay::default(), BTreeMap::new());
            for (write, addr, data) in steps {
                if write { overlay.write(addr, &data) } else { overlay.discard(addr, data.len()) }
                for (i, byte) in data.iter().enumerate() {
                    if write { model.insert(addr + i as u64, *byte); } else { model.remove(&(addr + i as u64)); }
                }
            }
            let mut buf = vec![0xee; len];
            let mut covered = vec![false; len];
            overlay.apply(at, &mut buf, |from, to| covered[from..to].fill(true));
            for i in 0..len {
                let expected = model.get(&(at + i as u64)).copied();
                prop_assert_eq!(covered[i], expected.is_some());
                prop_assert_eq!(buf[i], expected.unwrap_or(0xee));
            }
        }
    }
}
