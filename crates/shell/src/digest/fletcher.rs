//! Fletcher's checksums (RFC 1146 and its kin), each as the peer has it.

use super::{Digest, Finish, done};

/// The sum of the bytes with the carry added to the end.
#[derive(Default)]
pub(super) struct Fletcher8(u64);

impl Digest for Fletcher8 {
    fn update(&mut self, bytes: &[u8]) {
        self.0 += bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        while self.0 > 0xff {
            self.0 = (self.0 & 0xff) + (self.0 >> 8);
        }
    }

    fn finish(&mut self) -> Finish {
        done([self.0 as u8])
    }
}

/// Two sums modulo 255, of bytes.
#[derive(Default)]
pub(super) struct Fletcher16(u64, u64);

impl Digest for Fletcher16 {
    fn update(&mut self, bytes: &[u8]) {
        for run in bytes.chunks(4096) {
            for &byte in run {
                self.0 += u64::from(byte);
                self.1 += self.0;
            }
            self.0 %= 255;
            self.1 %= 255;
        }
    }

    fn finish(&mut self) -> Finish {
        done([self.0 as u8, self.1 as u8])
    }
}

/// Little endian words of `SIZE` bytes; what is left at the end is filled with zeros.
#[derive(Default)]
struct Words<const SIZE: usize> {
    held: u64,
    len: usize,
}

impl<const SIZE: usize> Words<SIZE> {
    fn each(&mut self, bytes: &[u8], mut take: impl FnMut(u64)) {
        for &byte in bytes {
            self.held |= u64::from(byte) << (8 * self.len);
            self.len += 1;
            if self.len == SIZE {
                take(self.rest());
            }
        }
    }

    /// What is held, if anything is.
    fn last(&mut self) -> Option<u64> {
        (self.len > 0).then(|| self.rest())
    }

    fn rest(&mut self) -> u64 {
        self.len = 0;
        std::mem::take(&mut self.held)
    }
}

/// Two sums modulo 65535, of 16-bit words.
#[derive(Default)]
pub(super) struct Fletcher32 {
    words: Words<2>,
    sums: [u64; 2],
}

impl Fletcher32 {
    fn take(sums: &mut [u64; 2], word: u64) {
        sums[0] = (sums[0] + word) % 0xffff;
        sums[1] = (sums[1] + sums[0]) % 0xffff;
    }
}

impl Digest for Fletcher32 {
    fn update(&mut self, bytes: &[u8]) {
        let sums = &mut self.sums;
        self.words.each(bytes, |word| Fletcher32::take(sums, word));
    }

    fn finish(&mut self) -> Finish {
        if let Some(word) = self.words.last() {
            Fletcher32::take(&mut self.sums, word);
        }
        done(((self.sums[1] << 16 | self.sums[0]) as u32).to_le_bytes())
    }
}

/// Two sums modulo 2^32, of 32-bit words.
#[derive(Default)]
pub(super) struct Fletcher64 {
    words: Words<4>,
    sums: [u32; 2],
}

impl Fletcher64 {
    fn take(sums: &mut [u32; 2], word: u64) {
        sums[0] = sums[0].wrapping_add(word as u32);
        sums[1] = sums[1].wrapping_add(sums[0]);
    }
}

impl Digest for Fletcher64 {
    fn update(&mut self, bytes: &[u8]) {
        let sums = &mut self.sums;
        self.words.each(bytes, |word| Fletcher64::take(sums, word));
    }

    fn finish(&mut self) -> Finish {
        if let Some(word) = self.words.last() {
            Fletcher64::take(&mut self.sums, word);
        }
        done((u64::from(self.sums[1]) << 32 | u64::from(self.sums[0])).to_le_bytes())
    }
}
