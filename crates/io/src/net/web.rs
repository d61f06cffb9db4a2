//! Web servers, as far as they are asked here: the body of one answer as it comes, and commands asked as `/cmd/…`.

mod agent;
mod capital;
mod fetch;
mod place;
mod secret;

use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

use crate::backend::Status;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::net::{MOST, Pace, Wait};
use crate::uri::Uri;
pub(crate) use fetch::Fetch;

use agent::Agents;
use fetch::Asked;
use place::Place;

/// Bytes handed over at once.
const CHUNK: usize = 64 << 10;

/// The longest command that radare2's server takes whole, as written in the request: of a longer one it runs the
/// beginning (5.7.4).
const STOCK: usize = 1_400;

/// Most bytes kept of what is reported of a failure.
const SAID: usize = 64 << 10;

/// The longest command that is asked for in the path of other servers; a longer one is sent as a body.
const PATH: usize = 4 << 10;

/// How web servers are asked, as the settings have it.
#[derive(Clone, Debug)]
pub struct WebOptions {
    /// For how long a server may say nothing (`http.timeout`).
    pub silence: Duration,
    /// For how long a command may be waited for in all (`rap.patience`).
    pub whole: Duration,
    /// The file with names and secrets for servers (`http.netrc`); empty is the user's own.
    pub netrc: String,
    /// A file of certificates to trust in place of those built in (`http.ca`); empty is none.
    pub ca: String,
}

impl Default for WebOptions {
    fn default() -> WebOptions {
        let whole = Pace::default().whole;
        WebOptions { silence: Duration::from_secs(10), whole, netrc: String::new(), ca: String::new() }
    }
}

/// How a fetch is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    /// For how long a server may say nothing.
    pub(crate) silence: Duration,
    /// How long reaching it may take.
    pub(crate) reach: Duration,
    /// How long it may take in all, where it is a command.
    pub(crate) whole: Duration,
    /// Most bytes of the answer.
    pub(crate) limit: u64,
    /// Whether it may be made over a proxy, and follow the server elsewhere.
    pub(crate) roams: bool,
}

impl Request {
    /// The patience with what comes, which is looked after apart from the limits on each step: with all of them.
    fn pace(&self) -> Pace {
        let silence = self.silence.saturating_mul(2).saturating_add(self.reach);
        Pace { silence, whole: self.whole }
    }
}

/// Takes so many bytes and no more.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len().min(self.most - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A server that runs commands. Its connection is kept between them where the server lets it.
pub struct WebClient {
    /// Without a secret.
    uri: String,
    /// `http://HOST:PORT/PATH`, what stands before `/cmd/`.
    base: String,
    authorization: Option<String>,
    agents: Agents,
    /// Whether the last answer was of the kind that radare2's server gives.
    stock: bool,
}

impl WebClient {
    /// A client of the server at `uri` (`http[s]://[USER[:SECRET]@]HOST[:PORT][/PATH][/cmd/]`, or `r2web[s]`). Nothing is asked of
    /// it yet.
    ///
    /// # Errors
    /// [`Error::Uri`], and [`Error::Open`] for a file of the options that cannot be read.
    pub fn new(uri: &Uri, options: &WebOptions, ctx: &Ctx) -> Result<WebClient> {
        let place = Place::of(uri)?;
        let request = Request {
            silence: options.silence,
            reach: options.silence,
            whole: options.whole,
            limit: MOST,
            roams: false,
        };
        Ok(WebClient {
            uri: place.to_string(),
            base: place.base(),
            authorization: secret::authorization(&place, options, ctx)?,
            agents: Agents::new(request, &options.ca)?,
            stock: false,
        })
    }

    /// The server, without a secret.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether it is of this machine, as far as it was reached yet.
    pub fn is_here(&self) -> bool {
        self.agents.is_here()
    }

    /// Whether it answers as radare2's server does.
    pub fn is_stock(&self) -> bool {
        self.stock
    }

    /// Runs `line` there, and writes what it prints to `out` as it comes.
    ///
    /// # Errors
    /// [`Error::Peer`] with the stage that failed, [`Error::Connection`] when the answer is no success,
    /// [`Error::Limit`] for a line that the server would cut, [`Error::Io`] when `out` failed, or the interrupt. That a
    /// command failed is told by farad's server, which then is in the [`Status`].
    pub fn command(&mut self, line: &str, out: &mut dyn Write, ctx: &Ctx) -> Result<Status> {
        let wait = Wait::for_command(self.agents.request.pace());
        self.run(line, out, wait, ctx)
    }

