//! Who sits at farad: lines from a terminal, edited, or plain from a pipe; the pager; and the terminal lent to programs.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{self, BufRead};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use farad_io::Cancel;
use farad_shell::view::{self, Terminal};

use crate::completion::{Completer, Idle};
use crate::sanitize;

pub(crate) mod device;
mod editor;
mod key;
mod keyboard;
mod line;
mod listing;
mod pager;
mod screen;

use device::{Device, Mode};
use editor::Editor;
use keyboard::Keyboard;

/// What a line read was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line.
    Text(String),
    /// ^C at the prompt.
    Interrupted,
    /// ^D, or the end of the pipe.
    End,
}

/// Where lines come from; the prompt and the sessions it opens at hosts share it.
#[derive(Clone)]
pub(crate) struct Lines(Arc<Source>);

enum Source {
    Person(Box<Person>),
    Pipe,
}

/// Somebody at a terminal.
struct Person {
    device: &'static Device,
    keyboard: Arc<Mutex<Keyboard>>,
    editor: Mutex<Editor>,
    completer: Completer,
    idle: Arc<Idle>,
}

impl Lines {
    /// The process's standard input; edited when it and standard output are a terminal.
    ///
    /// # Errors
    /// When the terminal cannot be set up.
    pub(crate) fn standard(completer: Completer) -> Result<Lines> {
        let Some(device) = device::of_process() else { return Ok(Lines::pipe()) };
        let keyboard = Arc::new(Mutex::new(Keyboard::new(device)));
        let editor = Mutex::new(Editor::new(history_path())?);
        let idle = completer.idle.clone();
        let person = Person { device, keyboard, editor, completer, idle };
        Ok(Lines(Arc::new(Source::Person(Box::new(person)))))
    }

    /// The process's standard input, line by line.
    pub(crate) fn pipe() -> Lines {
        Lines(Arc::new(Source::Pipe))
    }

    /// Whether a person types them.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(*self.0, Source::Person(_))
    }

    /// Columns and rows of the terminal, where there is one.
    pub(crate) fn size(&self) -> Option<(usize, usize)> {
        match &*self.0 {
            Source::Person(person) => Some(person.device.size()),
            Source::Pipe => None,
        }
    }

    /// From here on commands run before a prompt: what is typed meanwhile waits for that, unseen.
    pub(crate) fn hold_keys(&self) {
        if let Source::Person(person) = &*self.0 {
            person.device.set(Mode::Busy);
        }
    }

    /// Reads a line of the main prompt: the host is free to answer the completer meanwhile.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub(crate) fn read(&self, prompt: &str) -> io::Result<Line> {
        let Source::Person(person) = &*self.0 else { return self.read_busy(prompt) };
        person.idle.set(true);
        let line = self.read_busy(prompt);
        person.idle.set(false);
        line
    }

    /// Reads a line after showing `prompt` (to a person only).
    fn read_busy(&self, prompt: &str) -> io::Result<Line> {
        match &*self.0 {
            Source::Person(person) => {
                let mut editor = locked(&person.editor);
                // Names of files and hosts stand in it.
                let prompt = sanitize::line(prompt);
                editor.read(&mut locked(&person.keyboard), &prompt, Some(&person.completer))
            }
            Source::Pipe => {
                let mut bytes = Vec::new();
                if io::stdin().lock().read_until(b'\n', &mut bytes)? == 0 {
                    return Ok(Line::End);
                }
                let line = String::from_utf8_lossy(&bytes);
                Ok(Line::Text(line.trim_end_matches(['\n', '\r', '\0']).to_owned()))
            }
        }
    }
}

/// What it guards is whole between any two keys.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Terminal for Lines {
    fn read_line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        Ok(match self.read_busy(prompt)? {
            Line::Text(line) => Some(line),
            Line::Interrupted => Some(String::new()),
            Line::End => None,
        })
    }

    fn lend(&mut self) -> Option<Box<dyn view::Loan>> {
        match &*self.0 {
            Source::Person(person) => Some(Box::new(person.device.lend())),
            Source::Pipe => None,
        }
    }

    fn pager(&mut self, cancel: &Cancel) -> Option<Box<dyn view::Pager>> {
        match &*self.0 {
            Source::Person(person) => {
                Some(Box::new(pager::Pager::new(person.keyboard.clone(), cancel.clone())))
            }
            Source::Pipe => None,
        }
    }
}

/// `$XDG_STATE_HOME/farad/history`, its folder made.
fn history_path() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    let state = std::env::var_os("XDG_STATE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    private_file(&state.or_else(home)?.join("farad"), "history").ok()
}

/// A file of a folder, both made where they are missing, and neither for other users to look into: lines that were typed
/// tell what somebody works at.
fn private_file(folder: &Path, name: &str) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    let path = folder.join(name);
    let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_for_its_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let state = root.path().join("local/state");
        let folder = state.join("farad");
        let path = private_file(&folder, "history").unwrap();
        assert_eq!((mode(&state), mode(&folder), mode(&path)), (0o700, 0o700, 0o600));
        // What an earlier version left open is closed, and nothing of it is lost.
        std::fs::write(&path, "px\n").unwrap();
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        private_file(&folder, "history").unwrap();
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "px\n");
    }
}
