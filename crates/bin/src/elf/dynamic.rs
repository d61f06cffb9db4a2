//! The dynamic section: what the loader is told.

use super::image::Image;
use crate::Error;
use object::elf;

/// The dynamic section's entries, and the names among them resolved.
#[derive(Debug, Default)]
pub(super) struct Dynamic {
    entries: Vec<(u64, u64)>,
    pub(super) libraries: Vec<String>,
    /// Library search path, when there is one.
    pub(super) rpath: Option<String>,
    /// The names its symbols and libraries are in.
    pub(super) names: Vec<u8>,
}

impl Dynamic {
    pub(super) fn read(image: &Image<'_, '_>) -> Result<Self, Error> {
        let place = match image.program_of_kind(elf::PT_DYNAMIC.0) {
            Some(program) => Some((program.offset, program.file_size)),
            None => {
                image.section_of_kind(elf::SHT_DYNAMIC.0).map(|section| (section.offset, section.file_size()))
            }
        };
        let Some((offset, size)) = place else {
            return Ok(Self::default());
        };
        let bytes = image.reader.bytes(offset, size)?;
        let fields = image.fields(&bytes);
        let word = image.header.word();
        let step = usize::from(word);
        let mut dynamic = Self {
            entries: (0..image.table_max)
                .map_while(|row| {
                    let tag = fields.number(row.checked_mul(2 * step)?, word)?;
                    let value = fields.number(row * 2 * step + step, word)?;
                    (tag != 0).then_some((tag, value))
                })
                .collect(),
            ..Self::default()
        };
        if let Some((offset, size)) = dynamic.names_place(image) {
            dynamic.names = image.reader.bytes(offset, size)?;
        }
        let name = |at: u64| u32::try_from(at).ok().map(|at| image.name(&dynamic.names, at));
        let libraries = dynamic.all(elf::DT_NEEDED.0).filter_map(name).collect();
        let rpath =
            dynamic.value(elf::DT_RUNPATH.0).or_else(|| dynamic.value(elf::DT_RPATH.0)).and_then(name);
        Ok(Self { libraries, rpath, ..dynamic })
    }

    /// Whether there is a dynamic section at all.
    pub(super) fn is_present(&self) -> bool {
        !self.entries.is_empty()
    }

    /// The first value of a tag.
    pub(super) fn value(&self, tag: i64) -> Option<u64> {
        self.all(tag).next()
    }

    /// Whether every symbol is bound before the program starts.
    pub(super) fn binds_now(&self) -> bool {
        let has = |tag: i64, flag: u64| self.value(tag).is_some_and(|value| value & flag != 0);
        // DF_BIND_NOW and DF_1_NOW.
        self.value(elf::DT_BIND_NOW.0).is_some() || has(elf::DT_FLAGS.0, 8) || has(elf::DT_FLAGS_1.0, 1)
    }

    fn all(&self, tag: i64) -> impl Iterator<Item = u64> {
        self.entries.iter().filter(move |(found, _)| *found == tag as u64).map(|(_, value)| *value)
    }

    fn names_place(&self, image: &Image<'_, '_>) -> Option<(u64, u64)> {
        if let Some(vaddr) = self.value(elf::DT_STRTAB.0)
            && let Some(offset) = image.file_offset(vaddr)
        {
            return Some((offset, self.value(elf::DT_STRSZ.0)?));
        }
        image.section_named(".dynstr").map(|names| (names.offset, names.file_size()))
    }
}
