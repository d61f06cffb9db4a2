//! Pseudo-code for PowerPC.

use super::{Row, apply, contract, subtract};
use crate::operand;
use crate::settings::Settings;

const ROWS: &[Row] = &[
    ("li", 2, "{1} = {2}"),
    ("lis", 2, "{1} = ({2} << 16)"),
    ("mr fmr mcrf crmove", 2, "{1} = {2}"),
    ("add addi addic adde addc addze", 3, "{1} = {2} + {3}"),
    ("addis", 3, "{1} = {2} + ({3} << 16)"),
    ("subf subfic subfc subfe", 3, "{1} = {3} - {2}"),
    ("neg", 2, "{1} = -{2}"),
    ("mulli mulld", 3, "{1} = lo({2}) * lo({3})"),
    ("mullw", 3, "{1} = (word) lo({2}) * lo({3})"),
    ("mulhw", 3, "{1} = (word) hi({2}) * hi({3})"),
    ("mulhwu", 3, "{1} = (unsigned word) hi({2}) * hi({3})"),
    ("mulhd", 3, "{1} = hi({2}) * hi({3})"),
    ("mulhdu", 3, "{1} = (unsigned) hi({2}) * hi({3})"),
    ("divd", 3, "{1} = {2} / {3}"),
    ("divdu", 3, "{1} = (unsigned) {2} / {3}"),
    ("divw", 3, "{1} = (word) {2} / {3}"),
    ("divwu", 3, "{1} = (word unsigned) {2} / {3}"),
    ("and", 3, "{1} = {2} & {3}"),
    ("andc", 3, "{1} = {2} & ~{3}"),
    ("or ori", 3, "{1} = {2} | {3}"),
    ("oris", 3, "{1} = {2} | ({3} << 16)"),
    ("orc", 3, "{1} = {2} | ~{3}"),
    ("nor", 3, "{1} = ~({2} | {3})"),
    ("xor xori xxlxor", 3, "{1} = {2} ^ {3}"),
    ("xoris", 3, "{1} = {2} ^ ({3} << 16)"),
    ("slwi slw", 3, "{1} = (word) {2} << {3}"),
    ("srwi srw srawi sraw", 3, "{1} = (word) {2} >> {3}"),
    ("sld sldi", 3, "{1} = {2} << {3}"),
    ("srd srdi srad sradi", 3, "{1} = {2} >> {3}"),
    ("rotlw rotlwi", 3, "{1} = rot32({2},{3})"),
    ("rotld rotldi", 3, "{1} = rot64({2},{3})"),
    ("clrldi clrlwi", 3, "{1} = {2} & mask(0, {3})"),
    ("extsb extsh extsw", 2, "{1} = extend_sign({2})"),
    ("cntlzw cntlzd", 2, "{1} = cnt_leading_zeros({2})"),
    ("popcntw popcntd", 2, "{1} = count_bits({2})"),
    ("mtctr", 1, "ctr = {1}"),
    ("mtlr", 1, "lr = {1}"),
    ("mflr", 1, "{1} = lr"),
    ("mfctr", 1, "{1} = ctr"),
    ("mfcr", 1, "{1} = cr"),
    ("cmpwi cmpw cmpdi cmpd", 2, "cr0 = ({1} == {2})"),
    ("cmpwi cmpw cmpdi cmpd", 3, "{1} = ({2} == {3})"),
    ("cmplwi cmplw cmpldi cmpld", 2, "cr0 = ((unsigned) {1} == (unsigned) {2})"),
    ("cmplwi cmplw cmpldi cmpld", 3, "{1} = ((unsigned) {2} == (unsigned) {3})"),
    ("fcmpu", 3, "{1} = {2} == {3}"),
    ("ld ldu", 2, "{1} = [{@2}]"),
    ("ldx ldux", 3, "{1} = [{3} + {2}]"),
    ("lwz lwzu lwa", 2, "{1} = word[{@2}]"),
    ("lwzx lwzux lwax", 3, "{1} = word[{3} + {2}]"),
    ("lhz lhzu lha lhau", 2, "{1} = half[{@2}]"),
    ("lhzx lhzux lhax", 3, "{1} = half[{3} + {2}]"),
    ("lbz lbzu", 2, "{1} = byte[{@2}]"),
    ("lbzx lbzux", 3, "{1} = byte[{3} + {2}]"),
    ("lfd", 2, "{1} = double[{@2}]"),
    ("lfs", 2, "{1} = float[{@2}]"),
    ("std stdu", 2, "[{@2}] = {1}"),
    ("stdx stdux", 3, "[{3} + {2}] = {1}"),
    ("stw stwu", 2, "word[{@2}] = {1}"),
    ("stwx stwux", 3, "word[{3} + {2}] = {1}"),
    ("sth sthu", 2, "half[{@2}] = {1}"),
    ("sthx sthux", 3, "half[{3} + {2}] = {1}"),
    ("stb stbu", 2, "byte[{@2}] = {1}"),
    ("stbx stbux", 3, "byte[{3} + {2}] = {1}"),
    ("stfd stfs", 2, "float[{@2}] = {1}"),
    ("b", 1, "goto {1}"),
    ("bl", 1, "call {1}"),
    ("blr", 0, "return"),
    ("bctr", 0, "goto ctr"),
    ("bctrl", 0, "call ctr"),
    ("bdnz", 1, "if (ctr != 0) goto {1}"),
    ("bdz", 1, "if (ctr == 0) goto {1}"),
    ("sc", 0, "syscall"),
    ("sync isync", 0, "sync_instr_cache"),
    ("lwsync", 0, "sync_load_store"),
];

