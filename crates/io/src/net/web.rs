//! Fetching over HTTP: the body of one answer as it comes, and commands asked as `GET /cmd/…`.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ureq::{Agent, Timeout};

use super::TICK;
use crate::ctx::Ctx;
use crate::error::{Error, Result, Stage};

/// Bytes handed over at once, and how many such pieces may wait.
const CHUNK: usize = 64 << 10;
const PIECES: usize = 16;

/// How a fetch is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// For how long a server may say nothing.
    pub(crate) silence: Duration,
    /// How long reaching it may take.
    pub(crate) reach: Duration,
    /// Most bytes of the answer.
    pub(crate) limit: u64,
    /// Whether it may be made over a proxy, and follow the server elsewhere.
    pub(crate) roams: bool,
}

/// Runs `line` at the command server whose base is `base` (`http://HOST:PORT/PATH`, without the last `/`), and writes
/// what it prints to `out` as it comes. `silence` is for how long the server may say nothing.
///
/// # Errors
/// [`Error::Peer`] with the stage that failed, [`Error::Connection`] when the answer is no success, [`Error::Io`] when
/// `out` failed, or the interrupt.
pub fn web_command(base: &str, line: &str, out: &mut dyn Write, silence: Duration, ctx: &Ctx) -> Result<()> {
    let request = Request { silence, reach: silence, limit: u64::MAX, roams: false };
    let mut answer = Fetch::start(base, &format!("{base}/cmd/{}", encode_all(line)), request)?;
    let mut piece = vec![0; CHUNK];
    let mut written = 0;
    loop {
        ctx.check()?;
        let n = match answer.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(answer.error(error)),
        };
        out.write_all(&piece[..n]).map_err(|error| failed(base, written, n, error))?;
        written += n as u64;
    }
    out.flush().map_err(|error| failed(base, written, 0, error))
}

fn failed(uri: &str, addr: u64, len: usize, source: io::Error) -> Error {
    Error::Io { operation: "pass on", uri: uri.to_owned(), addr, len, source }
}

/// Where a fetch failed, and why.
enum Failure {
    /// Before there was an answer, or in the middle of it.
    Stage(Stage, String),
    /// The answer's status.
    Status(u16),
}

/// A fetch on a thread of its own, since it cannot be interrupted; one that is given up ends by its own timeouts.
pub(crate) struct Fetch {
    uri: String,
    pieces: Receiver<std::result::Result<Vec<u8>, Failure>>,
    /// The rest of the last piece.
    piece: io::Cursor<Vec<u8>>,
    failure: Option<Failure>,
}

impl Fetch {
    /// Begins to fetch `address`; `uri` names it in errors.
    pub(crate) fn start(uri: &str, address: &str, request: Request) -> Result<Fetch> {
        let (sender, pieces) = sync_channel(PIECES);
        let address = address.to_owned();
        std::thread::Builder::new()
            .name("fetch".to_owned())
            .spawn(move || {
                if let Err(failure) = fetch(&address, request, &sender) {
                    // Nobody listens any more when it was given up.
                    let _ = sender.send(Err(failure));
                }
            })
            .map_err(|source| Error::Open { uri: uri.to_owned(), source })?;
        Ok(Fetch { uri: uri.to_owned(), pieces, piece: io::Cursor::default(), failure: None })
    }

    /// What an error of [`read`](Read::read) was about.
    pub(crate) fn error(&mut self, source: io::Error) -> Error {
        let uri = self.uri.clone();
        match self.failure.take() {
            Some(Failure::Stage(stage, why)) => Error::Peer { uri, stage, why },
            Some(Failure::Status(code)) => {
                Error::Connection { uri, why: format!("the server answered {code}") }
            }
            None => Error::Open { uri, source },
        }
    }

    /// The status of an answer that was no success.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.failure {
            Some(Failure::Status(code)) => Some(code),
            _ => None,
        }
    }
}

impl Read for Fetch {
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
                    self.failure = Some(failure);
                    return Err(ErrorKind::Other.into());
                }
                Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::Interrupted.into()),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}

