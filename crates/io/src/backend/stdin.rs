//! `stdin://`: all of standard input, read to its end when it is opened.

use std::io::{self, ErrorKind, Read};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::stdio;

use crate::backend::Backend;
use crate::backend::memory::Memory;
use crate::ctx::{Ctx, Effects};
use crate::error::Result;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Most bytes taken from standard input.
const LIMIT: u64 = 1 << 30;

/// How long it waits for more before it looks whether it is to stop.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["stdin"],
    brief: "a copy in memory of standard input",
    permissions: "rw_",
    effects: Effects::FILES,
    uris: &["stdin://"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    Ok(Box::new(Memory::slurp(&uri.text, &mut Stdin, LIMIT, ctx)?))
}

/// Standard input without a buffer of this process's, so that nothing is left in one.
struct Stdin;

impl Read for Stdin {
    /// Fails with [`ErrorKind::Interrupted`] when nothing came for a while.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let stdin = stdio::stdin();
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&TICK))? {
            0 => Err(ErrorKind::Interrupted.into()),
            _ => Ok(rustix::io::read(stdin, buf)?),
        }
    }
}
