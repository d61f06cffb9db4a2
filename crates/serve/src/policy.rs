//! Where a server may listen, and what its clients may do there.
//!
//! - On loopback and on unix sockets only this user's processes (and root's) are admitted; see
//!   [`identity`](crate::identity). They act as the owner.
//! - Beyond loopback there is no authentication, so it is refused, unless `rap.public` says that
//!   everybody who reaches the port may act as the owner.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use farad_io::{Effects, Endpoint, Principal, Transport};

use crate::error::{Error, Result};

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// TCP: the first address must do, the others are tried.
    Tcp(Vec<SocketAddr>),
    /// A unix socket.
    Unix(PathBuf),
}

/// Where to listen, as the user may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Permit {
    pub(crate) place: Place,
    /// Everybody is admitted.
    pub(crate) public: bool,
}

/// Reads `PORT`, `ADDR:PORT` or the path of a unix socket; `public` is the setting `rap.public`.
///
/// # Errors
/// [`Error::Place`], or [`Error::Public`] where the setting is needed.
pub(crate) fn permit(text: &str, public: bool) -> Result<Permit> {
    let path = text.strip_prefix("unix://").unwrap_or(text);
    if path.starts_with('/') {
        return Ok(Permit { place: Place::Unix(PathBuf::from(path)), public: false });
    }
    let wrong = |why: String| Error::Place { text: text.to_owned(), why };
    let is_port = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let full = if is_port { format!(":{text}") } else { text.to_owned() };
    let endpoint = Endpoint::parse(&full, None).map_err(|error| wrong(error.to_string()))?;
    if endpoint.path.is_some_and(|path| !path.is_empty()) {
        return Err(wrong("a server is not given a path".to_owned()));
    }
    let Transport::Network { host, port } = endpoint.transport else {
        return Err(wrong("write PORT or ADDRESS:PORT".to_owned()));
    };
    if host.is_empty() || host == "localhost" {
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let addresses = both.into_iter().map(|ip| SocketAddr::new(ip, port)).collect();
        return Ok(Permit { place: Place::Tcp(addresses), public: false });
    }
    let found = (host.as_str(), port).to_socket_addrs().map_err(|error| wrong(error.to_string()))?;
    let addr = found.into_iter().next().ok_or_else(|| wrong("it has no address".to_owned()))?;
    let beyond = !addr.ip().to_canonical().is_loopback();
    if beyond && !public {
        return Err(Error::Public(addr));
    }
    Ok(Permit { place: Place::Tcp(vec![addr]), public: beyond })
}

/// A client that was admitted: it acts for whoever began the server, who may do `allow`, under its own name.
pub(crate) fn principal(client: &str, allow: Effects) -> Principal {
    Principal { name: client.to_owned(), allow }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Tcp(addresses) => match addresses.first() {
                Some(addr) => addr.fmt(f),
                None => f.write_str("nowhere"),
            },
            Place::Unix(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_free_and_the_rest_is_asked_for() {
        for text in ["9999", ":9999", "localhost:9999"] {
            let both = vec!["127.0.0.1:9999".parse().unwrap(), "[::1]:9999".parse().unwrap()];
            assert_eq!(
                permit(text, true).unwrap(),
                Permit { place: Place::Tcp(both), public: false },
                "{text}"
            );
        }
        assert!(permit("127.0.0.2:1", false).is_ok() && permit("[::1]:1", false).is_ok());
        for text in ["0.0.0.0:9999", "[::]:9999", "192.0.2.1:9999", "[::ffff:192.0.2.1]:9999"] {
            let refused = permit(text, false).unwrap_err().to_string();
            assert!(refused.contains("-e rap.public=true"), "{refused}");
            assert!(permit(text, true).unwrap().public);
        }
        let unix = permit("/tmp/x", false).unwrap();
        assert_eq!(unix, Permit { place: Place::Unix("/tmp/x".into()), public: false });
    }

    #[test]
    fn what_is_no_place_is_named() {
        for text in ["", "x", "1:2:3", "70000", "127.0.0.1:1/bin/ls"] {
            assert!(matches!(permit(text, false), Err(Error::Place { .. })), "{text}");
        }
    }
}
