//! Named groups of what is known of a target, and a reader's selection among them.
//!
//! The groups are the session's; which of them is selected is each reader's own.

use crate::error::{Error, Result};

/// Most spaces, and most selections remembered.
const LIMIT: usize = 4096;

/// The names of some groups.
#[derive(Clone, Debug, Default)]
pub struct Spaces {
    names: Vec<String>,
}

impl Spaces {
    /// These spaces.
    pub fn of(names: &[&str]) -> Spaces {
        let mut spaces = Spaces::default();
        names.iter().for_each(|name| spaces.insert(name));
        spaces
    }

    /// The spaces, by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Makes a space unless it is there.
    ///
    /// # Errors
    /// [`Error::Limit`] when there are too many.
    pub fn add(&mut self, name: &str) -> Result<()> {
        if self.names.len() >= LIMIT {
            return Err(Error::Limit { what: "the number of spaces", limit: LIMIT.to_string() });
        }
        self.insert(name);
        Ok(())
    }

    /// Makes a space that the program itself names.
    pub fn insert(&mut self, name: &str) {
        if let Err(place) = self.names.binary_search_by(|space| space.as_str().cmp(name)) {
            self.names.insert(place, name.to_owned());
        }
    }

    /// Removes a space; `false` when it is not there.
    pub fn remove(&mut self, name: &str) -> bool {
        let Ok(place) = self.names.binary_search_by(|space| space.as_str().cmp(name)) else { return false };
        self.names.remove(place);
        true
    }

    /// Gives a space another name; `false` when it is not there.
    pub fn rename(&mut self, old: &str, new: &str) -> bool {
        let is_there = self.remove(old);
        if is_there {
            self.insert(new);
        }
        is_there
    }
}

/// Which space a reader has selected, and which were before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    selected: Option<String>,
    before: Vec<Option<String>>,
}

impl Selection {
    /// The selected space; `None` is all.
    pub fn selected(&self) -> Option<&str> {
        self.selected.as_deref()
    }

    /// Whether listings show what is in `space` now.
    pub fn shows(&self, space: Option<&str>) -> bool {
        self.selected.is_none() || self.selected.as_deref() == space
    }

    /// Selects a space; `*` selects all.
    pub fn select(&mut self, name: &str) {
        self.selected = (name != "*").then(|| name.to_owned());
    }

    /// Selects a space and remembers which was selected before.
    ///
    /// # Errors
    /// [`Error::Limit`] when too many are remembered.
    pub fn push(&mut self, name: &str) -> Result<()> {
        if self.before.len() >= LIMIT {
            return Err(Error::Limit { what: "the number of spaces remembered", limit: LIMIT.to_string() });
        }
        self.before.push(self.selected.clone());
        self.select(name);
        Ok(())
    }

    /// Selects what was selected before the last [`Selection::push`]; `false` when nothing is
    /// remembered.
    pub fn pop(&mut self) -> bool {
        let Some(before) = self.before.pop() else { return false };
        self.selected = before;
        true
    }

    /// The selections that [`Selection::pop`] goes back to, the next one last.
    pub fn before(&self) -> impl Iterator<Item = Option<&str>> {
        self.before.iter().map(Option::as_deref)
    }

    /// Selects all where the selected space was removed.
    pub fn leave(&mut self, name: &str) {
        if self.selected.as_deref() == Some(name) {
            self.selected = None;
        }
    }

    /// Follows a space to its new name.
    pub fn follow(&mut self, old: &str, new: &str) {
        if self.selected.as_deref() == Some(old) {
            self.selected = Some(new.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_follows_what_happens_to_its_space() {
        let mut spaces = Spaces::of(&["b", "a"]);
        let mut selection = Selection::default();
        assert_eq!(spaces.names().collect::<Vec<_>>(), ["a", "b"]);
        spaces.add("c").unwrap();
        selection.push("c").unwrap();
        assert!(spaces.rename("c", "d") && !spaces.rename("c", "e"));
        selection.follow("c", "d");
        assert_eq!(selection.selected(), Some("d"));
        assert!(selection.shows(Some("d")) && !selection.shows(None));
        assert_eq!(selection.before().collect::<Vec<_>>(), [None]);
        assert!(selection.pop() && !selection.pop());
        assert!(selection.shows(None));
        selection.select("a");
        assert!(spaces.remove("a"));
        selection.leave("a");
        assert_eq!(selection.selected(), None);
    }
}
