//! A portable executable's skeleton: headers, sections, and how addresses and offsets correspond.

use super::header::{Directory, Header};
use crate::range::Ranges;
use crate::source::{Fields, Reader};
use crate::{Error, Options, Permission, Section};
use std::cell::RefCell;

/// The longest name kept, in bytes.
const NAME_LIMIT: u64 = 512;

#[derive(Debug, Clone)]
pub(super) struct RawSection {
    pub(super) name: String,
    pub(super) vaddr: u64,
    pub(super) vsize: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    flags: u32,
}

/// The skeleton. Addresses are counted from the image's base unless said otherwise.
pub(super) struct Image<'r, 's> {
    pub(super) reader: &'r Reader<'s>,
    pub(super) header: Header,
    pub(super) sections: Vec<RawSection>,
    /// Where the image starts, after any override.
    pub(super) base: u64,
    pub(super) table_max: usize,
    held: Ranges,
    warnings: RefCell<Vec<String>>,
}

impl<'r, 's> Image<'r, 's> {
    pub(super) fn read(reader: &'r Reader<'s>, options: &Options) -> Result<Self, Error> {
        let header = Header::read(reader)?;
        let count = u64::from(header.section_count);
        let table = reader.bytes(header.sections_offset(), count * 40)?;
        let alignment = u64::from(header.section_alignment.max(1));
        let sections: Vec<RawSection> =
            table.chunks_exact(40).filter_map(|row| section(Fields::new(row, false), alignment)).collect();
        let image = Self {
            base: options.base.unwrap_or(header.image_base),
            reader,
            header,
            table_max: options.table_max,
            held: Ranges::new(sections.iter().map(|section| (section.vaddr, section.size))),
            warnings: RefCell::new(Vec::new()),
            sections,
        };
        if (image.sections.len() as u64) < count {
            image.warn(format!("{} of {count} section headers could be read", image.sections.len()));
        }
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

    /// An address as it is seen.
    pub(super) fn address(&self, rva: u64) -> u64 {
        self.base.wrapping_add(rva)
    }

    /// The file offset loaded at an address. The headers are loaded as they are.
    pub(super) fn file_offset(&self, rva: u64) -> Option<u64> {
        let held = self.held.find(rva).and_then(|index| {
            let section = self.sections.get(index)?;
            section.offset.checked_add(rva.checked_sub(section.vaddr)?)
        });
        held.or_else(|| (rva < u64::from(self.header.headers_size)).then_some(rva))
    }

    /// Up to `size` bytes loaded at an address.
    pub(super) fn bytes(&self, rva: u64, size: u64) -> Result<Vec<u8>, Error> {
        match self.file_offset(rva) {
            Some(offset) => self.reader.bytes(offset, size),
            None => Ok(Vec::new()),
        }
    }

    /// A directory's bytes.
    pub(super) fn directory_bytes(&self, directory: Directory) -> Result<Vec<u8>, Error> {
        self.bytes(u64::from(directory.address), u64::from(directory.size))
    }

    /// The NUL-terminated text loaded at an address.
    pub(super) fn text(&self, rva: u64) -> Result<Option<String>, Error> {
        let bytes = self.bytes(rva, NAME_LIMIT)?;
        Ok(Fields::new(&bytes, false).text(0, bytes.len()).filter(|text| !text.is_empty()))
    }

    /// Sections as the model has them.
    pub(super) fn model_sections(&self) -> Vec<Section> {
        self.sections
            .iter()
            .enumerate()
            .map(|(index, raw)| Section {
                index,
                name: raw.name.clone(),
                paddr: raw.offset,
                size: raw.size,
                vaddr: self.address(raw.vaddr),
                vsize: raw.vsize,
                perm: Permission {
                    read: raw.flags >> 30 & 1 == 1,
                    write: raw.flags >> 31 & 1 == 1,
                    execute: raw.flags >> 29 & 1 == 1,
                    shared: raw.flags >> 28 & 1 == 1,
                },
                flags: u64::from(raw.flags),
                kind: None,
                is_data: raw.name.contains("data") || raw.name == ".rsrc",
            })
            .collect()
    }
}

fn section(fields: Fields<'_>, alignment: u64) -> Option<RawSection> {
    let size = u64::from(fields.u32(16)?);
    let vsize = match u64::from(fields.u32(8)?) {
        0 => size,
        vsize => vsize,
    };
    Some(RawSection {
        name: fields.text(0, 8)?,
        vaddr: u64::from(fields.u32(12)?),
        vsize: vsize.div_ceil(alignment).saturating_mul(alignment),
        offset: u64::from(fields.u32(20)?),
        size,
        flags: fields.u32(36)?,
    })
}
