//! `http://` and `https://`: a copy of a file, fetched when it is opened.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::{Agent, Timeout};

use crate::backend::Backend;
use crate::backend::memory::Memory;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result, Stage};
use crate::net::{TICK, TIMEOUT};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Most bytes fetched.
const LIMIT: u64 = 1 << 30;

/// For how long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// Bytes handed over at once, and how many such pieces may wait.
const CHUNK: usize = 64 << 10;
const PIECES: usize = 16;

/// The row of `http`.
pub(super) static PLAIN: Scheme = Scheme {
    names: &["http"],
    brief: "a copy in memory of a file at a web server",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["http://HOST[:PORT]/PATH"],
    open,
};

/// The row of `https`.
pub(super) static SECURE: Scheme = Scheme {
    names: &["https"],
    brief: "a copy in memory of a file at a web server, over TLS",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["https://HOST[:PORT]/PATH"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let mut download = Download::start(&uri.text)?;
    match Memory::slurp(&uri.text, &mut download, LIMIT, ctx) {
        Ok(memory) => Ok(Box::new(memory)),
        Err(error) => Err(match download.failure {
            Some((stage, why)) => Error::Peer { uri: uri.text.clone(), stage, why },
            None => error,
        }),
    }
}

/// Where a fetch failed, and why.
type Failure = (Stage, String);

/// A fetch on a thread of its own, since it cannot be interrupted; one that is given up ends by its own timeouts.
struct Download {
    pieces: Receiver<std::result::Result<Vec<u8>, Failure>>,
    /// The rest of the last piece.
    piece: io::Cursor<Vec<u8>>,
    failure: Option<Failure>,
}

impl Download {
    fn start(uri: &str) -> Result<Download> {
        let (sender, pieces) = sync_channel(PIECES);
        let address = encode(uri);
        std::thread::Builder::new()
            .name("fetch".to_owned())
            .spawn(move || {
                if let Err(failure) = fetch(&address, &sender) {
                    // Nobody listens any more when it was given up.
                    let _ = sender.send(Err(failure));
                }
            })
            .map_err(|source| Error::Open { uri: uri.to_owned(), source })?;
        Ok(Download { pieces, piece: io::Cursor::default(), failure: None })
    }
}

impl Read for Download {
    /// Fails with [`ErrorKind::Interrupted`] when nothing came for a while.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.piece.read(buf)? {
                0 => {}
                n => return Ok(n),
            }
            match self.pieces.recv_timeout(TICK) {
                Ok(Ok(piece)) => self.piece = io::Cursor::new(piece),
                Ok(Err(failure)) => {
                    let error = io::Error::other(failure.1.clone());
                    self.failure = Some(failure);
                    return Err(error);
                }
                Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::Interrupted.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}

/// Sends the file's bytes piece by piece, until nobody takes them.
fn fetch(
    address: &str,
    pieces: &SyncSender<std::result::Result<Vec<u8>, Failure>>,
) -> std::result::Result<(), Failure> {
    let config = Agent::config_builder()
        .timeout_resolve(Some(TIMEOUT))
        .timeout_connect(Some(TIMEOUT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE))
        .user_agent(concat!("farad/", env!("CARGO_PKG_VERSION")))
        .build();
    let mut response = Agent::new_with_config(config).get(address).call().map_err(failure)?;
    let mut body = response.body_mut().with_config().limit(LIMIT + 1).reader();
    loop {
        let mut piece = vec![0; CHUNK];
        let n = match body.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err((Stage::Answer, error.to_string())),
        };
        piece.truncate(n);
        if pieces.send(Ok(piece)).is_err() {
            return Ok(());
        }
    }
}

fn failure(error: ureq::Error) -> Failure {
    let why = error.to_string();
    match error {
        ureq::Error::StatusCode(404) => (Stage::Open, "the server has no such file (404)".to_owned()),
        ureq::Error::StatusCode(code) => (Stage::Open, format!("the server answered {code}")),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => (Stage::Open, why),
        ureq::Error::HostNotFound | ureq::Error::Timeout(Timeout::Resolve) => (Stage::Resolve, why),
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(Timeout::Connect) => (Stage::Connect, why),
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            (Stage::Connect, "connection refused: nothing listens there".to_owned())
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => (Stage::Connect, why),
        _ => (Stage::Answer, why),
    }
}

/// The URI with what may not stand in a request line written `%xx`: blanks above all.
fn encode(uri: &str) -> String {
    let mut encoded = String::with_capacity(uri.len());
    for byte in uri.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    /// Serves one request with `answer` and returns its first line.
    fn serve(answer: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            let _ = stream.write_all(&answer);
            first.trim_end().to_owned()
        });
        (address, server)
    }

    fn fetch(uri: &str) -> Result<Box<dyn Backend>> {
        open(&Uri::parse(uri), &OpenOptions::default(), &Ctx::owner())
    }

    #[test]
    fn a_file_is_fetched_whole() {
        let body = (0..300_000u32).map(|at| (at % 251) as u8).collect::<Vec<u8>>();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let (address, server) = serve([head.as_bytes(), &body].concat());
        let mut backend = fetch(&format!("http://{address}/a file?x=1 2")).unwrap();
        assert_eq!(server.join().unwrap(), "GET /a%20file?x=1%202 HTTP/1.1");
        let mut got = vec![0; body.len() + 1];
        assert_eq!(backend.read_at(0, &mut got, &Ctx::owner()).unwrap(), body.len());
        assert!(got[..body.len()] == body);
    }

    #[test]
    fn failures_name_their_stage() {
        let stage = |uri: &str| match fetch(uri).err().unwrap() {
            Error::Peer { stage, .. } => stage,
            error => panic!("{error}"),
        };
        let (address, _server) = serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec());
        assert_eq!(stage(&format!("http://{address}/none")), Stage::Open);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(stage(&format!("http://127.0.0.1:{port}/")), Stage::Connect);
        let (address, _server) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec());
        assert_eq!(stage(&format!("http://{address}/cut")), Stage::Answer);
    }

    #[test]
    fn a_server_without_tls_is_not_taken_for_one_with() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        });
        assert!(matches!(fetch(&format!("https://{address}/")), Err(Error::Peer { .. })));
        server.join().unwrap();
    }

    #[test]
    fn a_cancel_does_not_wait_for_the_server() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = Uri::parse(&format!("http://{}/", listener.local_addr().unwrap()));
        let ctx = Ctx::owner().within(Duration::from_millis(50));
        let started = Instant::now();
        assert!(matches!(open(&uri, &OpenOptions::default(), &ctx), Err(Error::Deadline)));
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}
