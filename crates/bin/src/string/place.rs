//! Which section a file offset lies in, answered quickly however many sections overlap.

use crate::{Binary, Section};
use std::collections::{BTreeMap, BTreeSet};

/// Sections by where their bytes lie. Where they overlap the first one holds the place.
pub(super) struct Places<'a> {
    sections: &'a [Section],
    /// Where the holder changes, and who holds from there on; by offset.
    changes: Vec<(u64, Option<usize>)>,
}

impl<'a> Places<'a> {
    pub(super) fn new(binary: Option<&'a Binary>) -> Self {
        let sections = binary.map_or(&[][..], |binary| &binary.sections);
        let mut edges: BTreeMap<u64, Vec<(usize, bool)>> = BTreeMap::new();
        for (index, section) in sections.iter().enumerate().filter(|(_, section)| section.size > 0) {
            edges.entry(section.paddr).or_default().push((index, true));
            edges.entry(section.paddr.saturating_add(section.size)).or_default().push((index, false));
        }
        let mut open = BTreeSet::new();
        let mut changes = Vec::with_capacity(edges.len());
        for (offset, edges) in edges {
            for (index, opens) in edges {
                if opens {
                    open.insert(index);
                } else {
                    open.remove(&index);
                }
            }
            changes.push((offset, open.first().copied()));
        }
        Self { sections, changes }
    }

    /// The section that holds an offset, and the address seen there; the offset itself where none does.
    pub(super) fn of(&self, paddr: u64) -> (Option<usize>, u64) {
        let after = self.changes.partition_point(|(offset, _)| *offset <= paddr);
        match after.checked_sub(1).and_then(|index| self.changes[index].1) {
            Some(index) => (Some(index), self.address_in(index, paddr)),
            None => (None, paddr),
        }
    }

    /// The address of an offset seen through a section.
    pub(super) fn address_in(&self, index: usize, paddr: u64) -> u64 {
        self.sections
            .get(index)
            .map_or(paddr, |section| section.vaddr.wrapping_add(paddr.wrapping_sub(section.paddr)))
    }
}
