//! The list of transcripts known to fail: exact, so that it can only shrink or be argued for.
//!
//! One line each, `id transport reason`; the transport `*` stands for every one the row runs over.
//! A row that fails without a line here is an error, and so is a line whose row passes.

use std::collections::BTreeMap;
use std::path::Path;

/// Stands for every transport a row runs over.
const EVERY: &str = "*";
const UNEXPLAINED: &str = "not looked at yet";
const HEADER: &str = "\
# Transcripts that are known to fail: id, transport (* for all it runs over), reason.
# A line whose row passes is an error. `just bless` rewrites this file and keeps the reasons.
";

/// What became of one row over one transport.
pub(crate) struct Outcome {
    pub(crate) id: String,
    pub(crate) transport: &'static str,
    pub(crate) passed: bool,
}

/// The list: reason by id and transport.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Known(BTreeMap<(String, String), String>);

impl Known {
    /// Reads the list; a file that is not there is an empty one.
    pub(crate) fn load(path: &Path) -> Self {
        Self::parse(&std::fs::read_to_string(path).unwrap_or_default())
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut rows = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("{line:?} is not: id transport reason"));
            let key = (word().to_owned(), word().to_owned());
            let reason = word().to_owned();
            assert!(rows.insert(key, reason).is_none(), "{line:?} is listed twice");
        }
        Self(rows)
    }

    pub(crate) fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for ((id, transport), reason) in &self.0 {
            text.push_str(&format!("{id} {transport} {reason}\n"));
        }
        text
    }

    /// Why this row is expected to fail, if it is.
    pub(crate) fn reason(&self, id: &str, transport: &str) -> Option<&str> {
        let at = |transport: &str| self.0.get(&(id.to_owned(), transport.to_owned()));
        at(transport).or_else(|| at(EVERY)).map(String::as_str)
    }

    /// Lines that the outcomes show to be wrong. `complete`: every row there is was run.
    pub(crate) fn stale(&self, outcomes: &[Outcome], complete: bool) -> Vec<String> {
        let mut stale = Vec::new();
        for (id, transport) in self.0.keys() {
            let mut met =
                outcomes.iter().filter(|o| o.id == *id && (transport == EVERY || transport == o.transport));
            let first = met.next();
            if complete && first.is_none() {
                stale.push(format!("{id} {transport}: there is no such row"));
            }
            for outcome in first.into_iter().chain(met).filter(|outcome| outcome.passed) {
                stale.push(format!("{id} {transport}: passes over {}", outcome.transport));
            }
        }
        stale
    }

    /// The list that makes these outcomes expected. Rows that were not run keep their lines.
    pub(crate) fn blessed(&self, outcomes: &[Outcome], complete: bool) -> Self {
        let mut by_id: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
        for outcome in outcomes {
            by_id.entry(&outcome.id).or_default().push(outcome);
        }
        let mut rows = BTreeMap::new();
        for (key, reason) in &self.0 {
            if !complete && !by_id.contains_key(key.0.as_str()) {
                rows.insert(key.clone(), reason.clone());
            }
        }
        for (id, outcomes) in by_id {
            let reason =
                |outcome: &Outcome| self.reason(id, outcome.transport).unwrap_or(UNEXPLAINED).to_owned();
            let reasons: Vec<String> = outcomes.iter().map(|outcome| reason(outcome)).collect();
            if outcomes.iter().all(|outcome| !outcome.passed)
                && reasons.windows(2).all(|pair| pair[0] == pair[1])
            {
                rows.insert((id.to_owned(), EVERY.to_owned()), reasons[0].clone());
                continue;
            }
            for outcome in outcomes.iter().filter(|outcome| !outcome.passed) {
                rows.insert((id.to_owned(), outcome.transport.to_owned()), reason(outcome));
            }
        }
        Self(rows)
    }
}
