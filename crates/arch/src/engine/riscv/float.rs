//! 32-bit encodings of F, D and Q.

use super::{F, Text, Word, X};

pub(super) fn decode(word: Word, text: &mut Text<'_>) -> Option<()> {
    let base = X[word.rs1()];
    match word.opcode() {
        0x07 => {
            let names = ["", "", "flw", "fld", "flq", "", "", ""];
            text.put(names[word.funct3()], format_args!("{}, {}({base})", F[word.rd()], word.imm_i()))
        }
        0x27 => {
            let names = ["", "", "fsw", "fsd", "fsq", "", "", ""];
            text.put(names[word.funct3()], format_args!("{}, {}({base})", F[word.rs2()], word.imm_s()))
        }
        opcode @ (0x43 | 0x47 | 0x4b | 0x4f) => {
            let name = ["fmadd", "fmsub", "fnmsub", "fnmadd"][(opcode as usize - 0x43) / 4];
            mnemonic(text, &[name, format(word)?]);
            let third = F[word.bits(31, 27) as usize];
            let (rd, rs1, rs2) = (F[word.rd()], F[word.rs1()], F[word.rs2()]);
            text.operands(format_args!("{rd}, {rs1}, {rs2}, {third}{}", rounding(word)))
        }
        0x53 => operate(word, text),
        _ => None,
    }
}

/// Arithmetic on registers: two bits of format and five of function.
fn operate(word: Word, text: &mut Text<'_>) -> Option<()> {
    let format = format(word)?;
    let (rd, rs1, rs2) = (F[word.rd()], F[word.rs1()], F[word.rs2()]);
    let (integer, source) = (X[word.rd()], X[word.rs1()]);
    let funct3 = word.funct3();
    // What an integer conversion converts to or from.
    let other = match (word.rs2(), text.wide) {
        (0, _) => Some(".w"),
        (1, _) => Some(".wu"),
        (2, true) => Some(".l"),
        (3, true) => Some(".lu"),
        _ => None,
    };
    match word.funct7() >> 2 {
        function @ 0..=3 => {
            mnemonic(text, &[["fadd", "fsub", "fmul", "fdiv"][function as usize], format]);
            text.operands(format_args!("{rd}, {rs1}, {rs2}{}", rounding(word)))
        }
        0x0b if word.rs2() == 0 => {
            mnemonic(text, &["fsqrt", format]);
            text.operands(format_args!("{rd}, {rs1}{}", rounding(word)))
        }
        0x04 if funct3 < 3 => {
            if word.rs1() == word.rs2() {
                mnemonic(text, &[["fmv", "fneg", "fabs"][funct3], format]);
                return text.operands(format_args!("{rd}, {rs1}"));
            }
            mnemonic(text, &[["fsgnj", "fsgnjn", "fsgnjx"][funct3], format]);
            text.operands(format_args!("{rd}, {rs1}, {rs2}"))
        }
        0x05 if funct3 < 2 => {
            mnemonic(text, &[["fmin", "fmax"][funct3], format]);
            text.operands(format_args!("{rd}, {rs1}, {rs2}"))
        }
        0x14 if funct3 < 3 => {
            mnemonic(text, &[["fle", "flt", "feq"][funct3], format]);
            text.operands(format_args!("{integer}, {rs1}, {rs2}"))
        }
        0x08 => {
            let from = [".s", ".d", "", ".q"].get(word.rs2()).copied().filter(|from| !from.is_empty())?;
            mnemonic(text, &["fcvt", format, from]);
            let widens = narrower(from, format);
            text.operands(format_args!("{rd}, {rs1}{}", if widens { "" } else { rounding(word) }))
        }
        0x18 => {
            mnemonic(text, &["fcvt", other?, format]);
            text.operands(format_args!("{integer}, {rs1}{}", rounding(word)))
        }
        0x1a => {
            let other = other?;
            mnemonic(text, &["fcvt", format, other]);
            let exact = format == ".q" || (format == ".d" && matches!(other, ".w" | ".wu"));
            text.operands(format_args!("{rd}, {source}{}", if exact { "" } else { rounding(word) }))
        }
        0x1c if funct3 == 1 && word.rs2() == 0 => {
            mnemonic(text, &["fclass", format]);
            text.operands(format_args!("{integer}, {rs1}"))
        }
        0x1c if funct3 == 0 && word.rs2() == 0 => {
            mnemonic(text, &["fmv.x", moved(format, text.wide)?]);
            text.operands(format_args!("{integer}, {rs1}"))
        }
        0x1e if funct3 == 0 && word.rs2() == 0 => {
            let format = moved(format, text.wide)?;
            mnemonic(text, &["fmv", format, ".x"]);
            text.operands(format_args!("{rd}, {source}"))
        }
        _ => None,
    }
}

/// The suffix for the format of an operation.
fn format(word: Word) -> Option<&'static str> {
    [Some(".s"), Some(".d"), None, Some(".q")][word.bits(26, 25) as usize]
}

/// The suffix of a bitwise move, named for its width and not its type.
fn moved(format: &str, wide: bool) -> Option<&'static str> {
    match format {
        ".s" => Some(".w"),
        ".d" if wide => Some(".d"),
        _ => None,
    }
}

/// Whether every value of one format is also one of the other.
fn narrower(format: &str, other: &str) -> bool {
    matches!((format, other), (".s", ".d" | ".q") | (".d", ".q"))
}

/// The rounding mode, which is not said when the control register decides.
fn rounding(word: Word) -> &'static str {
    [", rne", ", rtz", ", rdn", ", rup", ", rmm", ", unknown", ", unknown", ""][word.funct3()]
}

fn mnemonic(text: &mut Text<'_>, parts: &[&str]) {
    text.instruction.mnemonic.extend(parts.iter().copied());
}
