//! A Mach-O file's skeleton: header, load commands, segments and sections, and how addresses and offsets correspond.

use crate::range::Ranges;
use crate::source::{Fields, Reader};
use crate::{Endian, Error, Format, Options};
use std::cell::RefCell;

/// The most bytes of load commands read.
const COMMANDS_LIMIT: u64 = 16 << 20;

/// A load command: where it is, its number, and all its bytes.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub(super) offset: u64,
    pub(super) kind: u32,
    pub(super) bytes: Vec<u8>,
}

impl Command {
    pub(super) fn is_segment(&self) -> bool {
        self.kind == 0x1 || self.kind == 0x19
    }
}

#[derive(Debug, Clone)]
pub(super) struct RawSegment {
    pub(super) name: String,
    pub(super) vaddr: u64,
    pub(super) vsize: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) protection: u32,
}

#[derive(Debug, Clone)]
pub(super) struct RawSection {
    pub(super) name: String,
    pub(super) segment: String,
    pub(super) vaddr: u64,
    pub(super) size: u64,
    pub(super) offset: u64,
    pub(super) flags: u32,
    /// First row in the table of indirect symbols, and size of a stub, where it has such.
    pub(super) reserved: (u32, u32),
    pub(super) protection: u32,
    /// Where its header is in the file.
    pub(super) header_offset: u64,
}

impl RawSection {
    /// The kind of section, by number.
    pub(super) fn kind(&self) -> u32 {
        self.flags & 0xff
    }

    /// Whether it is zeroed memory with nothing in the file.
    pub(super) fn is_zero(&self) -> bool {
        matches!(self.kind(), 1 | 12 | 18)
    }
}

/// The skeleton, and what every table reader needs.
pub(super) struct Image<'r, 's> {
    pub(super) reader: &'r Reader<'s>,
    pub(super) wide: bool,
    pub(super) endian: Endian,
    pub(super) cpu: u32,
    pub(super) cpu_subtype: u32,
    pub(super) kind: u32,
    pub(super) flags: u32,
    pub(super) commands: Vec<Command>,
    pub(super) segments: Vec<RawSegment>,
    pub(super) sections: Vec<RawSection>,
    /// Where the image starts, after any override.
    pub(super) base: u64,
    pub(super) delta: u64,
    pub(super) table_max: usize,
    by_address: Ranges,
    by_offset: Ranges,
    warnings: RefCell<Vec<String>>,
}

/// Width and byte order, by the magic number.
pub(super) fn shape(head: &[u8]) -> Option<(bool, Endian)> {
    Some(match head.get(..4)? {
        [0xce, 0xfa, 0xed, 0xfe] => (false, Endian::Little),
        [0xcf, 0xfa, 0xed, 0xfe] => (true, Endian::Little),
        [0xfe, 0xed, 0xfa, 0xce] => (false, Endian::Big),
        [0xfe, 0xed, 0xfa, 0xcf] => (true, Endian::Big),
        _ => return None,
    })
}

