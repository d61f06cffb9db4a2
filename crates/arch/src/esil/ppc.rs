//! ESIL for PowerPC.
//!
//! A field of the condition register is a number: 0 for equal, the highest of its 8 bits for less, the
//! lowest for greater.

use super::{Operands, operands};
use crate::instruction::Instruction;
use crate::operand::immediate;
use crate::settings::Settings;

/// Instructions that combine two operands into the first, the last with the one before.
const BINARY: &[(&str, &str)] = &[
    ("add addc addi addic", "+"),
    ("mulld mullw mulli", "*"),
    ("divd divw divdu divwu", "/"),
    ("and andi", "&"),
    ("or ori", "|"),
    ("xor xori", "^"),
    ("sld slw slwi sldi", "<<"),
    ("srd srw srwi srdi", ">>"),
];

/// The same with an immediate that is shifted by 16 bits.
const SHIFTED: &[(&str, &str)] = &[("addis", "+"), ("andis", "&"), ("oris", "|"), ("xoris", "^")];

/// Loads: bytes, and the bits that the sign is extended from.
const LOADS: &[(&str, u8, u8)] =
    &[("lbz", 1, 0), ("lhz", 2, 0), ("lha", 2, 16), ("lwz", 4, 0), ("lwa", 4, 32), ("ld", 8, 0)];

/// Stores, and their bytes.
const STORES: &[(&str, u8)] = &[("stb", 1), ("sth", 2), ("stw", 4), ("std", 8)];

/// Conditions as they are tested in a field.
const CONDITIONS: &[(&str, &str)] = &[
    ("eq", "FIELD,!"),
    ("ne", "FIELD,!,!"),
    ("lt", "7,FIELD,>>"),
    ("ge", "7,FIELD,>>,!"),
    ("gt", "1,FIELD,&"),
    ("le", "1,FIELD,&,!"),
];

/// The expression of an instruction.
pub(crate) fn generate(_: &Settings, instruction: &Instruction) -> Option<String> {
    let word = instruction.mnemonic.trim_end_matches(['+', '-']);
    // A dot at the end: the result is compared with 0 too.
    let (word, records) = match word.strip_suffix('.') {
        Some(word) => (word, true),
        None => (word, false),
    };
    let parts = operands(&instruction.operands);
    let expression = flow(word, &parts)
        .or_else(|| memory(word, &parts))
        .or_else(|| compare(word, &parts))
        .or_else(|| compute(word, &parts))?;
    Some(match parts.first().filter(|_| records) {
        Some(target) => format!("{expression},{}", compared("cr0", &signed("64", target), "0")),
        None => expression,
    })
}

/// What a name of a row is followed by.
fn has(names: &str, word: &str) -> bool {
    names.split(' ').any(|name| name == word)
}

