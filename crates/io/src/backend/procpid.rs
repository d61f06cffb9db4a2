//! `procpid://PID`: the memory of a process, as `/proc/PID/mem` gives it.

use std::fs::File;
use std::io::ErrorKind;

use rustix::io::Errno;

use crate::backend::file::{read_full, write_full};
use crate::backend::{Backend, Caching, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Smallest unit of memory the system maps.
const PAGE: u64 = 4096;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["procpid"],
    brief: "memory of a running process, through /proc",
    permissions: "rw_",
    effects: Effects::DEBUG,
    uris: &["procpid://PID"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let pid: u32 = uri.rest.parse().map_err(|_| Error::Uri {
        uri: uri.text.clone(),
        why: format!("'{}' is no process: give its number", uri.rest),
    })?;
    let file = File::options()
        .read(true)
        .write(options.perm.contains(Perm::W))
        .open(format!("/proc/{pid}/mem"))
        .map_err(|source| Error::Open { uri: uri.text.clone(), source })?;
    Ok(Box::new(ProcPid { file, uri: uri.text.clone(), maps: format!("/proc/{pid}/maps") }))
}

struct ProcPid {
    file: File,
    uri: String,
    maps: String,
}

impl Backend for ProcPid {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        match read_full(&self.file, &self.uri, addr, buf, ctx) {
            Err(Error::Io { source, .. }) if is_unmapped(&source) => Ok(0),
            other => other,
        }
    }

    fn size(&self) -> u64 {
        u64::MAX
    }

    fn caching(&self) -> Caching {
        Caching::Exact
    }

    fn next_readable(&mut self, after: u64, _ctx: &Ctx) -> Result<Option<u64>> {
        match std::fs::read_to_string(&self.maps) {
            Ok(maps) => Ok(next_mapped(&maps, after)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Open { uri: self.uri.clone(), source }),
        }
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }
}

impl WriteAt for ProcPid {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        write_full(&self.file, &self.uri, addr, data, ctx)
    }
}

/// Whether the system says that there is no memory there.
fn is_unmapped(error: &std::io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::IO | Errno::FAULT))
}

/// The first address behind `after` where `maps` (the text of `/proc/PID/maps`) has memory. In
/// a region that could not be read at `after`, it is that of the next page.
fn next_mapped(maps: &str, after: u64) -> Option<u64> {
    maps.lines()
        .filter_map(|line| {
            let (from, to) = line.split_whitespace().next()?.split_once('-')?;
            Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
        })
        .filter(|&(_, end)| end > after)
        .find_map(|(from, end)| {
            let next = if from > after { from } else { (after - after % PAGE).checked_add(PAGE)? };
            (next < end).then_some(next)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_of_this_process_is_read_and_its_gaps_are_not() {
        let ctx = Ctx::owner();
        let secret = b"bytes of the test's own".to_vec();
        let uri = Uri::parse(&format!("procpid://{}", std::process::id()));
        let mut backend = open(&uri, &OpenOptions::default(), &ctx).unwrap();
        let mut buf = vec![0; secret.len()];
        assert_eq!(backend.read_at(secret.as_ptr() as u64, &mut buf, &ctx).unwrap(), secret.len());
        assert_eq!(buf, secret);
        assert_eq!(backend.read_at(0, &mut buf, &ctx).unwrap(), 0);
        let first = backend.next_readable(0, &ctx).unwrap().unwrap();
        assert!(backend.read_at(first, &mut buf, &ctx).unwrap() > 0);
        for wrong in ["procpid://", "procpid://self", "procpid://-1", "procpid://4294967295"] {
            assert!(open(&Uri::parse(wrong), &OpenOptions::default(), &ctx).is_err(), "{wrong}");
        }
    }

    #[test]
    fn regions_are_found_behind_an_address() {
        let maps = "1000-3000 r--p 00000000 00:00 0  /a b\n8000-9000 ---p 0 00:00 0\nbad\n";
        for (after, next) in [
            (0, Some(0x1000)),
            (0x1000, Some(0x2000)),
            (0x1fff, Some(0x2000)),
            (0x2000, Some(0x8000)),
            (0x8000, None),
        ] {
            assert_eq!(next_mapped(maps, after), next, "{after:#x}");
        }
    }
}
