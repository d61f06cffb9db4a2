//! Emulation: `ae`.
//!
//! Instructions run by what ESIL says of them, over the session's emulated registers and its memory.
//! Memory that cannot be written stays as it is and ends the instruction (`e io.cache=true` keeps
//! what is written aside).

use std::time::Instant;

use farad_io::{Effects, Perm};

use crate::emulate::{Memory, Run};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::load;
use crate::registry::{Args, Glue, Group, Kind, Param, Row, maybe, need};

mod step;
#[cfg(test)]
mod tests;
mod usage;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "ae", brief: "emulate by ESIL", rows: ROWS };

/// Most bytes of a stack.
const STACK: u64 = 1 << 30;

const COUNT: &[Param] = &[maybe("count", Kind::Number)];
const ADDR: &[Param] = &[maybe("addr", Kind::Address)];
const TO: &[Param] = &[need("addr", Kind::Address)];
const EXPRESSION: &[Param] = &[need("expression", Kind::Text)];

/// A row that may write memory.
const fn runs(
    name: &'static str,
    brief: &'static str,
    params: &'static [Param],
    run: crate::registry::Run,
) -> Row {
    Row::new(name, brief, run).params(params).effects(Effects::READ.union(Effects::WRITE))
}

static ROWS: &[Row] = &[
    runs("ae", "Run an expression and print what it leaves on its stack", EXPRESSION, evaluate)
        .examples(&["ae 1,1,+", "ae 5,rax,=; ar rax"]),
    runs(
        "aex",
        "Run the instruction of these bytes, as if it were here",
        &[need("hex", Kind::Hex)],
        step::run_bytes,
    )
    .examples(&["aex 48ffc0; ar rax"]),
    runs("aei", "Set the registers of the emulator to 0, the program counter to the seek", &[], initialize)
        .examples(&["aei; ar rip"]),
    runs("aei-", "Take the emulator's stack away", &[], remove_stack).examples(&["aeim; aei-"]),
    runs(
        "aeim",
        "Give the emulator a stack: esil.stack.addr and esil.stack.size",
        &[maybe("addr", Kind::Address), maybe("size", Kind::Number)],
        add_stack,
    )
    .examples(&["aeim; ar rsp", "aeim 0x10000 0x1000; ar rsp"]),
    runs("aeim-", "Take the emulator's stack away", &[], remove_stack).examples(&["aeim; aeim-"]),
    Row::new("aeip", "The program counter is the seek", set_counter).examples(&["s 8; aeip; ar rip"]),
    Row::new("aepc", "Print or set the program counter", counter).params(ADDR).examples(&["aepc 8; aepc"]),
    runs("aes", "Run so many instructions, one if it is not said", COUNT, step::step)
        .glue(Glue::Number)
        .examples(&["wx 9090; aeip; aes; ar rip"]),
    runs("aeso", "The same, but calls as if they were one", COUNT, step::step_over)
        .glue(Glue::Number)
        .examples(&["wx 90; aeip; aeso"]),
    runs("aess", "Skip so many instructions", COUNT, step::skip).examples(&["wx 9090; aeip; aess 2; ar rip"]),
    runs("aesu", "Run up to an address", TO, step::until).examples(&["wx 909090; aeip; aesu 2; ar rip"]),
    runs("aesue", "Run until an expression leaves another number than 0", EXPRESSION, step::until_true)
        .examples(&["wx 48ffc048ffc090; aeip; aesue 2,rax,==,$z; ar rax"]),
    runs("aesuo", "Run up to an instruction of a type", &[need("type", Kind::Word)], step::until_type)
        .examples(&["wx 9090c3; aeip; aesuo ret; ar rip"]),
    runs(
        "aesp",
        "Run so many instructions from an address on",
        &[need("addr", Kind::Address), maybe("count", Kind::Number)],
        step::from,
    )
    .examples(&["wx 9090; aesp 0 2; ar rip"]),
    runs("aec", "Run until something stops it", &[], step::run).examples(&[]),
    runs("aecu", "Run up to an address", TO, step::until)
        .glue(Glue::Number)
        .examples(&["wx 9090; aeip; aecu 1"]),
    runs("aecue", "Run until an expression leaves another number than 0", EXPRESSION, step::until_true),
    runs("aecc", "Run up to the next call", &[], step::until_call),
    runs("aecs", "Run up to the next system call", &[], step::until_system),
    runs("aef", "Run a function to its return, or to what stops it", ADDR, step::function),
    Row::new("aea", "Registers and memory that so many instructions use", usage::print)
        .glue(Glue::Number)
        .params(COUNT)
        .modes(&[crate::registry::Mode::Json])
        .examples(&["wx 4889d8c3; aea 2", "wx 4889d8; aeaj 1"]),
    Row::new("aear", "Registers that so many instructions read", usage::print)
        .glue(Glue::Number)
        .params(COUNT),
    Row::new("aeaw", "Registers that so many instructions write", usage::print)
        .glue(Glue::Number)
        .params(COUNT),
    Row::new("aean", "Registers that so many instructions read and never write", usage::print)
        .glue(Glue::Number)
        .params(COUNT),
];

