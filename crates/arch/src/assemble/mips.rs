//! MIPS I to III and MIPS32 release 2, in the spelling of the decoder; after the architecture manual.

use super::form::{self, Form, distance, form, integer};
use super::reader::Reader;
use super::{Assembly, Condition, Fault, Idioms, Site, split_mnemonic};
use crate::instruction::Instruction;
use crate::settings::Settings;

/// What there is for assembling MIPS.
pub(crate) static ASSEMBLY: Assembly = Assembly { assemble, idioms: |_| &IDIOMS, recondition };

static IDIOMS: Idioms = Idioms {
    nops: &["nop"],
    trap: "break",
    jump: "b",
    // The instruction behind a jump runs before it.
    returns: ["jr ra; move v0, zero", "jr ra; addiu v0, zero, 1", "jr ra; addiu v0, zero, -1"],
};

/// The registers in the calling convention.
const REGISTERS: [&str; 32] = [
    "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "s0",
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra",
];

/// `d`, `s`, `t`: registers; `f`, `g`, `h`: real ones; `n`: a number in place of a
/// target; `a`: a shift; `i`: a signed, `u`: an unsigned
/// number of 16 bits; `p`: a branch, `j`: a jump; `c`: a code; `k`: a register of a coprocessor or its number; `e`, `m`: position and
/// size of a field (`M` where the word holds its end); `x`: both source and target register; `y`: a
/// selection; `z`: a code of 10 bits; `Z`: the register `zero`.
static FORMS: &[Form] = &[
    form("add", "d,s,t", 0x20),
    form("addi", "t,s,i", 0x2000_0000),
    form("addiu", "t,s,i", 0x2400_0000),
    form("addu", "d,s,t", 0x21),
    form("and", "d,s,t", 0x24),
    form("andi", "t,s,u", 0x3000_0000),
    form("b", "p", 0x1000_0000),
    form("bal", "p", 0x0411_0000),
    form("bc1f", "p", 0x4500_0000),
    form("bc1t", "p", 0x4501_0000),
    form("beq", "s,t,p", 0x1000_0000),
    form("beql", "s,t,p", 0x5000_0000),
    form("beqz", "s,p", 0x1000_0000),
    form("beqzl", "s,p", 0x5000_0000),
    form("bgez", "s,p", 0x0401_0000),
    form("bgezal", "s,p", 0x0411_0000),
    form("bgezall", "s,p", 0x0413_0000),
    form("bgezl", "s,p", 0x0403_0000),
    form("bgtz", "s,p", 0x1c00_0000),
    form("bgtzl", "s,p", 0x5c00_0000),
    form("blez", "s,p", 0x1800_0000),
    form("blezl", "s,p", 0x5800_0000),
    form("bltz", "s,p", 0x0400_0000),
    form("bltzal", "s,p", 0x0410_0000),
    form("bltzall", "s,p", 0x0412_0000),
    form("bltzl", "s,p", 0x0402_0000),
    form("bne", "s,t,p", 0x1400_0000),
    form("bnel", "s,t,p", 0x5400_0000),
    form("bnez", "s,p", 0x1400_0000),
    form("bnezl", "s,p", 0x5400_0000),
    form("break", "", 0x0d),
    form("break", "c", 0x0d),
    form("cache", "n,i(s)", 0xbc00_0000),
    form("clo", "d,x", 0x7000_0021),
    form("clz", "d,x", 0x7000_0020),
    form("dadd", "d,s,t", 0x2c),
    form("daddi", "t,s,i", 0x6000_0000),
    form("daddiu", "t,s,i", 0x6400_0000),
    form("daddu", "d,s,t", 0x2d),
    form("ddiv", "s,t", 0x1e),
    form("ddiv", "Z,s,t", 0x1e),
    form("ddivu", "s,t", 0x1f),
    form("ddivu", "Z,s,t", 0x1f),
    form("div", "s,t", 0x1a),
    form("div", "Z,s,t", 0x1a),
    form("divu", "s,t", 0x1b),
    form("divu", "Z,s,t", 0x1b),
    form("dmfc0", "t,k", 0x4020_0000),
    form("dmfc1", "t,g", 0x4420_0000),
    form("dmtc0", "t,k", 0x40a0_0000),
    form("dmtc1", "t,g", 0x44a0_0000),
    form("dmult", "s,t", 0x1c),
    form("dmultu", "s,t", 0x1d),
    form("dsll", "d,t,a", 0x38),
    form("dsll32", "d,t,a", 0x3c),
    form("dsllv", "d,t,s", 0x14),
    form("dsra", "d,t,a", 0x3b),
    form("dsra32", "d,t,a", 0x3f),
    form("dsrav", "d,t,s", 0x17),
    form("dsrl", "d,t,a", 0x3a),
    form("dsrl32", "d,t,a", 0x3e),
    form("dsrlv", "d,t,s", 0x16),
    form("dsub", "d,s,t", 0x2e),
    form("dsubu", "d,s,t", 0x2f),
    form("ehb", "", 0xc0),
    form("ei", "", 0x4160_6020),
    form("eret", "", 0x4200_0018),
    form("ext", "t,s,e,m", 0x7c00_0000),
    form("ins", "t,s,e,M", 0x7c00_0004),
    form("j", "j", 0x0800_0000),
    form("jal", "j", 0x0c00_0000),
    form("jalr", "s", 0xf809),
    form("jalr", "d,s", 0x09),
    form("jr", "s", 0x08),
    form("lb", "t,i(s)", 0x8000_0000),
    form("lbu", "t,i(s)", 0x9000_0000),
    form("ld", "t,i(s)", 0xdc00_0000),
    form("ldc1", "h,i(s)", 0xd400_0000),
    form("ldc2", "n,i(s)", 0xd800_0000),
    form("ldl", "t,i(s)", 0x6800_0000),
    form("ldr", "t,i(s)", 0x6c00_0000),
    form("lh", "t,i(s)", 0x8400_0000),
    form("lhu", "t,i(s)", 0x9400_0000),
    form("li", "t,i", 0x2400_0000),
    form("li", "t,u", 0x3400_0000),
    form("ll", "t,i(s)", 0xc000_0000),
    form("lld", "t,i(s)", 0xd000_0000),
    form("lui", "t,u", 0x3c00_0000),
    form("lw", "t,i(s)", 0x8c00_0000),
    form("lwc1", "h,i(s)", 0xc400_0000),
    form("lwc2", "n,i(s)", 0xc800_0000),
    form("lwl", "t,i(s)", 0x8800_0000),
    form("lwr", "t,i(s)", 0x9800_0000),
    form("lwu", "t,i(s)", 0x9c00_0000),
    form("madd", "s,t", 0x7000_0000),
    form("maddu", "s,t", 0x7000_0001),
    form("mfc0", "t,k", 0x4000_0000),
    form("mfc0", "t,k,y", 0x4000_0000),
    form("mfc1", "t,g", 0x4400_0000),
    form("mfhi", "d", 0x10),
    form("mflo", "d", 0x12),
    form("mov.d", "f,g", 0x4620_0006),
    form("mov.s", "f,g", 0x4600_0006),
    form("move", "d,s", 0x25),
    form("movn", "d,s,t", 0x0b),
    form("movz", "d,s,t", 0x0a),
    form("msub", "s,t", 0x7000_0004),
    form("msubu", "s,t", 0x7000_0005),
    form("mtc0", "t,k", 0x4080_0000),
    form("mtc0", "t,k,y", 0x4080_0000),
    form("mtc1", "t,g", 0x4480_0000),
    form("mthi", "s", 0x11),
    form("mtlo", "s", 0x13),
    form("mul", "d,s,t", 0x7000_0002),
    form("mult", "s,t", 0x18),
    form("multu", "s,t", 0x19),
    form("neg", "d,t", 0x22),
    form("negu", "d,t", 0x23),
    form("nop", "", 0),
    form("nor", "d,s,t", 0x27),
    form("not", "d,s", 0x27),
    form("or", "d,s,t", 0x25),
    form("ori", "t,s,u", 0x3400_0000),
    form("pause", "", 0x140),
    form("pref", "n,i(s)", 0xcc00_0000),
    form("rdhwr", "t,k", 0x7c00_003b),
    form("rotr", "d,t,a", 0x0020_0002),
    form("rotrv", "d,t,s", 0x46),
    form("sb", "t,i(s)", 0xa000_0000),
    form("sc", "t,i(s)", 0xe000_0000),
    form("scd", "t,i(s)", 0xf000_0000),
    form("sd", "t,i(s)", 0xfc00_0000),
    form("sdbbp", "", 0x7000_003f),
    form("sdbbp", "c", 0x7000_003f),
    form("sdc1", "h,i(s)", 0xf400_0000),
    form("sdc2", "n,i(s)", 0xf800_0000),
    form("sdl", "t,i(s)", 0xb000_0000),
    form("sdr", "t,i(s)", 0xb400_0000),
    form("seb", "d,t", 0x7c00_0420),
    form("seh", "d,t", 0x7c00_0620),
    form("sh", "t,i(s)", 0xa400_0000),
    form("sll", "d,t,a", 0x00),
    form("sllv", "d,t,s", 0x04),
    form("slt", "d,s,t", 0x2a),
    form("slti", "t,s,i", 0x2800_0000),
    form("sltiu", "t,s,i", 0x2c00_0000),
    form("sltu", "d,s,t", 0x2b),
    form("sra", "d,t,a", 0x03),
    form("srav", "d,t,s", 0x07),
    form("srl", "d,t,a", 0x02),
    form("srlv", "d,t,s", 0x06),
    form("ssnop", "", 0x40),
    form("sub", "d,s,t", 0x22),
    form("subu", "d,s,t", 0x23),
    form("sw", "t,i(s)", 0xac00_0000),
    form("swc1", "h,i(s)", 0xe400_0000),
    form("swc2", "n,i(s)", 0xe800_0000),
    form("swl", "t,i(s)", 0xa800_0000),
    form("swr", "t,i(s)", 0xb800_0000),
    form("sync", "", 0x0f),
    form("syscall", "", 0x0c),
    form("syscall", "c", 0x0c),
    form("teq", "s,t", 0x34),
    form("teq", "s,t,z", 0x34),
    form("teqi", "s,i", 0x040c_0000),
    form("tge", "s,t", 0x30),
    form("tge", "s,t,z", 0x30),
    form("tgei", "s,i", 0x0408_0000),
    form("tgeiu", "s,i", 0x0409_0000),
    form("tgeu", "s,t", 0x31),
    form("tgeu", "s,t,z", 0x31),
    form("tlt", "s,t", 0x32),
    form("tlt", "s,t,z", 0x32),
    form("tlti", "s,i", 0x040a_0000),
    form("tltiu", "s,i", 0x040b_0000),
    form("tltu", "s,t", 0x33),
    form("tltu", "s,t,z", 0x33),
    form("tne", "s,t", 0x36),
    form("tne", "s,t,z", 0x36),
    form("tnei", "s,i", 0x040e_0000),
    form("wait", "", 0x4200_0020),
    form("wsbh", "d,t", 0x7c00_00a0),
    form("xor", "d,s,t", 0x26),
    form("xori", "t,s,u", 0x3800_0000),
];

