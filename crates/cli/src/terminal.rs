//! Reading lines: edited on a terminal, plain from a pipe.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use farad_io::without_secrets;
use farad_shell::view::Terminal;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor};

use crate::completion::{Completer, Idle};

/// Lines remembered.
const HISTORY: usize = 10_000;

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
pub(crate) struct Lines {
    source: Arc<Mutex<Source>>,
    idle: Arc<Idle>,
}

enum Source {
    Editor { editor: Box<Editor<Completer, FileHistory>>, history: Option<PathBuf> },
    Pipe,
}

impl Lines {
    /// The process's standard input; edited when it and standard output are a terminal.
    ///
    /// # Errors
    /// When the terminal cannot be set up.
    pub(crate) fn standard(completer: Completer) -> Result<Lines> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return Ok(Lines::pipe());
        }
        let config = Config::builder()
            .max_history_size(HISTORY)?
            .history_ignore_space(true)
            .completion_type(rustyline::CompletionType::List)
            .build();
        let idle = completer.idle.clone();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(completer));
        let history = history_path();
        if let Some(path) = &history {
            // The first start has no history yet.
            let _ = editor.load_history(path);
        }
        let source = Source::Editor { editor: Box::new(editor), history };
        Ok(Lines { source: Arc::new(Mutex::new(source)), idle })
    }

    /// The process's standard input, line by line.
    pub(crate) fn pipe() -> Lines {
        Lines { source: Arc::new(Mutex::new(Source::Pipe)), idle: Arc::default() }
    }

    /// Whether a person types them.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(*self.source.lock().unwrap_or_else(PoisonError::into_inner), Source::Editor { .. })
    }

    /// Reads a line of the main prompt: the host is free to answer the completer meanwhile.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub(crate) fn read(&self, prompt: &str) -> io::Result<Line> {
        self.idle.set(true);
        let line = self.read_busy(prompt);
        self.idle.set(false);
        line
    }

    /// Reads a line after showing `prompt` (to a person only).
    fn read_busy(&self, prompt: &str) -> io::Result<Line> {
        match &mut *self.source.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Editor { editor, history } => match editor.readline(prompt) {
                Ok(line) => {
                    // A history that cannot be kept is no reason to stop.
                    let _ = editor.add_history_entry(&*without_secrets(&line));
                    if let Some(path) = history {
                        let _ = editor.append_history(path);
                    }
                    Ok(Line::Text(line))
                }
                Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
                Err(ReadlineError::Eof) => Ok(Line::End),
                Err(ReadlineError::Io(error)) => Err(error),
                Err(error) => Err(io::Error::other(error.to_string())),
            },
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

impl Terminal for Lines {
    fn read_line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        Ok(match self.read_busy(prompt)? {
            Line::Text(line) => Some(line),
            Line::Interrupted => Some(String::new()),
            Line::End => None,
        })
    }
}

/// `$XDG_STATE_HOME/farad/history`, its folder made.
fn history_path() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    let state = std::env::var_os("XDG_STATE_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let folder = state.or_else(home)?.join("farad");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
