//! The everyday 32-bit encodings of Thumb. A word holds the first halfword above the second.

use crate::assemble::arm::{register, register_list, suffixes};
use crate::assemble::form::{Form, distance, fit, form, integer};
use crate::assemble::reader::Reader;
use crate::assemble::{Fault, Site};

/// Arithmetic with a number or a shifted register; flags are set where bit 20 is.
static FLAGGED: &[Form] = &[
    form("adc", "d,n,I", 0xf140_0000),
    form("adc", "d,n,S", 0xeb40_0000),
    form("add", "d,n,I", 0xf100_0000),
    form("add", "e,I", 0xf100_0000),
    form("add", "d,n,S", 0xeb00_0000),
    form("and", "d,n,I", 0xf000_0000),
    form("and", "e,I", 0xf000_0000),
    form("and", "d,n,S", 0xea00_0000),
    form("asr", "d,m,K", 0xea4f_0020),
    form("asr", "d,n,m", 0xfa40_f000),
    form("bic", "d,n,I", 0xf020_0000),
    form("bic", "e,I", 0xf020_0000),
    form("bic", "d,n,S", 0xea20_0000),
    form("eor", "d,n,I", 0xf080_0000),
    form("eor", "e,I", 0xf080_0000),
    form("eor", "d,n,S", 0xea80_0000),
    form("lsl", "d,m,K", 0xea4f_0000),
    form("lsl", "d,n,m", 0xfa00_f000),
    form("lsr", "d,m,K", 0xea4f_0010),
    form("lsr", "d,n,m", 0xfa20_f000),
    form("mov", "d,I", 0xf04f_0000),
    form("mov", "d,m", 0xea4f_0000),
    form("mvn", "d,I", 0xf06f_0000),
    form("mvn", "d,S", 0xea6f_0000),
    form("orn", "d,n,I", 0xf060_0000),
    form("orn", "d,n,S", 0xea60_0000),
    form("orr", "d,n,I", 0xf040_0000),
    form("orr", "e,I", 0xf040_0000),
    form("orr", "d,n,S", 0xea40_0000),
    form("ror", "d,m,K", 0xea4f_0030),
    form("ror", "d,n,m", 0xfa60_f000),
    form("rrx", "d,m", 0xea4f_0030),
    form("rsb", "d,n,I", 0xf1c0_0000),
    form("rsb", "d,n,S", 0xebc0_0000),
    form("sbc", "d,n,I", 0xf160_0000),
    form("sbc", "d,n,S", 0xeb60_0000),
    form("sub", "d,n,I", 0xf1a0_0000),
    form("sub", "e,I", 0xf1a0_0000),
    form("sub", "d,n,S", 0xeba0_0000),
];