/// Calculations.
fn compute(word: &str, parts: &Operands<'_>) -> Option<String> {
    if let [target, first, second] = parts.as_slice() {
        if let Some((_, operator)) = BINARY.iter().find(|row| has(row.0, word)) {
            return Some(format!("{},{first},{operator},{target},=", number(second)));
        }
        if let Some((_, operator)) = SHIFTED.iter().find(|row| has(row.0, word)) {
            return Some(format!("16,{},<<,{first},{operator},{target},=", number(second)));
        }
    }
    Some(match (word, parts.as_slice()) {
        ("nop", _) => ",".to_owned(),
        ("li", [target, value]) => format!("{},{target},=", number(value)),
        ("lis", [target, value]) => {
            format!("{:#x},{target},=", immediate(value)?.value() << 16)
        }
        ("mr", [target, source]) => format!("{source},{target},="),
        ("mflr", [target]) => format!("lr,{target},="),
        ("mfctr", [target]) => format!("ctr,{target},="),
        ("mtlr", [source]) => format!("{source},lr,="),
        ("mtctr", [source]) => format!("{source},ctr,="),
        ("neg", [target, source]) => format!("{source},0,-,{target},="),
        ("subf" | "subfc", [target, first, second]) => format!("{first},{second},-,{target},="),
        ("sub" | "subc", [target, first, second]) => format!("{second},{first},-,{target},="),
        ("subfic", [target, first, value]) => format!("{first},{},-,{target},=", number(value)),
        ("nor", [target, first, second]) => format!("{second},{first},|,-1,^,{target},="),
        ("not", [target, source]) => format!("{source},-1,^,{target},="),
        ("nand", [target, first, second]) => format!("{second},{first},&,-1,^,{target},="),
        ("eqv", [target, first, second]) => format!("{second},{first},^,-1,^,{target},="),
        ("andc", [target, first, second]) => format!("{second},-1,^,{first},&,{target},="),
        ("orc", [target, first, second]) => format!("{second},-1,^,{first},|,{target},="),
        ("mulhwu", [target, first, second]) => {
            format!("32,0xffffffff,{second},&,0xffffffff,{first},&,*,>>,{target},=")
        }
        ("mulhw", [target, first, second]) => {
            format!("32,{},{},*,>>>>,{target},=", signed("32", second), signed("32", first))
        }
        ("mulhdu", [target, first, second]) => format!("{second},{first},L*,POP,{target},="),
        ("isel", [target, first, second, tested]) => {
            let (field, condition) = tested.split_at_checked(3)?;
            let (_, condition) = CONDITIONS.iter().find(|row| row.0 == condition)?;
            let tested = condition.replace("FIELD", field);
            format!("{tested},?{{,{first},}}{{,{second},}},{target},=")
        }
        // Shifts what is on the stack until its highest bit is set: back to `DUP`.
        ("cntlzw", [target, source]) => format!(
            "0xffffffff,{source},&,!,?{{,32,{target},=,BREAK,}},0,0xffffffff,{source},&,DUP,0x80000000,&,!,?{{,1,SWAP,\
             <<,SWAP,1,+,SWAP,14,GOTO,}},POP,{target},="
        ),
        ("extsb", [target, source]) => format!("8,{source},~,{target},="),
        ("extsh", [target, source]) => format!("16,{source},~,{target},="),
        ("extsw", [target, source]) => format!("32,{source},~,{target},="),
        ("srawi" | "sraw", [target, source, count]) => {
            format!("{},32,{source},~,>>>>,{target},=", number(count))
        }
        ("sradi" | "srad", [target, source, count]) => {
            format!("{},{source},>>>>,{target},=", number(count))
        }
        ("clrldi", [target, source, bits]) => {
            let mask = u64::MAX.checked_shr(u32::try_from(immediate(bits)?.value()).ok()?)?;
            format!("{source},{mask:#x},&,{target},=")
        }
        ("clrlwi", [target, source, bits]) => {
            let mask = u32::MAX.checked_shr(u32::try_from(immediate(bits)?.value()).ok()?)?;
            format!("{source},{mask:#x},&,{target},=")
        }
        ("rlwinm", [target, source, count, from, to]) => {
            let [count, from, to] = [count, from, to].map(|part| immediate(part).map(|part| part.value()));
            let (count, mask) = (count? & 31, mask(from?, to?)?);
            let (left, right) = (
                format!("{count},{source},<<"),
                format!("{},{low},>>", 32 - count, low = format_args!("0xffffffff,{source},&")),
            );
            match count {
                0 => format!("{mask:#x},{source},&,{target},="),
                _ => format!("{mask:#x},{right},{left},|,&,{target},="),
            }
        }
        _ => return None,
    })
}

/// The word whose bits between two, counted from the highest, are set; around the end where the first
/// is behind the second.
fn mask(from: u64, to: u64) -> Option<u32> {
    let (from, to) = (u32::try_from(from).ok()?, u32::try_from(to).ok()?);
    let (low, high) = (u32::MAX.checked_shr(from)?, u32::MAX.checked_shl(31u32.checked_sub(to)?)?);
    Some(if from <= to { low & high } else { low | high })
}

