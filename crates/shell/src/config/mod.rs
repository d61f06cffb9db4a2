//! Settings: one table of variables, values of a session, and a view's own values over them.

use std::collections::{BTreeMap, BTreeSet};

use farad_io::Effects;

mod change;
mod row;
mod table;

pub(crate) use change::{Before, lock, reset_all, unsettle, without_colours};
pub use change::{Reach, change, settle};
pub use table::VARIABLES;

/// Settings that belong to a reader's terminal.
const TERMINAL: [&str; 6] =
    ["scr.color", "scr.columns", "scr.rows", "scr.utf8", "scr.interactive", "scr.echo"];

/// Settings that loading a file decides.
const OF_FILES: [&str; 5] = ["asm.arch", "asm.bits", "asm.cpu", "asm.os", "cfg.bigendian"];

/// The type of a variable and what values it takes.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `true` or `false`; also `1`, `0`, `yes`, `no`, `on`, `off`.
    Bool,
    /// A number, in any form the language has for literals.
    Number,
    /// Any text.
    Text,
    /// One of some words, which are listed by `e name=?`.
    Choice(fn() -> Vec<&'static str>),
}

/// Whose a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Known to everybody who uses the session.
    Session,
    /// Each reader's own: presentation (`scr.*`, `asm.*`, `hex.*`).
    View,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Whose it is.
    pub scope: Scope,
    /// Its value before anybody sets it.
    pub default: &'static str,
    /// What it does, in a line.
    pub brief: &'static str,
    /// What setting it does.
    pub needs: Effects,
    /// Why it cannot be changed: what it chooses is not there.
    pub fixed: Option<&'static str>,
}

/// Why a value was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such variable.
    #[error("no setting '{name}'{}", nearest.map(|near| format!("; did you mean {near}?")).unwrap_or_else(|| " (e lists them)".to_owned()))]
    Unknown {
        /// What was given.
        name: String,
        /// The one that looks most like it.
        nearest: Option<&'static str>,
    },
    /// It cannot be changed.
    #[error("{name} stays {value}: {why}")]
    Fixed {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The value is not of the variable's type.
    #[error("{name} cannot be '{value}': {expected}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// Nobody may change it any more.
    #[error("{name} is locked (er)")]
    Locked {
        /// The variable.
        name: &'static str,
    },
    /// It decides what somebody may do, which the program does not settle by itself.
    #[error("{name} is for a user to set")]
    Held {
        /// The variable.
        name: &'static str,
    },
}

/// The row of a variable.
///
/// # Errors
/// [`ConfigError::Unknown`], naming the nearest.
pub fn variable(name: &str) -> Result<&'static Variable, ConfigError> {
    match VARIABLES.binary_search_by(|row| row.name.cmp(name)) {
        Ok(place) => Ok(&VARIABLES[place]),
        Err(_) => Err(ConfigError::Unknown {
            name: name.to_owned(),
            nearest: crate::nearest::nearest(name, VARIABLES.iter().map(|row| row.name)),
        }),
    }
}

impl Variable {
    /// The value as it is kept: booleans as `true` and `false`, anything else as given. A number
    /// that only turns something on and off may be given as those too.
    ///
    /// # Errors
    /// [`ConfigError::Value`], saying what the variable takes, and [`ConfigError::Fixed`].
    pub fn normalize(&self, value: &str) -> Result<String, ConfigError> {
        let normal = self.of_kind(value)?;
        match self.fixed {
            Some(why) if normal != self.default => {
                Err(ConfigError::Fixed { name: self.name, value: self.default, why })
            }
            _ => Ok(normal),
        }
    }

    fn of_kind(&self, value: &str) -> Result<String, ConfigError> {
        let wrong =
            |expected: String| ConfigError::Value { name: self.name, value: value.to_owned(), expected };
        match self.kind {
            Kind::Bool => match value {
                "true" | "1" | "yes" | "on" => Ok("true".to_owned()),
                "false" | "0" | "no" | "off" => Ok("false".to_owned()),
                _ => Err(wrong("use true or false".to_owned())),
            },
            Kind::Number => match (value, parse_number(value)) {
                ("true", _) => Ok("1".to_owned()),
                ("false", _) => Ok("0".to_owned()),
                (_, Some(_)) => Ok(value.to_owned()),
                (_, None) => Err(wrong("use a number".to_owned())),
            },
            Kind::Text => Ok(value.to_owned()),
            Kind::Choice(choices) => {
                let choices = choices();
                match choices.contains(&value) {
                    true => Ok(value.to_owned()),
                    false => Err(wrong(format!("use one of {}", choices.join(", ")))),
                }
            }
        }
    }

