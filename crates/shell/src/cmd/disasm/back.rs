//! Where the instructions before an address begin.
//!
//! Where instructions differ in size this is a guess: decoding from a little way back soon
//! falls into step with the real instructions.

use farad_arch::Decoder;

use crate::error::{Error, Result};
use crate::eval::Env;

/// How far back decoding starts, in bytes.
const RUN_UP: u64 = 32;
/// Most instructions counted back.
const LIMIT: u64 = 1 << 20;

/// The address `count` instructions before `addr`. An instruction that reaches over `addr`
/// counts as the one before it.
///
/// # Errors
/// What cannot be read, and more instructions than the limit.
pub(crate) fn instructions_before(
    env: &mut Env<'_>,
    decoder: &Decoder,
    addr: u64,
    count: u64,
) -> Result<u64> {
    if decoder.min_size() == decoder.max_size() {
        return Ok(addr.wrapping_sub(count.saturating_mul(decoder.min_size() as u64)));
    }
    if count > LIMIT {
        return Err(Error::Limit {
            what: "the number of instructions counted back",
            limit: LIMIT.to_string(),
        });
    }
    let max = decoder.max_size() as u64;
    let base = addr.saturating_sub(count.saturating_mul(max) + RUN_UP);
    // What reaches over the address has to be decoded whole.
    let mut bytes = vec![0; usize::try_from(addr - base + max).unwrap_or(0)];
    env.read(base, &mut bytes)?;
    let mut start = addr;
    for _ in 0..count {
        env.ctx.check()?;
        if start == base {
            break;
        }
        start = one_before(decoder, &bytes, base, start);
    }
    Ok(start)
}

/// The start of the instruction that ends at or behind `addr`, decoding from [`RUN_UP`] bytes
/// before.
fn one_before(decoder: &Decoder, bytes: &[u8], base: u64, addr: u64) -> u64 {
    let mut at = base.max(addr.saturating_sub(RUN_UP));
    at += (decoder.alignment() as u64 - at % decoder.alignment() as u64) % decoder.alignment() as u64;
    let mut instruction = farad_arch::Instruction::default();
    loop {
        let rest = usize::try_from(at - base).ok().and_then(|from| bytes.get(from..)).unwrap_or_default();
        let rest = &rest[..rest.len().min(decoder.max_size())];
        let is_valid = decoder.decode_text(rest, at, &mut instruction);
        let size = if is_valid { instruction.size } else { decoder.invalid_size() }.max(1) as u64;
        if at + size >= addr {
            return at.min(addr.saturating_sub(1));
        }
        at += size;
    }
}
