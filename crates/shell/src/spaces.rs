//! Named groups of what is known of a target, one of which can be selected.

use crate::error::{Error, Result};

/// Most spaces, and most selections remembered.
const LIMIT: usize = 4096;

/// The names of some groups, which of them is selected, and which were before.
#[derive(Clone, Debug, Default)]
pub struct Spaces {
    names: Vec<String>,
    selected: Option<String>,
    before: Vec<Option<String>>,
}

impl Spaces {
    /// These spaces, none selected.
    pub fn of(names: &[&str]) -> Spaces {
        let mut spaces = Spaces::default();
        names.iter().for_each(|name| spaces.add(name));
        spaces
    }

    /// The spaces, by name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The selected space; `None` is all.
    pub fn selected(&self) -> Option<&str> {
        self.selected.as_deref()
    }

    /// Whether listings show what is in `space` now.
    pub fn shows(&self, space: Option<&str>) -> bool {
        self.selected.is_none() || self.selected.as_deref() == space
    }

    /// Makes a space unless it is there.
    pub fn add(&mut self, name: &str) {
        if let Err(place) = self.names.binary_search_by(|space| space.as_str().cmp(name)) {
            self.names.insert(place, name.to_owned());
        }
    }

    /// Selects a space, making it unless it is there; `*` selects all.
    ///
    /// # Errors
    /// [`Error::Limit`] when there are too many.
    pub fn select(&mut self, name: &str) -> Result<()> {
        if name == "*" {
            self.selected = None;
            return Ok(());
        }
        if self.names.len() >= LIMIT {
            return Err(Error::Limit { what: "the number of spaces", limit: LIMIT.to_string() });
        }
        self.add(name);
        self.selected = Some(name.to_owned());
        Ok(())
    }

    /// Selects a space and remembers which was selected before.
    ///
    /// # Errors
    /// [`Error::Limit`] when there are too many spaces or memories.
    pub fn push(&mut self, name: &str) -> Result<()> {
        if self.before.len() >= LIMIT {
            return Err(Error::Limit { what: "the number of spaces remembered", limit: LIMIT.to_string() });
        }
        let before = self.selected.clone();
        self.select(name)?;
        self.before.push(before);
        Ok(())
    }

    /// Selects what was selected before the last [`Spaces::push`]; `false` when nothing is
    /// remembered.
    pub fn pop(&mut self) -> bool {
        let Some(before) = self.before.pop() else { return false };
        self.selected = before;
        true
    }

    /// Removes a space; `false` when it is not there.
    pub fn remove(&mut self, name: &str) -> bool {
        let Ok(place) = self.names.binary_search_by(|space| space.as_str().cmp(name)) else { return false };
        self.names.remove(place);
        if self.selected.as_deref() == Some(name) {
            self.selected = None;
        }
        true
    }

    /// Gives a space another name; `false` when it is not there.
    pub fn rename(&mut self, old: &str, new: &str) -> bool {
        let was_selected = self.selected.as_deref() == Some(old);
        if !self.remove(old) {
            return false;
        }
        self.add(new);
        if was_selected {
            self.selected = Some(new.to_owned());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_follows_what_happens_to_its_space() {
        let mut spaces = Spaces::of(&["b", "a"]);
        assert_eq!(spaces.names().collect::<Vec<_>>(), ["a", "b"]);
        spaces.push("c").unwrap();
        assert!(spaces.rename("c", "d") && !spaces.rename("c", "e"));
        assert_eq!(spaces.selected(), Some("d"));
        assert!(spaces.shows(Some("d")) && !spaces.shows(None));
        assert!(spaces.pop() && !spaces.pop());
        assert!(spaces.shows(None));
        spaces.select("a").unwrap();
        assert!(spaces.remove("a"));
        assert_eq!(spaces.selected(), None);
    }
}
