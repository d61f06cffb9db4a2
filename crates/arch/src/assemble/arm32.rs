//! A32, the 32-bit state of ARM: integer instructions of ARMv7, in the spelling of the decoder; after
//! the architecture manual.

mod operand;

pub(super) use operand::barrier;

use super::arm::{Suffix, condition, suffixes};
use super::form::{self, Form, fit, form};
use super::{Condition, Fault, Idioms, Site, split_mnemonic};
use crate::instruction::Instruction;
use crate::settings::Settings;

/// How A32 says what patches say.
pub(super) static IDIOMS: Idioms = Idioms {
    nops: &["mov r0, r0"],
    trap: "udf 0xfdee",
    jump: "b",
    returns: ["mov r0, 0; bx lr", "mov r0, 1; bx lr", "mvn r0, 0; bx lr"],
};

/// Those that can set the flags, by an `s` behind their names: the bit for it is 20.
static FLAGGED: &[Form] = &[
    form("adc", "d,n,O", 0x00a0_0000),
    form("adc", "e,O", 0x00a0_0000),
    form("add", "d,n,O", 0x0080_0000),
    form("add", "e,O", 0x0080_0000),
    form("add", "d,n,N", 0x0240_0000),
    form("and", "d,n,O", 0x0000_0000),
    form("and", "e,O", 0x0000_0000),
    form("asr", "d,m,K", 0x01a0_0040),
    form("asr", "f,K", 0x01a0_0040),
    form("asr", "d,m,s", 0x01a0_0050),
    form("bic", "d,n,O", 0x01c0_0000),
    form("bic", "e,O", 0x01c0_0000),
    form("eor", "d,n,O", 0x0020_0000),
    form("eor", "e,O", 0x0020_0000),
    form("lsl", "d,m,K", 0x01a0_0000),
    form("lsl", "f,K", 0x01a0_0000),
    form("lsl", "d,m,s", 0x01a0_0010),
    form("lsr", "d,m,K", 0x01a0_0020),
    form("lsr", "f,K", 0x01a0_0020),
    form("lsr", "d,m,s", 0x01a0_0030),
    form("mla", "n,m,s,d", 0x0020_0090),
    form("mov", "d,O", 0x01a0_0000),
    form("mul", "n,m,s", 0x0000_0090),
    form("mvn", "d,O", 0x01e0_0000),
    form("neg", "d,n", 0x0260_0000),
    form("orr", "d,n,O", 0x0180_0000),
    form("orr", "e,O", 0x0180_0000),
    form("ror", "d,m,K", 0x01a0_0060),
    form("ror", "f,K", 0x01a0_0060),
    form("ror", "d,m,s", 0x01a0_0070),
    form("rrx", "d,m", 0x01a0_0060),
    form("rsb", "d,n,O", 0x0060_0000),
    form("rsb", "e,O", 0x0060_0000),
    form("rsc", "d,n,O", 0x00e0_0000),
    form("sbc", "d,n,O", 0x00c0_0000),
    form("sbc", "e,O", 0x00c0_0000),
    form("smlal", "d,n,m,s", 0x00e0_0090),
    form("smull", "d,n,m,s", 0x00c0_0090),
    form("sub", "d,n,O", 0x0040_0000),
    form("sub", "e,O", 0x0040_0000),
    form("sub", "d,n,N", 0x0280_0000),
    form("umlal", "d,n,m,s", 0x00a0_0090),
    form("umull", "d,n,m,s", 0x0080_0090),
];

