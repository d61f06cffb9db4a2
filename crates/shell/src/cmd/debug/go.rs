//! `dc`: letting the process run.

use farad_wire::target::{Event, How, Reason, Until};

use super::{row, step};
use crate::debug::{resume, run_on, signal_number, tell};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Row, maybe, need};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dc", brief: "continuing", rows: ROWS };

static ROWS: &[Row] = &[
    row("dc", "Continue until something stops the process", run),
    row("dcu", "Continue until an address is reached", run_until).params(&[need("addr", Kind::Address)]),
    row("dcr", "Continue until the function is about to return, over calls", run_to_return),
    row("dcc", "Continue until a call is about to be made", run_to_call),
    row("dcp", "Continue until code of the program's own file", run_to_program),
    row("dcs", "Continue until a system call, or the one of a name or number", run_to_syscall)
        .params(&[maybe("call", Kind::Word)]),
    row("dcf", "Continue until a process is made", run_to_fork),
    row("dck", "Continue with a signal", run_with_signal).params(&[need("signal", Kind::Word)]),
];

/// Continues until something stops it.
pub(super) fn run(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    run_on(env, &How::Continue, &[], None).map(drop)
}

fn run_until(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("an address")?)?;
    env.target()?;
    let pc = env.registers().value("PC");
    if pc == Some(addr) && env.debugger().stop.reason == Reason::Begun {
        // It has not run since it came here.
        return Ok(());
    }
    run_on(env, &How::Continue, &[addr], None).map(drop)
}

fn run_to_return(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    run_on(env, &How::Walk { over: true, until: Until::Return }, &[], None).map(drop)
}

fn run_to_call(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    run_on(env, &How::Walk { over: false, until: Until::Call }, &[], None).map(drop)
}

fn run_to_program(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let program = step::program_ranges(env)?;
    run_on(env, &How::Walk { over: false, until: Until::Inside(program) }, &[], None).map(drop)
}

fn run_to_syscall(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = match args.text {
        "" => None,
        text => Some(match crate::debug::syscall_number(env, text) {
            Some(number) => number,
            None => env.number(text)?,
        }),
    };
    loop {
        let stop = resume(env, How::Syscall, Vec::new(), None)?;
        let Reason::Syscall { number, enters } = stop.reason else {
            tell(env, &stop);
            return Ok(());
        };
        if enters && wanted.is_none_or(|wanted| wanted == number) {
            let name = crate::debug::syscall_name(env, number);
            let values: Vec<u64> = crate::debug::syscall_arguments(env);
            let values: Vec<String> = values.iter().map(|value| format!("{value:#x}")).collect();
            let pc = env.registers().value("PC").unwrap_or(0);
            env.out.report(&format!("INFO: --> {pc:#010x} syscall {number} {name} ({})", values.join(", ")));
            return Ok(());
        }
        env.ctx.check()?;
    }
}

fn run_to_fork(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let before = env.setting("dbg.forks").to_owned();
    env.set_debug_setting("dbg.forks", "true")?;
    let stop = run_on(env, &How::Continue, &[], None);
    env.set_debug_setting("dbg.forks", &before)?;
    let stop = stop?;
    let forked = stop.events.iter().any(|event| matches!(event, Event::Fork { .. }));
    if !forked && matches!(stop.reason, Reason::Event) {
        return Err(Error::failed("it stopped for another reason than a new process"));
    }
    Ok(())
}

fn run_with_signal(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("a signal")?;
    let number =
        signal_number(text).ok_or_else(|| args.wrong(format!("'{text}' is no signal (dk lists them)")))?;
    run_on(env, &How::Continue, &[], Some(number)).map(drop)
}
