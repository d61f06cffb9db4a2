//! Jumps drawn as lines beside a listing.
//!
//! Each jump is a vertical line in a column of its own, a level; level 1 is nearest to the
//! addresses. Going down the listing, a jump takes the lowest level that is free.

use std::collections::BTreeSet;

/// A jump.
struct Line {
    from: u64,
    to: u64,
    /// Its column, counted from 1 at the addresses.
    level: usize,
}

impl Line {
    fn low(&self) -> u64 {
        self.from.min(self.to)
    }

    fn high(&self) -> u64 {
        self.from.max(self.to)
    }
}

/// The lines of a listing.
pub(super) struct Arrows {
    /// Highest level first: what is nearer to the addresses is drawn over it.
    lines: Vec<Line>,
    width: usize,
    /// Columns of a level.
    step: usize,
}

impl Arrows {
    /// Lays out jumps, given as from and to, in at most `width` columns, `step` of them a level.
    pub(super) fn new(jumps: &[(u64, u64)], width: usize, step: usize) -> Arrows {
        let mut lines: Vec<Line> = jumps.iter().map(|&(from, to)| Line { from, to, level: 0 }).collect();
        // At one address lines begin before others end, the one from farthest below first.
        let mut ends: Vec<(u64, bool, usize)> = Vec::with_capacity(lines.len() * 2);
        for (index, line) in lines.iter().enumerate() {
            ends.push((line.low(), false, index));
            ends.push((line.high(), true, index));
        }
        ends.sort_by_key(|&(addr, is_end, index)| (addr, is_end, std::cmp::Reverse(lines[index].from)));
        let mut free = BTreeSet::new();
        let mut levels = 0;
        for (_, is_end, index) in ends {
            if is_end {
                free.insert(lines[index].level);
                continue;
            }
            lines[index].level = free.pop_first().unwrap_or_else(|| {
                levels += 1;
                levels
            });
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.level));
        Arrows { lines, width, step }
    }

    /// The picture beside an instruction: `width` columns, the head of an arrow, a blank.
    pub(super) fn beside(&self, addr: u64) -> String {
        let mut columns = vec![b' '; self.width];
        let mut head = "  ";
        let mut is_crossed = false;
        for line in self.lines.iter().filter(|line| line.low() <= addr && addr <= line.high()) {
            let (starts, ends) = (line.from == addr, line.to == addr);
            if !starts && !ends {
                // A level that an arrow farther out crosses is hidden under it.
                if !is_crossed {
                    put(&mut columns, line.level * self.step, if line.from > line.to { b':' } else { b'|' });
                }
                continue;
            }
            let is_up = line.from > line.to;
            put(
                &mut columns,
                line.level * self.step,
                match (starts && ends, starts == is_up) {
                    (true, _) => b'@',
                    (false, true) => b'`',
                    (false, false) if ends => b'.',
                    (false, false) => b',',
                },
            );
            let fill = if starts { b'=' } else { b'-' };
            (1..line.level * self.step).for_each(|column| put(&mut columns, column, fill));
            is_crossed = true;
            head = if ends { "->" } else { "=<" };
        }
        picture(&columns, head)
    }

    /// How many jumps pass an instruction, its own among them.
    pub(super) fn depth(&self, addr: u64) -> usize {
        self.lines.iter().filter(|line| line.low() <= addr && addr <= line.high()).count()
    }

    /// The picture above an instruction, beside its flags: lines that come from above.
    pub(super) fn above(&self, addr: u64) -> String {
        let mut columns = vec![b' '; self.width];
        for line in self.lines.iter().filter(|line| line.low() <= addr && addr <= line.high()) {
            if line.from == line.to {
                put(&mut columns, line.level * self.step, b'@');
            } else if line.high() == addr {
                put(&mut columns, line.level * self.step, b'|');
            } else if line.low() < addr {
                put(&mut columns, line.level * self.step, if line.from > line.to { b':' } else { b'|' });
            }
        }
        picture(&columns, "  ")
    }
}

fn put(columns: &mut [u8], level: usize, mark: u8) {
    if let Some(column) = columns.len().checked_sub(level).and_then(|index| columns.get_mut(index)) {
        *column = mark;
    }
}

fn picture(columns: &[u8], head: &str) -> String {
    columns.iter().map(|mark| char::from(*mark)).chain(head.chars()).chain([' ']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_as_the_peer_draws_them() {
        let jumps = [(0, 2), (2, 14), (6, 14), (8, 12), (16, 18)];
        let arrows = Arrows::new(&jumps, 7, 1);
        let drawn: Vec<String> = (0..10).map(|row| arrows.beside(row * 2)).collect();
        let expected = [
            "      ,=< ",
            "     ,`-> ",
            "     |    ",
            "     |,=< ",
            "    ,===< ",
            "    |||   ",
            "    `---> ",
            "     ``-> ",
            "      ,=< ",
            "      `-> ",
        ];
        assert_eq!(drawn, expected);
        assert_eq!(arrows.above(2), "      |   ");
    }

    #[test]
    fn backward_and_own_jumps_have_their_marks() {
        let arrows = Arrows::new(&[(10, 18), (12, 12), (22, 16)], 7, 1);
        let rows = [
            (10, "      ,=< "),
            (12, "     @=-> "),
            (16, "     .--> "),
            (18, "     :`-> "),
            (22, "     `==< "),
        ];
        for (addr, row) in rows {
            assert_eq!(arrows.beside(addr), row, "{addr}");
        }
    }
}
