//! Pseudo-code for ARM and Thumb. AArch64 is passed on.

use super::arm64::memory;
use super::{Row, apply, arm64};
use crate::settings::Settings;

const ROWS: &[Row] = &[
    ("mov movs movw mov.w movw.w adr", 2, "{1} = {2}"),
    ("movt", 2, "{1} |= {2} << 16"),
    ("mvn mvns", 2, "{1} = ~{2}"),
    ("add adds add.w addw adc adcs", 2, "{1} += {2}"),
    ("add adds add.w addw adc adcs", 0, "{1} = {2} + {3-}"),
    ("sub subs sub.w subw sbc sbcs", 2, "{1} -= {2}"),
    ("sub subs sub.w subw sbc sbcs", 0, "{1} = {2} - {3-}"),
    ("mul muls", 2, "{1} *= {2}"),
    ("mul muls", 3, "{1} = {2} * {3}"),
    ("and ands and.w", 2, "{1} &= {2}"),
    ("and ands and.w", 0, "{1} = {2} & {3-}"),
    ("orr orrs orr.w", 2, "{1} |= {2}"),
    ("orr orrs orr.w", 0, "{1} = {2} | {3-}"),
    ("eor eors eor.w", 2, "{1} ^= {2}"),
    ("eor eors eor.w", 0, "{1} = {2} ^ {3-}"),
    ("lsl lsls lsl.w", 3, "{1} = {2} << {3}"),
    ("lsr lsrs lsr.w asr asrs asr.w", 3, "{1} = {2} >> {3}"),
    ("sxtb", 2, "{1} = (char) {2}"),
    ("sxth", 2, "{1} = (short) {2}"),
    ("cmp", 2, "if ({1} == {2})"),
    ("cmn", 2, "if ({1} != {2})"),
    ("tst", 2, "if (({1} & {2}) == 0)"),
    ("b b.w", 1, "jmp {1}"),
    ("beq bxeq beq.w", 1, "je {1}"),
    ("bge", 1, "(>=) goto {1}"),
    ("bl blx", 1, "{1} ()"),
    ("cbz", 2, "if !{1} jmp {2}"),
    ("cbnz", 2, "if {1} jmp {2}"),
    ("udf", 1, "undefined {1}"),
];

/// See [`Rewrite`](super::Rewrite).
pub(crate) fn rewrite(settings: &Settings, mnemonic: &str, operands: &[&str]) -> Option<String> {
    if settings.bits == 64 {
        return arm64::rewrite(mnemonic, operands);
    }
    let stem = mnemonic.strip_suffix(".w").unwrap_or(mnemonic);
    match (stem, operands) {
        ("push" | "pop", [list]) => {
            Some(format!("{stem} ({})", list.trim_start_matches('{').trim_end_matches('}')))
        }
        ("ldr" | "ldrb" | "ldrh" | "ldrsb" | "str" | "strb" | "strh", [register, rest @ ..])
            if !rest.is_empty() =>
        {
            Some(memory(stem, register, rest))
        }
        _ => apply(ROWS, mnemonic, operands),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn instructions_become_expressions() {
        check(
            "arm",
            32,
            &[
                ("push {r4, r5, fp, lr}", "push (r4, r5, fp, lr)"),
                ("mov r4, r0", "r4 = r0"),
                ("ldr r0, [0x000203e8]", "r0 = [0x000203e8]"),
                ("ldrb ip, [r0], 1", "ip = (byte) [r0] + 1"),
                ("ldrh r0, [lr, -r6]", "r0 = (word) [lr - r6]"),
                ("str r0, [r1]", "[r1] = r0"),
                ("strb r0, [r2], -1", "[r2] - 1 = (byte) r0"),
                ("orr r0, r2, r3, lsl 16", "r0 = r2 | r3, lsl 16"),
                ("movt ip, 0x8007", "ip |= 0x8007 << 16"),
                ("beq 0x202bc", "je 0x202bc"),
                ("bl 0x2022c", "0x2022c ()"),
                ("moveq r0, 1", "moveq r0, 1"),
            ],
        );
        check("arm", 16, &[("add r2, r4", "r2 += r4"), ("cbz r1, 0x20256", "if !r1 jmp 0x20256")]);
    }
}
