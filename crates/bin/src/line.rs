//! Lines of source, as DWARF has them: which line an address is of, and which addresses are of it.

use addr2line::Context;
use gimli::{Dwarf, EndianRcSlice, RunTimeEndian};

use crate::model::{Binary, Endian};
use crate::source::Source;

/// Most bytes of a section of debug information.
const SECTION: u64 = 256 << 20;

/// A line of source, and the instructions of it around an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The file, as the compiler was called with it.
    pub file: String,
    /// Its number, from 1.
    pub number: u32,
    /// The first address.
    pub from: u64,
    /// The address behind the last.
    pub to: u64,
}

/// The lines of a file.
pub struct Lines {
    context: Context<EndianRcSlice<RunTimeEndian>>,
    /// What is added to the file's own addresses.
    moved: u64,
}

impl Lines {
    /// Reads what there is. None where the file has no debug information, or it cannot be read.
    pub fn read(source: &dyn Source, binary: &Binary) -> Option<Lines> {
        let endian =
            if binary.info.endian == Endian::Big { RunTimeEndian::Big } else { RunTimeEndian::Little };
        let load = |id: gimli::SectionId| -> Result<EndianRcSlice<RunTimeEndian>, gimli::Error> {
            let section = binary.sections.iter().find(|section| section.name == id.name());
            let bytes = section.filter(|section| section.size <= SECTION).and_then(|section| {
                let mut bytes = vec![0; usize::try_from(section.size).ok()?];
                let mut done = 0;
                while done < bytes.len() {
                    match source.read_at(section.paddr + done as u64, &mut bytes[done..]) {
                        Ok(count) if count > 0 => done += count,
                        _ => return None,
                    }
                }
                Some(bytes)
            });
            Ok(EndianRcSlice::new(bytes.unwrap_or_default().into(), endian))
        };
        binary.sections.iter().find(|section| section.name == ".debug_line")?;
        let context = Context::from_dwarf(Dwarf::load(load).ok()?).ok()?;
        // What can be loaded anywhere counts from 0.
        let moved = if binary.info.pic { binary.base } else { 0 };
        Some(Lines { context, moved })
    }

    /// The line that an address is of.
    pub fn at(&self, addr: u64) -> Option<Line> {
        let own = addr.checked_sub(self.moved)?;
        let mut found = self.context.find_location_range(own, own.checked_add(1)?).ok()?;
        let (from, len, place) = found.next()?;
        Some(Line {
            file: place.file.unwrap_or_default().to_owned(),
            number: place.line?,
            from: from.checked_add(self.moved)?,
            to: from.checked_add(len)?.checked_add(self.moved)?,
        })
    }
}
