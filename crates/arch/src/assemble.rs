//! Text to bytes: one module an architecture, or a table of forms for those whose instructions are
//! words of fields. What is the same for all is here: the site of an instruction, its fault, and the
//! reader of operand text.

pub(crate) mod arm;
mod arm32;
mod arm64;
pub(crate) mod directive;
pub(crate) mod form;
pub(crate) mod mips;
pub(crate) mod reader;
mod thumb;
pub(crate) mod x86;

use crate::instruction::Instruction;
use crate::settings::Settings;

/// What there is for assembling an architecture.
pub(crate) struct Assembly {
    /// Assembles one instruction.
    pub(crate) assemble: Assemble,
    /// How it says some things.
    pub(crate) idioms: fn(&Settings) -> &'static Idioms,
    /// Changes the condition of a branch.
    pub(crate) recondition: Recondition,
}

/// How an architecture says what patches say.
pub(crate) struct Idioms {
    /// What does nothing, the longest first.
    pub(crate) nops: &'static [&'static str],
    /// What stops for a debugger.
    pub(crate) trap: &'static str,
    /// The mnemonic of a jump.
    pub(crate) jump: &'static str,
    /// What returns 0, 1 and -1 from a function.
    pub(crate) returns: [&'static str; 3],
}

/// What to make of the condition of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The opposite.
    Opposite,
    /// Zero, or equal.
    Zero,
    /// Not zero, or not equal.
    NonZero,
    /// None: it always branches.
    Always,
}

/// The bytes of a branch with another condition, as many as before. `None` when that cannot be.
pub(crate) type Recondition = fn(&Settings, &Instruction, &[u8], Condition) -> Option<Vec<u8>>;

/// What resolves a name that is no register: a flag, a symbol.
pub type Names<'a> = &'a dyn Fn(&str) -> Option<u64>;

/// Where an instruction will lie, and what its text may refer to.
pub(crate) struct Site<'a> {
    /// The settings of the assembler.
    pub(crate) settings: &'a Settings,
    /// The address of its first byte.
    pub(crate) addr: u64,
    /// What its names stand for.
    pub(crate) names: Names<'a>,
}

/// Assembles one instruction, whose text is trimmed and not empty.
pub(crate) type Assemble = fn(&str, &Site<'_>) -> Result<Vec<u8>, Fault>;

/// Why a text is no instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In words.
    pub(crate) reason: String,
}

impl Fault {
    /// A fault for this reason.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// No instruction has this name.
    pub(crate) fn unknown(mnemonic: &str) -> Self {
        Self::new(format!("no instruction is named `{mnemonic}`"))
    }
}

/// Mnemonic and operands of a statement.
pub(crate) fn split_mnemonic(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((mnemonic, operands)) => (mnemonic, operands.trim_start()),
        None => (text, ""),
    }
}

