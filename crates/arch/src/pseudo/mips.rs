//! Pseudo-code for MIPS. The register that is always 0 is written as 0.

use super::{Row, apply, contract, subtract};
use crate::settings::Settings;

const ROWS: &[Row] = &[
    ("move", 2, "{1} = {2}"),
    ("li", 2, "{1} = {2}"),
    ("lui", 2, "{1} = {2} << 16"),
    ("add addu addi addiu dadd daddu daddi daddiu", 3, "{1} = {2} + {3}"),
    ("sub subu dsub dsubu", 3, "{1} = {2} - {3}"),
    ("mul dmul", 3, "{1} = {2} * {3}"),
    ("mult", 2, "(hi,lo) = {1} * {2}"),
    ("multu", 2, "unsigned (hi,lo) = {1} * {2}"),
    ("and andi", 3, "{1} = {2} & {3}"),
    ("or ori", 3, "{1} = {2} | {3}"),
    ("xor xori", 3, "{1} = {2} ^ {3}"),
    ("nor", 3, "{1} = ~({2} | {3})"),
    ("not", 2, "{1} = ~{2}"),
    ("neg negu", 2, "{1} = -{2}"),
    ("sll sllv dsll dsllv", 3, "{1} = {2} << {3}"),
    ("srl srlv dsrl dsrlv", 3, "{1} = {2} >> {3}"),
    ("sra srav dsra dsrav", 3, "{1} = (signed) {2} >> {3}"),
    ("slt slti", 3, "{1} = ({2} < {3})"),
    ("sltu sltiu", 3, "{1} = (unsigned) ({2} < {3})"),
    ("movn", 3, "if ({3}) {1} = {2}"),
    ("movz", 3, "if (!{3}) {1} = {2}"),
    ("mfhi", 1, "{1} = hi"),
    ("mflo", 1, "{1} = lo"),
    ("mthi", 1, "hi = {1}"),
    ("mtlo", 1, "lo = {1}"),
    ("lw ld", 2, "{1} = [{@2}]"),
    ("lb", 2, "{1} = byte [{@2}]"),
    ("lbu", 2, "{1} = (unsigned) byte [{@2}]"),
    ("lh", 2, "{1} = halfword [{@2}]"),
    ("lhu", 2, "{1} = (unsigned) halfword [{@2}]"),
    ("sw sd", 2, "[{@2}] = {1}"),
    ("sb", 2, "byte [{@2}] = {1}"),
    ("sh", 2, "halfword [{@2}] = {1}"),
    ("b j", 1, "goto {1}"),
    ("jal bal", 1, "call {1}"),
    ("jalr", 1, "call {1}"),
    ("beqz", 2, "if (!{1}) goto {2}"),
    ("bnez", 2, "if ({1}) goto {2}"),
    ("beq", 3, "if ({1} == {2}) goto {3}"),
    ("bne", 3, "if ({1} != {2}) goto {3}"),
    ("bgez", 2, "if ({1} >= 0) goto {2}"),
    ("bgtz", 2, "if ({1} > 0) goto {2}"),
    ("blez", 2, "if ({1} <= 0) goto {2}"),
    ("bltz", 2, "if ({1} < 0) goto {2}"),
];

/// See [`Rewrite`](super::Rewrite).
pub(crate) fn rewrite(_: &Settings, mnemonic: &str, operands: &[&str]) -> Option<String> {
    if mnemonic == "jr" {
        return Some(if operands == ["ra"] {
            "ret".to_owned()
        } else {
            format!("goto {}", operands.first()?)
        });
    }
    let operands: Vec<&str> = operands.iter().map(|part| if *part == "zero" { "0" } else { *part }).collect();
    apply(ROWS, mnemonic, &operands).map(|text| contract(subtract(text)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn instructions_become_expressions() {
        check(
            "mips",
            32,
            &[
                ("lui v0, 2", "v0 = 2 << 16"),
                ("addiu v1, zero, 1", "v1 = 0 + 1"),
                ("addiu sp, sp, -0x20", "sp -= 0x20"),
                ("lw t9, -0x7fe0(s1)", "t9 = [s1 - 0x7fe0]"),
                ("lbu at, (a0)", "at = (unsigned) byte [a0 + 0]"),
                ("sw ra, 0x1c(sp)", "[sp + 0x1c] = ra"),
                ("jr ra", "ret"),
                ("bal sym.fib", "call sym.fib"),
                ("sltiu v0, v0, 1", "v0 = (unsigned) (v0 < 1)"),
                ("beqz a1, 0x2023c", "if (!a1) goto 0x2023c"),
                ("syscall", "syscall"),
            ],
        );
    }
}
