//! Requests: what a client sends, and what a server sends back when it runs a command on its client.
//!
//! [`RequestDecoder`] hands out whole messages, since a server must check one before it acts on any of it; what they do
//! to a session is not known here.

use super::frame::{self, Body, Header};
use super::{Bound, DecodeError, EncodeError, Limits, Operation, stock};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Open `name`; an empty one asks for what the server has open.
    Open {
        /// Permission bits: 4 read, 2 write, 1 execute. Stock `=+` sends 0 or 1, so 0 means "read" too.
        mode: u8,
        /// File name or URI, without its NUL; at most [`stock::NAME`] bytes.
        name: Vec<u8>,
    },
    /// Read at the cursor, without moving it.
    Read {
        /// Bytes wanted.
        len: u32,
    },
    /// Write at the cursor.
    Write {
        /// The bytes.
        data: Vec<u8>,
    },
    /// Move the cursor, or ask for it or for the size.
    Seek {
        /// Which of these.
        whence: Whence,
        /// Where to, in bytes; only [`Whence::Set`] uses it.
        offset: u64,
    },
    /// Close a descriptor. Never for a stock server: it closes its own operating system descriptor of that number.
    Close {
        /// The descriptor, as an open's reply gave it.
        fd: u32,
    },
    /// Run a command. The one request that a server may also send to its client.
    Command {
        /// The command, without its NUL.
        text: Vec<u8>,
    },
}

/// What a seek asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Whence {
    /// Move the cursor to the offset; answered with it.
    Set = 0,
    /// Answer with the cursor. Nothing moves.
    Tell = 1,
    /// Answer with the size. Nothing moves.
    Size = 2,
}

impl Whence {
    const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Set,
            1 => Self::Tell,
            2 => Self::Size,
            _ => return None,
        })
    }
}

impl Request {
    /// Which operation this is.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Open { .. } => Operation::Open,
            Self::Read { .. } => Operation::Read,
            Self::Write { .. } => Operation::Write,
            Self::Seek { .. } => Operation::Seek,
            Self::Close { .. } => Operation::Close,
            Self::Command { .. } => Operation::Command,
        }
    }

    /// Appends the request to `out`, or leaves `out` alone and says why it cannot be sent.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let byte = self.operation().request_byte();
        match self {
            Self::Open { mode, name } => {
                frame::refuse_nul("file name", name)?;
                let length = u8::try_from(name.len() + 1).map_err(|_| EncodeError::TooLong {
                    what: "file name",
                    length: name.len(),
                    limit: stock::NAME,
                })?;
                out.extend_from_slice(&[byte, *mode, length]);
                out.extend_from_slice(name);
                out.push(0);
            }
            Self::Read { len } => out.extend_from_slice(&frame::word_header(byte, *len)),
            Self::Write { data } => {
                let length = frame::length("write", data.len())?;
                out.extend_from_slice(&write_header(length));
                out.extend_from_slice(data);
            }
            Self::Seek { whence, offset } => {
                out.extend_from_slice(&[byte, *whence as u8]);
                out.extend_from_slice(&offset.to_be_bytes());
            }
            Self::Close { fd } => out.extend_from_slice(&frame::word_header(byte, *fd)),
            Self::Command { text } => {
                frame::refuse_nul("command", text)?;
                let length = frame::length("command", text.len().saturating_add(1))?;
                out.extend_from_slice(&frame::word_header(byte, length));
                out.extend_from_slice(text);
                out.push(0);
            }
        }
        Ok(())
    }
}

/// The header of a write of `len` bytes, for a caller that sends the bytes themselves from where they are.
pub const fn write_header(len: u32) -> [u8; 5] {
    frame::word_header(Operation::Write.request_byte(), len)
}

/// Requests out of a stream cut up in any way.
#[derive(Debug)]
pub struct RequestDecoder {
    limits: Limits,
    header: Header,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Gathering the header.
    Header,
    /// Gathering the body of the operation in the header.
    Body(Body),
    /// A fatal error was found; there is nothing behind it that could be trusted.
    Failed(DecodeError),
}

