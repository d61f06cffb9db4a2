//! The capstone engine: opens the library for an architecture's modes and decodes with it. Knows no
//! semantics, and spells operands as it is told.

use ::capstone::{Arch, Capstone as Handle, Endian, ExtraMode, Mode, NO_EXTRA_MODE, Syntax};

use super::detail;
use super::spelling::{Data, Spelling};
use crate::detail::Detail;
use crate::error::Error;
use crate::instruction::Instruction;

/// How to open the library for one mode of one architecture.
pub(crate) struct Opening {
    /// The library's architecture.
    pub(crate) arch: Arch,
    /// Its base mode.
    pub(crate) mode: Mode,
    /// An extra mode, such as compressed instructions.
    pub(crate) extra: Option<ExtraMode>,
    /// The byte order, where the library lets one choose.
    pub(crate) endian: Option<Endian>,
    /// The syntax, where the library lets one choose.
    pub(crate) syntax: Option<Syntax>,
    /// Whether immediates are printed without a sign.
    pub(crate) unsigned: bool,
    /// How operands are respelled.
    pub(crate) spelling: Spelling,
    /// What decodes the bytes that the library takes for no instruction.
    pub(crate) otherwise: Option<Data>,
}

impl Opening {
    /// The library's defaults for a mode.
    pub(crate) fn new(arch: Arch, mode: Mode, spelling: Spelling) -> Self {
        Self {
            arch,
            mode,
            extra: None,
            endian: None,
            syntax: None,
            unsigned: false,
            spelling,
            otherwise: None,
        }
    }
}

/// One open handle of the library.
pub(crate) struct Capstone {
    handle: Handle,
    spelling: Spelling,
    otherwise: Option<Data>,
}

impl Capstone {
    /// Opens the library. `name` is the architecture's, for the error.
    pub(crate) fn open(name: &'static str, opening: Opening) -> Result<Self, Error> {
        let refused = |error: ::capstone::Error| Error::Engine { arch: name, reason: error.to_string() };
        let Opening { arch, mode, extra, endian, syntax, unsigned, spelling, otherwise } = opening;
        let mut handle = match extra {
            Some(extra) => Handle::new_raw(arch, mode, std::iter::once(extra), endian),
            None => Handle::new_raw(arch, mode, NO_EXTRA_MODE, endian),
        }
        .map_err(refused)?;
        if let Some(syntax) = syntax {
            handle.set_syntax(syntax).map_err(refused)?;
        }
        if unsigned {
            handle.set_unsigned(true).map_err(refused)?;
        }
        Ok(Self { handle, spelling, otherwise })
    }

    /// Decodes one instruction; see [`Engine::decode`](super::Engine::decode).
    pub(crate) fn decode(&self, bytes: &[u8], addr: u64, instruction: &mut Instruction) -> Option<usize> {
        let mut cursor = self.handle.disasm_iter(bytes, addr).ok()?;
        let Some(decoded) = cursor.next() else {
            return self.otherwise.and_then(|data| data(bytes, instruction));
        };
        instruction.mnemonic.push_str(decoded.mnemonic().unwrap_or_default());
        let operands = decoded.op_str().unwrap_or_default();
        (self.spelling)(&instruction.mnemonic, operands, &mut instruction.operands);
        Some(decoded.len())
    }

    /// Makes the library tell all it knows, for [`Capstone::explain`]. Decoding takes longer then.
    pub(crate) fn tell(&mut self) {
        // Every build of the library can; without it there is less to tell.
        let _ = self.handle.set_detail(true);
    }

    /// As [`Capstone::decode`], with what the library knows beyond the text.
    pub(crate) fn explain(
        &self,
        bytes: &[u8],
        addr: u64,
        instruction: &mut Instruction,
    ) -> Option<(usize, Detail)> {
        let size = self.decode(bytes, addr, instruction)?;
        let mut cursor = self.handle.disasm_iter(bytes, addr).ok()?;
        let detail = cursor.next().map(|decoded| detail::read(&self.handle, &decoded));
        Some((size, detail.unwrap_or_default()))
    }

    /// Decodes one instruction for what it leaves behind in the library.
    pub(crate) fn skip(&self, bytes: &[u8], addr: u64) {
        if let Ok(mut cursor) = self.handle.disasm_iter(bytes, addr) {
            cursor.next();
        }
    }
}
