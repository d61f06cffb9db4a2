//! `dp`: processes and threads.

use farad_wire::target::{End, Process, Reply, Request, Thread};
use serde_json::{Value, json};

use super::{number_or, row};
use crate::debug::{finish, surprise};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe, need};
use crate::render::{json_text, printable};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dp", brief: "processes and threads", rows: ROWS };

const PID: &[Param] = &[maybe("pid", Kind::Number)];

static ROWS: &[Row] = &[
    row("dp", "List the process and those it made, or those another one made", print)
        .params(PID)
        .modes(&[Mode::Json]),
    row("dpl", "List all processes of the machine", print_all).modes(&[Mode::Json]),
    row("dp-", "Let the process go on without the debugger", detach),
    row("dpe", "Show the file of the program", print_program),
    row("dpk", "Send a signal to a process, 0 to see whether it is there", send)
        .params(&[need("pid", Kind::Number), maybe("signal", Kind::Word)]),
    row("dpt", "List the threads", print_threads).modes(&[Mode::Json]),
    row("dpt=", "Make a thread the current one", select)
        .glue(Glue::Number)
        .params(&[need("thread", Kind::Number)]),
];

fn processes(env: &mut Env<'_>) -> Result<Vec<Process>> {
    match env.ask(&Request::Processes)? {
        Reply::Processes(all) => Ok(all),
        _ => Err(surprise()),
    }
}

fn list(env: &mut Env<'_>, rows: &[Process], current: u32, mode: Mode) -> Result<()> {
    if mode == Mode::Json {
        let row = |it: &Process| {
            json!({
                "selected": it.pid == current,
                "pid": it.pid,
                "ppid": it.parent,
                "uid": it.uid,
                "status": it.state.to_string(),
                "path": it.command,
            })
        };
        let rows: Vec<Value> = rows.iter().map(row).collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
    }
    for it in rows {
        let mark = if it.pid == current { '*' } else { '-' };
        let command = printable(&it.command);
        writeln!(env.out, " {mark} {} ppid:{} uid:{} {} {command}", it.pid, it.parent, it.uid, it.state)?;
    }
    Ok(())
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.target()?;
    let current = env.debugger().stop.pid;
    let wanted = u32::try_from(number_or(env, args.text, u64::from(current))?).unwrap_or(0);
    let mut rows = processes(env)?;
    rows.retain(|it| it.pid == wanted || it.parent == wanted);
    list(env, &rows, current, args.mode)
}

fn print_all(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let rows = processes(env)?;
    let current = env.debugger().stop.pid;
    list(env, &rows, current, args.mode)
}

fn detach(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    finish(env, End::Detach)
}

fn print_program(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.target()?;
    let exe = printable(&env.debugger().info.exe);
    Ok(writeln!(env.out, "{exe}")?)
}

fn send(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (pid, signal) = args.split_first();
    let pid = u32::try_from(env.number(args.required("a process").map(|_| pid)?)?).unwrap_or(0);
    let signal = if signal.is_empty() { "0" } else { signal };
    let number =
        crate::debug::signal_number(signal).ok_or_else(|| args.wrong(format!("'{signal}' is no signal")))?;
    env.order(&Request::Signal { pid, number })
}

fn threads(env: &mut Env<'_>) -> Result<Vec<Thread>> {
    match env.ask(&Request::Threads)? {
        Reply::Threads(all) => Ok(all),
        _ => Err(surprise()),
    }
}

fn print_threads(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let all = threads(env)?;
    if args.mode == Mode::Json {
        let row = |it: &Thread| json!({ "current": it.current, "pid": it.id, "status": "s", "path": it.name, "pc": it.pc });
        let rows: Vec<Value> = all.iter().map(row).collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
    }
    for it in all {
        let mark = if it.current { '*' } else { '-' };
        let name = printable(&it.name);
        writeln!(env.out, " {mark} {} pc:{:#010x} s {name}", it.id, it.pc)?;
    }
    Ok(())
}

fn select(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let number = env.number(args.required("a thread")?)?;
    let none = || Error::failed(format!("the process has no thread {number} (dpt lists them)"));
    let thread = u32::try_from(number).map_err(|_| none())?;
    let look = farad_wire::target::Look::default();
    let Reply::Stop(stop) = env.ask(&Request::Select { thread, look })? else { return Err(surprise()) };
    env.note(*stop);
    Ok(())
}
