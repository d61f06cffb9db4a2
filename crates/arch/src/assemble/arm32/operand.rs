//! The operands of A32: what each letter of a form reads, and where it goes in the word.

use crate::assemble::arm::{register, register_list};
use crate::assemble::form::{distance, integer};
use crate::assemble::reader::Reader;
use crate::assemble::{Fault, Site};

/// Reads the operand that a letter stands for.
///
/// `d`, `n`, `m`, `s`: registers at 12, 16, 0 and 8 (`e`: both 12 and 16, `f`: both 12 and 0, `D`: two
/// in a row); `O`: a number or a shifted register, `N` and `C`: the negative and the complement of a
/// number; `K`: a count; `i`, `k`, `u`, `v`, `c`: numbers; `A`, `H`, `T`: addresses; `R`: a list of
/// registers, `M`: its base; `B`, `X`, `L`: places; `E`, `F`: bit fields; `r`: a rotation or nothing; `P`,
/// `Q`: status registers; `b`: a barrier.
pub(super) fn read(
    letter: char,
    reader: &mut Reader<'_>,
    word: &mut u32,
    site: &Site<'_>,
) -> Result<(), Fault> {
    let here = site.addr.wrapping_add(8);
    let field = match letter {
        'd' => register(reader)? << 12,
        'n' => register(reader)? << 16,
        'm' => register(reader)?,
        's' => register(reader)? << 8,
        'e' => {
            let number = register(reader)?;
            number << 16 | number << 12
        }
        'f' => {
            let number = register(reader)?;
            number << 12 | number
        }
        'D' => {
            let first = register(reader)?;
            reader.need(",")?;
            if first % 2 != 0 || first == 14 || register(reader)? != first + 1 {
                return Err(Fault::new("two registers in a row are needed, the first even"));
            }
            first << 12
        }
        'O' => second(reader, site)?,
        'N' => immediate(-number(reader, site)?)?,
        'C' => immediate(!number(reader, site)? & 0xffff_ffff)?,
        'K' => {
            let (least, most) = match *word >> 5 & 3 {
                0 => (0, 31),
                3 => (1, 31),
                _ => (1, 32),
            };
            (integer(reader, site, least..=most, 1)? as u32 & 31) << 7
        }
        'i' => {
            let value = integer(reader, site, 0..=0xffff, 1)? as u32;
            (value & 0xf000) << 4 | value & 0xfff
        }
        'k' => {
            let value = integer(reader, site, 0..=0xffff, 1)? as u32;
            (value & 0xfff0) << 4 | value & 15
        }
        'u' => integer(reader, site, 0..=0xff, 1)? as u32,
        'c' => integer(reader, site, 0..=15, 1)? as u32,
        'v' => integer(reader, site, 0..=0xff_ffff, 1)? as u32,
        'A' => address(reader, site)?,
        'T' => {
            let field = address(reader, site)?;
            // Behind the bracket only, and without more bits.
            if field & 1 << 24 != 0 {
                return Err(Fault::new("the offset stands behind the bracket here"));
            }
            field
        }
        'H' => halfword_address(reader, site)?,
        'R' => register_list(reader)?,
        'M' => {
            let base = register(reader)? << 16;
            base | u32::from(reader.eat("!")) << 21
        }
        'B' => distance(reader, site, here, 24, 4)?,
        'X' => {
            let value = distance(reader, site, here, 25, 2)?;
            (value & 1) << 24 | value >> 1
        }
        'L' => {
            reader.eat("#");
            let target = reader.expression(site)?;
            let delta = i128::from((target as u32).wrapping_sub(here as u32) as i32);
            match immediate(delta) {
                Ok(bits) => 1 << 23 | bits & 0xfff,
                Err(_) => 1 << 22 | immediate(-delta)? & 0xfff,
            }
        }
        'E' => {
            let low = integer(reader, site, 0..=31, 1)? as u32;
            reader.need(",")?;
            let size = integer(reader, site, 1..=i128::from(32 - low), 1)? as u32;
            low << 7 | (size - 1) << 16
        }
        'F' => {
            let low = integer(reader, site, 0..=31, 1)? as u32;
            reader.need(",")?;
            let size = integer(reader, site, 1..=i128::from(32 - low), 1)? as u32;
            low << 7 | (low + size - 1) << 16
        }
        'r' => {
            if !reader.eat(",") {
                return Ok(());
            }
            if !reader.eat_word("ror") {
                return Err(Fault::new("only `ror` can be here"));
            }
            (integer(reader, site, 0..=24, 8)? as u32 / 8) << 10
        }
        'P' => match reader.word().unwrap_or_default().to_ascii_lowercase().as_str() {
            "apsr" | "cpsr" => 0,
            "spsr" => 1 << 22,
            other => return Err(Fault::new(format!("`{other}` is no status register"))),
        },
        'Q' => status_fields(reader)?,
        'b' => barrier(reader)?,
        other => return Err(Fault::new(format!("the form has an unknown letter {other}"))),
    };
    *word |= field;
    Ok(())
}

