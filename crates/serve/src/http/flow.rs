//! A command's output on its way to a client: the session writes and never waits, the client takes it as it can.
//!
//! What the client has not taken is kept in memory up to a length, and behind that in a file, in order.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farad_io::Effects;
use farad_shell::out::Out;
use tokio::sync::Notify;

use crate::budget::Share;
use crate::host::{Outcome, locked};

/// Most bytes kept in memory.
const MEMORY: usize = 1 << 20;
/// Bytes that are worth waking the client's task for before the command has ended.
const WORTH: usize = 32 << 10;
/// Most bytes taken at a time.
const PIECE: usize = 64 << 10;
/// Longest text of reports kept, bytes.
const REPORTS: usize = 64 << 10;
/// How long output waits for more to come with it.
const PAUSE: Duration = Duration::from_millis(40);

/// How a command ended.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// Whether all of it succeeded.
    pub(super) ok: bool,
    /// It was stopped, or never ran.
    pub(super) cancelled: bool,
    /// What was refused of it.
    pub(super) refused: Effects,
    /// What was reported, line by line.
    pub(super) reports: String,
    /// Output is missing: there was more than is kept.
    pub(super) truncated: bool,
    /// Where the view is.
    pub(super) seek: u64,
    /// How long it ran.
    pub(super) time: Duration,
}

/// The two ends' common part.
pub(super) struct Flow {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    head: Vec<u8>,
    /// What of the head was taken.
    given: usize,
    share: Share,
    file: Option<File>,
    /// What the file has that was not taken.
    filed: std::ops::Range<u64>,
    total: u64,
    reports: String,
    /// Reports that were not taken one by one.
    fresh: usize,
    truncated: bool,
    /// The session is at it.
    begun: bool,
    /// Nobody wants more.
    unwanted: bool,
    end: Option<End>,
}

/// The session's end.
pub(super) struct Source {
    flow: Arc<Flow>,
    limit: u64,
    folder: PathBuf,
    begun: Instant,
    ended: bool,
}

impl Flow {
    /// Both ends. At most `limit` bytes are kept, in `folder` where they get many, out of `share`.
    pub(super) fn new(limit: u64, folder: PathBuf, share: Share) -> (Arc<Flow>, Source) {
        let state = Mutex::new(State { share, ..State::default() });
        let flow = Arc::new(Flow { state, wake: Notify::new() });
        let source = Source { flow: flow.clone(), limit, folder, begun: Instant::now(), ended: false };
        (flow, source)
    }

    /// Waits until the command has ended, or has some output that came without more behind it, or much. True when it
    /// has ended.
    pub(super) async fn ready(&self) -> bool {
        loop {
            let woken = self.wake.notified();
            {
                let state = locked(&self.state);
                if state.end.is_some() || state.len() >= WORTH as u64 {
                    return state.end.is_some();
                }
            }
            if tokio::time::timeout(PAUSE, woken).await.is_err() {
                let state = locked(&self.state);
                if state.len() > 0 || state.fresh < state.reports.len() {
                    return state.end.is_some();
                }
            }
        }
    }

    /// Waits until it runs, or has ended without.
    pub(super) async fn begun(&self) {
        loop {
            let woken = self.wake.notified();
            if self.has_begun() {
                return;
            }
            woken.await;
        }
    }

    /// Whether it runs, or has run.
    pub(super) fn has_begun(&self) -> bool {
        let state = locked(&self.state);
        state.begun || state.end.is_some()
    }

    /// Takes what is there, up to a length.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn take(&self) -> io::Result<Vec<u8>> {
        let mut state = locked(&self.state);
        if state.given < state.head.len() || state.filed.is_empty() {
            let end = state.head.len().min(state.given + PIECE);
            let piece = state.head[state.given..end].to_vec();
            state.given = end;
            if end == state.head.len() {
                state.clear_head();
            }
            return Ok(piece);
        }
        let len = (state.filed.end - state.filed.start).min(PIECE as u64);
        // It is no more than a piece.
        let mut piece = vec![0; len as usize];
        if let Some(file) = &state.file {
            file.read_exact_at(&mut piece, state.filed.start)?;
        }
        state.filed.start += len;
        if state.filed.is_empty() {
            (state.file, state.filed) = (None, 0..0);
            state.share.end_file();
        }
        Ok(piece)
    }

    /// Drops the output, and what is to come of it.
    pub(super) fn discard(&self) {
        let mut state = locked(&self.state);
        state.clear_head();
        (state.file, state.filed, state.unwanted) = (None, 0..0, true);
        state.share.end_file();
    }

    /// Takes what was reported since this was asked last.
    pub(super) fn take_reports(&self) -> Vec<String> {
        let mut state = locked(&self.state);
        let lines = state.reports[state.fresh..].lines().map(str::to_owned).collect();
        state.fresh = state.reports.len();
        lines
    }

    /// How it ended, once it has and all its output is taken.
    pub(super) fn end(&self) -> Option<End> {
        let state = locked(&self.state);
        state.end.clone().filter(|_| state.len() == 0)
    }
}

impl State {
    fn clear_head(&mut self) {
        (self.head, self.given) = (Vec::new(), 0);
        self.share.hold(0);
    }

