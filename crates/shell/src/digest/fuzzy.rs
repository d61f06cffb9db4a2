//! ssdeep: hashes of pieces that the content itself delimits (J. Kornblum, "Identifying almost
//! identical files using context triggered piecewise hashing", 2006).
//!
//! As the peer has it, short inputs are not refused before the block size is 0, and what the
//! rolling hash holds at the end of a pass is not forgotten for the next.

use super::{Digest, Finish, Outcome, Pass};

/// Bytes that the rolling hash looks at.
const WINDOW: usize = 7;
/// The smallest block size to begin with.
const BLOCK: u64 = 3;
/// Characters of the first hash; the second has half of them.
const LENGTH: usize = 64;
/// A piece's hash before its first byte.
const START: u32 = 0x2802_1967;
/// What a piece's hash is multiplied with at each byte (FNV).
const PRIME: u32 = 0x0100_0193;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A hash of the last bytes.
#[derive(Default)]
struct Rolling {
    window: [u8; WINDOW],
    at: usize,
    /// Their sum, their sum weighted by place, their bits shifted together.
    sums: [u32; 3],
}

impl Rolling {
    fn push(&mut self, byte: u8) {
        let [sum, weighted, shifted] = &mut self.sums;
        *weighted = weighted.wrapping_sub(*sum).wrapping_add(WINDOW as u32 * u32::from(byte));
        let last = std::mem::replace(&mut self.window[self.at], byte);
        *sum = sum.wrapping_add(u32::from(byte)).wrapping_sub(u32::from(last));
        self.at = (self.at + 1) % WINDOW;
        *shifted = *shifted << 5 ^ u32::from(byte);
    }

    fn value(&self) -> u32 {
        self.sums.iter().fold(0, |value, sum| value.wrapping_add(*sum))
    }
}

/// The characters of pieces that end where the rolling hash says so.
struct Pieces {
    text: String,
    limit: usize,
    hash: u32,
}

impl Pieces {
    fn new(limit: usize) -> Pieces {
        Pieces { text: String::new(), limit, hash: START }
    }

    fn push(&mut self, byte: u8) {
        self.hash = self.hash.wrapping_mul(PRIME) ^ u32::from(byte);
    }

    fn end_piece(&mut self) {
        if self.text.len() + 1 < self.limit {
            self.add();
            self.hash = START;
        }
    }

    fn add(&mut self) {
        self.text.push(char::from(ALPHABET[self.hash as usize % ALPHABET.len()]));
    }
}

/// The hash at work.
pub(super) struct Ssdeep {
    block: u64,
    rolling: Rolling,
    pieces: [Pieces; 2],
}

impl Ssdeep {
    /// Starts on `len` bytes.
    pub(super) fn new(len: u64) -> Ssdeep {
        let mut block = BLOCK;
        while block.saturating_mul(LENGTH as u64) < len {
            block *= 2;
        }
        Ssdeep { block, rolling: Rolling::default(), pieces: Ssdeep::pieces() }
    }

    fn pieces() -> [Pieces; 2] {
        [Pieces::new(LENGTH), Pieces::new(LENGTH / 2)]
    }
}

impl Digest for Ssdeep {
    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.pieces.iter_mut().for_each(|pieces| pieces.push(byte));
            self.rolling.push(byte);
            let value = u64::from(self.rolling.value());
            if value % self.block == self.block - 1 {
                self.pieces[0].end_piece();
                if value % (self.block * 2) == self.block * 2 - 1 {
                    self.pieces[1].end_piece();
                }
            }
        }
    }

    fn finish(&mut self) -> Finish {
        if self.pieces[0].text.len() < LENGTH / 2 {
            self.block /= 2;
            if self.block == 0 {
                return Err(format!("needs {} bytes at least", LENGTH / 2));
            }
            self.rolling.at = 0;
            self.pieces = Ssdeep::pieces();
            return Ok(Pass::Again);
        }
        if self.rolling.value() != 0 {
            self.pieces.iter_mut().for_each(Pieces::add);
        }
        let [first, second] = &self.pieces;
        Ok(Pass::Done(Outcome::Text(format!("{}:{}:{}", self.block, first.text, second.text))))
    }
}
