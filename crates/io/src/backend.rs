//! The trait behind every descriptor: one required way to read, every other ability asked for.

mod cyclic;
mod fd;
mod file;
mod gdb;
mod hex;
mod hole;
mod http;
mod malloc;
mod memory;
mod mmap;
mod network;
mod null;
mod procpid;
mod r2web;
mod rap;
mod size;
mod slurp;
mod socket;
mod sparse;
mod stdin;
mod stream;
mod table;
mod tcp_slurp;
mod unix;

use std::io::Write;
use std::sync::Arc;

use farad_wire::target::{Reply, Request};

use crate::ctx::Ctx;
use crate::error::Result;

pub use network::network;
pub use table::local;

/// What the descriptor's block cache may do with bytes of a backend. It is the backend's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Reads are cheap and local: no cache.
    Direct,
    /// Read exactly as asked, nothing kept and nothing read ahead: devices, other live memory.
    Exact,
    /// May be read ahead and kept until the next command.
    Command,
    /// May be kept until the target runs: memory of a process that is stopped.
    Stopped,
    /// May be read ahead and kept until a write, a command at the far end, or a change of its
    /// [`Stamp`]: regular files.
    Kept,
}

/// Tells one state of a file from another: its size and modification time at the far end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// Opaque text; differs when the file was modified.
    pub modified: String,
}

/// Bytes at offsets, from 0 to `size`. Opened on and kept by its host's thread.
pub trait Backend: Send {
    /// Reads at `addr` into `buf` and returns how many bytes were readable there. A short
    /// count means that the readable run ends; nothing is ever invented. `buf` is not empty.
    ///
    /// # Errors
    /// When reading failed for another reason than the end of the readable run.
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize>;

    /// Size in bytes; `u64::MAX` where there is no end.
    fn size(&self) -> u64;

    /// What may be cached.
    fn caching(&self) -> Caching {
        Caching::Direct
    }

    /// Whether the bytes are the session's own memory, or that of a process it has under the debugger: then they are
    /// writable whatever they were opened for, as the peer has it for `malloc://` and the like.
    fn is_scratch(&self) -> bool {
        false
    }

    /// Where to read on after a read at `after` gave nothing: the next offset behind it that
    /// may be readable. `None` where nothing is known to follow.
    ///
    /// # Errors
    /// When that could not be found out.
    fn next_readable(&mut self, _after: u64, _ctx: &Ctx) -> Result<Option<u64>> {
        Ok(None)
    }

    /// How many bytes from `offset` on are known to be zero without being read: memory that nothing was written to, a hole
    /// of a file. 0 where that is not known. What looks at all there is passes over them: a file of a few bytes can ask for
    /// more of them than anybody can look at.
    fn zeros_at(&self, _offset: u64) -> u64 {
        0
    }

    /// The state of the underlying file now, where that can be told.
    ///
    /// # Errors
    /// When the far end could not be asked.
    fn stamp(&mut self, _ctx: &Ctx) -> Result<Option<Stamp>> {
        Ok(None)
    }

    /// Another way to the same bytes that several threads can go at once, where there is one.
    fn shared(&self) -> Option<Arc<dyn ReadShared>> {
        None
    }

    /// Writing.
    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        None
    }

    /// Changing the size.
    fn as_resize(&mut self) -> Option<&mut dyn Resize> {
        None
    }

    /// Controlling a process whose memory this is.
    fn as_target(&mut self) -> Option<&mut dyn Target> {
        None
    }

    /// Running commands at the far end.
    fn as_remote(&mut self) -> Option<&mut dyn Remote> {
        None
    }
}

/// The ability to be read by several threads at once.
pub trait ReadShared: Send + Sync {
    /// Reads at `addr` as [`Backend::read_at`] does.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&self, addr: u64, buf: &mut [u8]) -> std::io::Result<usize>;
}

/// The ability to write.
pub trait WriteAt {
    /// Writes all of `data` at `addr`; within `size`.
    ///
    /// # Errors
    /// When not all was written.
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()>;
}

/// The ability to change size.
pub trait Resize {
    /// Cuts or extends with zeros to `size` bytes.
    ///
    /// # Errors
    /// When the size could not be changed.
    fn resize(&mut self, size: u64, ctx: &Ctx) -> Result<()>;
}

/// The ability to control a process. Where it is, the messages are the same.
pub trait Target {
    /// Asks something of it, and waits for the answer; what the process prints meanwhile goes to `out`, where it has no
    /// terminal of its own. A cancelled context stops a process that runs, which the answer then tells.
    ///
    /// # Errors
    /// When the connection failed. What the target cannot do is a [`Reply::Failed`].
    fn ask(&mut self, request: &Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply>;

    /// Whether what is known of its memory is worth being told with each request to run, so that it need not be read again.
    fn is_far(&self) -> bool {
        false
    }

    /// What goes before the path of a file of the target's machine to make a URI: nothing where that is this machine, or is
    /// taken to be.
    fn place(&self) -> String {
        String::new()
    }
}

/// How a command at the far end ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The far end's error message, where it failed and says so.
    pub failure: Option<String>,
    /// What it told beside its output where it succeeded: warnings and the like, lines of the
    /// peer's.
    pub notes: Vec<String>,
}

/// The ability to run commands where the bytes are.
pub trait Remote {
    /// Runs `line` there, writing what it prints to `out` as it arrives.
    ///
    /// # Errors
    /// When the connection failed or the work was cancelled; a command that failed at the
    /// far end is a [`Status`], not an error.
    fn command(&mut self, line: &str, out: &mut dyn Write, ctx: &Ctx) -> Result<Status>;

    /// Whether they run at a server of this machine, by the address that is connected to. It takes us for this user
    /// then, whoever of us asks.
    fn is_here(&self) -> bool;
}
