//! Memory maps of a process: as Linux writes them under `/proc`, and which memory comes next. Knows no backend.

use std::ops::Range;

use farad_wire::target::Area;

/// Bytes that are mapped together.
pub const PAGE: u64 = 4096;

/// The text of Linux's `/proc/PID/maps`; lines that are none are passed over.
pub fn parse_maps(text: &str) -> Vec<Area> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Area> {
    let mut rest = line;
    let mut word = || {
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = behind;
        word
    };
    let [range, perms, offset, _device, _inode] = std::array::from_fn(|_| word());
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    let (from, to) = range.split_once('-')?;
    let (from, to, offset) = (number(from)?, number(to)?, number(offset)?);
    let bit = |letter, bit| if perms.contains(letter) { bit } else { 0 };
    let perm = bit('r', 4) | bit('w', 2) | bit('x', 1);
    let path = rest.trim_start().to_owned();
    (from < to).then(|| Area { from, to, perm, shared: perms.contains('s'), offset, path })
}

/// The first address behind `after`, which cannot be read, where there may be memory to read: in the area that has `after`
/// that is its next page. The areas may be in any order.
pub fn next_mapped<'a>(areas: impl IntoIterator<Item = &'a Area>, after: u64) -> Option<u64> {
    next_in(areas.into_iter().map(|area| area.from..area.to), after)
}

/// The same of ranges of addresses.
pub fn next_in(ranges: impl IntoIterator<Item = Range<u64>>, after: u64) -> Option<u64> {
    let page = (after - after % PAGE).checked_add(PAGE);
    let behind = |range: Range<u64>| {
        let next = if range.start > after { Some(range.start) } else { page };
        next.filter(|next| *next < range.end)
    };
    ranges.into_iter().filter_map(behind).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_read() {
        let text = "00400000-00401000 r-xp 00001000 08:01 12   /bin/a  b\nbad\n1-0 rw-p 0 0 0\n\n\
                    7ffe0000-7fff0000 rw-s 00000000 00:00 0 \n";
        let program = Area {
            from: 0x40_0000,
            to: 0x40_1000,
            perm: 5,
            shared: false,
            offset: 0x1000,
            path: "/bin/a  b".to_owned(),
        };
        let other = Area { from: 0x7ffe_0000, to: 0x7fff_0000, perm: 6, shared: true, ..Area::default() };
        assert_eq!(parse_maps(text), [program, other]);
    }

    #[test]
    fn memory_is_found_behind_an_address() {
        let maps = "8000-9000 ---p 0 00:00 0\n1000-3000 r--p 00000000 00:00 0\nfffffffffffff000-ffffffffffffffff r--p 0 0 0";
        let areas = parse_maps(maps);
        for (after, next) in [
            (0, Some(0x1000)),
            (0x1000, Some(0x2000)),
            (0x1fff, Some(0x2000)),
            (0x2000, Some(0x8000)),
            (0x8000, Some(u64::MAX - 0xfff)),
            (u64::MAX - 0xfff, None),
            (u64::MAX, None),
        ] {
            assert_eq!(next_mapped(&areas, after), next, "{after:#x}");
        }
    }
}
