//! The schemes that need no network, in the order they are listed.

use crate::scheme::Scheme;

use super::{cyclic, fd, file, hex, malloc, mmap, null, procpid, slurp, sparse, stdin};

static LOCAL: &[&Scheme] = &[
    &file::SCHEME,
    &malloc::SCHEME,
    &hex::SCHEME,
    &null::SCHEME,
    &cyclic::SCHEME,
    &sparse::SCHEME,
    &slurp::SCHEME,
    &stdin::SCHEME,
    &fd::SCHEME,
    &mmap::SCHEME,
    &procpid::SCHEME,
];

/// The schemes of this machine: files, memory, processes.
pub fn local() -> impl Iterator<Item = &'static Scheme> {
    LOCAL.iter().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn rows_are_complete_and_their_names_are_unique() {
        let mut seen = HashSet::new();
        for row in local() {
            assert!(
                !row.brief.is_empty() && !row.uris.is_empty() && !row.effects.is_empty(),
                "{:?}",
                row.names
            );
            let letters: Vec<char> = row.permissions.chars().collect();
            assert!(
                matches!(letters[..], ['r', 'w' | '_', 'd' | '_']),
                "{:?}: {}",
                row.names,
                row.permissions
            );
            for name in row.names {
                assert!(seen.insert(*name), "{name} is listed twice");
                assert!(
                    row.uris.iter().any(|uri| uri.starts_with(&format!("{name}://"))),
                    "no form of {name}:// is shown"
                );
            }
        }
    }
}
