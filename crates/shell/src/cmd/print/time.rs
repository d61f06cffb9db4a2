//! Numbers as moments in UTC: `pt` (seconds since 1970), `ptd` (DOS), `pth` (HFS), `ptn` (NTFS).

use std::time::{SystemTime, UNIX_EPOCH};

use super::range::Range;
use crate::cmd::format::{civil, days_before};
use crate::error::Result;
use crate::eval::Env;
use crate::parse::integer;
use crate::registry::Args;

/// Seconds from 1904 and from 1601 to 1970.
const HFS: i64 = 2_082_844_800;
const NTFS: i64 = 11_644_473_600;
/// NTFS's units in a second.
const TICKS: u64 = 10_000_000;

/// Seconds since 1970.
pub(super) fn print_unix(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, 4, |value| value as i64)
}

/// Seconds since 1904, Macintosh's.
pub(super) fn print_hfs(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, 4, |value| value as i64 - HFS)
}

/// Tenths of microseconds since 1601, Windows's.
pub(super) fn print_ntfs(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, 8, |value| (value / TICKS) as i64 - NTFS)
}

/// Date and time in fields of bits, the FAT file system's.
pub(super) fn print_dos(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print(env, args, 4, dos)
}

/// The moment it is.
pub(super) fn print_now(env: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(writeln!(env.out, "{}", civil(since as i64))?)
}

fn print(env: &mut Env<'_>, args: &Args<'_>, size: usize, seconds: fn(u64) -> i64) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len < size as u64 {
        return Err(args.wrong(format!("a moment takes {size} bytes")));
    }
    let big = env.big_endian();
    let mut chunks = range.chunks(size);
    while let Some(chunk) = chunks.next(env)? {
        for cell in chunk.bytes.chunks_exact(size) {
            writeln!(env.out, "{}", civil(seconds(integer(cell, big))))?;
        }
    }
    Ok(())
}

/// Seconds since 1970 of a DOS moment. A month or day of 0 is the first, and what is too large runs
/// over into what is next, as with the peer.
fn dos(value: u64) -> i64 {
    let bits = |from: u32, count: u32| (value >> from) as i64 & ((1 << count) - 1);
    let (months, day) = (bits(21, 4).max(1) - 1, bits(16, 5).max(1));
    let year = 1980 + bits(25, 7) + months / 12;
    let days = days_before(year, months % 12) + day - 1;
    days * 86_400 + bits(11, 5) * 3600 + bits(5, 6) * 60 + bits(0, 5) * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_too_large_run_over() {
        assert_eq!(civil(dos(0x0302_0100)), "Sun Aug  2 00:08:00 1981");
        assert_eq!(civil(dos(0)), "Tue Jan  1 00:00:00 1980");
        assert_eq!(civil(dos(0xffff_ffff)), "Sun Apr  1 08:04:02 2108");
    }
}
