//! Which section a file offset lies in, and the address it is seen at.

use crate::range::Ranges;
use crate::{Binary, Section};

/// Sections by where their bytes lie.
pub(super) struct Places<'a> {
    sections: &'a [Section],
    ranges: Ranges,
}

impl<'a> Places<'a> {
    pub(super) fn new(binary: Option<&'a Binary>) -> Self {
        let sections = binary.map_or(&[][..], |binary| &binary.sections);
        let ranges = Ranges::new(sections.iter().map(|section| (section.paddr, section.size)));
        Self { sections, ranges }
    }

    /// The section that holds an offset, and the address seen there; the offset itself where none does.
    pub(super) fn of(&self, paddr: u64) -> (Option<usize>, u64) {
        let section = self.ranges.find(paddr);
        (section, section.map_or(paddr, |index| self.address_in(index, paddr)))
    }

    /// The address of an offset seen through a section.
    pub(super) fn address_in(&self, index: usize, paddr: u64) -> u64 {
        self.sections
            .get(index)
            .map_or(paddr, |section| section.vaddr.wrapping_add(paddr.wrapping_sub(section.paddr)))
    }
}
