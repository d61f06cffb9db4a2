//! What AArch64 instructions do.

use std::sync::LazyLock;

use super::word::Words;
use super::{branch, direct, last_immediate, refer};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROWS));

const ROWS: &[(Kind, &str)] = &[
    (Kind::Jump, "b"),
    (Kind::Call, "bl"),
    (Kind::ConditionalJump, "cbz cbnz tbz tbnz"),
    (Kind::RegisterJump, "br braa brab braaz brabz"),
    (Kind::RegisterCall, "blr blraa blrab blraaz blrabz"),
    (Kind::Return, "ret retaa retab eret"),
    (Kind::Interrupt, "svc hvc smc"),
    (Kind::Trap, "brk hlt udf"),
    (Kind::Nop, "nop yield wfe wfi sev bti hint paciasp autiasp pacibsp autibsp"),
    (Kind::Lea, "adr adrp"),
    (
        Kind::Move,
        "mov movz movn movk movi fmov smov umov mrs msr bic bfi bfxil ubfx ubfiz sbfx sbfiz sxtb sxth sxtw \
         uxtb uxth ext sel",
    ),
    (Kind::ConditionalMove, "csel fcsel csinc csinv csneg cset csetm cinc cinv cneg"),
    (Kind::Compare, "cmp cmn ccmp ccmn tst fcmp fcmpe"),
    (Kind::Add, "add adds adc adcs madd umaddl smaddl fadd fmadd"),
    (Kind::Sub, "sub subs sbc sbcs msub umsubl smsubl fsub fmsub"),
    (Kind::Mul, "mul mneg umull smull umulh smulh fmul fnmul"),
    (Kind::Div, "sdiv udiv fdiv"),
    (Kind::And, "and ands"),
    (Kind::Or, "orr orn"),
    (Kind::Xor, "eor eon"),
    (Kind::Not, "mvn neg negs"),
    (Kind::ShiftLeft, "lsl shl"),
    (Kind::ShiftRight, "lsr"),
    (Kind::ArithmeticShiftRight, "asr"),
    (Kind::RotateRight, "ror"),
    (
        Kind::Load,
        "ldr ldrb ldrh ldrsb ldrsh ldrsw ldur ldurb ldurh ldursb ldursh ldursw ldp ldpsw ldnp ldxr ldaxr ldar \
         ldarb ldarh ldxrb ldxrh ldaxrb ldaxrh ldraa ldrab ldtr ldtrb ldtrh",
    ),
    (
        Kind::Store,
        "str strb strh stur sturb sturh stp stnp stxr stlxr stlr stlrb stlrh stxrb stxrh stlxrb stlxrh sttr \
         sttrb sttrh",
    ),
    (Kind::Sync, "dmb dsb isb"),
    (Kind::Crypto, "aesd aese aesimc aesmc sha1c sha1h sha1m sha1p sha256h sha256h2"),
];

/// Fills in everything but the text.
pub(crate) fn analyse(instruction: &mut Instruction) {
    let word = instruction.mnemonic.as_str();
    instruction.kind = match word.strip_prefix("b.") {
        Some(_) => Kind::ConditionalJump,
        None => WORDS.find(word).unwrap_or_default(),
    };
    let last = last_immediate(&instruction.operands).map(|number| number.value());
    match instruction.kind {
        Kind::Jump | Kind::Call | Kind::ConditionalJump => branch(instruction, last, 0),
        Kind::Lea => instruction.pointer = last,
        Kind::Load if !instruction.operands.contains('[') => {
            instruction.pointer = last;
            instruction.pointer_size = last.map(|_| width(&instruction.mnemonic, &instruction.operands));
        }
        _ => instruction.value = last,
    }
    displace(instruction);
    direct(instruction);
    refer(instruction, None);
}

/// How many bytes a load accesses, by its mnemonic, else by its register.
fn width(mnemonic: &str, operands: &str) -> u8 {
    match (mnemonic.as_bytes().last(), operands.as_bytes().first()) {
        (Some(b'b'), _) => 1,
        (Some(b'h'), _) => 2,
        (Some(b'w'), _) | (_, Some(b'w' | b's')) => 4,
        (_, Some(b'q')) => 16,
        _ => 8,
    }
}

/// Notes the displacement of a memory operand, and the growth of the stack when it is written back
/// to the stack pointer or added to it.
fn displace(instruction: &mut Instruction) {
    let operands = instruction.operands.as_str();
    let signed = |text: &str| operand::immediate(text).map(|number| number.value() as i64);
    if let Some((_, memory)) = operands.split_once('[')
        && let Some((inside, after)) = memory.split_once(']')
    {
        let displacement = inside.split(", ").nth(1).and_then(signed);
        let written_back = match after.strip_prefix(", ") {
            Some(post) => signed(post),
            None => displacement.filter(|_| after == "!"),
        };
        instruction.value = None;
        instruction.displacement = displacement;
        if inside == "sp" || inside.starts_with("sp, ") {
            instruction.stack = written_back.map(i64::wrapping_neg);
        }
    } else if let Some(rest) = operands.strip_prefix("sp, sp, ") {
        let value = signed(rest);
        instruction.stack = match instruction.kind {
            Kind::Sub => value,
            Kind::Add => value.map(i64::wrapping_neg),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mnemonic_stands_twice() {
        super::super::word::assert_unique(ROWS);
    }
}
