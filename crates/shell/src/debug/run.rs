//! Letting the process run, and what happens where it stops.

use farad_wire::target::{Event, How, Reason, Reply, Request, Resume, Stop, Stops};

use super::{Breakpoint, LOOK, open, signal_name, surprise};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::origin::Origin;
use crate::view::Loan;

/// Bytes of output told with one stop, beyond which the process waits until they were taken.
const OUTPUT: u64 = 1 << 20;

/// Lets it run as asked until it stops, whatever breakpoints want.
///
/// # Errors
/// When there is no process, or it cannot run.
pub(crate) fn resume(env: &mut Env<'_>, how: How, until: Vec<u64>, signal: Option<i32>) -> Result<Stop> {
    env.target()?;
    if env.debugger().has_ended() {
        return Err(Error::failed("the process has ended (do starts the program again)"));
    }
    // What was printed so far comes before what the process prints.
    env.out.flush()?;
    let _loan = lend(env);
    let stops = Stops {
        forks: env.is_set("dbg.forks"),
        clones: env.is_set("dbg.clone"),
        // Breakpoints are set again in the new program.
        execs: true,
        follow_child: env.is_set("dbg.follow.child"),
    };
    let signals = env.debugger().signals.message();
    let mut ask =
        Resume { how, until, signal, stops, signals, look: LOOK, known: Vec::new(), output: OUTPUT };
    let wanted = ask.until.len();
    loop {
        ask.until.truncate(wanted);
        let linker = linker_stop(env)?.filter(|place| !ask.until.contains(place));
        ask.until.extend(linker);
        let Reply::Stop(stop) = env.ask(&Request::Resume(ask.clone()))? else { return Err(surprise()) };
        let stop = *stop;
        env.note(stop.clone());
        tell_events(env, &stop);
        set_pending(env)?;
        let execs = stop.events.iter().any(|event| matches!(event, Event::Exec { .. }));
        if execs {
            open::change_program(env)?;
        }
        match stop.reason {
            Reason::Output => {}
            Reason::Breakpoint { addr }
                if linker == Some(addr) && env.debugger().points.at(addr).is_none() => {}
            Reason::Event if execs && !env.is_set("dbg.execs") => {}
            _ => return Ok(stop),
        }
        ask.signal = None;
        env.ctx.check()?;
    }
}

/// The terminal, for a program that was started on it: what is typed while it runs is its input.
fn lend(env: &mut Env<'_>) -> Option<Box<dyn Loan>> {
    let is_ours = env.ctx.principal.is_owner() && env.debugger().info.launched;
    let fd = env.debugger().fd.filter(|_| is_ours)?;
    let is_here = env.session.io.descriptor(fd).is_ok_and(|it| it.uri.starts_with("dbg://"));
    env.view.terminal.as_mut().filter(|_| is_here)?.lend()
}

/// Sets a breakpoint in the process, with its condition where the process's debugger can look at that itself.
///
/// # Errors
/// When it cannot be set there.
pub(crate) fn set_point(env: &mut Env<'_>, point: &Breakpoint) -> Result<()> {
    env.order(&Request::Insert(point.point))?;
    if point.condition.is_empty() {
        return Ok(());
    }
    let compiled = super::condition::compiled(env, &point.condition);
    let condition = compiled.filter(|_| env.debugger().info.registers.is_empty()).unwrap_or_default();
    // Not every debugger can; then it is looked at here.
    match env.order(&Request::Condition { addr: point.point.addr, condition }) {
        Err(error) if error.is_interrupt() => Err(error),
        _ => Ok(()),
    }
}

/// Sets the breakpoints in modules that have come since.
fn set_pending(env: &mut Env<'_>) -> Result<()> {
    let waiting = env.debugger().points.iter().filter(|(_, point)| point.module.is_some() && point.enabled);
    let waiting: Vec<(usize, Breakpoint)> = waiting.map(|(index, point)| (index, point.clone())).collect();
    if waiting.is_empty() || env.debugger().has_ended() {
        return Ok(());
    }
    let all = super::modules(&env.process_maps()?);
    for (index, mut waiting) in waiting {
        let Some(word) = waiting.module.take() else { continue };
        let Some(module) = all.iter().find(|module| module.is_called(&word)) else { continue };
        waiting.point.addr = waiting.point.addr.wrapping_add(module.from);
        let point = waiting.point;
        if let Some(waiting) = env.debugger().points.get_mut(index) {
            (waiting.point, waiting.module) = (point, None);
        }
        if set_or_disable(env, index, &waiting)? {
            let path = crate::render::printable(&module.path);
            env.out.report(&format!("INFO: {path} is loaded: a breakpoint is at {:#x}", point.addr));
        }
    }
    Ok(())
}

