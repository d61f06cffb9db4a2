//! The IO layer of a session: descriptors and maps behind one read and one write.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::backend::{Backend, ReadShared};
use crate::ctx::{Ctx, Effects};
use crate::desc::Descriptor;
use crate::error::{Error, Result};
use crate::lens::Lens;
use crate::map::Maps;
use crate::overlay::Overlay;
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Schemes};
use crate::uri::Uri;

/// First descriptor number, as the peer counts.
const FIRST_FD: u32 = 3;

/// Which parts of a read were provided by something, rather than filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    runs: Vec<Range<usize>>,
}

impl Coverage {
    /// The provided ranges of the buffer, in order, not touching each other.
    pub fn runs(&self) -> &[Range<usize>] {
        &self.runs
    }

    /// Whether the byte at `index` was provided.
    pub fn contains(&self, index: usize) -> bool {
        let at = self.runs.partition_point(|run| run.end <= index);
        self.runs.get(at).is_some_and(|run| run.start <= index)
    }

    /// Whether all of `len` bytes were provided.
    pub fn is_complete(&self, len: usize) -> bool {
        len == 0 || self.runs.first().is_some_and(|run| *run == (0..len))
    }

    fn add(&mut self, run: Range<usize>) {
        if run.is_empty() {
            return;
        }
        let first = self.runs.partition_point(|other| other.end < run.start);
        let last = self.runs.partition_point(|other| other.start <= run.end);
        let merged = match self.runs.get(first..last) {
            Some([one, .., other]) => one.start.min(run.start)..other.end.max(run.end),
            Some([one]) => one.start.min(run.start)..one.end.max(run.end),
            _ => run,
        };
        self.runs.splice(first..last.max(first), [merged]);
    }
}

/// Descriptors, maps and the write cache of one session.
pub struct Io {
    /// The schemes that can be opened.
    pub schemes: Schemes,
    /// The maps.
    pub maps: Maps,
    /// Writes kept from the target by those who set `io.cache`, who also read them.
    pub overlay: Overlay,
    descriptors: BTreeMap<u32, Descriptor>,
    next_fd: u32,
}

impl Io {
    /// Nothing open.
    pub fn new(schemes: Schemes) -> Io {
        Io {
            schemes,
            maps: Maps::default(),
            overlay: Overlay::default(),
            descriptors: BTreeMap::new(),
            next_fd: FIRST_FD,
        }
    }

    /// Opens a URI as a new descriptor, mapped nowhere yet and selected by nobody.
    ///
    /// # Errors
    /// What [`Schemes::open`] says.
    pub fn open(&mut self, uri: &str, options: &OpenOptions, ctx: &Ctx) -> Result<u32> {
        let backend = self.schemes.open(uri, options, ctx)?;
        Ok(self.adopt(&Uri::parse(uri).text, options.perm, backend))
    }

    /// Gives an opened backend a descriptor number.
    pub fn adopt(&mut self, uri: &str, perm: Perm, backend: Box<dyn Backend>) -> u32 {
        let fd = self.next_fd;
        self.next_fd += 1;
        let descriptor = self.describe(fd, uri, perm, backend);
        self.descriptors.insert(fd, descriptor);
        fd
    }

    /// Closes a descriptor and removes its maps.
    ///
    /// # Errors
    /// [`Error::NoDescriptor`].
    pub fn close(&mut self, fd: u32) -> Result<()> {
        self.descriptors.remove(&fd).ok_or(Error::NoDescriptor(fd))?;
        self.maps.remove_if(|map| map.fd == fd);
        Ok(())
    }

    /// Puts another backend behind a descriptor's number; its maps stay.
    ///
    /// # Errors
    /// [`Error::NoDescriptor`].
    pub fn replace(&mut self, fd: u32, uri: &str, perm: Perm, backend: Box<dyn Backend>) -> Result<()> {
        let descriptor = self.describe(fd, uri, perm, backend);
        *self.descriptors.get_mut(&fd).ok_or(Error::NoDescriptor(fd))? = descriptor;
        Ok(())
    }

    /// Puts a backend that reads through the one there is behind a descriptor's number.
    ///
    /// # Errors
    /// [`Error::NoDescriptor`].
    pub fn wrap(&mut self, fd: u32, wrap: impl FnOnce(Box<dyn Backend>) -> Box<dyn Backend>) -> Result<()> {
        let inner = self.descriptors.remove(&fd).ok_or(Error::NoDescriptor(fd))?;
        let (uri, perm, backend) = inner.into_backend();
        let descriptor = self.describe(fd, &uri, perm, wrap(backend));
        self.descriptors.insert(fd, descriptor);
        Ok(())
    }

