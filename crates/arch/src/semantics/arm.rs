//! What ARM and Thumb instructions do. AArch64, the same row of the table, is passed on.

use std::sync::LazyLock;

use super::word::Words;
use super::{arm64, branch, direct, last_immediate, refer};
use crate::instruction::{Instruction, Reference};
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROWS));

const ROWS: &[(Kind, &str)] = &[
    (Kind::Jump, "b"),
    (Kind::RegisterJump, "bx bxj tbb tbh"),
    (Kind::Call, "bl blx"),
    (Kind::ConditionalJump, "cbz cbnz"),
    (Kind::Interrupt, "svc hvc smc"),
    (Kind::Trap, "bkpt udf hlt"),
    (
        Kind::Nop,
        "nop yield wfe wfi sev it itt ite ittt itte itet itee itttt ittte ittet itett ittee iteet \
                 itete iteee",
    ),
    (Kind::Push, "push stm stmdb stmda vpush vstmdb"),
    (Kind::Pop, "pop ldm ldmdb ldmda ldmib vpop"),
    (Kind::Move, "mov movw movt mrs msr vmov sbfx ubfx bfi bfc bic sxtb sxth uxtb"),
    (Kind::Cast, "uxth"),
    (Kind::Not, "mvn"),
    (Kind::Compare, "cmp cmn tst teq"),
    (Kind::Add, "add adc sadd8 sadd16 uxtab uxtab16 uxtah adr addw"),
    (Kind::Sub, "sub sbc rsb rsc ssub8 ssub16 subw"),
    (Kind::Mul, "mul mla mls umull smull umlal smlal vmul"),
    (Kind::Div, "sdiv udiv vdiv"),
    (Kind::And, "and"),
    (Kind::Or, "orr orn"),
    (Kind::Xor, "eor"),
    (Kind::ShiftLeft, "lsl"),
    (Kind::ShiftRight, "lsr"),
    (Kind::ArithmeticShiftRight, "asr"),
    (Kind::RotateRight, "ror rrx"),
    (
        Kind::Load,
        "ldr ldrb ldrh ldrsb ldrsh ldrd ldrt ldrbt ldrht ldrsbt ldrsht ldrex ldrexb ldrexh ldrexd vldr \
         vldmia lda ldab ldah",
    ),
    (
        Kind::Store,
        "str strb strh strd strt strbt strht strex strexb strexh strexd vstr vstmia stl stlb stlh stmib",
    ),
    (Kind::Lea, "pld pldw pli"),
    (Kind::Sync, "dmb dsb isb"),
];