/// Sets a breakpoint that the process is known to have. One that cannot be set is told of, and disabled. Returns whether it is
/// set.
///
/// # Errors
/// An interrupt.
pub(super) fn set_or_disable(env: &mut Env<'_>, index: usize, point: &Breakpoint) -> Result<bool> {
    let Err(error) = set_point(env, point) else { return Ok(true) };
    if error.is_interrupt() {
        return Err(error);
    }
    env.out.report(&format!("WARN: the breakpoint at {:#x} is disabled: {error}", point.point.addr));
    if let Some(point) = env.debugger().points.get_mut(index) {
        point.enabled = false;
    }
    Ok(false)
}

/// Where the dynamic linker tells debuggers that files have come or gone, while breakpoints wait for one.
fn linker_stop(env: &mut Env<'_>) -> Result<Option<u64>> {
    if !env.debugger().points.iter().any(|(_, point)| point.module.is_some() && point.enabled) {
        return Ok(None);
    }
    super::linker::stop_place(env)
}

fn tell_events(env: &mut Env<'_>, stop: &Stop) {
    for event in &stop.events {
        let line = match event {
            Event::Fork { pid, followed: true } => {
                format!("process {pid} was made, and is debugged from now on")
            }
            Event::Fork { pid, followed: false } => {
                format!("process {pid} was made, and runs alone (e dbg.follow.child=true goes with it)")
            }
            Event::Clone { thread } => format!("thread {thread} was made"),
            Event::Exec { path } => format!("the process runs {path} now"),
        };
        env.out.report(&format!("INFO: {}", crate::render::printable(&line)));
    }
}

/// Lets it run until something stops it that is wanted: conditions and commands of breakpoints are heard, and the
/// reason is told.
///
/// # Errors
/// When there is no process, or it cannot run.
pub(crate) fn run_on(env: &mut Env<'_>, how: &How, until: &[u64], mut signal: Option<i32>) -> Result<Stop> {
    loop {
        let stop = resume(env, how.clone(), until.to_vec(), signal.take())?;
        if !goes_on(env, &stop, until)? {
            return Ok(stop);
        }
        env.ctx.check()?;
    }
}

/// Tells why it stopped; or that it is to go on.
fn goes_on(env: &mut Env<'_>, stop: &Stop, until: &[u64]) -> Result<bool> {
    let place = match stop.reason {
        Reason::Breakpoint { addr } | Reason::Watchpoint { addr } => Some(addr),
        _ => None,
    };
    if let Some(index) = place.and_then(|addr| env.debugger().points.at(addr)) {
        return hit(env, index);
    }
    match place {
        // Where it was to come to.
        Some(addr) if until.contains(&addr) => {}
        _ => tell(env, stop),
    }
    if place.is_some() {
        env.run_setting("cmd.bp")?;
    }
    Ok(false)
}

/// A breakpoint was hit. Returns whether the process goes on.
fn hit(env: &mut Env<'_>, index: usize) -> Result<bool> {
    let Some(point) = env.debugger().points.get_mut(index) else { return Ok(false) };
    let condition = point.condition.clone();
    if !condition.is_empty() && !super::holds(env, &condition)? {
        return Ok(true);
    }
    let Some(point) = env.debugger().points.get_mut(index) else { return Ok(false) };
    point.hits += 1;
    let point = point.clone();
    let addr = point.point.addr;
    if !point.command.is_empty() {
        let before = std::mem::take(&mut env.view.value);
        Origin::mark_left(&format!("the commands of the breakpoint at {addr:#x}"), point.allow, env.out);
        let ctx = env.ctx.no_more_than(point.allow);
        env.with_ctx(&ctx).run_text(&point.command)?;
        if point.goes_on && env.view.value != 0 {
            return Ok(true);
        }
        if !point.goes_on {
            env.view.value = before;
        }
    }
    if point.trace {
        env.out.report(&format!("INFO: trace {addr:#010x}"));
        return Ok(true);
    }
    let what = if point.perm() == "--x" { "breakpoint" } else { "watchpoint" };
    env.out.report(&format!("INFO: hit {what} at: {addr:#x}"));
    env.run_setting("cmd.bp")?;
    Ok(false)
}

/// Tells why it stopped, where that is not what was asked for.
pub(crate) fn tell(env: &mut Env<'_>, stop: &Stop) {
    let line = match stop.reason {
        Reason::Begun | Reason::Stepped | Reason::Event | Reason::Output | Reason::Syscall { .. } => return,
        Reason::Breakpoint { addr } => format!("hit breakpoint at: {addr:#x}"),
        Reason::Watchpoint { addr } => format!("hit watchpoint at: {addr:#x}"),
        Reason::Interrupted => "interrupted".to_owned(),
        Reason::Signal { number, code, addr } => {
            let thread = stop.thread;
            let about = if addr == 0 { String::new() } else { format!(" about {addr:#x}") };
            format!("[+] signal {number} ({}) code {code}{about} in thread {thread}", signal_name(number))
        }
        Reason::Exited { status } => format!("the process ended with status {status} (do starts it again)"),
        Reason::Killed { number } => {
            format!("the process was ended by signal {number} ({}) (do starts it again)", signal_name(number))
        }
    };
    env.out.report(&format!("INFO: {line}"));
}
