//! What calculates.

use super::Case;
use crate::operand::immediate;

/// Instructions that combine two operands into the first, the last with the one before.
const BINARY: &[(&str, &str)] = &[
    ("add addw", "+"),
    ("sub subw", "-"),
    ("and", "&"),
    ("orr", "|"),
    ("eor", "^"),
    ("mul", "*"),
    ("lsl", "<<"),
    ("lsr", ">>"),
    ("ror", ">>>"),
];

/// What keeps a result to 32 bits.
const CUT: &str = "0xffffffff,&";
/// The flags that a result alone tells.
const RESULT: &str = ",$z,zf,:=,31,$s,nf,:=";
/// Behind a comparison, where a borrow clears the carry.
const COMPARED: &str = "$z,zf,:=,31,$s,nf,:=,32,$b,!,cf,:=,31,$o,vf,:=";

/// A register with how it is shifted.
pub(super) fn shifted(register: &str, shift: Option<&&str>) -> Option<String> {
    let Some(shift) = shift else { return Some(register.to_owned()) };
    let (kind, amount) = shift.split_once(' ')?;
    let amount = match immediate(amount) {
        Some(number) => number.magnitude.to_string(),
        None => format!("0xff,{amount},&"),
    };
    Some(match kind {
        "lsl" => format!("{amount},{register},<<"),
        "lsr" => format!("{amount},{register},>>"),
        "ror" => format!("{amount},{register},>>>"),
        "asr" => format!("{amount},32,{register},~,>>>>,{CUT}"),
        _ => return None,
    })
}

/// The expression of a calculation.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    let parts = case.operands.as_slice();
    let flags = if case.sets_flags { RESULT } else { "" };
    if let Some(expression) = compared(case, parts).or_else(|| moved(case, parts, flags)) {
        return Some(expression);
    }
    if parts.len() > 3 && !parts[3].contains(' ') {
        return product(case, parts, flags).or_else(|| field(case, parts));
    }
    // Short forms change what they name first.
    let (target, first, second, rest) = match parts {
        [target, second] => (*target, *target, *second, &[][..]),
        [target, second, shift] if shift.contains(' ') => (*target, *target, *second, &parts[2..]),
        [target, first, second, rest @ ..] => (*target, *first, *second, rest),
        _ => return None,
    };
    let second = match immediate(second) {
        Some(_) => case.value(second),
        None if second == "pc" => case.value(second),
        None => shifted(second, rest.first())?,
    };
    let first_value = case.value(first);
    let operator = BINARY.iter().find(|row| row.0.split(' ').any(|name| name == case.word)).map(|row| row.1);
    if let Some(operator) = operator {
        if case.sets_flags && matches!(operator, "+" | "-") {
            return Some(with_carry(operator, target, &first_value, &second));
        }
        if matches!(operator, "<<" | ">>") && case.sets_flags {
            return Some(shifted_with_carry(operator, target, &first_value, &second));
        }
        return Some(format!("{second},{first_value},{operator},{CUT},{target},={flags}"));
    }
    Some(match case.word {
        "asr" => format!("{second},32,{first_value},~,>>>>,{CUT},{target},={flags}"),
        "rsb" if case.sets_flags => with_carry("-", target, &second, &first_value),
        "rsb" => format!("{first_value},{second},-,{CUT},{target},="),
        "adc" => format!("cf,{second},+,{first_value},+,{CUT},{target},={flags}"),
        "sbc" => format!("cf,!,{second},+,{first_value},-,{CUT},{target},={flags}"),
        "rsc" => format!("cf,!,{first_value},+,{second},-,{CUT},{target},={flags}"),
        "bic" => format!("{second},0xffffffff,^,{first_value},&,{target},={flags}"),
        "orn" => format!("{second},0xffffffff,^,{first_value},|,{target},={flags}"),
        _ => return product(case, parts, flags).or_else(|| field(case, parts)),
    })
}

/// A sum or difference that sets all flags.
fn with_carry(operator: &str, target: &str, first: &str, second: &str) -> String {
    if operator == "-" {
        return format!("{second},{first},==,{COMPARED},{second},{first},-,{CUT},{target},=");
    }
    let (kept, added) = if second == target { (second, first) } else { (first, second) };
    let moved = if kept == target { String::new() } else { format!("{kept},{target},=,") };
    format!("{moved}{added},{target},+=,$z,zf,:=,31,$s,nf,:=,31,$c,cf,:=,31,$o,vf,:=")
}

/// A shift that leaves the last bit it shifted out in the carry.
fn shifted_with_carry(operator: &str, target: &str, first: &str, amount: &str) -> String {
    let out = match operator {
        "<<" => format!("1,{amount},32,-,{first},>>,&"),
        _ => format!("1,1,{amount},-,{first},>>,&"),
    };
    format!("{amount},!,!,?{{,{out},cf,:=,}},{amount},{first},{operator},{CUT},{target},={RESULT}")
}

/// Comparisons.
fn compared(case: &Case<'_>, parts: &[&str]) -> Option<String> {
    let [first, second, rest @ ..] = parts else { return None };
    let first = case.value(first);
    let second = match immediate(second) {
        Some(_) => case.value(second),
        None => shifted(second, rest.first())?,
    };
    Some(match case.word {
        "cmp" => format!("{second},{first},==,{COMPARED}"),
        "cmn" => format!("{second},0,-,{CUT},{first},==,{COMPARED}"),
        "tst" => format!("0,{second},{first},&,=={RESULT}"),
        "teq" => format!("0,{second},{first},^,=={RESULT}"),
        _ => return None,
    })
}

