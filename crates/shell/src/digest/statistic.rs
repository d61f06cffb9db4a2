//! Measures of how bytes are distributed.

use super::{Digest, Finish, Outcome, Pass, done};

/// Bits of information a byte, 0 to 8.
pub(super) struct Entropy([u64; 256]);

impl Default for Entropy {
    fn default() -> Entropy {
        Entropy([0; 256])
    }
}

impl Digest for Entropy {
    fn update(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0[usize::from(*byte)] += 1);
    }

    fn finish(&mut self) -> Finish {
        Ok(Pass::Done(Outcome::Number(entropy(&self.0))))
    }
}

/// The entropy of bytes that occur so often: bits a byte.
pub(crate) fn entropy(counts: &[u64; 256]) -> f64 {
    let total = counts.iter().sum::<u64>() as f64;
    let share = |count: &u64| *count as f64 / total;
    // From 0, since the sum of nothing is -0.
    counts.iter().filter(|count| **count > 0).map(share).fold(0.0, |sum, share| sum - share * share.log2())
}

/// How many of a hundred bytes are printable ASCII.
#[derive(Default)]
pub(super) struct Printable {
    printable: u64,
    total: u64,
}

impl Digest for Printable {
    fn update(&mut self, bytes: &[u8]) {
        self.printable += bytes.iter().filter(|byte| matches!(byte, 0x20..=0x7e)).count() as u64;
        self.total += bytes.len() as u64;
    }

    fn finish(&mut self) -> Finish {
        let percent = u128::from(self.printable) * 100 / u128::from(self.total.max(1));
        done([percent as u8])
    }
}
