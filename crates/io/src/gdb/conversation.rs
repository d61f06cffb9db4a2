//! Packets to a stub and back, over one connection.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use farad_wire::gdb::{Decoder, Event, INTERRUPT, encode};

use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::net::{Link, Pace, Wait, advise};

/// Bytes taken off the link at a time.
const CHUNK: usize = 64 << 10;
/// Most bytes that are put aside while something is sent: a flight of the longest answers.
const UNHEARD: usize = 16 << 20;
/// How often a packet is sent again that did not arrive whole.
const AGAIN: u32 = 3;
/// Cancels that an answer is waited through.
const CANCELS: u32 = 2;
/// For how long a stub that was interrupted may go on.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a stub.
pub(super) struct Conversation {
    link: Link,
    uri: String,
    decoder: Decoder,
    /// Bytes that came and were not looked at.
    came: VecDeque<u8>,
    /// Packets are acknowledged.
    pub(super) acks: bool,
    sent: Vec<u8>,
    again: u32,
    pace: Pace,
    broken: bool,
}

impl Conversation {
    pub(super) fn new(link: Link, uri: String) -> Conversation {
        let pace = Pace { silence: Duration::MAX, whole: Duration::MAX };
        Conversation {
            link,
            uri,
            decoder: Decoder::default(),
            came: VecDeque::new(),
            acks: true,
            sent: Vec::new(),
            again: 0,
            pace,
            broken: false,
        }
    }

    /// The patience with each answer, and with a list of them, from here on. Until then the context alone ends a wait.
    pub(super) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// The error that ends the conversation.
    pub(super) fn fail(&mut self, why: impl Into<String>) -> Error {
        self.broken = true;
        self.link.close();
        Error::Connection { uri: self.uri.clone(), why: why.into() }
    }

    /// Sends a packet.
    pub(super) fn send(&mut self, content: &[u8], ctx: &Ctx) -> Result<()> {
        let packet = encode(content);
        self.sent.clone_from(&packet);
        self.again = 0;
        self.send_raw(&packet, ctx)
    }

    fn send_raw(&mut self, bytes: &[u8], ctx: &Ctx) -> Result<()> {
        if self.broken {
            return Err(Error::Connection {
                uri: self.uri.clone(),
                why: "it was given up before".to_owned(),
            });
        }
        let mut done = 0;
        let mut buf = vec![0; CHUNK];
        let mut until = Instant::now() + PATIENCE;
        let mut wait = Wait::for_answer(self.pace);
        while done < bytes.len() {
            let asked = Instant::now();
            let moved =
                self.link.exchange(&bytes[done..], &mut buf).map_err(|error| self.fail(error.to_string()))?;
            wait.spend(asked.elapsed(), moved.sent).map_err(|why| self.fail(advise(&why)))?;
            self.came.extend(&buf[..moved.received]);
            if self.link.is_closed() {
                return Err(self.fail("the stub hung up"));
            }
            if self.came.len() > UNHEARD {
                return Err(self.fail("it sends more than was asked for"));
            }
            if moved.sent > 0 {
                done += moved.sent;
                until = Instant::now() + PATIENCE;
                continue;
            }
            if done == 0 {
                ctx.check()?;
            } else if ctx.cancel.count() > CANCELS {
                // What was begun must be ended: the stub would take what comes next for the rest of it.
                return Err(self.fail("hung up: it did not take what was sent before the third ^C"));
            }
            if Instant::now() > until {
                return Err(self.fail("the stub takes nothing"));
            }
        }
        Ok(())
    }

    /// Asks the target to stop, whatever the stub is at.
    pub(super) fn interrupt(&mut self, ctx: &Ctx) -> Result<()> {
        let patient = Ctx { cancel: crate::ctx::Cancel::new(), ..ctx.clone() };
        self.send_raw(&[INTERRUPT], &patient)
    }

    /// The next packet of the bytes that came. No more of them are looked at, so that of packets that nobody waits for
    /// only the bytes are kept.
    fn take(&mut self) -> Result<Option<Vec<u8>>> {
        while let Some(byte) = self.came.pop_front() {
            match self.decoder.push(byte).map_err(|error| self.fail(error.to_string()))? {
                Some(Event::Packet { content, intact: true }) => {
                    self.acknowledge(b"+")?;
                    return Ok(Some(content));
                }
                Some(Event::Packet { intact: false, .. }) if self.acks => self.acknowledge(b"-")?,
                Some(Event::Packet { .. }) => return Err(self.fail("a packet's sum is wrong")),
                Some(Event::Nack) => {
                    self.again += 1;
                    if self.again > AGAIN {
                        return Err(self.fail("it does not understand what is sent"));
                    }
                    let packet = self.sent.clone();
                    self.link.exchange(&packet, &mut []).map_err(|error| self.fail(error.to_string()))?;
                }
                Some(Event::Ack | Event::Notification(_)) | None => {}
            }
        }
        Ok(None)
    }

