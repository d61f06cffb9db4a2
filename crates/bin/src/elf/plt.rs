//! The linkage table: which stub jumps to which imported symbol.
//!
//! A stub loads an address from a slot, and a relocation says whose address the loader puts there. Stubs are recognised by their
//! instructions, as each processor's ABI lays them out.

use super::image::{Image, RawSection};
use super::relocation::{Slot, binds_symbol};
use crate::Error;
use object::elf;
use std::collections::HashMap;

/// Sections stubs are found in, the ones called directly first.
const SECTIONS: [&str; 6] = [".plt.sec", ".plt", ".plt.got", ".plt.bnd", ".iplt", ".MIPS.stubs"];

/// Addresses of stubs, before any override, by ordinal of the dynamic symbol.
pub(super) fn stubs(image: &Image<'_, '_>, slots: &[Slot]) -> Result<HashMap<u32, u64>, Error> {
    let machine = image.header.machine;
    let owners: HashMap<u64, u32> = slots
        .iter()
        .filter(|slot| slot.dynamic && slot.symbol != 0 && binds_symbol(machine, slot.native))
        .map(|slot| (slot.place, slot.symbol))
        .collect();
    let mut stubs = HashMap::new();
    for name in SECTIONS {
        let Some(section) = image.section_named(name) else {
            continue;
        };
        let code = image.section_bytes(section)?;
        for (vaddr, target) in decode(image, section, &code) {
            let symbol = match target {
                Target::Slot(slot) => owners.get(&slot).copied(),
                Target::Symbol(symbol) => Some(symbol),
            };
            if let Some(symbol) = symbol {
                stubs.entry(symbol).or_insert(vaddr);
            }
        }
    }
    Ok(stubs)
}

/// What a stub leads to.
enum Target {
    /// The address in this slot.
    Slot(u64),
    /// This dynamic symbol, by ordinal.
    Symbol(u32),
}

fn decode(image: &Image<'_, '_>, section: &RawSection, code: &[u8]) -> Vec<(u64, Target)> {
    let words = || Words { image, start: section.vaddr, code };
    match elf::Machine(image.header.machine) {
        elf::EM_X86_64 | elf::EM_386 => x86(image, section, code),
        elf::EM_AARCH64 => words().aarch64(),
        elf::EM_ARM => words().arm(),
        elf::EM_MIPS => words().mips(),
        elf::EM_RISCV => words().riscv(),
        _ => Vec::new(),
    }
}

/// `jmp *slot`: relative to the next instruction on 64 bits, absolute or relative to the table's base (`ebx`) on 32.
fn x86(image: &Image<'_, '_>, section: &RawSection, code: &[u8]) -> Vec<(u64, Target)> {
    let entry = if (4..=64).contains(&section.entry_size) { section.entry_size } else { 16 };
    let table =
        image.section_named(".got.plt").or_else(|| image.section_named(".got")).map_or(0, |got| got.vaddr);
    let mut stubs = Vec::new();
    for (at, window) in code.windows(6).enumerate() {
        let Ok(raw) = <[u8; 4]>::try_from(&window[2..6]) else {
            continue;
        };
        let distance = i64::from(i32::from_le_bytes(raw)) as u64;
        let next = section.vaddr.wrapping_add(at as u64 + 6);
        let slot = match (window[0], window[1], image.header.wide) {
            (0xff, 0x25, true) => next.wrapping_add(distance),
            (0xff, 0x25, false) => u64::from(u32::from_le_bytes(raw)),
            (0xff, 0xa3, false) => u64::from(table.wrapping_add(distance) as u32),
            _ => continue,
        };
        let start = section.vaddr.wrapping_add(at as u64 / entry * entry);
        stubs.push((start, Target::Slot(slot)));
    }
    stubs
}

/// Code of processors with instructions of four bytes.
struct Words<'a> {
    image: &'a Image<'a, 'a>,
    start: u64,
    code: &'a [u8],
}

