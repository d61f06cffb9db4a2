//! How each architecture opens the library: settings to modes and spelling. One function a row.

use ::capstone::{Arch as Library, Endian, ExtraMode, Mode, Syntax as LibrarySyntax};

use super::Engine;
use super::capstone::{Capstone, Opening};
use super::spelling::{self, Spelling};
use super::thumb::Thumb;
use crate::arch::Arch;
use crate::error::Error;
use crate::settings::{Settings, Syntax};

/// The library's byte order for the settings'.
fn endian(settings: &Settings) -> Option<Endian> {
    Some(if settings.big_endian { Endian::Big } else { Endian::Little })
}

fn cpu(settings: &Settings) -> &str {
    settings.cpu.as_deref().unwrap_or_default()
}

fn open(row: &'static Arch, opening: Opening) -> Result<Engine, Error> {
    Capstone::open(row.name, opening).map(Engine::Capstone)
}

pub(crate) fn arm(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let (arch, mode) = match settings.bits {
        64 => (Library::ARM64, Mode::Arm),
        16 => (Library::ARM, Mode::Thumb),
        _ => (Library::ARM, Mode::Arm),
    };
    let extra = match cpu(settings) {
        "cortex" if settings.bits != 64 => Some(ExtraMode::MClass),
        "v8" if settings.bits != 64 => Some(ExtraMode::V8),
        _ => None,
    };
    let opening = Opening::new(arch, mode, spelling::without_hash);
    let opening = Opening { extra, endian: endian(settings), ..opening };
    if settings.bits == 16 {
        let capstone = Capstone::open(row.name, opening)?;
        return Ok(Engine::Thumb(Thumb::new(capstone, settings.big_endian)));
    }
    open(row, opening)
}

pub(crate) fn mips(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match (cpu(settings), settings.bits) {
        ("mips2", _) => Mode::Mips2,
        ("mips3", _) => Mode::Mips3,
        ("r6", _) => Mode::Mips32R6,
        ("mips32", _) => Mode::Mips32,
        ("mips64", _) | (_, 64) => Mode::Mips64,
        _ => Mode::Mips32,
    };
    let extra = (settings.bits == 16 || cpu(settings) == "micro").then_some(ExtraMode::Micro);
    let opening = Opening::new(Library::MIPS, mode, spelling::without_dollar);
    open(row, Opening { extra, endian: endian(settings), ..opening })
}

pub(crate) fn ppc(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match (cpu(settings), settings.bits) {
        ("qpx", _) => Mode::Qpx,
        (_, 64) => Mode::Mode64,
        _ => Mode::Mode32,
    };
    let opening = Opening::new(Library::PPC, mode, spelling::verbatim);
    open(row, Opening { endian: endian(settings), ..opening })
}

pub(crate) fn x86(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match settings.bits {
        64 => Mode::Mode64,
        32 => Mode::Mode32,
        _ => Mode::Mode16,
    };
    let (syntax, spelling): (_, Spelling) = match settings.syntax {
        Syntax::Intel => (LibrarySyntax::Intel, spelling::without_ptr),
        Syntax::Att => (LibrarySyntax::Att, spelling::verbatim),
        Syntax::Masm => (LibrarySyntax::Masm, spelling::verbatim),
    };
    let opening = Opening::new(Library::X86, mode, spelling);
    open(row, Opening { syntax: Some(syntax), unsigned: true, ..opening })
}

pub(crate) fn bpf(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = if cpu(settings) == "classic" { Mode::Cbpf } else { Mode::Ebpf };
    let opening = Opening::new(Library::BPF, mode, spelling::verbatim);
    open(row, Opening { endian: endian(settings), ..opening })
}

pub(crate) fn evm(row: &'static Arch, _: &Settings) -> Result<Engine, Error> {
    open(row, Opening::new(Library::EVM, Mode::Default, spelling::hexadecimal))
}

pub(crate) fn m680x(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match cpu(settings) {
        "6301" => Mode::M680x6301,
        "6309" => Mode::M680x6309,
        "6800" => Mode::M680x6800,
        "6801" => Mode::M680x6801,
        "6805" => Mode::M680x6805,
        "6808" => Mode::M680x6808,
        "6811" => Mode::M680x6811,
        "cpu12" => Mode::M680xCpu12,
        "hcs08" => Mode::M680xHcs08,
        _ => Mode::M680x6809,
    };
    open(row, Opening::new(Library::M680X, mode, spelling::motorola))
}

pub(crate) fn m68k(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match cpu(settings) {
        "68000" => Mode::M68k000,
        "68010" => Mode::M68k010,
        "68020" => Mode::M68k020,
        "68030" => Mode::M68k030,
        _ => Mode::M68k040,
    };
    open(row, Opening::new(Library::M68K, mode, spelling::motorola))
}

pub(crate) fn mos65xx(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match cpu(settings) {
        "65c02" => Mode::Mos65xx65c02,
        "w65c02" => Mode::Mos65xxW65c02,
        _ => Mode::Mos65xx6502,
    };
    open(row, Opening::new(Library::MOS65XX, mode, spelling::verbatim))
}

pub(crate) fn s390(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let opening = Opening::new(Library::SYSZ, Mode::Default, spelling::without_percent);
    open(row, Opening { endian: endian(settings), ..opening })
}

pub(crate) fn sh(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match cpu(settings) {
        "sh2" => Mode::Sh2,
        "sh3" => Mode::Sh3,
        "sh4a" => Mode::Sh4a,
        _ => Mode::Sh4,
    };
    // Not SH2A: the library (5.0.6) reads out of bounds on some of its 32-bit words.
    let data = if settings.big_endian { spelling::superh_big } else { spelling::superh_little };
    let opening = Opening::new(Library::SH, mode, spelling::superh);
    open(row, Opening { endian: endian(settings), otherwise: Some(data), ..opening })
}

pub(crate) fn sparc(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let v9 = settings.bits == 64 || cpu(settings) == "v9";
    let mode = if v9 { Mode::V9 } else { Mode::Default };
    let opening = Opening::new(Library::SPARC, mode, spelling::verbatim);
    open(row, Opening { endian: endian(settings), ..opening })
}

pub(crate) fn tms320(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let opening = Opening::new(Library::TMS320C64X, Mode::Default, spelling::verbatim);
    open(row, Opening { endian: endian(settings), ..opening })
}

pub(crate) fn tricore(row: &'static Arch, settings: &Settings) -> Result<Engine, Error> {
    let mode = match cpu(settings) {
        "110" => Mode::TriCore110,
        "120" => Mode::TriCore120,
        "130" => Mode::TriCore130,
        "131" => Mode::TriCore131,
        "160" => Mode::TriCore160,
        "161" => Mode::TriCore161,
        _ => Mode::TriCore162,
    };
    open(row, Opening::new(Library::TRICORE, mode, spelling::tricore))
}

pub(crate) fn xcore(row: &'static Arch, _: &Settings) -> Result<Engine, Error> {
    open(row, Opening::new(Library::XCORE, Mode::Default, spelling::verbatim))
}
