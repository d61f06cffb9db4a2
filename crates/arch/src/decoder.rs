//! The decoder: an architecture's engine and semantics behind one door. Owns the settings it was
//! opened with; knows nothing of where the bytes come from.

use std::fmt;

use crate::arch::{self, Arch, Sizes};
use crate::engine::Engine;
use crate::error::Error;
use crate::instruction::Instruction;
use crate::settings::Settings;

/// Decodes one instruction at a time for one architecture. Opening one costs more than decoding with
/// it: keep it while the settings stay.
///
/// It belongs to the thread that opened it (the library's handle is neither `Send` nor `Sync`).
pub struct Decoder {
    settings: Settings,
    row: &'static Arch,
    sizes: Sizes,
    engine: Engine,
}

impl Decoder {
    /// Opens a decoder.
    ///
    /// # Errors
    /// [`Error::UnknownArch`] and [`Error::UnsupportedBits`] when the table has no such row or width,
    /// [`Error::Engine`] when the library refuses the combination.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let row = arch::row(settings)?;
        let mut settings = settings.clone();
        settings.big_endian = row.endianness.resolve(settings.big_endian);
        let engine = (row.open)(row, &settings)?;
        Ok(Self { sizes: (row.sizes)(settings.bits), settings, row, engine })
    }

    /// The settings in force: as asked for, with the byte order the architecture insists on.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The architecture's row in the table.
    pub fn arch(&self) -> &'static Arch {
        self.row
    }

    /// Decodes the instruction that starts at `bytes[0]`, which lies at `addr`. `None` when the bytes
    /// are no instruction, or not the whole of one; step over them by [`Decoder::invalid_size`].
    pub fn decode(&self, bytes: &[u8], addr: u64) -> Option<Instruction> {
        let mut instruction = Instruction::default();
        self.decode_into(bytes, addr, &mut instruction).then_some(instruction)
    }

    /// As [`Decoder::decode`], into an instruction whose buffers are used again. False when the bytes
    /// are no instruction; `instruction` then holds nothing of use.
    pub fn decode_into(&self, bytes: &[u8], addr: u64, instruction: &mut Instruction) -> bool {
        if !self.decode_text(bytes, addr, instruction) {
            return false;
        }
        (self.row.analyse)(&self.settings, instruction);
        true
    }

    /// As [`Decoder::decode_into`] with address, size and text alone, for listings that print nothing
    /// else.
    pub fn decode_text(&self, bytes: &[u8], addr: u64, instruction: &mut Instruction) -> bool {
        instruction.reset(addr);
        self.engine.decode(bytes, addr, &self.settings, instruction)
    }

    /// What every instruction's address is a multiple of, in bytes.
    pub fn alignment(&self) -> usize {
        self.sizes.alignment
    }

    /// The shortest instruction, in bytes.
    pub fn min_size(&self) -> usize {
        self.sizes.min
    }

    /// The longest instruction, in bytes: how much to have at hand before decoding.
    pub fn max_size(&self) -> usize {
        self.sizes.max
    }

    /// How far to step, in bytes, over what is no instruction.
    pub fn invalid_size(&self) -> usize {
        self.sizes.invalid
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("settings", &self.settings).finish_non_exhaustive()
    }
}
