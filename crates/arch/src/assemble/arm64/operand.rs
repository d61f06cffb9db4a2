//! The operands of AArch64: what each letter of a form reads, and where it goes in the word.

use super::number::{bit_mask, move_wide, real_immediate};
use super::register::{Word, flagged, general, of_width, real, sized, typed};
use super::system::{BARRIERS, system_register};
use crate::assemble::form::{distance, integer};
use crate::assemble::reader::Reader;
use crate::assemble::{Fault, Site};

/// The conditions by number.
pub(super) const CONDITIONS: [&str; 16] =
    ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];

/// The number of a condition.
pub(super) fn condition(name: &str) -> Option<u32> {
    let name = match name {
        "cs" => "hs",
        "cc" => "lo",
        name => name,
    };
    CONDITIONS.iter().position(|known| *known == name).map(|number| number as u32)
}

/// Reads the operand that a letter stands for.
///
/// `d`, `n`, `m`, `a`: general registers of one width (`D`, `N` with the stack pointer); `p`: the first
/// and second source at once; `x`: a destination of 64 bits, or the low bit of `extr`; `X`: a source of
/// 64, `W`, `s`: of 32 bits; `t`, `u`: what is loaded, `F`, `G` as real registers; `b`: the base of an
/// address; `f`, `g`, `j`, `A`: real registers; `I`, `J`: a number to add and its negative; `B`: a bit
/// mask; `V`: what one move can make; `h`: 16 bits and a shift; `S`: a shift or nothing; `E`: an extended
/// register; `R`: an index; `o`, `i`, `q`: offsets; `l`, `r`: counts of shifts; `e`, `z`: bit fields;
/// `L`, `M`, `T`, `P`, `Q`: places; `c`, `C`: a condition and its opposite; `k`: register and bit; `v`,
/// `H`, `w`, `y`: numbers; `O`: a barrier; `Y`: a system register; `K`, `Z`: real numbers; `U`: both
/// registers of a conversion.
pub(super) fn read(
    letter: char,
    reader: &mut Reader<'_>,
    word: &mut Word,
    site: &Site<'_>,
) -> Result<(), Fault> {
    match letter {
        'd' => at(word, 0, |word| flagged(reader, word, false)),
        'n' => at(word, 5, |word| flagged(reader, word, false)),
        'm' => at(word, 16, |word| flagged(reader, word, false)),
        'a' => at(word, 10, |word| flagged(reader, word, false)),
        'D' => at(word, 0, |word| flagged(reader, word, true)),
        'N' => at(word, 5, |word| flagged(reader, word, true)),
        'p' => {
            let number = flagged(reader, word, false)?;
            word.put(5, number);
            word.put(16, number);
            Ok(())
        }
        't' => at(word, 0, |word| sized(reader, word, false)),
        'u' => at(word, 10, |word| sized(reader, word, false)),
        'b' => {
            let (number, wide, is_stack) = general(reader)?;
            if !wide || number == 31 && !is_stack {
                return Err(Fault::new("the base of an address has 64 bits"));
            }
            word.put(5, number);
            Ok(())
        }
        'x' if word.bits & 0x1f80_0000 == 0x1380_0000 => {
            let count = integer(reader, site, 0..=i128::from(word.width()) - 1, 1)? as u32;
            word.put(10, count);
            word.put(22, u32::from(word.wide == Some(true)));
            Ok(())
        }
        'x' => {
            word.wide = Some(true);
            at(word, 0, |_| of_width(reader, true))
        }
        'X' => at(word, 5, |_| of_width(reader, true)),
        'W' => {
            // A field that is extended has as many bits as its destination says.
            word.put(22, u32::from(word.bits >> 23 & 0x3f == 0x26 && word.wide == Some(true)));
            at(word, 5, |_| of_width(reader, false))
        }
        's' => at(word, 16, |_| of_width(reader, false)),
        'f' => at(word, 0, |word| typed(reader, word)),
        'g' => at(word, 5, |word| typed(reader, word)),
        'j' => at(word, 16, |word| typed(reader, word)),
        'A' => at(word, 10, |word| typed(reader, word)),
        'F' => {
            let (kind, number) = real(reader)?;
            word.real = Some(kind);
            word.scale = "bhsdq".find(kind).unwrap_or(0) as u32;
            // Pairs and literals tell sizes from 32 bits on.
            let is_coarse = word.bits & 0x3a00_0000 == 0x2800_0000 || word.bits & 0x3b00_0000 == 0x1800_0000;
            match (is_coarse, word.scale) {
                (true, 0 | 1) => return Err(Fault::new("a register of 32 bits or more is needed")),
                (true, scale) => word.put(30, scale - 2),
                (false, 4) => word.put(23, 1),
                (false, scale) => word.put(30, scale),
            }
            word.put(0, number);
            Ok(())
        }
        'G' => {
            let (kind, number) = real(reader)?;
            if word.real != Some(kind) {
                return Err(Fault::new("the real registers are not of one kind"));
            }
            word.put(10, number);
            Ok(())
        }
        'I' => add_immediate(reader, word, site, 1),
        'J' => add_immediate(reader, word, site, -1),
        'B' => {
            reader.eat("#");
            let value = reader.expression(site)?;
            let mask =
                bit_mask(value, word.width()).ok_or_else(|| Fault::new("this is no mask that fits"))?;
            word.put(10, mask);
            Ok(())
        }
        'V' => {
            reader.eat("#");
            let value = reader.expression(site)?;
            word.bits |= move_wide(value, word.width())
                .ok_or_else(|| Fault::new("no single move makes this number: use movz and movk"))?;
            Ok(())
        }
        'h' => {
            let value = integer(reader, site, 0..=0xffff, 1)? as u32;
            let shift = trailing_shift(reader, site, &["lsl"], i128::from(word.width()) - 16, 16)?;
            word.put(5, value);
            word.put(21, shift.map_or(0, |(_, count)| count / 16));
            Ok(())
        }
        'S' => {
            let shift =
                trailing_shift(reader, site, &["lsl", "lsr", "asr", "ror"], i128::from(word.width()) - 1, 1)?;
            if let Some((kind, count)) = shift {
                word.put(22, kind);
                word.put(10, count);
            }
            Ok(())
        }
        'E' => extended(reader, word, site),
        'R' => index(reader, word, site),
        'o' => {
            let unit = 1i128 << word.scale;
            let value = integer(reader, site, 0..=0xfff * unit, unit)? / unit;
            word.put(10, value as u32);
            Ok(())
        }
        'i' => {
            let value = integer(reader, site, -256..=255, 1)? as u32;
            word.put(12, value & 0x1ff);
            Ok(())
        }
        'q' => {
            let unit = 1i128 << word.scale;
            let value = integer(reader, site, -64 * unit..=63 * unit, unit)? / unit;
            word.put(15, value as u32 & 0x7f);
            Ok(())
        }
        'l' => {
            let width = word.width();
            let count = integer(reader, site, 0..=i128::from(width) - 1, 1)? as u32;
            field(word, (width - count) % width, width - 1 - count);
            Ok(())
        }
        'r' => {
            let width = word.width();
            let count = integer(reader, site, 0..=i128::from(width) - 1, 1)? as u32;
            field(word, count, width - 1);
            Ok(())
        }
        'e' | 'z' => {
            let width = word.width();
            let low = integer(reader, site, 0..=i128::from(width) - 1, 1)? as u32;
            reader.need(",")?;
            let size = integer(reader, site, 1..=i128::from(width - low), 1)? as u32;
            match letter {
                'e' => field(word, low, low + size - 1),
                _ => field(word, (width - low) % width, size - 1),
            }
            Ok(())
        }
        'L' => put_distance(reader, word, site, 19, 5),
        'M' => put_distance(reader, word, site, 26, 0),
        'T' => put_distance(reader, word, site, 14, 5),
        'P' => {
            let value = distance(reader, site, site.addr, 21, 1)?;
            word.put(29, value & 3);
            word.put(5, value >> 2);
            Ok(())
        }
        'Q' => {
            reader.eat("#");
            let target = reader.expression(site)? as u64;
            let pages = (target >> 12).wrapping_sub(site.addr >> 12) as i64;
            // Both are of 52 bits, and so is what they differ by.
            let pages = pages << 12 >> 12;
            if target & 0xfff != 0 || !(-(1 << 20)..1 << 20).contains(&pages) {
                return Err(Fault::new("a page within 4 GiB is needed"));
            }
            word.put(29, pages as u32 & 3);
            word.put(5, (pages >> 2) as u32 & 0x7_ffff);
            Ok(())
        }
        'c' | 'C' => {
            let name = reader.word().unwrap_or_default().to_ascii_lowercase();
            let number = condition(&name).ok_or_else(|| Fault::new(format!("`{name}` is no condition")))?;
            if letter == 'C' && number >= 14 {
                return Err(Fault::new(format!("`{name}` has no opposite")));
            }
            word.put(12, if letter == 'C' { number ^ 1 } else { number });
            Ok(())
        }
        'k' => {
            let (number, wide, is_stack) = general(reader)?;
            if is_stack {
                return Err(Fault::new("the stack pointer cannot be here"));
            }
            reader.need(",")?;
            let bit = integer(reader, site, 0..=if wide { 63 } else { 31 }, 1)? as u32;
            word.put(0, number);
            word.put(31, bit >> 5);
            word.put(19, bit & 31);
            Ok(())
        }
        'v' => at(word, 5, |_| Ok(integer(reader, site, 0..=0xffff, 1)? as u32)),
        'H' => {
            let is_hint = word.bits != 0;
            let value = integer(reader, site, 0..=if is_hint { 0x7f } else { 0xffff }, 1)? as u32;
            word.put(if is_hint { 5 } else { 0 }, value);
            Ok(())
        }
        'w' => at(word, 0, |_| Ok(integer(reader, site, 0..=15, 1)? as u32)),
        'y' => at(word, 16, |_| Ok(integer(reader, site, 0..=31, 1)? as u32)),
        'O' => {
            let name = reader.peek_word().to_ascii_lowercase();
            let number = match BARRIERS.iter().find(|(known, _)| *known == name) {
                Some((_, number)) => {
                    reader.word();
                    *number
                }
                None => integer(reader, site, 0..=15, 1)? as u32,
            };
            word.put(8, number);
            Ok(())
        }
        'Y' => at(word, 5, |_| system_register(reader)),
        'K' => {
            let text = real_number(reader);
            let value: f64 = text.parse().map_err(|_| Fault::new(format!("`{text}` is no real number")))?;
            let bits =
                real_immediate(value).ok_or_else(|| Fault::new(format!("{value} has no short form")))?;
            word.put(13, bits);
            Ok(())
        }
        'Z' => {
            let text = real_number(reader);
            match text.parse::<f64>() {
                Ok(0.0) => Ok(()),
                _ => Err(Fault::new("only 0.0 can be compared with")),
            }
        }
        'U' => {
            let (to, destination) = real(reader)?;
            reader.need(",")?;
            let (from, source) = real(reader)?;
            let kind = |kind| match kind {
                's' => Ok(0),
                'd' => Ok(1),
                'h' => Ok(3),
                _ => Err(Fault::new("a register of 16, 32 or 64 bits is needed")),
            };
            word.put(22, kind(from)?);
            word.put(15, kind(to)?);
            word.put(0, destination);
            word.put(5, source);
            Ok(())
        }
        other => Err(Fault::new(format!("the form has an unknown letter {other}"))),
    }
}

