//! The block cache of a descriptor: bytes of a slow backend, kept and read ahead.
//!
//! It knows how far each readable run reaches, and hands out nothing it was not given. What may
//! be kept is the backend's word ([`Caching`]); here is decided how much is asked for at a time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use farad_wire::target::{Known, hash};

use crate::backend::{Backend, Caching, Stamp};
use crate::ctx::Ctx;
use crate::error::Result;

/// What is asked for is rounded out to multiples of this, bytes.
const BLOCK: u64 = 16 << 10;

/// The same for the memory of processes.
const PAGE: u64 = 4 << 10;

/// Files up to this size, bytes, are pulled whole on the first miss.
const WHOLE: u64 = 1 << 20;

/// Largest read-ahead of sequential reads, bytes.
const WINDOW: u64 = 4 << 20;

/// Bytes held; the oldest go first.
const HELD: usize = 64 << 20;

/// Reads longer than this go past the cache: holding them would push out all else.
const BULK: usize = HELD / 4;

/// For how long a file is taken to be unchanged after it was last asked: a command that begins
/// later asks again before its first read.
const FRESH: Duration = Duration::from_secs(1);

/// Most runs that a target is told of, and most bytes in them: what it reads again to see whether they changed.
const KNOWN: usize = 64;
const KNOWN_BYTES: usize = 4 << 20;

/// What a run costs beside its bytes.
const OVERHEAD: usize = 64;

/// Bytes read at once.
struct Run {
    data: Vec<u8>,
    /// The byte behind the last is known not to be readable.
    ends: bool,
    /// When it was read, counting reads.
    born: u64,
}

/// Runs that were taken out.
pub(crate) struct Before(BTreeMap<u64, Run>);

impl Before {
    /// The youngest of them, as a target is told of them.
    pub(crate) fn known(&self) -> Vec<Known> {
        let mut runs: Vec<(&u64, &Run)> = self.0.iter().filter(|(_, run)| !run.data.is_empty()).collect();
        runs.sort_by_key(|(_, run)| std::cmp::Reverse(run.born));
        let mut bytes = 0;
        let fits = |run: &(&u64, &Run)| {
            bytes += run.1.data.len();
            bytes <= KNOWN_BYTES
        };
        let row = |(addr, run): (&u64, &Run)| {
            let len = u32::try_from(run.data.len()).ok()?;
            Some(Known { addr: *addr, len, hash: hash(&run.data) })
        };
        runs.into_iter().take(KNOWN).take_while(fits).filter_map(row).collect()
    }
}

/// Cached runs of one backend.
pub(crate) struct BlockCache {
    /// By first offset. They do not overlap.
    runs: BTreeMap<u64, Run>,
    /// First offsets by birth.
    ages: BTreeMap<u64, u64>,
    held: usize,
    born: u64,
    /// Where the next read begins if reading is sequential.
    next: u64,
    /// The read-ahead of the last miss, bytes.
    window: u64,
    /// The state of the file when the runs were read, and when that was last confirmed.
    stamp: Option<Stamp>,
    confirmed: Option<Instant>,
    fresh: Duration,
}

impl BlockCache {
    pub(crate) fn new() -> BlockCache {
        BlockCache {
            runs: BTreeMap::new(),
            ages: BTreeMap::new(),
            held: 0,
            born: 0,
            next: 0,
            window: 0,
            stamp: None,
            confirmed: None,
            fresh: FRESH,
        }
    }

