//! One request and its answer, on a thread of its own, since what makes it cannot be interrupted.

use std::io::{self, ErrorKind, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Instant;

use ureq::http::{Response, Version};
use ureq::{Agent, Body, Timeout};

use super::agent::Agents;
use super::{CHUNK, Request};
use crate::ctx::Ctx;
use crate::error::{Error, Result, Stage};
use crate::net::{TICK, Wait, advise_web};

/// How many pieces of [`CHUNK`] may wait.
const PIECES: usize = 16;

/// Most bytes that are read of what is said of a status.
const REASON: u64 = 4 << 10;

/// What is asked for.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(super) address: String,
    /// What is sent there; else it is a `GET`.
    pub(super) body: Option<Vec<u8>>,
    /// The value of `Authorization`.
    pub(super) authorization: Option<String>,
}

/// What a thread that fetches tells.
enum Told {
    Head {
        stock: bool,
        failed: bool,
        report: bool,
    },
    Bytes(Vec<u8>),
    Failure(Failure),
    /// The answer is complete.
    End,
}

/// Where a fetch failed, and why.
enum Failure {
    /// Before there was an answer, or in the middle of it.
    Stage(Stage, String),
    /// The answer's status, and the first line of what it says.
    Status(u16, String),
    /// What looking up the name says.
    Error(Error),
}

/// A fetch under way. One that is dropped before its end is given up: the server is hung up on.
pub(crate) struct Fetch {
    uri: String,
    agents: Agents,
    told: Receiver<Told>,
    /// The rest of the last piece.
    piece: io::Cursor<Vec<u8>>,
    failure: Option<Failure>,
    stock: bool,
    failed: bool,
    report: bool,
    ended: bool,
    authorized: bool,
    wait: Wait,
}

impl Fetch {
    /// Begins; `uri` names the server in errors.
    pub(super) fn start(uri: &str, asked: Asked, agents: &Agents, wait: Wait, ctx: &Ctx) -> Result<Fetch> {
        let (sender, told) = sync_channel(PIECES);
        let authorized = asked.authorization.is_some();
        let (agent, request) = (agents.agent(uri, ctx), agents.request);
        std::thread::Builder::new()
            .name("fetch".to_owned())
            .spawn(move || {
                let last = match fetch(&agent, &asked, request, &sender) {
                    Ok(()) => Told::End,
                    Err(failure) => Told::Failure(failure),
                };
                // Nobody listens any more when it was given up.
                let _ = sender.send(last);
            })
            .map_err(|source| Error::Open { uri: uri.to_owned(), source })?;
        Ok(Fetch {
            uri: uri.to_owned(),
            agents: agents.clone(),
            told,
            piece: io::Cursor::default(),
            failure: None,
            stock: false,
            failed: false,
            report: false,
            ended: false,
            authorized,
            wait,
        })
    }

    /// What an error of [`read`](Read::read) was about.
    pub(crate) fn error(&mut self, source: io::Error) -> Error {
        let uri = self.uri.clone();
        match self.failure.take() {
            Some(Failure::Stage(stage, why)) => Error::Peer { uri, stage, why },
            Some(Failure::Status(code, reason)) => {
                Error::Connection { uri, why: refusal(code, &reason, self.authorized) }
            }
            Some(Failure::Error(error)) => error,
            None => Error::Open { uri, source },
        }
    }

    /// The status of an answer that was no success.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.failure {
            Some(Failure::Status(code, _)) => Some(code),
            _ => None,
        }
    }

    /// Whether the answer is of the kind that radare2's server gives.
    pub(super) fn is_stock(&self) -> bool {
        self.stock
    }

    /// Whether the answer says that the command failed.
    pub(super) fn is_failed(&self) -> bool {
        self.failed
    }

    /// Whether the body is what was reported of a command that failed and printed nothing.
    pub(super) fn is_report(&self) -> bool {
        self.report
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        if !self.ended {
            self.agents.give_up();
        }
    }
}

