//! Relocations: places the loader or linker fills in.

use super::dynamic::Dynamic;
use super::image::Image;
use super::symbol::Tables;
use crate::{Error, Fill, Relocation};
use object::elf;

/// One relocation as the file has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// The address filled in, before any override; in relocatable files the offset in the file.
    pub(super) place: u64,
    /// The machine's own number for how.
    pub(super) native: u32,
    /// The symbol it refers to, by ordinal, 0 for none.
    pub(super) symbol: u32,
    /// Whether that is a dynamic symbol.
    pub(super) dynamic: bool,
    /// What is added.
    pub(super) addend: i64,
}

/// Where a table is and what its rows look like.
struct Table {
    offset: u64,
    size: u64,
    with_addend: bool,
    dynamic: bool,
    /// What is added to each place: the target section, in relocatable files.
    origin: u64,
}

/// Reads every relocation table.
pub(super) fn read(image: &Image<'_, '_>, dynamic: &Dynamic) -> Result<Vec<Slot>, Error> {
    let mut slots = Vec::new();
    for table in find(image, dynamic) {
        let bytes = image.reader.bytes(table.offset, table.size)?;
        if (bytes.len() as u64) < table.size {
            image.warn(format!("a relocation table ends at {:#x} bytes of {:#x}", bytes.len(), table.size));
        }
        let word = usize::from(image.header.word());
        let row = word * if table.with_addend { 3 } else { 2 };
        for bytes in bytes.chunks_exact(row) {
            if slots.len() >= image.table_max {
                image.warn(format!("only the first {} relocations are read", image.table_max));
                return Ok(slots);
            }
            slots.extend(parse(image, &table, bytes));
        }
    }
    Ok(slots)
}

/// Relocations as the model has them, by address.
pub(super) fn rows(image: &Image<'_, '_>, tables: &Tables, slots: Vec<Slot>) -> Vec<Relocation> {
    let relocatable = image.header.is_relocatable();
    let mut rows: Vec<Relocation> = slots
        .into_iter()
        .map(|slot| {
            let table = tables.table(slot.dynamic);
            let symbol = table.row(slot.symbol);
            Relocation {
                vaddr: if relocatable {
                    image.base.wrapping_add(slot.place)
                } else {
                    image.address(slot.place)
                },
                paddr: if relocatable { Some(slot.place) } else { image.nominal_offset(slot.place) },
                kind: fill(image.header.machine, image.header.wide, slot.native),
                native: slot.native,
                name: symbol.map_or_else(String::new, |row| image.keep(&table.target_name(image, row))),
                addend: slot.addend,
                symbol_vaddr: symbol.filter(|row| row.value != 0).map_or(0, |row| image.address(row.value)),
            }
        })
        .collect();
    rows.sort_by_key(|row| row.vaddr);
    rows
}

fn find(image: &Image<'_, '_>, dynamic: &Dynamic) -> Vec<Table> {
    let from_sections: Vec<Table> = image
        .sections
        .iter()
        .filter(|section| section.kind == elf::SHT_RELA.0 || section.kind == elf::SHT_REL.0)
        .map(|section| Table {
            offset: section.offset,
            size: section.file_size(),
            with_addend: section.kind == elf::SHT_RELA.0,
            dynamic: image
                .sections
                .get(section.link as usize)
                .is_none_or(|symbols| symbols.kind != elf::SHT_SYMTAB.0),
            origin: match image.sections.get(section.info as usize) {
                Some(target) if image.header.is_relocatable() => target.offset,
                _ => 0,
            },
        })
        .collect();
    if !from_sections.is_empty() {
        return from_sections;
    }
    let with_addend = dynamic.value(elf::DT_PLTREL.0) == Some(elf::DT_RELA.0 as u64);
    [
        (elf::DT_RELA, elf::DT_RELASZ, true),
        (elf::DT_REL, elf::DT_RELSZ, false),
        (elf::DT_JMPREL, elf::DT_PLTRELSZ, with_addend),
    ]
    .into_iter()
    .filter_map(|(place, size, with_addend)| {
        Some(Table {
            offset: image.file_offset(dynamic.value(place.0)?)?,
            size: dynamic.value(size.0)?,
            with_addend,
            dynamic: true,
            origin: 0,
        })
    })
    .collect()
}

fn parse(image: &Image<'_, '_>, table: &Table, bytes: &[u8]) -> Option<Slot> {
    let fields = image.fields(bytes);
    let word = image.header.word();
    let step = usize::from(word);
    let place = fields.number(0, word)?.wrapping_add(table.origin);
    let info = fields.number(step, word)?;
    let (symbol, native) = if !image.header.wide {
        ((info >> 8) as u32, (info & 0xff) as u32)
    } else if image.header.machine == elf::EM_MIPS.0 {
        // Three kinds packed into one field; the symbol comes first whatever the byte order.
        (fields.u32(step)?, u32::from(fields.u8(15)?))
    } else {
        ((info >> 32) as u32, info as u32)
    };
    let addend = match (table.with_addend, image.header.wide) {
        (false, _) => 0,
        (true, true) => fields.u64(2 * step)? as i64,
        (true, false) => i64::from(fields.u32(2 * step)? as i32),
    };
    Some(Slot { place, native, symbol, dynamic: table.dynamic, addend })
}

/// Whether a relocation stores the symbol's address as it is: what a linkage table's slots need.
pub(super) fn binds_symbol(machine: u16, native: u32) -> bool {
    match elf::Machine(machine) {
        elf::EM_X86_64 | elf::EM_386 => native == 6 || native == 7,
        elf::EM_ARM => native == 21 || native == 22,
        elf::EM_AARCH64 => native == 1025 || native == 1026,
        elf::EM_MIPS => native == 127 || native == 51,
        elf::EM_RISCV => native == 5 || native == 2 || native == 1,
        elf::EM_PPC | elf::EM_PPC64 => native == 20 || native == 21,
        elf::EM_S390 => native == 10 || native == 11,
        elf::EM_SPARC | elf::EM_SPARCV9 => native == 20 || native == 21,
        _ => false,
    }
}

/// What a relocation does.
fn fill(machine: u16, wide: bool, native: u32) -> Fill {
    let word = if wide { 64 } else { 32 };
    if binds_symbol(machine, native) && !(machine == elf::EM_RISCV.0 && native < 5) {
        return Fill { adds: false, bits: word };
    }
    let bits = match (elf::Machine(machine), native) {
        // PC32, PLT32, GOTPCREL, 32, 32S, GOTPCRELX and REX_GOTPCRELX.
        (elf::EM_X86_64, 2 | 4 | 9 | 10 | 11 | 41 | 42) => 32,
        (elf::EM_X86_64, 12 | 13) => 16,
        (elf::EM_X86_64, 14 | 15) => 8,
        (elf::EM_386, 20 | 21) => 16,
        (elf::EM_386, 22 | 23) => 8,
        (elf::EM_AARCH64, 258 | 261) => 32,
        (elf::EM_AARCH64, 259 | 262) => 16,
        (elf::EM_AARCH64, 263..=315) => 32,
        (elf::EM_ARM, 5) => 16,
        (elf::EM_ARM, 8) => 8,
        (elf::EM_RISCV, 1 | 16..=32) => 32,
        _ => word,
    };
    Fill { adds: true, bits }
}
