//! AArch64: the base instructions and scalar real numbers, in the spelling of the decoder; after the
//! architecture manual.

mod number;
mod operand;
mod register;
mod system;

use self::operand::condition;
use self::register::Word;
use super::form::{self, Form, fit, form};
use super::{Condition, Fault, Idioms, Site, split_mnemonic};
use crate::instruction::Instruction;
use crate::settings::Settings;

/// How AArch64 says what patches say.
pub(super) static IDIOMS: Idioms = Idioms {
    nops: &["nop"],
    trap: "brk 0",
    jump: "b",
    returns: ["mov x0, 0; ret", "mov x0, 1; ret", "mov x0, -1; ret"],
};

static FORMS: &[Form] = &[
    form("adc", "d,n,m", 0x1a00_0000),
    form("adcs", "d,n,m", 0x3a00_0000),
    form("add", "D,N,I", 0x1100_0000),
    form("add", "D,N,J", 0x5100_0000),
    form("add", "d,n,mS", 0x0b00_0000),
    form("add", "D,N,E", 0x0b20_0000),
    form("adds", "d,N,I", 0x3100_0000),
    form("adds", "d,N,J", 0x7100_0000),
    form("adds", "d,n,mS", 0x2b00_0000),
    form("adds", "d,N,E", 0x2b20_0000),
    form("adr", "x,P", 0x1000_0000),
    form("adrp", "x,Q", 0x9000_0000),
    form("and", "D,n,B", 0x1200_0000),
    form("and", "d,n,mS", 0x0a00_0000),
    form("ands", "d,n,B", 0x7200_0000),
    form("ands", "d,n,mS", 0x6a00_0000),
    form("asr", "d,n,r", 0x1300_0000),
    form("asr", "d,n,m", 0x1ac0_2800),
    form("autiasp", "", 0xd503_23bf),
    form("b", "M", 0x1400_0000),
    form("bfi", "d,n,z", 0x3300_0000),
    form("bfxil", "d,n,e", 0x3300_0000),
    form("bic", "d,n,mS", 0x0a20_0000),
    form("bics", "d,n,mS", 0x6a20_0000),
    form("bl", "M", 0x9400_0000),
    form("blr", "X", 0xd63f_0000),
    form("br", "X", 0xd61f_0000),
    form("brk", "v", 0xd420_0000),
    form("bti", "", 0xd503_241f),
    form("cbnz", "d,L", 0x3500_0000),
    form("cbz", "d,L", 0x3400_0000),
    form("ccmn", "n,y,w,c", 0x3a40_0800),
    form("ccmn", "n,m,w,c", 0x3a40_0000),
    form("ccmp", "n,y,w,c", 0x7a40_0800),
    form("ccmp", "n,m,w,c", 0x7a40_0000),
    form("cinc", "d,p,C", 0x1a80_0400),
    form("cinv", "d,p,C", 0x5a80_0000),
    form("clrex", "", 0xd503_3f5f),
    form("cls", "d,n", 0x5ac0_1400),
    form("clz", "d,n", 0x5ac0_1000),
    form("cmn", "N,I", 0x3100_001f),
    form("cmn", "N,J", 0x7100_001f),
    form("cmn", "n,mS", 0x2b00_001f),
    form("cmn", "N,E", 0x2b20_001f),
    form("cmp", "N,I", 0x7100_001f),
    form("cmp", "N,J", 0x3100_001f),
    form("cmp", "n,mS", 0x6b00_001f),
    form("cmp", "N,E", 0x6b20_001f),
    form("cneg", "d,p,C", 0x5a80_0400),
    form("csel", "d,n,m,c", 0x1a80_0000),
    form("cset", "d,C", 0x1a9f_07e0),
    form("csetm", "d,C", 0x5a9f_03e0),
    form("csinc", "d,n,m,c", 0x1a80_0400),
    form("csinv", "d,n,m,c", 0x5a80_0000),
    form("csneg", "d,n,m,c", 0x5a80_0400),
    form("dmb", "O", 0xd503_30bf),
    form("drps", "", 0xd6bf_03e0),
    form("dsb", "O", 0xd503_309f),
    form("eon", "d,n,mS", 0x4a20_0000),
    form("eor", "D,n,B", 0x5200_0000),
    form("eor", "d,n,mS", 0x4a00_0000),
    form("eret", "", 0xd69f_03e0),
    form("extr", "d,n,m,x", 0x1380_0000),
    form("fabs", "f,g", 0x1e20_c000),
    form("fadd", "f,g,j", 0x1e20_2800),
    form("fcmp", "g,j", 0x1e20_2000),
    form("fcmp", "g,Z", 0x1e20_2008),
    form("fcmpe", "g,j", 0x1e20_2010),
    form("fcmpe", "g,Z", 0x1e20_2018),
    form("fcsel", "f,g,j,c", 0x1e20_0c00),
    form("fcvt", "U", 0x1e22_4000),
    form("fcvtzs", "d,g", 0x1e38_0000),
    form("fcvtzu", "d,g", 0x1e39_0000),
    form("fdiv", "f,g,j", 0x1e20_1800),
    form("fmadd", "f,g,j,A", 0x1f00_0000),
    form("fmax", "f,g,j", 0x1e20_4800),
    form("fmin", "f,g,j", 0x1e20_5800),
    form("fmov", "f,g", 0x1e20_4000),
    form("fmov", "f,K", 0x1e20_1000),
    form("fmov", "f,n", 0x1e27_0000),
    form("fmov", "d,g", 0x1e26_0000),
    form("fmsub", "f,g,j,A", 0x1f00_8000),
    form("fmul", "f,g,j", 0x1e20_0800),
    form("fneg", "f,g", 0x1e21_4000),
    form("fnmadd", "f,g,j,A", 0x1f20_0000),
    form("fnmsub", "f,g,j,A", 0x1f20_8000),
    form("fnmul", "f,g,j", 0x1e20_8800),
    form("frinta", "f,g", 0x1e26_4000),
    form("frintm", "f,g", 0x1e25_4000),
    form("frintn", "f,g", 0x1e24_4000),
    form("frintp", "f,g", 0x1e24_c000),
    form("frintz", "f,g", 0x1e25_c000),
    form("fsqrt", "f,g", 0x1e21_c000),
    form("fsub", "f,g,j", 0x1e20_3800),
    form("hint", "H", 0xd503_201f),
    form("hlt", "v", 0xd440_0000),
    form("hvc", "v", 0xd400_0002),
    form("isb", "", 0xd503_3fdf),
    form("lsl", "d,n,l", 0x5300_0000),
    form("lsl", "d,n,m", 0x1ac0_2000),
    form("lsr", "d,n,r", 0x5300_0000),
    form("lsr", "d,n,m", 0x1ac0_2400),
    form("madd", "d,n,m,a", 0x1b00_0000),
    form("mneg", "d,n,m", 0x1b00_fc00),
    form("mov", "d,m", 0x2a00_03e0),
    form("mov", "D,N", 0x1100_0000),
    form("mov", "d,V", 0),
    form("movk", "d,h", 0x7280_0000),
    form("movn", "d,h", 0x1280_0000),
    form("movz", "d,h", 0x5280_0000),
    form("mrs", "x,Y", 0xd530_0000),
    form("msr", "Y,x", 0xd510_0000),
    form("msub", "d,n,m,a", 0x1b00_8000),
    form("mul", "d,n,m", 0x1b00_7c00),
    form("mvn", "d,mS", 0x2a20_03e0),
    form("neg", "d,mS", 0x4b00_03e0),
    form("negs", "d,mS", 0x6b00_03e0),
    form("ngc", "d,m", 0x5a00_03e0),
    form("ngcs", "d,m", 0x7a00_03e0),
    form("nop", "", 0xd503_201f),
    form("orn", "d,n,mS", 0x2a20_0000),
    form("orr", "D,n,B", 0x3200_0000),
    form("orr", "d,n,mS", 0x2a00_0000),
    form("paciasp", "", 0xd503_233f),
    form("rbit", "d,n", 0x5ac0_0000),
    form("ret", "", 0xd65f_03c0),
    form("ret", "X", 0xd65f_0000),
    form("rev", "x,X", 0xdac0_0c00),
    form("rev", "d,n", 0x5ac0_0800),
    form("rev16", "d,n", 0x5ac0_0400),
    form("rev32", "x,X", 0xdac0_0800),
    form("ror", "d,p,x", 0x1380_0000),
    form("ror", "d,n,m", 0x1ac0_2c00),
    form("sbc", "d,n,m", 0x5a00_0000),
    form("sbcs", "d,n,m", 0x7a00_0000),
    form("sbfiz", "d,n,z", 0x1300_0000),
    form("sbfx", "d,n,e", 0x1300_0000),
    form("scvtf", "f,n", 0x1e22_0000),
    form("sdiv", "d,n,m", 0x1ac0_0c00),
    form("sev", "", 0xd503_209f),
    form("sevl", "", 0xd503_20bf),
    form("smaddl", "x,W,s,a", 0x9b20_0000),
    form("smc", "v", 0xd400_0003),
    form("smnegl", "x,W,s", 0x9b20_fc00),
    form("smsubl", "x,W,s,a", 0x9b20_8000),
    form("smulh", "x,X,m", 0x9b40_7c00),
    form("smull", "x,W,s", 0x9b20_7c00),
    form("sub", "D,N,I", 0x5100_0000),
    form("sub", "D,N,J", 0x1100_0000),
    form("sub", "d,n,mS", 0x4b00_0000),
    form("sub", "D,N,E", 0x4b20_0000),
    form("subs", "d,N,I", 0x7100_0000),
    form("subs", "d,N,J", 0x3100_0000),
    form("subs", "d,n,mS", 0x6b00_0000),
    form("subs", "d,N,E", 0x6b20_0000),
    form("svc", "v", 0xd400_0001),
    form("sxtb", "d,W", 0x1300_1c00),
    form("sxth", "d,W", 0x1300_3c00),
    form("sxtw", "d,W", 0x1300_7c00),
    form("tbnz", "k,T", 0x3700_0000),
    form("tbz", "k,T", 0x3600_0000),
    form("tst", "n,B", 0x7200_001f),
    form("tst", "n,mS", 0x6a00_001f),
    form("ubfiz", "d,n,z", 0x5300_0000),
    form("ubfx", "d,n,e", 0x5300_0000),
    form("ucvtf", "f,n", 0x1e23_0000),
    form("udf", "H", 0),
    form("udiv", "d,n,m", 0x1ac0_0800),
    form("umaddl", "x,W,s,a", 0x9ba0_0000),
    form("umnegl", "x,W,s", 0x9ba0_fc00),
    form("umsubl", "x,W,s,a", 0x9ba0_8000),
    form("umulh", "x,X,m", 0x9bc0_7c00),
    form("umull", "x,W,s", 0x9ba0_7c00),
    form("uxtb", "d,W", 0x5300_1c00),
    form("uxth", "d,W", 0x5300_3c00),
    form("wfe", "", 0xd503_205f),
    form("wfi", "", 0xd503_207f),
    form("xpaclri", "", 0xd503_20ff),
    form("yield", "", 0xd503_203f),
];

