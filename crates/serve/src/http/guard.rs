//! Who may ask: what a request says of where it comes from, and its token.
//!
//! A page of somebody else can make a browser send requests here, in the user's name, and a name of somebody else can be
//! made to mean this machine. Browsers tell where a request comes from, and no page can change that.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, REFERER};
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

/// Where a server is, and what it asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    /// Names and addresses it goes by, beside those of loopback.
    pub(super) names: Vec<String>,
    /// What clients must know.
    pub(super) token: Option<String>,
    /// Whether it speaks TLS.
    pub(super) secure: bool,
}

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// The name could be anybody's.
    #[error("the Host header does not name this server")]
    Host,
    /// Another page's.
    #[error("requests made by pages of other servers are refused")]
    Foreign,
    /// A command, of somebody who typed an address or followed a link from elsewhere.
    #[error(
        "a command in an address is not run: others can make links of that kind; open the page, {scheme}://{host}/, and \
         type the command there"
    )]
    Typed {
        /// What the server was called.
        host: String,
        /// `http` or `https`.
        scheme: &'static str,
    },
    /// No token, or a wrong one.
    #[error("this server asks for its token: Authorization: Bearer TOKEN")]
    Token,
}

/// What the page sends along with requests of its own: any value. A page of others cannot, for their browser asks first.
const MARK: &str = "x-farad-page";

/// Whether a request does more than show something.
fn acts(method: &Method, uri: &Uri) -> bool {
    let path = uri.path();
    !matches!(*method, Method::GET | Method::HEAD)
        || path == "/ws"
        || path == "/cmd"
        || path.starts_with("/cmd/")
}

impl Guard {
    /// Whether a request may be answered.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        let text = |name: &str| -> Result<Option<&str>, Refusal> {
            let mut values = headers.get_all(name).iter();
            match (values.next(), values.next()) {
                (None, _) => Ok(None),
                (Some(value), None) => value.to_str().map(Some).map_err(|_| Refusal::Foreign),
                // Two of them are two stories.
                (Some(_), Some(_)) => Err(Refusal::Foreign),
            }
        };
        let host = text(HOST.as_str())?;
        if let Some(host) = host
            && !self.is_ours(host)
        {
            return Err(Refusal::Host);
        }
        if let Some(authority) = uri.authority()
            && !self.is_ours(authority.as_str())
        {
            return Err(Refusal::Host);
        }
        let scheme = if self.secure { "https" } else { "http" };
        let ours = |text: &str| text.split_once("://") == host.map(|host| (scheme, host));
        let origin = text(ORIGIN.as_str())?;
        if origin.is_some_and(|origin| !ours(origin)) {
            return Err(Refusal::Foreign);
        }
        // For browsers that tell nothing else of where an image is from.
        if let Some(referer) = text(REFERER.as_str())? {
            let origin = referer.match_indices('/').nth(2).map_or(referer, |(end, _)| &referer[..end]);
            if !ours(origin) {
                return Err(Refusal::Foreign);
            }
        }
        let site = text("sec-fetch-site")?;
        if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return Err(Refusal::Foreign);
        }
        if let Some(token) = &self.token {
            return self.check(token, text(AUTHORIZATION.as_str())?);
        }
        // An address that was typed, or a link out of another program: it opens pages. Those who speak for themselves have
        // an origin or a header of their own, which no page of others can send.
        let is_marked = origin.is_some() || headers.contains_key(MARK);
        if site == Some("none") && !is_marked && acts(method, uri) {
            return Err(Refusal::Typed { host: host.unwrap_or_default().to_owned(), scheme });
        }
        Ok(())
    }

    fn check(&self, token: &str, given: Option<&str>) -> Result<(), Refusal> {
        let given = given.and_then(token_of).ok_or(Refusal::Token)?;
        match bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
            true => Ok(()),
            false => Err(Refusal::Token),
        }
    }

    /// Whether a `Host` means this machine, or is this server's own.
    fn is_ours(&self, host: &str) -> bool {
        let ours = |name: &str| self.names.iter().any(|ours| fits(ours, name));
        name_of(host).is_some_and(|name| is_loopback(name) || ours(name))
    }
}

/// Whether a `Host` is a name that nobody else can give to this machine: a page could be loaded from such a name, which then
/// comes to mean this machine.
pub(crate) fn means_this_machine(host: &str) -> bool {
    name_of(host).is_some_and(is_loopback)
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// The name of a `Host`, an IPv6 address without its brackets; none of what is not a name and maybe a port, as a whole. A dot
/// at the end, escapes, a user and a port of no digits are legal somewhere, and sent by no browser.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(inner) => {
            let (address, port) = inner.split_once(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            (address, port)
        }
        None => {
            let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
            let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if name.is_empty() || name.ends_with('.') || !name.bytes().all(is_letter) {
                return None;
            }
            (name, port)
        }
    };
    let is_port = |digits: &str| {
        digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0)
    };
    match port.strip_prefix(':') {
        None => port.is_empty().then_some(name),
        Some(digits) => is_port(digits).then_some(name),
    }
}

/// Whether a certificate's name, which may begin with `*.`, is that of a host.
fn fits(ours: &str, name: &str) -> bool {
    match ours.strip_prefix("*.") {
        Some(domain) => name.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain)),
        None => ours.eq_ignore_ascii_case(name),
    }
}