    fn acknowledge(&mut self, sign: &[u8]) -> Result<()> {
        if self.acks {
            self.link.exchange(sign, &mut []).map_err(|error| self.fail(error.to_string()))?;
        }
        Ok(())
    }

    /// The next packet, if one came within a tick.
    pub(super) fn poll(&mut self) -> Result<Option<Vec<u8>>> {
        if let Some(content) = self.take()? {
            return Ok(Some(content));
        }
        let mut buf = vec![0; CHUNK];
        let moved = self.link.exchange(&[], &mut buf).map_err(|error| self.fail(error.to_string()))?;
        self.came.extend(&buf[..moved.received]);
        let content = self.take()?;
        if content.is_none() && self.link.is_closed() {
            return Err(self.fail("the stub hung up"));
        }
        Ok(content)
    }

    /// The next packet. An answer is on its way, and is waited for whoever cancels; a wait that is given up all the same
    /// leaves the stub in the middle of it, and ends the conversation.
    pub(super) fn receive(&mut self, ctx: &Ctx) -> Result<Vec<u8>> {
        let until = Instant::now() + PATIENCE;
        let mut wait = Wait::for_answer(self.pace);
        loop {
            let (asked, before) = (Instant::now(), self.link.received());
            if let Some(content) = self.poll()? {
                return Ok(content);
            }
            let came = usize::try_from(self.link.received() - before).unwrap_or(usize::MAX);
            wait.spend(asked.elapsed(), came).map_err(|why| self.fail(advise(&why)))?;
            let late = ctx.cancel.count() > CANCELS
                || ctx.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            if late && ctx.cancel.is_raised() {
                return Err(self.fail("hung up: it did not answer before the third ^C"));
            }
            if late {
                self.fail("");
                return Err(Error::Deadline);
            }
            if ctx.cancel.is_raised() && Instant::now() > until {
                return Err(self.fail("hung up: it does not answer"));
            }
        }
    }

    /// Asks, and gives the answer.
    pub(super) fn ask(&mut self, content: &[u8], ctx: &Ctx) -> Result<Vec<u8>> {
        self.send(content, ctx)?;
        self.receive(ctx)
    }

    /// The patience with a list of answers: each may come late, but not all of them.
    pub(super) fn list(&self) -> Wait {
        Wait::for_bytes(self.pace)
    }

    /// Asks for a part of a list, and gives the answer.
    pub(super) fn ask_of_list(&mut self, content: &[u8], wait: &mut Wait, ctx: &Ctx) -> Result<Vec<u8>> {
        let asked = Instant::now();
        let answer = self.ask(content, ctx)?;
        wait.spend(asked.elapsed(), content.len() + answer.len()).map_err(|why| self.fail(advise(&why)))?;
        Ok(answer)
    }

    /// The same of several parts in one flight.
    pub(super) fn ask_all_of_list(
        &mut self,
        contents: &[Vec<u8>],
        wait: &mut Wait,
        ctx: &Ctx,
    ) -> Result<Vec<Vec<u8>>> {
        let asked = Instant::now();
        let answers = self.ask_all(contents, ctx)?;
        let moved = contents.iter().chain(&answers).map(Vec::len).sum();
        wait.spend(asked.elapsed(), moved).map_err(|why| self.fail(advise(&why)))?;
        Ok(answers)
    }

    /// Asks several things in one flight, and gives the answers in order.
    pub(super) fn ask_all(&mut self, contents: &[Vec<u8>], ctx: &Ctx) -> Result<Vec<Vec<u8>>> {
        if self.acks {
            // A packet that is asked for again must be the last one sent.
            return contents.iter().map(|content| self.ask(content, ctx)).collect();
        }
        let flight: Vec<u8> = contents.iter().flat_map(|content| encode(content)).collect();
        self.send_raw(&flight, ctx)?;
        contents.iter().map(|_| self.receive(ctx)).collect()
    }

    /// Hangs up.
    pub(super) fn close(&mut self) {
        self.link.finish(Duration::from_millis(200));
        self.broken = true;
    }
}

/// Whether an answer is an error, or says that the question is not known.
pub(super) fn is_refusal(content: &[u8]) -> bool {
    content.is_empty() || matches!(content, [b'E', _, _]) || content.starts_with(b"E.")
}
