//! One line on each mnemonic, after the titles the makers' manuals give them.

mod arm;
mod arm64;
mod mips;
mod ppc;
mod riscv;
mod x86;

use std::collections::BTreeMap;

use crate::settings::Settings;

/// Rows of mnemonics separated by blanks, and what they do.
type Rows = &'static [(&'static str, &'static str)];

/// The lines of an architecture, by mnemonic.
pub(crate) type Table = BTreeMap<&'static str, &'static str>;

/// The lines of an architecture in a mode.
pub(crate) type Lines = fn(&Settings) -> &'static Table;

/// An architecture whose mnemonics nobody has described.
pub(crate) fn none(_: &Settings) -> &'static Table {
    static EMPTY: Table = Table::new();
    &EMPTY
}

pub(crate) use arm::lines as arm;
pub(crate) use mips::lines as mips;
pub(crate) use ppc::lines as ppc;
pub(crate) use riscv::lines as riscv;
pub(crate) use x86::lines as x86;

/// A table of rows.
fn table(rows: Rows) -> Table {
    let words =
        rows.iter().flat_map(|(words, line)| words.split_ascii_whitespace().map(move |word| (word, *line)));
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::ARCHS;

    #[test]
    fn every_line_is_one_and_no_mnemonic_stands_twice() {
        for rows in [x86::ROWS, arm::ROWS, arm64::ROWS, mips::ROWS, riscv::ROWS, ppc::ROWS] {
            let mut seen = std::collections::HashSet::new();
            for (words, line) in rows {
                assert!(!line.is_empty() && !line.ends_with('.') && !line.contains('\n'), "{line}");
                for word in words.split_ascii_whitespace() {
                    assert!(seen.insert(word), "`{word}` stands twice");
                }
            }
        }
        let described = ARCHS.iter().filter(|row| !(row.lines)(&Settings::new(row.name, 0)).is_empty());
        assert_eq!(described.count(), 5);
    }
}
