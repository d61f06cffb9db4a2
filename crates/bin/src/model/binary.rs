//! A loaded binary as a whole, and how it was asked for.

use super::{Entry, Import, Info, LoadMap, Relocation, Section, Segment, Symbol};
use crate::{MapSource, flag_name};
use std::fmt;

/// How many times a file may be mapped over: segments that share its bytes at many addresses make little much.
const SHOWN: u64 = 8;
/// Bytes that even a tiny file may be mapped.
const FLOOR: u64 = 16 << 20;
/// How many bad maps are named.
const NAMED: usize = 8;

/// How much of a binary is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// What its headers tell of its layout: sections, segments, maps, libraries, where it starts. A few small reads.
    Layout,
    /// All there is: also symbols, imports, relocations, and what only they tell.
    Names,
}

/// How a binary is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The address to place the image at instead of the one in the file.
    pub base: Option<u64>,
    /// The shortest string reported, in characters.
    pub string_min: usize,
    /// The longest string reported, in characters; longer ones are split. 0 is no limit but the scanner's own.
    pub string_max: usize,
    /// How many strings are reported at most.
    pub string_count: usize,
    /// How many rows of any table are kept at most.
    pub table_max: usize,
    /// How much is read.
    pub depth: Depth,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base: None,
            string_min: 4,
            string_max: 0,
            string_count: usize::MAX,
            table_max: 4 << 20,
            depth: Depth::Names,
        }
    }
}

/// A file format, with the width of its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// 32-bit ELF.
    Elf32,
    /// 64-bit ELF.
    Elf64,
    /// 32-bit portable executable.
    Pe32,
    /// 64-bit portable executable.
    Pe64,
    /// 32-bit Mach-O.
    MachO32,
    /// 64-bit Mach-O.
    MachO64,
}

impl Format {
    /// The format's name with its width, such as `elf64`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Elf32 => "elf",
            Self::Elf64 => "elf64",
            Self::Pe32 => "pe",
            Self::Pe64 => "pe64",
            Self::MachO32 => "mach0",
            Self::MachO64 => "mach064",
        }
    }

    /// The format's family, such as `elf` for both widths.
    #[must_use]
    pub fn family(self) -> &'static str {
        match self {
            Self::Elf32 | Self::Elf64 => "elf",
            Self::Pe32 | Self::Pe64 => "pe",
            Self::MachO32 | Self::MachO64 => "mach0",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One number of the file's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderField {
    /// The field's name, as the format's documentation spells it.
    pub name: &'static str,
    /// Where it is in the file, in bytes.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// Its value.
    pub value: u64,
    /// How it is printed: `x` 32-bit hex, `w` 16-bit, `q` 64-bit.
    pub format: char,
}

/// A place in the file worth a flag: where a header or table starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The flag's name.
    pub name: String,
    /// Offset in the file, in bytes.
    pub offset: u64,
    /// Length in bytes.
    pub size: u64,
}

/// Everything read out of a file of a known format; the lists of names are empty below [`Depth::Names`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// The file's format.
    pub format: Format,
    /// What is known of the file as a whole.
    pub info: Info,
    /// The address the image starts at, after any override.
    pub base: u64,
    /// Where execution starts, then initialisers and finalisers.
    pub entries: Vec<Entry>,
    /// The `main` behind the runtime's start code, when it could be found: its address and file offset.
    pub main: Option<(u64, Option<u64>)>,
    /// Sections in file order.
    pub sections: Vec<Section>,
    /// Segments in file order, then those every image has.
    pub segments: Vec<Segment>,
    /// Defined symbols, then imported ones.
    pub symbols: Vec<Symbol>,
    /// Symbols other libraries must provide.
    pub imports: Vec<Import>,
    /// Relocations by address.
    pub relocations: Vec<Relocation>,
    /// Libraries the file names as needed.
    pub libraries: Vec<String>,
    /// What is mapped where, in the order the maps are to be made: a later one lies above an earlier one.
    pub maps: Vec<LoadMap>,
    /// The header's numbers.
    pub header: Vec<HeaderField>,
    /// A readable account of the header, one line each.
    pub header_text: Vec<String>,
    /// Flags for the file's headers and tables.
    pub marks: Vec<Mark>,
    /// What was damaged or left out, one sentence each.
    pub warnings: Vec<String>,
}

impl Binary {
    /// Leaves out the maps that cannot be made, and those beyond what a file of `size` bytes may show of itself, and warns of
    /// them. They cost the file nothing else.
    pub(crate) fn check_maps(&mut self, size: u64) {
        let most = size.saturating_mul(SHOWN).max(FLOOR);
        let mut shown = 0u64;
        let mut bad = Vec::new();
        // The last one made comes first in the file.
        self.maps.reverse();
        self.maps.retain(|map| {
            let held = match map.source {
                MapSource::File { offset } => size.saturating_sub(offset).min(map.size),
                MapSource::Zero => 0,
            };
            let (stays, why) = if map.vaddr.checked_add(map.size - 1).is_none() {
                (false, "is not mapped: it reaches past the last address")
            } else if shown.saturating_add(held) > most {
                (false, "is not mapped: those before it show the file many times over")
            } else if held == 0 && map.source != MapSource::Zero {
                (true, "has no bytes: it begins past the end of the file")
            } else {
                shown += held;
                return true;
            };
            bad.push((map.name.clone(), map.vaddr, map.size, why));
            stays
        });
        self.maps.reverse();
        let count = bad.len();
        for (name, vaddr, size, why) in bad.into_iter().take(NAMED) {
            let name = flag_name("", &name);
            self.warnings.push(format!("{name} of {size:#x} bytes at {vaddr:#x} {why}"));
        }
        if count > NAMED {
            self.warnings.push(format!("{} more segments or sections are as wrong", count - NAMED));
        }
    }

    /// The file offset loaded at an address, if any.
    #[must_use]
    pub fn file_offset(&self, vaddr: u64) -> Option<u64> {
        self.maps.iter().rev().find_map(|map| map.file_offset(vaddr))
    }

    /// The section a file offset lies in: the first that holds bytes there.
    #[must_use]
    pub fn section_at(&self, paddr: u64) -> Option<usize> {
        self.sections.iter().position(|section| section.contains_offset(paddr))
    }

    /// The address a file offset is seen at: through the section that holds it, or the offset itself.
    #[must_use]
    pub fn address(&self, paddr: u64) -> u64 {
        match self.section_at(paddr) {
            Some(index) => {
                let section = &self.sections[index];
                section.vaddr.wrapping_add(paddr - section.paddr)
            }
            None => paddr,
        }
    }
}
