//! Instructions of a range one after the other, none of which needs what is behind it.

use farad_arch::Instruction;

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;

/// Bytes read at a time.
const CHUNK: u64 = 64 << 10;

/// Hands over each instruction with its address and bytes, and what is none step by step.
///
/// # Errors
/// What cannot be read, an interrupt, or what `each` says.
pub(super) fn each_instruction(
    env: &mut Env<'_>,
    range: Range,
    mut each: impl FnMut(&mut Env<'_>, u64, &[u8], Option<&Instruction>) -> Result<()>,
) -> Result<()> {
    let decoder = crate::cmd::decoder(env)?;
    let mut done = 0u64;
    while done < range.len {
        env.ctx.check()?;
        let len = (range.len - done).min(CHUNK);
        let bytes = Range { addr: range.addr.wrapping_add(done), len }.read(env)?;
        let is_last = done + len == range.len;
        let mut at = 0;
        // An instruction that may go on behind what was read is decoded out of the next part.
        while at < bytes.len() && (is_last || bytes.len() - at >= decoder.max_size()) {
            let addr = range.addr.wrapping_add(done + at as u64);
            let found = decoder.decode(&bytes[at..], addr);
            let size = found.as_ref().map_or(decoder.invalid_size(), |found| found.size).max(1);
            let end = (at + size).min(bytes.len());
            each(env, addr, &bytes[at..end], found.as_ref())?;
            at = end;
        }
        done += at as u64;
    }
    Ok(())
}