/// The operands of a text, split at the commas outside brackets and quotes.
pub(crate) fn split_operands(text: &str) -> Vec<&str> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let (mut depth, mut start, mut quoted) = (0i32, 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth -= 1,
            b',' if depth <= 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assembler::Assembler;
    use crate::decoder::Decoder;

    /// Architectures whose instructions are words, with their widths.
    const WORDS: &[(&str, u32)] = &[("arm", 16), ("arm", 32), ("arm", 64), ("mips", 32), ("mips", 64)];

    /// Instructions of everyday code in the spelling of the decoder, with their words.
    const EVERYDAY: &[(&str, u32, &str, u32)] = &[
        ("arm", 64, "ret", 0xd65f_03c0),
        ("arm", 64, "mov x0, 0", 0xd280_0000),
        ("arm", 64, "mov x0, -1", 0x9280_0000),
        ("arm", 64, "mov w1, #0xff00ff", 0x3200_9fe1),
        ("arm", 64, "stp x29, x30, [sp, -0x20]!", 0xa9be_7bfd),
        ("arm", 64, "ldp fp, lr, [sp], 0x20", 0xa8c2_7bfd),
        ("arm", 64, "add x0, x0, 1, lsl 12", 0x9140_0400),
        ("arm", 64, "add x0, x0, -1", 0xd100_0400),
        ("arm", 64, "add x0, x1, w2, sxtw 2", 0x8b22_c820),
        ("arm", 64, "sub sp, sp, 0x30", 0xd100_c3ff),
        ("arm", 64, "cmp w0, 0x41", 0x7101_041f),
        ("arm", 64, "b.ne 0x1010", 0x5400_0081),
        ("arm", 64, "cbz x0, 0x1008", 0xb400_0040),
        ("arm", 64, "tbnz w0, 3, 0xffc", 0x371f_ffe0),
        ("arm", 64, "bl 0x2000", 0x9400_0400),
        ("arm", 64, "adrp x0, 0x3000", 0xd000_0000),
        ("arm", 64, "ldr x0, [x1, x2, lsl 3]", 0xf862_7820),
        ("arm", 64, "ldrb w0, [x1], 1", 0x3840_1420),
        ("arm", 64, "ldr x0, [x1, -8]", 0xf85f_8020),
        ("arm", 64, "str d0, [sp, 8]", 0xfd00_07e0),
        ("arm", 64, "lsl w0, w1, 3", 0x531d_7020),
        ("arm", 64, "sxtw x0, w1", 0x9340_7c20),
        ("arm", 64, "csel x0, x1, x2, eq", 0x9a82_0020),
        ("arm", 64, "fmov d0, 1.0", 0x1e6e_1000),
        ("arm", 64, "mrs x0, tpidr_el0", 0xd53b_d040),
        ("arm", 32, "mov r0, 1", 0xe3a0_0001),
        ("arm", 32, "mov r0, -1", 0xe3e0_0000),
        ("arm", 32, "mov r0, 0x1234", 0xe301_0234),
        ("arm", 32, "movweq r0, 0x1234", 0x0301_0234),
        ("arm", 32, "add r0, r1, r2, lsl 3", 0xe081_0182),
        ("arm", 32, "add r0, 1", 0xe280_0001),
        ("arm", 32, "subs r3, r3, #1", 0xe253_3001),
        ("arm", 32, "push {fp, lr}", 0xe92d_4800),
        ("arm", 32, "pop {r4-r6, pc}", 0xe8bd_8070),
        ("arm", 32, "ldr r3, [fp, -8]", 0xe51b_3008),
        ("arm", 32, "str r0, [sp], 4", 0xe48d_0004),
        ("arm", 32, "ldrb r0, [r1, r2]!", 0xe7f1_0002),
        ("arm", 32, "ldrh r0, [r1, 2]", 0xe1d1_00b2),
        ("arm", 32, "ldm r0!, {r1, r2}", 0xe8b0_0006),
        ("arm", 32, "bl 0x2000", 0xeb00_03fe),
        ("arm", 32, "bls 0x1010", 0x9a00_0002),
        ("arm", 32, "blx 0x1012", 0xfb00_0002),
        ("arm", 32, "bx lr", 0xe12f_ff1e),
        ("arm", 32, "cmp r0, 0x41", 0xe350_0041),
        ("arm", 32, "mul r0, r1, r2", 0xe000_0291),
        ("arm", 32, "svc 0", 0xef00_0000),
        ("mips", 32, "nop", 0),
        ("mips", 32, "addiu sp, sp, -0x20", 0x27bd_ffe0),
        ("mips", 32, "addiu $sp, $sp, -32", 0x27bd_ffe0),
        ("mips", 32, "lw ra, 0x1c(sp)", 0x8fbf_001c),
        ("mips", 32, "jr ra", 0x03e0_0008),
        ("mips", 32, "beqz v0, 0x1008", 0x1040_0001),
        ("mips", 32, "jal 0x2000", 0x0c00_0800),
        ("mips", 32, "lui gp, 0x42", 0x3c1c_0042),
        ("mips", 32, "add.d f0, f2, f4", 0x4624_1000),
        ("mips", 64, "daddu v0, v0, a0", 0x0044_102d),
    ];

    #[test]
    fn everyday_instructions_are_assembled() {
        for &(arch, bits, text, word) in EVERYDAY {
            let assembler = Assembler::new(&Settings { bits, ..Settings::new(arch, bits) }).unwrap();
            let bytes = assembler.assemble_plain(text, 0x1000).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(bytes, word.to_le_bytes(), "{text}");
        }
    }

    #[test]
    fn thumb_is_as_short_as_it_can_be() {
        let assembler = Assembler::new(&Settings { bits: 16, ..Settings::new("arm", 16) }).unwrap();
        for (text, bytes) in [
            ("movs r0, 1", &[0x01, 0x20][..]),
            ("mov r8, r0", &[0x80, 0x46]),
            ("push {r4, lr}", &[0x10, 0xb5]),
            ("pop {r4, pc}", &[0x10, 0xbd]),
            ("push {r8}", &[0x2d, 0xe9, 0x00, 0x01]),
            ("ldr r0, [sp, 4]", &[0x01, 0x98]),
            ("ldr r0, [r1, 0x100]", &[0xd1, 0xf8, 0x00, 0x01]),
            ("ldr r0, [pc, 8]", &[0x02, 0x48]),
            ("sub sp, 8", &[0x82, 0xb0]),
            ("cmp r0, 5", &[0x05, 0x28]),
            ("beq 0x1008", &[0x02, 0xd0]),
            ("beq 0x2000", &[0x00, 0xf0, 0xfe, 0x87]),
            ("bne.w 0x1008", &[0x40, 0xf0, 0x02, 0x80]),
            ("b 0x1000", &[0xfe, 0xe7]),
            ("bl 0x2000", &[0x00, 0xf0, 0xfe, 0xff]),
            ("bx lr", &[0x70, 0x47]),
            ("cbz r0, 0x1008", &[0x10, 0xb1]),
            ("adds r0, r0, 1", &[0x40, 0x1c]),
            ("add.w r0, r1, 0xff00ff", &[0x01, 0xf1, 0xff, 0x10]),
            ("movw r0, 0x1234", &[0x41, 0xf2, 0x34, 0x20]),
            ("ite eq; moveq r0, 1; movne r0, 2", &[0x0c, 0xbf, 0x01, 0x20, 0x02, 0x20]),
        ] {
            let made = assembler.assemble_plain(text, 0x1000).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(made, bytes, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (arch, bits, text, reason) in [
            ("arm", 64, "mov x0, w1", "not of one width"),
            ("arm", 64, "add x0, x1, 0x1001", "not from 0 to 4095"),
            ("arm", 32, "mov r0, 0x12345678", "rotated"),
            ("arm", 32, "bogus r0", "no instruction"),
            ("arm", 64, "b 0x1002", "no multiple of 4"),
            ("arm", 64, "cbz x0, 0x1000000", "too far"),
            ("mips", 32, "addiu v0, v0, 0x8000", "not from -32768 to 32767"),
            ("mips", 32, "lw v0, 4[sp]", "`(` is missing"),
            ("mips", 32, "addu v0, v0", "`,` is missing"),
        ] {
            let assembler = Assembler::new(&Settings { bits, ..Settings::new(arch, bits) }).unwrap();
            let error = assembler.assemble_plain(text, 0x1000).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn what_is_decoded_is_assembled_to_what_decodes_the_same(
            word: u32,
            (arch, bits) in prop::sample::select(WORDS.to_vec()),
            big_endian: bool,
        ) {
            let settings = Settings { big_endian, ..Settings::new(arch, bits) };
            let decoder = Decoder::new(&settings).unwrap();
            let Some(decoded) = decoder.decode(&word.to_le_bytes(), 0x1000) else { return Ok(()) };
            let assembler = Assembler::new(&settings).unwrap();
            let Ok(made) = assembler.assemble_plain(&decoded.text(), 0x1000) else { return Ok(()) };
            // Apart from the one before: in Thumb, its conditions are those of the next.
            let decoder = Decoder::new(&settings).unwrap();
            // Which of two sizes is meant goes without saying where only one is.
            let known = |text: String| text.replacen(".w ", " ", 1);
            let again = decoder.decode(&made, 0x1000).map(|again| known(again.text()));
            prop_assert_eq!(again, Some(known(decoded.text())), "{:02x?}", made);
        }
    }

    #[test]
    fn operands_split_outside_brackets() {
        assert_eq!(split_operands("{r4, r5}, [sp, 8] , ','"), ["{r4, r5}", "[sp, 8]", "','"]);
        assert_eq!(split_operands("8(%rax,%rbx), %eax"), ["8(%rax,%rbx)", "%eax"]);
        assert!(split_operands("  ").is_empty());
    }
}