/// The emulator's stack, while there is one.
#[derive(Default)]
struct Stack(Option<u32>);

/// A run over the session's registers and memory.
fn begin(env: &mut Env<'_>) -> Run {
    env.registers().mark();
    let registers = env.registers().values.clone();
    Run::new(env, registers, Memory::Session)
}

/// Keeps the registers of a run.
fn keep(env: &mut Env<'_>, run: Run) {
    env.registers().values = run.registers;
}

fn evaluate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the expression")?;
    let mut run = begin(env);
    let seek = env.view.seek;
    let left = run.evaluate(env, seek, text);
    keep(env, run);
    let left = left.map_err(|fault| Error::failed(fault.to_string()))?;
    // The highest first.
    for item in left.iter().rev() {
        writeln!(env.out, "{item}")?;
    }
    Ok(())
}

fn initialize(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    let context = env.registers();
    context.values.clear();
    context.values.set("PC", u128::from(seek));
    context.mark();
    Ok(())
}

fn add_stack(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let addr = match words.first() {
        Some(word) => env.number(word)?,
        None => env.setting_number("esil.stack.addr"),
    };
    let size = match words.get(1) {
        Some(word) => env.number(word)?,
        None => env.setting_number("esil.stack.size"),
    };
    if !(16..=STACK).contains(&size) {
        return Err(Error::Limit { what: "the bytes of a stack", limit: format!("16 to {STACK:#x}") });
    }
    remove_stack(env, args)?;
    let options = load::options(env, Perm::RW);
    let fd = env.session.io.open(&format!("malloc://{size}"), &options, env.ctx)?;
    load::map_whole(env, fd, addr)?;
    env.session.extensions.of::<Stack>().0 = Some(fd);
    let middle = u128::from(addr.wrapping_add(size / 2));
    let values = &mut env.registers().values;
    values.set("SP", middle);
    values.set("BP", middle);
    Ok(())
}

fn remove_stack(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    match env.session.extensions.of::<Stack>().0.take() {
        Some(fd) if env.session.io.descriptor(fd).is_ok() => Ok(env.close(fd)?),
        _ => Ok(()),
    }
}

fn set_counter(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    env.registers().values.set("PC", u128::from(seek));
    Ok(())
}

fn counter(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        let addr = env.registers().value("PC").unwrap_or(0);
        return Ok(writeln!(env.out, "{addr:#010x}")?);
    }
    let addr = env.number(args.text)?;
    env.registers().values.set("PC", u128::from(addr));
    Ok(())
}

/// When a run of many instructions ends by itself.
struct Bounds {
    left: Option<u64>,
    /// Bytes of instructions.
    bytes: Option<u64>,
    end: Option<Instant>,
}

impl Bounds {
    fn of(env: &Env<'_>) -> Bounds {
        let (steps, seconds) = (env.setting_number("esil.maxsteps"), env.setting_number("esil.timeout"));
        let end =
            (seconds > 0).then(|| Instant::now() + std::time::Duration::from_secs(seconds.min(1 << 20)));
        let bytes = env.setting_number("emu.maxsize");
        Bounds { left: (steps > 0).then_some(steps), bytes: (bytes > 0).then_some(bytes), end }
    }

    /// Counts the bytes of an instruction that was run.
    fn ran(&mut self, size: usize) {
        self.bytes = self.bytes.map(|left| left.saturating_sub(size as u64));
    }

    /// Counts an instruction that is to be run.
    fn count(&mut self) -> Result<()> {
        if self.bytes == Some(0) {
            return Err(Error::failed("stopped after emu.maxsize bytes of instructions"));
        }
        if let Some(left) = &mut self.left {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| Error::failed("stopped after esil.maxsteps instructions"))?;
        }
        match self.end {
            Some(end) if Instant::now() >= end => Err(Error::failed("stopped after esil.timeout seconds")),
            _ => Ok(()),
        }
    }
}
