//! Thumb: the 16-bit encodings of ARMv6-M, in the spelling of the decoder; after the architecture
//! manual. What does not fit them is tried in 32 bits.

mod wide;

use super::arm::{condition, register, register_list, suffixes};
use super::form::{Form, distance, fit, form, integer};
use super::reader::Reader;
use super::{Condition, Fault, Idioms, Site, split_mnemonic};
use crate::instruction::Instruction;
use crate::settings::Settings;

/// How Thumb says what patches say.
pub(super) static IDIOMS: Idioms = Idioms {
    nops: &["nop"],
    trap: "bkpt 0xbe",
    jump: "b",
    returns: ["movs r0, 0; bx lr", "movs r0, 1; bx lr", "mov.w r0, -1; bx lr"],
};

/// The forms; a name that ends in `s` sets the flags outside of IT blocks.
static NARROW: &[Form] = &[
    form("adcs", "d,n", 0x4140),
    form("adcs", "d,r,n", 0x4140),
    form("add", "h,H", 0x4400),
    form("add", "j,A,W", 0xa800),
    form("add", "A,w", 0xb000),
    form("add", "A,A,w", 0xb000),
    form("adds", "d,n,t", 0x1c00),
    form("adds", "j,i", 0x3000),
    form("adds", "d,n,s", 0x1800),
    form("adr", "j,L", 0xa000),
    form("ands", "d,n", 0x4000),
    form("ands", "d,r,n", 0x4000),
    form("asrs", "d,n,k", 0x1000),
    form("asrs", "d,n", 0x4100),
    form("asrs", "d,r,n", 0x4100),
    form("b", "b", 0xe000),
    form("bics", "d,n", 0x4380),
    form("bics", "d,r,n", 0x4380),
    form("bkpt", "i", 0xbe00),
    form("blx", "H", 0x4780),
    form("bx", "H", 0x4700),
    form("cbnz", "d,z", 0xb900),
    form("cbz", "d,z", 0xb100),
    form("cmn", "d,n", 0x42c0),
    form("cmp", "j,i", 0x2800),
    form("cmp", "d,n", 0x4280),
    form("cmp", "h,H", 0x4500),
    form("eors", "d,n", 0x4040),
    form("eors", "d,r,n", 0x4040),
    form("ldm", "j!,l", 0xc800),
    form("ldm", "j,l", 0xc800),
    form("ldr", "d,[n]", 0x6800),
    form("ldr", "d,[n,x]", 0x6800),
    form("ldr", "j,[A]", 0x9800),
    form("ldr", "j,[A,W]", 0x9800),
    form("ldr", "j,[C,W]", 0x4800),
    form("ldr", "d,[n,s]", 0x5800),
    form("ldrb", "d,[n]", 0x7800),
    form("ldrb", "d,[n,f]", 0x7800),
    form("ldrb", "d,[n,s]", 0x5c00),
    form("ldrh", "d,[n]", 0x8800),
    form("ldrh", "d,[n,y]", 0x8800),
    form("ldrh", "d,[n,s]", 0x5a00),
    form("ldrsb", "d,[n,s]", 0x5600),
    form("ldrsh", "d,[n,s]", 0x5e00),
    form("lsls", "d,n,k", 0x0000),
    form("lsls", "d,n", 0x4080),
    form("lsls", "d,r,n", 0x4080),
    form("lsrs", "d,n,k", 0x0800),
    form("lsrs", "d,n", 0x40c0),
    form("lsrs", "d,r,n", 0x40c0),
    form("mov", "h,H", 0x4600),
    form("movs", "d,n", 0x0000),
    form("movs", "j,i", 0x2000),
    form("muls", "d,n,r", 0x4340),
    form("muls", "d,n", 0x4340),
    form("mvns", "d,n", 0x43c0),
    form("nop", "", 0xbf00),
    form("orrs", "d,n", 0x4300),
    form("orrs", "d,r,n", 0x4300),
    form("pop", "p", 0xbc00),
    form("push", "P", 0xb400),
    form("rev", "d,n", 0xba00),
    form("rev16", "d,n", 0xba40),
    form("revsh", "d,n", 0xbac0),
    form("rors", "d,n", 0x41c0),
    form("rors", "d,r,n", 0x41c0),
    form("rsbs", "d,n,o", 0x4240),
    form("sbcs", "d,n", 0x4180),
    form("sbcs", "d,r,n", 0x4180),
    form("sev", "", 0xbf40),
    form("stm", "j!,l", 0xc000),
    form("str", "d,[n]", 0x6000),
    form("str", "d,[n,x]", 0x6000),
    form("str", "j,[A]", 0x9000),
    form("str", "j,[A,W]", 0x9000),
    form("str", "d,[n,s]", 0x5000),
    form("strb", "d,[n]", 0x7000),
    form("strb", "d,[n,f]", 0x7000),
    form("strb", "d,[n,s]", 0x5400),
    form("strh", "d,[n]", 0x8000),
    form("strh", "d,[n,y]", 0x8000),
    form("strh", "d,[n,s]", 0x5200),
    form("sub", "A,w", 0xb080),
    form("sub", "A,A,w", 0xb080),
    form("subs", "d,n,t", 0x1e00),
    form("subs", "j,i", 0x3800),
    form("subs", "d,n,s", 0x1a00),
    form("svc", "i", 0xdf00),
    form("sxtb", "d,n", 0xb240),
    form("sxth", "d,n", 0xb200),
    form("tst", "d,n", 0x4200),
    form("udf", "i", 0xde00),
    form("uxtb", "d,n", 0xb2c0),
    form("uxth", "d,n", 0xb280),
    form("wfe", "", 0xbf20),
    form("wfi", "", 0xbf30),
    form("yield", "", 0xbf10),
];

