//! Messages on a byte stream: a kind, a length, and as many bytes.

/// Longest message, bytes. The memory of one [`Read`](super::Request::Read) is in it as hex digits.
pub const LIMIT: usize = 40 << 20;

/// Most bytes to be asked for by one [`Read`](super::Request::Read).
pub const READ: usize = 16 << 20;

/// Bytes before the message: the kind, and the length, big endian.
pub const HEAD: usize = 5;

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

/// The head of a frame with a message of `len` bytes.
pub fn head(kind: Kind, len: usize) -> [u8; HEAD] {
    let letter = KINDS.iter().find(|row| row.1 == kind).map_or(0, |row| row.0);
    // Longer than any: the other side refuses it.
    let [a, b, c, d] = u32::try_from(len).unwrap_or(u32::MAX).to_be_bytes();
    [letter, a, b, c, d]
}

/// The kind and length that a head tells; `None` for what no frame begins with.
pub fn parse(head: [u8; HEAD]) -> Option<(Kind, usize)> {
    let [letter, a, b, c, d] = head;
    let (_, kind) = KINDS.into_iter().find(|row| row.0 == letter)?;
    let len = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
    (len <= LIMIT).then_some((kind, len))
}
