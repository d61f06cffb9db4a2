//! Symbol tables: the dynamic one, then the one for debuggers.

use super::dynamic::Dynamic;
use super::image::Image;
use crate::{Bind, Error, Import, Symbol, SymbolKind};
use object::elf;
use std::collections::{HashMap, HashSet};

/// What an imported symbol is given as size when the file has none: one entry of the linkage table.
const STUB_SIZE: u64 = 16;

/// A row of a symbol table.
#[derive(Debug, Clone)]
pub(super) struct RawSymbol {
    pub(super) ordinal: u32,
    pub(super) name: String,
    pub(super) value: u64,
    size: u64,
    info: u8,
    section: u16,
}

impl RawSymbol {
    pub(super) fn is_undefined(&self) -> bool {
        self.section == 0
    }

    fn is_absolute(&self) -> bool {
        self.section == 0xfff1
    }

    /// The name without the version a linker may have put behind it.
    fn plain_name(&self) -> &str {
        self.name.split_once('@').map_or(&self.name, |(name, _)| name)
    }

    /// The name a relocation refers to it by: a section's own, where the symbol stands for one.
    pub(super) fn target_name<'a>(&'a self, image: &'a Image<'_, '_>) -> &'a str {
        match image.sections.get(usize::from(self.section)) {
            Some(section) if self.kind() == SymbolKind::Section => &section.name,
            _ => self.plain_name(),
        }
    }

    fn bind(&self) -> Bind {
        match self.info >> 4 {
            0 => Bind::Local,
            1 => Bind::Global,
            2 => Bind::Weak,
            10..=12 => Bind::Os,
            13..=15 => Bind::Processor,
            _ => Bind::Unknown,
        }
    }

    fn kind(&self) -> SymbolKind {
        match self.info & 0xf {
            0 if self.name.starts_with('$') => SymbolKind::Special,
            0 => SymbolKind::None,
            1 => SymbolKind::Object,
            2 => SymbolKind::Function,
            3 => SymbolKind::Section,
            4 => SymbolKind::File,
            5 => SymbolKind::Common,
            6 => SymbolKind::ThreadLocal,
            10 => SymbolKind::Indirect,
            _ => SymbolKind::Unknown,
        }
    }
}

/// Both symbol tables, each by ordinal with the empty first row left out.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) dynamic: Vec<RawSymbol>,
    pub(super) full: Vec<RawSymbol>,
}

impl Tables {
    pub(super) fn read(image: &Image<'_, '_>, dynamic: &Dynamic) -> Result<Self, Error> {
        let mut tables = Self {
            dynamic: read_section(image, elf::SHT_DYNSYM.0)?,
            full: read_section(image, elf::SHT_SYMTAB.0)?,
        };
        if tables.dynamic.is_empty() && image.sections.is_empty() {
            tables.dynamic = read_dynamic(image, dynamic)?;
        }
        Ok(tables)
    }

    /// The row a relocation means, in the table of dynamic symbols or the other.
    pub(super) fn row(&self, dynamic: bool, ordinal: u32) -> Option<&RawSymbol> {
        let table = if dynamic { &self.dynamic } else { &self.full };
        table.get(usize::try_from(ordinal).ok()?.checked_sub(1)?)
    }

    /// Defined symbols of both tables, none twice, then imported ones. `stubs`: where calls to an imported symbol go through.
    pub(super) fn symbols(&self, image: &Image<'_, '_>, stubs: &HashMap<u32, u64>) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = Vec::new();
        let mut seen: HashSet<(&str, u64)> = HashSet::new();
        for raw in self.dynamic.iter().filter(|raw| !raw.is_undefined()) {
            seen.insert((&raw.name, raw.value));
            symbols.push(place(image, raw));
        }
        for raw in self.full.iter().filter(|raw| !raw.is_undefined()) {
            if !seen.contains(&(raw.plain_name(), raw.value)) {
                symbols.push(place(image, raw));
            }
        }
        for raw in self.undefined() {
            let stub = stubs.get(&raw.ordinal).copied();
            symbols.push(Symbol {
                ordinal: raw.ordinal,
                name: image.keep(raw.plain_name()),
                bind: raw.bind(),
                kind: raw.kind(),
                size: if raw.size == 0 { STUB_SIZE } else { raw.size },
                paddr: stub.and_then(|vaddr| image.file_offset(vaddr)),
                vaddr: stub.map_or(0, |vaddr| image.address(vaddr)),
                library: None,
                is_imported: true,
                bits: None,
            });
        }
        symbols
    }

    /// Undefined symbols.
    pub(super) fn imports(&self, image: &Image<'_, '_>, stubs: &HashMap<u32, u64>) -> Vec<Import> {
        self.undefined()
            .map(|raw| Import {
                ordinal: raw.ordinal,
                name: image.keep(raw.plain_name()),
                bind: raw.bind(),
                kind: raw.kind(),
                vaddr: stubs.get(&raw.ordinal).map_or(0, |vaddr| image.address(*vaddr)),
                library: None,
            })
            .collect()
    }

    fn undefined(&self) -> impl Iterator<Item = &RawSymbol> {
        let table = if self.dynamic.is_empty() { &self.full } else { &self.dynamic };
        table.iter().filter(|raw| raw.is_undefined() && !raw.name.is_empty())
    }
}

