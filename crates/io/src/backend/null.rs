//! `null://N`: bytes that are zero and stay so.

use crate::backend::{Backend, Resize, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["null"],
    brief: "zeros; what is written is forgotten",
    permissions: "rw_",
    effects: Effects::READ,
    uris: &["null://SIZE"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let size = if uri.rest.is_empty() { 0 } else { super::size::parse(uri, u64::MAX)? };
    Ok(Box::new(Null { size }))
}

struct Null {
    size: u64,
}

impl Backend for Null {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], _ctx: &Ctx) -> Result<usize> {
        let len = usize::try_from(self.size.saturating_sub(addr)).unwrap_or(usize::MAX).min(buf.len());
        buf[..len].fill(0);
        Ok(len)
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn zeros_at(&self, offset: u64) -> u64 {
        self.size.saturating_sub(offset)
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn as_resize(&mut self) -> Option<&mut dyn Resize> {
        Some(self)
    }
}

impl WriteAt for Null {
    fn write_at(&mut self, addr: u64, data: &[u8], _ctx: &Ctx) -> Result<()> {
        if self.size.saturating_sub(addr) < data.len() as u64 {
            return Err(Error::Unmapped { addr, len: data.len(), hole: addr.max(self.size) });
        }
        Ok(())
    }
}

impl Resize for Null {
    fn resize(&mut self, size: u64, _ctx: &Ctx) -> Result<()> {
        self.size = size;
        Ok(())
    }
}