impl Words<'_> {
    fn all(&self, big: bool) -> Vec<(u64, u32)> {
        self.code
            .chunks_exact(4)
            .enumerate()
            .filter_map(|(index, raw)| {
                let raw: [u8; 4] = raw.try_into().ok()?;
                let word = if big { u32::from_be_bytes(raw) } else { u32::from_le_bytes(raw) };
                Some((self.start.wrapping_add(index as u64 * 4), word))
            })
            .collect()
    }

    /// `adrp x16, page; ldr x17, [x16, offset]`, after `bti c` where branch targets are checked.
    fn aarch64(&self) -> Vec<(u64, Target)> {
        let words = self.all(false);
        let mut stubs = Vec::new();
        for (index, pair) in words.windows(2).enumerate() {
            let [(at, page), (_, load)] = *pair else { continue };
            if page & 0x9f00_001f != 0x9000_0010 || load & 0xffc0_03ff != 0xf940_0211 {
                continue;
            }
            let pages = u64::from((page >> 5 & 0x7_ffff) << 2 | page >> 29 & 3);
            let pages = (pages << 43) as i64 >> 31;
            let slot =
                (at & !0xfff).wrapping_add(pages as u64).wrapping_add(u64::from(load >> 10 & 0xfff) * 8);
            let checked = index.checked_sub(1).is_some_and(|before| words[before].1 == 0xd503_245f);
            stubs.push((if checked { at - 4 } else { at }, Target::Slot(slot)));
        }
        stubs
    }

    /// `add ip, pc, a; add ip, ip, b; …; ldr pc, [ip, c]!`.
    fn arm(&self) -> Vec<(u64, Target)> {
        let words = self.all(self.image.header.is_big());
        let rotated = |word: u32| (word & 0xff).rotate_right((word >> 8 & 0xf) * 2);
        let mut stubs = Vec::new();
        for (index, &(at, first)) in words.iter().enumerate() {
            if first & 0xffff_f000 != 0xe28f_c000 {
                continue;
            }
            let mut slot = (at as u32).wrapping_add(8).wrapping_add(rotated(first));
            for &(_, word) in words.iter().skip(index + 1).take(3) {
                if word & 0xffff_f000 == 0xe28c_c000 {
                    slot = slot.wrapping_add(rotated(word));
                } else if word & 0xffff_f000 == 0xe5bc_f000 {
                    stubs.push((at, Target::Slot(u64::from(slot.wrapping_add(word & 0xfff)))));
                    break;
                } else {
                    break;
                }
            }
        }
        stubs
    }

    /// `lui t7, high; lw t9, low(t7)`, or a lazy stub that hands over the symbol's ordinal: `lw t9, …(gp); …; li t8, ordinal`.
    fn mips(&self) -> Vec<(u64, Target)> {
        let words = self.all(self.image.header.is_big());
        let mut stubs = Vec::new();
        let mut lazy = None;
        for (index, &(at, word)) in words.iter().enumerate() {
            let next = words.get(index + 1).map_or(0, |next| next.1);
            if word >> 16 == 0x3c0f && matches!(next >> 16, 0x8df9 | 0xddf9) {
                let low = i64::from(next as u16 as i16) as u64;
                stubs.push((at, Target::Slot(u64::from((u64::from(word << 16).wrapping_add(low)) as u32))));
            }
            match word >> 16 {
                0x8f99 | 0xdf99 => lazy = Some(at),
                0x2418 | 0x3418 | 0x6418 => {
                    if let Some(start) = lazy.take() {
                        stubs.push((start, Target::Symbol(word & 0xffff)));
                    }
                }
                _ => {}
            }
        }
        stubs
    }

    /// `auipc t3, high; ld t3, low(t3)`.
    fn riscv(&self) -> Vec<(u64, Target)> {
        let words = self.all(false);
        let mut stubs = Vec::new();
        for pair in words.windows(2) {
            let [(at, high), (_, load)] = *pair else { continue };
            if high & 0xfff == 0xe17 && matches!(load & 0xf_ffff, 0xe_3e03 | 0xe_2e03) {
                let high = i64::from((high & 0xffff_f000) as i32) as u64;
                let low = i64::from(load as i32 >> 20) as u64;
                stubs.push((at, Target::Slot(at.wrapping_add(high).wrapping_add(low))));
            }
        }
        stubs
    }
}