    /// The type's name as the peer has it.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Bool => "bool",
            Kind::Number => "int",
            Kind::Choice(choices) if choices().iter().all(|choice| parse_number(choice).is_some()) => "int",
            Kind::Text | Kind::Choice(_) => "str",
        }
    }
}

/// A number as settings take it: decimal or `0x`, with a sign.
fn parse_number(text: &str) -> Option<u64> {
    struct NoNames;
    impl crate::lang::Names for NoNames {
        fn lookup(&mut self, _: &str) -> Option<u64> {
            None
        }
        fn variable(&mut self, _: &str) -> Option<u64> {
            None
        }
        fn memory(&mut self, _: u64, _: usize) -> Option<u64> {
            None
        }
    }
    crate::lang::evaluate(text, &mut NoNames).ok()
}

/// A value that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    text: String,
    /// What who set it might do: made into commands, it does no more.
    allow: Effects,
}

/// Values that were set, by name. A session has one, and each view one over it. They change through
/// [`change`] and [`settle`] alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    values: BTreeMap<&'static str, Kept>,
    /// Those that nobody may change any more (`er`).
    locked: BTreeSet<&'static str>,
}

impl Config {
    /// The value set here, if any.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|kept| kept.text.as_str())
    }

    /// What who set the value here might do.
    pub(crate) fn allow(&self, name: &str) -> Option<Effects> {
        self.values.get(name).map(|kept| kept.allow)
    }

    /// Whether nobody may change it any more.
    pub fn is_locked(&self, name: &str) -> bool {
        self.locked.contains(name)
    }

    /// The same for another reader, who has a terminal of its own.
    #[must_use]
    pub fn for_reader(mut self) -> Config {
        for row in TERMINAL.iter().filter_map(|name| variable(name).ok()) {
            let kept = Kept { text: row.default.to_owned(), allow: Effects::all() };
            self.values.insert(row.name, kept);
        }
        self
    }

    /// The same for another session: nothing that a terminal or, where one is open, a file decides.
    #[must_use]
    pub fn for_session(mut self, has_file: bool) -> Config {
        let of_files = OF_FILES.iter().filter(|_| has_file);
        for name in TERMINAL.iter().chain(of_files) {
            self.values.remove(name);
        }
        self
    }
}

/// The value in force: the view's, else the session's, else the default. An unknown name is
/// the empty text.
pub fn value<'a>(session: &'a Config, view: &'a Config, name: &str) -> &'a str {
    if let Some(value) = view.find(name).or_else(|| session.find(name)) {
        return value;
    }
    debug_assert!(variable(name).is_ok(), "{name} is in no table");
    variable(name).map_or("", |row| row.default)
}

/// The number in a value; 0 when it holds none.
pub fn number(value: &str) -> u64 {
    parse_number(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_defaults_are_valid() {
        for pair in VARIABLES.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} before {}", pair[0].name, pair[1].name);
        }
        for row in VARIABLES {
            assert!(row.normalize(row.default).is_ok(), "{}={}", row.name, row.default);
            assert!(!row.brief.is_empty() && !row.brief.ends_with('.'), "{}", row.name);
        }
    }

    /// What a setting that begins so chooses or decides is outside of the target.
    const GUARDED: [(&str, Effects); 8] = [
        ("cfg.sandbox", Effects::POLICY),
        ("cmd.", Effects::OUTSIDE),
        ("dbg.", Effects::DEBUG),
        ("dir.", Effects::FILES),
        ("file.", Effects::FILES),
        ("http.", Effects::POLICY),
        ("rap.", Effects::POLICY),
        ("tcp.", Effects::POLICY),
    ];

    #[test]
    fn what_reaches_outside_needs_the_right_to_it() {
        for row in VARIABLES.iter().filter(|row| row.fixed.is_none()) {
            for (_, needs) in GUARDED.iter().filter(|(prefix, _)| row.name.starts_with(prefix)) {
                assert!(row.needs.contains(*needs | Effects::SETTINGS), "{} needs {needs:?}", row.name);
            }
        }
    }
}
