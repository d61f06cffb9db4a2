//! An ELF file's skeleton: program headers, section headers with their names, and how addresses and offsets correspond.

use super::header::Header;
use crate::range::Ranges;
use crate::source::{Fields, Reader};
use crate::{Error, Options};
use object::elf;
use std::cell::{Cell, RefCell};

/// The longest name kept, in bytes.
pub(super) const NAME_LIMIT: usize = 4096;
/// Where relocatable files are placed when nothing else is asked for.
const RELOCATABLE_BASE: u64 = 0x0800_0000;

/// A program header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Program {
    pub(super) kind: u32,
    pub(super) flags: u32,
    pub(super) offset: u64,
    pub(super) vaddr: u64,
    pub(super) file_size: u64,
    pub(super) memory_size: u64,
}

/// A section header and its name.
#[derive(Debug, Clone)]
pub(super) struct RawSection {
    pub(super) name: String,
    pub(super) kind: u32,
    pub(super) flags: u64,
    pub(super) vaddr: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) link: u32,
    pub(super) info: u32,
    pub(super) entry_size: u64,
    name_offset: u32,
}

impl RawSection {
    /// Bytes it has in the file.
    pub(super) fn file_size(&self) -> u64 {
        if self.kind == elf::SHT_NOBITS.0 { 0 } else { self.size }
    }
}

/// The skeleton, and what every table reader needs: the source, the limits, and a place for warnings.
pub(super) struct Image<'r, 's> {
    pub(super) reader: &'r Reader<'s>,
    pub(super) header: Header,
    pub(super) programs: Vec<Program>,
    pub(super) sections: Vec<RawSection>,
    /// Index of the section that holds section names.
    pub(super) names_index: usize,
    /// Where the image starts, after any override.
    pub(super) base: u64,
    /// What is added to every address of the file.
    pub(super) delta: u64,
    pub(super) table_max: usize,
    /// Loaded program headers by the addresses they have bytes for, and by all their addresses.
    held: Ranges,
    nominal: Ranges,
    names_spent: Cell<bool>,
    warnings: RefCell<Vec<String>>,
}

impl<'r, 's> Image<'r, 's> {
    pub(super) fn read(reader: &'r Reader<'s>, options: &Options) -> Result<Self, Error> {
        let mut image = Self {
            header: Header::read(reader.head())?,
            reader,
            programs: Vec::new(),
            sections: Vec::new(),
            names_index: 0,
            base: 0,
            delta: 0,
            table_max: options.table_max,
            held: Ranges::default(),
            nominal: Ranges::default(),
            names_spent: Cell::new(false),
            warnings: RefCell::new(Vec::new()),
        };
        image.read_sections()?;
        image.read_programs()?;
        image.place(options.base);
        Ok(image)
    }

