//! What a portable executable needs from others: libraries, and the functions it takes from each.

use super::image::Image;
use crate::source::Fields;
use crate::{Bind, Error, Fill, Import, Relocation, Symbol, SymbolKind};

/// The most libraries read.
const LIBRARIES: usize = 4096;
/// How many slots are read at once.
const SLOTS: u64 = 512;

/// Everything the import table says.
#[derive(Debug, Default)]
pub(super) struct Imports {
    pub(super) libraries: Vec<String>,
    pub(super) imports: Vec<Import>,
    pub(super) symbols: Vec<Symbol>,
    pub(super) relocations: Vec<Relocation>,
}

/// Reads the import table.
pub(super) fn read(image: &Image<'_, '_>) -> Result<Imports, Error> {
    let directory = image.header.directory(1);
    let mut found = Imports::default();
    if directory.address == 0 {
        return Ok(found);
    }
    let table = image.bytes(u64::from(directory.address), LIBRARIES as u64 * 20)?;
    if table.is_empty() {
        image.warn("the import table lies outside the file");
    }
    for row in table.chunks_exact(20) {
        let fields = Fields::new(row, false);
        let (Some(names), Some(name), Some(slots)) = (fields.u32(0), fields.u32(12), fields.u32(16)) else {
            break;
        };
        if name == 0 || slots == 0 {
            break;
        }
        let Some(library) = image.text(u64::from(name))? else {
            image.warn("an imported library has no readable name");
            break;
        };
        let names = if names == 0 { slots } else { names };
        found.read_library(image, &library, u64::from(names), u64::from(slots))?;
        found.libraries.push(library.to_lowercase());
    }
    Ok(found)
}

impl Imports {
    fn read_library(
        &mut self,
        image: &Image<'_, '_>,
        library: &str,
        names: u64,
        slots: u64,
    ) -> Result<(), Error> {
        let word: u8 = if image.header.wide { 8 } else { 4 };
        let step = u64::from(word);
        let by_ordinal = 1 << (8 * step - 1);
        let mut index = 0;
        loop {
            let block = image.bytes(names.wrapping_add(index * step), SLOTS * step)?;
            let values: Vec<u64> = block
                .chunks_exact(usize::from(word))
                .filter_map(|raw| Fields::new(raw, false).number(0, word))
                .take_while(|value| *value != 0)
                .collect();
            for value in &values {
                if self.imports.len() >= image.table_max {
                    image.warn(format!("only the first {} imports are read", image.table_max));
                    return Ok(());
                }
                let name = if value & by_ordinal != 0 {
                    Some(format!("Ordinal_{}", value & 0xffff))
                } else {
                    // A hint of two bytes comes before the name.
                    image.text((value & 0x7fff_ffff) + 2)?
                };
                if let Some(name) = name {
                    let ordinal = u32::try_from(index + 1).unwrap_or(u32::MAX);
                    self.push(image, library, (ordinal, name), slots.wrapping_add(index * step));
                }
                index += 1;
            }
            if (values.len() as u64) < SLOTS {
                return Ok(());
            }
        }
    }

    fn push(&mut self, image: &Image<'_, '_>, library: &str, (ordinal, name): (u32, String), slot: u64) {
        let (vaddr, paddr) = (image.address(slot), image.file_offset(slot));
        let name = image.reader.keep(&name);
        let library = Some(image.reader.keep(library)).filter(|library| !library.is_empty());
        self.relocations.push(Relocation {
            vaddr,
            paddr,
            kind: Fill { adds: false, bits: if image.header.wide { 64 } else { 32 } },
            native: 0,
            name: library.as_ref().map_or_else(String::new, |library| format!("{library}_{name}")),
            addend: 0,
            symbol_vaddr: 0,
        });
        self.symbols.push(Symbol {
            ordinal,
            name: name.clone(),
            bind: Bind::Unknown,
            kind: SymbolKind::Function,
            size: 0,
            paddr,
            vaddr,
            library: library.clone(),
            is_imported: true,
            bits: None,
        });
        self.imports.push(Import {
            ordinal,
            name,
            bind: Bind::Unknown,
            kind: SymbolKind::Function,
            vaddr,
            library,
        });
    }
}
