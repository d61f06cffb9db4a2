//! Messages on a byte stream: a kind, a length, and as many bytes.

/// Longest message, bytes. The memory of one [`Read`](super::Request::Read) is in it as hex digits.
pub const LIMIT: usize = 40 << 20;

/// Most bytes to be asked for by one [`Read`](super::Request::Read).
pub const READ: usize = 16 << 20;

/// Bytes before the message: the kind, and the length, big endian.
const HEAD: usize = 5;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A [`Request`](super::Request).
    Request,
    /// A [`Reply`](super::Reply).
    Reply,
    /// What the target printed.
    Output,
    /// Stop it. Nothing follows, and nothing answers.
    Interrupt,
}

const KINDS: [(u8, Kind); 4] =
    [(b'q', Kind::Request), (b'a', Kind::Reply), (b'o', Kind::Output), (b'i', Kind::Interrupt)];

/// Bytes that begin no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is no message of a debugger: it begins with {0:02x?}")]
pub struct NoFrame([u8; HEAD]);

/// A frame. The other side refuses one that is longer than any.
pub fn encode(kind: Kind, message: &[u8]) -> Vec<u8> {
    let letter = KINDS.iter().find(|row| row.1 == kind).map_or(0, |row| row.0);
    let len = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut frame = Vec::with_capacity(HEAD + message.len());
    frame.push(letter);
    frame.extend(len.to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

/// The kind and length that a head tells.
fn parse(head: [u8; HEAD]) -> Result<(Kind, usize), NoFrame> {
    let [letter, len @ ..] = head;
    let row = KINDS.into_iter().find(|row| row.0 == letter).ok_or(NoFrame(head))?;
    let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
    if len <= LIMIT { Ok((row.1, len)) } else { Err(NoFrame(head)) }
}

/// Frames out of a byte stream. Whoever takes all that there are after each push keeps little more than one.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    /// Bytes that came and were not taken.
    pending: Vec<u8>,
}

impl Frames {
    /// Adds bytes that came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next frame, once all of it is there.
    ///
    /// # Errors
    /// [`NoFrame`]; the stream is of no more use.
    pub fn take(&mut self) -> Result<Option<(Kind, Vec<u8>)>, NoFrame> {
        let Some(head) = self.pending.first_chunk() else { return Ok(None) };
        let (kind, len) = parse(*head)?;
        if self.pending.len() < HEAD + len {
            return Ok(None);
        }
        let message = self.pending[HEAD..HEAD + len].to_vec();
        self.pending.drain(..HEAD + len);
        Ok(Some((kind, message)))
    }
}
