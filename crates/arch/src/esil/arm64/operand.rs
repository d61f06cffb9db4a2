//! Operands of AArch64: registers, immediates, and what shifts or extends them.

use crate::operand::immediate;

/// A register by the name it has in ESIL.
pub(super) fn register(name: &str) -> &str {
    match name {
        "x29" => "fp",
        "x30" => "lr",
        name => name,
    }
}

/// The bits of a register.
pub(super) fn bits(name: &str) -> u32 {
    match name.as_bytes().first() {
        Some(b'w') | Some(b's') if name != "sp" => 32,
        Some(b'h') => 16,
        Some(b'b') => 8,
        Some(b'q' | b'v') => 128,
        _ => 64,
    }
}

/// An operand as a value: a register, or an immediate in hexadecimal.
pub(super) fn value(operand: &str) -> String {
    immediate(operand).map_or(register(operand).to_owned(), |number| format!("{:#x}", number.value()))
}

/// An operand with what follows it, a shift or an extension.
pub(super) fn shifted(operand: &str, modifier: Option<&&str>) -> Option<String> {
    let Some(modifier) = modifier else { return Some(value(operand)) };
    let (kind, amount) = modifier.split_once(' ').unwrap_or((modifier, "0"));
    let amount = immediate(amount)?.magnitude;
    let source = register(operand);
    if let Some(number) = immediate(operand) {
        let shifted = number.magnitude.checked_shl(u32::try_from(amount).ok()?)?;
        return Some(format!("{shifted:#x}"));
    }
    let extended = match kind {
        "lsl" => return Some(format!("{amount},{source},<<")),
        "lsr" => return Some(format!("{amount},{source},>>")),
        "asr" => return Some(arithmetic(&amount.to_string(), operand)),
        "ror" => return Some(format!("{amount},{source},>>>")),
        "uxtb" => format!("0xff,{source},&"),
        "uxth" => format!("0xffff,{source},&"),
        "uxtw" | "uxtx" | "sxtx" => source.to_owned(),
        "sxtb" => format!("8,{source},~"),
        "sxth" => format!("16,{source},~"),
        "sxtw" => format!("32,{source},~"),
        _ => return None,
    };
    Some(if amount == 0 { extended } else { format!("{amount},{extended},<<") })
}

/// A register shifted right with its sign.
pub(super) fn arithmetic(amount: &str, operand: &str) -> String {
    format!("{amount},{},>>>>", register(operand))
}
