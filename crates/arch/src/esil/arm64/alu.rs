//! What calculates.

use super::condition;
use super::operand::{bits, register, shifted, value};
use crate::operand::immediate;

/// Instructions that combine two operands into the first, the last with the one before.
const BINARY: &[(&str, &str)] =
    &[("add", "+"), ("sub", "-"), ("and", "&"), ("orr", "|"), ("eor", "^"), ("mul", "*")];

/// The same with the last operand inverted.
const INVERTED: &[(&str, &str)] = &[("bic", "&"), ("orn", "|"), ("eon", "^")];

/// Shifts.
const SHIFTS: &[(&str, &str)] = &[("lsl", "<<"), ("lsr", ">>"), ("asr", ">>>>"), ("ror", ">>>")];

/// Floating point, in double precision only.
const FLOATS: &[(&str, &str)] = &[("fadd", "F+"), ("fsub", "F-"), ("fmul", "F*"), ("fdiv", "F/")];

fn operator(rows: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    rows.iter().find(|row| row.0 == word).map(|row| row.1)
}

/// The expression of a calculation.
pub(super) fn generate(word: &str, parts: &[&str]) -> Option<String> {
    if let Some(expression) = with_flags(word, parts).or_else(|| conditional(word, parts)) {
        return Some(expression);
    }
    if let [target, first, second, rest @ ..] = parts {
        let (target, wide) = (register(target), bits(target));
        if let Some(operator) = operator(BINARY, word) {
            return Some(format!(
                "{},{},{operator},{target},=",
                shifted(second, rest.first())?,
                register(first)
            ));
        }
        if let Some(operator) = operator(INVERTED, word) {
            let second = shifted(second, rest.first())?;
            return Some(format!("{second},-1,^,{},{operator},{target},=", register(first)));
        }
        if let (Some(operator), []) = (operator(SHIFTS, word), rest) {
            let first = register(first);
            return Some(match immediate(second) {
                Some(amount) if word == "ror" => {
                    format!("{:#x},{first},{operator},{target},=", amount.value())
                }
                Some(amount) => format!("{},{first},{operator},{target},=", amount.value()),
                None => format!("{wide},{},%,{first},{operator},{target},=", register(second)),
            });
        }
        if let Some(operator) = operator(FLOATS, word).filter(|_| target.starts_with('d')) {
            return Some(format!("{second},{first},{operator},{target},="));
        }
    }
    moved(word, parts)
        .or_else(|| product(word, parts))
        .or_else(|| field(word, parts))
        .or_else(|| turned(word, parts))
}

/// Moves and extensions.
fn moved(word: &str, parts: &[&str]) -> Option<String> {
    let [target, source, rest @ ..] = parts else {
        return matches!((word, parts), ("nop", [])).then(|| ",".to_owned());
    };
    let wide = bits(target);
    let (target, source) = (register(target), *source);
    Some(match word {
        "mov" | "movz" | "fmov" => format!("{},{target},=", shifted(source, rest.first())?),
        "movn" => format!("{},-1,^,{target},=", shifted(source, rest.first())?),
        "movk" => {
            let shift = rest.first().and_then(|shift| immediate(shift.strip_prefix("lsl ")?));
            let shift = shift.map_or(0, |shift| shift.magnitude);
            let shift = u32::try_from(shift).ok().filter(|shift| *shift < wide)?;
            let mask = !(0xffffu64 << shift);
            format!("{mask:#x},{target},&,{},|,{target},=", immediate(source)?.magnitude << shift)
        }
        "adr" | "adrp" => format!("{},{target},=", immediate(source)?.value()),
        "mvn" => format!("{},-1,^,{target},=", shifted(source, rest.first())?),
        "neg" => format!("{},0,-,{target},=", shifted(source, rest.first())?),
        "sxtb" => format!("8,0xff,{},&,~,{target},=", register(source)),
        "sxth" => format!("16,0xffff,{},&,~,{target},=", register(source)),
        "sxtw" => format!("32,0xffffffff,{},&,~,{target},=", register(source)),
        "uxtb" => format!("{},0xff,&,{target},=", register(source)),
        "uxth" => format!("{},0xffff,&,{target},=", register(source)),
        _ => return None,
    })
}

