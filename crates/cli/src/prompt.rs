//! The prompt: line after line until `q` or the end of input.

use anyhow::Result;

use crate::completion;
use crate::run::{Runner, print_nul};
use crate::terminal::{Line, Lines};

/// Reads and runs lines. With `zero`, a NUL ends each answer, as r2pipe wants.
///
/// # Errors
/// When standard input or output fails.
pub(crate) fn run(runner: &mut Runner, lines: &Lines, zero: bool) -> Result<()> {
    if zero {
        print_nul()?;
    }
    while runner.quit.is_none() {
        let Settings { commands, text } = settings(runner)?;
        if !commands.is_empty() {
            runner.line(&commands)?;
        }
        match lines.read(&text)? {
            Line::Text(line) => drop(runner.line(&line)?),
            Line::Interrupted => {}
            Line::End => break,
        }
        if zero {
            print_nul()?;
        }
    }
    Ok(())
}

/// What the settings say of the prompt.
struct Settings {
    /// Commands run before it.
    commands: String,
    /// Its text.
    text: String,
}

fn settings(runner: &mut Runner) -> Result<Settings> {
    runner.with(|env| Settings {
        commands: env.setting("cmd.prompt").to_owned(),
        text: completion::prompt(env),
    })
}
