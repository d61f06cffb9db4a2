//! What is mapped in a session far away, out of what its commands print.

use crate::area::next_in;

/// What tells it: whether addresses go through the maps, the size of the file, the maps, and those of a process under
/// the debugger. A line with a dot ends them.
pub(super) const QUESTION: &str = "e io.va;?v $s;om;dm;?e .;";

/// A map of this size or more is no statement about what is there: so a process under the debugger is mapped.
const VAST: u64 = 1 << 62;

/// Ranges of addresses that something provides.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Areas(Vec<(u64, u64)>);

impl Areas {
    /// What the answer to [`QUESTION`] says (no areas where the far end does not know either), and what follows it.
    /// `None` where it is no answer to that.
    pub(super) fn parse(answer: &str) -> Option<(Option<Areas>, &str)> {
        let (list, rest) = match answer.strip_prefix(".\n") {
            Some(_) => return None,
            None => answer.split_once("\n.\n").or_else(|| Some((answer.strip_suffix("\n.")?, "")))?,
        };
        let mut lines = list.lines();
        let va = match lines.next()?.trim() {
            "true" => true,
            "false" => false,
            _ => return None,
        };
        let size = lines.next().and_then(|line| number(line.trim()))?;
        if !va {
            return Some((Some(Areas(if size > 0 { vec![(0, size - 1)] } else { Vec::new() })), rest));
        }
        let (mut maps, mut pages, mut vast) = (Vec::new(), Vec::new(), false);
        for line in lines {
            let Some((from, to)) = range(line) else { continue };
            match line.contains(" fd: ") {
                true if to - from >= VAST => vast = true,
                true => maps.push((from, to)),
                // Those end before the address they name.
                false if to > from => pages.push((from, to - 1)),
                false => {}
            }
        }
        match (vast, pages.is_empty()) {
            (false, _) => {}
            (true, true) => return Some((None, rest)),
            (true, false) => maps.append(&mut pages),
        }
        Some((Some(Areas(joined(maps))), rest))
    }

    /// How many bytes are provided in one run from `addr`.
    pub(super) fn room(&self, addr: u64) -> u64 {
        let area = self.0.iter().find(|(from, to)| (*from..=*to).contains(&addr));
        area.map_or(0, |(_, to)| (to - addr).saturating_add(1))
    }

    /// Where to read on when nothing could be read at `after`.
    pub(super) fn next(&self, after: u64) -> Option<u64> {
        next_in(self.0.iter().map(|(from, to)| *from..to.saturating_add(1)), after)
    }
}

/// Ranges in order, those that touch as one.
fn joined(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.sort_unstable();
    let mut all: Vec<(u64, u64)> = Vec::new();
    for (from, to) in ranges {
        match all.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

/// The first `0x… - 0x…` of a line.
fn range(line: &str) -> Option<(u64, u64)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let found = words.windows(3).find(|three| three[1] == "-" && three[0].contains("0x"))?;
    let from = number(found[0].trim_start_matches('+'))?;
    let to = number(found[2])?;
    (to >= from).then_some((from, to))
}

fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "- 4 fd: 3 +0x00000000 0x00200000 - 0x002001ef rw- fmap.LOAD0\n\
                        * 3 fd: 3 +0x000001f0 0x002001f0 - 0x00201401 rwx fmap.LOAD1\n\
                        - 1 fd: 4 +0x00000000 0x00202440 - 0x00202447 rw- mmap.LOAD2\n";
    const DEBUG: &str = "* 1 fd: 3 +0x00000000 0x00000000 - 0xffffffffffffffff rwx\n\
                         0x0000000000400000 - 0x0000000000401000 * usr     4K s r-x /bin/x /bin/x ; map.x\n";

    #[test]
    fn maps_are_told_by_either_program() {
        let answer = format!("true\n0x8c8\n{MAPS}.\n00ff\n");
        let (areas, rest) = Areas::parse(&answer).unwrap();
        let areas = areas.unwrap();
        assert_eq!((&areas, rest), (&Areas(vec![(0x200000, 0x201401), (0x202440, 0x202447)]), "00ff\n"));
        assert_eq!(areas.room(0x201400), 2);
        assert_eq!([areas.room(0x1fffff), areas.room(0x201402)], [0, 0]);
        assert_eq!(
            [areas.next(0), areas.next(0x200000), areas.next(0x201402)].map(Option::unwrap),
            [0x200000, 0x201000, 0x202440]
        );
        assert_eq!([areas.next(0x202447), areas.next(u64::MAX)], [None, None]);
    }

    #[test]
    fn what_is_not_mapped_is_a_file_or_a_process() {
        let areas = |answer: &str| Areas::parse(answer).map(|(areas, _)| areas);
        assert_eq!(areas("false\n0x10\n.\n"), Some(Some(Areas(vec![(0, 15)]))));
        assert_eq!(areas("true\n0x0\n.\n"), Some(Some(Areas(Vec::new()))));
        let page = Areas(vec![(0x400000, 0x400fff)]);
        assert_eq!(areas(&format!("true\n0xffffffffffffffff\n{DEBUG}.\n")), Some(Some(page)));
        let first = DEBUG.lines().next().unwrap();
        assert_eq!(areas(&format!("true\n0x1\n{first}\n.\n")), Some(None));
    }

    #[test]
    fn other_answers_are_none() {
        for answer in ["", ".\n", "true\n.\n", "true\n0x1\n", "maybe\n0x1\n.\n", "\n\n.\n", "true\nx\n.\n"] {
            assert_eq!(Areas::parse(answer), None, "{answer:?}");
        }
    }
}
