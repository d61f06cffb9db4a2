//! Requests handed to a host's thread together, and what became of them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use farad_shell::Session;
use farad_wire::rap::Reply;
use farad_wire::rap::Request;
use farad_wire::rap::hello::{Note, Ownership, ServerHello};
use farad_wire::rap::trailer::Status;

use super::seat::{Control, Numbered, Seat};
use super::{End, means_nothing};
use crate::replies::Replies;
use crate::stream::Stream;

/// Bytes of replies after which a batch ends, so that they are bounded.
const REPLIES: usize = 1 << 20;
/// Requests after which it ends, so that other clients of the session have their turn.
const REQUESTS: usize = 256;
/// How long replies may wait for more to be sent with.
const PATIENCE: Duration = Duration::from_millis(1);

/// Requests on their way to a host's thread and back.
pub(super) struct Batch {
    pub(super) seat: Seat,
    /// What is still to be done.
    pub(super) requests: VecDeque<Numbered>,
    pub(super) replies: Replies,
    /// How many commands ran.
    pub(super) commands: u64,
    /// What was opened.
    pub(super) opened: Option<String>,
    /// Why the connection must end.
    pub(super) failure: Option<End>,
}

impl Batch {
    pub(super) fn new(seat: Seat, requests: VecDeque<Numbered>, replies: Replies) -> Batch {
        Batch { seat, requests, replies, commands: 0, opened: None, failure: None }
    }

    /// Bytes that what is still to be done takes, about.
    pub(super) fn left(&self) -> usize {
        let size = |numbered: &Numbered| match &numbered.request {
            Request::Write { data } => data.len(),
            Request::Command { text } => text.len(),
            _ => 0,
        };
        self.requests.iter().map(size).sum()
    }

    /// Whether a command is what it waits with: it can be refused in words.
    pub(super) fn begins_with_line(&self) -> bool {
        matches!(self.requests.front(), Some(Numbered { request: Request::Command { .. }, .. }))
    }

    /// Does what it can, sending replies as far as the socket takes them.
    pub(super) fn run(&mut self, session: &mut Session, control: &Control, stream: &Stream) {
        let mut sent = Instant::now();
        for count in 0..REQUESTS {
            if self.replies.len() >= REPLIES || self.replies.has_file() {
                self.send(stream);
                if !self.replies.is_sent() {
                    break;
                }
            }
            if let Some(Numbered { request: Request::Open { .. }, .. }) = self.requests.front() {
                // A file of its own needs a session of its own, which is for the connection to make.
                if count > 0 {
                    break;
                }
            }
            let Some(numbered) = self.requests.pop_front() else { break };
            match &numbered.request {
                Request::Open { mode, name } => {
                    if let Err(end) = self.open(session, *mode, name) {
                        self.failure = Some(end);
                        return;
                    }
                    continue;
                }
                Request::Command { .. } => {
                    // It may take long: what is done is not kept back for it.
                    self.send(stream);
                    self.commands += 1;
                }
                _ if sent.elapsed() >= PATIENCE => {
                    self.send(stream);
                    sent = Instant::now();
                }
                _ => {}
            }
            if self.failure.is_some() {
                return;
            }
            self.seat.answer(session, &numbered, control, &mut self.replies);
        }
        self.send(stream);
    }

    fn send(&mut self, stream: &Stream) {
        if self.replies.is_sent() {
            return;
        }
        if let Err(error) = self.replies.send(stream) {
            self.failure = Some(error.into());
        }
    }

    fn open(&mut self, session: &mut Session, mode: u8, name: &[u8]) -> Result<(), End> {
        let shown = || String::from_utf8_lossy(name).into_owned();
        let opened = match str::from_utf8(name) {
            _ if means_nothing(name) => self.seat.join(session),
            Ok(uri) => self.seat.open(session, mode, uri),
            Err(_) => Err("the name is not UTF-8".to_owned()),
        };
        let fd = opened.map_err(|why| End::Open { name: shown(), why })?;
        self.opened = Some(shown());
        self.push(&Reply::Open { fd });
        Ok(())
    }

    fn push(&mut self, reply: &Reply) {
        let mut bytes = Vec::with_capacity(16);
        if reply.encode(&mut bytes).is_ok() {
            self.replies.push(&bytes);
        }
    }

    /// Answers commands with `why`, without the session. Bytes cannot be refused but by hanging up.
    pub(super) fn refuse(&mut self, why: &str) {
        while let Some(numbered) = self.requests.pop_front() {
            match &numbered.request {
                Request::Command { text } => match Note::parse(text) {
                    Some(Note::Hello(_)) => {
                        let hello =
                            ServerHello { session: Some(Ownership::Shared), ..ServerHello::default() };
                        self.seat.introduce(&hello.to_string(), &mut self.replies);
                    }
                    _ if self.seat.greeted => self.seat.reply(b"", Status::Failed, why, &mut self.replies),
                    _ => {
                        let line = format!("ERROR: {why}\n");
                        self.seat.reply(line.as_bytes(), Status::Failed, "", &mut self.replies);
                    }
                },
                Request::Open { name, .. } if means_nothing(name) => self.push(&Reply::Open { fd: 0 }),
                _ => {
                    self.failure = Some(End::Busy);
                    return;
                }
            }
        }
    }
}
