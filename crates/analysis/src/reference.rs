//! Who refers to what.

use std::collections::{BTreeMap, BTreeSet};

/// How an instruction refers to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// Goes there.
    Code,
    /// Calls it.
    Call,
    /// Reads or writes what is there, or takes its address.
    Data,
    /// Takes the address of a string.
    Text,
}

impl ReferenceKind {
    /// The word for it, such as `CALL`.
    pub fn name(self) -> &'static str {
        match self {
            ReferenceKind::Code => "CODE",
            ReferenceKind::Call => "CALL",
            ReferenceKind::Data => "DATA",
            ReferenceKind::Text => "STRN",
        }
    }
}

/// What is done at the address referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// It is read, or its address taken.
    Read,
    /// It is written.
    Write,
    /// It is read, then written.
    ReadWrite,
    /// It is executed.
    Execute,
}

impl Access {
    /// As permissions are written: `r--`, `-w-`, `--x`.
    pub fn permission(self) -> &'static str {
        match self {
            Access::Read => "r--",
            Access::Write => "-w-",
            Access::ReadWrite => "rw-",
            Access::Execute => "--x",
        }
    }

    /// Its one letter.
    pub fn letter(self) -> char {
        match self {
            Access::Read => 'r',
            Access::Write | Access::ReadWrite => 'w',
            Access::Execute => 'x',
        }
    }
}

/// One reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The address that refers.
    pub from: u64,
    /// The address referred to.
    pub to: u64,
    /// How.
    pub kind: ReferenceKind,
    /// What for.
    pub access: Access,
}

/// References in both directions.
#[derive(Clone, Debug, Default)]
pub struct References {
    by_from: BTreeMap<(u64, u64), (ReferenceKind, Access)>,
    by_to: BTreeSet<(u64, u64)>,
}

impl References {
    /// Adds a reference. Of two between the same addresses the later stays.
    pub fn add(&mut self, reference: Reference) {
        let Reference { from, to, kind, access } = reference;
        self.by_from.insert((from, to), (kind, access));
        self.by_to.insert((to, from));
    }

    /// Removes the reference from one address to another; `false` when there is none.
    pub fn remove(&mut self, from: u64, to: u64) -> bool {
        self.by_to.remove(&(to, from));
        self.by_from.remove(&(from, to)).is_some()
    }

    /// Removes all.
    pub fn clear(&mut self) {
        *self = References::default();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_from.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_from.is_empty()
    }

    /// All references, by the address that refers.
    pub fn all(&self) -> impl Iterator<Item = Reference> {
        self.by_from.iter().map(|(ends, how)| reference(*ends, *how))
    }

    /// The references from an address, by what they refer to.
    pub fn from(&self, addr: u64) -> impl Iterator<Item = Reference> {
        let ends = (addr, u64::MIN)..=(addr, u64::MAX);
        self.by_from.range(ends).map(|(ends, how)| reference(*ends, *how))
    }

    /// The references from addresses of a range, its end not included.
    pub fn from_range(&self, start: u64, end: u64) -> impl Iterator<Item = Reference> {
        let ends = (start, u64::MIN)..(end.max(start), u64::MIN);
        self.by_from.range(ends).map(|(ends, how)| reference(*ends, *how))
    }

    /// The references to an address, by the address that refers.
    pub fn to(&self, addr: u64) -> impl Iterator<Item = Reference> {
        let ends = (addr, u64::MIN)..=(addr, u64::MAX);
        self.by_to
            .range(ends)
            .filter_map(|(to, from)| self.by_from.get(&(*from, *to)).map(|how| reference((*from, *to), *how)))
    }
}

fn reference((from, to): (u64, u64), (kind, access): (ReferenceKind, Access)) -> Reference {
    Reference { from, to, kind, access }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_from_both_ends() {
        let mut references = References::default();
        let call = |from, to| Reference { from, to, kind: ReferenceKind::Call, access: Access::Execute };
        for (from, to) in [(1, 9), (1, 8), (3, 9), (5, 9)] {
            references.add(call(from, to));
        }
        assert_eq!(references.from(1).map(|found| found.to).collect::<Vec<_>>(), [8, 9]);
        assert_eq!(references.to(9).map(|found| found.from).collect::<Vec<_>>(), [1, 3, 5]);
        assert_eq!(references.from_range(1, 5).count(), 3);
        assert!(references.remove(3, 9) && !references.remove(3, 9));
        assert_eq!(references.to(9).count(), 2);
        assert_eq!(references.len(), 3);
    }
}