/// Reads a value and puts it into a field.
fn at(word: &mut Word, at: u32, read: impl FnOnce(&mut Word) -> Result<u32, Fault>) -> Result<(), Fault> {
    let value = read(word)?;
    word.put(at, value);
    Ok(())
}

fn put_distance(
    reader: &mut Reader<'_>,
    word: &mut Word,
    site: &Site<'_>,
    bits: u32,
    at: u32,
) -> Result<(), Fault> {
    let value = distance(reader, site, site.addr, bits, 4)?;
    word.put(at, value);
    Ok(())
}

/// The limits of a bit field, with the bit that tells its width.
fn field(word: &mut Word, first: u32, last: u32) {
    word.put(16, first);
    word.put(10, last);
    word.put(22, u32::from(word.wide == Some(true)));
}

/// `, lsl 12` and its like, or nothing: which, and the count.
fn trailing_shift(
    reader: &mut Reader<'_>,
    site: &Site<'_>,
    kinds: &[&str],
    most: i128,
    step: i128,
) -> Result<Option<(u32, u32)>, Fault> {
    if !reader.eat(",") {
        return Ok(None);
    }
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    let kind = kinds.iter().position(|known| *known == name);
    let kind = kind.ok_or_else(|| Fault::new(format!("`{name}` is no shift that could be here")))?;
    let count = integer(reader, site, 0..=most, step)?;
    Ok(Some((kind as u32, count as u32)))
}

