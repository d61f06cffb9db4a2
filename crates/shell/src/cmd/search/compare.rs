//! Blocks like the one at the seek (`/P`).

use super::range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;

/// Columns of a bar that stands for equality.
const BAR: u64 = 50;

/// Compares each block of what is searched with the block at the seek.
pub(super) fn print_likeness(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        // The peer takes a number here and makes nothing of it; a wrong one is still told.
        env.number(args.text)?;
    }
    let size = env.view.block;
    let mut wanted = vec![0; size];
    let coverage = env.read(env.view.seek, &mut wanted)?;
    if size == 0 || coverage.runs().is_empty() {
        return Err(Error::failed("nothing can be read at the seek"));
    }
    let mut block = vec![0; size];
    let parts = range::held(env, size)?;
    for (from, to) in parts.ranges.iter().copied() {
        let mut addr = from;
        loop {
            env.ctx.check()?;
            let coverage = env.read(addr, &mut block)?;
            let next = if coverage.runs().is_empty() {
                super::scan::readable(env, addr.saturating_add(size as u64))?
            } else {
                print_row(env, addr, &wanted, &block)?;
                addr.checked_add(size as u64)
            };
            match next.filter(|&next| next > addr && next <= to) {
                Some(next) => addr = next,
                None => break,
            }
        }
    }
    parts.report(env);
    Ok(())
}

fn print_row(env: &mut Env<'_>, addr: u64, wanted: &[u8], block: &[u8]) -> Result<()> {
    let equal = wanted.iter().zip(block).filter(|(one, other)| one == other).count();
    let percent = (equal as u64).saturating_mul(100) / wanted.len() as u64;
    let bar = "#".repeat((percent * BAR).div_ceil(100).max(1) as usize);
    Ok(writeln!(env.out, "{addr:#010x} {equal:>4}/{} {percent:>3}%  |{bar}", wanted.len())?)
}
