//! URIs as radare2 writes them: `scheme://rest`, and network endpoints in front of a path.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Result};

/// A URI split at its scheme. A plain path has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    /// What stands before `://`.
    pub scheme: Option<String>,
    /// What stands behind it, or the whole path.
    pub rest: String,
    /// The text as given, without a secret.
    pub text: String,
    /// The secret of `scheme://user:secret@host`. It is shown nowhere.
    pub secret: Option<String>,
}

impl Uri {
    /// Splits `text`. Nothing is an error here: what is no scheme is a path. `-` is short
    /// for `malloc://512`.
    pub fn parse(text: &str) -> Uri {
        if text == "-" {
            return Uri::parse("malloc://512");
        }
        let secret = find_secret(text).map(|at| text[at].to_owned());
        let text = if secret.is_some() { without_secrets(text) } else { Cow::Borrowed(text) };
        let named = text.split_once("://").filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        });
        let (scheme, rest) = match named {
            Some((name, rest)) => (Some(name.to_owned()), rest),
            None => (None, &*text),
        };
        Uri { scheme, rest: rest.to_owned(), secret, text: text.into_owned() }
    }
}

/// The schemes whose URIs may have a name and a secret in front of the host.
const KEYED: &[&str] = &["http", "https", "r2web", "r2webs"];

/// The text without what stands between `:` and `@` of any `http://user:secret@host` and the like in it, for all that
/// is shown, kept or logged.
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut clean = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(at) = clean[from..].find("://") {
        let is_keyed = KEYED.iter().any(|name| clean[..from + at].ends_with(name));
        from += at + "://".len();
        if let Some(secret) = secret_of(&clean[from..]).filter(|_| is_keyed) {
            let (start, end) = (from + secret.start, from + secret.end);
            clean.to_mut().replace_range(start - ":".len()..end, "");
        }
    }
    clean
}

/// Where the secret is of a URI that begins with its scheme.
fn find_secret(uri: &str) -> Option<std::ops::Range<usize>> {
    let (name, authority) = uri.split_once("://").filter(|(name, _)| KEYED.contains(name))?;
    let (from, secret) = (name.len() + "://".len(), secret_of(authority)?);
    Some(from + secret.start..from + secret.end)
}

/// The same, of what stands behind its `://`.
fn secret_of(authority: &str) -> Option<std::ops::Range<usize>> {
    let ends = |letter: char| "/?#\"'`;|".contains(letter) || letter.is_whitespace();
    let end = authority.find(ends).unwrap_or(authority.len());
    let at = authority[..end].rfind('@')?;
    let colon = authority[..at].find(':')?;
    Some(colon + 1..at)
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What carries the bytes to an [`Endpoint`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A host name or address (IPv6 without its brackets), and a port.
    Network {
        /// Name or address; empty for this machine (or, when listening, loopback).
        host: String,
        /// Port; 0 asks the system for one where one listens.
        port: u16,
    },
    /// The path of a unix socket.
    Unix(String),
}

/// `host:port/path`: where to connect and what is asked for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where.
    pub transport: Transport,
    /// What stands behind the first `/` after the port; `None` when there is no `/`.
    pub path: Option<String>,
}

impl Endpoint {
    /// Parses `host[:port][/path]`, with IPv6 addresses in brackets.
    ///
    /// # Errors
    /// A missing or wrong port, or an unclosed bracket, named.
    pub fn parse(text: &str, default_port: Option<u16>) -> Result<Endpoint> {
        let wrong = |why: String| Error::Uri { uri: text.to_owned(), why };
        let (host, after) = match text.strip_prefix('[') {
            Some(inner) => inner
                .split_once(']')
                .ok_or_else(|| wrong("the '[' of an IPv6 address is not closed by ']'".into()))?,
            None => text.split_at(text.find([':', '/']).unwrap_or(text.len())),
        };
        let (port, path) = match after.split_once('/') {
            Some((port, path)) => (port, Some(path.to_owned())),
            None => (after, None),
        };
        let port = match port.strip_prefix(':') {
            Some(digits) => digits
                .parse::<u16>()
                .map_err(|_| wrong(format!("'{digits}' is no port: give a number from 0 to 65535")))?,
            None if port.is_empty() => {
                default_port.ok_or_else(|| wrong("no port is given: write host:port".to_owned()))?
            }
            None => {
                return Err(wrong(format!(
                    "'{port}' behind the host is not understood: write host:port/path"
                )));
            }
        };
        if let Some(letter) =
            host.chars().find(|c| c.is_whitespace() || c.is_control() || "/[]@".contains(*c))
        {
            return Err(wrong(format!("a host's name cannot hold {letter:?}")));
        }
        Ok(Endpoint { transport: Transport::Network { host: host.to_owned(), port }, path })
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Transport::Network { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Transport::Network { host, port } => write!(f, "{host}:{port}"),
            Transport::Unix(path) => f.write_str(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(host: &str, port: u16) -> Transport {
        Transport::Network { host: host.to_owned(), port }
    }

    #[test]
    fn schemes_are_split_and_paths_are_not() {
        assert_eq!(Uri::parse("-").scheme.as_deref(), Some("malloc"));
        assert_eq!(Uri::parse("/bin/ls").scheme, None);
        assert_eq!(Uri::parse("rap://h:1//bin/ls").rest, "h:1//bin/ls");
        assert_eq!(Uri::parse("a b://c").scheme, None);
    }

    #[test]
    fn a_secret_is_kept_out_of_what_is_shown() {
        let uri = Uri::parse("https://al:s:3@h:1/a:b@c");
        assert_eq!((uri.secret.as_deref(), uri.text.as_str()), (Some("s:3"), "https://al@h:1/a:b@c"));
        assert_eq!(uri.rest, "al@h:1/a:b@c");
        for plain in [
            "rap://h:1//f:1@x",
            "http://al@h:1/",
            "http://h:1/",
            "/a:b@c",
            "s 1 @ 2:3",
            "http://[::1]:9/",
            "dbg://a:b@c",
        ] {
            assert_eq!(Uri::parse(plain).text, plain);
            assert_eq!(Uri::parse(plain).secret, None, "{plain}");
        }
        let line = "'=+ a=http://u:p@h/;o \"r2web://:t@[::1]:9/\";o rap://h:1/http://x:y@z/";
        let clean = "'=+ a=http://u@h/;o \"r2web://@[::1]:9/\";o rap://h:1/http://x@z/";
        assert_eq!(without_secrets(line), clean);
    }

    #[test]
    fn endpoints_keep_their_path() {
        let endpoint = |text| Endpoint::parse(text, None).unwrap();
        assert_eq!(
            endpoint("h:1//bin/ls"),
            Endpoint { transport: network("h", 1), path: Some("/bin/ls".into()) }
        );
        assert_eq!(endpoint("[::1]:9/x"), Endpoint { transport: network("::1", 9), path: Some("x".into()) });
        assert_eq!(endpoint("h:1"), Endpoint { transport: network("h", 1), path: None });
        assert_eq!(endpoint("h:1/rap://b:2/dbg:///bin/ls").path.as_deref(), Some("rap://b:2/dbg:///bin/ls"));
        assert_eq!(Endpoint::parse("h/x", Some(9999)).unwrap().transport, network("h", 9999));
        for wrong in ["h", "h:", "h:70000", "[::1", "h:1x/", "[::1]x:1", "[a/b]:1", "a b:1"] {
            assert!(Endpoint::parse(wrong, None).is_err(), "{wrong}");
        }
    }
}