    /// Reads at `addr` as [`Backend::read_at`] does, asking the backend for what is missing.
    pub(crate) fn read_at(
        &mut self,
        backend: &mut dyn Backend,
        addr: u64,
        buf: &mut [u8],
        ctx: &Ctx,
    ) -> Result<usize> {
        let size = backend.size();
        let len = usize::try_from(size.saturating_sub(addr)).unwrap_or(usize::MAX).min(buf.len());
        let buf = &mut buf[..len];
        let caching = backend.caching();
        if caching == Caching::Kept {
            self.confirm(backend, ctx)?;
        }
        if len > BULK {
            return Ok(backend.read_at(addr, buf, ctx)?.min(len));
        }
        let mut done = 0;
        loop {
            let (n, ended) = self.copy(addr + done as u64, &mut buf[done..]);
            done += n;
            if done == len || ended {
                break;
            }
            let asked = addr + done as u64..addr + len as u64;
            let wide = self.widen(&asked, addr, size, caching);
            self.fetch(backend, wide, asked, ctx)?;
        }
        self.next = addr + done as u64;
        Ok(done)
    }

    /// Takes bytes that were told without being asked for, where they are not known yet.
    pub(crate) fn learn(&mut self, addr: u64, bytes: &[u8]) {
        let Some(end) = addr.checked_add(bytes.len() as u64) else { return };
        let mut at = addr;
        while at < end {
            let known = self.runs.range(..=at).next_back().map(|(start, run)| start + run.data.len() as u64);
            if let Some(behind) = known.filter(|behind| *behind > at) {
                at = behind;
                continue;
            }
            let next = self.runs.range(at..end).next().map_or(end, |(start, _)| *start);
            let part = (at - addr) as usize..(next - addr) as usize;
            if part.is_empty() {
                // One that is empty says that nothing can be read there.
                self.drop_run(next);
                continue;
            }
            self.keep(at..next, bytes[part].to_vec(), false);
            at = next;
        }
    }

    /// Takes all runs out, to be put back once it is known which of them are as they were.
    pub(crate) fn take(&mut self) -> Before {
        let runs = std::mem::take(&mut self.runs);
        self.clear();
        Before(runs)
    }

    /// Puts back those of the runs taken out that begin at the addresses given.
    pub(crate) fn restore(&mut self, mut before: Before, kept: &[u64]) {
        for addr in kept {
            if let Some(run) = before.0.remove(addr) {
                self.keep(*addr..addr.saturating_add(run.data.len() as u64), run.data, run.ends);
            }
        }
    }

    /// Drops everything.
    pub(crate) fn clear(&mut self) {
        self.runs.clear();
        self.ages.clear();
        self.held = 0;
        self.window = 0;
        (self.stamp, self.confirmed) = (None, None);
    }

    /// Drops what may be kept for one command only, and has the next read ask whether a file
    /// is still the same, unless it just was.
    pub(crate) fn begin_command(&mut self, caching: Caching) {
        match caching {
            Caching::Kept if self.confirmed.is_some_and(|when| when.elapsed() < self.fresh) => {}
            Caching::Kept => self.confirmed = None,
            Caching::Stopped => {}
            Caching::Direct | Caching::Exact | Caching::Command => self.clear(),
        }
    }

    /// Makes sure that what is kept is of the file as it is. Where a backend cannot tell, it is
    /// not. Asked before the first read, too: a change between the two is then noticed later.
    fn confirm(&mut self, backend: &mut dyn Backend, ctx: &Ctx) -> Result<()> {
        if self.confirmed.is_some() {
            return Ok(());
        }
        let stamp = match backend.stamp(ctx) {
            Ok(stamp) => stamp,
            Err(error) => {
                self.clear();
                if error.is_interrupt() || error.is_fatal() {
                    return Err(error);
                }
                None
            }
        };
        if stamp.is_none() || stamp != self.stamp {
            self.clear();
        }
        (self.stamp, self.confirmed) = (stamp, Some(Instant::now()));
        Ok(())
    }

    /// Copies what is kept of one run of bytes at `addr`, and says whether it is known to end
    /// behind them.
    fn copy(&self, addr: u64, buf: &mut [u8]) -> (usize, bool) {
        let mut done = 0;
        while let Some((run, at)) = self.find(addr + done as u64) {
            let len = (run.data.len() - at).min(buf.len() - done);
            buf[done..done + len].copy_from_slice(&run.data[at..at + len]);
            done += len;
            if len == 0 || done == buf.len() {
                return (done, len == 0);
            }
        }
        (done, false)
    }

