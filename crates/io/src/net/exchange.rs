//! The tcp command protocol: a line there, everything back until the peer hangs up.

use std::io::{self, Write};
use std::time::Duration;

use super::{Link, connect};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::uri::Transport;

/// Bytes received at once.
const CHUNK: usize = 64 << 10;

/// Connects, sends `line` and a newline, and writes what comes back to `out`, as the bytes it is, until the peer hangs
/// up. `timeout` is for connecting; from then on the context alone ends a silent peer.
///
/// # Errors
/// [`Error::Peer`] with the stage that failed, [`Error::Connection`], [`Error::Io`] when `out` failed, or the
/// interrupt.
pub fn tcp_exchange(
    transport: &Transport,
    uri: &str,
    line: &str,
    out: &mut dyn Write,
    timeout: Duration,
    ctx: &Ctx,
) -> Result<()> {
    exchange(connect(transport, uri, timeout, ctx)?, uri, line, out, ctx)
}

/// The same over a connection that is there already and that nothing was sent over.
///
/// # Errors
/// As [`tcp_exchange`], but for connecting.
pub fn exchange(mut link: Link, uri: &str, line: &str, out: &mut dyn Write, ctx: &Ctx) -> Result<()> {
    let request = [line.as_bytes(), b"\n"].concat();
    let mut sent = 0;
    let mut chunk = vec![0; CHUNK];
    let mut written = 0;
    let failed = |addr, len, source: io::Error| Error::Io {
        operation: "pass on",
        uri: uri.to_owned(),
        addr,
        len,
        source,
    };
    loop {
        ctx.check()?;
        let moved = link
            .exchange(&request[sent..], &mut chunk)
            .map_err(|error| Error::Connection { uri: uri.to_owned(), why: error.to_string() })?;
        sent += moved.sent;
        let text = &chunk[..moved.received];
        out.write_all(text).map_err(|error| failed(written, text.len(), error))?;
        written += text.len() as u64;
        if link.is_closed() {
            return out.flush().map_err(|error| failed(written, 0, error));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;
    use crate::net::TIMEOUT;

    fn listener() -> (TcpListener, Transport) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, Transport::Network { host: "127.0.0.1".to_owned(), port })
    }

    #[test]
    fn a_line_goes_there_and_all_comes_back() {
        let (listener, transport) = listener();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut line = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
            stream.write_all(line.repeat(100_000).as_bytes()).unwrap();
        });
        let mut out = Vec::new();
        tcp_exchange(&transport, "tcp://peer", "?e hi", &mut out, TIMEOUT, &Ctx::owner()).unwrap();
        assert_eq!(out, "?e hi\n".repeat(100_000).as_bytes());
        server.join().unwrap();
    }

    #[test]
    fn a_silent_peer_ends_with_the_context() {
        let (_listener, transport) = listener();
        let ctx = Ctx::owner().within(Duration::from_millis(50));
        let started = Instant::now();
        let result = tcp_exchange(&transport, "tcp://peer", "x", &mut Vec::new(), TIMEOUT, &ctx);
        assert!(matches!(result, Err(Error::Deadline)), "{result:?}");
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}