/// See [`Rewrite`](super::Rewrite).
pub(crate) fn rewrite(_: &Settings, mnemonic: &str, operands: &[&str]) -> Option<String> {
    conditional(mnemonic, operands)
        .or_else(|| masked(mnemonic, operands))
        .or_else(|| apply(ROWS, mnemonic, operands).map(|text| contract(subtract(text))))
}

/// A branch on a field of the condition register, the first where none is named.
fn conditional(mnemonic: &str, operands: &[&str]) -> Option<String> {
    let word = mnemonic.strip_prefix('b')?.trim_end_matches(['+', '-']);
    let (condition, returns) = word.strip_suffix("lr").map_or((word, false), |word| (word, true));
    if !matches!(condition, "eq" | "ne" | "lt" | "le" | "gt" | "ge") {
        return None;
    }
    let flag = condition.to_ascii_uppercase();
    Some(match operands {
        [] if returns => format!("if (cr0 & FLG_{flag}) return"),
        [field] if returns => format!("if ({field} & FLG_{flag}) return"),
        [target] => format!("if (cr0 & FLG_{flag}) goto {target}"),
        [field, target] => format!("if ({field} & FLG_{flag}) goto {target}"),
        _ => return None,
    })
}

/// A rotation whose result is masked from one bit to another, counted from the highest.
fn masked(mnemonic: &str, operands: &[&str]) -> Option<String> {
    let number = |text: &&str| operand::immediate(text).map(|number| number.value());
    let [target, source, count, bounds @ ..] = operands else { return None };
    let (bits, first, last) = match (mnemonic, bounds) {
        ("rlwinm" | "rlwimi", [first, last]) => (32, number(first)?, number(last)?),
        ("rldicl", [first]) => (64, number(first)?, 63),
        ("rldicr", [last]) => (64, 0, number(last)?),
        ("rldic" | "rldimi", [first]) => (64, number(first)?, 63u64.checked_sub(number(count)?)?),
        _ => return None,
    };
    let mask = mask(bits, first, last)?;
    let rotated = format!("rol{bits}({source}, {count}) & {mask:#x}");
    Some(match mnemonic {
        "rlwimi" | "rldimi" => {
            let kept = !mask & if bits == 32 { 0xffff_ffff } else { u64::MAX };
            format!("{target} = ({rotated}) | ({target} & {kept:#x})")
        }
        _ => format!("{target} = {rotated}"),
    })
}

/// The bits from `first` to `last` of a register of `bits`, counted from the highest, wrapping around.
fn mask(bits: u64, first: u64, last: u64) -> Option<u64> {
    if first >= bits || last >= bits {
        return None;
    }
    let all = u64::MAX >> (64 - bits);
    let from = all >> first;
    let to = all & !(all.checked_shr((last + 1) as u32).unwrap_or(0));
    Some(if first <= last { from & to } else { from | to })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn instructions_become_expressions() {
        check(
            "ppc",
            64,
            &[
                ("addis r2, r12, 2", "r2 = r12 + (2 << 16)"),
                ("addi r3, r3, -1", "r3 -= 1"),
                ("add r6, r6, r8", "r6 += r8"),
                ("subf r6, r8, r6", "r6 -= r8"),
                ("lbzu r8, 1(r3)", "r8 = byte[r3 + 1]"),
                ("std r29, -0x18(r1)", "[r1 - 0x18] = r29"),
                ("beq 0x100102b0", "if (cr0 & FLG_EQ) goto 0x100102b0"),
                ("bne- cr7, 0x100", "if (cr7 & FLG_NE) goto 0x100"),
                ("blr", "return"),
                ("rlwinm r7, r4, 4, 0x15, 0x1b", "r7 = rol32(r4, 4) & 0x7f0"),
                ("rldicl r4, r4, 1, 0x1f", "r4 = rol64(r4, 1) & 0x1ffffffff"),
                ("rlwimi r4, r3, 0x18, 0x10, 0x17", "r4 = (rol32(r3, 0x18) & 0xff00) | (r4 & 0xffff00ff)"),
                ("trap", "trap"),
            ],
        );
    }
}
