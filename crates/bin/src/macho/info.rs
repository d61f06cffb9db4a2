//! What is known of a Mach-O file as a whole.

use super::image::Image;
use crate::{Error, Info, Symbol};

pub(super) fn describe(image: &Image<'_, '_>, symbols: &[Symbol]) -> Result<Info, Error> {
    let (arch, bits) = processor(image.cpu);
    let has = |flag: u32| image.flags & flag != 0;
    let has_symbol = |name: &str| symbols.iter().any(|symbol| symbol.name == name);
    let libraries = image.libraries();
    let encrypted = image.commands.iter().filter(|command| matches!(command.kind, 0x21 | 0x2c));
    Ok(Info {
        kind: kind(image.kind).to_owned(),
        arch,
        bits,
        endian: image.endian,
        os: system(image).to_owned(),
        subsystem: "darwin".to_owned(),
        machine: machine(image.cpu, image.cpu_subtype).to_owned(),
        class: if image.wide { "MACH064" } else { "MACH0" }.to_owned(),
        compiler: "clang".to_owned(),
        lang: language(image, symbols, &libraries).to_owned(),
        interpreter: image.command(0xe).and_then(|command| image.command_text(command)).unwrap_or_default(),
        size: image.reader.len(),
        canary: has_symbol("___stack_chk_fail"),
        injection_protected: image.segments.iter().any(|segment| segment.name == "__RESTRICT"),
        crypto: encrypted
            .filter_map(|command| image.fields(&command.bytes).u32(16))
            .any(|method| method != 0),
        has_code: true,
        nx: !has(0x2_0000),
        // Libraries and bundles always are; programs say so.
        pic: matches!(image.kind, 6 | 8) || has(0x20_0000),
        sanitized: has_symbol("___asan_init"),
        is_static: libraries.is_empty(),
        virtual_addresses: true,
        ..Info::default()
    })
}

fn processor(cpu: u32) -> (&'static str, u16) {
    let bits = if cpu & 0x0100_0000 != 0 { 64 } else { 32 };
    match cpu & 0xff {
        6 => ("m68k", 32),
        7 => ("x86", bits),
        8 => ("mips", 32),
        12 => ("arm", bits),
        14 => ("sparc", 32),
        18 => ("ppc", bits),
        24 => ("riscv", bits),
        _ => ("", bits),
    }
}

fn machine(cpu: u32, subtype: u32) -> &'static str {
    match (cpu, subtype & 0xff_ffff) {
        (0x0100_000c, 0) => "all",
        (0x0100_000c, 1) => "arm64v8",
        (0x0100_000c, 2) => "arm64e",
        (12, 6) => "v6",
        (12, 9) => "v7",
        (12, 11) => "v7s",
        (12, 12) => "v7k",
        (7, 3) => "386",
        (0x0100_0007, 3) => "x86_64_all",
        (0x0100_0007, 8) => "x86_64h",
        _ => "all",
    }
}

fn kind(number: u32) -> &'static str {
    match number {
        1 => "Relocatable object",
        2 => "Executable file",
        3 => "Fixed VM shared library",
        4 => "Core dump",
        5 => "Preloaded executable",
        6 => "Dynamically bound shared library",
        7 => "Dynamic link editor",
        8 => "Dynamically bound bundle",
        9 => "Shared library stub for static linking only, no section contents",
        10 => "Companion file with only debug sections",
        11 => "Kernel extension",
        _ => "Unknown",
    }
}

/// The system, by the platform the build names or the command that names its least version.
fn system(image: &Image<'_, '_>) -> &'static str {
    image
        .commands
        .iter()
        .find_map(|command| match command.kind {
            0x32 => Some(match image.fields(&command.bytes).u32(8)? {
                1 | 6 => "macos",
                2 | 7 => "ios",
                3 | 8 => "tvos",
                4 | 9 => "watchos",
                5 => "bridgeos",
                10 => "driverkit",
                11 | 12 => "visionos",
                _ => "darwin",
            }),
            0x24 => Some("macos"),
            0x25 => Some("ios"),
            0x2f => Some("tvos"),
            0x30 => Some("watchos"),
            _ => None,
        })
        .unwrap_or("darwin")
}

fn language(image: &Image<'_, '_>, symbols: &[Symbol], libraries: &[String]) -> &'static str {
    let has_section = |part: &str| image.sections.iter().any(|section| section.name.contains(part));
    let has_symbol = |wanted: fn(&str) -> bool| symbols.iter().any(|symbol| wanted(&symbol.name));
    if has_section("__gopclntab") {
        "go"
    } else if has_section("__swift") {
        "swift"
    } else if has_symbol(|name| name == "_rust_eh_personality" || name.starts_with("__RN")) {
        "rust"
    } else if has_section("__objc") {
        "objc"
    } else if libraries.iter().any(|name| name.contains("libc++") || name.contains("stdc++")) {
        "c++"
    } else {
        "c"
    }
}
