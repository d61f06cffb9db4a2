//! What is searched: bytes, some of which may be masked, and how they are found fast.

use memchr::memmem::Finder;

use crate::error::{Error, Result};

/// Bytes with a mask, and the part of them that is looked for first.
pub(super) struct Pattern {
    bytes: Vec<u8>,
    /// As long as `bytes`; a set bit must be equal.
    mask: Vec<u8>,
    anchor: Anchor,
}

/// The part of a pattern that is looked for first, and where in the pattern it is.
enum Anchor {
    /// Bytes that are equal in full.
    Run(usize, Box<Finder<'static>>),
    /// A byte that has two values.
    Either(usize, u8, u8),
    /// None.
    Nothing,
}

impl Pattern {
    /// A pattern of bytes that must all be equal.
    ///
    /// # Errors
    /// When there are none.
    pub(super) fn exact(bytes: Vec<u8>) -> Result<Pattern> {
        let mask = vec![0xff; bytes.len()];
        Pattern::masked(bytes, mask)
    }

    /// A pattern of ASCII letters in either case.
    ///
    /// # Errors
    /// When it is empty.
    pub(super) fn any_case(bytes: &[u8]) -> Result<Pattern> {
        let mask = bytes.iter().map(|byte| if byte.is_ascii_alphabetic() { 0xdf } else { 0xff }).collect();
        Pattern::masked(bytes.to_vec(), mask)
    }

    /// Hex digits, `.` for a digit that may be any, and a mask behind a colon.
    ///
    /// # Errors
    /// What is no hex digit, an odd number of them, or nothing left to compare.
    pub(super) fn hex(text: &str) -> Result<Pattern> {
        let (digits, mask) = match text.split_once(':') {
            Some((digits, mask)) => (digits, Some(crate::parse::hex_bytes(mask)?)),
            None => (text, None),
        };
        let zeroed: String = digits.chars().map(|c| if c == '.' { '0' } else { c }).collect();
        let bytes = crate::parse::hex_bytes(&zeroed)?;
        let wanted = digits.strip_prefix("0x").unwrap_or(digits).chars().filter(|c| !c.is_whitespace());
        let nibbles: Vec<u8> = wanted.map(|c| if c == '.' { 0 } else { 15 }).collect();
        let mut known: Vec<u8> = nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[pair.len() - 1]).collect();
        // A mask that is shorter is repeated.
        if let Some(mask) = mask.filter(|mask| !mask.is_empty()) {
            known.iter_mut().zip(mask.iter().cycle()).for_each(|(known, mask)| *known &= mask);
        }
        Pattern::masked(bytes, known)
    }

    fn masked(mut bytes: Vec<u8>, mask: Vec<u8>) -> Result<Pattern> {
        if bytes.is_empty() || mask.iter().all(|mask| *mask == 0) {
            return Err(Error::failed("there is nothing to search"));
        }
        bytes.iter_mut().zip(&mask).for_each(|(byte, mask)| *byte &= mask);
        let anchor = anchor(&bytes, &mask);
        Ok(Pattern { bytes, mask, anchor })
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Where it is next in `hay`, from `from` on.
    pub(super) fn find(&self, hay: &[u8], from: usize) -> Option<usize> {
        let last = hay.len().checked_sub(self.len())?;
        let mut at = from;
        while at <= last {
            at = match &self.anchor {
                Anchor::Run(offset, finder) => at + finder.find(hay.get(at + offset..)?)?,
                Anchor::Either(offset, one, other) => {
                    at + memchr::memchr2(*one, *other, hay.get(at + offset..)?)?
                }
                Anchor::Nothing => at,
            };
            if at > last {
                return None;
            }
            if self.fits(&hay[at..]) {
                return Some(at);
            }
            at += 1;
        }
        None
    }

    /// The next place, from `from` on, that `wanted` accepts by how many bytes differ there.
    pub(super) fn find_where(
        &self,
        hay: &[u8],
        from: usize,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<std::ops::Range<usize>> {
        let places = from..(hay.len() + 1).saturating_sub(self.len());
        let differing = |at: usize| {
            let bytes = self.bytes.iter().zip(&self.mask).zip(&hay[at..]);
            bytes.filter(|((byte, mask), hay)| **hay & **mask != **byte).count()
        };
        places.into_iter().find(|at| wanted(differing(*at))).map(|at| at..at + self.len())
    }

    fn fits(&self, hay: &[u8]) -> bool {
        let mut bytes = self.bytes.iter().zip(&self.mask).zip(hay);
        bytes.all(|((byte, mask), hay)| hay & mask == *byte)
    }
}

fn anchor(bytes: &[u8], mask: &[u8]) -> Anchor {
    let mut longest = 0..0;
    let mut start = 0;
    for index in 0..=mask.len() {
        if mask.get(index) == Some(&0xff) {
            continue;
        }
        if index - start > longest.len() {
            longest = start..index;
        }
        start = index + 1;
    }
    if !longest.is_empty() {
        return Anchor::Run(longest.start, Box::new(Finder::new(&bytes[longest.clone()]).into_owned()));
    }
    match mask.iter().position(|mask| mask.count_ones() == 7) {
        Some(index) => Anchor::Either(index, bytes[index], bytes[index] | !mask[index]),
        None => Anchor::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finding_equals_comparing_everywhere(
            hay in prop::collection::vec(0u8..4, 0..60),
            pattern in prop::collection::vec((0u8..4, prop::sample::select(vec![0u8, 0xfe, 0xff])), 1..5),
        ) {
            let (bytes, mask): (Vec<u8>, Vec<u8>) = pattern.into_iter().unzip();
            prop_assume!(mask.iter().any(|mask| *mask != 0));
            let pattern = Pattern::masked(bytes.clone(), mask.clone()).unwrap();
            let fits = |window: &[u8]| (0..bytes.len()).all(|i| (window[i] ^ bytes[i]) & mask[i] == 0);
            let naive: Vec<usize> =
                hay.windows(bytes.len()).enumerate().filter(|(_, window)| fits(window)).map(|(at, _)| at).collect();
            let mut found = Vec::new();
            let mut from = 0;
            while let Some(at) = pattern.find(&hay, from) {
                found.push(at);
                from = at + 1;
            }
            prop_assert_eq!(found, naive);
        }
    }

    #[test]
    fn hex_has_wildcards_and_masks() {
        for (text, hay, at) in [
            ("01..03", &[0, 1, 2, 3][..], Some(1)),
            ("3.c.", &[0x30, 0x31, 0xc0], Some(1)),
            ("deadbeef:ffff00ff", &[0xde, 0xad, 0, 0xef], Some(0)),
            ("de ad", &[0xde, 0xad], Some(0)),
        ] {
            assert_eq!(Pattern::hex(text).unwrap().find(hay, 0), at, "{text}");
        }
        assert!(Pattern::hex("zz").is_err() && Pattern::hex("0").is_err() && Pattern::hex("..").is_err());
        assert_eq!(Pattern::any_case(b"Door").unwrap().find(b"the dOOR", 0), Some(4));
    }
}