const CONDITIONS: &[&str] =
    &["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "cs", "cc"];

/// Fills in everything but the text.
pub(crate) fn analyse(settings: &Settings, instruction: &mut Instruction) {
    if settings.bits == 64 {
        return arm64::analyse(instruction);
    }
    let (kind, conditional) = classify(&instruction.mnemonic);
    let kind = refine(kind, &instruction.operands);
    instruction.kind = if conditional { kind.conditional() } else { kind };
    let target = last_immediate(&instruction.operands).map(|number| number.value());
    // What is loaded or added into the program counter is no target yet.
    if matches!(instruction.kind, Kind::Jump | Kind::ConditionalJump | Kind::Call) {
        branch(instruction, target.map(|target| target & 0xffff_ffff), 0);
    } else {
        instruction.value = target;
    }
    let relative = literal(settings, instruction);
    instruction.stack = stack(instruction);
    direct(instruction);
    refer(instruction, relative);
}

/// The kind of a mnemonic and whether it is conditional. Suffixes come in the order set flags,
/// condition, width or type: `addseq`, `moveq`, `mov.w`.
fn classify(mnemonic: &str) -> (Kind, bool) {
    let word = mnemonic.split('.').next().unwrap_or_default();
    let without_flags =
        |word: &str| WORDS.find(word).or_else(|| word.strip_suffix('s').and_then(|stem| WORDS.find(stem)));
    if let Some(kind) = WORDS.find(word) {
        return (kind, false);
    }
    let stem = CONDITIONS.iter().find_map(|condition| word.strip_suffix(condition));
    if let Some(kind) = stem.and_then(without_flags) {
        return (kind, true);
    }
    (without_flags(word).unwrap_or_default(), false)
}

/// Branches that the mnemonic alone does not show: returns, and writes to the program counter.
fn refine(kind: Kind, operands: &str) -> Kind {
    let first = operands.split([',', ' ']).next().unwrap_or_default();
    let numeric = operands.starts_with(|mark: char| mark.is_ascii_digit());
    match kind {
        Kind::RegisterJump if first == "lr" => Kind::Return,
        Kind::Call if !numeric => Kind::RegisterCall,
        Kind::Pop if operands.contains("pc") => Kind::Return,
        Kind::Load if first == "pc" => Kind::MemoryJump,
        Kind::Move if operands == "pc, lr" => Kind::Return,
        Kind::Move | Kind::Add | Kind::Sub if first == "pc" => Kind::RegisterJump,
        other => other,
    }
}

/// A memory operand relative to the program counter, which reads as two instructions ahead and, for
/// Thumb, is aligned to a word. An index register counts as nothing, as in radare2.
fn literal(settings: &Settings, instruction: &mut Instruction) -> Option<Reference> {
    let (offset, text) = operand::split(&instruction.operands).find(|(_, part)| part.starts_with("[pc"))?;
    let body = text.strip_prefix('[')?.strip_suffix(']')?;
    let ahead = if settings.bits == 16 { 4 } else { 8 };
    let base = instruction.addr.wrapping_add(ahead) & !3;
    let distance = body
        .split_once(", ")
        .and_then(|(_, index)| operand::immediate(index))
        .map_or(0, |number| number.value());
    let target = base.wrapping_add(distance) & 0xffff_ffff;
    let span = offset + 1..offset + 1 + body.len();
    instruction.pointer = Some(target);
    instruction.pointer_size = Some(width(&instruction.mnemonic));
    Some(Reference { span, target, relative: true, unbracket: false })
}

/// How many bytes a load or store accesses.
fn width(mnemonic: &str) -> u8 {
    let rest = mnemonic.trim_start_matches('v').get(3..).unwrap_or_default().trim_start_matches('s');
    match rest.as_bytes().first() {
        Some(b'b') => 1,
        Some(b'h') if !rest.starts_with("hi") && !rest.starts_with("hs") => 2,
        Some(b'd') => 8,
        _ => 4,
    }
}

/// By how many bytes the stack grows: a word for each register of a list, an immediate added to it.
fn stack(instruction: &Instruction) -> Option<i64> {
    let operands = &instruction.operands;
    let registers = || {
        let list = operands.split_once('{')?.1.split_once('}')?.0;
        Some(list.split(", ").count() as i64 * 4)
    };
    let on_stack = operands.starts_with("sp, ") || operands.starts_with("sp!");
    let value = instruction.value.map(|value| value as i64);
    match instruction.kind {
        Kind::Push if on_stack || operands.starts_with('{') => registers(),
        Kind::Pop | Kind::Return if on_stack || operands.starts_with('{') => {
            registers().map(i64::wrapping_neg)
        }
        Kind::Sub if on_stack => value,
        Kind::Add if on_stack => value.map(i64::wrapping_neg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mnemonic_stands_twice() {
        super::super::word::assert_unique(ROWS);
    }

    #[test]
    fn suffixes_come_off_in_order() {
        assert_eq!(classify("bls"), (Kind::Jump, true));
        assert_eq!(classify("bleq"), (Kind::Call, true));
        assert_eq!(classify("muls"), (Kind::Mul, false));
        assert_eq!(classify("lsls"), (Kind::ShiftLeft, false));
        assert_eq!(classify("addseq"), (Kind::Add, true));
        assert_eq!(classify("mov.w"), (Kind::Move, false));
        assert_eq!(classify("teq"), (Kind::Compare, false));
    }

    #[test]
    fn widths_follow_the_mnemonic() {
        assert_eq!(width("ldr"), 4);
        assert_eq!(width("ldrb"), 1);
        assert_eq!(width("ldrsh"), 2);
        assert_eq!(width("ldrhi"), 4);
        assert_eq!(width("ldrd"), 8);
        assert_eq!(width("vldr"), 4);
    }
}
