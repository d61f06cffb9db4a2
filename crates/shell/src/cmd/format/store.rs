//! Formats that have names. A session has them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::session::Session;

/// Named formats, as they were written.
#[derive(Default)]
pub(super) struct Formats(BTreeMap<String, String>);

impl Formats {
    /// Those of a session.
    pub(super) fn of(session: &mut Session) -> &mut Formats {
        session.extensions.of::<Formats>()
    }

    /// Keeps a format under a name.
    pub(super) fn set(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), text.to_owned());
    }

    /// The format of a name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn find(&self, name: &str) -> Result<&str> {
        self.0.get(name).map(String::as_str).ok_or_else(|| {
            let near = crate::nearest::nearest(name, self.0.keys().map(String::as_str));
            let hint = near.map_or("pf. lists them".to_owned(), |near| format!("did you mean {near}?"));
            Error::failed(format!("no format '{}': {hint}", crate::render::excerpt(name)))
        })
    }

    /// Whether there is a format of a name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Forgets a format.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// All by name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