/// All others.
static FORMS: &[Form] = &[
    form("add", "d,n,i", 0xf200_0000),
    form("addw", "d,n,i", 0xf200_0000),
    form("b", "B", 0xf000_9000),
    form("bfc", "d,F", 0xf36f_0000),
    form("bfi", "d,n,F", 0xf360_0000),
    form("bl", "B", 0xf000_d000),
    form("blx", "X", 0xf000_c000),
    form("clrex", "", 0xf3bf_8f2f),
    form("clz", "d,c", 0xfab0_f080),
    form("cmn", "n,I", 0xf110_0f00),
    form("cmn", "n,S", 0xeb10_0f00),
    form("cmp", "n,I", 0xf1b0_0f00),
    form("cmp", "n,S", 0xebb0_0f00),
    form("dmb", "b", 0xf3bf_8f50),
    form("dsb", "b", 0xf3bf_8f40),
    form("isb", "b", 0xf3bf_8f60),
    form("ldr", "t,A", 0xf850_0000),
    form("ldrb", "t,A", 0xf810_0000),
    form("ldrd", "t,d,D", 0xe850_0000),
    form("ldrex", "t,[n]", 0xe850_0f00),
    form("ldrexb", "t,[n]", 0xe8d0_0f4f),
    form("ldrexh", "t,[n]", 0xe8d0_0f5f),
    form("ldrh", "t,A", 0xf830_0000),
    form("ldrsb", "t,A", 0xf910_0000),
    form("ldrsh", "t,A", 0xf930_0000),
    form("mla", "d,n,m,t", 0xfb00_0000),
    form("mls", "d,n,m,t", 0xfb00_0010),
    form("mov", "d,w", 0xf240_0000),
    form("movt", "d,w", 0xf2c0_0000),
    form("movw", "d,w", 0xf240_0000),
    form("mrs", "d,p", 0xf3ef_8000),
    form("msr", "p,n", 0xf380_8800),
    form("mul", "d,n,m", 0xfb00_f000),
    form("nop", "", 0xf3af_8000),
    form("pop", "R", 0xe8bd_0000),
    form("push", "R", 0xe92d_0000),
    form("rbit", "d,c", 0xfa90_f0a0),
    form("rev", "d,c", 0xfa90_f080),
    form("rev16", "d,c", 0xfa90_f090),
    form("revsh", "d,c", 0xfa90_f0b0),
    form("sbfx", "d,n,E", 0xf340_0000),
    form("sdiv", "d,n,m", 0xfb90_f0f0),
    form("smlal", "t,d,n,m", 0xfbc0_0000),
    form("smull", "t,d,n,m", 0xfb80_0000),
    form("str", "t,A", 0xf840_0000),
    form("strb", "t,A", 0xf800_0000),
    form("strd", "t,d,D", 0xe840_0000),
    form("strexb", "m,t,[n]", 0xe8c0_0f40),
    form("strexh", "m,t,[n]", 0xe8c0_0f50),
    form("strh", "t,A", 0xf820_0000),
    form("sub", "d,n,i", 0xf2a0_0000),
    form("subw", "d,n,i", 0xf2a0_0000),
    form("sxtb", "d,mr", 0xfa4f_f080),
    form("sxth", "d,mr", 0xfa0f_f080),
    form("teq", "n,I", 0xf090_0f00),
    form("teq", "n,S", 0xea90_0f00),
    form("tst", "n,I", 0xf010_0f00),
    form("tst", "n,S", 0xea10_0f00),
    form("ubfx", "d,n,E", 0xf3c0_0000),
    form("udf", "k", 0xf7f0_a000),
    form("udiv", "d,n,m", 0xfbb0_f0f0),
    form("umlal", "t,d,n,m", 0xfbe0_0000),
    form("umull", "t,d,n,m", 0xfba0_0000),
    form("uxtb", "d,mr", 0xfa5f_f080),
    form("uxth", "d,mr", 0xfa1f_f080),
];

/// Loads and stores of several registers.
static MULTIPLE: &[(&str, u32)] = &[
    ("ldm", 0xe890_0000),
    ("ldmdb", 0xe910_0000),
    ("ldmia", 0xe890_0000),
    ("stm", 0xe880_0000),
    ("stmdb", 0xe900_0000),
    ("stmia", 0xe880_0000),
];

/// The word of an instruction.
pub(super) fn encode(name: &str, operands: &str, site: &Site<'_>) -> Result<u32, Fault> {
    let mut fault = None;
    let mut keep =
        |result: Result<u32, Fault>| result.map_err(|other| fault.get_or_insert(other).clone()).ok();
    for suffix in suffixes(name) {
        let is_conditional = suffix.condition < 14;
        if suffix.stem == "b" && is_conditional && !suffix.flags {
            let form = form("", "C", 0xf000_8000 | suffix.condition << 22);
            if let Some(word) = keep(fit(&[form], ("", operands), |word| word, operand, site)) {
                return Ok(word);
            }
            continue;
        }
        if let Some((_, word)) =
            MULTIPLE.iter().find(|(known, _)| *known == suffix.stem).filter(|_| !suffix.flags)
        {
            let form = form("", "M,R", *word);
            if let Some(word) = keep(fit(&[form], ("", operands), |word| word, operand, site)) {
                return Ok(word);
            }
            continue;
        }
        let flags = u32::from(suffix.flags) << 20;
        if FLAGGED.iter().any(|form| form.name == suffix.stem)
            && let Some(word) =
                keep(fit(FLAGGED, (suffix.stem, operands), |word| word | flags, operand, site))
        {
            return Ok(word);
        }
        if !suffix.flags
            && FORMS.iter().any(|form| form.name == suffix.stem)
            && let Some(word) = keep(fit(FORMS, (suffix.stem, operands), |word| word, operand, site))
        {
            return Ok(word);
        }
    }
    Err(fault.unwrap_or_else(|| Fault::unknown(name)))
}

