//! Running instructions: one, some, or until something is so.

use farad_arch::{Decoder, Explanation, Kind as Class};

use super::{Bounds, begin, keep};
use crate::emulate::Run;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;

/// Runs while `goes_on` says so of the instruction to run next; keeps what was done up to what stops it.
fn walk(
    env: &mut Env<'_>,
    mut goes_on: impl FnMut(&mut Env<'_>, &mut Run, &Decoder) -> Result<bool>,
) -> Result<()> {
    let decoder = crate::cmd::decoder(env)?;
    let mut run = begin(env);
    let mut bounds = Bounds::of(env);
    let outcome = loop {
        match goes_on(env, &mut run, &decoder) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(error),
        }
        match bounds.count().and_then(|()| one(env, &mut run, &decoder)) {
            Ok(size) => bounds.ran(size),
            Err(error) => break Err(error),
        }
    };
    keep(env, run);
    outcome
}

/// Runs one instruction and gives its size; none where nothing is.
fn one(env: &mut Env<'_>, run: &mut Run, decoder: &Decoder) -> Result<usize> {
    let addr = run.pc();
    if !env.is_mapped(addr) {
        return Err(Error::failed(format!("stopped at {addr:#010x}: nothing is mapped there")));
    }
    run.step(env, decoder).map(|explanation| explanation.instruction.size)
}

/// The instruction that runs next.
fn next(env: &mut Env<'_>, run: &Run, decoder: &Decoder) -> Result<Option<Explanation>> {
    let mut bytes = vec![0; decoder.max_size()];
    env.read_filled(run.pc(), &mut bytes)?;
    Ok(decoder.explain(&bytes, run.pc()))
}

fn count(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    if args.is_empty() { Ok(1) } else { env.number(args.text) }
}

/// Runs so many.
fn many(env: &mut Env<'_>, mut left: u64) -> Result<()> {
    walk(env, |_, _, _| {
        let goes_on = left > 0;
        left = left.saturating_sub(1);
        Ok(goes_on)
    })
}

pub(super) fn step(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = count(env, args)?;
    many(env, count)
}

pub(super) fn from(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let addr = words.first().ok_or_else(|| args.wrong("the address is missing"))?;
    let addr = env.number(addr)?;
    let count = words.get(1).map_or(Ok(1), |word| env.number(word))?;
    env.registers().values.set("PC", u128::from(addr));
    many(env, count)
}

/// Runs the instruction of bytes that are not there.
pub(super) fn run_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = crate::parse::hex_bytes(args.required("the bytes")?)?;
    let decoder = crate::cmd::decoder(env)?;
    let mut run = begin(env);
    let explanation =
        decoder.explain(&bytes, env.view.seek).ok_or_else(|| args.wrong("these bytes are no instruction"))?;
    let outcome = run.run(env, &explanation);
    keep(env, run);
    outcome
}

/// Steps that take a call as one: up to what is behind it.
pub(super) fn step_over(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    for _ in 0..count(env, args)? {
        let decoder = crate::cmd::decoder(env)?;
        let run = begin(env);
        let call = next(env, &run, &decoder)?.filter(|found| found.instruction.kind.is_call());
        match call {
            None => many(env, 1)?,
            Some(call) => {
                let instruction = &call.instruction;
                let slots = u64::from(instruction.delay) * instruction.size as u64;
                let behind = instruction.next().wrapping_add(slots);
                many(env, 1)?;
                walk(env, |_, run, _| Ok(run.pc() != behind))?;
            }
        }
    }
    Ok(())
}

pub(super) fn skip(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = count(env, args)?;
    let decoder = crate::cmd::decoder(env)?;
    let mut run = begin(env);
    for _ in 0..count {
        env.ctx.check()?;
        let addr = run.pc();
        let found = next(env, &run, &decoder)?;
        let found = found.ok_or_else(|| Error::failed(format!("there is no instruction at {addr:#010x}")))?;
        run.set_pc(found.instruction.next());
    }
    keep(env, run);
    Ok(())
}

pub(super) fn until(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("the address")?)?;
    walk(env, |_, run, _| Ok(run.pc() != addr))
}

pub(super) fn until_true(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the expression")?.to_owned();
    walk(env, |env, run, _| {
        let addr = run.pc();
        let left = run.evaluate(env, addr, &text).map_err(|fault| Error::failed(fault.to_string()))?;
        Ok(left.last().is_none_or(|item| item == "0"))
    })
}

/// Runs up to the first instruction that is wanted.
fn until_kind(env: &mut Env<'_>, is_wanted: impl Fn(Class) -> bool) -> Result<()> {
    walk(env, |env, run, decoder| {
        let found = next(env, run, decoder)?;
        Ok(!found.is_some_and(|found| is_wanted(found.instruction.kind)))
    })
}

pub(super) fn until_type(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the type")?.to_owned();
    until_kind(env, |kind| kind.name() == name)
}

pub(super) fn until_call(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    until_kind(env, Class::is_call)
}

pub(super) fn until_system(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    until_kind(env, |kind| matches!(kind, Class::Interrupt | Class::ConditionalInterrupt))
}

pub(super) fn run(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    walk(env, |_, _, _| Ok(true))
}

/// Runs from the start of a function up to the return that belongs to it.
pub(super) fn function(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    env.registers().values.set("PC", u128::from(addr));
    let mut depth = 0u64;
    walk(env, |env, run, decoder| {
        let Some(found) = next(env, run, decoder)? else { return Ok(true) };
        match found.instruction.kind {
            kind if kind.is_call() => depth += 1,
            kind if kind.is_return() && depth == 0 => return Ok(false),
            kind if kind.is_return() => depth -= 1,
            _ => {}
        }
        Ok(true)
    })
}