    /// Remembers that something was damaged.
    pub(super) fn warn(&self, warning: impl Into<String>) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < 64 {
            warnings.push(warning.into());
        }
    }

    pub(super) fn into_warnings(self) -> Vec<String> {
        self.warnings.into_inner()
    }

    /// Numbers out of bytes of this file.
    pub(super) fn fields<'a>(&self, data: &'a [u8]) -> Fields<'a> {
        Fields::new(data, self.header.is_big())
    }

    /// A name out of a string table, within what names may take together.
    pub(super) fn name(&self, table: &[u8], at: u32) -> String {
        if self.reader.has_no_room() {
            return String::new();
        }
        let name = self.fields(table).text(at as usize, NAME_LIMIT).unwrap_or_default();
        self.keep(&name)
    }

    /// A name to be kept, within what names may take together.
    pub(super) fn keep(&self, name: &str) -> String {
        let kept = self.reader.keep(name);
        if kept.len() < name.len() && !self.names_spent.replace(true) {
            self.warn("names take more room than the file: some are left out");
        }
        kept
    }

    /// A section's bytes, as many as there are.
    pub(super) fn section_bytes(&self, section: &RawSection) -> Result<Vec<u8>, Error> {
        let bytes = self.reader.bytes(section.offset, section.file_size())?;
        if (bytes.len() as u64) < section.file_size() {
            self.warn(format!(
                "section {} ends at {:#x} bytes of {:#x}",
                crate::flag_name("", &section.name),
                bytes.len(),
                section.file_size()
            ));
        }
        Ok(bytes)
    }

    /// The first section of this name.
    pub(super) fn section_named(&self, name: &str) -> Option<&RawSection> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The first section of this kind.
    pub(super) fn section_of_kind(&self, kind: u32) -> Option<&RawSection> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    /// The first program header of this kind.
    pub(super) fn program_of_kind(&self, kind: u32) -> Option<&Program> {
        self.programs.iter().find(|program| program.kind == kind)
    }

    /// Program headers of what gets mapped.
    pub(super) fn loads(&self) -> impl DoubleEndedIterator<Item = &Program> {
        self.programs.iter().filter(|program| program.kind == elf::PT_LOAD.0)
    }

    /// The file offset loaded at an address of the file, before any override.
    pub(super) fn file_offset(&self, vaddr: u64) -> Option<u64> {
        self.offset_in(&self.held, vaddr)
    }

    /// Where an address of the file lies in it, or would if its segment were whole: zeroed memory counts.
    pub(super) fn nominal_offset(&self, vaddr: u64) -> Option<u64> {
        self.offset_in(&self.nominal, vaddr)
    }

    fn offset_in(&self, ranges: &Ranges, vaddr: u64) -> Option<u64> {
        let load = self.programs.get(ranges.find(vaddr)?)?;
        load.offset.checked_add(vaddr.checked_sub(load.vaddr)?)
    }

    /// An address of the file, after any override.
    pub(super) fn address(&self, vaddr: u64) -> u64 {
        vaddr.wrapping_add(self.delta)
    }

    fn read_sections(&mut self) -> Result<(), Error> {
        let entry = usize::from(self.header.section_size);
        let least = if self.header.wide { 64 } else { 40 };
        if self.header.section_offset == 0 || entry == 0 {
            return Ok(());
        }
        if entry < least {
            self.warn(format!("section headers of {entry} bytes are too short: no sections are read"));
            return Ok(());
        }
        let mut count = usize::from(self.header.section_count);
        let mut names_index = usize::from(self.header.names_index);
        if count == 0 || names_index == usize::from(elf::SHN_XINDEX.0) {
            // Numbers too large for the header are kept in the first section header.
            let first = self.reader.bytes(self.header.section_offset, entry as u64)?;
            if let Some(first) = self.section(&first) {
                count = if count == 0 { usize::try_from(first.size).unwrap_or(usize::MAX) } else { count };
                if names_index == usize::from(elf::SHN_XINDEX.0) {
                    names_index = first.link as usize;
                }
            }
        }
        let count = self.clip("section headers", count);
        let table =
            self.reader.bytes(self.header.section_offset, (count as u64).saturating_mul(entry as u64))?;
        let mut sections: Vec<RawSection> =
            table.chunks_exact(entry).map_while(|bytes| self.section(bytes)).collect();
        if sections.len() < count {
            self.warn(format!("{} of {count} section headers could be read", sections.len()));
        }
        if let Some(names) = sections.get(names_index) {
            let names = self.reader.bytes(names.offset, names.file_size())?;
            for section in &mut sections {
                section.name = self.name(&names, section.name_offset);
            }
        }
        self.names_index = names_index;
        self.sections = sections;
        Ok(())
    }

    fn section(&self, bytes: &[u8]) -> Option<RawSection> {
        let fields = self.fields(bytes);
        let word = self.header.word();
        let step = usize::from(word);
        let at = |words: usize| 8 + words * step;
        Some(RawSection {
            name: String::new(),
            name_offset: fields.u32(0)?,
            kind: fields.u32(4)?,
            flags: fields.number(at(0), word)?,
            vaddr: fields.number(at(1), word)?,
            offset: fields.number(at(2), word)?,
            size: fields.number(at(3), word)?,
            link: fields.u32(at(4))?,
            info: fields.u32(at(4) + 4)?,
            entry_size: fields.number(at(5) + 8, word)?,
        })
    }

    fn read_programs(&mut self) -> Result<(), Error> {
        let entry = usize::from(self.header.program_size);
        let least = if self.header.wide { 56 } else { 32 };
        let mut count = usize::from(self.header.program_count);
        if count == usize::from(elf::PN_XNUM) {
            count = self.sections.first().map_or(0, |first| first.info as usize);
        }
        if self.header.program_offset == 0 || count == 0 {
            return Ok(());
        }
        if entry < least {
            self.warn(format!("program headers of {entry} bytes are too short: no segments are read"));
            return Ok(());
        }
        let count = self.clip("program headers", count);
        let table =
            self.reader.bytes(self.header.program_offset, (count as u64).saturating_mul(entry as u64))?;
        self.programs = table.chunks_exact(entry).map_while(|bytes| self.program(bytes)).collect();
        if self.programs.len() < count {
            self.warn(format!("{} of {count} program headers could be read", self.programs.len()));
        }
        Ok(())
    }

    fn program(&self, bytes: &[u8]) -> Option<Program> {
        let fields = self.fields(bytes);
        Some(if self.header.wide {
            Program {
                kind: fields.u32(0)?,
                flags: fields.u32(4)?,
                offset: fields.u64(8)?,
                vaddr: fields.u64(16)?,
                file_size: fields.u64(32)?,
                memory_size: fields.u64(40)?,
            }
        } else {
            Program {
                kind: fields.u32(0)?,
                flags: fields.u32(24)?,
                offset: u64::from(fields.u32(4)?),
                vaddr: u64::from(fields.u32(8)?),
                file_size: u64::from(fields.u32(16)?),
                memory_size: u64::from(fields.u32(20)?),
            }
        })
    }

    fn clip(&self, what: &str, count: usize) -> usize {
        if count > self.table_max {
            self.warn(format!("{count} {what}: only the first {} are read", self.table_max));
        }
        count.min(self.table_max)
    }

    fn place(&mut self, wanted: Option<u64>) {
        let loaded = |program: &Program, size| if program.kind == elf::PT_LOAD.0 { size } else { 0 };
        let held = self.programs.iter().map(|program| (program.vaddr, loaded(program, program.file_size)));
        let nominal =
            self.programs.iter().map(|program| (program.vaddr, loaded(program, program.memory_size)));
        (self.held, self.nominal) = (Ranges::new(held), Ranges::new(nominal));
        let natural = if self.header.is_relocatable() {
            RELOCATABLE_BASE
        } else {
            self.loads().map(|load| load.vaddr & !0xfff).min().unwrap_or(0)
        };
        self.base = wanted.unwrap_or(natural);
        self.delta = self.base.wrapping_sub(natural);
    }
}