/// The operations on real numbers that come for single and double precision: name, function, and
/// whether there is a second source.
static REAL: &[(&str, u32, bool)] = &[
    ("abs", 5, false),
    ("add", 0, true),
    ("div", 3, true),
    ("mul", 2, true),
    ("neg", 7, false),
    ("sqrt", 4, false),
    ("sub", 1, true),
];

fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    if site.settings.bits == 16 || site.settings.cpu.as_deref() == Some("micro") {
        return Err(Fault::new("microMIPS cannot be assembled: set asm.bits to 32 or 64"));
    }
    let (name, operands) = split_mnemonic(text);
    let name = name.to_ascii_lowercase();
    let real = name.rsplit_once('.').and_then(|(stem, precision)| {
        let (_, function, is_binary) = REAL.iter().find(|(known, ..)| *known == stem)?;
        let format = match precision {
            "s" => 0x4600_0000,
            "d" => 0x4620_0000,
            _ => return None,
        };
        Some((format | function, if *is_binary { "f,g,h" } else { "f,g" }))
    });
    let word = match real {
        Some((word, pattern)) => {
            let form = Form { name: "", operands: pattern, word };
            form::fit(&[form], ("", operands), |word| word, operand, site)?
        }
        None => form::fit(FORMS, (&name, operands), |word| word, operand, site)?,
    };
    Ok(form::bytes(word, site.settings.big_endian))
}