    fn len(&self) -> u64 {
        (self.head.len() - self.given) as u64 + (self.filed.end - self.filed.start)
    }
}

impl Source {
    /// It begins to run.
    pub(super) fn begin(&mut self) {
        self.begun = Instant::now();
        locked(&self.flow.state).begun = true;
        self.flow.wake.notify_one();
    }

    /// Reports what is told however much was reported before.
    pub(super) fn conclude(&mut self, line: &str) {
        let mut state = locked(&self.flow.state);
        state.reports.push_str(line);
        state.reports.push('\n');
    }

    /// It ran.
    pub(super) fn end(mut self, outcome: &Outcome, cancelled: bool) {
        self.finish(outcome.ok, outcome.refused, cancelled, outcome.seek);
    }

    fn finish(&mut self, ok: bool, refused: Effects, cancelled: bool, seek: u64) {
        self.ended = true;
        let mut state = locked(&self.flow.state);
        let (reports, truncated) = (state.reports.trim_end().to_owned(), state.truncated);
        state.end =
            Some(End { ok, cancelled, refused, reports, truncated, seek, time: self.begun.elapsed() });
        drop(state);
        self.flow.wake.notify_one();
    }
}

/// A job that was thrown away never ran.
impl Drop for Source {
    fn drop(&mut self) {
        if !self.ended {
            self.finish(false, Effects::empty(), true, 0);
        }
    }
}

impl Write for Source {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = locked(&self.flow.state);
        if state.unwanted {
            return Ok(bytes.len());
        }
        let before = state.len();
        let room = self.limit - state.total;
        let fits = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        let (kept, dropped) = bytes.split_at(fits);
        let len = state.head.len() + kept.len();
        if state.filed.is_empty() && len <= MEMORY && state.share.hold(len) {
            state.head.extend_from_slice(kept);
        } else {
            state.share.file(kept.len()).inspect_err(|_| state.truncated = true)?;
            if state.file.is_none() {
                state.file = Some(tempfile::tempfile_in(&self.folder)?);
            }
            let at = state.filed.end;
            if let Some(file) = &state.file {
                file.write_all_at(kept, at)?;
            }
            state.filed.end += kept.len() as u64;
        }
        state.total += kept.len() as u64;
        state.truncated |= !dropped.is_empty();
        let wakes = before < WORTH as u64 && state.len() >= WORTH as u64;
        drop(state);
        if wakes {
            self.flow.wake.notify_one();
        }
        if !dropped.is_empty() {
            let limit = self.limit;
            return Err(io::Error::other(format!("output is limited to {limit} bytes (e http.maxout)")));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Source {
    fn report(&mut self, line: &str) {
        let mut state = locked(&self.flow.state);
        if state.reports.len() < REPORTS {
            state.reports.push_str(line);
            state.reports.push('\n');
        }
    }

    /// The client learns that it is a peer's text from whom it got it.
    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &farad_shell::origin::Origin) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        Outcome { ok: true, refused: Effects::empty(), quit: None, seek: 7, diverted: false }
    }

    fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    async fn all(flow: &Flow) -> (Vec<u8>, End) {
        let mut got = Vec::new();
        loop {
            flow.ready().await;
            got.extend_from_slice(&flow.take().unwrap());
            if let Some(end) = flow.end() {
                return (got, end);
            }
        }
    }

    #[test]
    fn any_length_comes_out_in_order_whether_the_client_is_slow_or_not() {
        let folder = tempfile::tempdir().unwrap();
        for (total, slow) in
            [(0, true), (10, false), (MEMORY + 1, true), (5 * MEMORY, true), (5 * MEMORY, false)]
        {
            let bytes: Vec<u8> = (0..total).map(|at| (at / 251) as u8).collect();
            let (flow, mut source) = Flow::new(1 << 30, folder.path().to_owned(), Share::default());
            let sent = bytes.clone();
            let write = move || {
                sent.chunks(100_001).for_each(|piece| source.write_all(piece).unwrap());
                source.end(&outcome(), false);
            };
            let (got, end) = if slow {
                write();
                on_a_runtime(all(&flow))
            } else {
                let writer = std::thread::spawn(write);
                let got = on_a_runtime(all(&flow));
                writer.join().unwrap();
                got
            };
            assert!(got == bytes, "{total} {slow}");
            assert!(end.ok && end.seek == 7 && !end.truncated);
        }
    }

    #[test]
    fn the_limit_keeps_what_fits_and_says_so() {
        let (flow, mut source) = Flow::new(5, std::env::temp_dir(), Share::default());
        source.write_all(b"123").unwrap();
        assert!(source.write_all(b"4567").unwrap_err().to_string().contains("http.maxout"));
        source.report("ERROR: it is cut");
        source.end(&Outcome { ok: false, ..outcome() }, false);
        let (got, end) = on_a_runtime(all(&flow));
        assert_eq!(
            (got.as_slice(), end.truncated, end.reports.as_str()),
            (&b"12345"[..], true, "ERROR: it is cut")
        );
    }

    #[test]
    fn a_job_that_is_thrown_away_has_ended() {
        let (flow, source) = Flow::new(5, std::env::temp_dir(), Share::default());
        drop(source);
        assert!(on_a_runtime(all(&flow)).1.cancelled);
    }
}
