//! `mmap://FILE`: a file of this machine, mapped into memory. The crate's only `unsafe`.

use std::fs::File;

use memmap2::{MmapOptions, MmapRaw};

use crate::backend::file::Handle;
use crate::backend::{Backend, Caching, Resize, Stamp, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["mmap"],
    brief: "a file mapped into memory; nothing may cut it meanwhile",
    permissions: "rw_",
    effects: Effects::FILES,
    uris: &["mmap://PATH"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let mut handle = Handle::open(uri, uri.rest.as_ref(), options)?;
    if handle.stamp(ctx)?.is_none() {
        let why = "only regular files can be mapped into memory".to_owned();
        return Err(Error::Uri { uri: uri.text.clone(), why });
    }
    let writable = options.perm.contains(Perm::W);
    let map = map(handle.file(), writable, &uri.text)?;
    Ok(Box::new(Mmap { handle, writable, map, uri: uri.text.clone() }))
}

struct Mmap {
    handle: Handle,
    uri: String,
    writable: bool,
    /// None for an empty file, which cannot be mapped.
    map: Option<MmapRaw>,
}

fn map(file: &File, writable: bool, uri: &str) -> Result<Option<MmapRaw>> {
    let failed = |source| Error::Open { uri: uri.to_owned(), source };
    if file.metadata().map_err(failed)?.len() == 0 {
        return Ok(None);
    }
    let options = MmapOptions::new();
    let map = if writable { options.map_raw(file) } else { options.map_raw_read_only(file) };
    map.map(Some).map_err(failed)
}

impl Mmap {
    /// Bytes that are both mapped and in the file now; maps anew when its size has changed.
    fn refresh(&mut self) -> Result<usize> {
        let size = self.handle.size();
        if self.map.as_ref().map_or(0, |map| map.len() as u64) != size {
            self.map = map(self.handle.file(), self.writable, &self.uri)?;
        }
        let len = self.map.as_ref().map_or(0, MmapRaw::len);
        Ok(usize::try_from(size).unwrap_or(usize::MAX).min(len))
    }
}

impl Backend for Mmap {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        ctx.check()?;
        let end = self.refresh()?;
        let Some((at, map)) = usize::try_from(addr).ok().filter(|&at| at < end).zip(self.map.as_ref()) else {
            return Ok(0);
        };
        let len = buf.len().min(end - at);
        // SAFETY: `at + len` is at most `end`, which is at most the length of the mapping, alive
        // while `self.map` is borrowed. `buf` is memory of this process's own, so they do not
        // overlap. No reference to the mapped bytes is made, since others may change them
        // at any time.
        unsafe { std::ptr::copy_nonoverlapping(map.as_ptr().add(at), buf.as_mut_ptr(), len) };
        Ok(len)
    }

    fn size(&self) -> u64 {
        self.handle.size()
    }

    fn caching(&self) -> Caching {
        Caching::Direct
    }

    fn stamp(&mut self, ctx: &Ctx) -> Result<Option<Stamp>> {
        self.handle.stamp(ctx)
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        self.writable.then_some(self)
    }

    fn as_resize(&mut self) -> Option<&mut dyn Resize> {
        self.writable.then_some(self)
    }
}

impl WriteAt for Mmap {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        ctx.check()?;
        let end = self.refresh()?;
        let place =
            usize::try_from(addr).ok().filter(|at| at.checked_add(data.len()).is_some_and(|to| to <= end));
        let Some((at, map)) = place.zip(self.map.as_ref().filter(|_| self.writable)) else {
            return Err(Error::Unmapped { addr, len: data.len(), hole: addr.max(end as u64) });
        };
        // SAFETY: as for reading; and the mapping is writable, since it was made so for
        // `self.writable`.
        unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), map.as_mut_ptr().add(at), data.len()) };
        Ok(())
    }
}

impl Resize for Mmap {
    fn resize(&mut self, size: u64, ctx: &Ctx) -> Result<()> {
        self.map = None;
        Resize::resize(&mut self.handle, size, ctx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mapping_follows_the_files_size() {
        let ctx = Ctx::owner();
        let file = tempfile::NamedTempFile::new().unwrap();
        let uri = Uri::parse(&format!("mmap://{}", file.path().display()));
        let options = OpenOptions { perm: Perm::RW, ..OpenOptions::default() };
        let mut backend = open(&uri, &options, &ctx).unwrap();
        let mut buf = [0; 8];
        assert_eq!(backend.read_at(0, &mut buf, &ctx).unwrap(), 0);
        std::fs::write(file.path(), b"hello").unwrap();
        assert_eq!(backend.read_at(1, &mut buf, &ctx).unwrap(), 4);
        assert_eq!(&buf[..4], b"ello");
        backend.as_resize().unwrap().resize(3, &ctx).unwrap();
        assert_eq!(backend.read_at(0, &mut buf, &ctx).unwrap(), 3);
        assert!(backend.as_write().unwrap().write_at(2, b"xy", &ctx).is_err());
        backend.as_write().unwrap().write_at(1, b"ip", &ctx).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"hip");
        assert!(open(&Uri::parse("mmap:///dev/null"), &OpenOptions::default(), &ctx).is_err());
    }
}
