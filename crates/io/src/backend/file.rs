//! Plain paths and `file://`: regular files and devices, read at offsets.
//!
//! The handle is shared with the other schemes that end in an open file of the system.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FsWord, PROC_SUPER_MAGIC, fstatfs};

use crate::backend::hole::hole_at;
use crate::backend::{Backend, Caching, ReadShared, Resize, Stamp, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Bytes read or written between two looks at the context.
const CHUNK: usize = 4 << 20;
/// Bytes of a read for which it pays to look for a hole first.
const LARGE: usize = 64 << 10;

/// The row. It answers paths without a scheme, too.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["file"],
    brief: "files and devices of this machine",
    permissions: "rw_",
    effects: Effects::FILES,
    uris: &["PATH", "file://PATH"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    Ok(Box::new(Handle::open(uri, Path::new(&uri.rest), options)?))
}

/// What is known of the file behind a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Its size and time can be asked for at any time.
    Regular,
    /// A block device of this many bytes; or a character device or a file the system makes up
    /// as it is read, without an end.
    Device(u64),
}

/// An open file of the system.
pub(super) struct Handle {
    file: File,
    uri: String,
    kind: Kind,
}

impl Handle {
    /// Opens `path`, for writing where `w` is asked for.
    ///
    /// The kind is looked at before opening too: opening a pipe would wait for its other end.
    pub(super) fn open(uri: &Uri, path: &Path, options: &OpenOptions) -> Result<Handle> {
        let failed = |source| Error::Open { uri: uri.text.clone(), source };
        match std::fs::metadata(path) {
            Ok(metadata) => check(&metadata).map_err(failed)?,
            Err(error) if error.kind() == ErrorKind::NotFound && options.create => {}
            Err(error) => return Err(failed(error)),
        }
        let write = options.perm.contains(Perm::W);
        let file = File::options()
            .read(true)
            .write(write || options.create)
            .create(options.create)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        Handle::of(uri, file)
    }

    /// Takes an open file.
    pub(super) fn of(uri: &Uri, mut file: File) -> Result<Handle> {
        let failed = |source| Error::Open { uri: uri.text.clone(), source };
        let metadata = file.metadata().map_err(failed)?;
        check(&metadata).map_err(failed)?;
        let kind = if metadata.file_type().is_file() {
            if is_live(&file, &metadata) { Kind::Device(u64::MAX) } else { Kind::Regular }
        } else if metadata.file_type().is_block_device() {
            Kind::Device(file.seek(SeekFrom::End(0)).map_err(failed)?)
        } else {
            Kind::Device(u64::MAX)
        };
        Ok(Handle { file, uri: uri.text.clone(), kind })
    }

    /// The open file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }
}

/// Only what can be read at offsets is opened here.
fn check(metadata: &Metadata) -> io::Result<()> {
    let kind = metadata.file_type();
    let refusal = if kind.is_dir() {
        return Err(io::Error::from(ErrorKind::IsADirectory));
    } else if kind.is_fifo() || kind.is_socket() {
        "a pipe or socket has no offsets to read at (stdin:// reads standard input to its end)"
    } else {
        return Ok(());
    };
    Err(io::Error::new(ErrorKind::Unsupported, refusal))
}

/// Whether the file is made up by the system as it is read (as `/proc/PID/mem` is): such files
/// say that their size is 0.
fn is_live(file: &File, metadata: &Metadata) -> bool {
    const SYSFS: FsWord = 0x6265_6572;
    metadata.len() == 0
        && fstatfs(file).is_ok_and(|system| [PROC_SUPER_MAGIC, SYSFS].contains(&system.f_type))
}

/// Reads until `buf` is full or the file gives no more.
pub(super) fn read_full(file: &File, uri: &str, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        ctx.check()?;
        let Some(at) = addr.checked_add(done as u64) else { break };
        let end = buf.len().min(done + CHUNK);
        match file.read_at(&mut buf[done..end], at) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // What could be read is handed over first; the next read says what is wrong.
            Err(_) if done > 0 => break,
            Err(source) => {
                return Err(Error::Io {
                    operation: "read",
                    uri: uri.to_owned(),
                    addr,
                    len: buf.len(),
                    source,
                });
            }
        }
    }
    Ok(done)
}

/// Writes all of `data`.
pub(super) fn write_full(file: &File, uri: &str, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
    let failed =
        |source| Error::Io { operation: "write", uri: uri.to_owned(), addr, len: data.len(), source };
    for (number, chunk) in data.chunks(CHUNK).enumerate() {
        ctx.check()?;
        let at = addr
            .checked_add((number * CHUNK) as u64)
            .ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
        file.write_all_at(chunk, at).map_err(failed)?;
    }
    Ok(())
}

