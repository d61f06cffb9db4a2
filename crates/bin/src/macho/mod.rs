//! Mach-O, 32 and 64 bits, either byte order. Files of several architectures in one are not read.
//!
//! Source: Apple's `mach-o/loader.h` and `nlist.h`. Names, order and what is listed follow the peer. Must not know other formats.

mod export;
mod image;
mod info;
mod segment;
mod signature;
mod symbol;
mod text;

use crate::source::Reader;
use crate::{Binary, Depth, Entry, EntryKind, Error, HeaderField, LoadMap, Mark, Options};
use image::Image;

/// Whether the first bytes are Mach-O's.
pub(crate) fn is_macho(reader: &Reader<'_>) -> bool {
    image::shape(reader.head()).is_some()
}

/// Reads a Mach-O file whose magic number has been seen.
pub(crate) fn load(reader: &Reader<'_>, options: &Options) -> Result<Binary, Error> {
    let image = Image::read(reader, options)?;
    let segments = segment::segments(&image);
    let maps = segments
        .iter()
        .rev()
        // __PAGEZERO only keeps addresses free.
        .filter(|part| part.size > 0 || part.perm.bits() != 0)
        .flat_map(|part| {
            LoadMap::of_part(&part.name, part.paddr, part.size, part.vaddr, part.vsize, part.perm)
        })
        .collect();
    let (symbols, header_text) = match options.depth {
        Depth::Layout => (Vec::new(), Vec::new()),
        Depth::Names => (symbol::read(&image)?, text::lines(&image)?),
    };
    let info = info::describe(&image, &symbols)?;
    Ok(Binary {
        format: image.format(),
        info,
        base: image.base,
        entries: entries(&image),
        main: None,
        sections: segment::sections(&image),
        segments,
        imports: symbol::imports(&symbols),
        symbols,
        relocations: Vec::new(),
        libraries: image.libraries(),
        maps,
        header: fields(&image),
        header_text,
        marks: marks(&image),
        warnings: image.into_warnings(),
    })
}

/// The entry point: what LC_MAIN names, or the program counter LC_UNIXTHREAD starts with.
fn entries(image: &Image<'_, '_>) -> Vec<Entry> {
    let word = if image.wide { 8 } else { 4 };
    let found = image.commands.iter().find_map(|command| {
        let fields = image.fields(&command.bytes);
        match command.kind {
            0x8000_0028 => {
                let paddr = fields.u64(8)?;
                Some((image.address_of_offset(paddr)?, Some(paddr), command.offset + 8))
            }
            5 => {
                let register = match image.cpu & 0xff {
                    7 if image.wide => 16,
                    7 => 10,
                    12 if image.wide => 32,
                    12 => 15,
                    18 => 0,
                    _ => return None,
                };
                let at = 16 + register * usize::from(word);
                let vaddr = fields.number(at, word)?;
                Some((vaddr, image.file_offset(vaddr), command.offset + at as u64))
            }
            _ => None,
        }
    });
    let entry = |(vaddr, paddr, haddr)| Entry {
        kind: EntryKind::Program,
        ordinal: 0,
        vaddr: image.address(vaddr),
        paddr,
        haddr: Some(haddr),
        hvaddr: None,
    };
    found.into_iter().map(entry).collect()
}

fn fields(image: &Image<'_, '_>) -> Vec<HeaderField> {
    let names = ["Magic", "CpuType", "CpuSubType", "FileType", "nCmds", "sizeOfCmds", "Flags"];
    let fields = image.fields(image.reader.head());
    names
        .into_iter()
        .enumerate()
        .filter_map(|(index, name)| {
            let value = u64::from(fields.u32(index * 4)?);
            Some(HeaderField { name, offset: index as u64 * 4, size: 4, value, format: 'x' })
        })
        .collect()
}

fn marks(image: &Image<'_, '_>) -> Vec<Mark> {
    let mark = |name: String, offset| Mark { name, offset, size: 0 };
    let mut marks = vec![mark("mach0_header".to_owned(), 0)];
    for (index, command) in image.commands.iter().enumerate() {
        marks.push(mark(format!("mach0_cmd_{index}"), command.offset));
        if command.is_segment() {
            let kind = if image.wide { "segment64" } else { "segment" };
            marks.push(mark(format!("mach0_{kind}_{index}"), command.offset));
        }
    }
    for section in &image.sections {
        let name = format!("{}_{}", section.segment, section.name);
        marks.push(mark(crate::flag_name("mach0_section_", &name), section.header_offset));
    }
    marks
}
