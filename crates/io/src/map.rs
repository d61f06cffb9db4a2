//! Maps: which bytes of which descriptor appear at which addresses.
//!
//! Where maps overlap, the one of highest priority wins. Reads are resolved through a
//! flattened picture of the maps (the skyline), made when something is first read after they changed:
//! a file with many segments costs one picture and not one for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::perm::Perm;

/// A map's number; never given twice in a session.
pub type MapId = u32;

/// A range of a descriptor at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Its number.
    pub id: MapId,
    /// The descriptor it shows.
    pub fd: u32,
    /// First address.
    pub from: u64,
    /// Last address (inclusive, so that a map can end at the last of all addresses).
    pub to: u64,
    /// Offset in the descriptor of the first byte.
    pub delta: u64,
    /// What may be done through it.
    pub perm: Perm,
    /// What the segment behind it asks for, whatever the descriptor allows.
    pub segment_perm: Perm,
    /// Its name, or empty.
    pub name: String,
}

impl Map {
    /// Size in bytes; a map over the whole address space saturates.
    pub fn size(&self) -> u64 {
        (self.to - self.from).saturating_add(1)
    }

    /// Whether it covers `addr`.
    pub fn contains(&self, addr: u64) -> bool {
        (self.from..=self.to).contains(&addr)
    }

    /// The descriptor's offset shown at `addr`, which must be inside.
    pub fn offset_of(&self, addr: u64) -> u64 {
        self.delta.wrapping_add(addr - self.from)
    }
}

/// One piece of the skyline: addresses and the index of the map that shows there.
#[derive(Clone, Copy, Debug)]
struct Piece {
    from: u64,
    to: u64,
    map: usize,
}

/// The maps as they show.
#[derive(Clone, Debug)]
struct Skyline {
    pieces: Vec<Piece>,
    /// Whether any map may be executed, shown or not.
    executable: bool,
}

/// All maps of a session, in order of priority.
#[derive(Clone, Debug, Default)]
pub struct Maps {
    /// Highest priority last, where a new one is put.
    maps: Vec<Map>,
    /// Empty when the maps changed since it was made.
    skyline: OnceLock<Skyline>,
    last_id: MapId,
}

/// Part of a request that one map answers, or none.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    /// First address.
    pub addr: u64,
    /// Bytes.
    pub len: usize,
    /// The map that shows there; `None` for a hole.
    pub map: Option<&'a Map>,
}

impl Maps {
    /// Adds a map on top of all others. `size` 0 is an error.
    ///
    /// # Errors
    /// When it is empty or would reach past the end of the address space.
    pub fn add(&mut self, fd: u32, from: u64, size: u64, delta: u64, perm: Perm) -> Result<MapId> {
        let to = size.checked_sub(1).and_then(|last| from.checked_add(last)).ok_or_else(|| Error::Limit {
            what: format!("a map of {size:#x} bytes at {from:#x}"),
            limit: "1 byte at least, and the end of the address space".to_owned(),
        })?;
        self.last_id += 1;
        let id = self.last_id;
        self.maps.push(Map { id, fd, from, to, delta, perm, segment_perm: perm, name: String::new() });
        self.skyline.take();
        Ok(id)
    }

