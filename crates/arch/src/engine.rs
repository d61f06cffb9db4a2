//! Engines: bytes to text. One is capstone with an architecture's spelling rules; the others are
//! small decoders of our own with the same shape.

pub(crate) mod capstone;
mod detail;
pub(crate) mod open;
pub(crate) mod riscv;
pub(crate) mod spelling;
pub(crate) mod thumb;
pub(crate) mod wasm;

use self::capstone::Capstone;
use self::thumb::Thumb;
use crate::detail::Detail;
use crate::instruction::Instruction;
use crate::settings::Settings;

/// A decoder of our own: writes mnemonic and operands (both empty on entry) and gives the size in
/// bytes, or `None` when the bytes are no instruction.
pub(crate) type Native = fn(&[u8], u64, &Settings, &mut Instruction) -> Option<usize>;

/// Something that turns bytes into text.
pub(crate) enum Engine {
    /// The library.
    Capstone(Capstone),
    /// The library with the conditions of IT blocks.
    Thumb(Thumb),
    /// A decoder of our own.
    Native(Native),
}

impl Engine {
    /// Decodes the instruction at the start of `bytes` into the mnemonic, operands and size of
    /// `instruction`, whose text is empty on entry. False when there is none.
    pub(crate) fn decode(
        &self,
        bytes: &[u8],
        addr: u64,
        settings: &Settings,
        instruction: &mut Instruction,
    ) -> bool {
        if bytes.is_empty() {
            return false;
        }
        let size = match self {
            Self::Capstone(capstone) => capstone.decode(bytes, addr, instruction),
            Self::Thumb(thumb) => thumb.decode(bytes, addr, instruction),
            Self::Native(native) => native(bytes, addr, settings, instruction),
        };
        Self::take(size, bytes, instruction)
    }

    /// Makes the library tell all it knows, for [`Engine::explain`].
    pub(crate) fn tell(&mut self) {
        match self {
            Self::Capstone(capstone) => capstone.tell(),
            Self::Thumb(thumb) => thumb.tell(),
            Self::Native(_) => {}
        }
    }

    /// As [`Engine::decode`], with what the library knows beyond the text.
    pub(crate) fn explain(
        &self,
        bytes: &[u8],
        addr: u64,
        settings: &Settings,
        instruction: &mut Instruction,
    ) -> Option<Detail> {
        let (size, detail) = match self {
            _ if bytes.is_empty() => return None,
            Self::Capstone(capstone) => capstone.explain(bytes, addr, instruction)?,
            Self::Thumb(thumb) => thumb.explain(bytes, addr, instruction)?,
            Self::Native(native) => (native(bytes, addr, settings, instruction)?, Detail::default()),
        };
        Self::take(Some(size), bytes, instruction).then_some(detail)
    }

    /// Notes the size of what was decoded.
    fn take(size: Option<usize>, bytes: &[u8], instruction: &mut Instruction) -> bool {
        // A size of nothing, or of more than was given, would make a caller loop or overrun.
        match size {
            Some(size) if size > 0 && size <= bytes.len() => {
                instruction.size = size;
                true
            }
            _ => false,
        }
    }
}

/// The architecture without instructions: every byte decodes, to no text.
pub(crate) fn null(_: &[u8], _: u64, _: &Settings, _: &mut Instruction) -> Option<usize> {
    Some(1)
}