/// Loads and stores of a register: name, whether it has 64 bits, size of what is in memory as a power of
/// two, and what is done with it.
static MEMORY: &[(&str, bool, u32, u32)] = &[
    ("ldr", false, 2, 1),
    ("ldr", true, 3, 1),
    ("ldrb", false, 0, 1),
    ("ldrh", false, 1, 1),
    ("ldrsb", false, 0, 3),
    ("ldrsb", true, 0, 2),
    ("ldrsh", false, 1, 3),
    ("ldrsh", true, 1, 2),
    ("ldrsw", true, 2, 2),
    ("str", false, 2, 0),
    ("str", true, 3, 0),
    ("strb", false, 0, 0),
    ("strh", false, 1, 0),
];

/// Their addresses, with the bits of each.
static ADDRESSES: &[(&str, u32)] = &[
    ("t,[b]", 0x3900_0000),
    ("t,[b,o]", 0x3900_0000),
    ("t,[b,i]!", 0x3800_0c00),
    ("t,[b],i", 0x3800_0400),
    ("t,[b,R]", 0x3820_0800),
    ("t,[b,i]", 0x3800_0000),
];

/// Exclusive and ordered accesses: name, operands, whether the register has 64 bits, word.
static EXCLUSIVE: &[(&str, &str, bool, u32)] = &[
    ("ldar", "t,[b]", false, 0x88df_fc00),
    ("ldar", "t,[b]", true, 0xc8df_fc00),
    ("ldarb", "t,[b]", false, 0x08df_fc00),
    ("ldarh", "t,[b]", false, 0x48df_fc00),
    ("ldaxr", "t,[b]", false, 0x885f_fc00),
    ("ldaxr", "t,[b]", true, 0xc85f_fc00),
    ("ldaxrb", "t,[b]", false, 0x085f_fc00),
    ("ldaxrh", "t,[b]", false, 0x485f_fc00),
    ("ldxr", "t,[b]", false, 0x885f_7c00),
    ("ldxr", "t,[b]", true, 0xc85f_7c00),
    ("ldxrb", "t,[b]", false, 0x085f_7c00),
    ("ldxrh", "t,[b]", false, 0x485f_7c00),
    ("stlr", "t,[b]", false, 0x889f_fc00),
    ("stlr", "t,[b]", true, 0xc89f_fc00),
    ("stlrb", "t,[b]", false, 0x089f_fc00),
    ("stlrh", "t,[b]", false, 0x489f_fc00),
    ("stlxr", "s,t,[b]", false, 0x8800_fc00),
    ("stlxr", "s,t,[b]", true, 0xc800_fc00),
    ("stlxrb", "s,t,[b]", false, 0x0800_fc00),
    ("stlxrh", "s,t,[b]", false, 0x4800_fc00),
    ("stxr", "s,t,[b]", false, 0x8800_7c00),
    ("stxr", "s,t,[b]", true, 0xc800_7c00),
    ("stxrb", "s,t,[b]", false, 0x0800_7c00),
    ("stxrh", "s,t,[b]", false, 0x4800_7c00),
];

