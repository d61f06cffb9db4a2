//! Where a web server is: `http[s]://[USER[:SECRET]@]HOST[:PORT][/PATH]`.

use std::fmt;

use crate::error::{Error, Result};
use crate::uri::{Endpoint, Transport, Uri};

/// A server and a path there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Whether it is asked over TLS.
    pub(crate) secure: bool,
    /// The name to give there.
    pub(crate) user: Option<String>,
    /// What proves it, where the URI had it. It is shown nowhere.
    pub(crate) secret: Option<String>,
    /// Name or address, IPv6 without its brackets; this machine where none was given.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// What stands behind the `/`.
    path: String,
    /// The URI without the secret, as it was written.
    shown: String,
}

impl Place {
    /// The place of a URI; `r2web` is `http`, and `r2webs` is `https`.
    ///
    /// # Errors
    /// [`Error::Uri`].
    pub(crate) fn of(uri: &Uri) -> Result<Place> {
        let wrong = |why: String| Error::Uri { uri: uri.text.clone(), why };
        let secure = match uri.scheme.as_deref() {
            Some("http" | "r2web") => false,
            Some("https" | "r2webs") => true,
            _ => return Err(wrong("no web server is named so: write http:// or https://".to_owned())),
        };
        let end = uri.rest.find(['/', '?', '#']).unwrap_or(uri.rest.len());
        let (authority, path) = uri.rest.split_at(end);
        let (user, server) = match authority.rsplit_once('@') {
            Some((user, server)) => (Some(decode(user)), server),
            None => (None, authority),
        };
        let default = if secure { 443 } else { 80 };
        let endpoint = Endpoint::parse(server, Some(default)).map_err(|error| match error {
            Error::Uri { why, .. } => wrong(why),
            error => error,
        })?;
        let Transport::Network { host, port } = endpoint.transport else {
            return Err(wrong("no host is given".to_owned()));
        };
        let host = if host.is_empty() { "127.0.0.1".to_owned() } else { host };
        let path = path.strip_prefix('/').unwrap_or(path).to_owned();
        Ok(Place {
            secure,
            user,
            secret: uri.secret.as_deref().map(decode),
            host,
            port,
            path,
            shown: uri.text.clone(),
        })
    }

    /// The address of the path, to ask for.
    pub(crate) fn address(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}/{}", self.authority(), self.path)
    }

    /// What stands before `/cmd/`.
    pub(crate) fn base(&self) -> String {
        let address = self.address();
        let address = address.trim_end_matches('/');
        address.strip_suffix("/cmd").unwrap_or(address).trim_end_matches('/').to_owned()
    }

    /// `HOST:PORT`.
    pub(crate) fn authority(&self) -> String {
        Transport::Network { host: self.host.clone(), port: self.port }.to_string()
    }

    /// Whether its name can mean no other machine.
    pub(crate) fn is_local(&self) -> bool {
        let host = self.host.as_str();
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// `%xx` as the bytes they are.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let digits = rest.get(at + 1..at + 3).filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &rest[at + 3..];
            }
            None => {
                bytes.push(b'%');
                rest = &rest[at + 1..];
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_apart_and_shows_no_secret() {
        let parse = |text: &str| Place::of(&Uri::parse(text));
        let place = parse("r2webs://al%40ice:s%3Acr%zzet@[::1]:9/r/cmd/").unwrap();
        assert_eq!((place.user.as_deref(), place.secret.as_deref()), (Some("al@ice"), Some("s:cr%zzet")));
        assert_eq!((place.host.as_str(), place.port, place.is_local()), ("::1", 9, true));
        assert_eq!(place.base(), "https://[::1]:9/r");
        assert_eq!(place.to_string(), "r2webs://al%40ice@[::1]:9/r/cmd/");
        for (text, base) in [
            ("http://h", "http://h:80"),
            ("https://h/", "https://h:443"),
            ("http://h:1/cmd", "http://h:1"),
            ("http://h:1//r//cmd/", "http://h:1//r"),
            ("http://:1/", "http://127.0.0.1:1"),
        ] {
            assert_eq!(parse(text).unwrap().base(), base, "{text}");
        }
        for wrong in ["ftp://h/", "h:1", "http://h:x/", "http://[::1/"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
