//! Which of many ranges holds a number, answered quickly however many overlap.

use std::collections::{BTreeMap, BTreeSet};

/// Ranges by where they start and end. Where they overlap the first one given holds the place.
#[derive(Debug, Clone, Default)]
pub struct Ranges {
    /// Where the holder changes, and who holds from there on.
    changes: Vec<(u64, Option<usize>)>,
}

impl Ranges {
    /// Ranges out of starts and sizes. Empty ones hold nothing.
    #[must_use]
    pub fn new(ranges: impl Iterator<Item = (u64, u64)>) -> Self {
        let mut edges: BTreeMap<u64, Vec<(usize, bool)>> = BTreeMap::new();
        for (index, (start, size)) in ranges.enumerate().filter(|(_, (_, size))| *size > 0) {
            edges.entry(start).or_default().push((index, true));
            edges.entry(start.saturating_add(size)).or_default().push((index, false));
        }
        let mut open = BTreeSet::new();
        let mut changes = Vec::with_capacity(edges.len());
        for (at, edges) in edges {
            for (index, opens) in edges {
                if opens {
                    open.insert(index);
                } else {
                    open.remove(&index);
                }
            }
            changes.push((at, open.first().copied()));
        }
        Self { changes }
    }

    /// The number of the range that holds `at`.
    #[must_use]
    pub fn find(&self, at: u64) -> Option<usize> {
        let after = self.changes.partition_point(|(start, _)| *start <= at);
        self.changes.get(after.checked_sub(1)?)?.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_looking_at_each(
            ranges in prop::collection::vec((0u64..64, 0u64..16), 0..20),
            at in 0u64..100,
        ) {
            let naive = ranges.iter().position(|(start, size)| at >= *start && at - start < *size);
            prop_assert_eq!(Ranges::new(ranges.into_iter()).find(at), naive);
        }
    }
}
