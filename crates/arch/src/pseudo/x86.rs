//! Pseudo-code for x86. `v` is what the last comparison found.

use super::{Row, apply, rewrite as whole};
use crate::settings::{Settings, Syntax};

const ROWS: &[Row] = &[
    (
        "mov movabs movzx movsx movsxd movbe movaps movapd movups movupd movdqa movdqu movss movsd movq movd movntdq \
         movnti movntps lddqu",
        2,
        "{1} = {2}",
    ),
    ("add adc", 2, "{1} += {2}"),
    ("sub", 2, "{1} -= {2}"),
    ("sbb", 2, "{1} = {1} - {2}"),
    ("and", 2, "{1} &= {2}"),
    ("or por orps orpd", 2, "{1} |= {2}"),
    ("pand andps andpd", 2, "{1} &= {2}"),
    ("xor pxor xorps xorpd", 2, "{1} ^= {2}"),
    ("shl sal", 2, "{1} <<<= {2}"),
    ("shr", 2, "{1} >>>= {2}"),
    ("sar", 2, "{1} >>= {2}"),
    ("inc", 1, "{1}++"),
    ("dec", 1, "{1}--"),
    ("neg", 1, "{1} = -{1}"),
    ("not", 1, "{1} = !{1}"),
    ("imul", 2, "{1} = {1} * {2}"),
    ("imul", 3, "{1} = {2} * {3}"),
    ("mulss mulsd", 2, "{1} = {1} * {2}"),
    ("addss addsd", 2, "{1} = {1} + {2}"),
    ("subss subsd", 2, "{1} = {1} - {2}"),
    ("divss divsd", 2, "{1} = {1} / {2}"),
    ("cmp", 2, "v = {1} - {2}"),
    ("test", 2, "v = {1} & {2}"),
    ("xchg", 2, "{1},{2} = {2},{1}"),
    ("push", 1, "push ({1})"),
    ("pop", 1, "{1} = pop ()"),
    ("jmp", 1, "goto loc_{1}"),
    ("call", 1, "{1} ()"),
    ("ret", 0, "return"),
];

/// Conditions: the suffix, the test, and whether it is one without signs.
const CONDITIONS: &[(&str, &str, bool)] = &[
    ("e", "!v", false),
    ("ne", "v", false),
    ("g", "v > 0", false),
    ("ge", "v >= 0", false),
    ("l", "v < 0", false),
    ("le", "v <= 0", false),
    ("a", "((unsigned) v) > 0", true),
    ("ae", "((unsigned) v) >= 0", true),
    ("b", "((unsigned) v) < 0", true),
    ("be", "((unsigned) v) <= 0", true),
];

/// See [`Rewrite`](super::Rewrite).
pub(crate) fn rewrite(settings: &Settings, mnemonic: &str, operands: &[&str]) -> Option<String> {
    if settings.syntax == Syntax::Att {
        return None;
    }
    if matches!(mnemonic, "lock" | "bnd" | "notrack") {
        // The prefix was split off as the mnemonic; what is behind it is the instruction.
        let rest = operands.join(", ");
        return Some(whole(settings, &rest, rewrite));
    }
    let condition = |prefix: &str| {
        let suffix = mnemonic.strip_prefix(prefix)?;
        CONDITIONS.iter().find(|row| row.0 == suffix)
    };
    match operands {
        [target] if mnemonic.starts_with('j') => {
            if let Some((_, test, unsigned)) = condition("j") {
                let place = if *unsigned { "" } else { "loc_" };
                return Some(format!("if ({test}) goto {place}{target}"));
            }
        }
        [target] if mnemonic.starts_with("set") => {
            return Some(format!("{target} = {}", mnemonic.strip_prefix("set")?));
        }
        [target, source] if mnemonic.starts_with("cmov") => {
            return Some(format!("if ({}) {target} = {source}", condition("cmov")?.1));
        }
        // What is taken is the address, not what is there.
        [target, source] if mnemonic == "lea" => {
            let address = source.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(source);
            return Some(format!("{target} = {address}"));
        }
        [first, second] if mnemonic == "xor" && first == second => return Some(format!("{first} = 0")),
        [source] if matches!(mnemonic, "mul" | "imul" | "div" | "idiv") => {
            let operator = if mnemonic.ends_with("mul") { '*' } else { '/' };
            let whole = accumulator(source, settings.bits);
            return Some(format!("{whole} = {whole} {operator} {source}"));
        }
        _ => {}
    }
    apply(ROWS, mnemonic, operands)
}

/// The register that products and quotients of an operand's width end up in.
fn accumulator(operand: &str, bits: u32) -> &'static str {
    let width = match operand.split(' ').next() {
        Some("byte") => 8,
        Some("word") => 16,
        Some("dword") => 32,
        Some("qword") => 64,
        _ if operand.starts_with('e') || operand.starts_with('r') && operand.ends_with('d') => 32,
        _ if operand.starts_with('r') => 64,
        _ if operand.ends_with(['l', 'h']) => 8,
        _ => bits.min(16),
    };
    match width {
        64 => "rax",
        32 => "eax",
        _ => "ax",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn instructions_become_expressions() {
        check(
            "x86",
            64,
            &[
                ("push rbp", "push (rbp)"),
                ("mov eax, dword [obj.attempts]", "eax = dword [obj.attempts]"),
                ("test eax, eax", "v = eax & eax"),
                ("je 0x201316", "if (!v) goto loc_0x201316"),
                ("ja 0x2012af", "if (((unsigned) v) > 0) goto 0x2012af"),
                ("cmp esi, 0x10", "v = esi - 0x10"),
                ("lea edi, [rbx - 1]", "edi = rbx - 1"),
                ("lea rdi, obj.banner", "rdi = obj.banner"),
                ("xor eax, eax", "eax = 0"),
                ("xor eax, ecx", "eax ^= ecx"),
                ("imul esi, dword [rax + 8], 0x10", "esi = dword [rax + 8] * 0x10"),
                ("mul rdx", "rax = rax * rdx"),
                ("idiv r8d", "eax = eax / r8d"),
                ("div byte [rax]", "ax = ax / byte [rax]"),
                ("cmovl r8, rax", "if (v < 0) r8 = rax"),
                ("sete al", "al = e"),
                ("call sym.fib", "sym.fib ()"),
                ("ret", "return"),
                ("lock add dword [rax], 1", "dword [rax] += 1"),
                ("nop", "nop"),
                ("pshufd xmm0, xmm1, 1", "pshufd xmm0, xmm1, 1"),
                ("js 0x10", "js 0x10"),
            ],
        );
    }
}
