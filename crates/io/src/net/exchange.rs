//! The tcp command protocol: a line there, everything back until the peer hangs up.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::{Link, MOST, Pace, Wait, advise, connect};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::uri::Transport;

/// Bytes received at once.
const CHUNK: usize = 64 << 10;

/// Connects, sends `line` and a newline, and writes what comes back to `out`, as the bytes it is, until the peer hangs
/// up. `timeout` is for connecting, `pace` for what comes then.
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
    pace: Pace,
    ctx: &Ctx,
) -> Result<()> {
    exchange(connect(transport, uri, timeout, ctx)?, uri, line, out, pace, ctx)
}

/// The same over a connection that is there already and that nothing was sent over.
///
/// # Errors
/// As [`tcp_exchange`], but for connecting.
pub fn exchange(
    mut link: Link,
    uri: &str,
    line: &str,
    out: &mut dyn Write,
    pace: Pace,
    ctx: &Ctx,
) -> Result<()> {
    let request = [line.as_bytes(), b"\n"].concat();
    let mut sent = 0;
    let mut chunk = vec![0; CHUNK];
    let mut written = 0;
    let mut wait = Wait::for_command(pace);
    let broken = |why: String| Error::Connection { uri: uri.to_owned(), why };
    let failed = |addr, len, source: io::Error| Error::Io {
        operation: "pass on",
        uri: uri.to_owned(),
        addr,
        len,
        source,
    };
    loop {
        ctx.check()?;
        let asked = Instant::now();
        let moved = link.exchange(&request[sent..], &mut chunk).map_err(|error| broken(error.to_string()))?;
        wait.spend(asked.elapsed(), moved.sent + moved.received).map_err(|why| broken(advise(&why)))?;
        sent += moved.sent;
        let text = &chunk[..moved.received];
        out.write_all(text).map_err(|error| failed(written, text.len(), error))?;
        written += text.len() as u64;
        if written > MOST {
            return Err(broken(format!("hung up: it printed more than {MOST:#x} bytes")));
        }
        if link.is_closed() {
            return out.flush().map_err(|error| failed(written, 0, error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::TIMEOUT;
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

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
        tcp_exchange(&transport, "tcp://peer", "?e hi", &mut out, TIMEOUT, Pace::default(), &Ctx::owner())
            .unwrap();
        assert_eq!(out, "?e hi\n".repeat(100_000).as_bytes());
        server.join().unwrap();
    }

    #[test]
    fn a_silent_peer_ends_with_the_context() {
        let (_listener, transport) = listener();
        let ctx = Ctx::owner().within(Duration::from_millis(50));
        let started = Instant::now();
        let result =
            tcp_exchange(&transport, "tcp://peer", "x", &mut Vec::new(), TIMEOUT, Pace::default(), &ctx);
        assert!(matches!(result, Err(Error::Deadline)), "{result:?}");
        assert!(started.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_silent_peer_and_an_endless_one_end_without_one() {
        let pace = Pace { silence: Duration::from_millis(100), whole: Duration::from_millis(300) };
        let ask = |transport: &Transport| {
            let ctx = Ctx::owner();
            tcp_exchange(transport, "tcp://peer", "x", &mut io::sink(), TIMEOUT, pace, &ctx).unwrap_err()
        };
        let (_silent, transport) = listener();
        assert!(ask(&transport).to_string().contains("rap.silence"));
        let (listener, transport) = listener();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            while stream.write_all(b".").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        assert!(ask(&transport).to_string().contains("no end"));
    }
}
