//! Symbol tables: the dynamic one, then the one for debuggers.

use super::dynamic::Dynamic;
use super::image::{Image, NAME_LIMIT};
use crate::{Bind, Error, Import, Symbol, SymbolKind};
use object::elf;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What an imported symbol is given as size when the file has none: one entry of the linkage table.
const STUB_SIZE: u64 = 16;

/// A row of a symbol table.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawSymbol {
    pub(super) ordinal: u32,
    pub(super) value: u64,
    /// Where its name is in the table's names.
    name: u32,
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
}

/// A symbol table, by ordinal with the empty first row left out, and the names its rows refer to.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<RawSymbol>,
    names: Vec<u8>,
}

impl Table {
    /// The row of an ordinal.
    pub(super) fn row(&self, ordinal: u32) -> Option<&RawSymbol> {
        self.rows.get(usize::try_from(ordinal).ok()?.checked_sub(1)?)
    }

    /// A row's name as the file has it.
    fn name(&self, row: &RawSymbol) -> &[u8] {
        let rest = self.names.get(row.name as usize..).unwrap_or_default();
        let rest = &rest[..rest.len().min(NAME_LIMIT)];
        &rest[..memchr::memchr(0, rest).unwrap_or(rest.len())]
    }

    /// The name without the version a linker may have put behind it.
    fn plain_name(&self, row: &RawSymbol) -> &[u8] {
        let name = self.name(row);
        &name[..memchr::memchr(b'@', name).unwrap_or(name.len())]
    }

    /// The name a relocation refers to it by: a section's own, where the symbol stands for one.
    pub(super) fn target_name<'a>(&'a self, image: &'a Image<'_, '_>, row: &RawSymbol) -> Cow<'a, str> {
        match image.sections.get(usize::from(row.section)) {
            _ if image.reader.has_no_room() => Cow::Borrowed(""),
            Some(section) if self.kind(row) == SymbolKind::Section => Cow::Borrowed(&section.name),
            _ => String::from_utf8_lossy(self.plain_name(row)),
        }
    }

    fn kind(&self, row: &RawSymbol) -> SymbolKind {
        match row.info & 0xf {
            0 if self.name(row).starts_with(b"$") => SymbolKind::Special,
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

/// Both symbol tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    dynamic: Table,
    full: Table,
}

impl Tables {
    pub(super) fn read(image: &Image<'_, '_>, dynamic: &Dynamic) -> Result<Self, Error> {
        let mut tables = Self {
            dynamic: read_section(image, elf::SHT_DYNSYM.0)?,
            full: read_section(image, elf::SHT_SYMTAB.0)?,
        };
        if tables.dynamic.rows.is_empty() && image.sections.is_empty() {
            tables.dynamic = read_dynamic(image, dynamic)?;
        }
        Ok(tables)
    }

    /// The table of dynamic symbols, or the one for debuggers.
    pub(super) fn table(&self, dynamic: bool) -> &Table {
        if dynamic { &self.dynamic } else { &self.full }
    }

    /// Defined symbols of both tables, none twice, then imported ones. `stubs`: where calls to an imported symbol go through.
    pub(super) fn symbols(&self, image: &Image<'_, '_>, stubs: &HashMap<u32, u64>) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = Vec::with_capacity(self.dynamic.rows.len() + self.full.rows.len());
        let mut seen: HashSet<(&[u8], u64)> = HashSet::new();
        for raw in self.dynamic.rows.iter().filter(|raw| !raw.is_undefined()) {
            if !self.full.rows.is_empty() {
                seen.insert((self.dynamic.name(raw), raw.value));
            }
            symbols.push(place(image, &self.dynamic, raw));
        }
        for raw in self.full.rows.iter().filter(|raw| !raw.is_undefined()) {
            if !seen.contains(&(self.full.plain_name(raw), raw.value)) {
                symbols.push(place(image, &self.full, raw));
            }
        }
        let (table, undefined) = self.undefined();
        for raw in undefined {
            let stub = stubs.get(&raw.ordinal).copied();
            symbols.push(Symbol {
                ordinal: raw.ordinal,
                name: image.keep(&String::from_utf8_lossy(table.plain_name(raw))),
                bind: raw.bind(),
                kind: table.kind(raw),
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
        let (table, undefined) = self.undefined();
        undefined
            .map(|raw| Import {
                ordinal: raw.ordinal,
                name: image.keep(&String::from_utf8_lossy(table.plain_name(raw))),
                bind: raw.bind(),
                kind: table.kind(raw),
                vaddr: stubs.get(&raw.ordinal).map_or(0, |vaddr| image.address(*vaddr)),
                library: None,
            })
            .collect()
    }

    fn undefined(&self) -> (&Table, impl Iterator<Item = &RawSymbol>) {
        let table = self.table(!self.dynamic.rows.is_empty());
        (table, table.rows.iter().filter(|raw| raw.is_undefined() && !table.name(raw).is_empty()))
    }
}

fn place(image: &Image<'_, '_>, table: &Table, raw: &RawSymbol) -> Symbol {
    let kind = table.kind(raw);
    let (bits, value) = instruction_set(image.header.machine, table.name(raw), raw.value, kind);
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
        name: image.keep(&table.target_name(image, raw)),
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
fn instruction_set(machine: u16, name: &[u8], value: u64, kind: SymbolKind) -> (Option<u8>, u64) {
    if machine != elf::EM_ARM.0 && machine != elf::EM_AARCH64.0 {
        return (None, value);
    }
    // The peer takes the lowest bit off whatever it names, data included.
    let even = if machine == elf::EM_ARM.0 { value & !1 } else { value };
    let bits = match kind {
        SymbolKind::Function if machine == elf::EM_ARM.0 => Some(if even == value { 32 } else { 16 }),
        SymbolKind::Special => match name.get(1) {
            Some(b'a') => Some(32),
            Some(b't') => Some(16),
            Some(b'x') => Some(64),
            _ => None,
        },
        _ => None,
    };
    (bits, even)
}

fn read_section(image: &Image<'_, '_>, kind: u32) -> Result<Table, Error> {
    let Some(section) = image.section_of_kind(kind) else {
        return Ok(Table::default());
    };
    let rows = image.section_bytes(section)?;
    let names = match image.sections.get(section.link as usize) {
        Some(names) => image.section_bytes(names)?,
        None => {
            image.warn("a symbol table names no string table: its symbols have no names");
            Vec::new()
        }
    };
    Ok(Table { rows: parse(image, &rows), names })
}

/// Without section headers the table's length is the hash table's, or what lies before the names.
fn read_dynamic(image: &Image<'_, '_>, dynamic: &Dynamic) -> Result<Table, Error> {
    let Some(vaddr) = dynamic.value(elf::DT_SYMTAB.0) else {
        return Ok(Table::default());
    };
    let Some(offset) = image.file_offset(vaddr) else {
        image.warn("the dynamic symbol table lies outside the file");
        return Ok(Table::default());
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
    Ok(Table { rows: parse(image, &rows), names: dynamic.names.clone() })
}

fn row_size(image: &Image<'_, '_>) -> usize {
    if image.header.wide { 24 } else { 16 }
}

fn parse(image: &Image<'_, '_>, rows: &[u8]) -> Vec<RawSymbol> {
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
                name: fields.u32(0)?,
                value,
                size,
                info,
                section,
            })
        })
        .collect()
}
