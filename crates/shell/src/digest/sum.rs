//! Sums of bytes that fit in a word or two.

use super::{Digest, Finish, done};

/// No bytes at all.
pub(super) struct Null;

impl Digest for Null {
    fn update(&mut self, _: &[u8]) {}

    fn finish(&mut self) -> Finish {
        done([])
    }
}

/// The sum of the bytes, modulo 256.
#[derive(Default)]
pub(super) struct Add(u8);

impl Digest for Add {
    fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.wrapping_add(*byte));
    }

    fn finish(&mut self) -> Finish {
        done([self.0])
    }
}

/// The sum of the bytes, modulo 255.
#[derive(Default)]
pub(super) struct Modulo(u64);

impl Digest for Modulo {
    fn update(&mut self, bytes: &[u8]) {
        self.0 = (self.0 + bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>()) % 255;
    }

    fn finish(&mut self) -> Finish {
        done([self.0 as u8])
    }
}

/// All bytes in exclusive or.
#[derive(Default)]
pub(super) struct Xor(u8);

impl Digest for Xor {
    fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum ^ byte);
    }

    fn finish(&mut self) -> Finish {
        done([self.0])
    }
}

/// Whole pairs of bytes in exclusive or.
#[derive(Default)]
pub(super) struct XorPair {
    sums: [u8; 2],
    /// The first byte of a pair whose second is to come.
    first: Option<u8>,
}

impl Digest for XorPair {
    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.first.take() {
                None => self.first = Some(byte),
                Some(first) => {
                    self.sums[0] ^= first;
                    self.sums[1] ^= byte;
                }
            }
        }
    }

    fn finish(&mut self) -> Finish {
        done(self.sums)
    }
}

/// Whether the number of set bits is odd.
#[derive(Default)]
pub(super) struct Parity(u8);

impl Digest for Parity {
    fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum ^ byte);
    }

    fn finish(&mut self) -> Finish {
        done([(self.0.count_ones() & 1) as u8])
    }
}

/// The Hamming distance of each byte to the distance before it.
#[derive(Default)]
pub(super) struct Hamming(u8);

impl Digest for Hamming {
    fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |last, byte| (last ^ byte).count_ones() as u8);
    }

    fn finish(&mut self) -> Finish {
        done([self.0])
    }
}
