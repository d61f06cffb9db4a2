//! Text said to and asked of the person at the prompt.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::{Unknown, unescape};
use crate::registry::{Args, Mode};
use crate::render::{padding, printable};

/// Blanks between words become one each, quotes go, escapes are resolved.
fn spoken(args: &Args<'_>) -> Vec<u8> {
    unescape(&args.words().join(" "), Unknown::Keep)
}

pub(super) fn echo(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut line = spoken(args);
    line.push(b'\n');
    Ok(env.out.write_all(&line)?)
}

pub(super) fn echo_part(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(env.out.write_all(&spoken(args))?)
}

pub(super) fn echo_framed(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = String::from_utf8_lossy(&spoken(args)).into_owned();
    let width = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let bar = "-".repeat(width + 2);
    writeln!(env.out, ".{bar}.")?;
    for line in text.lines() {
        writeln!(env.out, "| {line}{} |", padding(line, width))?;
    }
    Ok(writeln!(env.out, "'{bar}'")?)
}

/// What the person at the terminal was asked for last.
#[derive(Default)]
struct Answer(String);

fn asked(env: &mut Env<'_>, question: &str) -> Result<String> {
    let question = format!("{} ", printable(question));
    let terminal =
        env.view.terminal.as_mut().ok_or_else(|| Error::failed("there is nobody at a terminal to ask"))?;
    let line = terminal.read_line(question.trim_start())?.unwrap_or_default();
    env.session.extensions.of::<Answer>().0.clone_from(&line);
    Ok(line)
}

pub(super) fn ask(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let line = asked(env, args.text)?;
    env.view.value = env.number(&line).unwrap_or(0);
    if args.mode != Mode::Quiet {
        writeln!(env.out, "{line}")?;
    }
    Ok(())
}

pub(super) fn ask_line(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    asked(env, args.text).map(drop)
}

pub(super) fn ask_to_go_on(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    asked(env, if args.is_empty() { "press enter" } else { args.text }).map(drop)
}

pub(super) fn ask_yes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let line = asked(env, args.text)?;
    env.view.value = u64::from(!line.trim().starts_with(['n', 'N']));
    Ok(())
}

pub(super) fn ask_no(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let line = asked(env, args.text)?;
    env.view.value = u64::from(line.trim().starts_with(['y', 'Y']));
    Ok(())
}

pub(super) fn answer(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let answer = &mut env.session.extensions.of::<Answer>().0;
    if !args.is_empty() {
        args.text.clone_into(answer);
        return Ok(());
    }
    match answer.is_empty() {
        true => Ok(()),
        false => Ok(writeln!(env.out, "{}", printable(answer))?),
    }
}