/// Reads the operand that a letter stands for.
///
/// `d`, `n`, `m`, `t`: registers at 8, 16, 0 and 12 (`e`: both 8 and 16, `c`: both 0 and 16); `I`: a number
/// of a spread or rotated byte; `i`, `w`, `k`: 12 and 16 bits; `S`: a shifted register; `K`: a count; `A`,
/// `D`: addresses; `R`: a list of registers, `M`: its base; `B`, `X`, `C`: places; `E`, `F`: bit fields;
/// `r`: a rotation or nothing; `p`: a status register; `b`: a barrier.
fn operand(letter: char, reader: &mut Reader<'_>, word: &mut u32, site: &Site<'_>) -> Result<(), Fault> {
    let here = site.addr.wrapping_add(4);
    let field = match letter {
        'd' => register(reader)? << 8,
        'n' => register(reader)? << 16,
        'm' => register(reader)?,
        't' => register(reader)? << 12,
        'e' => {
            let number = register(reader)?;
            number << 16 | number << 8
        }
        'c' => {
            let number = register(reader)?;
            number << 16 | number
        }
        'I' => {
            reader.eat("#");
            let value = reader.expression(site)?;
            let bits = spread(value)
                .ok_or_else(|| Fault::new("no byte that is spread or rotated makes this number"))?;
            split_immediate(bits)
        }
        'i' => split_immediate(integer(reader, site, 0..=0xfff, 1)? as u32),
        'w' => {
            let value = integer(reader, site, 0..=0xffff, 1)? as u32;
            (value >> 12) << 16 | split_immediate(value & 0xfff)
        }
        'k' => {
            let value = integer(reader, site, 0..=0xffff, 1)? as u32;
            (value >> 12) << 16 | value & 0xfff
        }
        'S' => {
            let source = register(reader)?;
            let shift = if reader.eat(",") { shift(reader, site)? } else { 0 };
            source | shift
        }
        'K' => {
            let kind = *word >> 4 & 3;
            count(reader, site, kind)?
        }
        'A' => address(reader, site)?,
        'D' => double_address(reader, site)?,
        'R' => register_list(reader)?,
        'M' => {
            let base = register(reader)? << 16;
            base | u32::from(reader.eat("!")) << 21
        }
        'B' | 'X' => {
            let base = if letter == 'X' { here & !3 } else { here };
            let value = distance(reader, site, base, 24, 2)?;
            if letter == 'X' && value & 1 != 0 {
                return Err(Fault::new("the target is no multiple of 4 bytes away"));
            }
            // Both bits below the sign are told by whether they are the sign's.
            let sign = value >> 23 & 1;
            let (first, second) = (value >> 22 & 1 ^ sign ^ 1, value >> 21 & 1 ^ sign ^ 1);
            sign << 26 | first << 13 | second << 11 | (value >> 11 & 0x3ff) << 16 | value & 0x7ff
        }
        'C' => {
            let value = distance(reader, site, here, 20, 2)?;
            (value >> 19 & 1) << 26
                | (value >> 18 & 1) << 11
                | (value >> 17 & 1) << 13
                | (value >> 11 & 0x3f) << 16
                | value & 0x7ff
        }
        'E' | 'F' => {
            let low = integer(reader, site, 0..=31, 1)? as u32;
            reader.need(",")?;
            let size = integer(reader, site, 1..=i128::from(32 - low), 1)? as u32;
            let last = if letter == 'E' { size - 1 } else { low + size - 1 };
            (low >> 2) << 12 | (low & 3) << 6 | last
        }
        'r' => {
            if !reader.eat(",") {
                return Ok(());
            }
            if !reader.eat_word("ror") {
                return Err(Fault::new("only `ror` can be here"));
            }
            (integer(reader, site, 0..=24, 8)? as u32 / 8) << 4
        }
        'p' => status(reader)?,
        'b' => crate::assemble::arm32::barrier(reader)?,
        other => return Err(Fault::new(format!("the form has an unknown letter {other}"))),
    };
    *word |= field;
    Ok(())
}

/// Twelve bits where immediates have them.
fn split_immediate(bits: u32) -> u32 {
    (bits >> 11 & 1) << 26 | (bits >> 8 & 7) << 12 | bits & 0xff
}

/// The twelve bits that stand for a number: a byte, the same in both or all parts, or one rotated.
fn spread(value: i128) -> Option<u32> {
    if !(-(1i128 << 31)..1i128 << 32).contains(&value) {
        return None;
    }
    let value = value as u32;
    let low = value & 0xff;
    if value == low {
        return Some(low);
    }
    if value == low | low << 16 {
        return Some(0x100 | low);
    }
    let high = value >> 8 & 0xff;
    if value == high << 8 | high << 24 {
        return Some(0x200 | high);
    }
    if value == low * 0x0101_0101 {
        return Some(0x300 | low);
    }
    (8..32).find_map(|rotation| {
        let byte = value.rotate_left(rotation);
        (0x80..=0xff).contains(&byte).then_some(rotation << 7 | byte & 0x7f)
    })
}

