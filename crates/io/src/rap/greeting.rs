//! The first flight of a connection: open and hello together, from which the client learns whom it talks to.

use std::time::{Duration, Instant};

use farad_wire::rap::hello::{self, ClientHello, Note, ServerHello};
use farad_wire::rap::{Request, Whence, stock};

use super::client::RapClient;
use super::command::{Beginning, Text};
use super::pipeline::{Patience, Step};
use crate::ctx::Ctx;
use crate::error::{Error, Result, Stage};
use crate::net;
use crate::perm::Perm;

/// How to connect, and what the near end wants.
#[derive(Debug)]
pub struct RapOptions {
    /// How long it may take until the far end has answered.
    pub timeout: Duration,
    /// How long it is waited for from then on.
    pub pace: net::Pace,
    /// Permissions asked for of what is opened.
    pub perm: Perm,
    /// How a farad server is to format its text.
    pub hello: ClientHello,
    /// What becomes of commands that the server sends back.
    pub reverse: Reverse,
}

impl Default for RapOptions {
    fn default() -> RapOptions {
        RapOptions {
            timeout: net::TIMEOUT,
            pace: net::Pace::default(),
            perm: Perm::RX,
            hello: ClientHello::default(),
            reverse: Reverse::default(),
        }
    }
}

/// What runs a command that a server sent back: it takes the command and returns its output.
pub type ReverseRun = Box<dyn FnMut(&[u8]) -> Vec<u8> + Send>;

/// What becomes of commands that a server sends back before it answers, which a stock client runs.
#[derive(Default)]
pub enum Reverse {
    /// Each is answered with nothing, and a warning is logged.
    #[default]
    Refuse,
    /// Each is handed to this. Only with the user's leave: it is the peer's text.
    Run(ReverseRun),
}

impl Reverse {
    pub(super) fn answer(&mut self, uri: &str, text: &[u8]) -> Vec<u8> {
        match self {
            Reverse::Run(run) => run(text),
            Reverse::Refuse => {
                let shown = text.escape_ascii().to_string();
                tracing::warn!(
                    "{uri} wanted to run '{shown}' here: refused (e rap.reverse=true lets hosts of =+ do it)"
                );
                Vec::new()
            }
        }
    }
}

impl std::fmt::Debug for Reverse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Reverse::Refuse => "Refuse",
            Reverse::Run(_) => "Run",
        })
    }
}

/// What the first flight told.
#[derive(Debug, Default)]
pub(super) struct Greeted {
    /// The far end's descriptor, where something was opened.
    pub(super) fd: Option<u32>,
    /// What a farad server says; `None` for a stock one.
    pub(super) hello: Option<ServerHello>,
    /// The answer to a seek for the size.
    pub(super) size: Option<u64>,
}

impl RapClient {
    /// Sends the first flight and waits for its replies until `until`.
    pub(super) fn greet(&mut self, options: &RapOptions, until: Instant, ctx: &Ctx) -> Result<()> {
        let (perm, hello) = (options.perm, options.hello.clone());
        let mut greeted = Greeted::default();
        let patience = Patience { until: Some(until), ..Patience::of(ctx) };
        let result = self.say_hello(perm, hello, &mut greeted, patience);
        let opening = greeted.fd.is_none().then(|| self.path().map(str::to_owned)).flatten();
        let (stage, why) = match result {
            Ok(()) => {
                self.take_greeting(greeted);
                return Ok(());
            }
            Err(Error::Connection { .. }) if self.pipe.was_hung_up() => match opening {
                Some(path) => (Stage::Open, format!("the far end cannot open '{path}': it hung up")),
                None => (Stage::Answer, "the far end hung up: it may not speak rap".to_owned()),
            },
            Err(Error::Connection { why, .. }) => (Stage::Answer, why),
            Err(Error::Deadline) => {
                let seconds = options.timeout.as_secs_f32();
                let why = format!(
                    "no answer within {seconds} s (a radare2 server has one client at a time; e rap.timeout)"
                );
                (Stage::Answer, why)
            }
            Err(error) => return Err(error),
        };
        Err(Error::Peer { uri: self.uri().to_owned(), stage, why })
    }

    fn say_hello(
        &mut self,
        perm: Perm,
        hello: ClientHello,
        greeted: &mut Greeted,
        patience: Patience<'_>,
    ) -> Result<()> {
        let open =
            self.path().map(|path| Request::Open { mode: perm.bits(), name: path.as_bytes().to_vec() });
        let opens = open.is_some();
        if let Some(open) = open {
            self.push(&open)?;
        }
        self.push(&Request::Command { text: Note::Hello(hello).to_string().into_bytes() })?;
        if opens {
            self.push(&Request::Seek { whence: Whence::Size, offset: 0 })?;
        }
        let mut answer = Beginning::of(hello::ANSWER);
        let mut text = Text::plain(&mut answer);
        while !self.pipe.is_idle() {
            match self.pipe.step(None, patience)? {
                Step::Opened(fd) => greeted.fd = Some(fd),
                Step::Offset(size) => greeted.size = Some(size),
                step => {
                    if text.take(&mut self.pipe, &step)?.is_some() {
                        break;
                    }
                }
            }
        }
        drop(text);
        greeted.hello = ServerHello::parse(answer.bytes());
        if let Some(why) = greeted.hello.as_ref().and_then(|hello| hello.error.as_deref()) {
            let stage = if opens { Stage::Open } else { Stage::Answer };
            return Err(Error::Peer { uri: self.uri().to_owned(), stage, why: one_line(why) });
        }
        while !self.pipe.is_idle() {
            if let Step::Offset(size) = self.pipe.step(None, patience)? {
                greeted.size = Some(size);
            }
        }
        Ok(())
    }
}

/// A peer's words as they may stand in an error.
fn one_line(words: &str) -> String {
    words.trim().chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Whether a far file of this name can be asked for at all.
pub(super) fn check_name(path: &str) -> std::result::Result<(), String> {
    if path.len() > stock::NAME {
        let (len, most) = (path.len(), stock::NAME);
        return Err(format!("a file name of {len} bytes cannot be sent: rap takes {most} at most"));
    }
    if path.contains('\0') {
        return Err("a file name cannot hold a NUL byte".to_owned());
    }
    Ok(())
}
