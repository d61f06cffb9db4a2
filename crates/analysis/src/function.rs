//! Functions and their basic blocks.

use std::collections::{BTreeMap, BTreeSet};

use crate::variable::{Storage, Variable};

/// A run of instructions that is entered at its start and left at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Where it begins.
    pub addr: u64,
    /// Bytes.
    pub size: u64,
    /// Where it goes when its condition holds, or in any case.
    pub jump: Option<u64>,
    /// Where it goes when its condition does not hold.
    pub fail: Option<u64>,
    /// Where a table of jumps goes: the value and the address.
    pub cases: Vec<(u64, u64)>,
    /// Where each instruction begins, in bytes from the start of the block.
    pub offsets: Vec<u32>,
}

impl Block {
    /// The address behind its last byte.
    pub fn end(&self) -> u64 {
        self.addr.wrapping_add(self.size)
    }

    /// Whether an address is in it.
    pub fn contains(&self, addr: u64) -> bool {
        addr.wrapping_sub(self.addr) < self.size
    }

    /// The addresses of its instructions.
    pub fn instructions(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.offsets.iter().map(|offset| self.addr.wrapping_add(u64::from(*offset)))
    }

    /// Where it goes, each place once, the jump before the fall.
    pub fn successors(&self) -> Vec<u64> {
        let cases = self.cases.iter().map(|case| case.1);
        let mut seen = BTreeSet::new();
        self.jump.into_iter().chain(self.fail).chain(cases).filter(|to| seen.insert(*to)).collect()
    }

    /// Cuts it in two at an instruction's address: gives back the second part, which the first
    /// falls into. `None` when no instruction begins there, or the first one does.
    pub(crate) fn split(&mut self, addr: u64) -> Option<Block> {
        let at = u32::try_from(addr.checked_sub(self.addr)?).ok().filter(|at| *at > 0)?;
        let index = self.offsets.binary_search(&at).ok()?;
        let offsets = self.offsets.split_off(index).into_iter().map(|offset| offset - at).collect();
        let second = Block {
            addr,
            size: self.size - u64::from(at),
            jump: self.jump.replace(addr),
            fail: self.fail.take(),
            cases: std::mem::take(&mut self.cases),
            offsets,
        };
        self.size = u64::from(at);
        Some(second)
    }
}

/// A function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Where it is entered.
    pub addr: u64,
    /// Its name, as its flag has it.
    pub name: String,
    /// Its blocks by address.
    pub blocks: BTreeMap<u64, Block>,
    /// Register width of its code, in bits.
    pub bits: u32,
    /// Most bytes of stack in use at once.
    pub stack: u64,
    /// Whether its callers go on behind the call.
    pub is_noreturn: bool,
    /// Its calling convention, where somebody has set one.
    pub convention: Option<String>,
    /// Bytes above the return address that its calling convention gives it.
    pub shadow: u64,
    /// Its arguments and the places on its stack.
    pub variables: Vec<Variable>,
    /// Its place among all functions in the order they were found.
    pub serial: u64,
}

impl Function {
    /// Bytes of all its blocks.
    pub fn size(&self) -> u64 {
        self.blocks.values().fold(0, |sum, block| sum.wrapping_add(block.size))
    }

    /// The lowest address of its blocks.
    pub fn start(&self) -> u64 {
        self.blocks.keys().next().copied().unwrap_or(self.addr)
    }

    /// The address behind its highest block.
    pub fn end(&self) -> u64 {
        self.blocks.values().map(Block::end).max().unwrap_or(self.addr)
    }

    /// Bytes from its lowest address to its highest, gaps included.
    pub fn span(&self) -> u64 {
        self.end().wrapping_sub(self.start())
    }

    /// Ways from block to block, those out of the function included.
    pub fn edges(&self) -> usize {
        self.blocks
            .values()
            .map(|block| usize::from(block.jump.is_some()) + usize::from(block.fail.is_some()))
            .sum()
    }

    /// Blocks that go nowhere.
    pub fn ends(&self) -> usize {
        self.blocks.values().filter(|block| block.jump.is_none() && block.fail.is_none()).count()
    }

    /// Its instructions.
    pub fn instruction_count(&self) -> usize {
        self.blocks.values().map(|block| block.offsets.len()).sum()
    }

    /// Cyclomatic complexity (McCabe 1976): edges less blocks plus two for each way out.
    pub fn complexity(&self) -> i64 {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        count(self.edges()) - count(self.blocks.len()) + 2 * count(self.ends())
    }

    /// Jumps to a block at or before their own.
    pub fn loops(&self) -> usize {
        let back = |block: &&Block| [block.jump, block.fail].into_iter().flatten().any(|to| to <= block.addr);
        self.blocks.values().filter(back).count()
    }

    /// Its arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|variable| variable.is_argument)
    }

    /// The places on its stack that are its own.
    pub fn locals(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|variable| !variable.is_argument)
    }

    /// The variables that an instruction uses; on the stack or, if not, in registers.
    pub fn used_at(&self, addr: u64, on_stack: bool) -> impl Iterator<Item = &Variable> {
        let is_wanted = move |variable: &&Variable| {
            matches!(variable.storage, Storage::Stack { .. }) == on_stack && variable.uses.contains_key(&addr)
        };
        self.variables.iter().filter(is_wanted)
    }

    /// The block that an address is in.
    pub fn block_at(&self, addr: u64) -> Option<&Block> {
        // Blocks may overlap where code jumps into the middle of instructions.
        self.blocks.range(..=addr).rev().map(|(_, block)| block).find(|block| block.contains(addr))
    }

    /// The addresses of its instructions, block by block.
    pub fn instructions(&self) -> impl Iterator<Item = u64> {
        self.blocks.values().flat_map(Block::instructions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_cut_between_instructions() {
        let mut first = Block {
            addr: 0x10,
            size: 9,
            jump: Some(1),
            fail: Some(2),
            cases: vec![],
            offsets: vec![0, 2, 5],
        };
        assert!(first.split(0x11).is_none() && first.split(0x10).is_none());
        let second = first.split(0x12).unwrap();
        assert_eq!((first.size, first.successors(), first.offsets), (2, vec![0x12], vec![0]));
        assert_eq!((second.size, second.successors()), (7, vec![1, 2]));
        assert_eq!(second.instructions().collect::<Vec<_>>(), [0x12, 0x15]);
    }
}
