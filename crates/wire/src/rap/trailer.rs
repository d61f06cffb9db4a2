//! How a command ended, hidden behind the NUL of its reply's text, for a client that has said [hello](super::hello).
//!
//! The body of the reply is `text NUL message status:u8 length:u32`, the length being the message's in bytes. A stock
//! client would stop at the NUL. Since it is found from the end, the text may hold NULs of its own. Nothing here
//! decides what a status means to the user.

use super::DecodeError;

/// Longest message, in bytes.
pub const MESSAGE: usize = 4_096;

/// NUL, status and length: a trailer's size without its message.
const FRAME: usize = 1 + FOOT;
/// Status and length.
const FOOT: usize = 1 + 4;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It did what was asked.
    Done,
    /// It failed; the message says why.
    Failed,
    /// It was cancelled; the text is what it had printed by then.
    Cancelled,
    /// It was not allowed to run.
    Refused,
    /// A number of a later version: a failure of some kind.
    Other(u8),
}

impl Status {
    /// The number on the wire.
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Cancelled => 2,
            Self::Refused => 3,
            Self::Other(byte) => byte,
        }
    }

    /// The status of a number on the wire.
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Done,
            1 => Self::Failed,
            2 => Self::Cancelled,
            3 => Self::Refused,
            other => Self::Other(other),
        }
    }

    /// True for [`Done`](Self::Done) alone.
    pub const fn is_done(self) -> bool {
        self.to_byte() == 0
    }
}

/// What stands behind the text of a command's reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    status: Status,
    message: String,
}

impl Trailer {
    /// A trailer with `message` cut to [`MESSAGE`] bytes, between characters.
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        let mut message = message.into();
        let mut end = message.len().min(MESSAGE);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        message.truncate(end);
        Self { status, message }
    }

    /// How the command ended.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What it told beside its output: warnings, and why it failed; empty for nothing. From a peer, it is text not to be trusted on a terminal.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Bytes that [`encode`](Self::encode) appends, to be counted in
    /// [`command_reply_header`](super::command_reply_header).
    pub fn encoded_len(&self) -> usize {
        FRAME + self.message.len()
    }

    /// Appends the NUL that ends the text, and the trailer.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(0);
        out.extend_from_slice(self.message.as_bytes());
        out.push(self.status.to_byte());
        // `new` keeps the message within MESSAGE, which fits.
        out.extend_from_slice(&(self.message.len() as u32).to_be_bytes());
    }

    /// Takes a trailer off the end of `body` and returns where the text ends.
    fn decode(body: &[u8]) -> Result<(usize, Self), DecodeError> {
        let malformed = |what| DecodeError::Malformed { what };
        let (rest, &[status, a, b, c, d]) =
            body.split_last_chunk::<FOOT>().ok_or(malformed("a command reply too short for its trailer"))?;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if length > MESSAGE {
            return Err(malformed("a trailer's message longer than 4096 bytes"));
        }
        let start = rest.len().checked_sub(length).ok_or(malformed("a trailer longer than its reply"))?;
        let (text, message) = rest.split_at(start);
        let [text @ .., 0] = text else { return Err(malformed("no NUL between text and trailer")) };
        Ok((text.len(), Self::new(Status::from_byte(status), String::from_utf8_lossy(message))))
    }
}

/// Parts a command reply's body, as it streams by, into text and what stands behind it. It keeps back the last few
/// bytes only: at most [`MESSAGE`] and six with a trailer, one without.
#[derive(Debug)]
pub struct TailSplitter {
    held: Vec<u8>,
    /// Bytes to come that are certainly text.
    text_left: usize,
    /// Bytes to come in all.
    left: usize,
    trailer: bool,
}

/// What was kept back at the end of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The end of the text, to be printed behind what [`TailSplitter::push`] returned.
    pub text: Vec<u8>,
    /// How the command ended, where the reply carries it.
    pub trailer: Option<Trailer>,
}

impl TailSplitter {
    /// For a reply of `len` bytes from a server that was not greeted, or has not answered as farad: the text ends with
    /// its NUL.
    pub fn plain(len: u32) -> Self {
        Self::new(len, 1, false)
    }

