//! Signals by name and number, and what is done when they come.

use std::collections::BTreeMap;

use farad_wire::target;

/// Names of Linux's signals, from 1 on.
const NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The name of a signal.
pub(crate) fn name(number: i32) -> String {
    let named = usize::try_from(number).ok().and_then(|number| NAMES.get(number.checked_sub(1)?));
    named.map_or_else(|| format!("SIG{number}"), |name| (*name).to_owned())
}

/// The number of a signal that is named with or without its `SIG`, or by its number.
pub(crate) fn number(text: &str) -> Option<i32> {
    if let Ok(number) = text.parse() {
        return (0..=64).contains(&number).then_some(number);
    }
    let wanted = text.to_ascii_uppercase();
    let place = NAMES.iter().position(|name| *name == wanted || name.strip_prefix("SIG") == Some(&wanted))?;
    i32::try_from(place + 1).ok()
}

/// All signals that have names.
pub(crate) fn all() -> impl Iterator<Item = (i32, &'static str)> {
    (1..).zip(NAMES)
}

/// What is done when a signal comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handling {
    /// The process stops, and gets it when it goes on.
    Stop,
    /// The process gets it.
    Pass,
    /// It is taken away.
    Skip,
}

impl Handling {
    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Handling::Stop => "stop",
            Handling::Pass => "cont",
            Handling::Skip => "skip",
        }
    }
}

/// What is done where somebody said what.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals(BTreeMap<i32, Handling>);

impl Signals {
    /// Says what is done with one.
    pub(crate) fn set(&mut self, number: i32, handling: Handling) {
        self.0.insert(number, handling);
    }

    /// What was said of one.
    pub(crate) fn handling(&self, number: i32) -> Option<Handling> {
        self.0.get(&number).copied()
    }

    /// As it is told to the process's debugger.
    pub(super) fn message(&self) -> target::Signals {
        let of = |wanted: Handling| {
            let rows = self.0.iter().filter(move |(_, handling)| **handling == wanted);
            rows.map(|(number, _)| *number).collect()
        };
        target::Signals { stop: of(Handling::Stop), pass: of(Handling::Pass), skip: of(Handling::Skip) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        for (signal, text) in [(11, "SIGSEGV"), (2, "SIGINT"), (31, "SIGSYS"), (17, "SIGCHLD")] {
            assert_eq!((name(signal).as_str(), number(text)), (text, Some(signal)));
            assert_eq!(number(&text[3..].to_lowercase()), Some(signal));
        }
        assert_eq!((number("65"), number("SIGNONE"), name(40)), (None, None, "SIG40".to_owned()));
        assert!(all().all(|(signal, text)| number(text) == Some(signal)));
    }
}
