//! All that analysis knows of a target: functions and references.

use std::collections::BTreeMap;

use crate::function::{Block, Function};
use crate::reference::References;
use crate::spans::Spans;

/// Functions and references.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    functions: BTreeMap<u64, Function>,
    /// Where the blocks of functions are; the key is the function's address.
    blocks: Spans<u64>,
    /// Addresses of functions in the order they were found.
    order: BTreeMap<u64, u64>,
    next: u64,
    /// Bytes of all blocks of all functions.
    size: u64,
    /// Who refers to what.
    pub references: References,
}

impl Analysis {
    /// Adds a function, replacing one at its address. It comes last in the order of finding.
    pub fn add(&mut self, mut function: Function) {
        self.remove(function.addr);
        function.serial = self.next;
        self.next += 1;
        self.order.insert(function.serial, function.addr);
        self.place(&function);
        self.functions.insert(function.addr, function);
    }

    /// Removes the function that is entered at an address.
    pub fn remove(&mut self, addr: u64) -> Option<Function> {
        let function = self.functions.remove(&addr)?;
        self.order.remove(&function.serial);
        self.displace(&function);
        Some(function)
    }

    fn place(&mut self, function: &Function) {
        for block in function.blocks.values() {
            self.blocks.insert(block.addr, block.size, function.addr);
        }
        self.size = self.size.saturating_add(function.size());
    }

    fn displace(&mut self, function: &Function) {
        for block in function.blocks.values() {
            self.blocks.remove(block.addr, block.size, function.addr);
        }
        self.size = self.size.saturating_sub(function.size());
    }

    /// Changes the function that is entered at an address, whatever of it but its address; `None` when
    /// there is none.
    pub fn change<T>(&mut self, addr: u64, change: impl FnOnce(&mut Function) -> T) -> Option<T> {
        let mut function = self.functions.remove(&addr)?;
        self.displace(&function);
        let result = change(&mut function);
        function.addr = addr;
        self.place(&function);
        self.functions.insert(addr, function);
        Some(result)
    }

    /// The function that is entered at an address.
    pub fn at(&self, addr: u64) -> Option<&Function> {
        self.functions.get(&addr)
    }

    /// The functions with a block that an address is in, the one whose block begins last first.
    pub fn around(&self, addr: u64) -> Vec<&Function> {
        let mut found: Vec<(u64, u64)> = self.blocks.covering(addr).collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        let mut all: Vec<&Function> = Vec::new();
        for function in found.iter().filter_map(|(_, function)| self.functions.get(function)) {
            if all.iter().all(|other| other.addr != function.addr) {
                all.push(function);
            }
        }
        all
    }

    /// The function that an address is in: the one entered there, else the one whose block around it
    /// begins last.
    pub fn of(&self, addr: u64) -> Option<&Function> {
        self.at(addr).or_else(|| self.around(addr).into_iter().next())
    }

    /// The block that an address is in, of the function it is in.
    pub fn block(&self, addr: u64) -> Option<&Block> {
        self.of(addr)?.block_at(addr)
    }

    /// All functions in the order they were found.
    pub fn functions(&self) -> impl DoubleEndedIterator<Item = &Function> {
        self.order.values().filter_map(|addr| self.functions.get(addr))
    }

    /// All functions by address.
    pub fn by_address(&self) -> impl DoubleEndedIterator<Item = &Function> {
        self.functions.values()
    }

    /// The function of that name.
    pub fn named(&self, name: &str) -> Option<&Function> {
        self.functions().find(|function| function.name == name)
    }

    /// Bytes of all blocks of all functions: more than there is code where functions overlap.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether any function has an address in one of its blocks.
    pub fn is_inside(&self, addr: u64) -> bool {
        self.blocks.covering(addr).next().is_some()
    }

    /// How many functions there are.
    pub fn len(&self) -> usize {
        self.functions.len()
    }

    /// Whether no function was found.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(addr: u64, blocks: &[(u64, u64)]) -> Function {
        let block = |&(addr, size): &(u64, u64)| (addr, Block { addr, size, ..Block::default() });
        Function { addr, blocks: blocks.iter().map(block).collect(), ..Function::default() }
    }

    #[test]
    fn addresses_are_found_in_functions_with_gaps() {
        let mut analysis = Analysis::default();
        analysis.add(function(0x20, &[(0x20, 8), (0x40, 8)]));
        analysis.add(function(0x28, &[(0x28, 4)]));
        let of = |analysis: &Analysis, addr| analysis.of(addr).map(|function| function.addr);
        assert_eq!(
            [0x20, 0x28, 0x2c, 0x47].map(|addr| of(&analysis, addr)),
            [Some(0x20), Some(0x28), None, Some(0x20)]
        );
        analysis.change(0x20, |function| drop(function.blocks.remove(&0x40)));
        assert_eq!(of(&analysis, 0x47), None);
        analysis.add(function(0x20, &[(0x20, 1)]));
        let order: Vec<u64> = analysis.functions().map(|function| function.addr).collect();
        assert_eq!(order, [0x28, 0x20]);
        assert!(analysis.remove(0x28).is_some() && analysis.remove(0x28).is_none());
        assert_eq!(of(&analysis, 0x29), None);
        assert_eq!((analysis.size(), analysis.is_inside(0x20), analysis.is_inside(0x21)), (1, true, false));
    }
}
