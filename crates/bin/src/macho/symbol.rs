//! Symbols: exported ones, those of the symbol table, functions without a name, and imported ones.

use super::image::Image;
use super::{export, export::number};
use crate::{Bind, Error, Import, Symbol, SymbolKind};
use std::collections::{HashMap, HashSet};

/// The longest name kept, in bytes.
const NAME_LIMIT: usize = 4096;
/// A row of the indirect table that stands for no symbol.
const NO_SYMBOL: u32 = 0xc000_0000;

/// A row of the symbol table.
struct Row {
    name: String,
    kind: u8,
    description: u16,
    value: u64,
}

impl Row {
    fn is_debug(&self) -> bool {
        self.kind & 0xe0 != 0
    }

    fn is_undefined(&self) -> bool {
        self.kind & 0x0e == 0
    }

    fn is_external(&self) -> bool {
        self.kind & 1 != 0
    }
}

/// All symbols, numbered in the order they are listed.
pub(super) fn read(image: &Image<'_, '_>) -> Result<Vec<Symbol>, Error> {
    let rows = rows(image)?;
    let mut list = List { image, symbols: Vec::new(), seen: HashSet::new() };
    let base = image.base.wrapping_sub(image.delta);
    for (name, address) in export::read(&exports(image)?, image.table_max, image.reader) {
        list.add(name, base.wrapping_add(address), Bind::Global);
    }
    for row in rows.iter().filter(|row| !row.is_debug() && !row.is_undefined() && !row.name.is_empty()) {
        let bind = if row.is_external() { Bind::Global } else { Bind::Local };
        list.add(row.name.clone(), row.value, bind);
    }
    for address in function_starts(image, base)? {
        list.add(format!("func.{:08x}", image.address(address)), address, Bind::Local);
    }
    let stubs = stubs(image)?;
    let libraries = image.libraries();
    for (index, row) in rows.iter().enumerate() {
        if row.is_debug() || !row.is_undefined() || row.name.is_empty() {
            continue;
        }
        let stub = u32::try_from(index).ok().and_then(|index| stubs.get(&index).copied());
        // The library's number is in the upper byte, from 1.
        let library = usize::from(row.description >> 8).checked_sub(1).and_then(|at| libraries.get(at));
        list.symbols.push(Symbol {
            ordinal: list.next_ordinal(),
            name: row.name.clone(),
            bind: Bind::Global,
            kind: SymbolKind::Function,
            size: 0,
            paddr: stub.and_then(|vaddr| image.file_offset(vaddr)),
            vaddr: stub.map_or(0, |vaddr| image.address(vaddr)),
            library: library.map(|path| image.reader.keep(path.rsplit('/').next().unwrap_or(path))),
            is_imported: true,
            bits: None,
        });
    }
    Ok(list.symbols)
}

/// The imported ones among all symbols.
pub(super) fn imports(symbols: &[Symbol]) -> Vec<Import> {
    symbols
        .iter()
        .filter(|symbol| symbol.is_imported)
        .enumerate()
        .map(|(index, symbol)| Import {
            ordinal: u32::try_from(index).unwrap_or(u32::MAX),
            name: symbol.name.clone(),
            bind: symbol.bind,
            kind: symbol.kind,
            vaddr: symbol.vaddr,
            library: symbol.library.clone(),
        })
        .collect()
}

struct List<'i, 'r, 's> {
    image: &'i Image<'r, 's>,
    symbols: Vec<Symbol>,
    seen: HashSet<(String, u64)>,
}

impl List<'_, '_, '_> {
    fn next_ordinal(&self) -> u32 {
        u32::try_from(self.symbols.len()).unwrap_or(u32::MAX)
    }

    fn add(&mut self, name: String, vaddr: u64, bind: Bind) {
        if self.symbols.len() >= self.image.table_max || !self.seen.insert((name.clone(), vaddr)) {
            return;
        }
        self.symbols.push(Symbol {
            ordinal: self.next_ordinal(),
            name,
            bind,
            kind: SymbolKind::Function,
            size: 0,
            paddr: self.image.file_offset(vaddr),
            vaddr: self.image.address(vaddr),
            library: None,
            is_imported: false,
            bits: None,
        });
    }
}