    /// The run that knows about the byte at `addr`, and where that byte is, or would be.
    fn find(&self, addr: u64) -> Option<(&Run, usize)> {
        let (&start, run) = self.runs.range(..=addr).next_back()?;
        let at = usize::try_from(addr - start).ok()?;
        (at < run.data.len() || (at == run.data.len() && run.ends)).then_some((run, at))
    }

    /// What to ask for when `asked` is missing from a read at `addr`.
    fn widen(&mut self, asked: &Range<u64>, addr: u64, size: u64, caching: Caching) -> Range<u64> {
        let kept = caching == Caching::Kept;
        if kept && size <= WHOLE {
            return self.missing(0..size, asked);
        }
        // A reader that searches comes back a little, for what spans two of its reads.
        let sequential = addr > 0 && self.next.checked_sub(addr).is_some_and(|back| back < BLOCK);
        self.window = match self.window {
            _ if !kept || !sequential => 0,
            0 => (asked.end - asked.start).clamp(BLOCK * 2, WINDOW),
            window => (window * 2).min(WINDOW),
        };
        let end = asked.end.saturating_add(self.window);
        // Of a process only whole pages are there.
        let block = if caching == Caching::Stopped { PAGE } else { BLOCK };
        let start = asked.start - asked.start % block;
        let end = end.checked_next_multiple_of(block).unwrap_or(u64::MAX).min(size);
        self.missing(start..end, asked)
    }

    /// `wide` without what is kept of it on either side of `asked`.
    fn missing(&self, wide: Range<u64>, asked: &Range<u64>) -> Range<u64> {
        let start = match self.runs.range(..=asked.start).next_back() {
            Some((_, run)) if run.ends => asked.start,
            Some((&start, run)) => wide.start.max(start + run.data.len() as u64),
            None => wide.start,
        };
        let mut end = wide.end;
        while let Some((&start, run)) = self.runs.range(..end).next_back() {
            if start < asked.start || start + (run.data.len() as u64) < end {
                break;
            }
            end = start;
        }
        start..end
    }

    /// Asks for `wide`; then, where that told nothing about the first byte of `asked` (a hole
    /// lies before it, or something else in `wide` cannot be read), for `asked` alone.
    fn fetch(
        &mut self,
        backend: &mut dyn Backend,
        wide: Range<u64>,
        asked: Range<u64>,
        ctx: &Ctx,
    ) -> Result<()> {
        match self.fetch_range(backend, &wide, ctx) {
            Err(error) if wide == asked || error.is_interrupt() || error.is_fatal() => return Err(error),
            Ok(()) if self.find(asked.start).is_some() => return Ok(()),
            Ok(()) | Err(_) => {}
        }
        self.window = 0;
        self.fetch_range(backend, &asked, ctx)
    }

    fn fetch_range(&mut self, backend: &mut dyn Backend, range: &Range<u64>, ctx: &Ctx) -> Result<()> {
        let len = usize::try_from(range.end - range.start).unwrap_or(HELD).min(HELD);
        let mut data = vec![0; len];
        let n = backend.read_at(range.start, &mut data, ctx)?.min(len);
        data.truncate(n);
        data.shrink_to_fit();
        self.keep(range.clone(), data, n < len);
        Ok(())
    }

    fn keep(&mut self, range: Range<u64>, data: Vec<u8>, ends: bool) {
        let mut inside: Vec<u64> = self.runs.range(range.clone()).map(|(&start, _)| start).collect();
        let before = self.runs.range(..range.start).next_back();
        inside.extend(
            before
                .filter(|(start, run)| *start + run.data.len() as u64 > range.start)
                .map(|(start, _)| *start),
        );
        for start in inside {
            self.drop_run(start);
        }
        self.born += 1;
        self.held += data.len() + OVERHEAD;
        self.ages.insert(self.born, range.start);
        self.runs.insert(range.start, Run { data, ends, born: self.born });
        while self.held > HELD {
            let Some((_, &oldest)) = self.ages.first_key_value() else { break };
            self.drop_run(oldest);
        }
    }

