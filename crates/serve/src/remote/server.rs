//! Servers of this process: start, list, stop.

use farad_io::{Effects, Endpoint};
use farad_shell::{Args, Env, Result, load};

use super::rap::Rap;
use super::run::run_once;
use crate::gdb::Program;
use crate::host;
use crate::listen::{self, Kind, Server};

/// Serves rap where `place` says (`PORT`, `ADDRESS:PORT`) until ^C, running the session's other
/// clients on this thread. With `rap.loop=false` it ends with its first client.
///
/// # Errors
/// When it may not or cannot listen there.
pub fn serve_foreground(env: &mut Env<'_>, place: &str) -> Result<()> {
    serve_until_stopped(env, Kind::Rap, place)
}

pub(super) fn serve_or_run(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    args.required("the port")?;
    let (place, line) = args.split_first();
    if line.is_empty() {
        return serve_foreground(env, place);
    }
    let place = if place.contains(':') { place.to_owned() } else { format!(":{place}") };
    let endpoint = Endpoint::parse(&place, None)?;
    let rap = Rap::open(env, &endpoint.transport, endpoint.path.as_deref().unwrap_or(""))?;
    run_once(env, rap, line)
}

pub(super) fn serve_behind(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let server = begin(env, Kind::Rap, args.required("the port")?)?;
    tracing::debug!("server {} goes on behind", server.id);
    Ok(())
}

pub(super) fn serve_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    serve_until_stopped(env, Kind::Tcp, args.required("the port")?)
}

/// Serves the gdb protocol: for a program that is started, or for the process under the debugger.
pub(super) fn serve_gdb(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (place, program) = args.split_first();
    args.required("the port")?;
    let ours = !program.is_empty();
    let fd = match ours {
        true => load::open(env, &load::Request::new(&format!("dbg://{program}")))?,
        false => farad_shell::target(env)?,
    };
    let served = serve_until_stopped(env, Kind::Gdb(Program { fd, ours }), place);
    if ours {
        farad_shell::leave(env)?;
    }
    served
}

pub(super) fn list(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    for line in listen::servers().iter().flat_map(|server| server.describe()) {
        writeln!(env.out, "{line}")?;
    }
    Ok(())
}

pub(super) fn stop(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let number = env.number(args.required("the server's number")?)?;
    let number = u32::try_from(number).map_err(|_| args.wrong(format!("{number} is no server's number")))?;
    Ok(listen::stop(number)?)
}

fn begin(env: &mut Env<'_>, kind: Kind, place: &str) -> Result<std::sync::Arc<Server>> {
    // Whoever may begin a server lets others in.
    env.ctx.allow(Effects::LOCAL, "serving")?;
    let server = listen::start(env, kind, place)?;
    env.out.report(&server.announcement());
    if server.public {
        env.out.report(
            "WARN: rap.public is set: whoever reaches this port can run commands as you, \
             without a password and in the clear",
        );
    }
    Ok(server)
}

fn serve_until_stopped(env: &mut Env<'_>, kind: Kind, place: &str) -> Result<()> {
    let server = begin(env, kind, place)?;
    env.out.flush()?;
    let pumped = host::pump(env, || server.is_over());
    server.end();
    Ok(pumped?)
}