/// Sends the answer's bytes piece by piece, until nobody takes them.
fn fetch(
    address: &str,
    request: Request,
    pieces: &SyncSender<std::result::Result<Vec<u8>, Failure>>,
) -> std::result::Result<(), Failure> {
    let mut config = Agent::config_builder()
        .timeout_resolve(Some(request.reach))
        .timeout_connect(Some(request.reach))
        .timeout_recv_response(Some(request.silence))
        .timeout_per_read(Some(request.silence))
        .user_agent(concat!("farad/", env!("CARGO_PKG_VERSION")));
    if !request.roams {
        config = config.proxy(None).max_redirects(0);
    }
    let mut response = Agent::new_with_config(config.build()).get(address).call().map_err(failure)?;
    if !response.status().is_success() {
        return Err(Failure::Status(response.status().as_u16()));
    }
    let mut body = response.body_mut().with_config().limit(request.limit).reader();
    loop {
        let mut piece = vec![0; CHUNK];
        let n = match body.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::Stage(Stage::Answer, error.to_string())),
        };
        piece.truncate(n);
        if pieces.send(Ok(piece)).is_err() {
            return Ok(());
        }
    }
}

fn failure(error: ureq::Error) -> Failure {
    let why = error.to_string();
    let (stage, why) = match error {
        ureq::Error::StatusCode(code) => return Failure::Status(code),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => (Stage::Open, why),
        ureq::Error::HostNotFound | ureq::Error::Timeout(Timeout::Resolve) => (Stage::Resolve, why),
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(Timeout::Connect) => (Stage::Connect, why),
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            (Stage::Connect, "connection refused: nothing listens there".to_owned())
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => (Stage::Connect, why),
        ureq::Error::Timeout(_) => (Stage::Answer, format!("{why} (e http.timeout)")),
        _ => (Stage::Answer, why),
    };
    Failure::Stage(stage, why)
}

/// The URI with what may not stand in a request line written `%xx`: blanks above all.
pub(crate) fn encode(uri: &str) -> String {
    escape(uri, |byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// A text as one piece of a path.
fn encode_all(text: &str) -> String {
    escape(text, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

fn escape(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match is_plain(byte) {
            true => escaped.push(byte.into()),
            false => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;
    use crate::net::TIMEOUT;

    /// A base whose server answers one request with `answer`, and then what it was asked.
    fn serve(answer: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
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
        (base, server)
    }

    #[test]
    fn a_command_is_one_piece_of_the_path_and_its_output_any_length() {
        let text = "0123456789\n".repeat(100_000);
        let (base, server) =
            serve(format!("HTTP/1.0 200 ok\r\nConnection: close\r\n\r\n{text}").into_bytes());
        let mut out = Vec::new();
        let line = "?e a/b;px 4~x?1&2#3 %20\u{e9}";
        web_command(&base, line, &mut out, TIMEOUT, &Ctx::owner()).unwrap();
        assert!(out == text.as_bytes());
        let asked = "GET /cmd/%3Fe%20a%2Fb%3Bpx%204~x%3F1%262%233%20%2520%C3%A9 HTTP/1.1";
        assert_eq!(server.join().unwrap(), asked);
    }

    #[test]
    fn an_answer_that_is_no_success_names_its_status() {
        for code in [302, 403, 404, 500] {
            let head =
                format!("HTTP/1.1 {code} no\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n");
            let (base, _server) = serve(head.into_bytes());
            let error = web_command(&base, "x", &mut Vec::new(), TIMEOUT, &Ctx::owner()).unwrap_err();
            assert!(error.to_string().contains(&code.to_string()), "{error}");
        }
    }

    #[test]
    fn a_server_that_says_nothing_ends_by_the_limit_or_the_context() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let ask = |silence, ctx: &Ctx| web_command(&base, "x", &mut Vec::new(), silence, ctx);
        let started = Instant::now();
        let error = ask(Duration::from_millis(100), &Ctx::owner()).unwrap_err();
        assert!(error.to_string().contains("http.timeout"), "{error}");
        let ctx = Ctx::owner().within(Duration::from_millis(100));
        assert!(matches!(ask(TIMEOUT, &ctx), Err(Error::Deadline)));
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}
