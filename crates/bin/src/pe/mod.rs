//! Portable executables, 32 and 64 bits.
//!
//! Source: Microsoft's "PE Format". Names, order and what is listed follow the peer. Must not know other formats.

mod export;
mod header;
mod image;
mod import;
mod info;

use crate::source::Reader;
use crate::{Binary, Depth, Entry, EntryKind, Error, LoadMap, Mark, Options};
use image::Image;

/// Whether the first bytes are a DOS program that leads to a portable executable.
pub(crate) fn is_pe(reader: &Reader<'_>) -> Result<bool, Error> {
    header::find(reader).map(|offset| offset.is_some())
}

/// Reads a portable executable whose signature has been seen.
pub(crate) fn load(reader: &Reader<'_>, options: &Options) -> Result<Binary, Error> {
    let image = Image::read(reader, options)?;
    let (imports, exports) = match options.depth {
        Depth::Layout => (import::Imports::default(), Vec::new()),
        Depth::Names => (import::read(&image)?, export::read(&image)?),
    };
    let info = info::describe(&image, &imports, options.depth)?;
    let sections = image.model_sections();
    let maps = sections
        .iter()
        .rev()
        .flat_map(|part| {
            LoadMap::of_part(&part.name, part.paddr, part.size, part.vaddr, part.vsize, part.perm)
        })
        .collect();
    let header = &image.header;
    let entries = Vec::from([Entry {
        kind: EntryKind::Program,
        ordinal: 0,
        vaddr: image.address(u64::from(header.entry)),
        paddr: image.file_offset(u64::from(header.entry)),
        haddr: Some(header.entry_offset()),
        hvaddr: None,
    }]);
    let nt_mark = if header.wide { "pe_nt_image_headers64" } else { "pe_nt_image_headers32" };
    let mark = |name: &str, offset| Mark { name: name.to_owned(), offset, size: 0 };
    let import::Imports { libraries, imports, symbols, relocations } = imports;
    Ok(Binary {
        format: header.format(),
        info,
        base: image.base,
        entries: if header.entry == 0 { Vec::new() } else { entries },
        main: None,
        sections,
        segments: Vec::new(),
        symbols: exports.into_iter().chain(symbols).collect(),
        imports,
        relocations,
        libraries,
        maps,
        header: header.fields(),
        header_text: header.text(),
        marks: vec![mark("pe_dos_header", 0), mark(nt_mark, header.offset)],
        warnings: image.into_warnings(),
    })
}
