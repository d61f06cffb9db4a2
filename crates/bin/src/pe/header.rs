//! The headers of a portable executable: file header, optional header, data directories.

use crate::source::{Fields, Reader};
use crate::{Error, Format, HeaderField};

/// The directories' names, by number.
const DIRECTORIES: [&str; 15] = [
    "EXPORT",
    "IMPORT",
    "RESOURCE",
    "EXCEPTION",
    "SECURITY",
    "BASERELOC",
    "DEBUG",
    "COPYRIGHT",
    "GLOBALPTR",
    "TLS",
    "LOAD_CONFIG",
    "BOUND_IMPORT",
    "IAT",
    "DELAY_IMPORT",
    "COM_DESCRIPTOR",
];

/// Where a directory is in memory, from the image's base, and its size in bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Directory {
    pub(super) address: u32,
    pub(super) size: u32,
}

/// The headers.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// Where the signature is in the file.
    pub(super) offset: u64,
    pub(super) wide: bool,
    pub(super) machine: u16,
    pub(super) section_count: u16,
    pub(super) timestamp: u32,
    pub(super) characteristics: u16,
    pub(super) entry: u32,
    pub(super) image_base: u64,
    pub(super) section_alignment: u32,
    pub(super) headers_size: u32,
    pub(super) checksum: u32,
    pub(super) subsystem: u16,
    pub(super) dll_characteristics: u16,
    pub(super) directories: Vec<Directory>,
    optional_size: u16,
    numbers: Vec<u64>,
}

/// The listed numbers: name and size in bytes. `ImageBase` and what follows are listed as in the 32-bit layout, whatever the width.
const LISTED: [(&str, u64); 37] = [
    ("Signature", 4),
    ("Machine", 2),
    ("NumberOfSections", 2),
    ("TimeDateStamp", 4),
    ("PointerToSymbolTable", 4),
    ("NumberOfSymbols ", 4),
    ("SizeOfOptionalHeader", 2),
    ("Characteristics", 2),
    ("Magic", 2),
    ("MajorLinkerVersion", 1),
    ("MinorLinkerVersion", 1),
    ("SizeOfCode", 4),
    ("SizeOfInitializedData", 4),
    ("SizeOfUninitializedData", 4),
    ("AddressOfEntryPoint", 4),
    ("BaseOfCode", 4),
    ("ImageBase", 4),
    ("SectionAlignment", 4),
    ("FileAlignment", 4),
    ("MajorOperatingSystemVersion", 2),
    ("MinorOperatingSystemVersion", 2),
    ("MajorImageVersion", 2),
    ("MinorImageVersion", 2),
    ("MajorSubsystemVersion", 2),
    ("MinorSubsystemVersion", 2),
    ("Win32VersionValue", 4),
    ("SizeOfImage", 4),
    ("SizeOfHeaders", 4),
    ("CheckSum", 4),
    ("Subsystem", 24),
    ("DllCharacteristics", 2),
    ("SizeOfStackReserve", 4),
    ("SizeOfStackCommit", 4),
    ("SizeOfHeapReserve", 4),
    ("SizeOfHeapCommit", 4),
    ("LoaderFlags", 4),
    ("NumberOfRvaAndSizes", 4),
];
/// Bytes of signature and file header, before the optional header.
const FILE_HEADER: usize = 24;

/// Where the signature is, if this is a portable executable.
pub(super) fn find(reader: &Reader<'_>) -> Result<Option<u64>, Error> {
    if !reader.head().starts_with(b"MZ") {
        return Ok(None);
    }
    let Some(offset) = Fields::new(reader.head(), false).u32(0x3c).map(u64::from) else {
        return Ok(None);
    };
    Ok((reader.bytes(offset, 4)? == b"PE\0\0").then_some(offset))
}

impl Header {
    pub(super) fn read(reader: &Reader<'_>) -> Result<Self, Error> {
        let damaged = |reason| Error::Header { format: "PE", reason };
        let offset = find(reader)?.ok_or_else(|| damaged("it has no signature"))?;
        // The optional header with all its directories is shorter than this.
        let bytes = reader.bytes(offset, 512)?;
        Self::parse(Fields::new(&bytes, false), offset).ok_or_else(|| damaged("it is cut short"))
    }

