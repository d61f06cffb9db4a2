//! Sums, differences, products, quotients and comparisons, with the flags they set.

use super::operand::Operand;
use super::{Case, flow, mask, sign};

/// The expression of an instruction of this sort.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    match (case.word, case.operands.as_slice()) {
        ("add", [target, source]) => add(case, target, &number(source, target)),
        ("adc", [target, source]) => add_carry(case, target, &number(source, target)),
        ("sub", [target, source]) => subtract(case, target, &number(source, target)),
        ("sbb", [target, source]) => subtract_carry(case, target, &number(source, target)),
        ("cmp", [left, right]) => compare(left, right),
        ("inc", [target]) => step(case, target, "++=", "3,$c"),
        ("dec", [target]) => step(case, target, "--=", "4,$b"),
        ("neg", [target]) => {
            let (bits, value) = (target.width()?, target.value());
            Some(format!(
                "{value},!,!,cf,:=,{value},15,&,!,!,af,:=,{value},{:#x},-,!,of,:=,{value},{:#x},^,1,+,{},$z,zf,:=,\
                 {},$s,sf,:=,$p,pf,:={}",
                sign(bits),
                mask(bits),
                target.assign("="),
                bits - 1,
                case.clear(&[target])
            ))
        }
        ("xadd", [target, source]) => {
            let sum = add(case, target, &source.value())?;
            let taken = source.assign("=");
            Some(format!("{},NUM,{sum},{taken}{}", target.value(), case.clear(&[source])))
        }
        ("mul", [source]) => multiply(case, source),
        ("imul", [source]) => multiply_signed(case, source),
        ("imul", [target, source]) => product(case, target, target, source),
        ("imul", [target, source, factor]) => product(case, target, factor, source),
        ("div", [source]) => divide(case, source),
        ("idiv", [source]) => divide_signed(case, source),
        _ => None,
    }
}

/// The value of the source of a sum. What has the sign bit of 16 or 32 bits and fits a byte was
/// extended from one, to all 64 bits.
fn number(source: &Operand<'_>, target: &Operand<'_>) -> String {
    match (source, target.width()) {
        (Operand::Immediate(value), Some(bits @ (16 | 32)))
            if *value <= mask(bits) && *value >= mask(bits) - 0x7f =>
        {
            (value | !mask(bits)).to_string()
        }
        _ => source.value(),
    }
}

fn add(case: &Case<'_>, target: &Operand<'_>, source: &str) -> Option<String> {
    let top = target.width()? - 1;
    Some(format!(
        "{source},{},{top},$o,of,:=,{top},$s,sf,:=,$z,zf,:=,{top},$c,cf,:=,$p,pf,:=,3,$c,af,:={}",
        target.assign("+="),
        case.clear(&[target])
    ))
}

/// A difference. What is taken away is held against the smallest number before anything is written,
/// since no sum tells of an overflow there.
fn subtract(case: &Case<'_>, target: &Operand<'_>, source: &str) -> Option<String> {
    let bits = target.width()?;
    let top = bits - 1;
    Some(format!(
        "{source},{:#x},-,!,{source},{},{top},$o,^,of,:=,{top},$s,sf,:=,$z,zf,:=,$p,pf,:=,{bits},$b,cf,:=,\
         4,$b,af,:={}",
        sign(bits),
        target.assign("-="),
        case.clear(&[target])
    ))
}

/// A sum of three: the flags of both additions wait on the stack to be joined.
fn add_carry(case: &Case<'_>, target: &Operand<'_>, source: &str) -> Option<String> {
    let top = target.width()? - 1;
    let change = target.assign("+=");
    Some(format!(
        "{source},{change},{top},$c,{top},$o,3,$c,cf,{change},3,$c,|,af,:=,{top},$o,^,of,:=,{top},$c,|,cf,:=,\
         {top},$s,sf,:=,$z,zf,:=,$p,pf,:={}",
        case.clear(&[target])
    ))
}

/// A difference of three, likewise.
fn subtract_carry(case: &Case<'_>, target: &Operand<'_>, source: &str) -> Option<String> {
    let bits = target.width()?;
    let top = bits - 1;
    let change = target.assign("-=");
    Some(format!(
        "{source},{:#x},-,!,{source},{change},{top},$o,^,{bits},$b,4,$b,cf,{change},4,$b,|,af,:=,{bits},$b,|,\
         SWAP,{top},$o,^,of,:=,cf,:=,{top},$s,sf,:=,$z,zf,:=,$p,pf,:={}",
        sign(bits),
        case.clear(&[target])
    ))
}

