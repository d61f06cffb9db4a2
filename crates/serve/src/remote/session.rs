//! `==`: lines typed to a host.

use farad_shell::view::Terminal;
use farad_shell::{Args, Env, Error, Result};

use super::hosts::{Hosts, Wire, with_wire};
use super::run::judge;

pub(super) fn hold(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let id = Hosts::of(env.session).chosen(args.text)?;
    let mut terminal = env
        .view
        .terminal
        .take()
        .ok_or_else(|| Error::failed("a session needs somebody who types its lines"))?;
    let result = converse(env, id, terminal.as_mut());
    env.view.terminal = Some(terminal);
    result
}

/// Until `q`, the end of the lines, or the end of the connection. ^C ends a command, not the
/// session.
fn converse(env: &mut Env<'_>, id: u32, terminal: &mut dyn Terminal) -> Result<()> {
    let mut place = find_place(env, id)?;
    loop {
        let Some(label) = Hosts::of(env.session).find(id).map(|host| host.label()) else {
            return Err(Error::failed(format!("the session ended: host {id} is gone")));
        };
        env.out.flush()?;
        let line = terminal.read_line(&prompt_of(&label, place))?;
        match line.as_deref().map(str::trim) {
            None | Some("q") => return Ok(()),
            Some("") => {}
            Some(line) => place = run_there(env, id, line)?,
        }
    }
}

/// The prompt of the host that all that is typed goes to: with its place, as lines to it have it.
///
/// # Errors
/// An interrupt. A host that does not answer is left out of the prompt, not of the reports.
pub(super) fn prompt(env: &mut Env<'_>, id: u32) -> Result<Option<String>> {
    let Some(label) = Hosts::of(env.session).find(id).map(|host| host.label()) else { return Ok(None) };
    let place = find_place(env, id)?;
    Ok(Some(prompt_of(&label, place)))
}

fn prompt_of(label: &str, place: Option<u64>) -> String {
    match place {
        Some(seek) => format!("[{label} {seek:#010x}]> "),
        None => format!("[{label}]> "),
    }
}

/// Runs a line, and returns where the session there is then: one round trip. A failure is reported.
fn run_there(env: &mut Env<'_>, id: u32, line: &str) -> Result<Option<u64>> {
    let ran = with_wire(env, id, |env, wire| {
        let (status, place) = match wire {
            Wire::Rap(rap) => rap.command_and_seek(env, line)?,
            Wire::Line(host) => (host.command(env, line)?, None),
            Wire::Web(host) => {
                let status = host.command(env, line)?;
                (status, host.seek(env)?)
            }
        };
        if let Err(error) = judge(env, status) {
            env.failed(&error);
        }
        Ok(place)
    });
    ran.or_else(|error| {
        resume(env, &error)?;
        find_place(env, id)
    })
}

/// Asks where the session there is; `None` where the host has no such thing, or is gone.
fn find_place(env: &mut Env<'_>, id: u32) -> Result<Option<u64>> {
    if Hosts::of(env.session).find(id).is_none() {
        return Ok(None);
    }
    let asked = with_wire(env, id, |env, wire| match wire {
        Wire::Rap(rap) => Ok(rap.client.seek(env.ctx)?),
        Wire::Web(host) => host.seek(env),
        Wire::Line(_) => Ok(None),
    });
    asked.or_else(|error| resume(env, &error).map(|()| None))
}

/// Reports a failure and goes on, unless nobody could be told.
fn resume(env: &mut Env<'_>, error: &Error) -> Result<()> {
    if error.is_interrupt() {
        env.ctx.cancel.reset();
        env.out.report("interrupted");
        // A deadline is not lifted by going on.
        return Ok(env.ctx.check()?);
    }
    env.failed(error);
    Ok(())
}
