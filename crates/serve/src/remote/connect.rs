//! `=+`: connecting to a host.

use std::time::Duration;

use farad_io::net::Carrier;
use farad_io::{Endpoint, Transport, without_secrets};
use farad_shell::{Args, Env, Error, Result};
use farad_wire::rap::hello::Ownership;

use super::hosts::{Host, Hosts, Wire};
use super::line::Line;
use super::rap::Rap;
use super::web::Web;

/// The port of a rap server where none is given.
const RAP_PORT: u16 = 9999;
/// The same of a web server.
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// What the text behind `=+` asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    name: Option<String>,
    protocol: &'static str,
    uri: String,
    transport: Transport,
    path: String,
}

pub(super) fn add(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the host")?;
    let wanted = parse(text)?;
    if let Some(name) = &wanted.name
        && Hosts::of(env.session).by_name(name).is_ok()
    {
        return Err(Error::failed(format!("a host is called '{name}' already (= lists them)")));
    }
    let wire = match wanted.protocol {
        "rap" => Wire::Rap(Box::new(Rap::open(env, &wanted.transport, &wanted.path)?)),
        "http" | "https" => Wire::Web(Box::new(Web::connect(env, split_name(text).1)?)),
        protocol => {
            let carrier = if protocol == "udp" { Carrier::Datagram } else { Carrier::Stream };
            Wire::Line(Box::new(Line::connect(env, carrier, wanted.transport.clone(), &wanted.uri)?))
        }
    };
    let local = wire.is_here();
    let (host, port) = match wanted.transport {
        Transport::Network { host, port } => (host, port),
        Transport::Unix(path) => (path, 0),
    };
    let host = Host {
        id: 0,
        fd: 0,
        name: wanted.name,
        protocol: wanted.protocol,
        uri: wanted.uri,
        host,
        port,
        file: wanted.path,
        local,
        wire: Some(wire),
    };
    let (shown, port, ownership) = (host.host.clone(), host.port, host.ownership());
    Hosts::add(env.session, host);
    env.out.report(&format!("Connected to: {shown} at port {port}"));
    match ownership {
        Some(Ownership::Own) => env.out.report("The session there is its own"),
        Some(Ownership::Shared) => env.out.report("The session there is shared"),
        None => {}
    }
    Ok(())
}

/// How long reaching a host may take.
pub(super) fn timeout(env: &Env<'_>) -> Duration {
    Duration::from_secs(env.setting_number("rap.timeout").max(1))
}

fn parse(text: &str) -> Result<Wanted> {
    let (name, uri) = split_name(text);
    // The secret of a web server is for its client alone.
    let uri = without_secrets(uri);
    let uri = &*uri;
    let (scheme, rest) = uri.split_once("://").filter(|(scheme, _)| is_name(scheme)).unwrap_or(("rap", uri));
    let (protocol, port) = match scheme {
        "rap" => ("rap", Some(RAP_PORT)),
        "tcp" => ("tcp", None),
        "udp" => ("udp", None),
        "unix" => ("unix", None),
        "http" => ("http", Some(HTTP_PORT)),
        "https" => ("https", Some(HTTPS_PORT)),
        other => {
            return Err(Error::failed(format!(
                "no host is reached by {other}:// (rap, tcp, udp, unix, http and https are known)"
            )));
        }
    };
    let uri = format!("{protocol}://{rest}");
    if protocol == "unix" {
        let transport = Transport::Unix(rest.to_owned());
        let name = name.map(str::to_owned);
        return Ok(Wanted { name, protocol, uri, transport, path: String::new() });
    }
    let rest = match scheme {
        "http" | "https" => behind_user(rest),
        _ => rest,
    };
    let Endpoint { transport, path } = Endpoint::parse(rest, port)?;
    let name = name.map(str::to_owned);
    Ok(Wanted { name, protocol, uri, transport, path: path.unwrap_or_default() })
}

/// The user's name for a host, and its URI.
fn split_name(text: &str) -> (Option<&str>, &str) {
    match text.split_once('=') {
        Some((name, uri)) if is_name(name) => (Some(name), uri),
        _ => (None, text),
    }
}

/// What stands behind the `USER@`.
fn behind_user(rest: &str) -> &str {
    let end = rest.find('/').unwrap_or(rest.len());
    rest[..end].rfind('@').map_or(rest, |at| &rest[at + 1..])
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(host: &str, port: u16) -> Transport {
        Transport::Network { host: host.to_owned(), port }
    }

    #[test]
    fn hosts_are_understood_in_all_their_forms() {
        let wanted = |text| parse(text).unwrap();
        let plain = wanted("h:1//bin/ls");
        assert_eq!(
            (plain.protocol, plain.uri.as_str(), plain.path.as_str()),
            ("rap", "rap://h:1//bin/ls", "/bin/ls")
        );
        assert_eq!(wanted("h").transport, network("h", RAP_PORT));
        let named = wanted("box=tcp://[::1]:9/");
        assert_eq!((named.name.as_deref(), named.transport), (Some("box"), network("::1", 9)));
        let nested = wanted("rap://h:1/rap://g:2/a=b");
        assert_eq!((nested.name, nested.path.as_str()), (None, "rap://g:2/a=b"));
        assert_eq!(wanted("unix:///tmp/x").transport, Transport::Unix("/tmp/x".to_owned()));
        assert_eq!(wanted("h:1/malloc://1M").path, "malloc://1M");
        let web = wanted("http://h:1/r/cmd/");
        assert_eq!((web.protocol, web.path.as_str()), ("http", "r/cmd/"));
        let secure = wanted("a=https://al:secret@h/cmd/");
        assert_eq!((secure.uri.as_str(), secure.transport), ("https://al@h/cmd/", network("h", HTTPS_PORT)));
        for wrong in ["tcp://h/", "ftp://h:1/", "h:x", "[::1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
