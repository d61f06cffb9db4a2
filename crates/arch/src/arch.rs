//! The table of architectures: one row each. Adding an architecture is adding a row, how it opens its
//! engine and what its mnemonics mean.

use crate::assemble::{self, Assembly};
use crate::describe;
use crate::engine::{self, Engine, open};
use crate::error::Error;
use crate::esil::{self, Generate};
use crate::instruction::Instruction;
use crate::property;
use crate::pseudo;
use crate::register;
use crate::semantics;
use crate::settings::Settings;

/// Which byte orders an architecture's instructions come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endianness {
    /// Least significant byte first only.
    Little,
    /// Most significant byte first only.
    Big,
    /// Either; little where nothing is said.
    Both,
}

impl Endianness {
    /// Whether the order is big where nothing is said.
    pub fn is_big_by_default(self) -> bool {
        self == Self::Big
    }

    /// The order in force when `big` is asked for.
    pub fn resolve(self, big: bool) -> bool {
        match self {
            Self::Little => false,
            Self::Big => true,
            Self::Both => big,
        }
    }
}

/// Instruction sizes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sizes {
    /// What every instruction's address is a multiple of.
    pub alignment: usize,
    /// The shortest instruction.
    pub min: usize,
    /// The longest instruction.
    pub max: usize,
    /// How far to step over what is no instruction.
    pub invalid: usize,
}

impl Sizes {
    const fn new(alignment: usize, min: usize, max: usize, invalid: usize) -> Self {
        Self { alignment, min, max, invalid }
    }

    /// Every instruction has this size.
    const fn fixed(size: usize) -> Self {
        Self::new(size, size, size, size)
    }
}

/// One architecture.
pub struct Arch {
    /// Its name in `asm.arch`.
    pub name: &'static str,
    /// The register widths it has, ascending, in bits.
    pub bits: &'static [u32],
    /// The width where nothing is said.
    pub default_bits: u32,
    /// Its byte orders.
    pub endianness: Endianness,
    /// The processor models that change how it decodes.
    pub cpus: &'static [&'static str],
    /// One line on what it is.
    pub brief: &'static str,
    /// The licence of the code that decodes it.
    pub license: &'static str,
    pub(crate) sizes: fn(u32) -> Sizes,
    pub(crate) open: fn(&'static Arch, &Settings) -> Result<Engine, Error>,
    pub(crate) analyse: fn(&Settings, &mut Instruction),
    /// What assembles it, if anything does.
    pub(crate) assembly: Option<&'static Assembly>,
    /// What its instructions do, in ESIL.
    pub(crate) esil: Generate,
    /// Its registers in a mode.
    pub(crate) registers: register::Registry,
    /// What there is to tell of an instruction beside its meaning.
    pub(crate) properties: property::Describe,
    /// Its instructions as pseudo-code.
    pub(crate) pseudo: pseudo::Rewrite,
    /// A line on each of its mnemonics.
    pub(crate) lines: describe::Lines,
}

impl Arch {
    /// Whether there is an [`Assembler`](crate::Assembler) for it.
    pub fn assembles(&self) -> bool {
        self.assembly.is_some()
    }

    /// The width closest to `bits` that this architecture has: `bits` itself, else its default.
    pub fn nearest_bits(&self, bits: u32) -> u32 {
        if self.bits.contains(&bits) { bits } else { self.default_bits }
    }
}

/// The row that settings name, which has their width.
pub(crate) fn row(settings: &Settings) -> Result<&'static Arch, Error> {
    let row = find(&settings.arch).ok_or_else(|| Error::UnknownArch { name: settings.arch.clone() })?;
    if !row.bits.contains(&settings.bits) {
        return Err(Error::UnsupportedBits { arch: row.name, bits: settings.bits, supported: row.bits });
    }
    Ok(row)
}

/// The row of this name.
pub fn find(name: &str) -> Option<&'static Arch> {
    ARCHS.iter().find(|arch| arch.name == name)
}

const CAPSTONE: &str = "BSD";
const OWN: &str = "MIT OR Apache-2.0";

/// What an architecture has that nobody has told more of.
const BARE: Arch = Arch {
    name: "",
    bits: &[],
    default_bits: 0,
    endianness: Endianness::Both,
    cpus: &[],
    brief: "",
    license: OWN,
    sizes: |_| Sizes::fixed(1),
    open: |_, _| Ok(Engine::Native(engine::null)),
    analyse: |_, _| {},
    assembly: None,
    esil: esil::none,
    registers: register::none,
    properties: property::none,
    pseudo: pseudo::none,
    lines: describe::none,
};