/// A comparison of two operands.
pub(super) fn compare(left: &Operand<'_>, right: &Operand<'_>) -> Option<String> {
    let value = number(right, left);
    Some(format!("{value},{},==,{}", left.value(), flow::compared(&value, left.width()?)))
}

/// One more or one less; the carry stays.
fn step(case: &Case<'_>, target: &Operand<'_>, operator: &str, half: &str) -> Option<String> {
    let top = target.width()? - 1;
    Some(format!(
        "{},{top},$o,of,:=,{top},$s,sf,:=,$z,zf,:=,$p,pf,:=,{half},af,:={}",
        target.assign(operator),
        case.clear(&[target])
    ))
}

/// The registers of a product or quotient of two words: the lower and the upper.
fn pair(bits: u32) -> Option<(&'static str, &'static str)> {
    Some(match bits {
        16 => ("ax", "dx"),
        32 => ("eax", "edx"),
        64 => ("rax", "rdx"),
        _ => return None,
    })
}

/// Carry and overflow both tell whether the number on the stack is not 0.
const SPILLED: &str = "!,!,DUP,cf,:=,of,:=";

fn multiply(case: &Case<'_>, source: &Operand<'_>) -> Option<String> {
    let (bits, value) = (source.width()?, source.value());
    if bits == 8 {
        return Some(format!("{value},al,*,DUP,ax,=,8,SWAP,>>,{SPILLED}"));
    }
    let (low, high) = pair(bits)?;
    if bits == 64 {
        return Some(format!("{value},{low},L*,{low},=,DUP,{high},=,{SPILLED}"));
    }
    let cleared = case.clear_above(low) + &case.clear_above(high);
    Some(format!("{value},{low},*,DUP,{low},=,{bits},SWAP,>>,DUP,{high},=,{SPILLED}{cleared}"))
}

fn multiply_signed(case: &Case<'_>, source: &Operand<'_>) -> Option<String> {
    let (bits, value) = (source.width()?, source.value());
    if bits == 64 {
        return Some(format!("{value},rax,L*,rax,=,DUP,rdx,=,{SPILLED}"));
    }
    let (low, high) = if bits == 8 { ("ax", "ah") } else { pair(bits)? };
    let cleared = case.clear_above(low) + &case.clear_above(high);
    Some(format!(
        "{bits},{value},~,{bits},{low},~,*,DUP,DUP,{low},=,{bits},SWAP,>>,{high},=,{bits},{low},~,-,{SPILLED}\
         {cleared}"
    ))
}

fn product(case: &Case<'_>, target: &Operand<'_>, left: &Operand<'_>, right: &Operand<'_>) -> Option<String> {
    let bits = target.width()?;
    let left = number(left, target);
    Some(format!(
        "{bits},{left},~,{bits},{},~,*,DUP,{},{bits},{},~,-,{SPILLED}{}",
        right.value(),
        target.assign("="),
        target.value(),
        case.clear(&[target])
    ))
}

fn divide(case: &Case<'_>, source: &Operand<'_>) -> Option<String> {
    let (bits, value) = (source.width()?, source.value());
    if bits == 8 {
        return Some(format!("{value},ax,%,{value},ax,/,al,=,ah,="));
    }
    let (low, high) = pair(bits)?;
    let whole = format!("{bits},{high},<<,{low},+");
    let cleared = case.clear_above(low) + &case.clear_above(high);
    Some(format!("{value},{whole},%,{value},{whole},/,{low},=,{high},={cleared}"))
}

fn divide_signed(case: &Case<'_>, source: &Operand<'_>) -> Option<String> {
    let (bits, value) = (source.width()?, source.value());
    if bits == 8 {
        return Some(format!("8,{value},~,16,ax,~,~%,8,{value},~,16,ax,~,~/,al,=,ah,="));
    }
    let (low, high) = pair(bits)?;
    let whole = match bits {
        16 => format!("32,{bits},{high},<<,{low},+,~"),
        _ => format!("{bits},{high},<<,{low},+"),
    };
    let cleared = case.clear_above(low) + &case.clear_above(high);
    Some(format!("{bits},{value},~,{whole},~%,{bits},{value},~,{whole},~/,{low},=,{high},={cleared}"))
}