/// Assembles one instruction.
pub(super) fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let (name, operands) = split_mnemonic(text);
    let word = encode(&name.to_ascii_lowercase(), operands, site)?;
    Ok(form::bytes(word, site.settings.big_endian))
}

fn encode(name: &str, operands: &str, site: &Site<'_>) -> Result<u32, Fault> {
    if let Some(known) = name.strip_prefix("b.") {
        let number = condition(known).ok_or_else(|| Fault::unknown(name))?;
        return plain(&[form("", "L", 0x5400_0000 | number)], "", operands, site);
    }
    let known = FORMS.iter().any(|form| form.name == name);
    if known {
        return plain(FORMS, name, operands, site);
    }
    let mut fault = Fault::unknown(name);
    let mut attempts = Vec::new();
    attempts.extend(memory(name));
    attempts.extend(pairs(name));
    for (_, pattern, wide, word) in EXCLUSIVE.iter().filter(|row| row.0 == name) {
        attempts.push((form("", pattern, *word), Some(*wide), 0));
    }
    for (form, wide, scale) in attempts {
        match fit(
            &[form],
            ("", operands),
            |bits| Word { bits, wide, scale, ..Word::default() },
            operand::read,
            site,
        ) {
            Ok(word) => return Ok(word.bits),
            Err(other) => fault = other,
        }
    }
    Err(fault)
}

