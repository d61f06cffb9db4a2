//! Pseudo-code for AArch64.

use super::{Row, apply};

const ROWS: &[Row] = &[
    ("mov movz movk adr adrp sxtw fmov", 0, "{1} = {2}"),
    ("mvn", 2, "{1} = ~{2}"),
    ("neg", 2, "{1} = -{2}"),
    ("add adds adc fadd", 0, "{1} = {2} + {3-}"),
    ("sub subs sbc fsub", 0, "{1} = {2} - {3-}"),
    ("mul fmul", 3, "{1} = {2} * {3}"),
    ("udiv", 3, "{1} = (unsigned) {2} / {3}"),
    ("sdiv fdiv", 3, "{1} = {2} / {3}"),
    ("and ands", 0, "{1} = {2} & {3-}"),
    ("orr", 0, "{1} = {2} | {3-}"),
    ("eor", 0, "{1} = {2} ^ {3-}"),
    ("lsl", 3, "{1} = {2} << {3}"),
    ("lsr asr", 3, "{1} = {2} >> {3}"),
    ("sxtb", 2, "{1} = (char) {2}"),
    ("sxth", 2, "{1} = (short) {2}"),
    ("cmp fcmp", 2, "if ({1} == {2})"),
    ("cmn", 2, "if ({1} != {2})"),
    ("tst", 2, "if (({1} & {2}) == 0)"),
    ("b", 1, "jmp {1}"),
    ("b.gt", 1, "jmp ifgt {1}"),
    ("b.le", 1, "jmp ifle {1}"),
    ("bl", 1, "{1} ()"),
    ("cbz", 2, "if !{1} jmp {2}"),
    ("cbnz", 2, "if {1} jmp {2}"),
];

/// See [`Rewrite`](super::Rewrite).
pub(super) fn rewrite(mnemonic: &str, operands: &[&str]) -> Option<String> {
    match (mnemonic, operands) {
        ("stp", [first, _, rest @ ..]) if !rest.is_empty() => Some(format!("{} = ({first}, 2)", sum(rest))),
        ("ldp", [first, _, rest @ ..]) if !rest.is_empty() => Some(format!("({first}, 2) = {}", sum(rest))),
        (
            "ldr" | "ldrb" | "ldrh" | "ldrsb" | "ldrsw" | "ldur" | "str" | "strb" | "strh" | "stur",
            [register, rest @ ..],
        ) if !rest.is_empty() => Some(memory(mnemonic, register, rest)),
        _ => apply(ROWS, mnemonic, operands),
    }
}

/// A load or store. What is behind the brackets is added to them as what is inside.
pub(super) fn memory(mnemonic: &str, register: &str, rest: &[&str]) -> String {
    let place = sum(rest);
    let size = match mnemonic.trim_start_matches(['l', 'd', 's', 't', 'r', 'u']) {
        "b" => "(byte) ",
        "h" if mnemonic.starts_with('l') => "(word) ",
        "h" => "(half) ",
        _ => "",
    };
    match mnemonic.starts_with('l') {
        true => format!("{register} = {size}{place}"),
        false => format!("{place} = {size}{register}"),
    }
}

/// A memory operand as a sum. A shift stays behind its comma.
fn sum(parts: &[&str]) -> String {
    let text = parts.join(", ");
    let mut out = String::new();
    for (index, part) in text.split(", ").enumerate() {
        let is_shift = ["lsl ", "lsr ", "asr ", "ror ", "uxtw", "sxtw", "sxtx", "uxtx", "rrx"]
            .iter()
            .any(|word| part.starts_with(word));
        match part.strip_prefix('-') {
            _ if index == 0 => out.push_str(part),
            _ if is_shift => out.push_str(&format!(", {part}")),
            Some(part) => out.push_str(&format!(" - {part}")),
            None => out.push_str(&format!(" + {part}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn instructions_become_expressions() {
        check(
            "arm",
            64,
            &[
                ("stp x29, x30, [sp, -0x20]!", "[sp - 0x20]! = (x29, 2)"),
                ("stp x20, x19, [sp, 0x10]", "[sp + 0x10] = (x20, 2)"),
                ("ldp x20, x19, [sp, 0x10]", "(x20, 2) = [sp + 0x10]"),
                ("ldrb w13, [x0], 1", "w13 = (byte) [x0] + 1"),
                ("ldrsw x8, [x20, 0xc]", "x8 = [x20 + 0xc]"),
                ("ldr x0, [x1, x2, lsl 3]", "x0 = [x1 + x2, lsl 3]"),
                ("strh w0, [x21, 0x884]", "[x21 + 0x884] = (half) w0"),
                ("add x0, x1, x2, lsl 2", "x0 = x1 + x2, lsl 2"),
                ("movk w11, 0x8007, lsl 16", "w11 = 0x8007"),
                ("subs x8, x8, 1", "x8 = x8 - 1"),
                ("cmp w8, 0", "if (w8 == 0)"),
                ("bl sym.fib", "sym.fib ()"),
                ("csel x0, x1, x2, ne", "csel x0, x1, x2, ne"),
                ("ret", "ret"),
            ],
        );
    }
}
