//! The requests of `ptrace` that `nix` has no safe form of, and those that are made the same everywhere.

use libc::{c_int, c_void};
use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::error::{Error, Result};

/// What a signal says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SignalInfo {
    /// Its number.
    pub(crate) number: i32,
    /// What caused it.
    pub(crate) code: i32,
    /// The address it is about.
    pub(crate) addr: u64,
}

/// Begins to trace a process or thread, which does not stop for it.
pub(crate) fn seize(pid: Pid, options: ptrace::Options) -> nix::Result<()> {
    ptrace::seize(pid, options)
}

/// Asks a thread to stop.
pub(crate) fn interrupt(thread: Pid) -> nix::Result<()> {
    ptrace::interrupt(thread)
}

/// Lets a thread run in one of the ways there are, with a signal, 0 for none.
pub(crate) fn resume(request: ptrace::Request, thread: Pid, signal: c_int) -> nix::Result<()> {
    let data = signal as usize as *mut c_void;
    // SAFETY: these requests take a number in `data` and touch no memory of ours.
    let done = unsafe { libc::ptrace(request as _, thread.as_raw(), std::ptr::null_mut::<c_void>(), data) };
    Errno::result(done).map(drop)
}

/// The bytes of a register set, at most `limit`.
pub(crate) fn registers(thread: Pid, set: c_int, limit: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0u8; limit];
    let mut space = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let kind = set as usize as *mut c_void;
    // SAFETY: `space` describes all of `bytes`, which the kernel fills and never beyond.
    let done = unsafe { libc::ptrace(libc::PTRACE_GETREGSET, thread.as_raw(), kind, &raw mut space) };
    Errno::result(done).map_err(Error::of("read the registers"))?;
    bytes.truncate(space.iov_len);
    Ok(bytes)
}

/// Sets the bytes of a register set.
pub(crate) fn set_registers(thread: Pid, set: c_int, bytes: &[u8]) -> Result<()> {
    let mut space = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let kind = set as usize as *mut c_void;
    // SAFETY: `space` describes all of `bytes`, which the kernel only reads.
    let done = unsafe { libc::ptrace(libc::PTRACE_SETREGSET, thread.as_raw(), kind, &raw mut space) };
    Errno::result(done).map(drop).map_err(Error::of("write the registers"))
}

/// A word of the kernel's `user` structure.
#[cfg(target_arch = "x86_64")]
pub(crate) fn peek_user(thread: Pid, offset: usize) -> Result<u64> {
    let word = ptrace::read_user(thread, offset as ptrace::AddressType);
    word.map(|word| word as u64).map_err(Error::of("read a debug register"))
}

/// Sets one.
#[cfg(target_arch = "x86_64")]
pub(crate) fn poke_user(thread: Pid, offset: usize, value: u64) -> Result<()> {
    let place = offset as ptrace::AddressType;
    ptrace::write_user(thread, place, value as libc::c_long).map_err(Error::of("write a debug register"))
}

/// What the signal that stopped a thread says of itself.
pub(crate) fn signal(thread: Pid) -> Result<SignalInfo> {
    let info = ptrace::getsiginfo(thread).map_err(Error::of("read the signal"))?;
    let faults = [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGILL, Signal::SIGFPE, Signal::SIGTRAP];
    let is_about_address = faults.iter().any(|fault| *fault as i32 == info.si_signo) && info.si_code > 0;
    // SAFETY: the kernel fills the address in for these signals, where a fault caused them.
    let addr = if is_about_address { unsafe { info.si_addr() as u64 } } else { 0 };
    Ok(SignalInfo { number: info.si_signo, code: info.si_code, addr })
}

/// The message of an event.
pub(crate) fn message(thread: Pid) -> Result<i32> {
    ptrace::getevent(thread).map(|message| message as i32).map_err(Error::of("read the event"))
}