impl RequestDecoder {
    /// A decoder at the start of a stream. Of `limits` it uses `read`, `write` and `command`.
    pub fn new(limits: Limits) -> Self {
        Self { limits, header: Header::default(), state: State::Header }
    }

    /// Takes bytes off the front of `input` up to the end of one request and returns it; `None` means all of `input`
    /// was taken and more is needed. What stays in `input` belongs to later requests: call again with it.
    ///
    /// A length over a limit is refused when its header is read, before its body is awaited. After an error that is
    /// not [fatal](DecodeError::is_fatal) the next call goes on with the next request.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Request>, DecodeError> {
        let result = self.step(input);
        match result {
            Ok(None) => {}
            Err(error) if error.is_fatal() => self.state = State::Failed(error),
            Ok(Some(_)) | Err(_) => {
                self.header.clear();
                self.state = State::Header;
            }
        }
        result
    }

    /// True where a peer may hang up without cutting a request in two.
    pub fn is_between_messages(&self) -> bool {
        matches!(self.state, State::Header) && self.header.is_empty()
    }

    fn step(&mut self, input: &mut &[u8]) -> Result<Option<Request>, DecodeError> {
        match &self.state {
            State::Failed(error) => return Err(*error),
            State::Body(_) => {}
            State::Header => {
                if !self.header.fill(1, input) {
                    return Ok(None);
                }
                let operation = request_operation(self.header.operation_byte())?;
                if !self.header.fill(header_len(operation), input) {
                    return Ok(None);
                }
                match self.begin(operation)? {
                    Begun::Whole(request) => return Ok(Some(request)),
                    Begun::Body(len) => self.state = State::Body(Body::new(len)),
                }
            }
        }
        let State::Body(body) = &mut self.state else { return Ok(None) };
        if !body.fill(input) {
            return Ok(None);
        }
        let body = std::mem::take(body);
        let operation = request_operation(self.header.operation_byte())?;
        Ok(Some(match operation {
            Operation::Open => Request::Open { mode: self.header.detail(), name: body.into_text() },
            Operation::Write => Request::Write { data: body.into_data() },
            _ => Request::Command { text: body.into_text() },
        }))
    }

    /// Judges a whole header.
    fn begin(&self, operation: Operation) -> Result<Begun, DecodeError> {
        let header = &self.header;
        let word = header.word();
        Ok(match operation {
            Operation::Open => Begun::Body(header.name_len().into()),
            Operation::Read => {
                self.limits.check(Bound::Read, word)?;
                Begun::Whole(Request::Read { len: word })
            }
            Operation::Write => Begun::Body(self.checked(Bound::Write, word)?),
            Operation::Seek => {
                let byte = header.detail();
                let whence = Whence::from_byte(byte).ok_or(DecodeError::UnsupportedWhence { byte })?;
                Begun::Whole(Request::Seek { whence, offset: header.offset_after_detail() })
            }
            Operation::Close => Begun::Whole(Request::Close { fd: word }),
            Operation::System => return Err(DecodeError::Unsupported { byte: header.operation_byte() }),
            Operation::Command => Begun::Body(self.checked(Bound::Command, word)?),
        })
    }

    fn checked(&self, bound: Bound, length: u32) -> Result<usize, DecodeError> {
        self.limits.check(bound, length)?;
        usize::try_from(length).map_err(|_| DecodeError::OverLimit {
            bound,
            length,
            limit: self.limits.of(bound),
        })
    }
}

/// What a header turned out to be.
enum Begun {
    /// The whole request.
    Whole(Request),
    /// The start of one with a body of this many bytes.
    Body(usize),
}