fn add_immediate(reader: &mut Reader<'_>, word: &mut Word, site: &Site<'_>, sign: i128) -> Result<(), Fault> {
    reader.eat("#");
    let value = sign * reader.expression(site)?;
    let wrapped = if value.abs() >= 1 << 63 { value - sign * (1 << 64) } else { value };
    let value = if sign < 0 { wrapped } else { value };
    if sign < 0 && value == 0 {
        return Err(Fault::new("0 is not negative"));
    }
    let shift = trailing_shift(reader, site, &["lsl"], 12, 12)?.map(|(_, count)| count);
    let (value, shifted) = match shift {
        Some(count) => (value, count == 12),
        None if value > 0xfff && value % 0x1000 == 0 => (value / 0x1000, true),
        None => (value, false),
    };
    if !(0..=0xfff).contains(&value) {
        return Err(Fault::new(format!("{} is not from 0 to 4095, perhaps shifted by 12", sign * value)));
    }
    word.put(10, value as u32);
    word.put(22, u32::from(shifted));
    Ok(())
}

/// The names of extensions by number.
const EXTENSIONS: [&str; 8] = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];

fn extended(reader: &mut Reader<'_>, word: &mut Word, site: &Site<'_>) -> Result<(), Fault> {
    let (number, wide, is_stack) = general(reader)?;
    if is_stack || wide && word.wide == Some(false) {
        return Err(Fault::new("this register cannot be extended here"));
    }
    word.put(16, number);
    let natural = if word.wide == Some(true) { 3 } else { 2 };
    let (option, count) = if reader.eat(",") {
        let name = reader.word().unwrap_or_default().to_ascii_lowercase();
        let known = EXTENSIONS.iter().position(|known| *known == name).map(|option| option as u32);
        let option = known.or((name == "lsl").then_some(natural));
        let option = option.ok_or_else(|| Fault::new(format!("`{name}` is no extension")))?;
        let count = if reader.is_empty() { 0 } else { integer(reader, site, 0..=4, 1)? as u32 };
        (option, count)
    } else {
        (natural, 0)
    };
    if wide != (option & 3 == 3) {
        return Err(Fault::new("the extension is for a register of another width"));
    }
    word.put(13, option);
    word.put(10, count);
    Ok(())
}

