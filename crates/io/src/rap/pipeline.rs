//! Requests on their way and the replies they are owed, in order.
//!
//! It holds what the server says against what was asked, answers commands that the server sends back, and drops the
//! replies nobody waits for any more, so that a connection stays in step after an interrupt. It does not know why
//! anything was asked.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Instant;

use farad_wire::rap::{EncodeError, Limits, Reply, ReplyDecoder, ReplyEvent, Request};

use super::greeting::Reverse;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::net::{Link, Wait, advise};

/// Bytes received at once where they have no place of their own yet.
const STAGED: usize = 64 << 10;

/// Most commands a server may send back before it answers anything.
const REVERSED: u32 = 64;

/// When a wait is given up.
#[derive(Clone, Copy)]
pub(super) struct Patience<'a> {
    /// Its deadline ends every wait.
    pub(super) ctx: &'a Ctx,
    /// As many cancels are waited through.
    pub(super) raises: u32,
    /// Ends the wait too, as a deadline.
    pub(super) until: Option<Instant>,
}

impl<'a> Patience<'a> {
    /// As patient as the context: the first cancel ends the wait.
    pub(super) fn of(ctx: &'a Ctx) -> Patience<'a> {
        Patience { ctx, raises: 0, until: None }
    }

    fn check(&self) -> Result<()> {
        if self.ctx.cancel.count() > self.raises {
            return Err(Error::Cancelled);
        }
        let ends = [self.ctx.deadline, self.until].into_iter().flatten().min();
        match ends {
            Some(ends) if Instant::now() >= ends => Err(Error::Deadline),
            _ => Ok(()),
        }
    }
}

/// What a reply must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    Open,
    /// At most this many bytes.
    Read(u32),
    Write,
    Seek,
    Close,
    Command,
}

impl Owed {
    fn by(request: &Request) -> Owed {
        match request {
            Request::Open { .. } => Owed::Open,
            Request::Read { len } => Owed::Read(*len),
            Request::Write { .. } => Owed::Write,
            Request::Seek { .. } => Owed::Seek,
            Request::Close { .. } => Owed::Close,
            Request::Command { .. } => Owed::Command,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Owed::Open => "an open",
            Owed::Read(_) => "a read",
            Owed::Write => "a write",
            Owed::Seek => "a seek",
            Owed::Close => "a close",
            Owed::Command => "a command",
        }
    }
}

/// What came next for the oldest request that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Bytes moved, or a tick passed, but no reply got further.
    Moved,
    /// The open succeeded, as this descriptor.
    Opened(u32),
    /// The seek's answer.
    Offset(u64),
    /// The write's code.
    Written(u32),
    /// The close's answer. Its code says nothing of use.
    Closed,
    /// A read's reply begins, of so many bytes; never more than were asked for.
    ReadStart(u32),
    /// A command's reply begins, of so many bytes.
    CommandStart(u32),
    /// Bytes of a read's or command's body: [`Pipeline::staged`] has them.
    Staged(Range<usize>),
    /// So many bytes of a body went straight to the place that was offered.
    Placed(usize),
    /// The body is complete.
    End,
}

/// One connection's requests and replies.
pub(super) struct Pipeline {
    uri: String,
    link: Link,
    decoder: ReplyDecoder,
    reverse: Reverse,
    reversed: u32,
    /// Encoded requests, of which so many bytes are sent.
    outbox: Vec<u8>,
    sent: usize,
    /// What the server owes, oldest first; replies to the first so many are dropped.
    owed: VecDeque<Owed>,
    abandoned: usize,
    /// Bytes received and not yet looked at.
    staged: Vec<u8>,
    unread: Range<usize>,
    trips: u64,
    /// How long the peer is waited for in the call that is made.
    wait: Wait,
    /// The peer ended the connection.
    hung_up: bool,
    /// Why there is no connection any more.
    broken: Option<String>,
}

impl Pipeline {
    /// At the start of a connection. `uri` names the peer in errors.
    pub(super) fn new(uri: String, link: Link, reverse: Reverse) -> Pipeline {
        Pipeline {
            uri,
            link,
            decoder: ReplyDecoder::new(Limits::client()),
            reverse,
            reversed: 0,
            outbox: Vec::new(),
            sent: 0,
            owed: VecDeque::new(),
            abandoned: 0,
            staged: vec![0; STAGED],
            unread: 0..0,
            trips: 0,
            wait: Wait::without_end(),
            hung_up: false,
            broken: None,
        }
    }

