//! Replies: what a server sends. The decoder streams, since a client prints a command's text as it arrives and reads
//! file bytes straight into place; it knows neither what was asked nor who waits for it.

use super::frame::{self, Body, Header};
use super::{Bound, DecodeError, EncodeError, Limits, Operation};

/// One whole reply, for a server to send. Bulk is better sent as [`read_reply_header`] or [`command_reply_header`] and
/// then the bytes from where they are. An error has no reply: a server hangs up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An open succeeded.
    Open {
        /// The server's descriptor.
        fd: u32,
    },
    /// The bytes of a read.
    Read {
        /// At most as many as were asked for.
        data: Vec<u8>,
    },
    /// A write was tried.
    Write {
        /// [`WRITE_DONE`](super::stock::WRITE_DONE) or 0; not a count.
        code: u32,
    },
    /// A seek's answer.
    Seek {
        /// Cursor or size, in bytes.
        offset: u64,
    },
    /// A close's answer.
    Close {
        /// 0 when it was done.
        code: u32,
    },
    /// A command's text.
    Command {
        /// The text, without its NUL. Stock servers also answer with an empty body, which
        /// `command_reply_header(0)` is.
        text: Vec<u8>,
    },
}

impl Reply {
    /// Appends the reply to `out`, or leaves `out` alone and says why it cannot be sent.
    ///
    /// A NUL inside a command's text is let through: the far end's stock client stops there, farad's does not.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let word = |operation: Operation, word| frame::word_header(operation.reply_byte(), word);
        match self {
            Self::Open { fd } => out.extend_from_slice(&word(Operation::Open, *fd)),
            Self::Read { data } => {
                let len = frame::length("read reply", data.len())?;
                out.extend_from_slice(&read_reply_header(len));
                out.extend_from_slice(data);
            }
            Self::Write { code } => out.extend_from_slice(&word(Operation::Write, *code)),
            Self::Seek { offset } => {
                out.push(Operation::Seek.reply_byte());
                out.extend_from_slice(&offset.to_be_bytes());
            }
            Self::Close { code } => out.extend_from_slice(&word(Operation::Close, *code)),
            Self::Command { text } => {
                let len = frame::length("command reply", text.len().saturating_add(1))?;
                out.extend_from_slice(&command_reply_header(len));
                out.extend_from_slice(text);
                out.push(0);
            }
        }
        Ok(())
    }
}

/// The header of a read's reply of `len` bytes.
pub const fn read_reply_header(len: u32) -> [u8; 5] {
    frame::word_header(Operation::Read.reply_byte(), len)
}

/// The header of a command's reply of `len` bytes, its NUL and any [trailer](super::trailer) counted.
pub const fn command_reply_header(len: u32) -> [u8; 5] {
    frame::word_header(Operation::Command.reply_byte(), len)
}