/// Assembles one instruction.
pub(super) fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let (name, operands) = split_mnemonic(text);
    let name = name.to_ascii_lowercase();
    let (stem, is_wide) = match name.strip_suffix(".w") {
        Some(stem) => (stem, true),
        None => (name.strip_suffix(".n").unwrap_or(&name), false),
    };
    let big_endian = site.settings.big_endian;
    if let Some(half) = if_then(stem, operands) {
        return half.map(|half| halves(&[half], big_endian));
    }
    let mut fault = Fault::unknown(&name);
    if !is_wide {
        match narrow(stem, operands, site) {
            Ok(half) => return Ok(halves(&[half as u16], big_endian)),
            Err(other) => fault = other,
        }
    }
    match wide::encode(stem, operands, site) {
        Ok(word) => Ok(halves(&[(word >> 16) as u16, word as u16], big_endian)),
        Err(other) if fault == Fault::unknown(stem) || fault == Fault::unknown(&name) => Err(other),
        Err(_) => Err(fault),
    }
}

fn halves(halves: &[u16], big_endian: bool) -> Vec<u8> {
    let bytes = |half: &u16| if big_endian { half.to_be_bytes() } else { half.to_le_bytes() };
    halves.iter().flat_map(bytes).collect()
}

fn narrow(name: &str, operands: &str, site: &Site<'_>) -> Result<u32, Fault> {
    let start = |word| word;
    if NARROW.iter().any(|form| form.name == name) {
        return fit(NARROW, (name, operands), start, operand, site);
    }
    let suffix = suffixes(name).into_iter().find(|suffix| suffix.condition < 14 && !suffix.flags);
    let Some(suffix) = suffix else { return Err(Fault::unknown(name)) };
    if suffix.stem == "b" {
        let form = form("", "c", 0xd000 | suffix.condition << 8);
        return fit(&[form], ("", operands), start, operand, site);
    }
    // In an IT block: the condition is not in the instruction, and no flags are set.
    let flagging = format!("{}s", suffix.stem);
    fit(NARROW, (suffix.stem, operands), start, operand, site)
        .or_else(|_| fit(NARROW, (&flagging, operands), start, operand, site))
}

/// `it`, `ite` and their like; `None` when it is none of them.
fn if_then(name: &str, operands: &str) -> Option<Result<u16, Fault>> {
    let others = name.strip_prefix("it").filter(|others| others.chars().all(|c| matches!(c, 't' | 'e')))?;
    let first = operands.trim().to_ascii_lowercase();
    let Some(number) = condition(&first).filter(|_| others.len() < 4) else {
        return Some(Err(Fault::new(format!("`{first}` is no condition of a block"))));
    };
    let low = number & 1;
    let mask = others.chars().enumerate().fold(8 >> others.len(), |mask, (index, letter)| {
        let bit = if letter == 't' { low } else { low ^ 1 };
        mask | bit << (3 - index)
    });
    Some(Ok((0xbf00 | number << 4 | mask) as u16))
}

