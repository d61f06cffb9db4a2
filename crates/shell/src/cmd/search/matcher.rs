//! Ways to find something in bytes, behind one door.

use std::ops::Range;

use super::pattern::Pattern;

/// Longest hit of an expression or string that is found whole wherever it lies, in bytes.
const REACH: usize = 4096;

/// What is searched.
pub(super) enum Matcher {
    /// Bytes with a mask.
    Pattern(Pattern),
    /// Anything but these bytes.
    Other(Pattern),
    /// Bytes with a mask, so many of which may differ.
    Near(Pattern, usize),
    /// A regular expression.
    Regex(regex::bytes::Regex),
    /// Runs of printable characters of such a length.
    Strings {
        /// The fewest characters.
        least: usize,
        /// The most.
        most: usize,
    },
}

impl Matcher {
    /// How many bytes two pieces must share so that no hit between them is missed.
    pub(super) fn reach(&self) -> usize {
        match self {
            Matcher::Pattern(pattern) | Matcher::Other(pattern) | Matcher::Near(pattern, _) => {
                pattern.len() - 1
            }
            Matcher::Regex(_) | Matcher::Strings { .. } => REACH,
        }
    }

    /// Where it is next in `hay`, from `from` on.
    pub(super) fn find(&self, hay: &[u8], from: usize) -> Option<Range<usize>> {
        match self {
            Matcher::Pattern(pattern) => pattern.find(hay, from).map(|at| at..at + pattern.len()),
            Matcher::Other(pattern) => pattern.find_where(hay, from, |differing| differing > 0),
            Matcher::Near(pattern, most) => pattern.find_where(hay, from, |differing| differing <= *most),
            Matcher::Regex(regex) => {
                if from > hay.len() {
                    return None;
                }
                let found = regex.find_at(hay, from)?;
                (!found.is_empty()).then(|| found.range())
            }
            Matcher::Strings { least, most } => {
                let is_text = |byte: &u8| (0x20..0x7f).contains(byte);
                let mut start = from;
                loop {
                    start += hay.get(start..)?.iter().position(is_text)?;
                    let rest = &hay[start..];
                    let len = rest.iter().position(|byte| !is_text(byte)).unwrap_or(rest.len());
                    // As the peer has it: what is too long is cut, each piece longer than a
                    // hit can be, and the last may be one.
                    let tail = if len > *most { len % most.saturating_add(2) } else { len };
                    if (*least..=*most).contains(&tail) {
                        return Some(start + len - tail..start + len);
                    }
                    start += len;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_whole_runs_or_their_ends() {
        let strings = Matcher::Strings { least: 2, most: 4 };
        let hay = b"\0a\0bc\0toolong\0wxyz";
        assert_eq!(strings.find(hay, 0), Some(3..5));
        assert_eq!(strings.find(hay, 5), Some(14..18));
        assert_eq!(strings.find(hay, 18), None);
        assert_eq!(strings.find(b"0123456789ab\0wx", 0), Some(13..15));
        assert_eq!(strings.find(b"0123456789\0", 0), Some(6..10));
    }
}