impl<'r, 's> Image<'r, 's> {
    pub(super) fn read(reader: &'r Reader<'s>, options: &Options) -> Result<Self, Error> {
        let damaged = |reason| Error::Header { format: "Mach-O", reason };
        let (wide, endian) = shape(reader.head()).ok_or_else(|| damaged("it has no magic number"))?;
        let fields = Fields::new(reader.head(), endian == Endian::Big);
        let number = |at| fields.u32(at).ok_or_else(|| damaged("it is cut short"));
        let (count, size) = (number(16)?, number(20)?);
        let start = if wide { 32 } else { 28 };
        let mut image = Self {
            cpu: number(4)?,
            cpu_subtype: number(8)?,
            kind: number(12)?,
            flags: number(24)?,
            reader,
            wide,
            endian,
            commands: Vec::new(),
            segments: Vec::new(),
            sections: Vec::new(),
            base: 0,
            delta: 0,
            table_max: options.table_max,
            by_address: Ranges::default(),
            by_offset: Ranges::default(),
            warnings: RefCell::new(Vec::new()),
        };
        let bytes = reader.bytes(start, u64::from(size).min(COMMANDS_LIMIT))?;
        image.read_commands(&bytes, start, count as usize);
        image.read_segments();
        let natural =
            image.segments.iter().find(|segment| segment.size > 0).map_or(0, |segment| segment.vaddr);
        image.base = options.base.unwrap_or(natural);
        image.delta = image.base.wrapping_sub(natural);
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

    pub(super) fn format(&self) -> Format {
        if self.wide { Format::MachO64 } else { Format::MachO32 }
    }

    /// Numbers out of bytes of this file.
    pub(super) fn fields<'a>(&self, data: &'a [u8]) -> Fields<'a> {
        Fields::new(data, self.endian == Endian::Big)
    }

    /// The first command of this kind.
    pub(super) fn command(&self, kind: u32) -> Option<&Command> {
        self.commands.iter().find(|command| command.kind == kind)
    }

    /// The file offset loaded at an address of the file, before any override.
    pub(super) fn file_offset(&self, vaddr: u64) -> Option<u64> {
        let segment = self.segments.get(self.by_address.find(vaddr)?)?;
        segment.offset.checked_add(vaddr.checked_sub(segment.vaddr)?)
    }

    /// The address a file offset is loaded at, before any override.
    pub(super) fn address_of_offset(&self, paddr: u64) -> Option<u64> {
        let segment = self.segments.get(self.by_offset.find(paddr)?)?;
        segment.vaddr.checked_add(paddr.checked_sub(segment.offset)?)
    }

    /// An address of the file, after any override.
    pub(super) fn address(&self, vaddr: u64) -> u64 {
        vaddr.wrapping_add(self.delta)
    }

    /// Names of needed libraries, as the commands have them.
    pub(super) fn libraries(&self) -> Vec<String> {
        self.commands
            .iter()
            .filter(|command| matches!(command.kind, 0xc | 0x8000_0018 | 0x8000_001f | 0x20 | 0x8000_0023))
            .filter_map(|command| self.command_text(command))
            .collect()
    }

    /// The text a command points to with the number behind its size.
    pub(super) fn command_text(&self, command: &Command) -> Option<String> {
        let fields = self.fields(&command.bytes);
        fields.text(fields.u32(8)? as usize, command.bytes.len())
    }

    fn read_commands(&mut self, bytes: &[u8], start: u64, count: usize) {
        let mut at = 0;
        for index in 0..count {
            let fields = self.fields(bytes);
            let (Some(kind), Some(size)) = (fields.u32(at), fields.u32(at + 4)) else {
                self.warn(format!("{index} of {count} load commands could be read"));
                return;
            };
            let size = size as usize;
            let Some(command) = bytes.get(at..at.saturating_add(size)).filter(|_| size >= 8) else {
                self.warn(format!("load command {index} has a size of {size:#x}: the rest are left out"));
                return;
            };
            self.commands.push(Command { offset: start + at as u64, kind, bytes: command.to_vec() });
            at += size;
        }
    }

    fn read_segments(&mut self) {
        let mut segments = Vec::new();
        let mut sections = Vec::new();
        for command in self.commands.iter().filter(|command| command.is_segment()) {
            let wide = command.kind == 0x19;
            match self.segment(command, wide) {
                Some((segment, own)) => {
                    segments.push(segment);
                    sections.extend(own);
                }
                None => self.warn("a segment's load command is cut short"),
            }
        }
        self.by_address = Ranges::new(segments.iter().map(|segment| (segment.vaddr, segment.size)));
        self.by_offset = Ranges::new(segments.iter().map(|segment| (segment.offset, segment.size)));
        self.segments = segments;
        self.sections = sections;
    }

    fn segment(&self, command: &Command, wide: bool) -> Option<(RawSegment, Vec<RawSection>)> {
        let fields = self.fields(&command.bytes);
        let word = if wide { 8 } else { 4 };
        let step = usize::from(word);
        let tail = 24 + 4 * step;
        let protection = fields.u32(tail + 4)?;
        let count = fields.u32(tail + 8)? as usize;
        let (start, size) = (tail + 16, if wide { 80 } else { 68 });
        let segment = RawSegment {
            name: fields.text(8, 16)?,
            vaddr: fields.number(24, word)?,
            vsize: fields.number(24 + step, word)?,
            offset: fields.number(24 + 2 * step, word)?,
            size: fields.number(24 + 3 * step, word)?,
            protection,
        };
        let sections: Vec<RawSection> = command
            .bytes
            .get(start..)?
            .chunks_exact(size)
            .take(count)
            .enumerate()
            .filter_map(|(index, bytes)| {
                let fields = self.fields(bytes);
                let tail = 32 + 2 * step;
                Some(RawSection {
                    name: fields.text(0, 16)?,
                    segment: fields.text(16, 16)?,
                    vaddr: fields.number(32, word)?,
                    size: fields.number(32 + step, word)?,
                    offset: u64::from(fields.u32(tail)?),
                    flags: fields.u32(tail + 16)?,
                    reserved: (fields.u32(tail + 20)?, fields.u32(tail + 24)?),
                    protection,
                    header_offset: command.offset + (start + index * size) as u64,
                })
            })
            .collect();
        if sections.len() < count {
            self.warn(format!("{} of {count} sections of a segment could be read", sections.len()));
        }
        Some((segment, sections))
    }
}