/// All others that can have a condition.
static FORMS: &[Form] = &[
    form("adr", "d,L", 0x020f_0000),
    form("b", "B", 0x0a00_0000),
    form("bfc", "d,F", 0x07c0_001f),
    form("bfi", "d,m,F", 0x07c0_0010),
    form("bl", "B", 0x0b00_0000),
    form("blx", "m", 0x012f_ff30),
    form("bx", "m", 0x012f_ff10),
    form("bxj", "m", 0x012f_ff20),
    form("clz", "d,m", 0x016f_0f10),
    form("cmn", "n,O", 0x0170_0000),
    form("cmp", "n,O", 0x0150_0000),
    form("hint", "u", 0x0320_f000),
    form("ldr", "d,A", 0x0410_0000),
    form("ldrb", "d,A", 0x0450_0000),
    form("ldrbt", "d,T", 0x0470_0000),
    form("ldrd", "D,H", 0x0000_00d0),
    form("ldrex", "d,[n]", 0x0190_0f9f),
    form("ldrexb", "d,[n]", 0x01d0_0f9f),
    form("ldrexh", "d,[n]", 0x01f0_0f9f),
    form("ldrh", "d,H", 0x0010_00b0),
    form("ldrsb", "d,H", 0x0010_00d0),
    form("ldrsh", "d,H", 0x0010_00f0),
    form("ldrt", "d,T", 0x0430_0000),
    form("mls", "n,m,s,d", 0x0060_0090),
    form("movt", "d,i", 0x0340_0000),
    form("movw", "d,i", 0x0300_0000),
    form("mrs", "d,P", 0x010f_0000),
    form("msr", "Q,m", 0x0120_f000),
    form("nop", "", 0x0320_f000),
    form("pop", "R", 0x08bd_0000),
    form("push", "R", 0x092d_0000),
    form("rbit", "d,m", 0x06ff_0f30),
    form("rev", "d,m", 0x06bf_0f30),
    form("rev16", "d,m", 0x06bf_0fb0),
    form("revsh", "d,m", 0x06ff_0fb0),
    form("sbfx", "d,m,E", 0x07a0_0050),
    form("sdiv", "n,m,s", 0x0710_f010),
    form("sev", "", 0x0320_f004),
    form("smc", "c", 0x0160_0070),
    form("smulbb", "n,m,s", 0x0160_0080),
    form("smulbt", "n,m,s", 0x0160_00c0),
    form("smultb", "n,m,s", 0x0160_00a0),
    form("smultt", "n,m,s", 0x0160_00e0),
    form("str", "d,A", 0x0400_0000),
    form("strb", "d,A", 0x0440_0000),
    form("strbt", "d,T", 0x0460_0000),
    form("strd", "D,H", 0x0000_00f0),
    form("strex", "d,m,[n]", 0x0180_0f90),
    form("strexb", "d,m,[n]", 0x01c0_0f90),
    form("strexh", "d,m,[n]", 0x01e0_0f90),
    form("strh", "d,H", 0x0000_00b0),
    form("strt", "d,T", 0x0420_0000),
    form("svc", "v", 0x0f00_0000),
    form("swp", "d,m,[n]", 0x0100_0090),
    form("swpb", "d,m,[n]", 0x0140_0090),
    form("sxtab", "d,n,mr", 0x06a0_0070),
    form("sxtah", "d,n,mr", 0x06b0_0070),
    form("sxtb", "d,mr", 0x06af_0070),
    form("sxth", "d,mr", 0x06bf_0070),
    form("teq", "n,O", 0x0130_0000),
    form("tst", "n,O", 0x0110_0000),
    form("ubfx", "d,m,E", 0x07e0_0050),
    form("udiv", "n,m,s", 0x0730_f010),
    form("umaal", "d,n,m,s", 0x0040_0090),
    form("uxtab", "d,n,mr", 0x06e0_0070),
    form("uxtah", "d,n,mr", 0x06f0_0070),
    form("uxtb", "d,mr", 0x06ef_0070),
    form("uxth", "d,mr", 0x06ff_0070),
    form("wfe", "", 0x0320_f002),
    form("wfi", "", 0x0320_f003),
    form("yield", "", 0x0320_f001),
];

/// Those that cannot have a condition.
static ALWAYS: &[Form] = &[
    form("bkpt", "k", 0xe120_0070),
    form("blx", "X", 0xfa00_0000),
    form("clrex", "", 0xf57f_f01f),
    form("dmb", "b", 0xf57f_f050),
    form("dsb", "b", 0xf57f_f040),
    form("hvc", "k", 0xe140_0070),
    form("isb", "b", 0xf57f_f060),
    form("udf", "k", 0xe7f0_00f0),
];

