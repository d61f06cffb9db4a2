//! What a portable executable offers to others.

use super::image::Image;
use crate::source::Fields;
use crate::{Bind, Error, Symbol, SymbolKind};

/// Exported functions by their place in the table; forwarders to other libraries are left out.
pub(super) fn read(image: &Image<'_, '_>) -> Result<Vec<Symbol>, Error> {
    let directory = image.header.directory(0);
    if directory.address == 0 {
        return Ok(Vec::new());
    }
    let table = image.bytes(u64::from(directory.address), 40)?;
    let fields = Fields::new(&table, false);
    let number = |at| fields.u32(at).map(u64::from);
    let (Some(library), Some(base), Some(count), Some(named), Some(functions), Some(names), Some(ordinals)) =
        (number(12), number(16), number(20), number(24), number(28), number(32), number(36))
    else {
        image.warn("the export table lies outside the file");
        return Ok(Vec::new());
    };
    let library = image.text(library)?;
    let limit = image.table_max as u64;
    let functions = image.bytes(functions, count.min(limit) * 4)?;
    let name_places = image.bytes(names, named.min(limit) * 4)?;
    let ordinals = image.bytes(ordinals, named.min(limit) * 2)?;
    let mut names = vec![None; functions.len() / 4];
    for (place, index) in name_places.chunks_exact(4).zip(ordinals.chunks_exact(2)) {
        let place = Fields::new(place, false).u32(0).unwrap_or(0);
        let index = Fields::new(index, false).u16(0).unwrap_or(u16::MAX);
        if let Some(slot) = names.get_mut(usize::from(index)) {
            *slot = image.text(u64::from(place))?;
        }
    }
    let own = u64::from(directory.address)..u64::from(directory.address) + u64::from(directory.size);
    let mut symbols = Vec::new();
    for (index, (raw, name)) in functions.chunks_exact(4).zip(names).enumerate() {
        let rva = Fields::new(raw, false).u32(0).map_or(0, u64::from);
        if rva == 0 || own.contains(&rva) {
            continue;
        }
        let ordinal = base + index as u64;
        symbols.push(Symbol {
            ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
            name: name.map_or_else(|| format!("Ordinal_{ordinal}"), |name| image.reader.keep(&name)),
            bind: Bind::Global,
            kind: SymbolKind::Function,
            size: 0,
            paddr: image.file_offset(rva),
            vaddr: image.address(rva),
            library: library.as_deref().map(|library| image.reader.keep(library)),
            is_imported: false,
            bits: None,
        });
    }
    Ok(symbols)
}