fn shift(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    if name == "rrx" {
        return Ok(3 << 4);
    }
    let kind = ["lsl", "lsr", "asr", "ror"].iter().position(|known| *known == name);
    let kind = kind.ok_or_else(|| Fault::new(format!("`{name}` is no shift")))? as u32;
    Ok(kind << 4 | count(reader, site, kind)?)
}

fn count(reader: &mut Reader<'_>, site: &Site<'_>, kind: u32) -> Result<u32, Fault> {
    let range = match kind {
        0 => 0..=31,
        3 => 1..=31,
        _ => 1..=32,
    };
    let count = integer(reader, site, range, 1)? as u32 & 31;
    Ok((count >> 2) << 12 | (count & 3) << 6)
}

/// `[rn]`, `[rn, off]`, `[rn, off]!`, `[rn], off`, `[rn, rm, lsl n]`.
fn address(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    const LONG: u32 = 1 << 23;
    reader.need("[")?;
    let base = register(reader)?;
    let field = base << 16;
    if reader.eat("]") {
        if !reader.eat(",") {
            return Ok(field | LONG);
        }
        let value = integer(reader, site, -0xff..=0xff, 1)?;
        return Ok(field | 0x900 | u32::from(value >= 0) << 9 | value.unsigned_abs() as u32);
    }
    reader.need(",")?;
    if register(&mut reader.clone()).is_ok() {
        let index = register(reader)?;
        let mut count = 0;
        if reader.eat(",") {
            if !reader.eat_word("lsl") {
                return Err(Fault::new("an index is shifted left only"));
            }
            count = integer(reader, site, 0..=3, 1)? as u32;
        }
        reader.need("]")?;
        return Ok(field | count << 4 | index);
    }
    let is_down = reader.peek() == Some('-');
    let value = integer(reader, site, -0xfff..=0xfff, 1)?;
    reader.need("]")?;
    let size = value.unsigned_abs() as u32;
    if reader.eat("!") {
        let bits = 0xd00 | u32::from(!is_down) << 9 | size;
        return if size <= 0xff { Ok(field | bits) } else { Err(too_far(value, 0xff)) };
    }
    if base == 15 {
        return Ok(field | u32::from(!is_down) << 23 | size);
    }
    match is_down {
        false => Ok(field | LONG | size),
        true if size <= 0xff => Ok(field | 0xc00 | size),
        true => Err(too_far(value, 0xff)),
    }
}

fn too_far(value: i128, most: i128) -> Fault {
    Fault::new(format!("{value} is not from -{most} to {most}"))
}

/// The address of two words: offsets are multiples of 4.
fn double_address(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    let offset = |reader: &mut Reader<'_>| -> Result<u32, Fault> {
        let is_down = reader.peek() == Some('-');
        let value = integer(reader, site, -1020..=1020, 4)?;
        Ok((u32::from(!is_down) << 23) | (value.unsigned_abs() as u32 / 4))
    };
    reader.need("[")?;
    let field = register(reader)? << 16;
    if reader.eat("]") {
        if !reader.eat(",") {
            return Ok(field | 1 << 24 | 1 << 23);
        }
        return Ok(field | 1 << 21 | offset(reader)?);
    }
    reader.need(",")?;
    let field = field | 1 << 24 | offset(reader)?;
    reader.need("]")?;
    Ok(field | u32::from(reader.eat("!")) << 21)
}

/// A status register of the M profile.
fn status(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    Ok(match name.as_str() {
        "apsr" | "apsr_nzcvq" => 0,
        "ipsr" => 5,
        "msp" => 8,
        "psp" => 9,
        "primask" => 16,
        "basepri" => 17,
        "faultmask" => 19,
        "control" => 20,
        _ => return Err(Fault::new(format!("`{name}` is no status register"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(FLAGGED.is_sorted_by_key(|form| form.name) && FORMS.is_sorted_by_key(|form| form.name));
        assert!(MULTIPLE.is_sorted());
    }

    #[test]
    fn numbers_are_spread_bytes() {
        for (value, bits) in
            [(0xab, 0xab), (0x00ab_00ab, 0x1ab), (0xab00_ab00, 0x2ab), (-1, 0x3ff), (0x100, 0xf80)]
        {
            assert_eq!(spread(value), Some(bits), "{value:#x}");
        }
        assert_eq!(spread(0x101), None);
    }
}
