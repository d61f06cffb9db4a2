//! A descriptor: an open backend, its number, and the block cache in front of it.

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use farad_wire::target::{Reply, Request, Resume};

use crate::backend::{Backend, Caching, ReadShared};
use crate::cache::BlockCache;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::perm::Perm;

/// An open backend.
pub struct Descriptor {
    /// Its number, from 3 as the peer counts.
    pub fd: u32,
    /// The URI it was opened by.
    pub uri: String,
    /// What may be done with it: what it was opened for, and `rw` where it is the session's own
    /// memory.
    pub perm: Perm,
    /// What writing to it does beside.
    effects: Effects,
    backend: Box<dyn Backend>,
    cache: BlockCache,
}

impl Descriptor {
    /// Wraps an opened backend.
    pub fn new(fd: u32, uri: String, perm: Perm, backend: Box<dyn Backend>) -> Descriptor {
        let perm = if backend.is_scratch() { perm | Perm::RW } else { perm };
        Descriptor { fd, uri, perm, effects: Effects::empty(), cache: BlockCache::new(), backend }
    }

    /// The same, where writing has these effects too: it is a file of this machine.
    pub(crate) fn writing(self, effects: Effects) -> Descriptor {
        Descriptor { effects, ..self }
    }

    /// Takes it apart: its URI, permissions and backend.
    pub(crate) fn into_backend(self) -> (String, Perm, Box<dyn Backend>) {
        (self.uri, self.perm, self.backend)
    }

    /// Size in bytes; `u64::MAX` where there is no end.
    pub fn size(&self) -> u64 {
        self.backend.size()
    }

    /// Whether what is read has to come a long way, so that looking at all of it unasked would cost more than it is worth.
    pub fn is_far(&self) -> bool {
        matches!(self.backend.caching(), Caching::Command | Caching::Stopped | Caching::Kept)
    }

    /// Reads at `offset`, through the block cache where the backend allows one. Returns how
    /// many bytes were readable in one run from there.
    ///
    /// # Errors
    /// What the backend says.
    pub fn read_at(&mut self, offset: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        match self.backend.caching() {
            Caching::Direct | Caching::Exact => {
                self.cache.clear();
                Ok(self.backend.read_at(offset, buf, ctx)?.min(buf.len()))
            }
            Caching::Command | Caching::Stopped | Caching::Kept => {
                self.cache.read_at(self.backend.as_mut(), offset, buf, ctx)
            }
        }
    }

    /// Another way to its bytes that several threads can go at once; none where there is a cache.
    pub fn shared(&self) -> Option<Arc<dyn ReadShared>> {
        self.backend.shared().filter(|_| self.backend.caching() == Caching::Direct)
    }

    /// Where to read on after a read at `after` gave nothing; always behind it.
    ///
    /// # Errors
    /// What the backend says.
    pub fn next_readable(&mut self, after: u64, ctx: &Ctx) -> Result<Option<u64>> {
        Ok(self.backend.next_readable(after, ctx)?.filter(|&next| next > after))
    }

    /// How many bytes from `offset` on are known to be zero without being read.
    pub fn zeros_at(&self, offset: u64) -> u64 {
        self.backend.zeros_at(offset)
    }

    /// Writes all of `data` at `offset` and drops what was cached.
    ///
    /// # Errors
    /// When it is not writable, reaches past the end, or the backend says so.
    pub fn write_at(&mut self, offset: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        self.check_writable(offset, ctx)?;
        self.cache.clear();
        let uri = &self.uri;
        let unsupported = || Error::Unsupported { uri: uri.clone(), ability: "be written" };
        self.backend.as_write().ok_or_else(unsupported)?.write_at(offset, data, ctx)
    }

    /// Cuts or extends to `size` bytes.
    ///
    /// # Errors
    /// When it is not writable or has no size to change.
    pub fn resize(&mut self, size: u64, ctx: &Ctx) -> Result<()> {
        self.check_writable(0, ctx)?;
        self.cache.clear();
        let uri = &self.uri;
        let unsupported = || Error::Unsupported { uri: uri.clone(), ability: "be resized" };
        self.backend.as_resize().ok_or_else(unsupported)?.resize(size, ctx)
    }

    /// # Errors
    /// [`Error::ReadOnly`], or the refusal of a principal who may not write this kind of thing.
    pub(crate) fn check_writable(&self, offset: u64, ctx: &Ctx) -> Result<()> {
        if !self.perm.contains(Perm::W) {
            return Err(Error::ReadOnly { addr: offset, what: self.uri.clone() });
        }
        ctx.allow(self.effects, &format!("writing to {}", self.uri))
    }

    /// Whether it is a process under the debugger.
    pub fn is_target(&mut self) -> bool {
        self.backend.as_target().is_some()
    }

