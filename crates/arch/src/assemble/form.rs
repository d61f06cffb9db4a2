//! Instructions that are words of fields: a table of forms, each the text that operands have and the
//! bits of the word, and the one loop that tries them.

use super::reader::Reader;
use super::{Fault, Site};

/// One form of an instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Form {
    /// Its mnemonic.
    pub(crate) name: &'static str,
    /// Its operands: a letter stands for one, as the architecture has it; every other mark for
    /// itself. Blanks count for nothing.
    pub(crate) operands: &'static str,
    /// The word where all operands are 0.
    pub(crate) word: u32,
}

/// A form.
pub(crate) const fn form(name: &'static str, operands: &'static str, word: u32) -> Form {
    Form { name, operands, word }
}

/// Reads the operand that a letter stands for into the word.
pub(crate) type Operand<W> = fn(char, &mut Reader<'_>, &mut W, &Site<'_>) -> Result<(), Fault>;

/// The word of the first form of a mnemonic that fits the operands. `start` makes of a form's word what
/// its operands are read into.
///
/// # Errors
/// When there is no such mnemonic, or what is wrong with the operands by the form that fits furthest.
pub(crate) fn fit<W>(
    forms: &[Form],
    (name, operands): (&str, &str),
    start: impl Fn(u32) -> W,
    operand: Operand<W>,
    site: &Site<'_>,
) -> Result<W, Fault> {
    let mut furthest: Option<(usize, Fault)> = None;
    for form in forms.iter().filter(|form| form.name == name) {
        let mut reader = Reader::new(operands);
        let mut word = start(form.word);
        match read(form, &mut reader, &mut word, operand, site) {
            Ok(()) => return Ok(word),
            Err(fault) => {
                let left = reader.left();
                if furthest.as_ref().is_none_or(|(least, _)| left < *least) {
                    furthest = Some((left, fault));
                }
            }
        }
    }
    Err(furthest.map_or_else(|| Fault::unknown(name), |(_, fault)| fault))
}

fn read<W>(
    form: &Form,
    reader: &mut Reader<'_>,
    word: &mut W,
    operand: Operand<W>,
    site: &Site<'_>,
) -> Result<(), Fault> {
    for mark in form.operands.chars().filter(|mark| *mark != ' ') {
        match mark {
            letter if letter.is_ascii_alphabetic() => operand(letter, reader, word, site)?,
            mark => reader.need(mark.encode_utf8(&mut [0; 4]))?,
        }
    }
    reader.end()
}

/// An integer that must be in a range and a multiple of `step`; `#` before it says nothing.
pub(crate) fn integer(
    reader: &mut Reader<'_>,
    site: &Site<'_>,
    range: std::ops::RangeInclusive<i128>,
    step: i128,
) -> Result<i128, Fault> {
    reader.eat("#");
    let value = reader.expression(site)?;
    check(value, range, step)
}

fn check(value: i128, range: std::ops::RangeInclusive<i128>, step: i128) -> Result<i128, Fault> {
    // A negative number may be written as the 64 bits of it.
    let wrapped = value - (1i128 << 64);
    let value = if !range.contains(&value) && range.contains(&wrapped) { wrapped } else { value };
    if !range.contains(&value) {
        let (least, most) = (range.start(), range.end());
        return Err(Fault::new(format!("{value} is not from {least} to {most}")));
    }
    if value % step != 0 {
        return Err(Fault::new(format!("{value} is no multiple of {step}")));
    }
    Ok(value)
}

/// The distance from `base` to an address, in `bits` signed bits of units of `unit` bytes.
pub(crate) fn distance(
    reader: &mut Reader<'_>,
    site: &Site<'_>,
    base: u64,
    bits: u32,
    unit: i128,
) -> Result<u32, Fault> {
    reader.eat("#");
    let target = reader.expression(site)?;
    let address_bits = if site.settings.bits == 64 { 64 } else { 32 };
    let mask = u64::MAX >> (64 - address_bits);
    let delta = (target as u64).wrapping_sub(base) & mask;
    let delta = i128::from(((delta << (64 - address_bits)) as i64) >> (64 - address_bits));
    let limit = unit << (bits - 1);
    if !(-limit..limit).contains(&delta) {
        return Err(Fault::new("the target is too far away"));
    }
    if delta % unit != 0 {
        return Err(Fault::new(format!("the target is no multiple of {unit} bytes away")));
    }
    Ok((delta / unit) as u32 & (u32::MAX >> (32 - bits)))
}

/// A word in the byte order of the settings.
pub(crate) fn bytes(word: u32, big_endian: bool) -> Vec<u8> {
    if big_endian { word.to_be_bytes().to_vec() } else { word.to_le_bytes().to_vec() }
}
