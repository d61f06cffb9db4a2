//! Branches, calls and returns.

use super::condition;
use super::operand::register;
use crate::operand::immediate;

/// The expression of an instruction that changes where control goes.
pub(super) fn generate(word: &str, parts: &[&str]) -> Option<String> {
    let target = parts.last().and_then(|target| immediate(target)).map(|target| target.value());
    let to = |condition: String| target.map(|target| format!("{condition},?{{,{target},pc,=,}}"));
    match (word, parts) {
        ("b", [_]) => target.map(|target| format!("{target},pc,=")),
        ("bl", [_]) => target.map(|target| format!("pc,lr,=,{target},pc,=")),
        ("br" | "braaz" | "brabz", [to]) => Some(format!("{},pc,=", register(to))),
        // The link register may be what is called.
        ("blr", ["x30"]) => Some("lr,tmp,=,pc,lr,=,tmp,pc,=".to_owned()),
        ("blr" | "blraaz" | "blrabz", [to]) => Some(format!("pc,lr,=,{},pc,=", register(to))),
        ("ret" | "retaa" | "retab", []) => Some("lr,pc,=".to_owned()),
        ("ret", [to]) => Some(format!("{},pc,=", register(to))),
        ("cbz", [tested, _]) => to(format!("{},!", register(tested))),
        ("cbnz", [tested, _]) => to(register(tested).to_owned()),
        ("tbz", [tested, bit, _]) => to(format!("{},!", tested_bit(tested, bit)?)),
        ("tbnz", [tested, bit, _]) => to(tested_bit(tested, bit)?),
        ("svc", [number]) => Some(format!("{},$", immediate(number)?.value())),
        _ => to(condition(word.strip_prefix("b.")?)?.to_owned()),
    }
}

fn tested_bit(tested: &str, bit: &str) -> Option<String> {
    Some(format!("{},1,<<,{},&", immediate(bit)?.value(), register(tested)))
}