/// Loads and stores of several registers: the word of each.
static MULTIPLE: &[(&str, u32)] = &[
    ("ldm", 0x0890_0000),
    ("ldmda", 0x0810_0000),
    ("ldmdb", 0x0910_0000),
    ("ldmea", 0x0910_0000),
    ("ldmfd", 0x0890_0000),
    ("ldmia", 0x0890_0000),
    ("ldmib", 0x0990_0000),
    ("stm", 0x0880_0000),
    ("stmda", 0x0800_0000),
    ("stmdb", 0x0900_0000),
    ("stmea", 0x0880_0000),
    ("stmfd", 0x0900_0000),
    ("stmia", 0x0880_0000),
    ("stmib", 0x0980_0000),
];

/// Assembles one instruction.
pub(super) fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let (name, operands) = split_mnemonic(text);
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".w").unwrap_or(&name);
    let mut fault = None;
    let mut attempt = |result: Result<u32, Fault>| match result {
        Ok(word) => Some(form::bytes(word, site.settings.big_endian)),
        Err(other) => {
            fault.get_or_insert(other);
            None
        }
    };
    if ALWAYS.iter().any(|form| form.name == name)
        && let Some(bytes) = attempt(fit(ALWAYS, (name, operands), |word| word, operand::read, site))
    {
        return Ok(bytes);
    }
    for Suffix { stem, flags, condition } in suffixes(name) {
        let head = condition << 28;
        if !flags && let Some((_, word)) = MULTIPLE.iter().find(|(known, _)| *known == stem) {
            for pattern in ["M,R", "M,R^"] {
                let user = u32::from(pattern.ends_with('^')) << 22;
                let form = form("", pattern, word | user | head);
                if let Some(bytes) = attempt(fit(&[form], ("", operands), |word| word, operand::read, site)) {
                    return Ok(bytes);
                }
            }
            continue;
        }
        let table = if FLAGGED.iter().any(|form| form.name == stem) {
            FLAGGED
        } else if !flags && FORMS.iter().any(|form| form.name == stem) {
            FORMS
        } else {
            continue;
        };
        let start = |word: u32| word | head | u32::from(flags) << 20;
        if let Some(bytes) = attempt(fit(table, (stem, operands), start, operand::read, site)) {
            return Ok(bytes);
        }
    }
    // A number that only its complement can be: `mov r0, -1` is `mvn r0, 0`.
    for Suffix { stem, flags, condition } in suffixes(name) {
        let pairs = [
            ("mov", "d,C", 0x03e0_0000),
            ("mvn", "d,C", 0x03a0_0000),
            ("mov", "d,i", 0x0300_0000),
            ("cmp", "n,N", 0x0370_0000),
            ("cmn", "n,N", 0x0350_0000),
            ("and", "d,n,C", 0x03c0_0000),
            ("bic", "d,n,C", 0x0200_0000),
        ];
        for (_, pattern, word) in pairs.into_iter().filter(|pair| pair.0 == stem) {
            let word = word | condition << 28 | u32::from(flags) << 20;
            if pattern == "d,i" && flags {
                continue;
            }
            if let Some(bytes) =
                attempt(fit(&[form("", pattern, word)], ("", operands), |word| word, operand::read, site))
            {
                return Ok(bytes);
            }
        }
    }
    Err(fault.unwrap_or_else(|| Fault::unknown(name)))
}

/// See [`Recondition`](super::Recondition).
pub(super) fn recondition(
    settings: &Settings,
    instruction: &Instruction,
    bytes: &[u8],
    to: Condition,
) -> Option<Vec<u8>> {
    let bytes: [u8; 4] = bytes.try_into().ok()?;
    let word = if settings.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    let known = word >> 28;
    if instruction.jump.is_none() || known == 15 {
        return None;
    }
    let number = match to {
        Condition::Opposite if known < 14 => known ^ 1,
        Condition::Zero => condition("eq")?,
        Condition::NonZero => condition("ne")?,
        Condition::Always if known < 14 => condition("al")?,
        _ => return None,
    };
    Some(form::bytes(word & 0x0fff_ffff | number << 28, settings.big_endian))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        for table in [FLAGGED, FORMS, ALWAYS] {
            assert!(table.is_sorted_by_key(|form| form.name), "by name");
        }
        assert!(MULTIPLE.is_sorted());
    }
}
