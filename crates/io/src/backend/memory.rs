//! Memory of the session's own, behind `malloc://`, `hex://`, `slurp://` and others: pages that
//! are taken when something else than zeros is written to them.

use std::collections::BTreeMap;
use std::io::Read;

use crate::backend::{Backend, Resize, WriteAt};
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// Bytes a page.
const PAGE: usize = 64 << 10;

/// Bytes of pages one descriptor may take.
pub(super) const HELD: u64 = 4 << 30;

/// Largest size of memory that is not filled at once.
pub(super) const LARGEST: u64 = 1 << 40;

/// Bytes at any offset; zero where nothing was written.
#[derive(Default)]
struct Pages {
    pages: BTreeMap<u64, Box<[u8]>>,
}

impl Pages {
    fn read(&self, addr: u64, buf: &mut [u8]) {
        let mut rest = buf;
        let mut addr = addr;
        while !rest.is_empty() {
            let (number, at) = (addr / PAGE as u64, (addr % PAGE as u64) as usize);
            let len = rest.len().min(PAGE - at);
            let (part, tail) = rest.split_at_mut(len);
            match self.pages.get(&number) {
                Some(page) => part.copy_from_slice(&page[at..at + len]),
                None => part.fill(0),
            }
            (rest, addr) = (tail, addr.wrapping_add(len as u64));
        }
    }

    /// Fails before it would hold more than [`HELD`]; what was before that is written.
    fn write(&mut self, uri: &str, addr: u64, data: &[u8]) -> Result<()> {
        let mut rest = data;
        let mut addr = addr;
        while !rest.is_empty() {
            let (number, at) = (addr / PAGE as u64, (addr % PAGE as u64) as usize);
            let (part, tail) = rest.split_at(rest.len().min(PAGE - at));
            match self.pages.get_mut(&number) {
                Some(page) => page[at..at + part.len()].copy_from_slice(part),
                None if part.iter().all(|&byte| byte == 0) => {}
                None => {
                    if self.pages.len() as u64 >= HELD / PAGE as u64 {
                        return Err(over(uri, HELD));
                    }
                    let mut page = vec![0; PAGE].into_boxed_slice();
                    page[at..at + part.len()].copy_from_slice(part);
                    self.pages.insert(number, page);
                }
            }
            (rest, addr) = (tail, addr.wrapping_add(part.len() as u64));
        }
        Ok(())
    }

    /// Makes everything from `size` on zero.
    fn cut(&mut self, size: u64) {
        let (number, at) = (size / PAGE as u64, (size % PAGE as u64) as usize);
        self.pages.retain(|&page, _| page < number || (page == number && at > 0));
        if let Some(page) = self.pages.get_mut(&number) {
            page[at..].fill(0);
        }
    }
}

/// A backend of pages.
pub(super) struct Memory {
    uri: String,
    pages: Pages,
    size: u64,
    scratch: bool,
}

impl Memory {
    /// `size` zero bytes, none of them taken yet; `u64::MAX` for no end.
    pub(super) fn zeroed(uri: &str, size: u64) -> Memory {
        Memory { uri: uri.to_owned(), pages: Pages::default(), size, scratch: true }
    }

    /// The same bytes, writable only where the descriptor was opened for that.
    pub(super) fn guarded(mut self) -> Memory {
        self.scratch = false;
        self
    }

    /// A copy of `data`.
    pub(super) fn copy_of(uri: &str, data: &[u8]) -> Result<Memory> {
        let mut memory = Memory::zeroed(uri, data.len() as u64);
        memory.pages.write(uri, 0, data)?;
        Ok(memory)
    }

    /// A copy of all that `source` gives, to its end and up to `limit` bytes.
    pub(super) fn slurp(uri: &str, source: &mut dyn Read, limit: u64, ctx: &Ctx) -> Result<Memory> {
        let mut memory = Memory::zeroed(uri, 0);
        let mut chunk = vec![0; PAGE];
        loop {
            ctx.check()?;
            let n = match source.read(&mut chunk) {
                Ok(0) => return Ok(memory),
                Ok(n) => n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Error::Open { uri: uri.to_owned(), source }),
            };
            if memory.size + n as u64 > limit {
                return Err(over(uri, limit));
            }
            memory.pages.write(uri, memory.size, &chunk[..n])?;
            memory.size += n as u64;
        }
    }
}