/// Moves and extensions.
fn moved(case: &Case<'_>, parts: &[&str], flags: &str) -> Option<String> {
    let [target, source, rest @ ..] = parts else { return None };
    let value = match immediate(source) {
        Some(_) => case.value(source),
        None if *source == "pc" => case.value(source),
        None => shifted(source, rest.first().filter(|shift| shift.contains(' ')))?,
    };
    Some(match case.word {
        "mov" | "movw" | "adr" | "cpy" => format!("{value},{target},={flags}"),
        "mvn" => format!("-1,{value},^,{CUT},{target},={flags}"),
        "neg" => format!("{value},0,-,{CUT},{target},={flags}"),
        "movt" => format!("0xffff,{target},&=,16,{value},<<,{target},|="),
        "sxtb" => format!("8,{value},~,{CUT},{target},="),
        "sxth" => format!("16,{value},~,{CUT},{target},="),
        "uxtb" => format!("{value},0xff,&,{target},="),
        "uxth" => format!("{value},0xffff,&,{target},="),
        "rev" => format!(
            "0xff,24,{source},>>,&,8,0xff,16,{source},>>,&,<<,|,16,0xff,8,{source},>>,&,<<,|,24,0xff,{source},&,<<,|,\
             {target},="
        ),
        "rev16" => format!("8,0xff00ff00,{source},&,>>,8,0x00ff00ff,{source},&,<<,|,{target},="),
        // Shifts what is on the stack until its highest bit is set; `LOOP` is the place of the word to go back to.
        "clz" => format!(
            "{source},!,?{{,32,{target},=,BREAK,}},0,{source},DUP,0x80000000,&,!,?{{,1,SWAP,<<,SWAP,1,+,SWAP,LOOP,GOTO,}},\
             POP,{target},="
        ),
        _ => return None,
    })
}

/// Products and quotients.
fn product(case: &Case<'_>, parts: &[&str], flags: &str) -> Option<String> {
    let signed = |name: &str| format!("32,{name},~");
    Some(match (case.word, parts) {
        ("mla", [target, first, second, third]) => {
            format!("{first},{second},*,{third},+,{CUT},{target},={flags}")
        }
        ("mls", [target, first, second, third]) => {
            format!("{first},{second},*,{third},-,{CUT},{target},=")
        }
        ("umull", [low, high, first, second]) => {
            format!("32,{first},{second},*,DUP,{CUT},{low},=,>>,{high},={flags}")
        }
        ("smull", [low, high, first, second]) => {
            format!("32,{},{},*,DUP,{CUT},{low},=,>>,{high},={flags}", signed(first), signed(second))
        }
        ("umlal", [low, high, first, second]) => {
            format!("32,{low},32,{high},<<,|,{first},{second},*,+,DUP,{CUT},{low},=,>>,{high},={flags}")
        }
        ("smlal", [low, high, first, second]) => format!(
            "32,{low},32,{high},<<,|,{},{},*,+,DUP,{CUT},{low},=,>>,{high},={flags}",
            signed(first),
            signed(second)
        ),
        ("udiv", [target, first, second]) => {
            format!("{second},!,?{{,0,{target},=,}}{{,{second},{first},/,{target},=,}}")
        }
        ("sdiv", [target, first, second]) => format!(
            "{second},!,?{{,0,{target},=,}}{{,{},{},~/,{CUT},{target},=,}}",
            signed(second),
            signed(first)
        ),
        ("uxtab", [target, first, second]) => format!("0xff,{second},&,{first},+,{CUT},{target},="),
        ("uxtah", [target, first, second]) => format!("0xffff,{second},&,{first},+,{CUT},{target},="),
        ("sxtab", [target, first, second]) => format!("8,{second},~,{first},+,{CUT},{target},="),
        ("sxtah", [target, first, second]) => format!("16,{second},~,{first},+,{CUT},{target},="),
        _ => return None,
    })
}

/// Fields of bits.
fn field(case: &Case<'_>, parts: &[&str]) -> Option<String> {
    let (target, source, first, second) = match parts {
        [target, first, second] => (*target, "0", *first, *second),
        [target, source, first, second] => (*target, *source, *first, *second),
        _ => return None,
    };
    let (at, size) = (immediate(first)?.value(), immediate(second)?.value());
    let count = u32::try_from(size).ok().filter(|count| (1..=32).contains(count))?;
    let place = u32::try_from(at).ok().filter(|place| *place < 32)?;
    let mask = u64::from(u32::MAX >> (32 - count));
    let hole = !(mask << place);
    Some(match case.word {
        "ubfx" => format!("{at},{source},{at},{mask},<<,&,>>,{target},="),
        "sbfx" => format!("{size},{at},{source},{at},{mask},<<,&,>>,~,{CUT},{target},="),
        "bfi" => format!("{hole},{target},&,{at},{mask},{source},&,<<,|,{CUT},{target},="),
        "bfc" => format!("{hole},{target},&,{CUT},{target},="),
        _ => return None,
    })
}