/// Products and quotients.
fn product(word: &str, parts: &[&str]) -> Option<String> {
    let [target, first, second, rest @ ..] = parts else { return None };
    let wide = bits(target);
    let [target, first, second] = [target, first, second].map(|name| register(name));
    let signed = |name: &str| format!("32,{name},~");
    let long = || format!("{},{},*", signed(second), signed(first));
    let third = rest.first().map(|name| register(name));
    Some(match (word, third) {
        ("madd", Some(third)) => format!("{second},{first},*,{third},+,{target},="),
        ("msub", Some(third)) => format!("{second},{first},*,{third},-,{target},="),
        ("mneg", None) => format!("{second},{first},*,0,-,{target},="),
        ("smull", None) => format!("{},{target},=", long()),
        ("smaddl", Some(third)) => format!("{},{third},+,{target},=", long()),
        ("smsubl", Some(third)) => format!("{},{third},-,{target},=", long()),
        ("umull", None) => format!("{second},{first},*,{target},="),
        ("umaddl", Some(third)) => format!("{second},{first},*,{third},+,{target},="),
        ("umsubl", Some(third)) => format!("{second},{first},*,{third},-,{target},="),
        ("umulh", None) => format!("{second},{first},L*,POP,{target},="),
        // Of negative factors the other is taken from the high half of the unsigned product.
        ("smulh", None) => format!(
            "63,{first},>>,{second},*,63,{second},>>,{first},*,{second},{first},L*,POP,-,-,{target},="
        ),
        ("udiv", None) => {
            format!("{second},!,?{{,0,{target},=,}}{{,{second},{first},/,{target},=,}}")
        }
        ("sdiv", None) => {
            format!("{second},!,?{{,0,{target},=,}}{{,{wide},{second},~,{wide},{first},~,~/,{target},=,}}")
        }
        _ => return None,
    })
}

/// Fields of bits.
fn field(word: &str, parts: &[&str]) -> Option<String> {
    let [target, source, first, second] = parts else { return None };
    let [target, source] = [target, source].map(|name| register(name));
    if word == "extr" {
        let (other, amount) = (register(first), immediate(second)?.value());
        let rest = u64::from(bits(parts[0])).checked_sub(amount)?;
        return Some(match amount {
            0 => format!("{other},{target},="),
            _ => format!("{amount},{other},>>,{rest},{source},<<,|,{target},="),
        });
    }
    let (at, size) = (immediate(first)?.value(), immediate(second)?.value());
    let (place, count) = (u32::try_from(at).ok()?, u32::try_from(size).ok()?);
    let mask = if count >= 64 { u64::MAX } else { (1u64 << count) - 1 };
    let hole = !mask.checked_shl(place)?;
    Some(match word {
        "ubfx" => format!("{at},{source},{at},{mask},<<,&,>>,{target},="),
        "sbfx" => format!("{size},{at},{source},{at},{mask},<<,&,>>,~,{target},="),
        "ubfiz" => format!("{at},{source},{mask},&,<<,{target},="),
        "sbfiz" => format!("{at},{size},{source},{mask},&,~,<<,{target},="),
        "bfi" => format!("{hole},{target},&,{at},{mask},{source},&,<<,|,{target},="),
        "bfxil" => format!("{},{target},&,{mask},{at},{source},>>,&,|,{target},=", !mask),
        _ => return None,
    })
}

/// Bits and bytes in another order.
fn turned(word: &str, parts: &[&str]) -> Option<String> {
    let [target, source] = parts else { return None };
    let wide = bits(target);
    let [target, source] = [target, source].map(|name| register(name));
    let bytes = match word {
        "rev" if wide == 64 => 8,
        "rev" | "rev32" if wide == 32 => 4,
        "rev16" => {
            return Some(format!(
                "8,0xff00ff00ff00ff00,{source},&,>>,tmp,=,8,0x00ff00ff00ff00ff,{source},&,<<,tmp,|=,tmp,{target},="
            ));
        }
        "clz" => return Some(crate::esil::leading_zeros(target, source, wide)),
        _ => return None,
    };
    let mut text = String::new();
    for byte in 0..bytes {
        let (from, to) = (8 * byte, 8 * (bytes - 1 - byte));
        let picked =
            if from == 0 { format!("0xff,{source},&") } else { format!("0xff,{from},{source},>>,&") };
        let placed = if to == 0 { picked } else { format!("{to},{picked},<<") };
        text += &format!("{placed},tmp,{}=,", if byte == 0 { "" } else { "|" });
    }
    Some(text + &format!("tmp,{target},="))
}

