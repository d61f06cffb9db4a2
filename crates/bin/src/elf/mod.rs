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
use crate::{Binary, Depth, Error, Import, Options, Symbol};
use image::Image;

/// Reads an ELF file whose magic number has been seen.
pub(crate) fn load(reader: &Reader<'_>, options: &Options) -> Result<Binary, Error> {
    let image = Image::read(reader, options)?;
    let dynamic = dynamic::Dynamic::read(&image)?;
    let named = match options.depth {
        Depth::Layout => Named::default(),
        Depth::Names => Named::read(&image, &dynamic)?,
    };
    let entries = entry::read(&image, &named.slots)?;
    let info = info::describe(&image, &dynamic, &named.symbols)?;
    Ok(Binary {
        format: image.header.format(),
        info,
        base: image.base,
        entries,
        main: named.main,
        sections: layout::sections(&image),
        segments: layout::segments(&image),
        maps: layout::maps(&image),
        symbols: named.symbols,
        imports: named.imports,
        relocations: relocation::rows(&image, &named.tables, named.slots),
        libraries: dynamic.libraries.clone(),
        header: image.header.fields(),
        header_text: image.header.text(),
        marks: layout::marks(&image),
        warnings: image.into_warnings(),
    })
}

/// What tables of names tell.
#[derive(Default)]
struct Named {
    tables: symbol::Tables,
    slots: Vec<relocation::Slot>,
    symbols: Vec<Symbol>,
    imports: Vec<Import>,
    main: Option<(u64, Option<u64>)>,
}

impl Named {
    fn read(image: &Image<'_, '_>, dynamic: &dynamic::Dynamic) -> Result<Self, Error> {
        let tables = symbol::Tables::read(image, dynamic)?;
        let slots = relocation::read(image, dynamic)?;
        let stubs = plt::stubs(image, &slots)?;
        let symbols = tables.symbols(image, &stubs);
        let imports = tables.imports(image, &stubs);
        let main = entry::find_main(image, &symbols)?;
        Ok(Self { tables, slots, symbols, imports, main })
    }
}
