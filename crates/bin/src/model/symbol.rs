//! Named places: symbols, imports, relocations, entry points.

use crate::flag_name;
use std::fmt;

/// How far a symbol is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bind {
    /// Inside its own file.
    Local,
    /// Everywhere.
    Global,
    /// Everywhere, unless another is stronger.
    Weak,
    /// For the operating system to define.
    Os,
    /// For the processor to define.
    Processor,
    /// None the format knows.
    Unknown,
}

impl Bind {
    /// The name in upper case, such as `GLOBAL`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "LOCAL",
            Self::Global => "GLOBAL",
            Self::Weak => "WEAK",
            Self::Os => "LOOS",
            Self::Processor => "LOPROC",
            Self::Unknown => "NONE",
        }
    }
}

/// What a symbol names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SymbolKind {
    /// Nothing in particular.
    None,
    /// Data.
    Object,
    /// Code.
    Function,
    /// A section.
    Section,
    /// A source file.
    File,
    /// Uninitialised data not yet placed.
    Common,
    /// Data of each thread.
    ThreadLocal,
    /// A function that chooses the real one when first bound.
    Indirect,
    /// A mark for tools, such as where Thumb code or literals start.
    Special,
    /// None the format knows.
    Unknown,
}

impl SymbolKind {
    /// The name in upper case, such as `FUNC`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NOTYPE",
            Self::Object => "OBJ",
            Self::Function => "FUNC",
            Self::Section => "SECT",
            Self::File => "FILE",
            Self::Common => "COMMON",
            Self::ThreadLocal => "TLS",
            Self::Indirect => "LOOS",
            Self::Special => "SPCL",
            Self::Unknown => "UNK",
        }
    }

    fn flag_prefix(self) -> &'static str {
        match self {
            Self::Object => "obj.",
            Self::None => "loc.",
            _ => "sym.",
        }
    }
}

/// A symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Number in its own table.
    pub ordinal: u32,
    /// Name as the file has it.
    pub name: String,
    /// How far it is seen.
    pub bind: Bind,
    /// What it names.
    pub kind: SymbolKind,
    /// Size in bytes.
    pub size: u64,
    /// Offset in the file, in bytes; `None` when no byte of the file is loaded there.
    pub paddr: Option<u64>,
    /// Address; 0 for an imported one that nothing in this file leads to.
    pub vaddr: u64,
    /// Library it comes from, when the file says so.
    pub library: Option<String>,
    /// Whether another file provides it.
    pub is_imported: bool,
    /// Instruction width there, when the symbol tells: 16 for Thumb.
    pub bits: Option<u8>,
}

impl Symbol {
    /// The name as listed: imported ones carry `imp.` in front.
    #[must_use]
    pub fn listed_name(&self) -> String {
        if self.is_imported { format!("imp.{}", self.name) } else { self.name.clone() }
    }

    /// The flag it gets, its prefix telling what it names: `sym.`, `obj.`, `loc.`, each with `imp.` when imported.
    #[must_use]
    pub fn flag_name(&self) -> String {
        let prefix = self.kind.flag_prefix();
        if self.is_imported {
            let library = self.library.as_ref().map_or_else(String::new, |library| format!("{library}_"));
            flag_name(&format!("{prefix}imp."), &format!("{library}{}", self.name))
        } else {
            flag_name(prefix, &self.name)
        }
    }

    /// Whether it names a place in memory, and so gets a flag.
    #[must_use]
    pub fn has_flag(&self) -> bool {
        !self.name.is_empty() && !matches!(self.kind, SymbolKind::File | SymbolKind::Special)
    }

    /// Whether other files may use it.
    #[must_use]
    pub fn is_exported(&self) -> bool {
        self.bind == Bind::Global && !self.is_imported && self.kind != SymbolKind::File
    }
}

/// A symbol another library must provide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Number in its own table.
    pub ordinal: u32,
    /// Name as the file has it.
    pub name: String,
    /// How far it is seen.
    pub bind: Bind,
    /// What it names.
    pub kind: SymbolKind,
    /// Address calls to it go through, 0 when there is none.
    pub vaddr: u64,
    /// Library it comes from, when the file says so.
    pub library: Option<String>,
}

/// What the loader does with a relocation's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// Whether it adds to what is there, or else overwrites it.
    pub adds: bool,
    /// The width, in bits.
    pub bits: u8,
}

impl Fill {
    /// The width in bytes, at least 1.
    #[must_use]
    pub fn bytes(self) -> u64 {
        u64::from(self.bits / 8).max(1)
    }
}

impl fmt::Display for Fill {
    /// `SET_64`, or `ADD_32`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", if self.adds { "ADD" } else { "SET" }, self.bits)
    }
}

/// A place the loader fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation {
    /// Address filled in.
    pub vaddr: u64,
    /// Offset in the file, in bytes, when it is in the file.
    pub paddr: Option<u64>,
    /// How.
    pub kind: Fill,
    /// The format's own number for how.
    pub native: u32,
    /// The symbol it refers to, empty when there is none.
    pub name: String,
    /// What is added.
    pub addend: i64,
    /// Address the symbol has in this file, 0 when it has none.
    pub symbol_vaddr: u64,
}

impl Relocation {
    /// The flag it gets, when it refers to a symbol.
    #[must_use]
    pub fn flag_name(&self) -> Option<String> {
        (!self.name.is_empty()).then(|| flag_name("reloc.", &self.name))
    }
}

/// What runs at an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// The program.
    Program,
    /// An initialiser run before all others.
    Preinit,
    /// An initialiser.
    Init,
    /// A finaliser.
    Fini,
    /// A callback for each thread.
    Thread,
}

impl EntryKind {
    /// The name, such as `program`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Preinit => "preinit",
            Self::Init => "init",
            Self::Fini => "fini",
            Self::Thread => "tls",
        }
    }
}

/// Where execution starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What runs there.
    pub kind: EntryKind,
    /// Number among its own kind.
    pub ordinal: usize,
    /// Address.
    pub vaddr: u64,
    /// Offset in the file, in bytes.
    pub paddr: Option<u64>,
    /// Offset in the file of the number that names it.
    pub haddr: Option<u64>,
    /// Address of the number that names it.
    pub hvaddr: Option<u64>,
}

impl Entry {
    /// The flag it gets: `entry0`, or `entry.init0`.
    #[must_use]
    pub fn flag_name(&self) -> String {
        match self.kind {
            EntryKind::Program => format!("entry{}", self.ordinal),
            kind => format!("entry.{}{}", kind.name(), self.ordinal),
        }
    }
}
