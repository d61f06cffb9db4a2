//! The prompt: line after line until `q` or the end of input.

use anyhow::Result;
use farad_io::Effects;

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
    let mut size = lines.size();
    while runner.quit.is_none() {
        let Settings { commands, allow, text } = settings(runner, lines.is_terminal())?;
        if !commands.is_empty() {
            runner.line_of(&commands, allow)?;
        }
        let line = lines.read(&text)?;
        if size != lines.size() {
            follow(runner, size, lines.size())?;
            size = lines.size();
        }
        match line {
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

/// The window has another size: commands print for that, where the settings said the old one.
fn follow(runner: &mut Runner, before: Option<(usize, usize)>, now: Option<(usize, usize)>) -> Result<()> {
    let (Some(before), Some(now)) = (before, now) else { return Ok(()) };
    let pairs = [("scr.columns", before.0, now.0), ("scr.rows", before.1, now.1)];
    runner.with(move |env| {
        for (name, before, now) in pairs {
            if env.setting(name) == before.to_string()
                && let Err(error) = farad_shell::cmd::config::set(env, &format!("{name}={now}"), true)
            {
                tracing::warn!("{name}: {error}");
            }
        }
    })
}

/// What is shown before a line, and what runs before that.
struct Settings {
    /// Commands run before it.
    commands: String,
    /// What who set those might do.
    allow: Effects,
    /// Its text.
    text: String,
}

/// `is_seen` tells whether somebody reads the prompt: only then is a host asked for its place.
fn settings(runner: &mut Runner, is_seen: bool) -> Result<Settings> {
    runner.with(move |env| {
        let is_seen = is_seen && env.is_set("scr.prompt");
        let far = if is_seen { farad_serve::diverted_prompt(env).ok().flatten() } else { None };
        let commands = env.setting("cmd.prompt").to_owned();
        let allow = env.setting_allow("cmd.prompt");
        Settings { commands, allow, text: far.unwrap_or_else(|| completion::prompt(env)) }
    })
}
