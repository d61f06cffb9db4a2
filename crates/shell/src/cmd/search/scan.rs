//! Going over ranges in chunks and handing out what is readable.

use std::ops::ControlFlow;

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;

/// Bytes looked at in one piece.
const CHUNK: usize = 1 << 20;

/// Goes over a range: `look` gets the address and bytes of each readable piece, and whether
/// another one touches it. Those that touch share `overlap` bytes, so that nothing on the
/// border is missed.
///
/// # Errors
/// What cannot be read, an interrupt, and what `look` says.
pub(super) fn scan(
    env: &mut Env<'_>,
    range: Range,
    overlap: usize,
    mut look: impl FnMut(&mut Env<'_>, u64, &[u8], bool) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    let (mut addr, last) = range;
    let chunk = CHUNK.max(overlap.saturating_mul(4));
    let mut buf = Vec::new();
    loop {
        let left = last - addr;
        let len = usize::try_from(left).unwrap_or(usize::MAX).saturating_add(1).min(chunk);
        buf.resize(len, 0);
        let coverage = env.session.io.read(addr, &mut buf, env.ctx)?;
        for run in coverage.runs() {
            let touches = run.end == len && left >= len as u64;
            let piece = &buf[run.clone()];
            if look(env, addr.wrapping_add(run.start as u64), piece, touches)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if left < len as u64 {
            return Ok(ControlFlow::Continue(()));
        }
        // Behind a hole nothing is shared.
        let is_touching = coverage.runs().last().is_some_and(|run| run.end == len);
        let next = addr + len as u64;
        let Some(start) = (if is_touching { Some(next - overlap as u64) } else { readable(env, next)? })
        else {
            return Ok(ControlFlow::Continue(()));
        };
        if start > last {
            return Ok(ControlFlow::Continue(()));
        }
        addr = start;
    }
}

/// Where there may be bytes at or behind an address.
pub(super) fn readable(env: &mut Env<'_>, addr: u64) -> Result<Option<u64>> {
    if !env.session.io.settings.va {
        return Ok(Some(addr));
    }
    let Some(mapped) = env.session.io.maps.next_mapped(addr) else { return Ok(None) };
    let Some(map) = env.session.io.maps.at(mapped) else { return Ok(None) };
    let (fd, offset, to) = (map.fd, map.offset_of(mapped), map.to);
    // The byte itself is tried too: only what is behind it is asked for.
    let next = env.session.io.descriptor(fd)?.next_readable(offset, env.ctx)?;
    let mut byte = [0];
    let here = env.session.io.read(mapped, &mut byte, env.ctx)?;
    if here.contains(0) {
        return Ok(Some(mapped));
    }
    Ok(match next.and_then(|next| mapped.checked_add(next - offset)) {
        Some(next) if next <= to => Some(next),
        _ => to.checked_add(1),
    })
}