impl Read for Fetch {
    /// Fails with [`ErrorKind::Interrupted`] when nothing came for a while.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.piece.read(buf)? {
                0 if self.ended => return Ok(0),
                0 => {}
                n => return Ok(n),
            }
            let asked = Instant::now();
            let told = self.told.recv_timeout(TICK);
            let came = if let Ok(Told::Bytes(piece)) = &told { piece.len() } else { 0 };
            if let Err(why) = self.wait.spend(asked.elapsed(), came) {
                self.failure = Some(Failure::Stage(Stage::Answer, advise_web(&why)));
                return Err(ErrorKind::Other.into());
            }
            match told {
                Ok(Told::Head { stock, failed, report }) => {
                    (self.stock, self.failed, self.report) = (stock, failed, report);
                }
                Ok(Told::Bytes(piece)) => self.piece = io::Cursor::new(piece),
                Ok(Told::End) => self.ended = true,
                Ok(Told::Failure(failure)) => {
                    self.ended = true;
                    self.failure = Some(failure);
                    return Err(ErrorKind::Other.into());
                }
                Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::Interrupted.into()),
                Err(RecvTimeoutError::Disconnected) => {
                    self.ended = true;
                    return Err(io::Error::other("the fetch broke down"));
                }
            }
        }
    }
}

/// Sends the answer's bytes piece by piece, until nobody takes them.
fn fetch(
    agent: &Agent,
    asked: &Asked,
    request: Request,
    told: &SyncSender<Told>,
) -> std::result::Result<(), Failure> {
    let mut response = call(agent, asked).map_err(failure)?;
    let status = response.status();
    if !status.is_success() {
        let reason = response.body_mut().with_config().limit(REASON).read_to_string().unwrap_or_default();
        return Err(Failure::Status(status.as_u16(), reason.lines().next().unwrap_or_default().to_owned()));
    }
    let stock = response.version() == Version::HTTP_10;
    let says = |name: &str, word: &str| response.headers().get(name).is_some_and(|value| value == word);
    let (failed, report) = (says("x-farad-ok", "false"), says("x-farad-report", "true"));
    if told.send(Told::Head { stock, failed, report }).is_err() {
        return Ok(());
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
        if told.send(Told::Bytes(piece)).is_err() {
            return Ok(());
        }
    }
}

fn call(agent: &Agent, asked: &Asked) -> std::result::Result<Response<Body>, ureq::Error> {
    let address = &asked.address;
    match (&asked.body, &asked.authorization) {
        (None, None) => agent.get(address).call(),
        (None, Some(value)) => agent.get(address).header("authorization", value).call(),
        (Some(body), None) => agent.post(address).content_type(TEXT).send(body),
        (Some(body), Some(value)) => {
            agent.post(address).content_type(TEXT).header("authorization", value).send(body)
        }
    }
}

/// What commands are sent as.
const TEXT: &str = "text/plain; charset=utf-8";

fn failure(error: ureq::Error) -> Failure {
    let why = error.to_string();
    let (stage, why) = match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => (Stage::Open, why),
        ureq::Error::Other(error) => match error.downcast::<Error>() {
            Ok(error) => return Failure::Error(*error),
            Err(error) => (Stage::Answer, error.to_string()),
        },
        ureq::Error::HostNotFound | ureq::Error::Timeout(Timeout::Resolve) => (Stage::Resolve, why),
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(Timeout::Connect) => (Stage::Connect, why),
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => {
            (Stage::Connect, "connection refused: nothing listens there".to_owned())
        }
        ureq::Error::Io(error) if why.contains("certificate") => {
            (Stage::Connect, distrust(&error.to_string()))
        }
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => (Stage::Connect, distrust(&why)),
        ureq::Error::Timeout(_) => (Stage::Answer, format!("{why} (e http.timeout)")),
        _ => (Stage::Answer, why),
    };
    Failure::Stage(stage, why)
}

/// What to do about a certificate.
fn distrust(why: &str) -> String {
    let advice = match why {
        why if why.contains("CaUsedAsEndEntity") => {
            "; it is an authority's own: have it sign one for the server, or make it with CA:FALSE"
        }
        why if why.contains("UnknownIssuer") => "; e http.ca=FILE names the certificates to trust",
        _ => "",
    };
    format!("{why}{advice}")
}

/// What to do about a status.
fn refusal(code: u16, reason: &str, authorized: bool) -> String {
    let clean: String = reason.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let said = if clean.is_empty() { String::new() } else { format!(": {clean}") };
    let advice = match code {
        401 if authorized => " (the name or secret that was sent is not right there)",
        401 => {
            " (it asks who you are: name a user in the URI, USER@HOST, and put 'machine HOST login USER \
             password TOKEN' into ~/.netrc or the file of e http.netrc)"
        }
        _ => "",
    };
    format!("the server answered {code}{said}{advice}")
}