/// What a [`ReplyDecoder`] found next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyEvent<'a> {
    /// An open succeeded.
    Open {
        /// The server's descriptor.
        fd: u32,
    },
    /// A read's reply begins. The caller knows how much it asked for; more than that is a lying server.
    ReadStart {
        /// Its bytes to come.
        len: u32,
    },
    /// Some bytes of the read; never empty.
    ReadBytes(&'a [u8]),
    /// The read's reply is complete. Comes for a length of 0 too.
    ReadEnd,
    /// A write was tried.
    Write {
        /// [`WRITE_DONE`](super::stock::WRITE_DONE) or 0; not a count.
        code: u32,
    },
    /// A seek's answer.
    Seek {
        /// Cursor or size, in bytes.
        offset: u64,
    },
    /// A close's answer.
    Close {
        /// 0 when it was done.
        code: u32,
    },
    /// A command's reply begins: feed what follows to a [`TailSplitter`](super::trailer::TailSplitter) of this length.
    CommandStart {
        /// Its bytes to come, NUL and trailer counted.
        len: u32,
    },
    /// Some bytes of the body; never empty.
    CommandBytes(&'a [u8]),
    /// The command's reply is complete. Comes for a length of 0 too.
    CommandEnd,
    /// The server asks its client to run a command before it answers. It waits for a [`Reply::Command`]: an empty one
    /// refuses.
    ReverseCommand {
        /// The command, without its NUL.
        text: Vec<u8>,
    },
}

/// Replies out of a stream cut up in any way. It copies and keeps nothing but headers and reverse commands.
///
/// To read a body straight into its place, look at [`body_left`](Self::body_left) once `input` is empty, read up to
/// that many bytes from the stream, and [`advance`](Self::advance) by as many; the end event then comes as usual.
#[derive(Debug)]
pub struct ReplyDecoder {
    limits: Limits,
    header: Header,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Gathering the header.
    Header,
    /// In a read's or command's body, with so much of it to come.
    Streaming(Streamed, u32),
    /// Gathering a reverse command.
    Reverse(Body),
    /// A fatal error was found; there is nothing behind it that could be trusted.
    Failed(DecodeError),
}

#[derive(Clone, Copy, Debug)]
enum Streamed {
    Read,
    Command,
}

impl ReplyDecoder {
    /// A decoder at the start of a stream. Of `limits` it uses `read`, `reply` and `reverse`.
    pub fn new(limits: Limits) -> Self {
        Self { limits, header: Header::default(), state: State::Header }
    }

    /// Takes bytes off the front of `input` up to the end of one event and returns it; `None` means all of `input` was
    /// taken and more is needed. An end event needs no input: call until `None`.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<ReplyEvent<'a>>, DecodeError> {
        let result = match &mut self.state {
            State::Failed(error) => Err(*error),
            State::Header => self.start(input),
            State::Streaming(streamed, left) => Ok(stream(*streamed, left, input)),
            State::Reverse(body) => Ok(reverse(body, input)),
        };
        match &result {
            Err(error) => self.state = State::Failed(*error),
            Ok(Some(event)) if ends_message(event) => {
                self.header.clear();
                self.state = State::Header;
            }
            Ok(_) => {}
        }
        result
    }

    /// Bytes still to come of the body being streamed; 0 outside one.
    pub fn body_left(&self) -> u32 {
        match self.state {
            State::Streaming(_, left) => left,
            _ => 0,
        }
    }

    /// Notes that the caller took `taken` bytes of the body off the stream itself, and returns whether the body had
    /// that many to come. When it had not, the caller read bytes of a later message, and nothing changes.
    #[must_use]
    pub fn advance(&mut self, taken: usize) -> bool {
        match &mut self.state {
            State::Streaming(_, left) => {
                match u32::try_from(taken).ok().and_then(|taken| left.checked_sub(taken)) {
                    Some(rest) => {
                        *left = rest;
                        true
                    }
                    None => false,
                }
            }
            _ => taken == 0,
        }
    }

    /// True where a server may hang up without cutting a reply in two.
    pub fn is_between_messages(&self) -> bool {
        matches!(self.state, State::Header) && self.header.is_empty()
    }

    fn start<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<ReplyEvent<'a>>, DecodeError> {
        if !self.header.fill(1, input) {
            return Ok(None);
        }
        let first = First::of(self.header.operation_byte())?;
        let header_len = if matches!(first, First::Reply(Operation::Seek)) { 9 } else { 5 };
        if !self.header.fill(header_len, input) {
            return Ok(None);
        }
        let word = self.header.word();
        Ok(Some(match first {
            First::Reply(Operation::Open) => ReplyEvent::Open { fd: word },
            First::Reply(Operation::Write) => ReplyEvent::Write { code: word },
            First::Reply(Operation::Seek) => ReplyEvent::Seek { offset: self.header.offset() },
            First::Reply(Operation::Close) => ReplyEvent::Close { code: word },
            First::Reply(Operation::Read) => {
                self.limits.check(Bound::Read, word)?;
                self.state = State::Streaming(Streamed::Read, word);
                ReplyEvent::ReadStart { len: word }
            }
            First::Reply(Operation::Command) => {
                self.limits.check(Bound::Reply, word)?;
                self.state = State::Streaming(Streamed::Command, word);
                ReplyEvent::CommandStart { len: word }
            }
            First::Reply(Operation::System) => {
                return Err(DecodeError::Unsupported { byte: self.header.operation_byte() });
            }
            First::Reverse => {
                self.limits.check(Bound::Reverse, word)?;
                let len = word as usize;
                let mut body = Body::new(len);
                let event = reverse(&mut body, input);
                self.state = State::Reverse(body);
                return Ok(event);
            }
        }))
    }
}

/// What a message's first byte makes it.
#[derive(Clone, Copy)]
enum First {
    Reply(Operation),
    Reverse,
}