fn over(uri: &str, limit: u64) -> Error {
    Error::Limit { what: uri.to_owned(), limit: format!("{limit:#x} bytes held in memory") }
}

impl Backend for Memory {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        ctx.check()?;
        let len = usize::try_from(self.size.saturating_sub(addr)).unwrap_or(usize::MAX).min(buf.len());
        self.pages.read(addr, &mut buf[..len]);
        Ok(len)
    }

    fn size(&self) -> u64 {
        self.size
    }

    fn is_scratch(&self) -> bool {
        self.scratch
    }

    fn zeros_at(&self, offset: u64) -> u64 {
        let mut pages = self.pages.pages.range(offset / PAGE as u64..);
        let held = pages.next().map_or(u64::MAX, |(number, _)| number.saturating_mul(PAGE as u64));
        held.min(self.size).saturating_sub(offset)
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn as_resize(&mut self) -> Option<&mut dyn Resize> {
        Some(self)
    }
}

impl WriteAt for Memory {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        ctx.check()?;
        if self.size.saturating_sub(addr) < data.len() as u64 {
            return Err(Error::Unmapped { addr, len: data.len(), hole: addr.max(self.size) });
        }
        self.pages.write(&self.uri, addr, data)
    }
}

impl Resize for Memory {
    fn resize(&mut self, size: u64, _ctx: &Ctx) -> Result<()> {
        if size > LARGEST {
            return Err(over(&self.uri, LARGEST));
        }
        self.pages.cut(size);
        self.size = size;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_vector(
            size in 1usize..400_000,
            steps in prop::collection::vec((0usize..500_000, 0usize..150_000, any::<u8>(), 0u8..4), 0..12),
        ) {
            let ctx = Ctx::owner();
            let mut memory = Memory::zeroed("malloc://", size as u64);
            let mut model = vec![0u8; size];
            for (at, len, byte, what) in steps {
                if what == 0 {
                    memory.resize(at as u64, &ctx).unwrap();
                    model.resize(at, 0);
                } else {
                    let fits = at + len <= model.len() || len == 0 && at >= model.len();
                    prop_assert_eq!(memory.write_at(at as u64, &vec![byte; len], &ctx).is_ok(), fits);
                    if fits && len > 0 {
                        model[at..at + len].fill(byte);
                    }
                }
            }
            prop_assert_eq!(memory.size(), model.len() as u64);
            let mut buf = vec![0xee; model.len() + 10];
            let n = memory.read_at(0, &mut buf, &ctx).unwrap();
            prop_assert!(buf[..n] == model[..]);
        }
    }

    #[test]
    fn what_is_not_written_takes_no_memory() {
        let ctx = Ctx::owner();
        let mut memory = Memory::zeroed("malloc://1T", LARGEST);
        memory.write_at(LARGEST - 4, b"tail", &ctx).unwrap();
        memory.write_at(0, &[0; 1 << 20], &ctx).unwrap();
        assert_eq!(memory.pages.pages.len(), 1);
        assert_eq!(memory.zeros_at(7), LARGEST - PAGE as u64 - 7);
        assert_eq!([memory.zeros_at(LARGEST - 9), memory.zeros_at(LARGEST)], [0, 0]);
        let mut buf = [0; 8];
        assert_eq!(memory.read_at(LARGEST - 4, &mut buf, &ctx).unwrap(), 4);
        assert_eq!(&buf[..4], b"tail");
    }

    #[test]
    fn slurping_stops_at_its_limit() {
        let ctx = Ctx::owner();
        assert_eq!(Memory::slurp("x", &mut &[7; 100][..], 100, &ctx).unwrap().size(), 100);
        assert!(matches!(
            Memory::slurp("x", &mut std::io::repeat(1), 1 << 20, &ctx),
            Err(Error::Limit { .. })
        ));
    }
}
