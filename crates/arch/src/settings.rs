//! The settings a decoder is opened with. Owns their defaults; knows no configuration store.

use crate::arch;

/// How operands are spelled. Only x86 tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Syntax {
    /// Destination first, `dword [rax]`.
    #[default]
    Intel,
    /// Source first, `(%rax)`.
    Att,
    /// Destination first, `dword ptr [rax]`, numbers with an `h` suffix.
    Masm,
}

impl Syntax {
    /// The value of `asm.syntax` that selects this spelling.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intel => "intel",
            Self::Att => "att",
            Self::Masm => "masm",
        }
    }

    /// The spelling that `asm.syntax` names, if it is one of ours.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Intel, Self::Att, Self::Masm].into_iter().find(|syntax| syntax.name() == name)
    }
}

/// What to decode: an architecture by its name in [`ARCHS`](crate::ARCHS) and its modes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The architecture's name, as in `asm.arch`.
    pub arch: String,
    /// Register width in bits, as in `asm.bits`. For `arm`, 16 is Thumb and 64 is AArch64.
    pub bits: u32,
    /// Whether instruction words are stored most significant byte first. Ignored by architectures
    /// that have one order only.
    pub big_endian: bool,
    /// The processor model, as in `asm.cpu`. One the architecture does not know selects its
    /// default, as in radare2.
    pub cpu: Option<String>,
    /// How operands are spelled.
    pub syntax: Syntax,
}

impl Settings {
    /// The named architecture with its default endianness and the nearest width it has to `bits`
    /// (see [`Arch::nearest_bits`](crate::Arch::nearest_bits)). A name that is not in the table is
    /// kept, for [`Decoder::new`](crate::Decoder::new) to refuse.
    pub fn new(arch: &str, bits: u32) -> Self {
        let row = arch::find(arch);
        Self {
            arch: arch.to_owned(),
            bits: row.map_or(bits, |row| row.nearest_bits(bits)),
            big_endian: row.is_some_and(|row| row.endianness.is_big_by_default()),
            cpu: None,
            syntax: Syntax::default(),
        }
    }
}

impl Default for Settings {
    /// 64-bit x86.
    fn default() -> Self {
        Self::new("x86", 64)
    }
}