    /// The peer, for errors.
    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// The stream beneath.
    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// Waits so long from here on.
    pub(super) fn set_wait(&mut self, wait: Wait) {
        self.wait = wait;
    }

    /// How often something was asked while nothing was on its way: the round trips that had to be waited for.
    pub(super) fn trips(&self) -> u64 {
        self.trips
    }

    /// Whether it can still be used.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Whether it was the peer that ended the connection.
    pub(super) fn was_hung_up(&self) -> bool {
        self.hung_up
    }

    /// Bytes received that a [`Step::Staged`] named.
    pub(super) fn staged(&self, range: Range<usize>) -> &[u8] {
        &self.staged[range]
    }

    /// Bytes encoded and not yet sent.
    pub(super) fn unsent(&self) -> usize {
        self.outbox.len() - self.sent
    }

    /// Puts a request in line. It goes out with the next [`step`](Self::step).
    ///
    /// # Errors
    /// When the format cannot carry it; nothing was put in line then.
    pub(super) fn push(&mut self, request: &Request) -> std::result::Result<(), EncodeError> {
        request.encode(&mut self.outbox)?;
        if self.owed.is_empty() {
            self.trips += 1;
        }
        self.owed.push_back(Owed::by(request));
        Ok(())
    }

    /// Drops the replies to everything asked so far, as they come.
    pub(super) fn abandon(&mut self) {
        self.abandoned = self.owed.len();
    }

    /// Waits until nothing is owed, dropping all replies.
    ///
    /// # Errors
    /// What [`step`](Self::step) says.
    pub(super) fn drain(&mut self, patience: Patience<'_>) -> Result<()> {
        self.abandon();
        while !self.owed.is_empty() {
            self.step(None, patience)?;
        }
        Ok(())
    }

    /// Whether nothing is owed that somebody waits for.
    pub(super) fn is_idle(&self) -> bool {
        self.owed.len() == self.abandoned
    }

    /// Whether some of the server's bytes came that nobody has looked at or asked for.
    pub(super) fn is_out_of_step(&self) -> bool {
        self.owed.is_empty() && !(self.unread.is_empty() && self.decoder.is_between_messages())
    }

    /// Hangs up, and says why from now on.
    pub(super) fn fail(&mut self, why: impl Into<String>) -> Error {
        let why = why.into();
        self.link.close();
        self.outbox.clear();
        (self.sent, self.unread, self.abandoned) = (0, 0..0, 0);
        self.owed.clear();
        self.broken.get_or_insert_with(|| why.clone());
        Error::Connection { uri: self.uri.clone(), why }
    }

    /// Moves bytes and returns what they amount to. A body goes straight to `place` where one is offered; it must have
    /// room for what is to come of the body, or only so much is received at once.
    ///
    /// # Errors
    /// [`Error::Connection`] when the peer hung up or lied: the connection is closed then. The interrupt when
    /// `patience` ended: the connection stays in step, and what is owed is the caller's to
    /// [`abandon`](Self::abandon).
    pub(super) fn step(&mut self, place: Option<&mut [u8]>, patience: Patience<'_>) -> Result<Step> {
        if let Some(why) = &self.broken {
            return Err(Error::Connection { uri: self.uri.clone(), why: format!("not connected: {why}") });
        }
        if let Some(step) = self.decode()? {
            return Ok(step);
        }
        patience.check()?;
        let left = self.decoder.body_left() as usize;
        let place = place.filter(|place| self.abandoned == 0 && left > 0 && !place.is_empty());
        let placed = place.is_some();
        let into = match place {
            Some(place) => {
                let room = place.len().min(left);
                &mut place[..room]
            }
            None => self.staged.as_mut_slice(),
        };
        let asked = Instant::now();
        let moved = match self.link.exchange(&self.outbox[self.sent..], into) {
            Ok(moved) => moved,
            Err(error) => return Err(self.fail(error.to_string())),
        };
        if let Err(why) = self.wait.spend(asked.elapsed(), moved.sent + moved.received) {
            return Err(self.fail(advise(&why)));
        }
        self.sent += moved.sent;
        if self.sent == self.outbox.len() {
            self.outbox.clear();
            self.sent = 0;
        }
        if moved.received == 0 {
            if self.link.is_closed() {
                self.hung_up = true;
                let why = self.farewell();
                return Err(self.fail(why));
            }
            return Ok(Step::Moved);
        }
        if !placed {
            self.unread = 0..moved.received;
            return Ok(self.decode()?.unwrap_or(Step::Moved));
        }
        if !self.decoder.advance(moved.received) {
            return Err(self.fail("more bytes came than the reply has"));
        }
        Ok(Step::Placed(moved.received))
    }