/// The token of an `Authorization`: a bearer's, or the password of a user of any name.
fn token_of(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    let pair = STANDARD.decode(rest).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let pair = String::from_utf8(pair).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(guard: &Guard, pairs: &[(&'static str, &str)]) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        guard.judge(&Method::GET, &Uri::from_static("/cmd/s"), &headers)
    }

    #[test]
    fn a_host_is_taken_as_a_whole() {
        for host in [
            "localhost",
            "localhost:1",
            "127.0.0.1:65535",
            "127.9.9.9",
            "[::1]",
            "[::1]:9",
            "[::ffff:127.0.0.1]:9",
        ] {
            assert!(means_this_machine(host), "{host}");
        }
        for host in [
            "127.0.0.1:80.evil.example",
            "127.0.0.1:80:80",
            "127.0.0.1:80@evil.example",
            "localhost@evil.example",
            "me@localhost",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "localhost:+80",
            "localhost:80 ",
            " localhost",
            "localhost:8a",
            "localhost.",
            "127.0.0.1.",
            "127.0.0.1.evil.example",
            "localhost/evil.example",
            "localhost#",
            "local%68ost",
            "127.0.0.1%00.evil.example",
            "[::1]x",
            "[::1].evil.example",
            "[::1]:9x",
            "[::1",
            "[::1%lo]",
            "[localhost]",
            "[127.0.0.1]",
            "::1",
            ":80",
            "",
        ] {
            assert!(!means_this_machine(host), "{host}");
        }
    }

    #[test]
    fn an_address_that_was_typed_opens_pages_and_runs_nothing() {
        let guard = Guard::default();
        let ask = |guard: &Guard, method: Method, path: &'static str, more: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in [("host", "localhost:9"), ("sec-fetch-site", "none")].iter().chain(more) {
                headers.append(*name, value.parse().unwrap());
            }
            guard.judge(&method, &Uri::from_static(path), &headers)
        };
        for path in ["/", "/index.html", "/app.js", "/openapi.json", "/up/a", "/command"] {
            assert_eq!(ask(&guard, Method::GET, path, &[]), Ok(()), "{path}");
        }
        for (method, path) in [
            (Method::GET, "/cmd/s"),
            (Method::HEAD, "/cmd/s"),
            (Method::GET, "/cmd/"),
            (Method::GET, "http://localhost:9/cmd/s"),
            (Method::POST, "/cmd"),
            (Method::POST, "/up/a"),
            (Method::GET, "/ws"),
        ] {
            let refusal = ask(&guard, method.clone(), path, &[]).unwrap_err();
            assert!(refusal.to_string().contains("http://localhost:9/"), "{method} {path}: {refusal}");
            assert_eq!(
                ask(&guard, method.clone(), path, &[("x-farad-page", "1")]),
                Ok(()),
                "{method} {path}"
            );
            assert_eq!(ask(&guard, method, path, &[("origin", "http://localhost:9")]), Ok(()), "{path}");
        }
        let guard = Guard { token: Some("secret".into()), ..Guard::default() };
        assert_eq!(ask(&guard, Method::GET, "/cmd/s", &[]), Err(Refusal::Token));
        assert_eq!(ask(&guard, Method::GET, "/cmd/s", &[("authorization", "Bearer secret")]), Ok(()));
    }

    #[test]
    fn only_names_that_are_ours_are_answered_to() {
        let guard = Guard {
            names: vec!["box.lab".into(), "*.farm.lab".into(), "192.0.2.7".into()],
            ..Guard::default()
        };
        for host in [
            "localhost:9090",
            "127.0.0.1",
            "[::1]:9",
            "LOCALHOST",
            "Box.Lab:1",
            "a.farm.lab",
            "192.0.2.7:9090",
        ] {
            assert_eq!(judge(&guard, &[("host", host)]), Ok(()), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "a.b.farm.lab", "farm.lab", "192.0.2.8", "", "[::2]"]
        {
            assert_eq!(judge(&guard, &[("host", host)]), Err(Refusal::Host), "{host}");
        }
        assert!(judge(&guard, &[("host", "localhost"), ("host", "evil.example")]).is_err());
    }

    #[test]
    fn pages_of_others_are_refused_whatever_they_say() {
        let plain = Guard::default();
        let from = |pairs: &[(&'static str, &str)]| judge(&plain, pairs);
        assert_eq!(from(&[("host", "localhost:9"), ("origin", "http://localhost:9")]), Ok(()));
        assert_eq!(from(&[("host", "localhost:9"), ("sec-fetch-site", "same-origin")]), Ok(()));
        for referer in ["http://localhost:9", "http://localhost:9/", "http://localhost:9/a/b?c"] {
            assert_eq!(from(&[("host", "localhost:9"), ("referer", referer)]), Ok(()), "{referer}");
        }
        for (name, value) in [
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "http://localhost:8"),
            ("origin", "https://localhost:9"),
            ("origin", "http://localhost:9.evil.example"),
            ("referer", "http://evil.example/localhost:9/"),
            ("referer", "http://localhost:9@evil.example/"),
            ("referer", "localhost:9"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert_eq!(from(&[("host", "localhost:9"), (name, value)]), Err(Refusal::Foreign), "{value}");
        }
        assert_eq!(from(&[("origin", "http://localhost:9")]), Err(Refusal::Foreign));
    }

    #[test]
    fn the_token_is_a_bearers_or_a_password() {
        let guard = Guard { token: Some("s3cret:x".into()), ..Guard::default() };
        let with = |value: &str| judge(&guard, &[("authorization", value)]);
        assert_eq!(judge(&guard, &[]), Err(Refusal::Token));
        assert_eq!(with("Bearer s3cret:x"), Ok(()));
        assert_eq!(with(&format!("basic {}", STANDARD.encode("me:s3cret:x"))), Ok(()));
        for wrong in ["Bearer s3cret", "Bearer", "Basic !", "s3cret:x", "Digest s3cret:x", "Bearer s3cret:x2"]
        {
            assert_eq!(with(wrong), Err(Refusal::Token), "{wrong}");
        }
    }
}