fn request_operation(byte: u8) -> Result<Operation, DecodeError> {
    match Operation::from_request_byte(byte) {
        // No body of it was ever seen, so nothing behind the byte can be told apart.
        Some(Operation::System) => Err(DecodeError::Unsupported { byte }),
        Some(operation) => Ok(operation),
        None if Operation::from_reply_byte(byte).is_some() => {
            Err(DecodeError::Malformed { what: "a reply came where a request belongs" })
        }
        None => Err(DecodeError::Unsupported { byte }),
    }
}

const fn header_len(operation: Operation) -> usize {
    match operation {
        Operation::Open => 3,
        Operation::Seek => 10,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_one(mut bytes: &[u8]) -> Result<Option<Request>, DecodeError> {
        RequestDecoder::new(Limits::server()).next(&mut bytes)
    }

    #[test]
    fn an_open_without_nul_or_name_is_understood() {
        let open = |name: &[u8]| Ok(Some(Request::Open { mode: 4, name: name.to_vec() }));
        assert_eq!(decode_one(b"\x01\x04\x00"), open(b""));
        assert_eq!(decode_one(b"\x01\x04\x01\x00"), open(b""));
        assert_eq!(decode_one(b"\x01\x04\x02ab"), open(b"ab"));
    }

    #[test]
    fn a_name_holds_at_most_254_bytes() {
        let mut out = Vec::new();
        Request::Open { mode: 0, name: vec![b'a'; 254] }.encode(&mut out).unwrap();
        assert_eq!(out.len(), 3 + 255);
        let long = Request::Open { mode: 0, name: vec![b'a'; 255] }.encode(&mut out);
        assert!(matches!(long, Err(EncodeError::TooLong { length: 255, limit: 254, .. })), "{long:?}");
        assert_eq!(out.len(), 3 + 255);
    }

    #[test]
    fn a_nul_inside_a_text_is_refused() {
        let mut out = Vec::new();
        assert!(Request::Command { text: b"a\0b".to_vec() }.encode(&mut out).is_err());
        assert!(Request::Open { mode: 0, name: b"a\0b".to_vec() }.encode(&mut out).is_err());
        assert!(out.is_empty());
    }

    #[test]
    fn a_length_over_its_limit_is_refused_at_the_header_and_names_the_limit() {
        for (byte, bound) in [(2, Bound::Read), (3, Bound::Write), (7, Bound::Command)] {
            let error = decode_one(&[byte, 0xff, 0xff, 0xff, 0xff]).unwrap_err();
            assert_eq!(error, DecodeError::OverLimit { bound, length: u32::MAX, limit: 1 << 20 });
            assert!(error.is_fatal());
        }
    }

    #[test]
    fn a_strange_operation_is_fatal_for_ever() {
        for (byte, malformed) in [(0x87, true), (6, false), (b'G', false), (0, false), (0xff, false)] {
            let mut decoder = RequestDecoder::new(Limits::server());
            let error = decoder.next(&mut [byte].as_slice()).unwrap_err();
            assert!(error.is_fatal());
            assert_eq!(matches!(error, DecodeError::Malformed { .. }), malformed);
            assert_eq!(decoder.next(&mut b"\x02\0\0\0\x01".as_slice()), Err(error));
        }
    }

    #[test]
    fn an_unknown_whence_leaves_the_stream_in_step() {
        let mut decoder = RequestDecoder::new(Limits::server());
        let mut input = b"\x04\x09\0\0\0\0\0\0\0\0\x02\0\0\0\x01".as_slice();
        let error = decoder.next(&mut input).unwrap_err();
        assert_eq!(error, DecodeError::UnsupportedWhence { byte: 9 });
        assert!(!error.is_fatal());
        assert_eq!(decoder.next(&mut input), Ok(Some(Request::Read { len: 1 })));
        assert!(decoder.is_between_messages());
    }

    #[test]
    fn a_cut_request_is_told_from_a_clean_end() {
        let mut decoder = RequestDecoder::new(Limits::server());
        assert!(decoder.is_between_messages());
        assert_eq!(decoder.next(&mut b"\x07\0\0\0\x05pd".as_slice()), Ok(None));
        assert!(!decoder.is_between_messages());
    }
}