/// The barrier that is named; all of them where none is.
pub(in crate::assemble) fn barrier(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    const NAMES: [(&str, u32); 8] = [
        ("oshst", 2),
        ("osh", 3),
        ("nshst", 6),
        ("nsh", 7),
        ("ishst", 10),
        ("ish", 11),
        ("st", 14),
        ("sy", 15),
    ];
    let name = reader.word().unwrap_or("sy").to_ascii_lowercase();
    let known = NAMES.iter().find(|(known, _)| *known == name);
    Ok(known.ok_or_else(|| Fault::new(format!("no barrier is named `{name}`")))?.1)
}

fn number(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<i128, Fault> {
    reader.eat("#");
    reader.expression(site)
}

/// A number as 8 bits that are rotated, with the bit that says so.
fn immediate(value: i128) -> Result<u32, Fault> {
    let wrong = || Fault::new(format!("{value:#x} is no byte that is rotated by an even number of bits"));
    if !(-(1i128 << 31)..1i128 << 32).contains(&value) {
        return Err(wrong());
    }
    let value = value as u32;
    let found = (0..16).find(|rotation| value.rotate_left(2 * rotation) <= 0xff);
    found.map(|rotation| 1 << 25 | rotation << 8 | value.rotate_left(2 * rotation)).ok_or_else(wrong)
}

/// The second operand of arithmetic: a number, or a register that may be shifted.
fn second(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    let Ok(source) = register(&mut reader.clone()) else {
        let value = number(reader, site)?;
        if !reader.eat(",") {
            return immediate(value);
        }
        // The byte and its rotation, where the decoder must tell them.
        let byte = u8::try_from(value).map_err(|_| Fault::new("a byte and its rotation are needed"))?;
        let rotation = integer(reader, site, 0..=30, 2)? as u32 / 2;
        return Ok(1 << 25 | rotation << 8 | u32::from(byte));
    };
    register(reader)?;
    if !reader.eat(",") {
        return Ok(source);
    }
    let (kind, is_rrx) = shift(reader)?;
    if is_rrx {
        return Ok(source | 0x60);
    }
    if register(&mut reader.clone()).is_ok() {
        return Ok(source | register(reader)? << 8 | kind << 5 | 0x10);
    }
    Ok(source | count(reader, site, kind)?)
}

const SHIFTS: [&str; 4] = ["lsl", "lsr", "asr", "ror"];

/// The number of a shift, and whether it is the one through the carry.
fn shift(reader: &mut Reader<'_>) -> Result<(u32, bool), Fault> {
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    if name == "rrx" {
        return Ok((3, true));
    }
    let kind = SHIFTS.iter().position(|known| *known == name);
    let kind = kind.ok_or_else(|| Fault::new(format!("`{name}` is no shift")))?;
    Ok((kind as u32, false))
}

/// The count of a shift with its kind.
fn count(reader: &mut Reader<'_>, site: &Site<'_>, kind: u32) -> Result<u32, Fault> {
    let range = match kind {
        0 => 0..=31,
        3 => 1..=31,
        _ => 1..=32,
    };
    Ok((integer(reader, site, range, 1)? as u32 & 31) << 7 | kind << 5)
}

const UP: u32 = 1 << 23;
const BEFORE: u32 = 1 << 24;
const KEEP: u32 = 1 << 21;

/// An address of a word or byte with all that belongs to it: `[rn]`, `[rn, off]`, `[rn, off]!`,
/// `[rn], off`, or a place near here.
fn address(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    around(reader, site, |reader, site| {
        let is_down = reader.eat("-");
        if !is_down {
            reader.eat("+");
        }
        let up = if is_down { 0 } else { UP };
        if register(&mut reader.clone()).is_ok() {
            let index = register(reader)?;
            if !reader.eat(",") {
                return Ok(1 << 25 | up | index);
            }
            let (kind, is_rrx) = shift(reader)?;
            let shift = if is_rrx { 0x60 } else { count(reader, site, kind)? };
            return Ok(1 << 25 | up | index | shift);
        }
        let value = number(reader, site)?;
        offset(if is_down { -value } else { value }, is_down, 0xfff)
    })
}

/// An address of a halfword, a signed byte or two words.
fn halfword_address(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    around(reader, site, |reader, site| {
        let is_down = reader.eat("-");
        if !is_down {
            reader.eat("+");
        }
        if register(&mut reader.clone()).is_ok() {
            return Ok(register(reader)? | if is_down { 0 } else { UP });
        }
        let value = number(reader, site)?;
        let bits = offset(if is_down { -value } else { value }, is_down, 0xff)?;
        Ok(1 << 22 | bits & UP | (bits & 0xf0) << 4 | bits & 15)
    })
}

/// An offset with the bit of its sign; 0 has one too.
fn offset(value: i128, is_negative: bool, most: i128) -> Result<u32, Fault> {
    if value.abs() > most {
        return Err(Fault::new(format!("{value} is not from -{most} to {most}")));
    }
    let is_negative = value < 0 || value == 0 && is_negative;
    Ok(value.unsigned_abs() as u32 | if is_negative { 0 } else { UP })
}

fn around(
    reader: &mut Reader<'_>,
    site: &Site<'_>,
    offset_of: impl Fn(&mut Reader<'_>, &Site<'_>) -> Result<u32, Fault>,
) -> Result<u32, Fault> {
    reader.need("[")?;
    let base = register(reader)? << 16;
    // An offset of nothing is one of a number where numbers have a bit.
    let none = |_: ()| -> Result<u32, Fault> { offset_of(&mut Reader::new("0"), site) };
    if reader.eat("]") {
        if reader.eat(",") {
            return Ok(base | offset_of(reader, site)?);
        }
        return Ok(base | BEFORE | none(())?);
    }
    reader.need(",")?;
    let offset = offset_of(reader, site)?;
    reader.need("]")?;
    Ok(base | BEFORE | offset | if reader.eat("!") { KEEP } else { 0 })
}

/// `cpsr_fc` and its like.
fn status_fields(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    let wrong = || Fault::new(format!("`{name}` is no status register with fields"));
    let (register, fields) = name.split_once('_').unwrap_or((&name, "fc"));
    let saved = match register {
        "apsr" | "cpsr" => 0,
        "spsr" => 1 << 22,
        _ => return Err(wrong()),
    };
    let fields = match fields {
        "nzcvq" => "f",
        "g" => "s",
        "nzcvqg" => "fs",
        fields => fields,
    };
    fields.chars().try_fold(saved, |word, field| {
        "cxsf".find(field).map(|place| word | 1 << (16 + place)).ok_or_else(wrong)
    })
}