/// Reads the operand that a letter stands for.
///
/// `d`, `n`, `s`, `j`: low registers at 0, 3, 6 and 8 (`r`: the one at 0 again); `h`, `H`: any register
/// in both parts, at 3; `A`, `C`: the stack pointer and the program counter; `i`, `t`, `f`: 8, 3 and 5
/// bits; `y`, `x`: 5 bits of twos and fours; `w`, `W`: 7 and 8 bits of fours; `k`: a count; `o`: zero; `b`,
/// `c`, `z`, `L`: places; `l`, `p`, `P`: lists of registers.
fn operand(letter: char, reader: &mut Reader<'_>, word: &mut u32, site: &Site<'_>) -> Result<(), Fault> {
    let here = site.addr.wrapping_add(4);
    let field = match letter {
        'd' => low(reader)?,
        'n' => low(reader)? << 3,
        's' => low(reader)? << 6,
        'j' => low(reader)? << 8,
        'r' => {
            if low(reader)? != *word & 7 {
                return Err(Fault::new("this register must be the first again"));
            }
            0
        }
        'h' => {
            let number = register(reader)?;
            (number & 8) << 4 | number & 7
        }
        'H' => register(reader)? << 3,
        'A' | 'C' => {
            let wanted = if letter == 'A' { 13 } else { 15 };
            if register(reader)? != wanted {
                return Err(Fault::new("this register cannot be here in 16 bits"));
            }
            0
        }
        'i' => integer(reader, site, 0..=0xff, 1)? as u32,
        't' => (integer(reader, site, 0..=7, 1)? as u32) << 6,
        'f' => (integer(reader, site, 0..=31, 1)? as u32) << 6,
        'y' => (integer(reader, site, 0..=62, 2)? as u32 / 2) << 6,
        'x' => (integer(reader, site, 0..=124, 4)? as u32 / 4) << 6,
        'w' => integer(reader, site, 0..=508, 4)? as u32 / 4,
        'W' => integer(reader, site, 0..=1020, 4)? as u32 / 4,
        'k' => {
            let range = if *word == 0 { 1..=31 } else { 1..=32 };
            (integer(reader, site, range, 1)? as u32 & 31) << 6
        }
        'o' => integer(reader, site, 0..=0, 1)? as u32,
        'b' => distance(reader, site, here, 11, 2)?,
        'c' => distance(reader, site, here, 8, 2)?,
        'z' => {
            let value = distance(reader, site, here, 7, 2)?;
            if value >= 64 {
                return Err(Fault::new("the target must not be before the instruction"));
            }
            (value & 0x20) << 4 | (value & 0x1f) << 3
        }
        // The decoder prints the distance alone.
        'L' => integer(reader, site, 0..=1020, 4)? as u32 / 4,
        'l' => list(reader, 0)?,
        'p' => list(reader, 15)?,
        'P' => list(reader, 14)?,
        other => return Err(Fault::new(format!("the form has an unknown letter {other}"))),
    };
    *word |= field;
    Ok(())
}

/// One of the first eight registers.
fn low(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let number = register(reader)?;
    if number > 7 { Err(Fault::new("only r0 to r7 can be here in 16 bits")) } else { Ok(number) }
}

/// A list of low registers, and perhaps one more, which bit 8 stands for.
fn list(reader: &mut Reader<'_>, more: u32) -> Result<u32, Fault> {
    let list = register_list(reader)?;
    let extra = if more > 0 { list >> more & 1 } else { 0 };
    let rest = list & !(extra << more);
    if rest > 0xff {
        return Err(Fault::new("only r0 to r7 can be here in 16 bits"));
    }
    Ok(rest | extra << 8)
}

/// See [`Recondition`](super::Recondition).
pub(super) fn recondition(
    settings: &Settings,
    _: &Instruction,
    bytes: &[u8],
    to: Condition,
) -> Option<Vec<u8>> {
    let half = |bytes: &[u8]| -> Option<u16> {
        let bytes: [u8; 2] = bytes.try_into().ok()?;
        Some(if settings.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let changed = |known: u32| match to {
        Condition::Opposite if known < 14 => Some(known ^ 1),
        Condition::Zero => condition("eq"),
        Condition::NonZero => condition("ne"),
        _ => None,
    };
    let first = half(bytes.get(..2)?)?;
    let made = match (first, bytes.len()) {
        (0xd000..=0xddff, 2) if to == Condition::Always => {
            let distance = i16::from(first as u8 as i8);
            vec![0xe000 | distance as u16 & 0x7ff]
        }
        (0xd000..=0xddff, 2) => vec![first & !0xf00 | (changed(u32::from(first >> 8 & 15))? as u16) << 8],
        (_, 2) if first & 0xf500 == 0xb100 => match to {
            Condition::Opposite => vec![first ^ 0x800],
            Condition::Zero => vec![first & !0x800],
            Condition::NonZero => vec![first | 0x800],
            Condition::Always => return None,
        },
        (_, 4) if first & 0xf800 == 0xf000 => {
            let second = half(bytes.get(2..4)?)?;
            let known = first >> 6 & 15;
            if second & 0xd000 != 0x8000 || known >= 14 {
                return None;
            }
            vec![first & !0x3c0 | (changed(u32::from(known))? as u16) << 6, second]
        }
        _ => return None,
    };
    Some(halves(&made, settings.big_endian))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_in_order() {
        assert!(NARROW.is_sorted_by_key(|form| form.name), "by name");
    }
}
