//! Which parts of ranges are worth going over: what something keeps bytes for.
//!
//! A header can ask for more zeros than anybody can look at, and a map can reach far beyond the file it shows. What goes
//! over all of a target goes over these parts; what is left out of them is counted, to be told.

use farad_io::Held;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::view::BLOCK_LIMIT;

/// Bytes of zeros that nobody keeps and that are searched all the same, of all ranges together.
pub(crate) const ZEROS: u64 = 16 << 20;
/// The same where instructions are decoded, of which zeros hold none that matter.
pub(crate) const ZERO_CODE: u64 = 64 << 10;

/// Ranges by address, those that overlap as one: what several list is gone over once.
pub(crate) fn joined(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (from, to) in ranges {
        match joined.last_mut().filter(|last| last.1 >= from) {
            Some(last) => last.1 = last.1.max(to),
            None => joined.push((from, to)),
        }
    }
    joined
}

/// The parts of ranges, and what was left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// First and last address of each, in the order of the ranges.
    pub(crate) ranges: Vec<(u64, u64)>,
    /// How many zeros lie in no part.
    pub(crate) zeros: u64,
    /// Where the first of them is.
    from: Option<u64>,
}

impl Parts {
    /// The parts of ranges, of which first and last address are given. `zeros` that nobody keeps are left in all; of a run
    /// that is too long `edge` bytes at either end are, for what reaches into it.
    ///
    /// # Errors
    /// An interrupt.
    pub(crate) fn of(env: &Env<'_>, ranges: &[(u64, u64)], zeros: u64, edge: u64) -> Result<Parts> {
        let mut parts = Parts::default();
        let mut left = zeros;
        for (from, to) in ranges.iter().copied() {
            let begin = parts.ranges.len();
            let mut next = Some(from).filter(|from| *from <= to);
            while let Some(addr) = next {
                env.ctx.check()?;
                let extent = env.extent(addr);
                let last = extent.last.min(to);
                match extent.held {
                    Held::Nothing => {}
                    Held::Bytes => parts.push(begin, addr, last),
                    Held::Zeros => parts.zeros(begin, (addr, last), edge, &mut left),
                }
                next = last.checked_add(1).filter(|next| *next <= to);
            }
        }
        Ok(parts)
    }

    /// Appends a part; one that touches the last one, of the same range, goes on with it.
    fn push(&mut self, begin: usize, from: u64, to: u64) {
        let is_own = self.ranges.len() > begin;
        match self.ranges.last_mut().filter(|last| is_own && last.1.checked_add(1) == Some(from)) {
            Some(last) => last.1 = to,
            None => self.ranges.push((from, to)),
        }
    }

    fn zeros(&mut self, begin: usize, (from, to): (u64, u64), edge: u64, left: &mut u64) {
        let len = (to - from).saturating_add(1);
        let head = len.min((*left).max(edge));
        *left -= head.min(*left);
        if head > 0 {
            self.push(begin, from, from + (head - 1));
        }
        let tail = edge.min(len - head);
        let out = len - head - tail;
        if out > 0 {
            self.zeros = self.zeros.saturating_add(out);
            self.from.get_or_insert(from + head);
        }
        if tail > 0 {
            self.push(begin, to - (tail - 1), to);
        }
    }

    /// Tells what was left out, where there was something.
    pub(crate) fn report(&self, env: &mut Env<'_>) {
        let Some(from) = self.from else { return };
        env.out.report(&format!(
            "WARN: {:#x} bytes from {from:#x} on were left out: they are zero, and no file has them",
            self.zeros
        ));
    }

    /// How many bytes the parts have.
    pub(crate) fn size(&self) -> u64 {
        self.ranges.iter().fold(0, |sum, (from, to)| sum.saturating_add((to - from).saturating_add(1)))
    }
}

/// Ends what goes over a length that only a header can have asked for, where nobody keeps bytes.
pub(crate) struct Guard {
    /// How many such bytes are still passed over; all, where the length is one that somebody may want.
    left: Option<u64>,
}

impl Guard {
    /// Bytes that nobody keeps and are passed over all the same.
    const PASSED: u64 = 1 << 20;

    /// A guard over so many bytes.
    pub(crate) fn of(len: u64) -> Guard {
        Guard { left: (len > BLOCK_LIMIT as u64).then_some(Guard::PASSED) }
    }

    /// Lets `len` bytes at `addr` pass.
    ///
    /// # Errors
    /// Where they are not kept, and enough such bytes were passed over.
    pub(crate) fn pass(&mut self, env: &Env<'_>, addr: u64, len: u64) -> Result<()> {
        let Some(left) = &mut self.left else { return Ok(()) };
        let what = match env.extent(addr).held {
            Held::Bytes => return Ok(()),
            Held::Zeros => "only zeros that no file has are",
            Held::Nothing => "nothing is",
        };
        *left = left.checked_sub(len).ok_or_else(|| {
            Error::failed(format!(
                "stopped at {addr:#x}: {what} there, and more than {BLOCK_LIMIT:#x} bytes are taken only of what there is"
            ))
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use farad_io::{Ctx, OpenOptions, Perm, Schemes, local};

    use super::*;
    use crate::out::Capture;
    use crate::registry::Registry;
    use crate::session::Session;
    use crate::view::View;

    #[test]
    fn what_nobody_keeps_is_left_out_but_for_its_edges() {
        let mut session = Session::new(Schemes::new().with(local()), Registry::new(crate::cmd::groups()));
        let (mut view, ctx, mut out) = (View::default(), Ctx::owner(), Capture::new());
        let options = OpenOptions { perm: Perm::RW, ..OpenOptions::default() };
        for (uri, at, size) in [("hex://0102", 0, 1 << 47), ("null://0x7fff00000000", 0x1000, 1 << 46)] {
            let fd = session.io.open(uri, &options, &ctx).unwrap();
            session.io.maps.add(fd, at, size, 0, Perm::R).unwrap();
        }
        let mut env = Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out };
        let parts = Parts::of(&env, &[(0, 1), (0, u64::MAX)], ZEROS, 8).unwrap();
        let last = (1 << 46) + 0xfff;
        assert_eq!(parts.ranges, [(0, 1), (0, 1), (0x1000, 0xfff + ZEROS), (last - 7, last)]);
        assert_eq!((parts.zeros, parts.from), ((1 << 46) - ZEROS - 8, Some(0x1000 + ZEROS)));
        assert_eq!(parts.size(), 4 + ZEROS + 8);
        parts.report(&mut env);
        assert_eq!(out.reports.len(), 1);
    }
}
