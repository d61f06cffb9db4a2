//! Where a search looks: the settings `search.in`, `search.from` and `search.to`.

use std::collections::BTreeMap;

use farad_io::Perm;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::held::{Parts, ZERO_CODE, ZEROS};

/// A range of addresses, both ends inside.
pub(in crate::cmd) type Range = (u64, u64);

/// The parts of the ranges that `search.in` stands for, in the order they are searched: what something keeps bytes for.
/// Of runs of zeros that are left out so many bytes are there at either end.
///
/// # Errors
/// When nothing is open, or `search.in` is `range` and no range is set.
pub(super) fn held(env: &mut Env<'_>, edge: usize) -> Result<Parts> {
    let ranges = ranges(env)?;
    Parts::of(env, &ranges, ZEROS, edge as u64)
}

/// The ranges that `search.in` stands for: maps by their priority, the lowest first. No address is in two of them.
fn ranges(env: &mut Env<'_>) -> Result<Vec<Range>> {
    let choice = env.setting("search.in").to_owned();
    let limit = bounds(env);
    let all = match choice.as_str() {
        "range" if limit == (0, u64::MAX) => {
            return Err(Error::failed("set search.from and search.to, or search.in=io.maps"));
        }
        "range" => vec![limit],
        _ => named(env, &choice)?,
    };
    let clipped = all.into_iter().map(|(from, to)| (from.max(limit.0), to.min(limit.1)));
    Ok(apart(clipped.filter(|(from, to)| from <= to)))
}

/// The ranges that a word stands for, as `search.in` and `zoom.in` have them.
///
/// # Errors
/// When nothing is open.
pub(in crate::cmd) fn named(env: &mut Env<'_>, choice: &str) -> Result<Vec<Range>> {
    let (seek, block) = (env.view.seek, env.view.block as u64);
    Ok(match choice {
        "block" => vec![(seek, seek.saturating_add(block.saturating_sub(1)))],
        "io.map" => env.session.io.maps.at(seek).map(|map| (map.from, map.to)).into_iter().collect(),
        "file" | "raw" => {
            let fd = env.current()?;
            let size = env.session.io.descriptor(fd)?.size();
            size.checked_sub(1).map(|last| (0, last)).into_iter().collect()
        }
        _ if choice.starts_with("dbg.") => of_process(env, choice)?,
        "bin.section" | "bin.sections" | "bin.segments" => parts(env, choice),
        _ if env.view.lens.va => maps(env, choice.strip_prefix("io.maps.").unwrap_or("")),
        _ => {
            let fd = env.current()?;
            let size = env.session.io.descriptor(fd)?.size();
            size.checked_sub(1).map(|last| (0, last)).into_iter().collect()
        }
    })
}

/// The memory of the process under the debugger that a word stands for.
fn of_process(env: &mut Env<'_>, choice: &str) -> Result<Vec<Range>> {
    let maps = env.process_maps()?;
    let (seek, exe) = (env.view.seek, env.debugger().info.exe.clone());
    let letters = choice.strip_prefix("dbg.maps.").unwrap_or("r");
    let wanted = [('r', 4), ('w', 2), ('x', 1)].into_iter().filter(|(letter, _)| letters.contains(*letter));
    let wanted = wanted.fold(0, |all, (_, bit)| all | bit);
    let fits = |area: &&farad_wire::target::Area| match choice {
        "dbg.map" => (area.from..area.to).contains(&seek),
        "dbg.program" => area.path == exe,
        "dbg.stack" => area.path == "[stack]",
        "dbg.heap" => area.path == "[heap]",
        // What the system keeps to itself cannot be read.
        _ => area.perm & wanted == wanted && area.perm & 4 != 0,
    };
    Ok(maps.iter().filter(fits).map(|area| (area.from, area.to - 1)).collect())
}

