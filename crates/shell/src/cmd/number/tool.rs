//! What is computed of several numbers, of words and of time.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Instant;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::eval::variable::VARIABLES;
use crate::lang::unquote;
use crate::parse::{base64_bytes, base64_digits};
use crate::registry::{Args, Mode};

/// Most numbers of a sequence.
const SEQUENCE: u64 = 1 << 20;

pub(super) fn compare(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [a, b] = &words[..] else { return Err(args.wrong("two words are compared")) };
    env.view.value = match a.cmp(b) {
        std::cmp::Ordering::Less => u64::MAX,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    };
    Ok(())
}

pub(super) fn between(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [low, number, high] = &words[..] else { return Err(args.wrong("three numbers are needed")) };
    let (low, number, high) = (env.number(low)?, env.number(number)?, env.number(high)?);
    env.view.value = u64::from((low..=high).contains(&number));
    Ok(())
}

pub(super) fn pick_bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [number, letters] = &words[..] else { return Err(args.wrong("a number and letters are needed")) };
    let number = env.number(number)?;
    let picked = letters.chars().take(64).enumerate().filter(|(bit, _)| number >> bit & 1 == 1);
    let picked: String = picked.map(|(_, letter)| letter.to_ascii_uppercase()).collect();
    Ok(writeln!(env.out, "{picked}")?)
}

pub(super) fn show_length(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.view.value = args.words().join(" ").len() as u64;
    if args.mode == Mode::Quiet {
        return Ok(());
    }
    Ok(writeln!(env.out, "{}", env.view.value)?)
}

pub(super) fn random(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (from, to) = match &words[..] {
        [] => (0, u64::MAX),
        [to] => (0, env.number(to)?),
        [from, to] => (env.number(from)?, env.number(to)?),
        _ => return Err(args.wrong("two numbers at most are needed")),
    };
    let span = to.checked_sub(from).ok_or_else(|| args.wrong("the second number is less than the first"))?;
    // Each state of the standard library's hasher is seeded by the system.
    let drawn = RandomState::new().build_hasher().finish();
    env.view.value = from + span.checked_add(1).map_or(drawn, |count| drawn % count);
    Ok(writeln!(env.out, "{:#x}", env.view.value)?)
}

pub(super) fn encode(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = unquote(args.required("the text")?);
    Ok(writeln!(env.out, "{}", base64_digits(text.as_bytes()))?)
}

pub(super) fn decode(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = base64_bytes(args.required("the base64")?)?;
    bytes.push(b'\n');
    Ok(env.out.write_all(&bytes)?)
}

pub(super) fn show_variables(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    for row in VARIABLES.iter().filter(|row| row.takes.is_empty()) {
        let name = format!("${}", row.name);
        if let Ok(value) = env.number(&name) {
            writeln!(env.out, "{name:7} {value:#010x}")?;
        }
    }
    Ok(())
}

pub(super) fn show_sequence(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (from, to, step) = match &words[..] {
        [from, to] => (env.number(from)?, env.number(to)?, 1),
        [from, to, step] => (env.number(from)?, env.number(to)?, env.number(step)?),
        _ => return Err(args.wrong("from, to and perhaps a step are needed")),
    };
    if step == 0 {
        return Err(args.wrong("the step cannot be 0"));
    }
    if to.saturating_sub(from) / step >= SEQUENCE {
        return Err(Error::Limit { what: "the length of a sequence", limit: SEQUENCE.to_string() });
    }
    for index in 0..=to.saturating_sub(from) / step {
        if from <= to {
            write!(env.out, "{} ", from + index * step)?;
        }
    }
    Ok(writeln!(env.out)?)
}

pub(super) fn time_command(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let start = Instant::now();
    env.run_command(args.required("the command")?)?;
    Ok(writeln!(env.out, "{:.6}", start.elapsed().as_secs_f64())?)
}