impl Backend for Handle {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        // The system takes offsets as signed numbers, and no file reaches further.
        if i64::try_from(addr).is_err() {
            return Ok(0);
        }
        let hole = match self.kind {
            Kind::Regular if buf.len() >= LARGE => hole_at(&self.file, addr, buf.len()),
            _ => 0,
        };
        buf[..hole].fill(0);
        if hole == buf.len() {
            return Ok(hole);
        }
        match read_full(&self.file, &self.uri, addr.saturating_add(hole as u64), &mut buf[hole..], ctx) {
            Ok(read) => Ok(hole + read),
            // As in `read_full`.
            Err(error) if hole > 0 && !error.is_interrupt() => {
                tracing::debug!("{error}");
                Ok(hole)
            }
            failed => failed,
        }
    }

    /// Asked of the system each time: a file may grow and shrink.
    fn size(&self) -> u64 {
        match self.kind {
            Kind::Regular => self.file.metadata().map_or(0, |metadata| metadata.len()),
            Kind::Device(size) => size,
        }
    }

    fn caching(&self) -> Caching {
        match self.kind {
            Kind::Regular => Caching::Direct,
            Kind::Device(_) => Caching::Exact,
        }
    }

    fn zeros_at(&self, offset: u64) -> u64 {
        match self.kind {
            Kind::Regular if i64::try_from(offset).is_ok() => hole_at(&self.file, offset, usize::MAX) as u64,
            _ => 0,
        }
    }

    fn stamp(&mut self, _ctx: &Ctx) -> Result<Option<Stamp>> {
        if self.kind != Kind::Regular {
            return Ok(None);
        }
        let metadata =
            self.file.metadata().map_err(|source| Error::Open { uri: self.uri.clone(), source })?;
        let modified = format!("{}.{:09}", metadata.mtime(), metadata.mtime_nsec());
        Ok(Some(Stamp { size: metadata.len(), modified }))
    }

    fn shared(&self) -> Option<Arc<dyn ReadShared>> {
        let file = self.file.try_clone().ok().filter(|_| self.kind == Kind::Regular)?;
        Some(Arc::new(Shared(file)))
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn as_resize(&mut self) -> Option<&mut dyn Resize> {
        (self.kind == Kind::Regular).then_some(self)
    }
}

/// A regular file for several threads.
struct Shared(File);

impl ReadShared for Shared {
    fn read_at(&self, addr: u64, buf: &mut [u8]) -> io::Result<usize> {
        let hole = if buf.len() >= LARGE { hole_at(&self.0, addr, buf.len()) } else { 0 };
        buf[..hole].fill(0);
        let mut done = hole;
        while done < buf.len() {
            let Some(at) = addr.checked_add(done as u64) else { break };
            match self.0.read_at(&mut buf[done..], at) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

impl WriteAt for Handle {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        write_full(&self.file, &self.uri, addr, data, ctx)
    }
}

impl Resize for Handle {
    fn resize(&mut self, size: u64, _ctx: &Ctx) -> Result<()> {
        let failed =
            |source| Error::Io { operation: "resize", uri: self.uri.clone(), addr: size, len: 0, source };
        self.file.set_len(size).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_path(path: &Path, perm: Perm) -> Result<Box<dyn Backend>> {
        let uri = Uri::parse(&path.display().to_string());
        open(&uri, &OpenOptions { perm, ..OpenOptions::default() }, &Ctx::owner())
    }

    #[test]
    fn a_file_is_read_written_and_resized_as_it_is_now() {
        let ctx = Ctx::owner();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut backend = open_path(file.path(), Perm::RW).unwrap();
        let stamp = backend.stamp(&ctx).unwrap();
        std::fs::write(file.path(), b"0123456789").unwrap();
        assert_ne!(backend.stamp(&ctx).unwrap(), stamp);
        assert_eq!((backend.size(), backend.caching()), (10, Caching::Direct));
        let mut buf = [0; 8];
        assert_eq!(backend.read_at(6, &mut buf, &ctx).unwrap(), 4);
        assert_eq!(backend.read_at(u64::MAX, &mut buf, &ctx).unwrap(), 0);
        backend.as_write().unwrap().write_at(8, b"xyz", &ctx).unwrap();
        assert_eq!(backend.size(), 11);
        backend.as_resize().unwrap().resize(2, &ctx).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"01");
    }

    #[test]
    fn offsets_beyond_4_gib_work() {
        let ctx = Ctx::owner();
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(5 << 30).unwrap();
        let mut backend = open_path(file.path(), Perm::RW).unwrap();
        let at = (5 << 30) - 4;
        backend.as_write().unwrap().write_at(at, b"far!", &ctx).unwrap();
        let mut buf = [0; 8];
        assert_eq!(backend.read_at(at, &mut buf, &ctx).unwrap(), 4);
        assert_eq!((&buf[..4], backend.size()), (&b"far!"[..], 5 << 30));
    }

    #[test]
    fn a_sparse_file_reads_as_any_other() {
        let ctx = Ctx::owner();
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(3 << 20).unwrap();
        let mut backend = open_path(file.path(), Perm::RW).unwrap();
        backend.as_write().unwrap().write_at(1 << 20, &[7; 10_000], &ctx).unwrap();
        let whole = std::fs::read(file.path()).unwrap();
        for (at, len) in
            [(0, 4 << 20), (0, 1 << 20), (1 << 20, 2 << 20), ((1 << 20) - 100, LARGE), (2 << 20, LARGE)]
        {
            let mut buf = vec![1; len];
            let read = backend.read_at(at as u64, &mut buf, &ctx).unwrap();
            assert_eq!(read, len.min(whole.len() - at));
            assert!(buf[..read] == whole[at..at + read], "{len} at {at}");
        }
        assert_eq!(backend.read_at(3 << 20, &mut vec![0; LARGE], &ctx).unwrap(), 0);
        // Not every file system has holes; where there is one it ends with the file.
        assert!([0, 1 << 20].contains(&backend.zeros_at(2 << 20)));
        assert_eq!((backend.zeros_at(1 << 20), backend.zeros_at(3 << 20)), (0, 0));
    }

    #[test]
    fn what_has_no_offsets_is_refused_and_devices_are_not_cached() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        for path in [folder.path(), &pipe, &folder.path().join("absent")] {
            assert!(matches!(open_path(path, Perm::RX), Err(Error::Open { .. })), "{}", path.display());
        }
        for path in ["/dev/zero", "/proc/self/status"] {
            let mut backend = open_path(path.as_ref(), Perm::RX).unwrap();
            assert_eq!((backend.caching(), backend.size()), (Caching::Exact, u64::MAX));
            let mut buf = [1; 4];
            assert_eq!(backend.read_at(0, &mut buf, &Ctx::owner()).unwrap(), 4);
        }
    }
}