    /// For a reply of `len` bytes from a farad server after its hello.
    pub fn with_trailer(len: u32) -> Self {
        Self::new(len, FRAME + MESSAGE, true)
    }

    fn new(len: u32, kept: usize, trailer: bool) -> Self {
        let left = len as usize;
        Self { held: Vec::new(), text_left: left.saturating_sub(kept), left, trailer }
    }

    /// Takes the next bytes of the body and returns those at their front that are text; the others are kept back.
    /// Bytes beyond the reply's length are not taken.
    pub fn push<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let bytes = &bytes[..bytes.len().min(self.left)];
        let (text, kept) = bytes.split_at(bytes.len().min(self.text_left));
        self.left -= bytes.len();
        self.text_left -= text.len();
        self.held.extend_from_slice(kept);
        text
    }

    /// Ends the reply. It is an error if bytes are missing, or if a trailer is due and is not there.
    pub fn finish(mut self) -> Result<Tail, DecodeError> {
        if self.left > 0 {
            return Err(DecodeError::Malformed { what: "a command reply shorter than its length" });
        }
        if self.trailer {
            let (end, trailer) = Trailer::decode(&self.held)?;
            self.held.truncate(end);
            return Ok(Tail { text: self.held, trailer: Some(trailer) });
        }
        if self.held.last() == Some(&0) {
            self.held.pop();
        }
        Ok(Tail { text: self.held, trailer: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(
        mut splitter: TailSplitter,
        body: &[u8],
        chunk: usize,
    ) -> Result<(Vec<u8>, Option<Trailer>), DecodeError> {
        let mut text = Vec::new();
        for piece in body.chunks(chunk) {
            text.extend_from_slice(splitter.push(piece));
            assert!(splitter.held.len() <= FRAME + MESSAGE);
        }
        let tail = splitter.finish()?;
        text.extend_from_slice(&tail.text);
        Ok((text, tail.trailer))
    }

    proptest! {
        #[test]
        fn text_and_trailer_come_back_under_any_chunking(
            text in proptest::collection::vec(any::<u8>(), 0..10_000),
            message in "\\PC{0,2000}",
            status in any::<u8>(),
            chunk in 1usize..9_000,
        ) {
            let trailer = Trailer::new(Status::from_byte(status), message);
            let mut body = text.clone();
            trailer.encode(&mut body);
            prop_assert_eq!(body.len(), text.len() + trailer.encoded_len());
            let got = split(TailSplitter::with_trailer(body.len() as u32), &body, chunk).unwrap();
            prop_assert_eq!(got, (text, Some(trailer)));
        }

        #[test]
        fn garbage_is_an_error_or_a_trailer_never_a_panic(body in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = split(TailSplitter::with_trailer(body.len() as u32), &body, 7);
        }
    }

    #[test]
    fn a_plain_reply_loses_its_nul_and_nothing_else() {
        for (body, text) in
            [(&b""[..], &b""[..]), (b"\0", b""), (b"hello\n\0", b"hello\n"), (b"bare", b"bare")]
        {
            for chunk in 1..8 {
                let got = split(TailSplitter::plain(body.len() as u32), body, chunk).unwrap();
                assert_eq!(got, (text.to_vec(), None));
            }
        }
    }

    #[test]
    fn lying_trailers_are_refused() {
        let lies: [&[u8]; 5] =
            [b"", b"\0\0\0\0", b"text\0\0\0\0\0", b"\0\0\0\0\0\x09", b"\0\0\xff\xff\xff\xff"];
        for body in lies {
            assert!(split(TailSplitter::with_trailer(body.len() as u32), body, 3).is_err(), "{body:?}");
        }
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let trailer = Trailer::new(Status::Failed, "x".to_owned() + &"é".repeat(MESSAGE));
        assert_eq!(trailer.message().len(), MESSAGE - 1);
    }

    #[test]
    fn a_short_body_is_an_error() {
        let mut splitter = TailSplitter::plain(5);
        assert_eq!(splitter.push(b"abc"), b"abc");
        assert!(splitter.finish().is_err());
    }
}
