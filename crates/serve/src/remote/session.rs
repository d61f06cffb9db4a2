//! `==`: lines typed to a host.

use farad_shell::view::Terminal;
use farad_shell::{Args, Env, Error, Result};

use super::hosts::{Hosts, Wire, with_wire};
use super::run::run_at;

/// Longest answer to the question where a stock server's session is.
const SEEK: usize = 64;

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
    loop {
        let Some(label) = Hosts::of(env.session).find(id).map(|host| host.label()) else {
            return Err(Error::failed(format!("the session ended: host {id} is gone")));
        };
        let prompt = match where_is(env, id) {
            Ok(Some(seek)) => format!("[{label} {seek:#010x}]> "),
            Ok(None) => format!("[{label}]> "),
            Err(error) => {
                resume(env, &error)?;
                format!("[{label}]> ")
            }
        };
        env.out.flush()?;
        let line = terminal.read_line(&prompt)?;
        match line.as_deref().map(str::trim) {
            None | Some("q") => return Ok(()),
            Some("") => {}
            Some(line) => {
                if let Err(error) = run_at(env, id, line) {
                    resume(env, &error)?;
                }
            }
        }
    }
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

/// Where the session there is; `None` where the host has no such thing.
fn where_is(env: &mut Env<'_>, id: u32) -> Result<Option<u64>> {
    with_wire(env, id, |env, wire| {
        let Wire::Rap(rap) = wire else { return Ok(None) };
        let client = &mut rap.client;
        if client.is_farad() {
            client.stat(env.ctx)?;
            return Ok(client.hello().and_then(|hello| hello.seek));
        }
        let mut printed = Vec::new();
        client.command("s", &mut printed, env.ctx)?;
        printed.truncate(SEEK);
        let text = String::from_utf8_lossy(&printed);
        let digits = text.trim().strip_prefix("0x").unwrap_or("");
        Ok(u64::from_str_radix(digits, 16).ok())
    })
}