/// Loads and stores.
fn memory(word: &str, parts: &Operands<'_>) -> Option<String> {
    let (bare, updates, indexed) = match word.strip_suffix('x') {
        Some(word) => (word.strip_suffix('u').unwrap_or(word), word.ends_with('u'), true),
        None => (word.strip_suffix('u').unwrap_or(word), word.ends_with('u'), false),
    };
    let load = LOADS.iter().find(|row| row.0 == bare);
    let store = STORES.iter().find(|row| row.0 == bare);
    let (register, base, by) = match (parts.as_slice(), indexed) {
        ([register, base, index], true) => (register, *base, *index),
        ([register, place], false) => {
            let (disp, base) = place.strip_suffix(')')?.split_once('(')?;
            (register, base, disp)
        }
        _ => return None,
    };
    // Numbers are decimal here, as the peer writes them; register 0 as a base is no register.
    let by = immediate(by).map_or(by.to_owned(), |by| (by.value() as i64).to_string());
    let place = if matches!(base, "0" | "r0") { by.clone() } else { format!("{by},{base},+") };
    let update = if updates { format!(",{by},{base},+=") } else { String::new() };
    match (load, store) {
        (Some(&(_, bytes, extended)), _) => {
            let extension = if extended > 0 { format!(",{extended},{register},~=") } else { String::new() };
            Some(format!("{place},[{bytes}],{register},={extension}{update}"))
        }
        (None, Some((_, bytes))) => Some(format!("{register},{place},=[{bytes}]{update}")),
        (None, None) => None,
    }
}

/// Comparisons.
fn compare(word: &str, parts: &Operands<'_>) -> Option<String> {
    let (field, first, second) = match parts.as_slice() {
        [field, first, second] => (*field, *first, *second),
        [first, second] => ("cr0", *first, *second),
        _ => return None,
    };
    let second = number(second);
    let low = |operand: &str| format!("0xffffffff,{operand},&");
    Some(match word {
        "cmpw" => compared(field, &signed("32", first), &signed("32", &second)),
        "cmpwi" => compared(field, &signed("32", first), &second),
        "cmpd" | "cmpdi" => compared(field, first, &second),
        "cmplw" | "cmplwi" => compared(field, &low(first), &low(&second)),
        "cmpld" | "cmpldi" => {
            format!("7,{second},{first},==,64,$b,<<,{first},{second},==,64,$b,|,{field},=")
        }
        _ => return None,
    })
}

/// A number of so many bits with its sign.
fn signed(bits: &str, operand: &str) -> String {
    format!("{bits},{operand},~")
}

/// What a comparison of two signed numbers leaves in a field.
fn compared(field: &str, first: &str, second: &str) -> String {
    format!("7,{second},{first},<,<<,{second},{first},>,|,{field},=")
}

/// Branches, calls and returns.
fn flow(word: &str, parts: &Operands<'_>) -> Option<String> {
    let (field, target) = match parts.as_slice() {
        [] => ("cr0", "lr"),
        [target] if target.starts_with("cr") => (*target, "lr"),
        [target] => ("cr0", *target),
        [field, target] => (*field, *target),
        _ => return None,
    };
    match word {
        "b" => return Some(format!("{target},pc,=")),
        "bl" => return Some(format!("pc,lr,=,{target},pc,=")),
        "blr" => return Some("lr,pc,=".to_owned()),
        "bctr" => return Some("ctr,pc,=".to_owned()),
        "bctrl" => return Some("pc,lr,=,ctr,pc,=".to_owned()),
        "blrl" => return Some("lr,pc,lr,=,pc,=".to_owned()),
        _ => {}
    }
    let body = word.strip_prefix('b')?;
    let (body, is_return) = match body.strip_suffix("lr") {
        Some(body) => (body, true),
        None => (body, false),
    };
    let target = if is_return { "lr" } else { target };
    match body {
        "dnz" => return Some(format!("1,ctr,-=,$z,!,?{{,{target},pc,=,}}")),
        "dz" => return Some(format!("1,ctr,-=,$z,?{{,{target},pc,=,}}")),
        _ => {}
    }
    let (_, condition) = CONDITIONS.iter().find(|row| row.0 == body)?;
    Some(format!("{},?{{,{target},pc,=,}},", condition.replace("FIELD", field)))
}

/// A number in hexadecimal, a register as it is.
fn number(operand: &str) -> String {
    immediate(operand).map_or(operand.to_owned(), |number| format!("{:#x}", number.value()))
}
