//! Sections, segments, maps and marks as the model has them.

use super::image::{Image, Program, RawSection};
use crate::{LoadMap, Mark, Permission, Section, Segment};
use object::elf;
use std::collections::HashMap;

/// Sections in file order.
pub(super) fn sections(image: &Image<'_, '_>) -> Vec<Section> {
    image
        .sections
        .iter()
        .enumerate()
        .map(|(index, raw)| Section {
            index,
            name: raw.name.clone(),
            paddr: raw.offset,
            size: raw.file_size(),
            vaddr: section_address(image, raw),
            vsize: raw.size,
            perm: section_permission(raw),
            flags: raw.flags,
            kind: section_kind(raw.kind),
            is_data: raw.name.contains("data") && !raw.name.contains("rel") && !raw.name.contains("pydata"),
        })
        .collect()
}

/// Where a section is seen. Those without an address stay at 0; in relocatable files all get one, by their place in the file.
pub(super) fn section_address(image: &Image<'_, '_>, raw: &RawSection) -> u64 {
    if image.header.is_relocatable() {
        image.base.wrapping_add(raw.offset)
    } else if raw.vaddr == 0 {
        0
    } else {
        image.address(raw.vaddr)
    }
}

/// Segments in file order, then the one that is the file's header.
pub(super) fn segments(image: &Image<'_, '_>) -> Vec<Segment> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut segments: Vec<Segment> = image
        .programs
        .iter()
        .enumerate()
        .map(|(index, program)| {
            let kind = program_kind(image.header.machine, program.kind);
            let before = seen.entry(kind).and_modify(|count| *count += 1).or_insert(0);
            let name = match (kind, *before) {
                ("LOAD", count) => format!("LOAD{count}"),
                (kind, 0) => kind.to_owned(),
                (kind, count) => format!("{kind}_{count}"),
            };
            Segment {
                index,
                name,
                paddr: program.offset,
                size: program.file_size,
                vaddr: program_address(image, program),
                vsize: program.memory_size,
                perm: program_permission(program),
            }
        })
        .collect();
    segments.push(header_segment(image, segments.len()));
    segments
}

fn header_segment(image: &Image<'_, '_>, index: usize) -> Segment {
    let size = u64::from(image.header.size);
    Segment {
        index,
        name: "ehdr".to_owned(),
        paddr: 0,
        size,
        vaddr: image.base,
        vsize: size,
        perm: Permission::new(true, true, false),
    }
}

/// What gets mapped, the last first. Without program headers each section is mapped by itself.
pub(super) fn maps(image: &Image<'_, '_>) -> Vec<LoadMap> {
    let mut parts: Vec<Segment> =
        segments(image).into_iter().filter(|part| part.name.starts_with("LOAD")).collect();
    if parts.is_empty() && image.programs.is_empty() {
        parts.push(header_segment(image, 0));
        parts.extend(sections(image).into_iter().map(|section| Segment {
            index: section.index,
            name: section.name,
            paddr: section.paddr,
            size: section.size,
            vaddr: section.vaddr,
            vsize: section.vsize,
            perm: section.perm,
        }));
    }
    parts
        .iter()
        .rev()
        .flat_map(|part| {
            LoadMap::of_part(&part.name, part.paddr, part.size, part.vaddr, part.vsize, part.perm)
        })
        .collect()
}

/// Flags for the header and the tables behind it.
pub(super) fn marks(image: &Image<'_, '_>) -> Vec<Mark> {
    let header = &image.header;
    let mark = |name: &str, offset, size| Mark { name: name.to_owned(), offset, size };
    let mut marks = vec![mark("elf_header", 0, u64::from(header.size))];
    if header.program_offset > 0 {
        marks.push(mark("elf_phdr", header.program_offset, u64::from(header.program_size)));
    }
    if let Some(names) = image.section_named(".dynstr") {
        marks.push(mark("elf_strtab", names.offset, names.size));
    }
    if let Some(names) = image.sections.get(image.names_index) {
        marks.push(mark("elf_shstrtab", names.offset, names.size));
    }
    if header.section_offset > 0 {
        marks.push(mark("elf_shdr", header.section_offset, u64::from(header.section_size)));
    }
    marks
}

fn program_address(image: &Image<'_, '_>, program: &Program) -> u64 {
    // Empty ones, such as GNU_STACK, are not anywhere.
    if program.vaddr == 0 && program.memory_size == 0 { 0 } else { image.address(program.vaddr) }
}

fn program_permission(program: &Program) -> Permission {
    let has = |flag: elf::ProgramFlags| program.flags & flag.0 != 0;
    Permission::new(has(elf::PF_R), has(elf::PF_W), has(elf::PF_X))
}

fn section_permission(raw: &RawSection) -> Permission {
    let has = |flag: elf::SectionFlags| raw.flags & flag.0 != 0;
    Permission::new(has(elf::SHF_ALLOC), has(elf::SHF_WRITE), has(elf::SHF_EXECINSTR))
}

fn program_kind(machine: u16, kind: u32) -> &'static str {
    match (kind, machine) {
        (0, _) => "NULL",
        (1, _) => "LOAD",
        (2, _) => "DYNAMIC",
        (3, _) => "INTERP",
        (4, _) => "NOTE",
        (5, _) => "SHLIB",
        (6, _) => "PHDR",
        (7, _) => "TLS",
        (0x6474_e550, _) => "GNU_EH_FRAME",
        (0x6474_e551, _) => "GNU_STACK",
        (0x6474_e552, _) => "GNU_RELRO",
        (0x6000_0000, _) => "LOOS",
        (0x6fff_ffff, _) => "HIOS",
        (0x7000_0000, _) => "LOPROC",
        (0x7000_0001, 40) => "EXIDX",
        (0x7000_0003, 8) => "ABIFLAGS",
        (0x7fff_ffff, _) => "HIPROC",
        _ => "UNKNOWN",
    }
}

fn section_kind(kind: u32) -> Option<&'static str> {
    Some(match kind {
        0 => "NULL",
        1 => "PROGBITS",
        2 => "SYMTAB",
        3 => "STRTAB",
        4 => "RELA",
        5 => "HASH",
        6 => "DYNAMIC",
        7 => "NOTE",
        8 => "NOBITS",
        9 => "REL",
        10 => "SHLIB",
        11 => "DYNSYM",
        14 => "INIT_ARRAY",
        15 => "FINI_ARRAY",
        16 => "PREINIT_ARRAY",
        17 => "GROUP",
        18 => "SYMTAB_SHNDX",
        19 => "RELR",
        0x6fff_fff5 => "GNU_ATTRIBUTES",
        0x6fff_fff6 => "GNU_HASH",
        0x6fff_fff7 => "GNU_LIBLIST",
        0x6fff_fffd => "GNU_VERDEF",
        0x6fff_fffe => "GNU_VERNEED",
        0x6fff_ffff => "GNU_VERSYM",
        _ => return None,
    })
}