    /// What `line` prints there, at most so many bytes, as text: for who asks by commands.
    ///
    /// # Errors
    /// As [`command`](Self::command), and [`Error::Connection`] for an answer that is longer.
    pub fn question(&mut self, line: &str, most: usize, ctx: &Ctx) -> Result<String> {
        let mut out = Bounded { bytes: Vec::new(), most };
        let wait = Wait::for_bytes(self.agents.request.pace());
        match self.run(line, &mut out, wait, ctx) {
            Ok(_) => Ok(String::from_utf8_lossy(&out.bytes).into_owned()),
            Err(Error::Io { .. }) if out.bytes.len() >= most => {
                let why = "the answer is longer than what was asked for".to_owned();
                Err(Error::Connection { uri: self.uri.clone(), why })
            }
            Err(error) => Err(error),
        }
    }

    fn run(&mut self, line: &str, out: &mut dyn Write, wait: Wait, ctx: &Ctx) -> Result<Status> {
        let asked = self.asked(line)?;
        let mut answer = Fetch::start(&self.uri, asked, &self.agents, wait, ctx)?;
        let mut piece = vec![0; CHUNK];
        let (mut written, mut said) = (0, Vec::new());
        loop {
            ctx.check()?;
            let n = match answer.read(&mut piece) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(answer.error(error)),
            };
            if answer.is_report() {
                said.extend_from_slice(&piece[..n.min(SAID.saturating_sub(said.len()))]);
                continue;
            }
            out.write_all(&piece[..n]).map_err(|error| self.failed(written, n, error))?;
            written += n as u64;
        }
        out.flush().map_err(|error| self.failed(written, 0, error))?;
        self.stock = answer.is_stock();
        let failure = answer.is_failed().then(|| match String::from_utf8_lossy(&said).trim_end() {
            "" => "it failed at the far end".to_owned(),
            said => said.to_owned(),
        });
        Ok(Status { failure, notes: Vec::new() })
    }

    fn asked(&self, line: &str) -> Result<Asked> {
        let path = encode_all(line);
        if self.stock && path.len() > STOCK {
            return Err(Error::Limit {
                what: format!("a command of {} bytes", path.len()),
                limit: format!("{STOCK} bytes, the most a radare2 web server takes"),
            });
        }
        let (address, body) = match path.len() > PATH {
            true => (format!("{}/cmd", self.base), Some(line.as_bytes().to_vec())),
            false => (format!("{}/cmd/{path}", self.base), None),
        };
        Ok(Asked { address, body, authorization: self.authorization.clone() })
    }

    fn failed(&self, addr: u64, len: usize, source: io::Error) -> Error {
        Error::Io { operation: "pass on", uri: self.uri.clone(), addr, len, source }
    }
}

/// Begins to fetch the file at `uri`.
///
/// # Errors
/// As [`WebClient::new`].
pub(crate) fn fetch(uri: &Uri, request: Request, options: &WebOptions, ctx: &Ctx) -> Result<Fetch> {
    let place = Place::of(uri)?;
    let asked = Asked {
        address: encode(&place.address()),
        body: None,
        authorization: secret::authorization(&place, options, ctx)?,
    };
    let wait = Wait::for_bytes(request.pace());
    Fetch::start(&place.to_string(), asked, &Agents::new(request, &options.ca)?, wait, ctx)
}

