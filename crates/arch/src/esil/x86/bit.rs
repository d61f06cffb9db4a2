//! Logic, shifts, rotations and single bits, with the flags they set.

use super::operand::Operand;
use super::{Case, sign};

/// The expression of an instruction of this sort.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    match (case.word, case.operands.as_slice()) {
        ("and", [target, source]) => logic(case, target, source, "&"),
        ("xor", [target, source]) => logic(case, target, source, "^"),
        ("or", [target, source]) => {
            let top = target.width()? - 1;
            Some(format!(
                "{},{},{top},$s,sf,:=,$z,zf,:=,$p,pf,:=,0,of,:=,0,cf,:={}",
                source.value(),
                target.assign("|="),
                case.clear(&[target])
            ))
        }
        ("test", [left, right]) => {
            let top = left.width()? - 1;
            Some(format!(
                "0,{},{},&,==,$z,zf,:=,$p,pf,:=,{top},$s,sf,:=,0,cf,:=,0,of,:=",
                right.value(),
                left.value()
            ))
        }
        ("not", [target]) => Some(format!("-1,{}{}", target.assign("^="), case.clear(&[target]))),
        ("shl" | "sal", [target, count]) => shift_left(case, target, count),
        ("shr", [target, count]) => shift_right(case, target, count, ">>"),
        ("sar", [target, count]) => shift_right(case, target, count, ">>>>"),
        ("rol", [target, count]) => rotate(case, target, count, "<<<"),
        ("ror", [target, count]) => rotate(case, target, count, ">>>"),
        ("shld", [target, source, count]) => shift_double(case, target, source, count, true),
        ("shrd", [target, source, count]) => shift_double(case, target, source, count, false),
        ("bt" | "bts" | "btr" | "btc", [base, index]) => bit(case, base, index),
        ("bsf", [target, source]) => scan(case, target, source, true),
        ("bsr", [target, source]) => scan(case, target, source, false),
        _ => None,
    }
}

/// The words behind a result of logic that set the flags.
fn flags(top: u32) -> String {
    format!("$z,zf,:=,$p,pf,:=,{top},$s,sf,:=,0,cf,:=,0,of,:=")
}

fn logic(case: &Case<'_>, target: &Operand<'_>, source: &Operand<'_>, operator: &str) -> Option<String> {
    let flags = flags(target.width()? - 1);
    let wide = target.register().and_then(|name| case.machine.widened(name));
    Some(match wide {
        Some(wide) => format!("{},{wide},{operator},0xffffffff,&,{wide},=,{flags}", source.value()),
        None => format!("{},{},{flags}", source.value(), target.assign(&format!("{operator}="))),
    })
}

/// The last bit shifted out waits on the stack until the result is written.
fn shift_left(case: &Case<'_>, target: &Operand<'_>, count: &Operand<'_>) -> Option<String> {
    let bits = target.width()?;
    let (count, value) = (count.value(), target.value());
    Some(format!(
        "0,{count},!,!,?{{,1,{count},-,{value},<<,{:#x},&,!,!,^,}},{count},{},$z,zf,:=,$p,pf,:=,{},$s,sf,:=,cf,={}",
        sign(bits),
        target.assign("<<="),
        bits - 1,
        case.clear(&[target])
    ))
}

fn shift_right(case: &Case<'_>, target: &Operand<'_>, count: &Operand<'_>, operator: &str) -> Option<String> {
    let top = target.width()? - 1;
    let (count, value) = (count.value(), target.value());
    Some(format!(
        "0,cf,:=,1,{count},-,1,<<,{value},&,?{{,1,cf,:=,}},{count},{value},{operator},{},$z,zf,:=,$p,pf,:=,\
         {top},$s,sf,:={}",
        target.assign("="),
        case.clear(&[target])
    ))
}

fn rotate(case: &Case<'_>, target: &Operand<'_>, count: &Operand<'_>, operator: &str) -> Option<String> {
    let (count, value) = (count.value(), target.value());
    Some(format!("{count},{value},{operator},{}{}", target.assign("="), case.clear(&[target])))
}

/// A shift that fills up with the bits of a second register.
fn shift_double(
    case: &Case<'_>,
    target: &Operand<'_>,
    source: &Operand<'_>,
    count: &Operand<'_>,
    left: bool,
) -> Option<String> {
    let bits = target.width()?;
    let top = bits - 1;
    let (count, value, fill) = (count.value(), target.value(), source.value());
    let write = target.assign("=");
    let tail = format!("1,{bits},1,<<,-,&,{write},$z,zf,:=,$p,pf,:=,{top},$s,sf,:=");
    let cleared = case.clear(&[target]);
    Some(if left {
        format!(
            "{count},?{{,1,{count},{bits},-,{value},>>,&,cf,:=,{count},{bits},-,{fill},>>,{count},{value},<<,|,\
             {tail},}}{cleared}"
        )
    } else {
        format!(
            "{count},?{{,1,1,{count},-,{value},>>,&,cf,:=,1,{count},-,!,{fill},{top},{value},>>,^,!,&,of,:=,\
             {count},{bits},-,{fill},<<,{count},{value},>>,|,{tail},}}{cleared}"
        )
    })
}

/// A bit into the carry, then set, cleared or turned. Memory is a string of bits that a register
/// indexes as far as it likes.
fn bit(case: &Case<'_>, base: &Operand<'_>, index: &Operand<'_>) -> Option<String> {
    let bits = base.width()?;
    let at = index.value();
    let base = match (base, index) {
        (Operand::Memory(memory), Operand::Register(_)) => {
            let address = format!("{bits},{at},/,{},*,{},+", memory.size, memory.address);
            Operand::Memory(super::operand::Memory { size: memory.size, address })
        }
        (base, _) => base.clone(),
    };
    let one = format!("{bits},{at},%,1,<<");
    let test = format!("0,cf,:=,{one},{},&,?{{,1,cf,:=,}}", base.value());
    let change = match case.word {
        "bts" => format!(",{one},{}", base.assign("|=")),
        "btr" => format!(",{one},-1,^,{}", base.assign("&=")),
        "btc" => format!(",{one},{}", base.assign("^=")),
        _ => return Some(test),
    };
    Some(format!("{test}{change}{}", case.clear(&[&base])))
}

/// The lowest or highest bit set: the index on the stack is tried until its bit is found.
fn scan(case: &Case<'_>, target: &Operand<'_>, source: &Operand<'_>, up: bool) -> Option<String> {
    let value = source.value();
    let (first, step) = if up { (0, "1,+") } else { (target.width()? - 1, "1,SWAP,-") };
    let write = format!("{}{}", target.assign("="), case.clear(&[target]));
    let start = format!("1,zf,:=,{value},!,?{{,BREAK,}},0,zf,:=,{first}");
    let again = start.split(',').count();
    Some(format!("{start},DUP,{value},>>,1,&,?{{,{write},BREAK,}},{step},{again},GOTO"))
}
