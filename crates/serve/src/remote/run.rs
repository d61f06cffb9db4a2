//! Running commands at hosts, and through the current descriptor.

use farad_io::{Ctx, Effects, Status};
use farad_shell::render::printable;
use farad_shell::{Args, Env, Error, Result};

use super::hosts::{Hosts, Wire, split_number, with_wire};
use super::list::list;
use super::rap::Rap;

pub(super) fn list_or_run(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return list(env, args.mode);
    }
    if !args.glued {
        let id = Hosts::of(env.session).last()?;
        return run_at(env, id, args.text);
    }
    let (number, line) = split_number(args.text);
    if number.is_empty() {
        return match args.text {
            "?" => show_help(env),
            other => {
                let word = other.split_whitespace().next().unwrap_or_default();
                Err(env.session.registry.unknown(&format!("={}", printable(word))))
            }
        };
    }
    if line.is_empty() {
        return Err(args.wrong("the command is missing"));
    }
    let id = Hosts::of(env.session).chosen(number)?;
    run_at(env, id, line)
}

pub(super) fn run_at_name(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (name, line) = args.split_first();
    if name.is_empty() || line.is_empty() {
        return Err(args.wrong("a name and a command are needed"));
    }
    let id = Hosts::of(env.session).by_name(name)?;
    run_at(env, id, line)
}

/// Runs a line at a host; what it prints is printed as the host's.
///
/// # Errors
/// What failed there, in its own words; or the connection.
pub(super) fn run_at(env: &mut Env<'_>, id: u32, line: &str) -> Result<()> {
    with_wire(env, id, |env, wire| {
        let status = match wire {
            Wire::Rap(rap) => rap.command(env, line)?,
            Wire::Line(host) => host.command(env, line)?,
            Wire::Web(host) => host.command(env, line)?,
        };
        judge(env, status)
    })
}

/// Runs a line at a server that is not kept.
///
/// # Errors
/// As [`run_at`].
pub(super) fn run_once(env: &mut Env<'_>, mut rap: Rap, line: &str) -> Result<()> {
    let status = rap.command(env, line)?;
    judge(env, status)
}

pub(super) fn run_through_descriptor(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let line = args.required("the command")?;
    let fd = env.current()?;
    let descriptor = env.session.io.descriptor(fd)?;
    let uri = descriptor.uri.clone();
    let unable = || farad_io::Error::Unsupported { uri: uri.clone(), ability: "run commands" };
    let remote = descriptor.backend().as_remote().ok_or_else(unable)?;
    if remote.is_here() {
        env.ctx.allow(Effects::LOCAL, &format!("asking {uri} on this machine"))?;
    }
    env.out.mark_peer(&uri);
    let ctx: &Ctx = env.ctx;
    let status = remote.command(line, &mut env.out, ctx)?;
    judge(env, status)
}

/// Reports what the far end tells beside its output. A command that failed there failed here; what is said
/// of that is several lines at times.
///
/// # Errors
/// What failed there.
pub(super) fn judge(env: &mut Env<'_>, status: Status) -> Result<()> {
    for note in &status.notes {
        env.out.report(&printable(note));
    }
    let Some(failure) = status.failure else { return Ok(()) };
    let mut lines: Vec<String> = failure.lines().map(printable).collect();
    let last = lines.pop().unwrap_or_else(|| "the command failed at the far end".to_owned());
    for line in lines {
        env.out.report(&line);
    }
    Err(Error::failed(last.strip_prefix("ERROR: ").unwrap_or(&last)))
}

fn show_help(env: &mut Env<'_>) -> Result<()> {
    let rows = || super::GROUPS.iter().flat_map(|group| group.rows);
    let usages: Vec<String> = rows().map(|row| row.usage()).collect();
    let width = usages.iter().map(|usage| usage.chars().count()).max().unwrap_or(0).min(40);
    for (row, usage) in rows().zip(usages) {
        writeln!(env.out, "| {usage:width$}  {}", row.brief)?;
    }
    Ok(())
}
