//! `procpid://PID`: the memory of a process, as `/proc/PID/mem` gives it.

use std::fs::File;
use std::io::ErrorKind;

use rustix::io::Errno;

use crate::area::{next_mapped, parse_maps};
use crate::backend::file::{read_full, write_full};
use crate::backend::{Backend, Caching, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

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
        match std::fs::read(&self.maps) {
            Ok(maps) => Ok(next_mapped(&parse_maps(&String::from_utf8_lossy(&maps)), after)),
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
}
