//! Going over ranges in chunks and handing out what is readable.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use farad_io::{Coverage, Ctx, ReadShared};

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::progress::Progress;

/// Bytes read at once where `search.chunk` does not say.
const CHUNK: usize = 1 << 20;
/// Most bytes read at once.
const LARGEST: usize = 1 << 26;
/// Bytes of a range for which it pays to ask several threads where to look.
const LARGE: u64 = 8 << 20;
/// Chunks that they are asked about at once: between two, hits are handed out and an interrupt is noticed.
const BATCH: u64 = 512;
/// Most threads.
const THREADS: usize = 8;

/// Bytes that were read, and what of them is there.
struct Chunk {
    addr: u64,
    bytes: Vec<u8>,
    coverage: Coverage,
    /// Whether the next chunk touches it.
    touches: bool,
}

impl Chunk {
    /// Hands out each readable piece.
    fn look(&self, env: &mut Env<'_>, look: &mut Look<'_>) -> Result<ControlFlow<()>> {
        for run in self.coverage.runs() {
            let touches = run.end == self.bytes.len() && self.touches;
            let piece = &self.bytes[run.clone()];
            if look(env, self.addr.wrapping_add(run.start as u64), piece, touches)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// Gets the address and bytes of a piece, and whether another one touches it.
type Look<'l> = dyn FnMut(&mut Env<'_>, u64, &[u8], bool) -> Result<ControlFlow<()>> + 'l;
/// Whether it is worth to look at a piece; asked on another thread.
type MayHold<'m> = &'m (dyn Fn(&[u8]) -> bool + Sync);

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
    let mut reader = Reader::new(env, range, overlap);
    let mut progress = Progress::new("searching", range.1 - range.0);
    while let Some(chunk) = reader.next(env)? {
        if env.is_set("search.verbose") {
            progress.at(env, chunk.addr - range.0);
        }
        if chunk.look(env, &mut look)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        reader.spare = chunk.bytes;
    }
    Ok(ControlFlow::Continue(()))
}

/// As [`scan`], where `may_hold` tells of most pieces that there is nothing to `look` at. Where the target
/// allows it, several threads read and ask; else it is not asked.
///
/// # Errors
/// What [`scan`] says.
pub(super) fn scan_sparse(
    env: &mut Env<'_>,
    range: Range,
    overlap: usize,
    may_hold: MayHold<'_>,
    mut look: impl FnMut(&mut Env<'_>, u64, &[u8], bool) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    let (first, last) = range;
    let len = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
    let shared = if last - first < LARGE { None } else { env.shared(first, len) };
    let Some((source, offset)) = shared else { return scan(env, range, overlap, look) };
    let mut reader = Reader::new(env, range, overlap);
    let step = (reader.chunk - overlap) as u64;
    let chunks = (last - first) / step + 1;
    let mut batch = 0..0;
    let mut progress = Progress::new("searching", chunks);
    while batch.end < chunks {
        batch = batch.end..chunks.min(batch.end + BATCH);
        if env.is_set("search.verbose") {
            progress.at(env, batch.start);
        }
        let wanted =
            worth_a_look(env.ctx, source.as_ref(), offset, step, reader.chunk, batch.clone(), may_hold);
        env.ctx.check()?;
        // Where most is worth a look, asking first is work for nothing.
        if wanted.len() as u64 > BATCH / 2 {
            let rest = (first + batch.start * step, last);
            return scan(env, rest, overlap, look);
        }
        for index in wanted {
            reader.next = Some(first + index * step).filter(|addr| *addr <= last);
            let Some(chunk) = reader.next(env)? else { continue };
            if chunk.look(env, &mut look)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            reader.spare = chunk.bytes;
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Which of some chunks may hold something, in order; those that cannot be read whole are among them. An
/// interrupt ends it early.
fn worth_a_look(
    ctx: &Ctx,
    source: &dyn ReadShared,
    offset: u64,
    step: u64,
    chunk: usize,
    batch: std::ops::Range<u64>,
    may_hold: MayHold<'_>,
) -> Vec<u64> {
    let next = AtomicU64::new(batch.start);
    let work = || {
        let mut bytes = vec![0; chunk];
        let mut wanted = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= batch.end || ctx.check().is_err() {
                return wanted;
            }
            let is_read = source.read_at(offset + index * step, &mut bytes).is_ok_and(|read| read == chunk);
            if !is_read || may_hold(&bytes) {
                wanted.push(index);
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(THREADS));
    let mut wanted = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut wanted = work();
        for other in others {
            // A thread that died says nothing of its chunks: look at all of them.
            match other.join() {
                Ok(found) => wanted.extend(found),
                Err(_) => wanted.extend(batch.clone()),
            }
        }
        wanted
    });
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// Reads a range chunk by chunk.
struct Reader {
    /// Where to read on; `None` at the end.
    next: Option<u64>,
    last: u64,
    overlap: usize,
    chunk: usize,
    /// A buffer that is not needed any more.
    spare: Vec<u8>,
}

impl Reader {
    fn new(env: &Env<'_>, (first, last): Range, overlap: usize) -> Reader {
        let chunk = match env.setting_number("search.chunk") {
            0 => CHUNK,
            bytes => usize::try_from(bytes).unwrap_or(LARGEST).min(LARGEST),
        };
        let chunk = chunk.max(overlap.saturating_mul(4)).max(1);
        Reader { next: Some(first), last, overlap, chunk, spare: Vec::new() }
    }

    /// The next chunk.
    fn next(&mut self, env: &mut Env<'_>) -> Result<Option<Chunk>> {
        let Some(addr) = self.next.take() else { return Ok(None) };
        let left = self.last - addr;
        let len = usize::try_from(left).unwrap_or(usize::MAX).saturating_add(1).min(self.chunk);
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.resize(len, 0);
        let coverage = env.read(addr, &mut bytes)?;
        let touches = left >= len as u64;
        if touches {
            // Behind a hole nothing is shared.
            let is_touching = coverage.runs().last().is_some_and(|run| run.end == len);
            let next = addr + len as u64;
            let start = if is_touching { Some(next - self.overlap as u64) } else { readable(env, next)? };
            self.next = start.filter(|start| *start <= self.last);
        }
        Ok(Some(Chunk { addr, bytes, coverage, touches }))
    }
}

/// Where there may be bytes at or behind an address.
pub(super) fn readable(env: &mut Env<'_>, addr: u64) -> Result<Option<u64>> {
    if !env.view.lens.va {
        return Ok(Some(addr));
    }
    let Some(mapped) = env.session.io.maps.next_mapped(addr) else { return Ok(None) };
    let Some(map) = env.session.io.maps.at(mapped) else { return Ok(None) };
    let (fd, offset, to) = (map.fd, map.offset_of(mapped), map.to);
    // The byte itself is tried too: only what is behind it is asked for.
    let next = env.session.io.descriptor(fd)?.next_readable(offset, env.ctx)?;
    let mut byte = [0];
    let here = env.read(mapped, &mut byte)?;
    if here.contains(0) {
        return Ok(Some(mapped));
    }
    Ok(match next.and_then(|next| mapped.checked_add(next - offset)) {
        Some(next) if next <= to => Some(next),
        _ => to.checked_add(1),
    })
}
