//! The listing of hosts in its three forms, and hanging up.

use farad_shell::registry::Mode;
use farad_shell::render::script_line;
use farad_shell::{Args, Env, Result};
use farad_wire::rap::hello::Ownership;
use serde_json::{Value, json};

use super::hosts::{Host, Hosts};

/// Lists the hosts in the form asked for.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn list(env: &mut Env<'_>, mode: Mode) -> Result<()> {
    let hosts = &Hosts::of(env.session).all;
    if mode == Mode::Json {
        let rows: Vec<Value> = hosts.iter().map(describe).collect();
        return Ok(writeln!(env.out, "{}", Value::from(rows))?);
    }
    for host in hosts {
        match mode {
            Mode::Script => {
                let name = host.name.as_ref().map(|name| format!("{name}=")).unwrap_or_default();
                writeln!(env.out, "{}", script_line(&format!("=+ {name}{}", host.uri)))?;
            }
            _ => {
                let name = host.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
                writeln!(env.out, "{} fd:{} {}{name}", host.id, host.fd, host.uri)?;
            }
        }
    }
    Ok(())
}

fn describe(host: &Host) -> Value {
    json!({
        "id": host.id,
        "name": host.name,
        "fd": host.fd,
        "protocol": host.protocol,
        "host": host.host,
        "port": host.port,
        "file": host.file,
        "uri": host.uri,
        "session": host.ownership().map(|ownership| match ownership {
            Ownership::Own => "own",
            Ownership::Shared => "shared",
        }),
    })
}

pub(super) fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let hosts = Hosts::of(env.session);
    if args.is_empty() {
        hosts.all.clear();
        return Ok(());
    }
    let id = hosts.chosen(args.text)?;
    hosts.remove(id);
    Ok(())
}
