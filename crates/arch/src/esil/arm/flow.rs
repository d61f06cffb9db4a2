//! Branches, calls and returns.

use super::Case;
use crate::operand::immediate;

/// The expression of an instruction that changes where control goes.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    // The lowest bit of an address says what instructions are there.
    let mode = u8::from(case.is_thumb);
    let target = case.operands.last().and_then(|target| immediate(target)).map(|target| target.value());
    Some(match (case.word, case.operands.as_slice(), target) {
        ("b", [_], Some(target)) => format!("{target},pc,="),
        ("bl" | "blx", [_], Some(target)) => format!("pc,{mode},+,lr,=,{target},pc,="),
        ("blx", ["lr"], None) => format!("0,lr,+,pc,{mode},+,lr,=,{mode},SWAP,-,pc,="),
        ("blx", [to], None) => format!("pc,{mode},+,lr,=,{mode},{to},-,pc,="),
        ("bx" | "bxj", [to], None) => format!("{mode},{to},-,pc,="),
        ("cbz", [tested, _], Some(target)) => format!("{tested},!,?{{,{target},pc,=,}}"),
        ("cbnz", [tested, _], Some(target)) => format!("{tested},?{{,{target},pc,=,}}"),
        ("svc" | "swi", [_], Some(number)) => format!("{number},$"),
        ("bkpt", [_], Some(number)) => format!("{number},{number},TRAP"),
        ("nop", [], _) => ",".to_owned(),
        _ => return None,
    })
}