impl First {
    fn of(byte: u8) -> Result<Self, DecodeError> {
        match (Operation::from_reply_byte(byte), Operation::from_request_byte(byte)) {
            (Some(Operation::System), _) => Err(DecodeError::Unsupported { byte }),
            (Some(operation), _) => Ok(Self::Reply(operation)),
            (None, Some(Operation::Command)) => Ok(Self::Reverse),
            (None, Some(_)) => Err(DecodeError::Malformed { what: "a request came where a reply belongs" }),
            (None, None) => Err(DecodeError::Unsupported { byte }),
        }
    }
}

fn stream<'a>(streamed: Streamed, left: &mut u32, input: &mut &'a [u8]) -> Option<ReplyEvent<'a>> {
    if *left == 0 {
        return Some(match streamed {
            Streamed::Read => ReplyEvent::ReadEnd,
            Streamed::Command => ReplyEvent::CommandEnd,
        });
    }
    let bytes = frame::split(input, *left as usize);
    if bytes.is_empty() {
        return None;
    }
    *left -= bytes.len() as u32;
    Some(match streamed {
        Streamed::Read => ReplyEvent::ReadBytes(bytes),
        Streamed::Command => ReplyEvent::CommandBytes(bytes),
    })
}

fn reverse<'a>(body: &mut Body, input: &mut &'a [u8]) -> Option<ReplyEvent<'a>> {
    body.fill(input).then(|| ReplyEvent::ReverseCommand { text: std::mem::take(body).into_text() })
}

const fn ends_message(event: &ReplyEvent<'_>) -> bool {
    !matches!(
        event,
        ReplyEvent::ReadStart { .. }
            | ReplyEvent::ReadBytes(_)
            | ReplyEvent::CommandStart { .. }
            | ReplyEvent::CommandBytes(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoder() -> ReplyDecoder {
        ReplyDecoder::new(Limits::client())
    }

    #[test]
    fn an_empty_body_still_starts_and_ends() {
        let mut decoder = decoder();
        let mut input = b"\x87\0\0\0\0".as_slice();
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::CommandStart { len: 0 })));
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::CommandEnd)));
        assert_eq!(decoder.next(&mut input), Ok(None));
        assert!(decoder.is_between_messages());
    }

    #[test]
    fn a_body_can_be_read_around_the_decoder() {
        let mut decoder = decoder();
        let mut input = b"\x82\0\0\0\x08ab".as_slice();
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::ReadStart { len: 8 })));
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::ReadBytes(b"ab"))));
        assert_eq!(decoder.body_left(), 6);
        assert!(!decoder.advance(7), "the seventh byte belongs to the next message");
        assert!(decoder.advance(6));
        let mut input = b"\x81\0\0\0\x04".as_slice();
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::ReadEnd)));
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::Open { fd: 4 })));
        assert_eq!(decoder.body_left(), 0);
        assert!(!decoder.advance(1));
    }

    #[test]
    fn a_reverse_command_comes_before_the_reply_it_delays() {
        let mut decoder = decoder();
        let mut input = b"\x07\0\0\0\x03id\0\x84\0\0\0\0\0\0\0\x09".as_slice();
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::ReverseCommand { text: b"id".to_vec() })));
        assert_eq!(decoder.next(&mut input), Ok(Some(ReplyEvent::Seek { offset: 9 })));
        assert!(decoder.is_between_messages());
    }

    #[test]
    fn lengths_over_a_limit_are_refused_at_the_header() {
        let limits = Limits { read: 16, reply: 32, reverse: 64, ..Limits::client() };
        for (byte, bound, limit) in
            [(0x82, Bound::Read, 16), (0x87, Bound::Reply, 32), (7, Bound::Reverse, 64)]
        {
            let mut decoder = ReplyDecoder::new(limits);
            let error = decoder.next(&mut [byte, 0, 0, 1, 0].as_slice()).unwrap_err();
            assert_eq!(error, DecodeError::OverLimit { bound, length: 256, limit });
            assert_eq!(decoder.next(&mut b"\x81\0\0\0\x04".as_slice()), Err(error));
        }
    }

    #[test]
    fn what_is_no_reply_is_fatal() {
        for byte in [0, 1, 2, 6, b'H', 0x80, 0x86, 0x88] {
            let error = decoder().next(&mut [byte].as_slice()).unwrap_err();
            assert!(error.is_fatal(), "{byte:#x}");
        }
    }
}