fn operand(letter: char, reader: &mut Reader<'_>, word: &mut u32, site: &Site<'_>) -> Result<(), Fault> {
    let next = site.addr.wrapping_add(4);
    let field = match letter {
        'd' => register(reader)? << 11,
        's' => register(reader)? << 21,
        't' => register(reader)? << 16,
        'x' => {
            let number = register(reader)?;
            number << 21 | number << 16
        }
        'f' => real_register(reader)? << 6,
        'g' => real_register(reader)? << 11,
        'h' => real_register(reader)? << 16,
        'k' => coprocessor_register(reader, site)? << 11,
        'n' => (integer(reader, site, 0..=31, 1)? as u32) << 16,
        'y' => integer(reader, site, 0..=7, 1)? as u32,
        'a' => (integer(reader, site, 0..=31, 1)? as u32) << 6,
        'i' if reader.peek() == Some('(') => 0,
        'i' => integer(reader, site, -0x8000..=0x7fff, 1)? as u32 & 0xffff,
        'u' => integer(reader, site, 0..=0xffff, 1)? as u32,
        'c' => (integer(reader, site, 0..=0xf_ffff, 1)? as u32) << 6,
        'z' => (integer(reader, site, 0..=0x3ff, 1)? as u32) << 6,
        'e' => (integer(reader, site, 0..=31, 1)? as u32) << 6,
        'm' => (integer(reader, site, 1..=32, 1)? as u32 - 1) << 11,
        'M' => {
            let size = integer(reader, site, 1..=32, 1)? as u32;
            let end = size + (*word >> 6 & 31) - 1;
            if end > 31 {
                return Err(Fault::new("the field ends behind bit 31"));
            }
            end << 11
        }
        'p' => distance(reader, site, next, 16, 4)?,
        'j' => {
            let target = integer(reader, site, 0..=i128::from(u64::MAX), 4)? as u64;
            if (target ^ next) >> 28 != 0 && (target ^ next) as u32 >> 28 != 0 {
                return Err(Fault::new("the target is in another part of 256 MiB"));
            }
            (target >> 2) as u32 & 0x03ff_ffff
        }
        'Z' if register(reader)? != 0 => return Err(Fault::new("the first register must be zero")),
        _ => 0,
    };
    *word |= field;
    Ok(())
}

