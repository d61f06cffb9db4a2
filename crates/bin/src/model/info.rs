//! What is known of a file as a whole: architecture, protections, provenance.

/// Byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Endian {
    /// Least significant byte first.
    #[default]
    Little,
    /// Most significant byte first.
    Big,
}

impl Endian {
    /// `little` or `big`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Little => "little",
            Self::Big => "big",
        }
    }
}

/// How much of the relocated data is made read-only before the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relro {
    /// None of it.
    None,
    /// All but the lazily bound slots.
    Partial,
    /// All of it.
    Full,
}

impl Relro {
    /// `no`, `partial` or `full`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "no",
            Self::Partial => "partial",
            Self::Full => "full",
        }
    }
}

/// What only portable executables have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WindowsInfo {
    /// The checksum the header claims.
    pub header_checksum: u32,
    /// The checksum of the file as it is, when it was small enough to be summed.
    pub computed_checksum: Option<u32>,
    /// Whether bytes follow the last section.
    pub overlay: bool,
    /// Whether it carries an Authenticode certificate.
    pub signed: bool,
    /// Whether return addresses are guarded.
    pub retguard: bool,
}

/// What is known of a file as a whole. Texts are empty where the format has nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    /// Kind of file, such as `EXEC (Executable file)`.
    pub kind: String,
    /// Architecture, as `asm.arch` takes it.
    pub arch: &'static str,
    /// Processor, as `asm.cpu` takes it.
    pub cpu: &'static str,
    /// Register width, as `asm.bits` takes it; 16 is Thumb for `arm`.
    pub bits: u16,
    /// Byte order.
    pub endian: Endian,
    /// Operating system.
    pub os: String,
    /// Subsystem: the system again, or the kind of Windows program.
    pub subsystem: String,
    /// The header's own name for the machine.
    pub machine: String,
    /// The format's class, such as `ELF64`.
    pub class: String,
    /// What the compiler left behind about itself.
    pub compiler: String,
    /// When it was built, as text.
    pub compiled: String,
    /// Source language, as far as it shows.
    pub lang: String,
    /// Program interpreter.
    pub interpreter: String,
    /// Calling convention, when the format fixes one.
    pub calling_convention: &'static str,
    /// Binary interface, such as `eabi5` or `o32`.
    pub abi: &'static str,
    /// The processor flags of the header, when there are any.
    pub flags: Option<u32>,
    /// What tells this build from all others: the linker's hash of it.
    pub build_id: Option<Vec<u8>>,
    /// Name of the separate file with debug information.
    pub debug_link: String,
    /// Name of the debug database.
    pub debug_file: String,
    /// Identifier of the debug database.
    pub guid: String,
    /// Library search path; `None` where the format has no such thing.
    pub rpath: Option<String>,
    /// Relocation protection; `None` where the format has no such thing.
    pub relro: Option<Relro>,
    /// Size in bytes of what the headers describe.
    pub size: u64,
    /// Load address the file asks for apart from its base.
    pub load_address: u64,
    /// Whether stack canaries are checked.
    pub canary: bool,
    /// Whether nothing can be injected through the dynamic loader.
    pub injection_protected: bool,
    /// Whether it is encrypted.
    pub crypto: bool,
    /// Whether it holds code.
    pub has_code: bool,
    /// Whether line numbers are present.
    pub line_numbers: bool,
    /// Whether local symbols are present.
    pub local_symbols: bool,
    /// Whether relocation information was kept.
    pub relocations: bool,
    /// Whether data is not executable.
    pub nx: bool,
    /// Whether it can be loaded anywhere.
    pub pic: bool,
    /// Whether it was built with a sanitizer.
    pub sanitized: bool,
    /// Whether it needs no library.
    pub is_static: bool,
    /// Whether symbols were removed.
    pub stripped: bool,
    /// Whether the system may load it without limiting its capabilities.
    pub uncapped: bool,
    /// Whether addresses differ from file offsets.
    pub virtual_addresses: bool,
    /// What only portable executables have.
    pub windows: Option<WindowsInfo>,
}
