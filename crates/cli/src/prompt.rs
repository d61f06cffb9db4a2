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
    let color = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if zero {
        print_nul()?;
    }
    while runner.quit.is_none() {
        let text = completion::prompt(runner.seek, color);
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