/// Each range without what those before it cover.
fn apart(ranges: impl Iterator<Item = Range>) -> Vec<Range> {
    let mut all: Vec<Range> = Vec::new();
    // First and last addresses of what is covered, none of which touch.
    let mut covered: BTreeMap<u64, u64> = BTreeMap::new();
    for (from, to) in ranges {
        let (mut first, mut last) = (from, to);
        let mut next = Some(from);
        let around = covered.range(..from).next_back().filter(|(_, end)| **end >= from.saturating_sub(1));
        let within = covered.range(from..=to.saturating_add(1));
        let met: Vec<Range> = around.into_iter().chain(within).map(|(low, high)| (*low, *high)).collect();
        for (low, high) in met {
            covered.remove(&low);
            (first, last) = (first.min(low), last.max(high));
            if let Some(at) = next {
                if at < low {
                    all.push((at, (low - 1).min(to)));
                }
                next = high.checked_add(1).map(|behind| behind.max(at));
            }
        }
        all.extend(next.filter(|at| *at <= to).map(|at| (at, to)));
        covered.insert(first, last);
    }
    all
}

/// As [`held`], of the executable ranges; of all, when none is.
///
/// # Errors
/// When nothing is open.
pub(super) fn code(env: &mut Env<'_>, edge: usize) -> Result<Parts> {
    let all = ranges(env)?;
    let is_code =
        |range: &Range| env.session.io.maps.at(range.0).is_some_and(|map| map.segment_perm.contains(Perm::X));
    let code: Vec<Range> = all.iter().copied().filter(is_code).collect();
    Parts::of(env, if code.is_empty() { &all } else { &code }, ZERO_CODE, edge as u64)
}

/// `search.from` to `search.to`, where they are set; the end is outside.
fn bounds(env: &Env<'_>) -> Range {
    let set = |name: &str| Some(env.setting_number(name)).filter(|value| *value != u64::MAX);
    let to = set("search.to").map_or(u64::MAX, |to| to.saturating_sub(1));
    (set("search.from").unwrap_or(0), to)
}

fn maps(env: &Env<'_>, letters: &str) -> Vec<Range> {
    let mut wanted = Perm::empty();
    for (letter, perm) in [('r', Perm::R), ('w', Perm::W), ('x', Perm::X)] {
        if letters.contains(letter) {
            wanted |= perm;
        }
    }
    let fits = |map: &&farad_io::Map| map.perm.contains(wanted);
    env.session.io.maps.iter().rev().filter(fits).map(|map| (map.from, map.to)).collect()
}

fn parts(env: &Env<'_>, choice: &str) -> Vec<Range> {
    let seek = env.view.seek;
    let mut ranges: Vec<Range> = Vec::new();
    for loaded in &env.session.loaded {
        let binary = &loaded.binary;
        let spans: Vec<(u64, u64)> = match choice {
            "bin.segments" => binary.segments.iter().map(|part| (part.vaddr, part.vsize)).collect(),
            _ => binary.sections.iter().map(|part| (part.vaddr, part.vsize)).collect(),
        };
        let spans = spans.into_iter().filter(|(addr, size)| *addr != 0 && *size > 0);
        ranges.extend(spans.map(|(addr, size)| (addr, addr.saturating_add(size - 1))));
    }
    if choice == "bin.section" {
        ranges.retain(|(from, to)| (*from..=*to).contains(&seek));
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_address_is_in_the_first_range_that_has_it(
            ranges in prop::collection::vec((0u64..40, 0u64..12), 0..12),
        ) {
            let ranges: Vec<Range> = ranges.into_iter().map(|(from, size)| (from, from + size)).collect();
            let mut seen = std::collections::BTreeSet::new();
            let mut wanted = Vec::new();
            for (from, to) in &ranges {
                wanted.extend((*from..=*to).filter(|addr| seen.insert(*addr)));
            }
            let found: Vec<u64> = apart(ranges.into_iter()).into_iter().flat_map(|(from, to)| from..=to).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn no_address_is_searched_twice() {
        let ranges = [(4, 7), (0, 9), (8, 12), (5, 6), (u64::MAX - 1, u64::MAX), (0, u64::MAX)];
        assert_eq!(
            apart(ranges.into_iter()),
            [(4, 7), (0, 3), (8, 9), (10, 12), (u64::MAX - 1, u64::MAX), (13, u64::MAX - 2)]
        );
    }
}