/// The URI with what may not stand in a request line written `%xx`: blanks above all.
fn encode(uri: &str) -> String {
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

    /// Answers connections one after another, each with all requests that come on it, until the answers are used up.
    /// Returns the address, and at the end what each connection was asked, heads and all.
    fn serve(answers: Vec<Vec<u8>>) -> (String, std::thread::JoinHandle<Vec<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let mut answers = answers.into_iter().peekable();
            let mut connections = Vec::new();
            while answers.peek().is_some() {
                let (mut stream, _) = listener.accept().unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut asked = Vec::new();
                while let Some(request) = request(&mut reader) {
                    asked.push(request);
                    let Some(answer) = answers.next() else { break };
                    stream.write_all(&answer).unwrap();
                    if answers.peek().is_none() || !answer.starts_with(b"HTTP/1.1 200") {
                        break;
                    }
                }
                connections.push(asked);
            }
            connections
        });
        (authority, server)
    }

    fn request(reader: &mut impl BufRead) -> Option<String> {
        let mut text = String::new();
        while !text.ends_with("\r\n\r\n") {
            if reader.read_line(&mut text).ok()? == 0 {
                return None;
            }
        }
        let head = text.to_lowercase();
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        text.push_str(&String::from_utf8(body).unwrap());
        Some(text)
    }

    fn answer(head: &str, body: &str) -> Vec<u8> {
        format!("HTTP/{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    fn client(uri: &str) -> WebClient {
        let options = WebOptions { netrc: "/dev/null".to_owned(), ..WebOptions::default() };
        WebClient::new(&Uri::parse(uri), &options, &Ctx::owner()).unwrap()
    }

    fn ask(client: &mut WebClient, line: &str) -> Result<(String, Status)> {
        let mut out = Vec::new();
        let status = client.command(line, &mut out, &Ctx::owner())?;
        Ok((String::from_utf8(out).unwrap(), status))
    }

    #[test]
    fn a_command_is_one_piece_of_the_path_and_its_output_any_length() {
        let text = "0123456789\n".repeat(100_000);
        let (authority, server) =
            serve(vec![format!("HTTP/1.0 200 ok\r\nConnection: close\r\n\r\n{text}").into_bytes()]);
        let line = "?e a/b;px 4~x?1&2#3 %20\u{e9}";
        let mut client = client(&format!("http://{authority}/r/cmd/"));
        assert!(ask(&mut client, line).unwrap() == (text, Status::default()));
        let asked = "GET /r/cmd/%3Fe%20a%2Fb%3Bpx%204~x%3F1%262%233%20%2520%C3%A9 HTTP/1.1";
        assert!(server.join().unwrap()[0][0].starts_with(asked));
        assert!(client.is_stock());
    }

    #[test]
    fn what_is_too_long_for_a_path_is_sent_whole_or_not_at_all() {
        let (authority, server) =
            serve(vec![answer("1.0 200 ok", ""), answer("1.1 200 OK", ""), answer("1.1 200 OK", "x\n")]);
        let mut client = client(&format!("http://{authority}"));
        ask(&mut client, "").unwrap();
        let long = "a".repeat(STOCK + 1);
        assert!(matches!(ask(&mut client, &long), Err(Error::Limit { .. })));
        ask(&mut client, "").unwrap();
        let longer = format!("?e {}\u{e9}", "b".repeat(PATH));
        assert_eq!(ask(&mut client, &longer).unwrap().0, "x\n");
        let sent = server.join().unwrap().concat().pop().unwrap();
        assert!(sent.starts_with("POST /cmd HTTP/1.1\r\n") && sent.ends_with(&longer), "{sent}");
    }

    #[test]
    fn a_connection_is_kept_and_a_failure_there_is_told() {
        let (authority, server) = serve(vec![
            answer("1.1 200 OK", "one\n"),
            answer("1.1 200 OK\r\nX-Farad-Ok: false", "what failed\n"),
            answer("1.1 200 OK", "three\n"),
            answer("1.1 200 OK\r\nX-Farad-Ok: false\r\nX-Farad-Report: true", "one\nwhy\n"),
        ]);
        let mut client = client(&format!("http://al:secret@{authority}"));
        assert_eq!(ask(&mut client, "one").unwrap(), ("one\n".to_owned(), Status::default()));
        let (out, status) = ask(&mut client, "two").unwrap();
        assert!(out == "what failed\n" && status.failure.is_some());
        assert_eq!(ask(&mut client, "three").unwrap().0, "three\n");
        let (out, status) = ask(&mut client, "four").unwrap();
        assert_eq!((out.as_str(), status.failure.as_deref()), ("", Some("one\nwhy")));
        let connections = server.join().unwrap();
        assert_eq!(connections.iter().map(Vec::len).collect::<Vec<_>>(), [4]);
        // With a capital: so radare2's server wants it.
        let sent = |head: &String| head.contains("\r\nAuthorization: Basic YWw6c2VjcmV0\r\n");
        assert!(connections[0].iter().all(sent), "{connections:?}");
        assert_eq!(client.uri(), format!("http://al@{authority}"));
    }

    #[test]
    fn an_answer_that_is_no_success_names_its_status_and_reason() {
        for code in [302, 403, 404, 500] {
            let head = format!("1.1 {code} no\r\nLocation: http://192.0.2.1/");
            let (authority, _server) = serve(vec![answer(&head, "http.shell says\u{7} so\nand more")]);
            let error = ask(&mut client(&format!("http://{authority}")), "x").unwrap_err().to_string();
            assert!(error.contains(&code.to_string()) && error.ends_with(": http.shell says so"), "{error}");
        }
        for (uri, wanted) in [("http://", "netrc"), ("http://al:never@", "not right")] {
            let (authority, _server) = serve(vec![answer("1.1 401 no", "")]);
            let error = ask(&mut client(&format!("{uri}{authority}")), "x").unwrap_err().to_string();
            assert!(error.contains("401") && error.contains(wanted) && !error.contains("never"), "{error}");
        }
    }

    #[test]
    fn a_server_that_says_nothing_ends_by_the_limit_or_the_context_and_is_hung_up_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = Uri::parse(&format!("http://{}", listener.local_addr().unwrap()));
        let started = Instant::now();
        let options = WebOptions { silence: Duration::from_millis(100), ..WebOptions::default() };
        let mut client = WebClient::new(&uri, &options, &Ctx::owner()).unwrap();
        let error = ask(&mut client, "x").unwrap_err();
        assert!(error.to_string().contains("http.timeout"), "{error}");
        let mut client = WebClient::new(&uri, &WebOptions::default(), &Ctx::owner()).unwrap();
        let ctx = Ctx::owner().within(Duration::from_millis(100));
        assert!(matches!(client.command("x", &mut io::sink(), &ctx), Err(Error::Deadline)));
        for mut stream in [listener.accept().unwrap().0, listener.accept().unwrap().0] {
            stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
        }
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}