fn plain(forms: &[Form], name: &str, operands: &str, site: &Site<'_>) -> Result<u32, Fault> {
    let word = fit(forms, (name, operands), |bits| Word { bits, ..Word::default() }, operand::read, site)?;
    Ok(word.bits)
}

/// A form, the width that its registers have, and the size of what is in memory as a power of two.
type Attempt = (Form, Option<bool>, u32);

/// The loads and stores of a name.
fn memory(name: &str) -> Vec<Attempt> {
    // `ldur` and `stur`: the offset is not counted in what is in memory.
    let stem = |from, to: &str| name.strip_prefix(from).map(|rest| format!("{to}{rest}"));
    let unscaled = stem("ldu", "ld").or_else(|| stem("stu", "st"));
    let is_unscaled = unscaled.is_some();
    let name = unscaled.as_deref().unwrap_or(name);
    let mut all = Vec::new();
    for (_, wide, size, what) in MEMORY.iter().filter(|row| row.0 == name) {
        for (pattern, word) in ADDRESSES {
            let plain = matches!(*pattern, "t,[b]" | "t,[b,i]");
            let word = if is_unscaled && *pattern == "t,[b]" { 0x3800_0000 } else { *word };
            if !is_unscaled || plain {
                all.push((form("", pattern, word | size << 30 | what << 22), Some(*wide), *size));
            }
        }
    }
    // Real registers, whose size is in their names.
    if matches!(name, "ldr" | "str") {
        let load = u32::from(name == "ldr") << 22 | 1 << 26;
        for (pattern, word) in [
            ("F,[b]", 0x3900_0000),
            ("F,[b,o]", 0x3900_0000),
            ("F,[b,i]!", 0x3800_0c00),
            ("F,[b],i", 0x3800_0400),
            ("F,[b,R]", 0x3820_0800),
            ("F,[b,i]", 0x3800_0000),
        ] {
            let plain = matches!(pattern, "F,[b]" | "F,[b,i]");
            let word = if is_unscaled && pattern == "F,[b]" { 0x3800_0000 } else { word };
            if !is_unscaled || plain {
                all.push((form("", pattern, word | load), None, 0));
            }
        }
    }
    match name {
        "ldr" if !is_unscaled => {
            all.push((form("", "t,L", 0x1800_0000), Some(false), 0));
            all.push((form("", "t,L", 0x5800_0000), Some(true), 0));
            all.push((form("", "F,L", 0x1c00_0000), None, 0));
        }
        "ldrsw" if !is_unscaled => all.push((form("", "t,L", 0x9800_0000), Some(true), 0)),
        _ => {}
    }
    all
}