fn rows(image: &Image<'_, '_>) -> Result<Vec<Row>, Error> {
    let Some(command) = image.command(2) else {
        return Ok(Vec::new());
    };
    let fields = image.fields(&command.bytes);
    let (Some(offset), Some(count), Some(names), Some(names_size)) =
        (fields.u32(8), fields.u32(12), fields.u32(16), fields.u32(20))
    else {
        image.warn("the symbol table's load command is cut short");
        return Ok(Vec::new());
    };
    let size = if image.wide { 16 } else { 12 };
    let count = u64::from(count).min(image.table_max as u64);
    let table = image.reader.bytes(u64::from(offset), count * size)?;
    if (table.len() as u64) < count * size {
        image.warn("the symbol table is cut short");
    }
    let names = image.reader.bytes(u64::from(names), u64::from(names_size))?;
    let names = image.fields(&names);
    let rows = table.chunks_exact(size as usize).filter_map(|row| {
        let fields = image.fields(row);
        let name = names.text(fields.u32(0)? as usize, NAME_LIMIT).unwrap_or_default();
        Some(Row {
            name: image.reader.keep(&name),
            kind: fields.u8(4)?,
            description: fields.u16(6)?,
            value: fields.number(8, if image.wide { 8 } else { 4 })?,
        })
    });
    Ok(rows.collect())
}

/// The export trie's bytes.
fn exports(image: &Image<'_, '_>) -> Result<Vec<u8>, Error> {
    let place = image.commands.iter().find_map(|command| {
        let fields = image.fields(&command.bytes);
        match command.kind {
            0x22 | 0x8000_0022 => Some((fields.u32(40)?, fields.u32(44)?)),
            0x8000_0033 => Some((fields.u32(8)?, fields.u32(12)?)),
            _ => None,
        }
    });
    match place {
        Some((offset, size)) => image.reader.bytes(u64::from(offset), u64::from(size)),
        None => Ok(Vec::new()),
    }
}

/// Addresses of functions: distances from one to the next, the first from the image's base.
fn function_starts(image: &Image<'_, '_>, base: u64) -> Result<Vec<u64>, Error> {
    let Some(command) = image.command(0x26) else {
        return Ok(Vec::new());
    };
    let fields = image.fields(&command.bytes);
    let (Some(offset), Some(size)) = (fields.u32(8), fields.u32(12)) else {
        return Ok(Vec::new());
    };
    let bytes = image.reader.bytes(u64::from(offset), u64::from(size))?;
    let mut at = 0;
    let mut address = base;
    let mut starts = Vec::new();
    while let Some(distance) = number(&bytes, &mut at).filter(|distance| *distance != 0) {
        if starts.len() >= image.table_max {
            break;
        }
        address = address.wrapping_add(distance);
        starts.push(address);
    }
    Ok(starts)
}

/// Addresses of stubs, by number of the symbol they lead to.
fn stubs(image: &Image<'_, '_>) -> Result<HashMap<u32, u64>, Error> {
    let mut stubs = HashMap::new();
    let Some(command) = image.command(0xb) else {
        return Ok(stubs);
    };
    let fields = image.fields(&command.bytes);
    let (Some(offset), Some(count)) = (fields.u32(56), fields.u32(60)) else {
        return Ok(stubs);
    };
    let table = image.reader.bytes(u64::from(offset), u64::from(count) * 4)?;
    let indirect = image.fields(&table);
    // Each row is one section's, unless sections overlap.
    let mut left = table.len() / 4;
    for section in image.sections.iter().filter(|section| section.kind() == 8) {
        let (first, size) = section.reserved;
        if size == 0 {
            continue;
        }
        for index in 0..section.size / u64::from(size) {
            let row = u64::from(first) + index;
            let Some(symbol) = usize::try_from(row).ok().and_then(|row| indirect.u32(row.checked_mul(4)?))
            else {
                break;
            };
            let Some(fewer) = left.checked_sub(1) else {
                image.warn("sections of stubs overlap: some stubs are left out");
                return Ok(stubs);
            };
            left = fewer;
            if symbol & NO_SYMBOL == 0 {
                stubs.entry(symbol).or_insert(section.vaddr.wrapping_add(index * u64::from(size)));
            }
        }
    }
    Ok(stubs)
}
