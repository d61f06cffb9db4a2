//! Spelling: the library's operand text as radare2 6 prints it. One function an architecture that
//! needs one; knows no bytes but those printed as data.

use std::fmt::Write as _;

use crate::instruction::Instruction;
use crate::operand;

/// Appends the library's operands, which come with their mnemonic, to the string in radare2's
/// spelling.
pub(crate) type Spelling = fn(&str, &str, &mut String);

/// Prints bytes that are no instruction as data, and gives their size.
pub(crate) type Data = fn(&[u8], &mut Instruction) -> Option<usize>;

/// The library's own spelling.
pub(crate) fn verbatim(_: &str, operands: &str, out: &mut String) {
    out.push_str(operands);
}

/// x86, Intel syntax: `dword ptr [rax]` is `dword [rax]`.
pub(crate) fn without_ptr(_: &str, operands: &str, out: &mut String) {
    let mut rest = operands;
    while let Some((before, after)) = rest.split_once("ptr ") {
        out.push_str(before);
        rest = after;
    }
    out.push_str(rest);
}

/// ARM: immediates without `#`.
pub(crate) fn without_hash(_: &str, operands: &str, out: &mut String) {
    out.extend(operands.chars().filter(|&mark| mark != '#'));
}

/// MIPS: registers without `$`.
pub(crate) fn without_dollar(_: &str, operands: &str, out: &mut String) {
    out.extend(operands.chars().filter(|&mark| mark != '$'));
}

/// s390: registers without `%`.
pub(crate) fn without_percent(_: &str, operands: &str, out: &mut String) {
    out.extend(operands.chars().filter(|&mark| mark != '%'));
}

/// m68k: `#$1f` is `0x1f`.
pub(crate) fn motorola(_: &str, operands: &str, out: &mut String) {
    for mark in operands.chars() {
        match mark {
            '#' => {}
            '$' => out.push_str("0x"),
            other => out.push(other),
        }
    }
}

/// EVM: the bytes a `push` carries are a hexadecimal number.
pub(crate) fn hexadecimal(_: &str, operands: &str, out: &mut String) {
    if !operands.is_empty() {
        out.push_str("0x");
        out.push_str(operands);
    }
}

/// SuperH: a space after each comma outside parentheses, immediates as two hexadecimal digits.
pub(crate) fn superh(_: &str, operands: &str, out: &mut String) {
    for (index, (_, part)) in operand::split(operands).enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        match part.strip_prefix('#').and_then(operand::immediate) {
            Some(number) => put(out, format_args!("0x{:02X}", number.value() & 0xff)),
            None => out.push_str(part),
        }
    }
}

/// SuperH, little endian: a word that is no instruction, its four digits a byte each.
pub(crate) fn superh_little(bytes: &[u8], instruction: &mut Instruction) -> Option<usize> {
    superh_word(u16::from_le_bytes(*bytes.first_chunk()?), instruction)
}

/// As [`superh_little`], big endian.
pub(crate) fn superh_big(bytes: &[u8], instruction: &mut Instruction) -> Option<usize> {
    superh_word(u16::from_be_bytes(*bytes.first_chunk()?), instruction)
}

fn superh_word(word: u16, instruction: &mut Instruction) -> Option<usize> {
    instruction.mnemonic.push_str(".word");
    instruction.operands.push_str("0x");
    for shift in [12, 8, 4, 0] {
        put(&mut instruction.operands, format_args!("{:02x}", word >> shift & 15));
    }
    Some(2)
}

/// TriCore: no `#`; branch targets as eight digits and what they compare with in decimal, other
/// immediates in hexadecimal.
pub(crate) fn tricore(mnemonic: &str, operands: &str, out: &mut String) {
    let branch = ["j", "loop", "call", "fcall"].iter().any(|stem| mnemonic.starts_with(stem));
    let last = operand::split(operands).count().saturating_sub(1);
    for (index, (_, part)) in operand::split(operands).enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        match part.strip_prefix('#').and_then(operand::immediate) {
            Some(number) if branch && index == last => {
                put(out, format_args!("{:#010x}", number.value() & 0xffff_ffff));
            }
            Some(number) if branch => put(out, format_args!("{}", number.value() as i64)),
            Some(number) if number.negative => put(out, format_args!("-{:#x}", number.magnitude)),
            Some(number) => put(out, format_args!("{:#x}", number.magnitude)),
            None => out.extend(part.chars().filter(|&mark| mark != '#')),
        }
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(spelling: Spelling, mnemonic: &str, operands: &str) -> String {
        let mut out = String::new();
        spelling(mnemonic, operands, &mut out);
        out
    }

    #[test]
    fn operands_are_respelled() {
        assert_eq!(spelled(without_ptr, "mov", "eax, dword ptr [rax]"), "eax, dword [rax]");
        assert_eq!(spelled(without_ptr, "ljmp", "ptr [rax]"), "[rax]");
        assert_eq!(spelled(motorola, "link.w", "a6, #$0"), "a6, 0x0");
        assert_eq!(spelled(superh, "mov", "#78,r4"), "0x4E, r4");
        assert_eq!(spelled(superh, "mov.l", "@(4,r1),r0"), "@(4,r1), r0");
        assert_eq!(spelled(tricore, "jge.u", "d15, #0xf, #2"), "d15, 15, 0x00000002");
        assert_eq!(spelled(tricore, "movh.a", "a0, #1"), "a0, 0x1");
        assert_eq!(spelled(hexadecimal, "push1", "60"), "0x60");
        assert_eq!(spelled(hexadecimal, "add", ""), "");
    }
}
