//! HTTP as far as the tcp command server answers it: `GET /cmd/…`, with its blanks as they are.
//!
//! A page in a browser can make the browser send requests here, in the user's name. So whatever
//! looks like HTTP is either a plain request for this very machine, made by no page, or refused;
//! none of its lines is run as a command.

use crate::http::{decode, means_this_machine};

/// Most bytes of headers.
pub(super) const HEADERS: usize = 16 << 10;

/// The head of an answer. It ends with the connection.
pub(super) const DONE: &[u8] =
    b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";

/// The same where the command did not run.
pub(super) const BUSY: &[u8] = b"HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/plain\r\nRetry-After: 10\r\nConnection: close\r\n\r\n";

/// Whether a line begins an HTTP request.
pub(super) fn is_request(line: &[u8]) -> bool {
    let Ok(line) = str::from_utf8(line) else { return false };
    let line = line.trim_end();
    let method = line.split(' ').next().unwrap_or("");
    let is_method = method.len() > 2 && method.bytes().all(|byte| byte.is_ascii_uppercase());
    is_method && (line.contains(" HTTP/1.") || line.contains(" HTTP/2") || method == "GET")
}

/// Whether the headers are complete.
pub(super) fn has_headers(text: &[u8]) -> bool {
    text.starts_with(b"\r\n")
        || text.starts_with(b"\n")
        || text.windows(4).any(|four| four == b"\r\n\r\n")
        || text.windows(2).any(|two| two == b"\n\n")
}

/// The command of a request, or the answer that refuses it.
pub(super) fn command(line: &[u8], headers: &[u8], public: bool) -> Result<String, String> {
    let refuse = |status: &str, why: &str| {
        Err(format!("HTTP/1.0 {status}\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n{why}\n"))
    };
    let line = String::from_utf8_lossy(line);
    let line = line.trim_end();
    let Some(path) = line.strip_prefix("GET ") else {
        return refuse("405 Method Not Allowed", "only GET /cmd/COMMAND is answered here");
    };
    let path = path.rsplit_once(" HTTP/").map_or(path, |(path, _)| path);
    let headers = String::from_utf8_lossy(headers);
    let values = |name: &'static str| {
        let pairs = headers.lines().filter_map(|line| line.split_once(':'));
        pairs.filter(move |(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    // Browsers say where a request comes from. Even an address that was typed may be a link that somebody else made.
    if ["origin", "referer", "sec-fetch-site"].into_iter().any(|name| values(name).next().is_some()) {
        return refuse("403 Forbidden", "requests made by web pages and browsers are refused; =h has a page");
    }
    if !public && !values("host").all(|host| host.is_empty() || means_this_machine(host)) {
        return refuse("403 Forbidden", "the Host header does not name this machine");
    }
    match path.strip_prefix("/cmd/") {
        Some(command) => Ok(decode(command)),
        None => refuse("404 Not Found", "only /cmd/COMMAND is answered here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_requests() {
        for request in ["GET /cmd/?e hi HTTP/1.1\r", "POST / HTTP/1.1\r", "GET /", "OPTIONS * HTTP/1.1"] {
            assert!(is_request(request.as_bytes()), "{request}");
        }
        for command in ["?e GET x HTTP/1.1", "px 4", "GT", "!ls", ""] {
            assert!(!is_request(command.as_bytes()), "{command}");
        }
    }

    #[test]
    fn blanks_and_escapes_are_taken_as_they_come() {
        let ask = |line: &str| command(line.as_bytes(), b"Host: 127.0.0.1:9\r\n\r\n", false);
        assert_eq!(ask("GET /cmd/?e hello HTTP/1.1\r").unwrap(), "?e hello");
        assert_eq!(ask("GET /cmd/%3fe%20a%2 HTTP/1.1").unwrap(), "?e a%2");
        assert!(ask("GET / HTTP/1.1").unwrap_err().contains("404"));
        assert!(ask("POST /cmd/x HTTP/1.1").unwrap_err().contains("405"));
    }

    #[test]
    fn pages_are_refused() {
        for headers in [
            "Host: evil.example\r\n",
            "Host: localhost\r\nOrigin: http://evil.example\r\n",
            "host: [::1]:9\r\nSEC-FETCH-SITE: cross-site\r\n",
            "Referer: http://evil.example/\r\n",
            "Host: localhost\r\nSec-Fetch-Site: none\r\n",
            "Host: localhost\r\nHost: evil.example\r\n",
            "Host: 127.0.0.1:80.evil.example\r\n",
        ] {
            let refused = command(b"GET /cmd/s HTTP/1.1", headers.as_bytes(), false).unwrap_err();
            assert!(refused.starts_with("HTTP/1.0 403"), "{headers}");
        }
        assert!(command(b"GET /cmd/s HTTP/1.1", b"accept: */*\r\nhost: [::1]:9\r\n", false).is_ok());
    }
}
