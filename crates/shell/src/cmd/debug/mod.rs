//! The debugger: stepping, running, breakpoints, registers, memory, threads, of a process here or at the far end.

mod backtrace;
mod file;
mod go;
mod info;
mod map;
mod point;
mod process;
mod register;
mod reopen;
mod signal;
mod step;

use farad_io::Effects;
use farad_wire::target::Stop;

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Group, Row, Run};

/// The groups, in the order help lists them.
pub(super) const GROUPS: [Group; 11] = [
    step::GROUP,
    go::GROUP,
    point::GROUP,
    backtrace::GROUP,
    register::GROUP,
    map::GROUP,
    process::GROUP,
    file::GROUP,
    signal::GROUP,
    info::GROUP,
    reopen::GROUP,
];

/// A row that controls a process or looks at one.
const fn row(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).effects(Effects::DEBUG)
}

/// A number of a command's argument, or the one it has without.
fn number_or(env: &mut Env<'_>, text: &str, default: u64) -> Result<u64> {
    if text.is_empty() { Ok(default) } else { env.number(text) }
}

/// Tells what a stop was, where it was not what was asked for.
fn told(env: &mut Env<'_>, stop: &Stop) -> Result<()> {
    crate::debug::tell(env, stop);
    Ok(())
}
