//! The word that was probably meant.

/// The candidate with the fewest edits from `word`, if few enough to be a slip: one in a word of three to seven
/// letters, two up to eleven, three in longer ones. Of two letters only the order can have slipped.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = match length {
        0 | 1 => return None,
        2..=7 => 1,
        8..=11 => 2,
        _ => 3,
    };
    candidates
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .filter(|candidate| length > 2 || is_swapped(word, candidate))
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min_by_key(|(edits, candidate)| (*edits, candidate.len()))
        .map(|(_, candidate)| candidate)
}

fn is_swapped(a: &str, b: &str) -> bool {
    a.chars().rev().eq(b.chars())
}

/// Letters inserted, removed, replaced, or swapped with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_nonsense_is_not() {
        let words = ["asm.arch", "asm.bits", "px"];
        assert_eq!(nearest("asm.arhc", words.into_iter()), Some("asm.arch"));
        assert_eq!(nearest("xp", words.into_iter()), Some("px"));
        assert_eq!(nearest("pxx", words.into_iter()), Some("px"));
        for (word, candidate) in [
            ("completely else", "px"),
            ("k", "%"),
            ("zz", "zs"),
            ("pd", "pdf"),
            ("nosuch_", "no.such"),
            ("no.such.setting", "anal.hasnext"),
            ("asm", "bin"),
            ("scr.colour", "asm.colors"),
        ] {
            assert_eq!(nearest(word, [candidate].into_iter()), None, "{word}");
        }
        assert_eq!(nearest("scr.colour", ["scr.color"].into_iter()), Some("scr.color"));
    }
}
