//! Processors: the header's number and flags, and what they mean for disassembly.

use super::header::Header;
use object::elf;

/// A processor as the header names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Machine {
    /// As `asm.arch` takes it.
    pub(super) arch: &'static str,
    /// The header's own name for it.
    pub(super) name: &'static str,
    /// Register width, when the class does not decide it.
    bits: Option<u16>,
}

const fn machine(arch: &'static str, name: &'static str) -> Machine {
    Machine { arch, name, bits: None }
}

const fn sized(arch: &'static str, name: &'static str, bits: u16) -> Machine {
    Machine { arch, name, bits: Some(bits) }
}

/// The processor of a header.
pub(super) fn describe(number: u16) -> Machine {
    match number {
        2 => machine("sparc", "Sun SPARC"),
        3 => sized("x86", "Intel 80386", 32),
        4 => sized("m68k", "Motorola m68k family", 32),
        6 => sized("x86", "Intel 80486", 32),
        7 => machine("i860", "Intel 80860"),
        8 => machine("mips", "MIPS R3000"),
        10 => machine("mips", "MIPS R4000 big-endian"),
        15 => machine("hppa", "HPPA"),
        18 => sized("sparc", "Sun's \"v8plus\"", 32),
        20 => machine("ppc", "PowerPC"),
        21 => machine("ppc", "PowerPC 64-bit"),
        22 => machine("s390", "IBM S390"),
        40 => sized("arm", "ARM", 32),
        42 => sized("sh", "Renesas SH", 32),
        43 => sized("sparc", "SPARC v9 64-bit", 64),
        44 => sized("tricore", "Siemens Tricore", 32),
        50 => sized("ia64", "Intel IA-64", 64),
        53 => sized("m68k", "Motorola M68HC12", 32),
        62 => sized("x86", "AMD x86-64 architecture", 64),
        83 => sized("avr", "Atmel AVR 8-bit microcontroller", 8),
        93 | 195 => machine("arc", "ARC"),
        94 => sized("xtensa", "Tensilica Xtensa", 32),
        105 => sized("msp430", "Texas Instruments msp430", 16),
        140 => sized("tms320", "Texas Instruments TMS320C6000 DSP family", 32),
        164 => sized("hexagon", "Qualcomm Hexagon", 32),
        183 => sized("arm", "ARM aarch64", 64),
        203 => sized("xcore", "XMOS xCORE processor family", 32),
        243 => machine("riscv", "RISC V"),
        247 => sized("bpf", "Linux BPF", 64),
        258 => machine("loongarch", "LoongArch"),
        _ => machine("", "Unknown"),
    }
}

/// Register width as `asm.bits` takes it: 16 for Thumb, which the entry point's lowest bit tells.
pub(super) fn bits(header: &Header) -> u16 {
    if header.machine == elf::EM_ARM.0 && header.entry & 1 == 1 {
        return 16;
    }
    describe(header.machine).bits.unwrap_or(if header.wide { 64 } else { 32 })
}

/// The processor as `asm.cpu` takes it, where the flags tell.
pub(super) fn cpu(header: &Header) -> &'static str {
    if header.machine != elf::EM_MIPS.0 {
        return "";
    }
    match header.flags >> 28 {
        0 => "mips1",
        1 => "mips2",
        2 => "mips3",
        3 => "mips4",
        4 => "mips5",
        5 => "mips32",
        6 => "mips64",
        7 => "mips32r2",
        8 => "mips64r2",
        9 => "mips32r6",
        10 => "mips64r6",
        _ => "",
    }
}

/// The binary interface the flags name.
pub(super) fn abi(header: &Header) -> &'static str {
    match elf::Machine(header.machine) {
        elf::EM_ARM => match header.flags >> 24 {
            1 => "eabi1",
            2 => "eabi2",
            3 => "eabi3",
            4 => "eabi4",
            5 => "eabi5",
            _ => "",
        },
        elf::EM_MIPS if header.flags & 0x20 != 0 => "n32",
        elf::EM_MIPS => match (header.flags & 0xf000, header.wide) {
            (0x1000, _) => "o32",
            (0x2000, _) => "o64",
            (0x3000, _) => "eabi32",
            (0x4000, _) => "eabi64",
            (_, true) => "n64",
            _ => "",
        },
        _ => "",
    }
}

/// The operating system of the identification bytes.
pub(super) fn system(header: &Header) -> &'static str {
    match header.os_abi {
        1 => "hpux",
        2 => "netbsd",
        6 => "solaris",
        7 => "aix",
        8 => "irix",
        9 => "freebsd",
        10 => "tru64",
        12 => "openbsd",
        13 => "openvms",
        97 => "arm",
        255 => "standalone",
        _ => "linux",
    }
}