    fn describe(&self, fd: u32, uri: &str, perm: Perm, backend: Box<dyn Backend>) -> Descriptor {
        let effects = self.schemes.of_uri(uri).map_or(Effects::empty(), |row| row.effects);
        Descriptor::new(fd, uri.to_owned(), perm, backend).writing(effects.intersection(Effects::FILES))
    }

    /// All descriptors by number.
    pub fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.descriptors.values()
    }

    /// A descriptor.
    ///
    /// # Errors
    /// [`Error::NoDescriptor`].
    pub fn descriptor(&mut self, fd: u32) -> Result<&mut Descriptor> {
        self.descriptors.get_mut(&fd).ok_or(Error::NoDescriptor(fd))
    }

    /// A descriptor to look at.
    pub(crate) fn descriptor_of(&self, fd: u32) -> Option<&Descriptor> {
        self.descriptors.get(&fd)
    }

    /// The number of a reader's current descriptor: the one selected; the last one where that was closed;
    /// the first one where none was selected.
    ///
    /// # Errors
    /// [`Error::NothingOpen`].
    pub fn current(&self, lens: &Lens) -> Result<u32> {
        let mut open = self.descriptors.keys().copied();
        let current = match lens.selected {
            Some(fd) if self.descriptors.contains_key(&fd) => Some(fd),
            Some(_) => open.next_back(),
            None => open.next(),
        };
        current.ok_or(Error::NothingOpen)
    }

    /// Makes a descriptor a reader's current one.
    ///
    /// # Errors
    /// [`Error::NoDescriptor`].
    pub fn select(&self, lens: &mut Lens, fd: u32) -> Result<()> {
        if !self.descriptors.contains_key(&fd) {
            return Err(Error::NoDescriptor(fd));
        }
        lens.selected = Some(fd);
        Ok(())
    }

    /// Tells every descriptor's cache that a new command begins.
    pub fn begin_command(&mut self) {
        for descriptor in self.descriptors.values_mut() {
            descriptor.begin_command();
        }
    }

    /// Reads `buf.len()` bytes at `addr` across maps and holes. What nothing provides is set
    /// to `io.0xff`, and the coverage says which bytes those are.
    ///
    /// # Errors
    /// A backend that failed (not: one that has no bytes there), or an interrupt.
    pub fn read(&mut self, addr: u64, buf: &mut [u8], lens: &Lens, ctx: &Ctx) -> Result<Coverage> {
        ctx.check()?;
        let fill = lens.fill;
        let mut coverage = Coverage::default();
        for part in self.parts(addr, buf.len(), lens) {
            let range = part.start..part.start + part.len;
            let source = part.source.filter(|_| part.perm.contains(Perm::R));
            match source.and_then(|(fd, offset)| Some((self.descriptors.get_mut(&fd)?, offset))) {
                Some((descriptor, offset)) => {
                    let part = &mut buf[range.clone()];
                    read_runs(descriptor, offset, part, fill, ctx, |run| {
                        coverage.add(range.start + run.start..range.start + run.end);
                    })?;
                }
                None => buf[range].fill(fill),
            }
        }
        let (low, high) = buf.split_at_mut(until_wrap(addr, buf.len()));
        for overlay in self.overlays(lens) {
            overlay.apply(addr, low, |from, to| coverage.add(from..to));
            overlay.apply(0, high, |from, to| coverage.add(low.len() + from..low.len() + to));
        }
        Ok(coverage)
    }

    /// A way to the bytes of a range that several threads can go at once, and where in it the range
    /// begins: where all of the range is one part of one descriptor, and nothing lies over it.
    pub fn shared(&self, addr: u64, len: usize, lens: &Lens) -> Option<(Arc<dyn ReadShared>, u64)> {
        if self.overlays(lens).next().is_some() {
            return None;
        }
        let parts = self.parts(addr, len, lens);
        let [part] = parts.as_slice() else { return None };
        let (fd, offset) = part.source.filter(|_| part.perm.contains(Perm::R))?;
        Some((self.descriptors.get(&fd)?.shared()?, offset))
    }

    /// What lies over the target's bytes, the highest last.
    pub(crate) fn overlays<'a>(&'a self, lens: &'a Lens) -> impl Iterator<Item = &'a Overlay> {
        let cached = lens.cache.then_some(&self.overlay);
        cached.into_iter().chain([&lens.patch]).filter(|overlay| !overlay.is_empty())
    }

    /// Reads as [`Io::read`] does, and fails where bytes are missing unless `io.ff` fills them.
    ///
    /// # Errors
    /// [`Error::Unreadable`], or what [`Io::read`] says.
    pub fn read_filled(&mut self, addr: u64, buf: &mut [u8], lens: &Lens, ctx: &Ctx) -> Result<Coverage> {
        let coverage = self.read(addr, buf, lens, ctx)?;
        if !lens.ff && !coverage.is_complete(buf.len()) {
            return Err(Error::Unreadable { addr, len: buf.len() });
        }
        Ok(coverage)
    }

    /// Writes all of `data` at `addr` across maps. Nothing is written when a part of it has no
    /// writable map.
    ///
    /// # Errors
    /// [`Error::Unmapped`], [`Error::ReadOnly`], or what a backend says (then what was before
    /// it in address order is written).
    pub fn write(&mut self, addr: u64, data: &[u8], lens: &Lens, ctx: &Ctx) -> Result<()> {
        ctx.check()?;
        if lens.cache {
            let (low, high) = data.split_at(until_wrap(addr, data.len()));
            self.overlay.write(addr, low);
            self.overlay.write(0, high);
            return Ok(());
        }
        let parts = self.parts(addr, data.len(), lens);
        for part in &parts {
            let at = addr.wrapping_add(part.start as u64);
            let (fd, offset) = part.source.ok_or(Error::Unmapped { addr, len: data.len(), hole: at })?;
            let descriptor = self.descriptors.get(&fd).ok_or(Error::NoDescriptor(fd))?;
            if !part.perm.contains(Perm::W) {
                return Err(Error::ReadOnly { addr: at, what: descriptor.uri.clone() });
            }
            descriptor.check_writable(at, ctx)?;
            let size = descriptor.size();
            let room = size.saturating_sub(offset);
            if room < part.len as u64 && size != u64::MAX {
                return Err(Error::Unmapped { addr, len: data.len(), hole: at.wrapping_add(room) });
            }
        }
        for part in parts {
            let Some((fd, offset)) = part.source else { continue };
            self.descriptor(fd)?.write_at(offset, &data[part.start..part.start + part.len], ctx)?;
        }
        Ok(())
    }

    /// Whether anything provides the byte at `addr`.
    pub fn is_mapped(&self, addr: u64, lens: &Lens) -> bool {
        let mut provided = false;
        self.overlays(lens).for_each(|overlay| overlay.apply(addr, &mut [0], |_, _| provided = true));
        provided
            || self.parts(addr, 1, lens).iter().filter_map(|part| part.source).any(|(fd, offset)| {
                self.descriptors.get(&fd).is_some_and(|descriptor| offset < descriptor.size())
            })
    }

    fn parts(&self, addr: u64, len: usize, lens: &Lens) -> Vec<Part> {
        if len == 0 {
            return Vec::new();
        }
        if !lens.va {
            let source = self.current(lens).ok().map(|fd| (fd, addr));
            return vec![Part { start: 0, len, source, perm: Perm::RWX }];
        }
        let mut start = 0;
        self.maps
            .resolve(addr, len)
            .map(|span| {
                let part = Part {
                    start,
                    len: span.len,
                    source: span.map.map(|map| (map.fd, map.offset_of(span.addr))),
                    perm: span.map.map_or(Perm::empty(), |map| map.perm),
                };
                start += span.len;
                part
            })
            .collect()
    }
}