    fn parse(fields: Fields<'_>, offset: u64) -> Option<Self> {
        let optional = FILE_HEADER;
        let wide = match fields.u16(optional)? {
            0x10b => false,
            0x20b => true,
            _ => return None,
        };
        let word = if wide { 8 } else { 4 };
        let image_base = if wide { optional + 24 } else { optional + 28 };
        let stack = optional + 72;
        let heap_end = stack + 4 * usize::from(word);
        let count = fields.u32(heap_end + 4)?.min(16) as usize;
        let directories = (0..count)
            .map_while(|index| {
                let at = heap_end + 8 + index * 8;
                Some(Directory { address: fields.u32(at)?, size: fields.u32(at + 4)? })
            })
            .collect();
        let mut header = Self {
            offset,
            wide,
            machine: fields.u16(4)?,
            section_count: fields.u16(6)?,
            timestamp: fields.u32(8)?,
            optional_size: fields.u16(20)?,
            characteristics: fields.u16(22)?,
            entry: fields.u32(optional + 16)?,
            image_base: fields.number(image_base, word)?,
            section_alignment: fields.u32(optional + 32)?,
            headers_size: fields.u32(optional + 60)?,
            checksum: fields.u32(optional + 64)?,
            subsystem: fields.u16(optional + 68)?,
            dll_characteristics: fields.u16(optional + 70)?,
            directories,
            numbers: Vec::new(),
        };
        let simple = [
            (0, 4),
            (4, 2),
            (6, 2),
            (8, 4),
            (12, 4),
            (16, 4),
            (20, 2),
            (22, 2),
            (24, 2),
            (26, 1),
            (27, 1),
            (28, 4),
            (32, 4),
            (36, 4),
            (40, 4),
            (44, 4),
            (image_base, word),
            (56, 4),
            (60, 4),
            (64, 2),
            (66, 2),
            (68, 2),
            (70, 2),
            (72, 2),
            (74, 2),
            (76, 4),
            (80, 4),
            (84, 4),
            (88, 4),
            (92, 2),
            (94, 2),
            (stack, word),
            (stack + usize::from(word), word),
            (stack + 2 * usize::from(word), word),
            (stack + 3 * usize::from(word), word),
            (heap_end, 4),
            (heap_end + 4, 4),
        ];
        for (at, size) in simple {
            header.numbers.push(fields.number(at, size)?);
        }
        Some(header)
    }

    pub(super) fn format(&self) -> Format {
        if self.wide { Format::Pe64 } else { Format::Pe32 }
    }

    /// Where the section headers are in the file.
    pub(super) fn sections_offset(&self) -> u64 {
        self.offset + FILE_HEADER as u64 + u64::from(self.optional_size)
    }

    /// The file offset of the entry point's own field.
    pub(super) fn entry_offset(&self) -> u64 {
        self.offset + FILE_HEADER as u64 + 16
    }

    /// The file offset of the checksum's own field.
    pub(super) fn checksum_offset(&self) -> u64 {
        self.offset + FILE_HEADER as u64 + 64
    }

    pub(super) fn directory(&self, number: usize) -> Directory {
        self.directories.get(number).copied().unwrap_or_default()
    }

    /// The headers as a list of numbers.
    pub(super) fn fields(&self) -> Vec<HeaderField> {
        let mut offset = self.offset;
        LISTED
            .iter()
            .zip(&self.numbers)
            .map(|(&(name, size), &value)| {
                let field = HeaderField { name, offset, size, value, format: 'x' };
                offset += if size == 24 { 2 } else { size };
                field
            })
            .collect()
    }

    /// The headers as text, a line a number, grouped.
    pub(super) fn text(&self) -> Vec<String> {
        let mut lines = vec!["PE file header:".to_owned()];
        for field in self.fields() {
            match field.name {
                "Signature" => lines.push("IMAGE_NT_HEADERS".to_owned()),
                "Machine" => lines.push("IMAGE_FILE_HEADERS".to_owned()),
                "Magic" => lines.push("IMAGE_OPTIONAL_HEADERS".to_owned()),
                _ => {}
            }
            lines.push(format!("  {} : {:#x}", field.name.trim_end(), field.value));
        }
        lines.push("RICH_FIELDS".to_owned());
        for (name, directory) in DIRECTORIES.iter().zip(&self.directories) {
            if directory.address != 0 || directory.size != 0 {
                lines.push(format!("IMAGE_DIRECTORY_ENTRY_{name}"));
                lines.push(format!("  VirtualAddress : {:#x}", directory.address));
                lines.push(format!("  Size : {:#x}", directory.size));
            }
        }
        lines
    }
}