fn place(image: &Image<'_, '_>, raw: &RawSymbol) -> Symbol {
    let kind = raw.kind();
    let (bits, value) = instruction_set(image.header.machine, raw, kind);
    let (vaddr, paddr) = match image.sections.get(usize::from(raw.section)) {
        Some(section) if image.header.is_relocatable() => {
            let paddr = section.offset.wrapping_add(value);
            (image.base.wrapping_add(paddr), Some(paddr))
        }
        _ if raw.is_absolute() || kind == SymbolKind::ThreadLocal => (value, image.file_offset(value)),
        _ => (image.address(value), image.file_offset(value)),
    };
    Symbol {
        ordinal: raw.ordinal,
        name: image.keep(raw.target_name(image)),
        bind: raw.bind(),
        kind,
        size: raw.size,
        paddr,
        vaddr,
        library: None,
        is_imported: false,
        bits,
    }
}

/// The instruction width a symbol tells of, and its value without the bit that tells it.
fn instruction_set(machine: u16, raw: &RawSymbol, kind: SymbolKind) -> (Option<u8>, u64) {
    if machine != elf::EM_ARM.0 && machine != elf::EM_AARCH64.0 {
        return (None, raw.value);
    }
    // The peer takes the lowest bit off whatever it names, data included.
    let value = if machine == elf::EM_ARM.0 { raw.value & !1 } else { raw.value };
    let bits = match kind {
        SymbolKind::Function if machine == elf::EM_ARM.0 => Some(if value == raw.value { 32 } else { 16 }),
        SymbolKind::Special => match raw.name.as_bytes().get(1) {
            Some(b'a') => Some(32),
            Some(b't') => Some(16),
            Some(b'x') => Some(64),
            _ => None,
        },
        _ => None,
    };
    (bits, value)
}

fn read_section(image: &Image<'_, '_>, kind: u32) -> Result<Vec<RawSymbol>, Error> {
    let Some(section) = image.section_of_kind(kind) else {
        return Ok(Vec::new());
    };
    let rows = image.section_bytes(section)?;
    let names = match image.sections.get(section.link as usize) {
        Some(names) => image.section_bytes(names)?,
        None => {
            image.warn("a symbol table names no string table: its symbols have no names");
            Vec::new()
        }
    };
    Ok(parse(image, &rows, &names))
}

/// Without section headers the table's length is the hash table's, or what lies before the names.
fn read_dynamic(image: &Image<'_, '_>, dynamic: &Dynamic) -> Result<Vec<RawSymbol>, Error> {
    let Some(vaddr) = dynamic.value(elf::DT_SYMTAB.0) else {
        return Ok(Vec::new());
    };
    let Some(offset) = image.file_offset(vaddr) else {
        image.warn("the dynamic symbol table lies outside the file");
        return Ok(Vec::new());
    };
    let entry = row_size(image) as u64;
    let hashed = match dynamic.value(elf::DT_HASH.0).and_then(|hash| image.file_offset(hash)) {
        Some(hash) => image.fields(&image.reader.bytes(hash, 8)?).u32(4),
        None => None,
    };
    let size = match hashed {
        Some(count) => u64::from(count).saturating_mul(entry),
        None => dynamic.value(elf::DT_STRTAB.0).unwrap_or(0).saturating_sub(vaddr),
    };
    let rows = image.reader.bytes(offset, size)?;
    Ok(parse(image, &rows, &dynamic.names))
}

fn row_size(image: &Image<'_, '_>) -> usize {
    if image.header.wide { 24 } else { 16 }
}

fn parse(image: &Image<'_, '_>, rows: &[u8], names: &[u8]) -> Vec<RawSymbol> {
    let size = row_size(image);
    if rows.len() / size > image.table_max {
        image.warn(format!("{} symbols: only the first {} are read", rows.len() / size, image.table_max));
    }
    rows.chunks_exact(size)
        .enumerate()
        .skip(1)
        .take(image.table_max)
        .map_while(|(index, row)| {
            let fields = image.fields(row);
            let (info, section, value, size) = if image.header.wide {
                (fields.u8(4)?, fields.u16(6)?, fields.u64(8)?, fields.u64(16)?)
            } else {
                (fields.u8(12)?, fields.u16(14)?, u64::from(fields.u32(4)?), u64::from(fields.u32(8)?))
            };
            Some(RawSymbol {
                ordinal: u32::try_from(index).ok()?,
                name: image.name(names, fields.u32(0)?),
                value,
                size,
                info,
                section,
            })
        })
        .collect()
}
