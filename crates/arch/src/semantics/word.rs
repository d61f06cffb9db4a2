//! Tables of mnemonics: words to kinds.

use std::collections::HashMap;

use crate::kind::Kind;

/// Mnemonics and what they do.
pub(crate) struct Words(HashMap<&'static str, Kind>);

impl Words {
    /// Builds the table from rows of mnemonics separated by blanks. The first row that has a word
    /// wins; a test of each table forbids a second.
    pub(crate) fn new(rows: &[(Kind, &'static str)]) -> Self {
        let mut words = HashMap::new();
        for &(kind, row) in rows {
            for word in row.split_ascii_whitespace() {
                words.entry(word).or_insert(kind);
            }
        }
        Self(words)
    }

    /// What the word does, if the table has it.
    pub(crate) fn find(&self, word: &str) -> Option<Kind> {
        self.0.get(word).copied()
    }
}

/// Panics naming the first word that stands in `rows` twice.
#[cfg(test)]
pub(crate) fn assert_unique(rows: &[(Kind, &'static str)]) {
    let mut seen = std::collections::HashSet::new();
    for word in rows.iter().flat_map(|(_, row)| row.split_ascii_whitespace()) {
        assert!(seen.insert(word), "`{word}` stands twice");
    }
}
