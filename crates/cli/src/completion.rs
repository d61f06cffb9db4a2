//! What Tab offers: commands, settings, flags and files, by where the cursor is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use farad_io::{Cancel, Ctx};
use farad_serve::{Host, ViewId};
use farad_shell::config::Kind as Type;
use farad_shell::out::Capture;
use farad_shell::paint::Role;
use farad_shell::registry::Kind;
use farad_shell::render::printable;
use farad_shell::{Env, Registry, load};
use rustyline::completion::{Candidate, FilenameCompleter, longest_common_prefix};

/// Most names offered at once.
const OFFERED: usize = 400;
/// How often a wait for the session looks for ^C.
const GLANCE: Duration = Duration::from_millis(20);

/// Completes a line of the prompt.
pub(crate) struct Completer {
    registry: Arc<Registry>,
    host: Host,
    /// ^C while the session is asked.
    cancel: Cancel,
    files: FilenameCompleter,
    /// Whether the host may be asked: not while it runs what asks for a line.
    pub(crate) idle: Arc<Idle>,
}

/// Whether the host is free to answer.
#[derive(Default)]
pub(crate) struct Idle(AtomicBool);

impl Idle {
    pub(crate) fn set(&self, idle: bool) {
        self.0.store(idle, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What may stand in a line from a byte of it to the cursor.
pub(crate) struct Offer {
    pub(crate) start: usize,
    pub(crate) choices: Vec<Choice>,
}

/// One of them.
pub(crate) struct Choice {
    /// What it is called.
    pub(crate) name: String,
    /// What it is.
    pub(crate) note: Option<String>,
    replacement: String,
}

impl Choice {
    fn named(name: String) -> Choice {
        Choice { replacement: name.clone(), name, note: None }
    }
}

impl Candidate for Choice {
    fn display(&self) -> &str {
        &self.name
    }

    fn replacement(&self) -> &str {
        &self.replacement
    }
}

impl Offer {
    /// What all of them begin with.
    pub(crate) fn common(&self) -> Option<&str> {
        longest_common_prefix(&self.choices)
    }
}

impl Completer {
    pub(crate) fn new(registry: Arc<Registry>, host: Host, cancel: Cancel) -> Completer {
        Completer { registry, host, cancel, files: FilenameCompleter::new(), idle: Arc::default() }
    }

    /// The flags that begin so; `None` where ^C ended the wait for them.
    fn flags(&self, prefix: &str) -> Option<Vec<String>> {
        if !self.idle.is_set() {
            return Some(Vec::new());
        }
        self.cancel.reset();
        let (sender, receiver) = mpsc::sync_channel(1);
        let (host, cancel, prefix) = (self.host.clone(), self.cancel.clone(), prefix.to_owned());
        let ask = move || {
            let names = host.with(ViewId::OWNER, move |session, view| {
                let ctx = Ctx { cancel, ..Ctx::owner() };
                if ctx.check().is_err() {
                    return Vec::new();
                }
                let mut out = Capture::new();
                let mut env = Env { session, view, ctx: &ctx, out: &mut out };
                // What cannot be read is not offered.
                let _ = load::names(&mut env);
                let all = session.flags.all().filter(|flag| flag.name.starts_with(&prefix));
                all.take(OFFERED).map(|flag| flag.name.clone()).collect()
            });
            // Nobody waits for it behind a ^C.
            let _ = sender.send(names.unwrap_or_default());
        };
        if std::thread::Builder::new().name("completion".to_owned()).spawn(ask).is_err() {
            return Some(Vec::new());
        }
        loop {
            match receiver.recv_timeout(GLANCE) {
                Ok(names) if !self.cancel.is_raised() => return Some(names),
                Err(mpsc::RecvTimeoutError::Timeout) if !self.cancel.is_raised() => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return Some(Vec::new()),
                _ => return None,
            }
        }
    }
}

/// The values that a setting takes, where they are words.
fn values(name: &str) -> Vec<&'static str> {
    match farad_shell::config::variable(name).map(|row| row.kind) {
        Ok(Type::Choice(choices)) => choices(),
        Ok(Type::Bool) => vec!["false", "true"],
        _ => Vec::new(),
    }
}

/// Where the command that the cursor is in begins, and whether the cursor is behind an `@`.
fn command_start(line: &str) -> (usize, bool) {
    let start = line.rfind([';', '|', '`', '(']).map_or(0, |at| at + 1);
    let start = start + (line[start..].len() - line[start..].trim_start().len());
    (start, line[start..].contains('@'))
}

impl Completer {
    /// What fits before the cursor; `None` where ^C ended the wait for it. A name is not offered that would not be seen
    /// as it is, once it stands in the line.
    pub(crate) fn offer(&self, line: &str, cursor: usize) -> Option<Offer> {
        let mut offer = self.find(line, cursor)?;
        offer.choices.retain(|choice| printable(&choice.replacement) == choice.replacement);
        Some(offer)
    }

    fn find(&self, line: &str, cursor: usize) -> Option<Offer> {
        let typed = &line[..cursor];
        let (start, at_address) = command_start(typed);
        let command = &typed[start..];
        let word = typed.rfind([' ', '@', '=', '+', ',']).map_or(start, |at| (at + 1).max(start));
        let prefix = &typed[word..];
        if !command.contains(char::is_whitespace) && !at_address {
            let rows = self.registry.with_prefix(command);
            let choices = rows.map(|row| Choice {
                name: row.name.to_owned(),
                note: Some(format!("{:<24} {}", row.usage(), row.brief)),
                replacement: row.name.to_owned(),
            });
            return Some(Offer { start, choices: choices.take(OFFERED).collect() });
        }
        let kind = self.kind(command, at_address);
        let mut names: Vec<String> = match kind {
            Some(Kind::File) => return Some(self.paths(line, cursor)),
            Some(Kind::Setting) if typed[..word].ends_with('=') => {
                let name = typed[..word - 1].rsplit([' ', ',']).next().unwrap_or_default();
                values(name)
                    .into_iter()
                    .filter(|value| value.starts_with(prefix))
                    .map(str::to_owned)
                    .collect()
            }
            Some(Kind::Setting) => {
                let all = farad_shell::config::VARIABLES.iter().map(|row| row.name);
                all.filter(|name| name.starts_with(prefix)).map(str::to_owned).collect()
            }
            Some(Kind::Text | Kind::Word | Kind::Hex | Kind::Command | Kind::Perm) => Vec::new(),
            _ => self.flags(prefix)?,
        };
        names.sort_unstable();
        Some(Offer { start: word, choices: names.into_iter().map(Choice::named).collect() })
    }

    /// Files and folders, of which there is nothing where the folder cannot be read.
    fn paths(&self, line: &str, cursor: usize) -> Offer {
        let (start, pairs) = self.files.complete_path(line, cursor).unwrap_or((cursor, Vec::new()));
        let choice = |pair: rustyline::completion::Pair| Choice {
            name: printable(&pair.display),
            note: None,
            replacement: pair.replacement,
        };
        Offer { start, choices: pairs.into_iter().take(OFFERED).map(choice).collect() }
    }

    /// What the argument under the cursor is.
    fn kind(&self, command: &str, at_address: bool) -> Option<Kind> {
        if at_address {
            return Some(Kind::Address);
        }
        let name = command.split_whitespace().next()?;
        let row = self
            .registry
            .rows()
            .iter()
            .filter(|row| name.starts_with(row.name))
            .max_by_key(|row| row.name.len())?;
        let index =
            command.split_whitespace().count().saturating_sub(if command.ends_with(' ') { 1 } else { 2 });
        row.params.get(index).or(row.params.last()).map(|param| param.kind)
    }
}

/// The prompt: the address, and the file where the reader wants it (`scr.prompt.file`); nothing
/// where they want none (`scr.prompt`).
pub(crate) fn prompt(env: &mut Env<'_>) -> String {
    if !env.is_set("scr.prompt") {
        return String::new();
    }
    let mut file = String::new();
    if env.is_set("scr.prompt.file")
        && let Ok(fd) = env.current()
        && let Ok(descriptor) = env.session.io.descriptor(fd)
    {
        let uri = printable(&descriptor.uri);
        file = format!("{}:", uri.rsplit('/').next().unwrap_or_default());
    }
    let plain = format!("[{file}{:#010x}]> ", env.view.seek);
    env.painted(Role::Prompt, &plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_completed_by_what_they_take() {
        assert!(values("asm.arch").contains(&"mips"));
        assert_eq!(values("hex.header"), ["false", "true"]);
        assert!(values("hex.cols").is_empty() && values("no.such").is_empty());
    }

    #[test]
    fn the_command_under_the_cursor_is_found() {
        assert_eq!(command_start("px 4; pd 3 @ sy"), (6, true));
        assert_eq!(command_start("px"), (0, false));
        assert_eq!(command_start("?e `s"), (4, false));
    }
}