    /// The URI of a file of the machine that the process under the debugger is on. The process, its stub or its core names
    /// it, so that it is the path of a file and never another scheme, and on this machine only what can be read without
    /// any effect.
    ///
    /// # Errors
    /// When it is no such process; [`Error::Open`] when the machine is this one and has no regular file of that name.
    pub fn target_file(&mut self, path: &str) -> Result<String> {
        let unsupported = Error::Unsupported { uri: self.uri.clone(), ability: "be debugged" };
        let place = self.backend.as_target().ok_or(unsupported)?.place();
        // What the system makes up as it is read has no size.
        let is_file = |data: std::fs::Metadata| data.is_file() && data.len() > 0;
        if place.is_empty() && !std::fs::metadata(path).is_ok_and(is_file) {
            let source = ErrorKind::NotFound.into();
            return Err(Error::Open { uri: path.escape_debug().to_string(), source });
        }
        // No scheme's name has a `/`.
        let scheme = if path.starts_with('/') { "" } else { "file://" };
        Ok(format!("{place}{scheme}{path}"))
    }

    /// Asks something of the process under the debugger. Of maps only those with memory are told. What was cached of its memory is dropped when that may change,
    /// and what is told of it with a stop is cached.
    ///
    /// # Errors
    /// When it is no such process, when it cannot do that, or the connection failed.
    pub fn ask(&mut self, request: &Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        let unsupported = Error::Unsupported { uri: self.uri.clone(), ability: "be debugged" };
        let caching = self.backend.caching();
        let target = self.backend.as_target().ok_or(unsupported)?;
        let mut before = None;
        let reply = match request {
            Request::Resume(resume) => {
                let runs = self.cache.take();
                // What whoever asks knows goes along.
                let mut known = resume.known.clone();
                if target.is_far() {
                    known.extend(runs.known());
                }
                before = Some(runs);
                target.ask(&Request::Resume(Resume { known, ..resume.clone() }), out, ctx)?
            }
            Request::Restart { .. } | Request::Write { .. } | Request::End(_) => {
                self.cache.clear();
                target.ask(request, out, ctx)?
            }
            _ => target.ask(request, out, ctx)?,
        };
        match reply {
            Reply::Failed(why) => Err(Error::Target { uri: self.uri.clone(), why }),
            Reply::Stop(stop) => {
                if caching == Caching::Stopped {
                    if let Some(before) = before {
                        self.cache.restore(before, &stop.kept);
                    }
                    stop.memory.iter().for_each(|(addr, bytes)| self.cache.learn(*addr, &bytes.0));
                }
                Ok(Reply::Stop(stop))
            }
            Reply::Maps(mut areas) => {
                areas.retain(|area| area.from < area.to);
                Ok(Reply::Maps(areas))
            }
            reply => Ok(reply),
        }
    }

    /// The backend, for its other abilities. What it changes is not known here: the cache is
    /// dropped.
    pub fn backend(&mut self) -> &mut dyn Backend {
        self.cache.clear();
        self.backend.as_mut()
    }

    /// Tells the cache that a new command begins: what may be kept for one command only is
    /// dropped, and a file that changed under us is noticed at the next read.
    pub fn begin_command(&mut self) {
        self.cache.begin_command(self.backend.caching());
    }

    /// Drops everything cached.
    pub fn refresh(&mut self) {
        self.cache.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Target;

    /// A process on some machine.
    struct There(&'static str);

    impl Backend for There {
        fn read_at(&mut self, _addr: u64, _buf: &mut [u8], _ctx: &Ctx) -> Result<usize> {
            Ok(0)
        }

        fn size(&self) -> u64 {
            u64::MAX
        }

        fn as_target(&mut self) -> Option<&mut dyn Target> {
            Some(self)
        }
    }

    impl Target for There {
        fn ask(&mut self, _request: &Request, _out: &mut dyn Write, _ctx: &Ctx) -> Result<Reply> {
            Ok(Reply::Done)
        }

        fn place(&self) -> String {
            self.0.to_owned()
        }
    }

    fn file(place: &'static str, path: &str) -> Result<String> {
        Descriptor::new(3, "there".to_owned(), Perm::R, Box::new(There(place))).target_file(path)
    }

    #[test]
    fn a_target_names_files_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a file");
        std::fs::write(&path, "x").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(file("", path).unwrap(), path);
        for name in
            ["dbg:///bin/true", "malloc://64", "-", "", "/dev/zero", "/tmp", "/proc/self/maps", "/no\nne"]
        {
            let error = file("", name).unwrap_err();
            assert!(matches!(error, Error::Open { .. }), "{name}: {error}");
            assert!(!error.to_string().contains('\n'));
        }
        assert_eq!(file("rap://h:1/", "/bin/true").unwrap(), "rap://h:1//bin/true");
        assert_eq!(file("rap://h:1/", "dbg:///bin/true").unwrap(), "rap://h:1/file://dbg:///bin/true");
    }
}
