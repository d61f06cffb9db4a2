//! The registers of AArch64, and the word that operands are read into.

use crate::assemble::Fault;
use crate::assemble::reader::Reader;

/// A word whose operands are being read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Word {
    /// Its bits.
    pub(super) bits: u32,
    /// Whether its general registers have 64 bits, once that is known.
    pub(super) wide: Option<bool>,
    /// The kind of its real registers, once that is known.
    pub(super) real: Option<char>,
    /// The size of what is in memory, as a power of two.
    pub(super) scale: u32,
}

impl Word {
    /// Puts a value into the field whose lowest bit is `at`.
    pub(super) fn put(&mut self, at: u32, value: u32) {
        self.bits |= value << at;
    }

    /// How many bits its general registers have.
    pub(super) fn width(&self) -> u32 {
        if self.wide == Some(true) { 64 } else { 32 }
    }
}

/// A general register: its number, whether it has 64 bits, and whether it is the stack pointer.
pub(super) fn general(reader: &mut Reader<'_>) -> Result<(u32, bool, bool), Fault> {
    let name = reader.peek_word().to_ascii_lowercase();
    let found = match name.as_str() {
        "sp" => Some((31, true, true)),
        "wsp" => Some((31, false, true)),
        "xzr" => Some((31, true, false)),
        "wzr" => Some((31, false, false)),
        "fp" => Some((29, true, false)),
        "lr" => Some((30, true, false)),
        _ => name.split_at_checked(1).and_then(|(kind, number)| {
            let number: u32 = number.parse().ok().filter(|&number| number < 31)?;
            matches!(kind, "x" | "w").then_some((number, kind == "x", false))
        }),
    };
    let found = found.ok_or_else(|| Fault::new(format!("`{name}` is no register that could be here")))?;
    reader.word();
    Ok(found)
}

/// A general register of the width that the word has, which the first decides.
pub(super) fn sized(reader: &mut Reader<'_>, word: &mut Word, stack: bool) -> Result<u32, Fault> {
    let (number, wide, is_stack) = general(reader)?;
    if number == 31 && is_stack != stack {
        let what = if is_stack { "the stack pointer" } else { "the zero register" };
        return Err(Fault::new(format!("{what} cannot be here")));
    }
    if word.wide.is_some_and(|known| known != wide) {
        return Err(Fault::new("the registers are not of one width"));
    }
    word.wide = Some(wide);
    Ok(number)
}

/// As [`sized`], for what the highest bit of the word tells.
pub(super) fn flagged(reader: &mut Reader<'_>, word: &mut Word, stack: bool) -> Result<u32, Fault> {
    let number = sized(reader, word, stack)?;
    if word.wide == Some(true) {
        word.bits |= 1 << 31;
    }
    Ok(number)
}

/// A general register of 64 or 32 bits that is not the stack pointer.
pub(super) fn of_width(reader: &mut Reader<'_>, wanted: bool) -> Result<u32, Fault> {
    let (number, wide, is_stack) = general(reader)?;
    if wide != wanted || is_stack {
        return Err(Fault::new(format!("a register of {} bits is needed", if wanted { 64 } else { 32 })));
    }
    Ok(number)
}

/// A real register: its kind and number.
pub(super) fn real(reader: &mut Reader<'_>) -> Result<(char, u32), Fault> {
    let name = reader.peek_word().to_ascii_lowercase();
    let found = name.split_at_checked(1).and_then(|(kind, number)| {
        let number: u32 = number.parse().ok().filter(|&number| number < 32)?;
        kind.chars().next().filter(|kind| "bhsdq".contains(*kind)).map(|kind| (kind, number))
    });
    let found = found.ok_or_else(|| Fault::new(format!("`{name}` is no real register")))?;
    reader.word();
    Ok(found)
}

/// A real register of the kind that the word has.
pub(super) fn typed(reader: &mut Reader<'_>, word: &mut Word) -> Result<u32, Fault> {
    let (kind, number) = real(reader)?;
    if word.real.is_some_and(|known| known != kind) {
        return Err(Fault::new("the real registers are not of one kind"));
    }
    if word.real.is_none() {
        word.real = Some(kind);
        let bits = match kind {
            's' => 0,
            'd' => 1,
            'h' => 3,
            _ => return Err(Fault::new("a register of 16, 32 or 64 bits is needed")),
        };
        word.put(22, bits);
    }
    Ok(number)
}
