//! The ELF header: its numbers, and how they are listed.

use crate::source::Fields;
use crate::{Endian, Error, Format, HeaderField};

/// The header. Counts are as found; extended numbering is resolved by the image.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) wide: bool,
    pub(super) endian: Endian,
    pub(super) os_abi: u8,
    pub(super) kind: u16,
    pub(super) machine: u16,
    pub(super) version: u32,
    pub(super) entry: u64,
    pub(super) program_offset: u64,
    pub(super) section_offset: u64,
    pub(super) flags: u32,
    pub(super) size: u16,
    pub(super) program_size: u16,
    pub(super) program_count: u16,
    pub(super) section_size: u16,
    pub(super) section_count: u16,
    pub(super) names_index: u16,
    magic: u32,
}

impl Header {
    /// Reads the header out of the first bytes of the file.
    pub(super) fn read(head: &[u8]) -> Result<Self, Error> {
        let damaged = |reason| Error::Header { format: "ELF", reason };
        let wide = match head.get(4) {
            Some(1) => false,
            Some(2) => true,
            _ => return Err(damaged("its class is neither 32 nor 64 bits")),
        };
        let endian = match head.get(5) {
            Some(1) => Endian::Little,
            Some(2) => Endian::Big,
            _ => return Err(damaged("its byte order is neither little nor big")),
        };
        Self::read_numbers(head, wide, endian).ok_or_else(|| damaged("it is cut short"))
    }

    fn read_numbers(head: &[u8], wide: bool, endian: Endian) -> Option<Self> {
        let fields = Fields::new(head, endian == Endian::Big);
        let word = if wide { 8 } else { 4 };
        let tail = 24 + 3 * usize::from(word);
        Some(Self {
            wide,
            endian,
            os_abi: fields.u8(7)?,
            kind: fields.u16(16)?,
            machine: fields.u16(18)?,
            version: fields.u32(20)?,
            entry: fields.number(24, word)?,
            program_offset: fields.number(24 + usize::from(word), word)?,
            section_offset: fields.number(24 + 2 * usize::from(word), word)?,
            flags: fields.u32(tail)?,
            size: fields.u16(tail + 4)?,
            program_size: fields.u16(tail + 6)?,
            program_count: fields.u16(tail + 8)?,
            section_size: fields.u16(tail + 10)?,
            section_count: fields.u16(tail + 12)?,
            names_index: fields.u16(tail + 14)?,
            magic: u32::from_le_bytes(head.get(..4)?.try_into().ok()?),
        })
    }

    pub(super) fn format(&self) -> Format {
        if self.wide { Format::Elf64 } else { Format::Elf32 }
    }

    /// Bytes in an address.
    pub(super) fn word(&self) -> u8 {
        if self.wide { 8 } else { 4 }
    }

    pub(super) fn is_big(&self) -> bool {
        self.endian == Endian::Big
    }

    pub(super) fn is_relocatable(&self) -> bool {
        self.kind == object::elf::ET_REL.0
    }

    /// The file offset of the entry point's own field.
    pub(super) fn entry_offset(&self) -> u64 {
        24
    }

    /// The header as a list of numbers.
    pub(super) fn fields(&self) -> Vec<HeaderField> {
        let word = u64::from(self.word());
        let wide = if self.wide { 'q' } else { 'x' };
        let rows: [(&'static str, u64, u64, char); 14] = [
            ("ELF", 4, u64::from(self.magic), 'x'),
            ("Type", 2, u64::from(self.kind), 'w'),
            ("Machine", 2, u64::from(self.machine), 'w'),
            ("Version", 4, u64::from(self.version), 'x'),
            ("EntryPoint", word, self.entry, wide),
            ("PhOff", word, self.program_offset, wide),
            ("ShOff", word, self.section_offset, wide),
            ("Flags", 4, u64::from(self.flags), 'x'),
            ("EhSize", 2, u64::from(self.size), 'w'),
            ("PhentSize", 2, u64::from(self.program_size), 'w'),
            ("PhNum", 2, u64::from(self.program_count), 'w'),
            ("ShentSize", 2, u64::from(self.section_size), 'w'),
            ("ShNum", 2, u64::from(self.section_count), 'w'),
            ("ShrStrndx", 2, u64::from(self.names_index), 'w'),
        ];
        let mut offset = 0;
        rows.into_iter()
            .map(|(name, size, value, format)| {
                let field = HeaderField { name, offset, size, value, format };
                // The identification is 16 bytes long and only its magic number is listed.
                offset = if offset == 0 { 16 } else { offset + size };
                field
            })
            .collect()
    }

    /// The header as text, a line a number.
    pub(super) fn text(&self) -> Vec<String> {
        self.fields()
            .into_iter()
            .map(|field| {
                let name = match field.name {
                    "ELF" if self.wide => "ELF64",
                    "ELF" => "ELF MAGIC",
                    "EntryPoint" => "Entrypoint",
                    name => name,
                };
                let value = match field.size {
                    2 if field.offset > 20 => field.value.to_string(),
                    2 => format!("{:#06x}", field.value),
                    _ => format!("{:#010x}", field.value),
                };
                format!("{:#010x}  {name:<12}{value}", field.offset)
            })
            .collect()
    }
}