/// What sets the flags: behind a comparison, where a borrow clears the carry.
fn flags(wide: u32) -> String {
    let highest = wide - 1;
    format!("$z,zf,:=,{highest},$s,nf,:=,{wide},$b,!,cf,:=,{highest},$o,vf,:=")
}

/// Instructions that set the flags.
fn with_flags(word: &str, parts: &[&str]) -> Option<String> {
    let is_test = matches!(word, "cmp" | "cmn" | "tst");
    let (target, first, second, rest) = match parts {
        [first, second, rest @ ..] if is_test => (None, first, second, rest),
        [target, first, second, rest @ ..] => (Some(register(target)), first, second, rest),
        _ => return None,
    };
    let wide = bits(first);
    let highest = wide - 1;
    let second = shifted(second, rest.first())?;
    let first = register(first);
    let result = |operator: &str| {
        target.map_or(String::new(), |target| format!(",{second},{first},{operator},{target},="))
    };
    Some(match word {
        "cmp" => format!("{second},{first},==,{}", flags(wide)),
        "cmn" => format!("{second},{first},-1,*,==,{}", flags(wide)),
        // The flags have to be known before what they come from is gone.
        "subs" => format!("{second},{first},==,{}{}", flags(wide), result("-")),
        "adds" => {
            let target = target?;
            let (kept, added) =
                if second == target { (second.as_str(), first) } else { (first, second.as_str()) };
            let moved = if kept == target { String::new() } else { format!("{kept},{target},=,") };
            format!(
                "{moved}{added},{target},+=,$z,zf,:=,{highest},$s,nf,:=,{highest},$c,cf,:=,{highest},$o,vf,:="
            )
        }
        "tst" => format!("0,{second},{first},&,==,$z,zf,:=,{highest},$s,nf,:=,0,cf,:=,0,vf,:="),
        "ands" | "bics" => {
            let target = target?;
            let second = if word == "bics" { format!("{second},-1,^") } else { second.clone() };
            format!("{second},{first},&,{target},=,$z,zf,:=,{highest},$s,nf,:=,0,cf,:=,0,vf,:=")
        }
        "adc" => format!("cf,{second},+,{first},+,{},=", target?),
        "sbc" => format!("cf,!,{second},+,{first},-,{},=", target?),
        _ => return None,
    })
}

/// Instructions that look at a condition.
fn conditional(word: &str, parts: &[&str]) -> Option<String> {
    let tested = condition(parts.last()?)?;
    let chosen = |holds: String, not: String, target: &str| {
        format!("{tested},?{{,{holds},}}{{,{not},}},{},=", register(target))
    };
    let plain = |name: &str| register(name).to_owned();
    Some(match (word, parts) {
        ("csel", [target, first, second, _]) => chosen(plain(first), plain(second), target),
        ("csinc", [target, first, second, _]) => {
            chosen(plain(first), format!("1,{},+", register(second)), target)
        }
        ("csinv", [target, first, second, _]) => {
            chosen(plain(first), format!("-1,{},^", register(second)), target)
        }
        ("csneg", [target, first, second, _]) => {
            chosen(plain(first), format!("{},0,-", register(second)), target)
        }
        ("cset", [target, _]) => chosen("1".to_owned(), "0".to_owned(), target),
        ("csetm", [target, _]) => chosen("-1".to_owned(), "0".to_owned(), target),
        ("cinc", [target, source, _]) => chosen(format!("1,{},+", register(source)), plain(source), target),
        ("cinv", [target, source, _]) => chosen(format!("-1,{},^", register(source)), plain(source), target),
        ("cneg", [target, source, _]) => chosen(format!("{},0,-", register(source)), plain(source), target),
        ("ccmp", [first, second, otherwise, _]) => {
            let wide = bits(first);
            let flag = |bit: u64, name: &str| {
                immediate(otherwise).map(|number| format!("{},{name},:=", number.value() >> bit & 1))
            };
            let otherwise = [(3, "nf"), (2, "zf"), (1, "cf"), (0, "vf")].map(|(bit, name)| flag(bit, name));
            let otherwise = otherwise.into_iter().collect::<Option<Vec<String>>>()?.join(",");
            let compared = format!("{},{},==,{}", value(second), register(first), flags(wide));
            format!("{tested},?{{,{compared},}}{{,{otherwise},}}")
        }
        _ => return None,
    })
}
