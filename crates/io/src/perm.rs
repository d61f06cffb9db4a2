//! The `rwx` permissions of descriptors and maps.

use std::fmt;
use std::str::FromStr;

bitflags::bitflags! {
    /// Read, write, execute; the bits are those of radare2's `rw` byte (4, 2, 1).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Perm: u8 {
        /// Execute.
        const X = 1;
        /// Write.
        const W = 2;
        /// Read.
        const R = 4;
    }
}

impl Perm {
    /// Read and execute, what a file is opened with by default.
    pub const RX: Perm = Perm::R.union(Perm::X);
    /// Read and write.
    pub const RW: Perm = Perm::R.union(Perm::W);
    /// Everything.
    pub const RWX: Perm = Perm::all();
}

impl fmt::Display for Perm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |bit, letter| if self.contains(bit) { letter } else { '-' };
        write!(f, "{}{}{}", letter(Perm::R, 'r'), letter(Perm::W, 'w'), letter(Perm::X, 'x'))
    }
}

/// Neither a number below 8 nor a word of the letters `r`, `w`, `x` and `-`.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is no permission: use a word like r-x or a number from 0 to 7")]
pub struct ParsePermError(String);

impl FromStr for Perm {
    type Err = ParsePermError;

    fn from_str(text: &str) -> Result<Perm, ParsePermError> {
        let wrong = || ParsePermError(text.to_owned());
        if let Ok(bits) = text.parse::<u8>() {
            return Perm::from_bits(bits).ok_or_else(wrong);
        }
        if text.is_empty() {
            return Err(wrong());
        }
        text.chars().try_fold(Perm::empty(), |perm, letter| match letter {
            'r' => Ok(perm | Perm::R),
            'w' => Ok(perm | Perm::W),
            'x' => Ok(perm | Perm::X),
            '-' => Ok(perm),
            _ => Err(wrong()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_round_trip() {
        for bits in 0..8 {
            let perm = Perm::from_bits(bits).unwrap();
            assert_eq!(perm.to_string().parse::<Perm>().unwrap(), perm);
            assert_eq!(bits.to_string().parse::<Perm>().unwrap(), perm);
        }
        assert!("8".parse::<Perm>().is_err() && "rq".parse::<Perm>().is_err() && "".parse::<Perm>().is_err());
    }
}
