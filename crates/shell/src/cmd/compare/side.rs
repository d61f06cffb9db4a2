//! The bytes of the block beside those elsewhere, row by row or number by number.

use super::{address, width};
use crate::cmd::print::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::{hex_digits, integer};
use crate::registry::Args;
use crate::render::dump_char;

/// Bytes of a row.
const ROW: usize = 16;

/// A row of both sides.
struct Pair<'a> {
    ours: (u64, &'a [u8]),
    theirs: (u64, &'a [u8]),
}

/// Goes through the block and what is elsewhere in rows of so many bytes.
fn walk(
    env: &mut Env<'_>,
    to: u64,
    unit: usize,
    each: &mut dyn FnMut(&mut Env<'_>, &Pair<'_>) -> Result<()>,
) -> Result<()> {
    let len = env.view.block as u64;
    let mut ours = Range { addr: env.view.seek, len }.chunks(unit);
    let mut theirs = Range { addr: to, len }.chunks(unit);
    while let (Some(one), Some(other)) = (ours.next(env)?, theirs.next(env)?) {
        for (at, (bytes, others)) in one.bytes.chunks(unit).zip(other.bytes.chunks(unit)).enumerate() {
            let at = (at * unit) as u64;
            let pair = Pair {
                ours: (one.addr.wrapping_add(at), bytes),
                theirs: (other.addr.wrapping_add(at), others),
            };
            each(env, &pair)?;
        }
    }
    Ok(())
}

/// A row, and the mark that tells whether the other side has the same.
fn row((addr, bytes): (u64, &[u8]), is_same: bool) -> String {
    let text: String = bytes.iter().map(|byte| dump_char(*byte)).collect();
    let mark = if is_same { '|' } else { '!' };
    format!("{addr:#010x} {} {text} {mark}", hex_digits(bytes))
}

/// `cc` and `ccc`, which leaves out what is the same.
pub(super) fn rows(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (to, all) = (address(env, args)?, args.row.name == "cc");
    walk(env, to, ROW, &mut |env, pair| {
        let is_same = pair.ours.1 == pair.theirs.1;
        if all || !is_same {
            writeln!(env.out, "{}", row(pair.ours, is_same))?;
        }
        Ok(())
    })
}

/// `cu`: what is here behind a minus, what is there behind a plus.
pub(super) fn unified(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    args.required("the address")?;
    let to = address(env, args)?;
    walk(env, to, ROW, &mut |env, pair| {
        let (ours, theirs) = (pair.ours, pair.theirs);
        match ours.1 == theirs.1 {
            true => writeln!(env.out, "  {}", row(ours, true))?,
            false => writeln!(env.out, "- {}\n+ {}", row(ours, false), row(theirs, false))?,
        }
        Ok(())
    })
}

/// `cu1` to `cu8`.
pub(super) fn numbers(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    args.required("the address")?;
    let (to, unit) = (address(env, args)?, width(env, args));
    let (big, digits) = (env.big_endian(), unit * 2 + 2);
    walk(env, to, unit, &mut |env, pair| {
        let ((addr, bytes), (_, others)) = (pair.ours, pair.theirs);
        let (one, other) = (integer(bytes, big), integer(others, big));
        let mark = if bytes == others { '=' } else { '!' };
        writeln!(env.out, "{addr:#010x}  {one:#0digits$x} {mark} {other:#0digits$x}")?;
        Ok(())
    })
}