    /// Highest priority first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Map> + ExactSizeIterator {
        self.maps.iter().rev()
    }

    /// Whether any map may be executed.
    pub fn are_executable(&self) -> bool {
        self.skyline().executable
    }

    /// The map of that number.
    ///
    /// # Errors
    /// [`Error::NoMap`].
    pub fn find(&self, id: MapId) -> Result<&Map> {
        self.index(id).map(|index| &self.maps[index])
    }

    /// The map that shows at `addr`.
    pub fn at(&self, addr: u64) -> Option<&Map> {
        let (from, _, map) = self.piece(addr)?;
        (from <= addr).then_some(map)
    }

    /// Changes a map; its number stays.
    ///
    /// # Errors
    /// [`Error::NoMap`], or a range that is empty or too long after the change.
    pub fn change(&mut self, id: MapId, change: impl FnOnce(&mut Map)) -> Result<()> {
        let index = self.index(id)?;
        let mut map = self.maps[index].clone();
        change(&mut map);
        if map.to < map.from {
            return Err(Error::Limit {
                what: format!("a map from {:#x} to {:#x}", map.from, map.to),
                limit: "the end of the address space".to_owned(),
            });
        }
        map.id = id;
        self.maps[index] = map;
        self.skyline.take();
        Ok(())
    }

    /// Moves a map so that it begins at `from`, size unchanged.
    ///
    /// # Errors
    /// [`Error::NoMap`], or it would reach past the end of the address space.
    pub fn relocate(&mut self, id: MapId, from: u64) -> Result<()> {
        let length = { self.find(id).map(|map| map.to - map.from)? };
        let to = from.checked_add(length).ok_or_else(|| Error::Limit {
            what: format!("a map of {:#x} bytes at {from:#x}", length.saturating_add(1)),
            limit: "the end of the address space".to_owned(),
        })?;
        self.change(id, |map| (map.from, map.to) = (from, to))
    }

    /// Gives a map the highest priority, or the lowest.
    ///
    /// # Errors
    /// [`Error::NoMap`].
    pub fn prioritize(&mut self, id: MapId, highest: bool) -> Result<()> {
        let index = self.index(id)?;
        let map = self.maps.remove(index);
        let place = if highest { self.maps.len() } else { 0 };
        self.maps.insert(place, map);
        self.skyline.take();
        Ok(())
    }

    /// Removes the maps for which `gone` says so, and says how many.
    pub fn remove_if(&mut self, mut gone: impl FnMut(&Map) -> bool) -> usize {
        let before = self.maps.len();
        self.maps.retain(|map| !gone(map));
        if self.maps.len() < before {
            self.skyline.take();
        }
        before - self.maps.len()
    }

    /// Splits `len` bytes at `addr` (wrapping at the end of the address space) into the parts
    /// that single maps answer, holes included, in order.
    pub fn resolve(&self, addr: u64, len: usize) -> impl Iterator<Item = Span<'_>> {
        let mut next = (len > 0).then_some((addr, len));
        std::iter::from_fn(move || {
            let (addr, left) = next?;
            let (last, map) = self.extent(addr);
            let run = usize::try_from(last - addr).ok().and_then(|n| n.checked_add(1)).unwrap_or(usize::MAX);
            let len = run.min(left);
            next = (left > len).then(|| (addr.wrapping_add(len as u64), left - len));
            Some(Span { addr, len, map })
        })
    }

    /// The last address that is as `addr` is, and the map that shows there; `None` for a hole.
    pub(crate) fn extent(&self, addr: u64) -> (u64, Option<&Map>) {
        match self.piece(addr) {
            Some((from, to, map)) if from <= addr => (to, Some(map)),
            Some((from, ..)) => (from - 1, None),
            None => (u64::MAX, None),
        }
    }

    /// The first mapped address at or behind `addr`.
    pub fn next_mapped(&self, addr: u64) -> Option<u64> {
        self.piece(addr).map(|(from, ..)| from.max(addr))
    }

    /// The first piece that ends at or behind `addr`: its ends and its map.
    fn piece(&self, addr: u64) -> Option<(u64, u64, &Map)> {
        let pieces = &self.skyline().pieces;
        let piece = pieces.get(pieces.partition_point(|piece| piece.to < addr))?;
        Some((piece.from, piece.to, self.maps.get(piece.map)?))
    }

    fn index(&self, id: MapId) -> Result<usize> {
        // The newest is asked for most: it was just added.
        self.maps.iter().rposition(|map| map.id == id).ok_or(Error::NoMap(id))
    }

    fn skyline(&self) -> &Skyline {
        self.skyline.get_or_init(|| Skyline {
            pieces: pieces(&self.maps),
            executable: self.maps.iter().any(|map| map.perm.contains(Perm::X)),
        })
    }
}