    fn drop_run(&mut self, start: u64) {
        if let Some(run) = self.runs.remove(&start) {
            self.ages.remove(&run.born);
            self.held -= run.data.len() + OVERHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    /// A far end that counts what is asked of it.
    struct Far {
        bytes: Vec<Option<u8>>,
        caching: Caching,
        version: Option<u32>,
        calls: usize,
        stamps: usize,
        /// Fails any read that touches this byte.
        bad: Option<u64>,
    }

    impl Far {
        fn new(bytes: Vec<Option<u8>>, caching: Caching) -> Far {
            Far { bytes, caching, version: Some(0), calls: 0, stamps: 0, bad: None }
        }

        fn run(&self, addr: u64, len: usize) -> Vec<u8> {
            self.bytes.iter().skip(addr as usize).take(len).map_while(|byte| *byte).collect()
        }
    }

    impl Backend for Far {
        fn read_at(&mut self, addr: u64, buf: &mut [u8], _ctx: &Ctx) -> Result<usize> {
            self.calls += 1;
            let end = addr + buf.len() as u64;
            if self.bad.is_some_and(|bad| (addr..end).contains(&bad)) {
                return Err(Error::Unreadable { addr, len: buf.len() });
            }
            let run = self.run(addr, buf.len());
            buf.fill(0xdd);
            buf[..run.len()].copy_from_slice(&run);
            Ok(run.len())
        }

        fn size(&self) -> u64 {
            self.bytes.len() as u64
        }

        fn caching(&self) -> Caching {
            self.caching
        }

        fn stamp(&mut self, _ctx: &Ctx) -> Result<Option<Stamp>> {
            self.stamps += 1;
            let size = self.size();
            Ok(self.version.map(|version| Stamp { size, modified: version.to_string() }))
        }
    }

    fn pattern(len: usize) -> Vec<Option<u8>> {
        (0..len).map(|at| Some((at % 251) as u8)).collect()
    }

    fn read(cache: &mut BlockCache, far: &mut Far, addr: u64, len: usize) -> (Vec<u8>, usize) {
        let before = far.calls;
        let mut buf = vec![0xcc; len];
        let n = cache.read_at(far, addr, &mut buf, &Ctx::owner()).unwrap();
        buf.truncate(n);
        (buf, far.calls - before)
    }

    fn caching() -> impl Strategy<Value = Caching> {
        prop_oneof![Just(Caching::Kept), Just(Caching::Command)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

        /// Reads give what the far end has now, and their repeat asks nothing.
        #[test]
        fn equals_the_far_end(
            caching in caching(),
            size in prop_oneof![0usize..50_000, 1_048_576usize..1_300_000],
            holes in prop::collection::vec((0usize..1_300_000, 1usize..40_000), 0..6),
            steps in prop::collection::vec((0u8..8, 0u64..1_300_000, 0usize..60_000), 1..20),
            tells in any::<bool>(),
        ) {
            let mut far = Far::new(pattern(size), caching);
            far.version = tells.then_some(0);
            for (at, len) in holes {
                if size > 0 {
                    let at = at % size;
                    far.bytes[at..size.min(at + len)].fill(None);
                }
            }
            let mut cache = BlockCache::new();
            cache.fresh = Duration::ZERO;
            for (what, addr, len) in steps {
                let addr = if size > 0 && what < 7 { addr % (size as u64 + 10) } else { addr };
                match what {
                    0 => {
                        for byte in far.bytes.iter_mut().skip(addr as usize).take(len) {
                            *byte = byte.map(|byte| byte.wrapping_add(1));
                        }
                        far.version = far.version.map(|version| version + 1);
                        cache.begin_command(caching);
                    }
                    1 => cache.begin_command(caching),
                    _ => {
                        let (bytes, calls) = read(&mut cache, &mut far, addr, len);
                        prop_assert!(bytes == far.run(addr, len), "{len} bytes at {addr}");
                        prop_assert!(calls <= 2, "{calls} calls");
                        let (again, calls) = read(&mut cache, &mut far, addr, len);
                        prop_assert!(again == bytes && calls == 0, "repeat took {calls} calls");
                    }
                }
            }
        }
    }

    #[test]
    fn a_small_file_is_pulled_whole_and_a_change_is_noticed() {
        let mut far = Far::new(pattern(WHOLE as usize), Caching::Kept);
        let mut cache = BlockCache::new();
        assert_eq!(read(&mut cache, &mut far, 500_000, 10).1, 1);
        cache.begin_command(Caching::Kept);
        assert_eq!(read(&mut cache, &mut far, 0, WHOLE as usize).1, 0);
        assert_eq!((far.calls, far.stamps), (1, 1), "just confirmed");
        cache.fresh = Duration::ZERO;
        cache.begin_command(Caching::Kept);
        assert_eq!(read(&mut cache, &mut far, 0, 64).1, 0);
        assert_eq!((far.calls, far.stamps), (1, 2), "asked, and unchanged");
        far.version = Some(7);
        far.bytes[0] = Some(0x55);
        cache.begin_command(Caching::Kept);
        assert_eq!(read(&mut cache, &mut far, 0, 64).0[0], 0x55);
        assert_eq!((far.calls, far.stamps), (2, 3));
    }

    #[test]
    fn a_sequential_scan_takes_few_calls_and_bounded_memory() {
        let mut far = Far::new(pattern(80 << 20), Caching::Kept);
        let mut cache = BlockCache::new();
        let mut most = 0;
        for at in (0..80 << 20).step_by(64 << 10) {
            let from = if at > 0 { at - 15 } else { 0 };
            let mut buf = vec![0; (64 << 10) + (at - from) as usize];
            assert_eq!(cache.read_at(&mut far, from, &mut buf, &Ctx::owner()).unwrap(), buf.len());
            most = most.max(cache.held);
        }
        assert!(far.calls <= 32, "{} calls", far.calls);
        assert!(most <= HELD, "{most} bytes held");
        assert_eq!(cache.ages.len(), cache.runs.len());
        assert_eq!(cache.held, cache.runs.values().map(|run| run.data.len() + OVERHEAD).sum::<usize>());
    }

    #[test]
    fn scattered_reads_take_one_call_each_and_fetch_little() {
        let mut far = Far::new(pattern(4 << 20), Caching::Kept);
        let mut cache = BlockCache::new();
        for at in [3 << 20, 1 << 20, 2 << 20] {
            assert_eq!(read(&mut cache, &mut far, at + 5, 64).1, 1);
        }
        assert!(cache.held <= 3 * (BLOCK as usize + OVERHEAD));
        // Joining two of them asks for what lies between only.
        assert_eq!(read(&mut cache, &mut far, 1 << 20, (1 << 20) + 100).1, 1);
        assert!(cache.held <= (1 << 20) + 3 * BLOCK as usize);
    }

    #[test]
    fn a_failing_byte_nearby_does_not_keep_from_reading() {
        let mut far = Far::new(pattern(1000), Caching::Kept);
        far.bad = Some(500);
        let mut cache = BlockCache::new();
        assert_eq!(read(&mut cache, &mut far, 0, 100).0.len(), 100);
        assert!(cache.read_at(&mut far, 450, &mut [0; 100], &Ctx::owner()).is_err());
    }

    #[test]
    fn a_long_read_is_one_call_past_the_cache() {
        let mut far = Far::new(pattern(20 << 20), Caching::Kept);
        let mut cache = BlockCache::new();
        assert_eq!(read(&mut cache, &mut far, 3, 30 << 20), (far.run(3, 30 << 20), 1));
        assert_eq!(cache.held, 0);
    }
}
