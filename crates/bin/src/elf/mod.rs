//! ELF, 32 and 64 bits, either byte order.
//!
//! Sources: the System V ABI (generic and per processor) for the layout; names, numbering and order follow the peer. Table reads are
//! one each: headers, names, symbols, relocations. Must not know other formats.

mod dynamic;
mod entry;
mod header;
mod image;
mod info;
mod layout;
mod machine;
mod plt;
mod relocation;
mod symbol;

use crate::source::Reader;
use crate::{Binary, Error, Options};
use image::Image;

/// Reads an ELF file whose magic number has been seen.
pub(crate) fn load(reader: &Reader<'_>, options: &Options) -> Result<Binary, Error> {
    let image = Image::read(reader, options)?;
    let dynamic = dynamic::Dynamic::read(&image)?;
    let tables = symbol::Tables::read(&image, &dynamic)?;
    let slots = relocation::read(&image, &dynamic, &tables)?;
    let stubs = plt::stubs(&image, &slots)?;
    let symbols = tables.symbols(&image, &stubs);
    let imports = tables.imports(&image, &stubs);
    let entries = entry::read(&image, &slots)?;
    let main = entry::find_main(&image, &symbols)?;
    let info = info::describe(&image, &dynamic, &symbols)?;
    Ok(Binary {
        format: image.header.format(),
        info,
        base: image.base,
        entries,
        main,
        sections: layout::sections(&image),
        segments: layout::segments(&image),
        maps: layout::maps(&image),
        symbols,
        imports,
        relocations: relocation::rows(&image, slots),
        libraries: dynamic.libraries.clone(),
        header: image.header.fields(),
        header_text: image.header.text(),
        marks: layout::marks(&image),
        warnings: image.into_warnings(),
    })
}
