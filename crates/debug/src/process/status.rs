//! What the system says of threads and processes that are traced.

use farad_wire::target::Reason;
use nix::errno::Errno;

use crate::error::{Error, Result};

/// What it says of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It ended.
    Ended(Reason),
    /// A signal is to be delivered.
    Signal(i32),
    /// It enters or leaves a system call.
    Call,
    /// An event of `ptrace`, and its signal.
    Event(i32, i32),
}

impl Status {
    pub(super) fn of(status: i32) -> Status {
        if libc::WIFEXITED(status) {
            return Status::Ended(Reason::Exited { status: libc::WEXITSTATUS(status) });
        }
        if libc::WIFSIGNALED(status) {
            return Status::Ended(Reason::Killed { number: libc::WTERMSIG(status) });
        }
        let signal = libc::WSTOPSIG(status);
        match status >> 16 {
            0 if signal == libc::SIGTRAP | 0x80 => Status::Call,
            0 => Status::Signal(signal),
            event => Status::Event(event, signal),
        }
    }
}

/// What happened to any, if something did.
pub(super) fn wait_any() -> Result<Option<(i32, i32)>> {
    wait(-1, libc::WNOHANG)
}

/// What happened to one, if something did.
pub(super) fn wait_now(id: i32) -> Result<Option<i32>> {
    Ok(wait(id, libc::WNOHANG)?.map(|(_, status)| status))
}

/// Waits for one that will stop at once.
pub(super) fn wait_for(id: i32) -> Result<i32> {
    wait(id, 0)?.map(|(_, status)| status).ok_or(Error::Gone)
}

fn wait(id: i32, flags: i32) -> Result<Option<(i32, i32)>> {
    loop {
        let mut status = 0;
        // SAFETY: `status` is a place for the number it writes.
        let done = unsafe { libc::waitpid(id, &raw mut status, libc::__WALL | flags) };
        return match Errno::result(done) {
            Ok(0) => Ok(None),
            Ok(id) => Ok(Some((id, status))),
            Err(Errno::EINTR) => continue,
            Err(errno) => Err(Error::of("wait for the process")(errno)),
        };
    }
}
