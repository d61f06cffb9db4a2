//! Pseudo-code for RISC-V.

use super::{Row, apply, subtract};
use crate::settings::Settings;

const ROWS: &[Row] = &[
    ("li mv lui", 2, "{1} = {2}"),
    ("add addi", 3, "{1} = {2} + {3}"),
    ("sub", 3, "{1} = {2} - {3}"),
    ("and andi", 3, "{1} = {2} & {3}"),
    ("or ori", 3, "{1} = {2} | {3}"),
    ("xor xori", 3, "{1} = {2} ^ {3}"),
    ("mul", 3, "{1} = {2} * {3}"),
    ("sll slli", 3, "{1} = {2} << {3}"),
    ("srl srli", 3, "{1} = {2} >>> {3}"),
    ("sra srai", 3, "{1} = {2} >> {3}"),
    ("lb lh lw", 2, "{1} = [{2}]"),
    ("lbu lhu lwu", 2, "{1} = (unsigned)[{2}]"),
    ("ld", 2, "{1} = (double)[{2}]"),
    ("sb sh sw", 2, "[{2}] = {1}"),
    ("sd", 2, "[{2}] = (double){1}"),
    ("j jr jalr", 1, "jmp {1}"),
    ("jal", 1, "{1} ()"),
    ("beqz", 2, "if ({1} == 0) goto {2}"),
    ("bnez", 2, "if ({1} != 0) goto {2}"),
    ("bgez", 2, "if ({1} >= 0) goto {2}"),
    ("bgtz", 2, "if ({1} > 0) goto {2}"),
    ("blez", 2, "if ({1} <= 0) goto {2}"),
    ("bltz", 2, "if ({1} < 0) goto {2}"),
    ("beq", 3, "if ({1} == {2}) goto {3}"),
    ("bne", 3, "if ({1} != {2}) goto {3}"),
    ("blt", 3, "if ({1} < {2}) goto {3}"),
    ("ble", 3, "if ({1} <= {2}) goto {3}"),
    ("bge", 3, "if ({1} >= {2}) goto {3}"),
    ("bgt", 3, "if ({1} > {2}) goto {3}"),
    ("bltu", 3, "if (unsigned){1} < {2} goto {3}"),
    ("bleu", 3, "if (unsigned){1} <= {2} goto {3}"),
    ("bgeu", 3, "if (unsigned){1} >= {2} goto {3}"),
    ("bgtu", 3, "if (unsigned){1} > {2} goto {3}"),
];

/// See [`Rewrite`](super::Rewrite).
pub(crate) fn rewrite(_: &Settings, mnemonic: &str, operands: &[&str]) -> Option<String> {
    apply(ROWS, mnemonic, operands).map(subtract)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn instructions_become_expressions() {
        check(
            "riscv",
            64,
            &[
                ("addi sp, sp, -16", "sp = sp - 16"),
                ("sd ra, 8(sp)", "[8(sp)] = (double)ra"),
                ("lbu a0, -832(a0)", "a0 = (unsigned)[-832(a0)]"),
                ("bltu a2, a0, 0x100a7e6", "if (unsigned)a2 < a0 goto 0x100a7e6"),
                ("ret", "ret"),
            ],
        );
    }
}