fn register(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    reader.eat("$");
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    let name = name.trim_start_matches('$');
    let known = REGISTERS.iter().position(|known| *known == name);
    let number = || name.trim_start_matches('r').parse().ok().filter(|&number: &usize| number < 32);
    let alias = || (name == "s8").then_some(30);
    let found = known.or_else(alias).or_else(number);
    found.map(|number| number as u32).ok_or_else(|| Fault::new(format!("no register is named `{name}`")))
}

fn real_register(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    reader.eat("$");
    let name = reader.word().unwrap_or_default().to_ascii_lowercase();
    let number = name.strip_prefix('f').and_then(|digits| digits.parse().ok()).filter(|&number| number < 32);
    number.ok_or_else(|| Fault::new(format!("no real register is named `{name}`")))
}

fn coprocessor_register(reader: &mut Reader<'_>, site: &Site<'_>) -> Result<u32, Fault> {
    reader.eat("$");
    if reader.peek_word().starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(integer(reader, site, 0..=31, 1)? as u32);
    }
    register(reader)
}

/// See [`Recondition`](super::Recondition).
fn recondition(settings: &Settings, _: &Instruction, bytes: &[u8], to: Condition) -> Option<Vec<u8>> {
    let bytes: [u8; 4] = bytes.try_into().ok()?;
    let word = if settings.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let made = match (word >> 26, to) {
        // Equal and not equal; with the likely branches of MIPS II.
        (4 | 5 | 0x14 | 0x15, Condition::Opposite) => word ^ 1 << 26,
        (4 | 5 | 0x14 | 0x15, Condition::Zero) => word & !(1 << 26),
        (4 | 5 | 0x14 | 0x15, Condition::NonZero) => word | 1 << 26,
        // Not above and above zero.
        (6 | 7 | 0x16 | 0x17, Condition::Opposite) => word ^ 1 << 26,
        // Below and not below zero.
        (1, Condition::Opposite) if matches!(word >> 16 & 0x1f, 0..=3 | 0x10..=0x13) => word ^ 1 << 16,
        (4..=7 | 1 | 0x14..=0x17, Condition::Always) => 0x1000_0000 | word & 0xffff,
        _ => return None,
    };
    Some(form::bytes(made, settings.big_endian))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_in_order_and_read_what_they_say() {
        assert!(FORMS.is_sorted_by_key(|form| form.name), "by name");
    }
}
