//! Where a file's parts lie: sections, segments, and what gets mapped.

use crate::flag_name;
use std::fmt;

/// What may be done with memory. Shown as `-rwx`, the first place being `s` for shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permission {
    /// May be read.
    pub read: bool,
    /// May be written.
    pub write: bool,
    /// May be executed.
    pub execute: bool,
    /// Is shared.
    pub shared: bool,
}

impl Permission {
    /// Permissions out of their three letters' presence.
    #[must_use]
    pub const fn new(read: bool, write: bool, execute: bool) -> Self {
        Self { read, write, execute, shared: false }
    }

    /// The low three bits as `rwx`, 4 being read.
    #[must_use]
    pub const fn bits(self) -> u8 {
        (self.read as u8) << 2 | (self.write as u8) << 1 | self.execute as u8
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |set, letter| if set { letter } else { '-' };
        write!(
            f,
            "{}{}{}{}",
            letter(self.shared, 's'),
            letter(self.read, 'r'),
            letter(self.write, 'w'),
            letter(self.execute, 'x')
        )
    }
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Position in the list.
    pub index: usize,
    /// Name as the file has it.
    pub name: String,
    /// Offset in the file, in bytes.
    pub paddr: u64,
    /// Bytes in the file.
    pub size: u64,
    /// Address.
    pub vaddr: u64,
    /// Bytes in memory.
    pub vsize: u64,
    /// What may be done with it.
    pub perm: Permission,
    /// The format's own flags.
    pub flags: u64,
    /// The format's kind of section, such as `PROGBITS`; `None` where it has no name.
    pub kind: Option<&'static str>,
    /// Whether it is data where strings are looked for.
    pub is_data: bool,
}

impl Section {
    /// The flag at its start; the flag's size is [`Section::vsize`].
    #[must_use]
    pub fn flag_name(&self) -> String {
        flag_name("section.", &self.name)
    }

    /// Whether bytes of it lie at a file offset.
    #[must_use]
    pub fn contains_offset(&self, paddr: u64) -> bool {
        paddr.checked_sub(self.paddr).is_some_and(|at| at < self.size)
    }
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Position in the list.
    pub index: usize,
    /// Name: the format's kind of segment, numbered where there are several.
    pub name: String,
    /// Offset in the file, in bytes.
    pub paddr: u64,
    /// Bytes in the file.
    pub size: u64,
    /// Address.
    pub vaddr: u64,
    /// Bytes in memory.
    pub vsize: u64,
    /// What may be done with it.
    pub perm: Permission,
}

impl Segment {
    /// The flag at its start; the flag's size is [`Segment::vsize`].
    #[must_use]
    pub fn flag_name(&self) -> String {
        flag_name("segment.", &self.name)
    }
}

/// Where a map's bytes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapSource {
    /// The file, from this offset in bytes.
    File {
        /// Offset of the map's first byte.
        offset: u64,
    },
    /// Fresh memory, all zero.
    Zero,
}

/// A piece of the image to be mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadMap {
    /// Name, such as `fmap.LOAD0`, or `mmap.LOAD2` for memory without a file behind it.
    pub name: String,
    /// First address.
    pub vaddr: u64,
    /// Length in bytes, never 0.
    pub size: u64,
    /// What may be done with it, before what the open file allows.
    pub perm: Permission,
    /// Where its bytes come from.
    pub source: MapSource,
}

impl LoadMap {
    /// The file offset behind an address of this map.
    #[must_use]
    pub fn file_offset(&self, vaddr: u64) -> Option<u64> {
        let at = vaddr.checked_sub(self.vaddr).filter(|at| *at < self.size)?;
        match self.source {
            MapSource::File { offset } => offset.checked_add(at),
            MapSource::Zero => None,
        }
    }

    /// The maps of one part of an image: its zeroed tail first, then its bytes, which is the order they are made in.
    pub(crate) fn of_part(
        name: &str,
        paddr: u64,
        size: u64,
        vaddr: u64,
        vsize: u64,
        perm: Permission,
    ) -> Vec<Self> {
        let mut maps = Vec::new();
        if vsize > size {
            maps.push(Self {
                name: format!("mmap.{name}"),
                // A tail past the last address is none, which whoever checks the maps sees at this one.
                vaddr: vaddr.saturating_add(size),
                size: vsize - size,
                perm,
                source: MapSource::Zero,
            });
        }
        let held = size.min(vsize.max(1));
        if size > 0 && held > 0 {
            maps.push(Self {
                name: format!("fmap.{name}"),
                vaddr,
                size: held,
                perm,
                source: MapSource::File { offset: paddr },
            });
        }
        maps
    }
}