fn index(reader: &mut Reader<'_>, word: &mut Word, site: &Site<'_>) -> Result<(), Fault> {
    let (number, wide, is_stack) = general(reader)?;
    if is_stack {
        return Err(Fault::new("the stack pointer cannot be an index"));
    }
    word.put(16, number);
    let mut option = 3;
    if reader.eat(",") {
        let name = reader.word().unwrap_or_default().to_ascii_lowercase();
        option = match name.as_str() {
            "lsl" => 3,
            _ => EXTENSIONS
                .iter()
                .position(|known| *known == name)
                .filter(|option| option & 2 != 0)
                .ok_or_else(|| Fault::new(format!("`{name}` is no extension of an index")))?
                as u32,
        };
        if reader.peek() != Some(']') {
            let count = integer(reader, site, 0..=i128::from(word.scale), 1)? as u32;
            if count != 0 && count != word.scale {
                return Err(Fault::new(format!("an index is shifted by 0 or {} here", word.scale)));
            }
            // For bytes a shift by 0 is told from none.
            word.put(12, u32::from(count != 0 || word.scale == 0));
        }
    }
    if wide != (option & 1 == 1) {
        return Err(Fault::new("the index is of another width than its extension"));
    }
    word.put(13, option);
    Ok(())
}

fn real_number(reader: &mut Reader<'_>) -> String {
    reader.eat("#");
    let sign = if reader.eat("-") { "-" } else { "" };
    format!("{sign}{}", reader.word().unwrap_or_default())
}