/// All architectures, by name.
pub static ARCHS: &[Arch] = &[
    Arch {
        name: "6502",
        bits: &[8, 16],
        default_bits: 8,
        endianness: Endianness::Little,
        cpus: &["65c02", "w65c02"],
        brief: "MOS 6502 and WDC 65C02",
        license: CAPSTONE,
        sizes: |_| Sizes::new(1, 1, 4, 1),
        open: open::mos65xx,
        analyse: semantics::plain::mos65xx,
        ..BARE
    },
    Arch {
        name: "arm",
        bits: &[16, 32, 64],
        default_bits: 64,
        endianness: Endianness::Both,
        cpus: &["cortex", "v8"],
        brief: "ARM, Thumb and AArch64",
        license: CAPSTONE,
        sizes: |bits| match bits {
            16 => Sizes::new(2, 2, 4, 2),
            _ => Sizes::fixed(4),
        },
        open: open::arm,
        analyse: semantics::arm::analyse,
        assembly: Some(&assemble::arm::ASSEMBLY),
        esil: esil::arm_or_arm64,
        registers: register::arm,
        properties: property::arm,
        pseudo: pseudo::arm,
        lines: describe::arm,
    },
    Arch {
        name: "bpf",
        bits: &[32, 64],
        default_bits: 64,
        endianness: Endianness::Both,
        cpus: &["classic", "extended"],
        brief: "Berkeley packet filter, classic and extended",
        license: CAPSTONE,
        sizes: |_| Sizes::new(8, 8, 16, 8),
        open: open::bpf,
        analyse: semantics::plain::bpf,
        ..BARE
    },
    Arch {
        name: "evm",
        bits: &[8, 16, 32, 64],
        default_bits: 32,
        endianness: Endianness::Big,
        cpus: &[],
        brief: "Ethereum virtual machine",
        license: CAPSTONE,
        sizes: |_| Sizes::new(1, 1, 33, 1),
        open: open::evm,
        analyse: semantics::plain::evm,
        ..BARE
    },
    Arch {
        name: "m680x",
        bits: &[8, 16, 32],
        default_bits: 32,
        endianness: Endianness::Big,
        cpus: &["6301", "6309", "6800", "6801", "6805", "6808", "6809", "6811", "cpu12", "hcs08"],
        brief: "Motorola 6800 family",
        license: CAPSTONE,
        sizes: |_| Sizes::new(1, 1, 8, 1),
        open: open::m680x,
        analyse: semantics::plain::m680x,
        ..BARE
    },
    Arch {
        name: "m68k",
        bits: &[32],
        default_bits: 32,
        endianness: Endianness::Big,
        cpus: &["68000", "68010", "68020", "68030", "68040"],
        brief: "Motorola 68000 family",
        license: CAPSTONE,
        sizes: |_| Sizes::new(2, 2, 22, 2),
        open: open::m68k,
        analyse: semantics::plain::m68k,
        ..BARE
    },
    Arch {
        name: "mips",
        bits: &[16, 32, 64],
        default_bits: 64,
        endianness: Endianness::Both,
        cpus: &["micro", "mips2", "mips3", "mips32", "mips64", "r6"],
        brief: "MIPS I to V, MIPS32, MIPS64 and (in 16 bits) microMIPS",
        license: CAPSTONE,
        sizes: |bits| match bits {
            16 => Sizes::new(2, 2, 4, 2),
            _ => Sizes::fixed(4),
        },
        open: open::mips,
        analyse: semantics::mips::analyse,
        assembly: Some(&assemble::mips::ASSEMBLY),
        esil: esil::mips::generate,
        registers: register::mips,
        pseudo: pseudo::mips,
        lines: describe::mips,
        ..BARE
    },
    Arch {
        name: "null",
        bits: &[8, 16, 32, 64],
        default_bits: 64,
        endianness: Endianness::Both,
        cpus: &[],
        brief: "no instructions: each byte alone, without text",
        license: OWN,
        ..BARE
    },
    Arch {
        name: "ppc",
        bits: &[32, 64],
        default_bits: 64,
        endianness: Endianness::Both,
        cpus: &["qpx"],
        brief: "PowerPC",
        license: CAPSTONE,
        sizes: |_| Sizes::fixed(4),
        open: open::ppc,
        analyse: semantics::ppc::analyse,
        esil: esil::ppc::generate,
        registers: register::ppc,
        pseudo: pseudo::ppc,
        lines: describe::ppc,
        ..BARE
    },
    Arch {
        name: "riscv",
        bits: &[32, 64],
        default_bits: 64,
        endianness: Endianness::Little,
        cpus: &[],
        brief: "RISC-V with M, A, F, D, Q and C",
        license: OWN,
        sizes: |_| Sizes::new(2, 2, 4, 2),
        open: |_, _| Ok(Engine::Native(engine::riscv::decode)),
        analyse: semantics::riscv::analyse,
        esil: esil::riscv::generate,
        registers: register::riscv,
        properties: property::riscv,
        pseudo: pseudo::riscv,
        lines: describe::riscv,
        ..BARE
    },
    Arch {
        name: "s390",
        bits: &[32, 64],
        default_bits: 64,
        endianness: Endianness::Big,
        cpus: &[],
        brief: "IBM z/Architecture",
        license: CAPSTONE,
        sizes: |_| Sizes::new(2, 2, 6, 2),
        open: open::s390,
        analyse: semantics::plain::s390,
        ..BARE
    },
    Arch {
        name: "sh",
        bits: &[32],
        default_bits: 32,
        endianness: Endianness::Both,
        cpus: &["sh2", "sh3", "sh4", "sh4a"],
        brief: "Hitachi SuperH",
        license: CAPSTONE,
        sizes: |_| Sizes::new(2, 2, 4, 2),
        open: open::sh,
        analyse: semantics::plain::sh,
        ..BARE
    },
    Arch {
        name: "sparc",
        bits: &[32, 64],
        default_bits: 32,
        endianness: Endianness::Big,
        cpus: &["v9"],
        brief: "SPARC V8 and V9",
        license: CAPSTONE,
        sizes: |_| Sizes::fixed(4),
        open: open::sparc,
        analyse: semantics::plain::sparc,
        ..BARE
    },
    Arch {
        name: "tms320",
        bits: &[32],
        default_bits: 32,
        endianness: Endianness::Big,
        cpus: &["c64x"],
        brief: "Texas Instruments TMS320C64x",
        license: CAPSTONE,
        sizes: |_| Sizes::new(2, 4, 4, 2),
        open: open::tms320,
        analyse: semantics::plain::tms320,
        ..BARE
    },
    Arch {
        name: "tricore",
        bits: &[32],
        default_bits: 32,
        endianness: Endianness::Little,
        cpus: &["110", "120", "130", "131", "160", "161", "162"],
        brief: "Infineon TriCore",
        license: CAPSTONE,
        sizes: |_| Sizes::new(2, 2, 4, 2),
        open: open::tricore,
        analyse: semantics::plain::tricore,
        ..BARE
    },
    Arch {
        name: "wasm",
        bits: &[32, 64],
        default_bits: 32,
        endianness: Endianness::Little,
        cpus: &[],
        brief: "WebAssembly",
        license: OWN,
        sizes: |_| Sizes::new(1, 1, 11, 1),
        open: |_, _| Ok(Engine::Native(engine::wasm::decode)),
        analyse: semantics::plain::wasm,
        ..BARE
    },
    Arch {
        name: "x86",
        bits: &[16, 32, 64],
        default_bits: 64,
        endianness: Endianness::Little,
        cpus: &[],
        brief: "x86 in 16, 32 and 64 bits",
        license: CAPSTONE,
        sizes: |_| Sizes::new(1, 1, 15, 1),
        open: open::x86,
        analyse: semantics::x86::analyse,
        assembly: Some(&assemble::x86::ASSEMBLY),
        esil: esil::x86::generate,
        registers: register::x86,
        properties: property::x86,
        pseudo: pseudo::x86,
        lines: describe::x86,
    },
    Arch {
        name: "xcore",
        bits: &[32],
        default_bits: 32,
        endianness: Endianness::Little,
        cpus: &[],
        brief: "XMOS XCore",
        license: CAPSTONE,
        sizes: |_| Sizes::new(2, 2, 4, 2),
        open: open::xcore,
        analyse: semantics::plain::xcore,
        ..BARE
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoder::Decoder;
    use crate::settings::Syntax;

    #[test]
    fn rows_are_well_formed() {
        assert!(ARCHS.is_sorted_by(|a, b| a.name < b.name), "by name, none twice");
        for row in ARCHS {
            let name = row.name;
            assert!(name.chars().all(|mark| mark.is_ascii_lowercase() || mark.is_ascii_digit()), "{name}");
            assert!(row.bits.is_sorted_by(|a, b| a < b), "{name}");
            assert!(row.bits.contains(&row.default_bits), "{name}");
            assert!(row.cpus.is_sorted() || row.cpus.len() < 4, "{name}");
            assert!(!row.brief.is_empty() && !row.brief.ends_with('.'), "{name}");
            for &bits in row.bits {
                let sizes = (row.sizes)(bits);
                assert!(sizes.alignment >= 1 && sizes.min >= 1 && sizes.invalid >= 1, "{name}");
                assert!(sizes.min <= sizes.max, "{name}");
            }
        }
    }

    #[test]
    fn every_mode_of_every_row_opens() {
        for row in ARCHS {
            for &bits in row.bits {
                for big_endian in [false, true] {
                    for cpu in std::iter::once(None).chain(row.cpus.iter().copied().map(Some)) {
                        for syntax in [Syntax::Intel, Syntax::Att, Syntax::Masm] {
                            let cpu = cpu.map(str::to_owned);
                            let arch = row.name.to_owned();
                            let settings = Settings { arch, bits, big_endian, cpu, syntax };
                            let decoder = Decoder::new(&settings);
                            assert!(decoder.is_ok(), "{settings:?}: {decoder:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn names_and_widths_not_in_the_table_are_refused() {
        let unknown = Decoder::new(&Settings::new("nope", 32)).map(|_| ());
        assert_eq!(unknown, Err(Error::UnknownArch { name: "nope".to_owned() }));
        let settings = Settings { bits: 77, ..Settings::default() };
        let error = Error::UnsupportedBits { arch: "x86", bits: 77, supported: &[16, 32, 64] };
        assert_eq!(Decoder::new(&settings).map(|_| ()), Err(error));
    }
}
