//! What is known of an ELF file as a whole.

use super::dynamic::Dynamic;
use super::image::{Image, RawSection};
use super::machine;
use crate::{Error, Info, Relro, Symbol};
use object::elf;

/// How much of a section that holds one text is read, in bytes.
const TEXT_LIMIT: u64 = 4096;

pub(super) fn describe(image: &Image<'_, '_>, dynamic: &Dynamic, symbols: &[Symbol]) -> Result<Info, Error> {
    let header = &image.header;
    let machine = machine::describe(header.machine);
    let system = machine::system(header);
    let abi = machine::abi(header);
    let stripped = image.section_of_kind(elf::SHT_SYMTAB.0).is_none();
    let has_symbol = |name: &str| symbols.iter().any(|symbol| symbol.name == name);
    Ok(Info {
        kind: kind(header.kind).to_owned(),
        arch: machine.arch,
        cpu: machine::cpu(header),
        bits: machine::bits(header),
        endian: header.endian,
        os: system.to_owned(),
        subsystem: system.to_owned(),
        machine: machine.name.to_owned(),
        class: if header.wide { "ELF64" } else { "ELF32" }.to_owned(),
        compiler: compiler(image)?,
        lang: language(image, dynamic, symbols).to_owned(),
        interpreter: match image.program_of_kind(elf::PT_INTERP.0) {
            Some(interp) => one_text(image, interp.offset, interp.file_size)?,
            None => String::new(),
        },
        calling_convention: if header.machine == elf::EM_MIPS.0 { abi } else { "" },
        abi,
        flags: (header.flags != 0).then_some(header.flags),
        build_id: build_id(image),
        debug_link: match image.section_named(".gnu_debuglink") {
            Some(link) => one_text(image, link.offset, link.file_size())?,
            None => String::new(),
        },
        rpath: Some(dynamic.rpath.clone().unwrap_or_else(|| "NONE".to_owned())),
        relro: Some(relro(image, dynamic)),
        size: described_size(image),
        canary: has_symbol("__stack_chk_fail"),
        injection_protected: !dynamic.is_present(),
        has_code: true,
        line_numbers: image.section_named(".debug_line").is_some(),
        local_symbols: !stripped,
        relocations: !stripped,
        nx: image.program_of_kind(elf::PT_GNU_STACK.0).is_some_and(|stack| stack.flags & elf::PF_X.0 == 0),
        pic: header.kind == elf::ET_DYN.0,
        sanitized: ["__asan_init", "__msan_init", "__tsan_init", "__ubsan_handle_type_mismatch_v1"]
            .into_iter()
            .any(has_symbol),
        is_static: dynamic.libraries.is_empty(),
        stripped,
        uncapped: true,
        virtual_addresses: true,
        ..Info::default()
    })
}

fn kind(number: u16) -> &'static str {
    match number {
        0 => "NONE (None)",
        1 => "REL (Relocatable file)",
        2 => "EXEC (Executable file)",
        3 => "DYN (Shared object file)",
        4 => "CORE (Core file)",
        _ => "<unknown>",
    }
}

/// Where the last section or segment ends in the file.
fn described_size(image: &Image<'_, '_>) -> u64 {
    let sections = image.sections.iter().map(|section| section.offset.saturating_add(section.file_size()));
    let programs = image.programs.iter().map(|program| program.offset.saturating_add(program.file_size));
    sections.chain(programs).max().unwrap_or(0)
}

fn relro(image: &Image<'_, '_>, dynamic: &Dynamic) -> Relro {
    match image.program_of_kind(elf::PT_GNU_RELRO.0) {
        None => Relro::None,
        Some(_) if dynamic.binds_now() => Relro::Full,
        Some(_) => Relro::Partial,
    }
}

/// The texts compilers and linkers leave in `.comment`, in one line.
fn compiler(image: &Image<'_, '_>) -> Result<String, Error> {
    let Some(comment) = image.section_named(".comment") else {
        return Ok(String::new());
    };
    let bytes = image.reader.bytes(comment.offset, comment.file_size().min(TEXT_LIMIT))?;
    let texts: Vec<String> =
        bytes.split(|&byte| byte == 0).filter(|text| !text.is_empty()).map(readable).collect();
    Ok(texts.join(" "))
}

/// One NUL-terminated text.
fn one_text(image: &Image<'_, '_>, offset: u64, size: u64) -> Result<String, Error> {
    let bytes = image.reader.bytes(offset, size.min(TEXT_LIMIT))?;
    Ok(bytes.split(|&byte| byte == 0).next().map(readable).unwrap_or_default())
}

/// The linker's hash of the build, from the notes it left.
fn build_id(image: &Image<'_, '_>) -> Option<Vec<u8>> {
    let notes = image.programs.iter().filter(|program| program.kind == elf::PT_NOTE.0);
    let notes = notes.map(|program| (program.offset, program.file_size));
    let section =
        image.section_named(".note.gnu.build-id").map(|section| (section.offset, section.file_size()));
    section.into_iter().chain(notes).find_map(|(offset, size)| {
        let notes = image.reader.bytes(offset, size.min(TEXT_LIMIT)).ok()?;
        let word = |at: usize| Some(u32::from_le_bytes(notes.get(at..at + 4)?.try_into().ok()?) as usize);
        let mut at = 0;
        while let (Some(name), Some(len), Some(kind)) = (word(at), word(at + 4), word(at + 8)) {
            let from = at.checked_add(12)?.checked_add(name.checked_next_multiple_of(4)?)?;
            if kind == elf::NT_GNU_BUILD_ID.0 as usize && notes.get(at + 12..at + 16) == Some(b"GNU\0") {
                return notes.get(from..from.checked_add(len)?).map(<[u8]>::to_vec);
            }
            at = from.checked_add(len.checked_next_multiple_of(4)?)?;
        }
        None
    })
}

fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).collect()
}

/// The source language, by what its compiler or runtime leaves behind.
fn language(image: &Image<'_, '_>, dynamic: &Dynamic, symbols: &[Symbol]) -> &'static str {
    let has_section = |wanted: fn(&RawSection) -> bool| image.sections.iter().any(wanted);
    let has_symbol = |wanted: fn(&str) -> bool| symbols.iter().any(|symbol| wanted(&symbol.name));
    let needs = |library: &str| dynamic.libraries.iter().any(|name| name.contains(library));
    if has_section(|section| section.name == ".gopclntab" || section.name == ".note.go.buildid") {
        "go"
    } else if has_symbol(is_rust) {
        "rust"
    } else if needs("swift") {
        "swift"
    } else if needs("stdc++") || needs("libc++") || has_symbol(|name| name.starts_with("_Z")) {
        "c++"
    } else {
        "c"
    }
}

/// Rust's runtime, or a name in either of its mangling schemes.
fn is_rust(name: &str) -> bool {
    name == "rust_eh_personality"
        || name == "__rust_alloc"
        || name.starts_with("_RN")
        || (name.starts_with("_ZN") && name.rfind("17h").is_some_and(|at| name.len() == at + 20))
}
