//! The pieces both directions are built of: a header gathered from any chunking, a body that grows only as bytes
//! arrive, and the length fields. Knows nothing of what the messages mean.

use super::EncodeError;

/// Longest header: operation, whence, offset.
const LONGEST: usize = 10;

/// The first bytes of a message, gathered over as many pieces as they come in.
#[derive(Debug, Default)]
pub(super) struct Header {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Header {
    /// Takes from `input` until `want` bytes are held; true once they are.
    pub(super) fn fill(&mut self, want: usize, input: &mut &[u8]) -> bool {
        let want = want.min(LONGEST);
        let missing = want.saturating_sub(self.len);
        let taken = split(input, missing);
        self.bytes[self.len..self.len + taken.len()].copy_from_slice(taken);
        self.len += taken.len();
        self.len >= want
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    pub(super) fn operation_byte(&self) -> u8 {
        self.bytes[0]
    }

    /// The byte behind the operation.
    pub(super) fn detail(&self) -> u8 {
        self.bytes[1]
    }

    /// The length of an open's name, behind operation and mode.
    pub(super) fn name_len(&self) -> u8 {
        self.bytes[2]
    }

    /// The u32 behind the operation.
    pub(super) fn word(&self) -> u32 {
        let [_, a, b, c, d, ..] = self.bytes;
        u32::from_be_bytes([a, b, c, d])
    }

    /// The u64 behind the operation, as a seek's reply has it.
    pub(super) fn offset(&self) -> u64 {
        let [_, a, b, c, d, e, f, g, h, _] = self.bytes;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// The u64 behind operation and whence, as a seek's request has it.
    pub(super) fn offset_after_detail(&self) -> u64 {
        let [_, _, a, b, c, d, e, f, g, h] = self.bytes;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// A body of a length known beforehand that must be whole before it can be used.
#[derive(Debug, Default)]
pub(super) struct Body {
    bytes: Vec<u8>,
    left: usize,
}

impl Body {
    pub(super) fn new(len: usize) -> Self {
        Self { bytes: Vec::new(), left: len }
    }

    /// Takes what it can from `input`; true once whole. Memory follows the bytes that arrived, doubling, and never
    /// exceeds the body's length.
    pub(super) fn fill(&mut self, input: &mut &[u8]) -> bool {
        let taken = split(input, self.left);
        if self.bytes.capacity() - self.bytes.len() < taken.len() {
            self.bytes.reserve_exact(taken.len().max(self.bytes.len()).min(self.left));
        }
        self.bytes.extend_from_slice(taken);
        self.left -= taken.len();
        self.left == 0
    }

    pub(super) fn into_data(self) -> Vec<u8> {
        self.bytes
    }

    /// The body as text: what stands before its first NUL, as a peer written in C reads it.
    pub(super) fn into_text(self) -> Vec<u8> {
        let mut bytes = self.bytes;
        bytes.truncate(text_len(&bytes));
        bytes
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

/// Cuts up to `most` bytes off the front of `input`.
pub(super) fn split<'a>(input: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    taken
}

/// An operation byte and a u32: the header of every message but open and seek.
pub(super) const fn word_header(operation_byte: u8, word: u32) -> [u8; 5] {
    let [a, b, c, d] = word.to_be_bytes();
    [operation_byte, a, b, c, d]
}

/// A length as its u32 field, or why it does not fit.
pub(super) fn length(what: &'static str, length: usize) -> Result<u32, EncodeError> {
    u32::try_from(length).map_err(|_| EncodeError::TooLong { what, length, limit: u32::MAX as usize })
}

/// A text that its first NUL would cut cannot be sent.
pub(super) fn refuse_nul(what: &'static str, text: &[u8]) -> Result<(), EncodeError> {
    if text.contains(&0) { Err(EncodeError::Nul { what }) } else { Ok(()) }
}

/// Where a text ends for a peer written in C: at its first NUL, else at its end.
fn text_len(body: &[u8]) -> usize {
    body.iter().position(|&byte| byte == 0).unwrap_or(body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_takes_memory_only_for_bytes_that_arrived() {
        let mut body = Body::new(1 << 30);
        for _ in 0..100 {
            assert!(!body.fill(&mut [0u8; 10].as_slice()));
        }
        assert!(body.capacity() <= 2_000, "{}", body.capacity());
    }

    #[test]
    fn a_body_never_holds_more_than_its_length() {
        let mut body = Body::new(1_000);
        while !body.fill(&mut [7u8; 300].as_slice()) {
            assert!(body.capacity() <= 1_000);
        }
        assert!(body.capacity() <= 1_000);
        assert_eq!(body.into_data(), vec![7; 1_000]);
    }
}
