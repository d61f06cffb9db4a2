//! What PowerPC instructions do.

use std::sync::LazyLock;

use super::word::Words;
use super::{branch, direct, last_immediate, refer};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROWS));

const ROWS: &[(Kind, &str)] = &[
    (Kind::Jump, "b ba"),
    (Kind::Call, "bl bla"),
    (Kind::Return, "blr rfi rfid"),
    (Kind::RegisterJump, "bctr"),
    (Kind::RegisterCall, "bctrl blrl"),
    (Kind::Interrupt, "sc"),
    (Kind::Trap, "trap tw twi td tdi twui tdui tweqi tdeqi"),
    (Kind::Nop, "nop xnop"),
    (
        Kind::Move,
        "mr li lis mflr mtlr mfctr mtctr mfcr mtcrf mfspr mtspr mfmsr mtmsr mtmsrd fmr crmove crnor crset",
    ),
    (Kind::Compare, "cmp cmpi cmpl cmpli cmpw cmpwi cmplw cmplwi cmpd cmpdi cmpld cmpldi fcmpu"),
    (Kind::Add, "add addi addis addc adde addic addme addze fadd fadds"),
    (Kind::Sub, "sub subf subfc subfe subfic subfme subfze neg fsub fsubs"),
    (Kind::Mul, "mulli mullw mulld mulhw mulhwu mulhd mulhdu fmul fmuls"),
    (Kind::Div, "divw divwu divd divdu fdiv fdivs"),
    (Kind::And, "and andc andi andis rlwinm rldicl clrldi clrlwi nand"),
    (Kind::Or, "or orc ori oris"),
    (Kind::Xor, "xor xori xoris eqv"),
    (Kind::Nor, "nor"),
    (Kind::Not, "not"),
    (Kind::ShiftLeft, "slw sld slwi sldi"),
    (Kind::ShiftRight, "srw srd srwi srdi"),
    (Kind::ArithmeticShiftRight, "sraw srawi srad sradi"),
    (Kind::RotateLeft, "rlwnm rldcl rldcr rldicr rotlw rotlwi rotld rotldi"),
    (
        Kind::Load,
        "lbz lbzu lbzx lbzux lha lhau lhax lhaux lhz lhzu lhzx lhzux lwa lwax lwaux lwz lwzu lwzx lwzux ld ldu \
         ldx ldux ldarx lwarx lwbrx lhbrx ldbrx lfs lfsu lfsx lfsux lfd lfdu lfdx lfdux lmw lvx lxvd2x",
    ),
    (
        Kind::Store,
        "stb stbu stbx stbux sth sthu sthx sthux stw stwu stwx stwux std stdu stdx stdux stwcx stdcx stwbrx \
         stfs stfsu stfsx stfsux stfd stfdu stfdx stfdux stmw stvx stxvd2x",
    ),
    (Kind::Sync, "sync lwsync isync eieio ptesync"),
];

/// Conditions that stand behind the `b` of a conditional branch.
const CONDITIONS: &[&str] = &[
    "eq", "ne", "lt", "le", "gt", "ge", "so", "ns", "un", "nu", "dnz", "dz", "dnzt", "dnzf", "dzt", "dzf",
    "c",
];

/// Fills in everything but the text.
pub(crate) fn analyse(settings: &Settings, instruction: &mut Instruction) {
    let kind = classify(&instruction.mnemonic);
    instruction.kind = kind;
    let mask = if settings.bits == 32 { 0xffff_ffff } else { u64::MAX };
    let last = last_immediate(&instruction.operands).map(|number| number.value());
    // Immediates are left unnoted, as in the peer's `ao`.
    if kind.is_jump() || kind.is_call() {
        branch(instruction, last.map(|target| target & mask), 0);
    }
    displace(instruction);
    direct(instruction);
    refer(instruction, None);
}

/// The kind of a mnemonic. A trailing `.` sets flags; a conditional branch is `b`, a condition, `l` to
/// call, `a` for an absolute target, `lr` or `ctr` for a register, `+` or `-` for a hint.
fn classify(mnemonic: &str) -> Kind {
    let word = mnemonic.trim_end_matches(['.', '+', '-']);
    if let Some(kind) = WORDS.find(word) {
        return kind;
    }
    let Some(rest) = word.strip_prefix('b') else { return Kind::Null };
    let ending = CONDITIONS.iter().filter_map(|condition| rest.strip_prefix(condition));
    for ending in ending {
        match ending {
            "" | "a" => return Kind::ConditionalJump,
            "l" | "la" => return Kind::ConditionalCall,
            "lr" | "lrl" => return Kind::ConditionalReturn,
            "ctr" | "ctrl" => return Kind::ConditionalRegisterJump,
            _ => {}
        }
    }
    Kind::Null
}

/// Notes the displacement in `std r0, 0x10(r1)`, and the growth of the stack in `stdu r1, -0x30(r1)`.
fn displace(instruction: &mut Instruction) {
    let Some((before, base)) = instruction.operands.split_once('(') else { return };
    let displacement = before.rsplit(", ").next().and_then(operand::immediate);
    instruction.displacement = displacement.map(|number| number.value() as i64);
    if matches!(instruction.mnemonic.as_str(), "stwu" | "stdu") && base == "r1)" {
        instruction.stack = instruction.displacement.map(i64::wrapping_neg);
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
    fn conditional_branches_are_taken_apart() {
        assert_eq!(classify("beq"), Kind::ConditionalJump);
        assert_eq!(classify("bdnz+"), Kind::ConditionalJump);
        assert_eq!(classify("bnela"), Kind::ConditionalCall);
        assert_eq!(classify("bltlr"), Kind::ConditionalReturn);
        assert_eq!(classify("brinc"), Kind::Null);
    }
}
