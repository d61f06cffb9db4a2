//! The decoder: an architecture's engine and semantics behind one door. Owns the settings it was
//! opened with; knows nothing of where the bytes come from.

use std::cell::OnceCell;
use std::fmt;

use crate::arch::{self, Arch, Sizes};
use crate::detail::Detail;
use crate::engine::Engine;
use crate::error::Error;
use crate::esil;
use crate::instruction::Instruction;
use crate::property::{self, Properties};
use crate::pseudo;
use crate::settings::{Settings, Syntax};

/// Decodes one instruction at a time for one architecture. Opening one costs more than decoding with
/// it: keep it while the settings stay.
///
/// It belongs to the thread that opened it (the library's handle is neither `Send` nor `Sync`).
pub struct Decoder {
    settings: Settings,
    row: &'static Arch,
    sizes: Sizes,
    engine: Engine,
    /// A second engine, which tells more and spells plainly. Opened when it is first needed.
    telling: OnceCell<Option<Telling>>,
}

/// An instruction with all that is known of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Explanation {
    /// The instruction in its architecture's plain syntax: for x86 Intel's, whatever the settings say.
    pub instruction: Instruction,
    /// What the decoding library knows.
    pub detail: Detail,
    /// What it does, in ESIL; empty when nobody has said.
    pub esil: String,
    /// What else there is to tell.
    pub properties: Properties,
}

/// An engine that tells all it knows, and its settings.
struct Telling {
    settings: Settings,
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
        Ok(Self { sizes: (row.sizes)(settings.bits), settings, row, engine, telling: OnceCell::new() })
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

    /// The instruction at the start of `bytes` with all that is known of it. `None` when the bytes are
    /// no instruction.
    pub fn explain(&self, bytes: &[u8], addr: u64) -> Option<Explanation> {
        let Telling { settings, engine } = self.telling()?;
        let mut instruction = Instruction::default();
        instruction.reset(addr);
        let detail = engine.explain(bytes, addr, settings, &mut instruction)?;
        (self.row.analyse)(settings, &mut instruction);
        let esil = esil::expression(self.row, settings, &instruction).unwrap_or_default();
        let mut properties = property::plain(&instruction, &detail);
        (self.row.properties)(settings, &instruction, &detail, &mut properties);
        Some(Explanation { instruction, detail, esil, properties })
    }

    /// What the instruction at the start of `bytes` does, in ESIL, and its size in bytes. The expression
    /// is empty when nobody has said what it does.
    pub fn esil(&self, bytes: &[u8], addr: u64) -> Option<(String, usize)> {
        let mut instruction = Instruction::default();
        instruction.reset(addr);
        let (engine, settings) = match self.settings.syntax {
            Syntax::Intel => (&self.engine, &self.settings),
            _ => self.telling().map(|telling| (&telling.engine, &telling.settings))?,
        };
        engine.decode(bytes, addr, settings, &mut instruction).then(|| {
            (esil::expression(self.row, settings, &instruction).unwrap_or_default(), instruction.size)
        })
    }

    /// An instruction's text, which may have names for addresses in it, as pseudo-code; as it is where
    /// there is none for it.
    pub fn pseudo(&self, text: &str) -> String {
        pseudo::rewrite(&self.settings, text, self.row.pseudo)
    }

    /// A line on what a mnemonic does; suffixes for flags, conditions and widths may stand behind it.
    pub fn describe(&self, mnemonic: &str) -> Option<&'static str> {
        let lines = (self.row.lines)(&self.settings);
        let word = mnemonic.rsplit(' ').next().unwrap_or_default();
        lines.get(word).or_else(|| lines.get(word.split('.').next()?)).copied()
    }

    /// The mnemonics there is a line on, with their lines, in order.
    pub fn descriptions(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        (self.row.lines)(&self.settings).iter().map(|(word, line)| (*word, *line))
    }

    fn telling(&self) -> Option<&Telling> {
        let open = || {
            let settings = Settings { syntax: Syntax::Intel, ..self.settings.clone() };
            let mut engine = (self.row.open)(self.row, &settings).ok()?;
            engine.tell();
            Some(Telling { settings, engine })
        };
        self.telling.get_or_init(open).as_ref()
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
