//! Plain paths and `file://`: regular files and devices, read at offsets.
//!
//! The handle is shared with the other schemes that end in an open file of the system.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::Path;

use crate::backend::{Backend, Caching, Resize, Stamp, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Bytes read or written between two looks at the context.
const CHUNK: usize = 4 << 20;

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
    /// A block device of this many bytes, or a character device without an end.
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
            Kind::Regular
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
        read_full(&self.file, &self.uri, addr, buf, ctx)
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

    fn stamp(&mut self, _ctx: &Ctx) -> Result<Option<Stamp>> {
        if self.kind != Kind::Regular {
            return Ok(None);
        }
        let metadata =
            self.file.metadata().map_err(|source| Error::Open { uri: self.uri.clone(), source })?;
        let modified = format!("{}.{:09}", metadata.mtime(), metadata.mtime_nsec());
        Ok(Some(Stamp { size: metadata.len(), modified }))
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn as_resize(&mut self) -> Option<&mut dyn Resize> {
        (self.kind == Kind::Regular).then_some(self)
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
