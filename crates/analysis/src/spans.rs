//! Which of many ranges of addresses cover a given one. Knows no meaning of the ranges.

use std::collections::BTreeMap;

/// Ranges with a key each; they may overlap in any way.
///
/// A range is filed under the magnitude of its length, so that a lookup visits at most 64 runs of
/// neighbours, however large the largest range is.
#[derive(Clone, Debug)]
pub struct Spans<K> {
    /// By magnitude, start and key: the length.
    ranges: BTreeMap<(u32, u64, K), u64>,
    /// How many ranges there are of each magnitude.
    counts: [usize; 64],
}

impl<K> Default for Spans<K> {
    fn default() -> Spans<K> {
        Spans { ranges: BTreeMap::new(), counts: [0; 64] }
    }
}

impl<K: Copy + Ord + Bounded> Spans<K> {
    /// Adds the range of `size` bytes from `addr` on. One without bytes covers nothing.
    pub fn insert(&mut self, addr: u64, size: u64, key: K) {
        let Some(magnitude) = size.checked_ilog2() else { return };
        if self.ranges.insert((magnitude, addr, key), size).is_none() {
            self.counts[magnitude as usize] += 1;
        }
    }

    /// Removes a range as it was added.
    pub fn remove(&mut self, addr: u64, size: u64, key: K) {
        let Some(magnitude) = size.checked_ilog2() else { return };
        if self.ranges.remove(&(magnitude, addr, key)).is_some() {
            self.counts[magnitude as usize] -= 1;
        }
    }

    /// The starts and keys of the ranges that cover `addr`, shorter magnitudes first, and of one
    /// magnitude the nearest start first.
    pub fn covering(&self, addr: u64) -> impl Iterator<Item = (u64, K)> {
        let magnitudes = (0..64u32).filter(|magnitude| self.counts[*magnitude as usize] > 0);
        magnitudes.flat_map(move |magnitude| {
            // The longest of a magnitude is one byte short of twice the shortest.
            let reach = (1u64 << magnitude) - 1 + (1u64 << magnitude);
            let from = (magnitude, addr.saturating_sub(reach - 1), K::LEAST);
            self.ranges
                .range(from..=(magnitude, addr, K::GREATEST))
                .rev()
                .filter(move |((_, start, _), size)| addr - start < **size)
                .map(|((_, start, key), _)| (*start, *key))
        })
    }
}

/// A type with a least and a greatest value, which bound lookups.
pub trait Bounded {
    /// No value is less.
    const LEAST: Self;
    /// No value is greater.
    const GREATEST: Self;
}

impl Bounded for u64 {
    const LEAST: u64 = u64::MIN;
    const GREATEST: u64 = u64::MAX;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_covers_an_address_is_found(
            ranges in proptest::collection::btree_map(0u64..20, (0u64..100, 0u64..70), 0..20),
            gone in 0u64..20,
            addr in 0u64..180,
        ) {
            let mut ranges = ranges;
            let mut spans = Spans::default();
            for (key, (start, size)) in &ranges {
                spans.insert(*start, *size, *key);
            }
            if let Some((start, size)) = ranges.remove(&gone) {
                spans.remove(start, size, gone);
            }
            let mut found: Vec<(u64, u64)> = spans.covering(addr).collect();
            found.sort_unstable();
            let mut wanted: Vec<(u64, u64)> = ranges
                .iter()
                .filter(|(_, (start, size))| (*start..start + size).contains(&addr))
                .map(|(key, (start, _))| (*start, *key))
                .collect();
            wanted.sort_unstable();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn the_ends_of_the_address_space_are_covered() {
        let mut spans = Spans::default();
        spans.insert(0, u64::MAX, 1u64);
        spans.insert(u64::MAX, 1, 2);
        assert_eq!(spans.covering(0).collect::<Vec<_>>(), [(0, 1)]);
        assert_eq!(spans.covering(u64::MAX).collect::<Vec<_>>(), [(u64::MAX, 2)]);
    }
}
