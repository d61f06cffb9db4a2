//! What lies where, without reading it: bytes of something, zeros that nobody keeps, or nothing.
//!
//! A header can ask for 2⁴⁷ bytes of memory in 56 of its own. Whoever looks at all there is asks here first, and spends
//! its time on what there is.

use crate::layer::Io;
use crate::lens::Lens;
use crate::perm::Perm;

/// What a run of addresses holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Bytes that something keeps; to know them they must be read.
    Bytes,
    /// Zeros, known without being read.
    Zeros,
    /// Nothing that can be read.
    Nothing,
}

/// A run of addresses that hold the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// What they hold.
    pub held: Held,
    /// The last of them.
    pub last: u64,
}

impl Io {
    /// What `addr` holds for a reader, and how far that goes. The next address may hold the same: a run ends where another map, page or
    /// write begins.
    pub fn extent(&self, addr: u64, lens: &Lens) -> Extent {
        let below = self.below(addr, lens);
        let runs = self.overlays(lens).filter_map(|overlay| overlay.next_run(addr));
        runs.fold(below, |extent, (from, to)| match from.checked_sub(addr) {
            // What is written lies over all else.
            None | Some(0) if extent.held == Held::Bytes => Extent { last: extent.last.max(to), ..extent },
            None | Some(0) => Extent { held: Held::Bytes, last: to },
            Some(_) if extent.held == Held::Bytes => extent,
            Some(_) => Extent { last: extent.last.min(from - 1), ..extent },
        })
    }

    /// The same of what the target holds.
    fn below(&self, addr: u64, lens: &Lens) -> Extent {
        let (last, source) = self.source(addr, lens);
        let nothing = Extent { held: Held::Nothing, last };
        let Some((descriptor, offset)) = source else { return nothing };
        let room = descriptor.size().saturating_sub(offset);
        if room == 0 {
            return nothing;
        }
        let until = |len: u64| addr.saturating_add(len - 1).min(last);
        match descriptor.zeros_at(offset).min(room) {
            0 => Extent { held: Held::Bytes, last: until(room) },
            zeros => Extent { held: Held::Zeros, last: until(zeros) },
        }
    }

    /// The descriptor and offset behind an address, and how far the map reaches.
    fn source(&self, addr: u64, lens: &Lens) -> (u64, Option<(&crate::Descriptor, u64)>) {
        if !lens.va {
            let descriptor = self.current(lens).ok().and_then(|fd| self.descriptor_of(fd));
            return (u64::MAX, descriptor.map(|descriptor| (descriptor, addr)));
        }
        let (last, map) = self.maps.extent(addr);
        let source = map
            .filter(|map| map.perm.contains(Perm::R))
            .and_then(|map| Some((self.descriptor_of(map.fd)?, map.offset_of(addr))));
        (last, source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ctx, OpenOptions, Schemes};

    fn extents(io: &Io, lens: &Lens, from: u64, to: u64) -> Vec<(u64, Held)> {
        let mut all: Vec<(u64, Held)> = Vec::new();
        let mut addr = from;
        while addr <= to {
            let extent = io.extent(addr, lens);
            assert!(extent.last >= addr);
            if all.last().is_none_or(|last| last.1 != extent.held) {
                all.push((addr, extent.held));
            }
            let Some(next) = extent.last.checked_add(1) else { break };
            addr = next;
        }
        all
    }

    #[test]
    fn what_lies_where_is_told_without_reading() {
        let (ctx, mut lens) = (Ctx::owner(), Lens::default());
        let mut io = Io::new(Schemes::new().with(crate::local()));
        let options = OpenOptions { perm: Perm::RW, ..OpenOptions::default() };
        let bytes = io.open("hex://0102", &options, &ctx).unwrap();
        let zeros = io.open("null://0x7fff00000000", &options, &ctx).unwrap();
        // A map that says more than there is.
        io.maps.add(bytes, 0x1000, 1 << 47, 0, Perm::R).unwrap();
        io.maps.add(zeros, 0x10_0000, 1 << 46, 0, Perm::RW).unwrap();
        let there = [
            (0, Held::Nothing),
            (0x1000, Held::Bytes),
            (0x1002, Held::Nothing),
            (0x10_0000, Held::Zeros),
            ((1 << 46) + 0x10_0000, Held::Nothing),
        ];
        assert_eq!(extents(&io, &lens, 0, u64::MAX), there);
        lens.cache = true;
        io.write(0x20_0000, b"kept", &lens, &ctx).unwrap();
        io.write(0, b"kept", &lens, &ctx).unwrap();
        let mut there = there.to_vec();
        there.splice(0..1, [(0, Held::Bytes), (4, Held::Nothing)]);
        there.splice(5..5, [(0x20_0000, Held::Bytes), (0x20_0004, Held::Zeros)]);
        assert_eq!(extents(&io, &lens, 0, u64::MAX), there);
        lens.va = false;
        assert_eq!(extents(&io, &lens, 1, u64::MAX)[..2], [(1, Held::Bytes), (4, Held::Nothing)]);
    }
}