/// How many of `len` bytes at `addr` come before the end of the address space; the others are
/// at 0.
fn until_wrap(addr: u64, len: usize) -> usize {
    usize::try_from(u64::MAX - addr).unwrap_or(usize::MAX).saturating_add(1).min(len)
}

/// Reads what `descriptor` has of `buf.len()` bytes at `offset`, fills the gaps between, and
/// reports each readable range of `buf`.
fn read_runs(
    descriptor: &mut Descriptor,
    offset: u64,
    buf: &mut [u8],
    fill: u8,
    ctx: &Ctx,
    mut provided: impl FnMut(Range<usize>),
) -> Result<()> {
    let mut at = 0;
    while at < buf.len() {
        let Some(from) = offset.checked_add(at as u64) else { break };
        let n = descriptor.read_at(from, &mut buf[at..], ctx)?;
        provided(at..at + n);
        at += n;
        if at == buf.len() {
            break;
        }
        ctx.check()?;
        let Some(end) = offset.checked_add(at as u64) else { break };
        let next = descriptor.next_readable(end, ctx)?.and_then(|next| usize::try_from(next - offset).ok());
        let Some(next) = next.filter(|&next| next < buf.len()) else { break };
        buf[at..next].fill(fill);
        at = next;
    }
    buf[at..].fill(fill);
    Ok(())
}

/// A part of a request: where in the buffer, and which descriptor's bytes.
struct Part {
    start: usize,
    len: usize,
    source: Option<(u32, u64)>,
    perm: Perm,
}
