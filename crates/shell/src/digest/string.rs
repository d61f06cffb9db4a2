//! Digests of text: hashes of names, the check digit of card numbers.

use super::{Digest, Finish, done};

/// A hash of the bytes before the first NUL, taken one by one.
pub(super) struct Text {
    step: fn(u32, u8) -> u32,
    value: u32,
    is_over: bool,
}

/// Bernstein's hash with exclusive or: what radare2 names strings by.
pub(super) fn djb2() -> Text {
    Text { step: |value, byte| value.wrapping_mul(33) ^ u32::from(byte), value: 5381, is_over: false }
}

/// The hash of symbols' names in ELF files (System V ABI).
pub(super) fn elf() -> Text {
    let step = |value: u32, byte| {
        let value = (value << 4).wrapping_add(u32::from(byte));
        let high = value & 0xf000_0000;
        (value ^ high >> 24) & !high
    };
    Text { step, value: 0, is_over: false }
}

impl Digest for Text {
    fn update(&mut self, bytes: &[u8]) {
        if self.is_over {
            return;
        }
        let end = memchr::memchr(0, bytes);
        self.is_over = end.is_some();
        let text = &bytes[..end.unwrap_or(bytes.len())];
        self.value = text.iter().fold(self.value, |value, byte| (self.step)(value, *byte));
    }

    fn finish(&mut self) -> Finish {
        done(self.value.to_le_bytes())
    }
}

/// Luhn's sum of decimal digits (ISO/IEC 7812), modulo 10; other characters count 0 but keep their
/// place.
#[derive(Default)]
pub(super) struct Luhn {
    /// The sums in which the characters at even places, and those at odd ones, are doubled.
    sums: [u64; 2],
    len: u64,
}

impl Digest for Luhn {
    fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let digit = u64::from(byte.wrapping_sub(b'0'));
            if digit < 10 {
                let doubled = if digit < 5 { digit * 2 } else { digit * 2 - 9 };
                let odd = (self.len & 1) as usize;
                self.sums[odd] += doubled;
                self.sums[1 - odd] += digit;
            }
            self.len += 1;
        }
    }

    fn finish(&mut self) -> Finish {
        // The last character is not doubled.
        let sum = self.sums[(self.len & 1) as usize];
        done([(sum % 10) as u8])
    }
}