/// What shows where: a line is moved over all addresses, and the last of the maps that it crosses shows.
fn pieces(maps: &[Map]) -> Vec<Piece> {
    let mut edges: BTreeMap<u64, Vec<(usize, bool)>> = BTreeMap::new();
    for (index, map) in maps.iter().enumerate() {
        edges.entry(map.from).or_default().push((index, true));
        // One that reaches the last address of all has no edge there.
        if let Some(behind) = map.to.checked_add(1) {
            edges.entry(behind).or_default().push((index, false));
        }
    }
    let mut crossed = BTreeSet::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut showing: Option<(usize, u64)> = None;
    for (at, edges) in edges {
        for (index, begins) in edges {
            if begins {
                crossed.insert(index);
            } else {
                crossed.remove(&index);
            }
        }
        let top = crossed.last().copied();
        if showing.map(|(map, _)| map) != top {
            pieces.extend(showing.map(|(map, from)| Piece { from, to: at - 1, map }));
            showing = top.map(|map| (map, at));
        }
    }
    pieces.extend(showing.map(|(map, from)| Piece { from, to: u64::MAX, map }));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Every address shows the first map in priority order that contains it.
        #[test]
        fn skyline_equals_a_naive_model(
            ranges in prop::collection::vec((0u64..200, 1u64..80), 0..12),
            moves in prop::collection::vec((0usize..12, any::<bool>()), 0..6),
            start in 0u64..220, len in 0usize..300,
        ) {
            let mut maps = Maps::default();
            let ids: Vec<_> = ranges.iter().map(|&(from, size)| maps.add(3, from, size, 0, Perm::R).unwrap()).collect();
            for (which, highest) in moves {
                if let Some(&id) = ids.get(which) {
                    maps.prioritize(id, highest).unwrap();
                }
            }
            let naive = |addr: u64| maps.iter().find(|map| map.contains(addr)).map(|map| map.id);
            let mut addr = start;
            for span in maps.resolve(start, len) {
                prop_assert_eq!(span.addr, addr);
                for at in addr..addr + span.len as u64 {
                    prop_assert_eq!(span.map.map(|map| map.id), naive(at));
                    prop_assert_eq!(maps.at(at).map(|map| map.id), naive(at));
                }
                addr += span.len as u64;
            }
            prop_assert_eq!(addr, start + len as u64);
        }
    }

    #[test]
    fn as_many_maps_as_a_file_can_list_are_one_picture() {
        // Each over the one before; one picture for each would be billions of steps.
        let mut maps = Maps::default();
        for number in 0..65_535u64 {
            let id = maps.add(3, number, u64::MAX - number, 0, Perm::R).unwrap();
            maps.change(id, |map| map.name = "LOAD".to_owned()).unwrap();
        }
        assert_eq!(maps.at(65_534).map(|map| map.id), Some(65_535));
        assert_eq!(maps.resolve(0, 1 << 20).count(), 65_535);
        assert_eq!(maps.remove_if(|map| map.id % 2 == 0), 32_767);
        assert_eq!(maps.at(1).map(|map| map.id), Some(1));
    }

    #[test]
    fn the_last_address_can_be_mapped_and_requests_wrap() {
        let mut maps = Maps::default();
        maps.add(3, u64::MAX, 1, 0, Perm::R).unwrap();
        assert!(maps.add(3, u64::MAX, 2, 0, Perm::R).is_err() && maps.add(3, 0, 0, 0, Perm::R).is_err());
        let spans: Vec<_> =
            maps.resolve(u64::MAX - 1, 4).map(|span| (span.addr, span.len, span.map.is_some())).collect();
        assert_eq!(spans, [(u64::MAX - 1, 1, false), (u64::MAX, 1, true), (0, 2, false)]);
    }
}