/// The loads and stores of two registers of a name.
fn pairs(name: &str) -> Vec<Attempt> {
    let (load, wide_only, keep) = match name {
        "ldp" => (1 << 22, false, false),
        "stp" => (0, false, false),
        "ldnp" => (1 << 22, false, true),
        "stnp" => (0, false, true),
        "ldpsw" => (1 << 22, true, false),
        _ => return Vec::new(),
    };
    const MODES: [(&str, &str, u32); 4] = [
        ("t,u,[b]", "F,G,[b]", 0x2900_0000),
        ("t,u,[b,q]", "F,G,[b,q]", 0x2900_0000),
        ("t,u,[b,q]!", "F,G,[b,q]!", 0x2980_0000),
        ("t,u,[b],q", "F,G,[b],q", 0x2880_0000),
    ];
    let mut all = Vec::new();
    for (general, real, word) in MODES {
        let word = match (keep, word) {
            (true, 0x2900_0000) => 0x2800_0000,
            (true, _) => continue,
            (false, word) => word,
        } | load;
        if wide_only {
            all.push((form("", general, word | 1 << 30), Some(true), 2));
            continue;
        }
        all.push((form("", general, word), Some(false), 2));
        all.push((form("", general, word | 2 << 30), Some(true), 3));
        all.push((form("", real, word | 1 << 26), None, 0));
    }
    all
}

/// See [`Recondition`](super::Recondition).
pub(super) fn recondition(
    settings: &Settings,
    _: &Instruction,
    bytes: &[u8],
    to: Condition,
) -> Option<Vec<u8>> {
    let bytes: [u8; 4] = bytes.try_into().ok()?;
    let word = if settings.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let is_flags = word & 0xff00_0010 == 0x5400_0000;
    let is_zero = matches!(word >> 24 & 0x7f, 0x34..=0x37);
    let made = match to {
        Condition::Opposite if is_flags && word & 15 < 14 => word ^ 1,
        Condition::Zero if is_flags => word & !15,
        Condition::NonZero if is_flags => word & !15 | 1,
        Condition::Opposite if is_zero => word ^ 1 << 24,
        Condition::Zero if is_zero => word & !(1 << 24),
        Condition::NonZero if is_zero => word | 1 << 24,
        _ => return None,
    };
    Some(form::bytes(made, settings.big_endian))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(FORMS.is_sorted_by_key(|form| form.name), "by name");
        assert!(MEMORY.is_sorted_by_key(|row| row.0) && EXCLUSIVE.is_sorted_by_key(|row| row.0));
    }
}