    /// What the bytes at hand amount to, past all that is dropped.
    fn decode(&mut self) -> Result<Option<Step>> {
        loop {
            let mut input = &self.staged[self.unread.clone()];
            let event = match self.decoder.next(&mut input) {
                Ok(event) => event,
                Err(error) => return Err(self.fail(error.to_string())),
            };
            let at = self.unread.end - input.len();
            let unread = at..self.unread.end;
            let Some(event) = event else {
                self.unread = 0..0;
                return Ok(None);
            };
            let step = match event {
                ReplyEvent::ReverseCommand { text } => {
                    self.unread = unread;
                    self.answer_reverse(&text)?;
                    continue;
                }
                ReplyEvent::Open { fd } => (Step::Opened(fd), Some(Owed::Open)),
                ReplyEvent::Seek { offset } => (Step::Offset(offset), Some(Owed::Seek)),
                ReplyEvent::Write { code } => (Step::Written(code), Some(Owed::Write)),
                ReplyEvent::Close { .. } => (Step::Closed, Some(Owed::Close)),
                ReplyEvent::ReadStart { len } => (Step::ReadStart(len), Some(Owed::Read(len))),
                ReplyEvent::CommandStart { len } => (Step::CommandStart(len), Some(Owed::Command)),
                ReplyEvent::ReadBytes(bytes) | ReplyEvent::CommandBytes(bytes) => {
                    (Step::Staged(at - bytes.len()..at), None)
                }
                ReplyEvent::ReadEnd | ReplyEvent::CommandEnd => (Step::End, None),
            };
            self.unread = unread;
            let (step, reply) = step;
            if let Some(reply) = reply {
                self.check(reply)?;
            }
            let ends = !matches!(step, Step::ReadStart(_) | Step::CommandStart(_) | Step::Staged(_));
            if ends {
                self.owed.pop_front();
            }
            if self.abandoned == 0 {
                return Ok(Some(step));
            }
            if ends {
                self.abandoned -= 1;
            }
        }
    }

    /// Holds the start of a reply against what is owed.
    fn check(&mut self, reply: Owed) -> Result<()> {
        self.reversed = 0;
        let why = match (self.owed.front(), reply) {
            (Some(Owed::Read(asked)), Owed::Read(len)) if len <= *asked => return Ok(()),
            (Some(Owed::Read(asked)), Owed::Read(len)) => {
                format!("a read of {asked} bytes was answered with {len}")
            }
            (Some(owed), reply) if *owed == reply => return Ok(()),
            (Some(owed), reply) => {
                format!("the reply to {} came where that to {} belongs", reply.name(), owed.name())
            }
            (None, reply) => format!("a reply to {} came that nobody asked for", reply.name()),
        };
        Err(self.fail(why))
    }

    /// Runs or refuses a command that the server sent back.
    fn answer_reverse(&mut self, text: &[u8]) -> Result<()> {
        self.reversed += 1;
        if self.reversed > REVERSED {
            return Err(self.fail(format!("it sent {REVERSED} commands of its own and answered nothing")));
        }
        let answer = self.reverse.answer(&self.uri, text);
        if let Err(error) = (Reply::Command { text: answer }).encode(&mut self.outbox) {
            return Err(self.fail(error.to_string()));
        }
        Ok(())
    }

    fn farewell(&self) -> String {
        match self.owed.front() {
            Some(owed) if !self.decoder.is_between_messages() => {
                format!("the far end hung up in the middle of its reply to {}", owed.name())
            }
            Some(owed) => format!("the far end hung up instead of answering {}", owed.name()),
            None => "the far end hung up".to_owned(),
        }
    }
}
