//! Where execution starts: the header's entry point, initialisers and finalisers, and the `main` behind the start code.

use super::image::Image;
use super::relocation::Slot;
use crate::{Entry, EntryKind, Error, Symbol, SymbolKind};
use object::elf;
use std::collections::HashMap;

/// How much of the start code is looked at, in bytes.
const START_CODE: u64 = 64;

/// Entry points: the program's first.
pub(super) fn read(image: &Image<'_, '_>, slots: &[Slot]) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    if image.header.entry != 0 && !image.header.is_relocatable() {
        let vaddr = code_address(image, image.header.entry);
        let haddr = image.header.entry_offset();
        entries.push(Entry {
            kind: EntryKind::Program,
            ordinal: 0,
            vaddr: image.address(vaddr),
            paddr: image.file_offset(vaddr),
            haddr: Some(haddr),
            hvaddr: Some(image.base.wrapping_add(haddr)),
        });
    }
    if image.header.is_relocatable() {
        return Ok(entries);
    }
    // The loader fills these tables in; where the file has zeros, the relocation has the address.
    let filled: HashMap<u64, u64> =
        slots.iter().filter(|slot| slot.addend != 0).map(|slot| (slot.place, slot.addend as u64)).collect();
    for (kind, section_kind) in [
        (EntryKind::Preinit, elf::SHT_PREINIT_ARRAY.0),
        (EntryKind::Init, elf::SHT_INIT_ARRAY.0),
        (EntryKind::Fini, elf::SHT_FINI_ARRAY.0),
    ] {
        entries.extend(table(image, kind, section_kind, &filled)?);
    }
    Ok(entries)
}

fn table(
    image: &Image<'_, '_>,
    kind: EntryKind,
    section_kind: u32,
    filled: &HashMap<u64, u64>,
) -> Result<Vec<Entry>, Error> {
    let Some(section) = image.section_of_kind(section_kind) else {
        return Ok(Vec::new());
    };
    let word = image.header.word();
    let bytes = image.section_bytes(section)?;
    let fields = image.fields(&bytes);
    let count = (bytes.len() / usize::from(word)).min(image.table_max);
    let values = (0..count).filter_map(|index| {
        let at = index * usize::from(word);
        let slot = section.vaddr.wrapping_add(at as u64);
        let mut value = fields.number(at, word)?;
        if value == 0 {
            value = filled.get(&slot).copied()?;
        }
        let nothing = if image.header.wide { u64::MAX } else { u64::from(u32::MAX) };
        (value != nothing).then_some((slot, section.offset.wrapping_add(at as u64), value))
    });
    Ok(values
        .enumerate()
        .map(|(ordinal, (slot, haddr, value))| {
            let vaddr = code_address(image, value);
            Entry {
                kind,
                ordinal,
                vaddr: image.address(vaddr),
                paddr: image.file_offset(vaddr),
                haddr: Some(haddr),
                hvaddr: Some(image.address(slot)),
            }
        })
        .collect())
}

/// The address of code: on ARM the lowest bit chooses the instruction set.
fn code_address(image: &Image<'_, '_>, value: u64) -> u64 {
    if image.header.machine == elf::EM_ARM.0 { value & !1 } else { value }
}

/// `main`: what the start code hands to the C library, or else the symbol of that name.
pub(super) fn find_main(
    image: &Image<'_, '_>,
    symbols: &[Symbol],
) -> Result<Option<(u64, Option<u64>)>, Error> {
    if image.header.is_relocatable() {
        return Ok(None);
    }
    if image.header.machine == elf::EM_X86_64.0
        && let Some(offset) = image.file_offset(image.header.entry)
    {
        let code = image.reader.bytes(offset, START_CODE)?;
        if let Some(vaddr) = main_in_start_code(&code, image.header.entry) {
            return Ok(Some((image.address(vaddr), image.file_offset(vaddr))));
        }
    }
    Ok(symbols
        .iter()
        .find(|symbol| symbol.name == "main" && symbol.kind == SymbolKind::Function && !symbol.is_imported)
        .map(|symbol| (symbol.vaddr, symbol.paddr)))
}

/// The first argument, `rdi`, set right before a call: `lea rdi, [rip + distance]` or `mov rdi, address`.
fn main_in_start_code(code: &[u8], entry: u64) -> Option<u64> {
    code.windows(9).enumerate().find_map(|(at, window)| {
        let operand: [u8; 4] = window.get(3..7)?.try_into().ok()?;
        let is_call = matches!(window[7..9], [0xff, 0x15] | [0x67, 0xe8] | [0xe8, _]);
        match (is_call, window.get(..3)?) {
            (true, [0x48, 0x8d, 0x3d]) => {
                let distance = i64::from(i32::from_le_bytes(operand)) as u64;
                Some(entry.wrapping_add(at as u64 + 7).wrapping_add(distance))
            }
            (true, [0x48, 0xc7, 0xc7]) => Some(u64::from(u32::from_le_bytes(operand))),
            _ => None,
        }
    })
}
