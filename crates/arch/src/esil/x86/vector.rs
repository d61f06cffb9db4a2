//! Floating point in vector registers, one number at a time, and logic on whole registers by halves.

use super::Case;
use super::operand::{Operand, vector};

/// The expression of an instruction of this sort.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    let [target, source] = case.operands()?;
    let name = target.register()?;
    let value = source.value();
    if let Some(operator) = halves(case.word) {
        let from = source.register().filter(|name| vector(name).is_some())?;
        let half = |mark: char| match operator {
            "~&" => format!("-1,{name}{mark},^,{from}{mark},&,{name}{mark},="),
            operator => format!("{from}{mark},{name}{mark},{operator}="),
        };
        return Some(format!("{},{}", half('l'), half('h')));
    }
    if let Some(operator) = case.word.get(..case.word.len().checked_sub(2)?).and_then(arithmetic) {
        return Some(match case.word.get(case.word.len() - 2..)? {
            "sd" => format!("{value},{name},{operator},{name},="),
            "ss" => format!("32,32,{value},F2D,32,{name},F2D,{operator},D2F,{name},="),
            _ => return None,
        });
    }
    vector(name).or_else(|| vector(source.register()?))?;
    Some(match case.word {
        "sqrtsd" => format!("{value},SQRT,{name},="),
        "sqrtss" => format!("32,32,{value},F2D,SQRT,D2F,{name},="),
        "cvtsi2sd" => format!("{},I2D,{name},=", signed(source)?),
        "cvtsi2ss" => format!("32,{},I2D,D2F,{name},=", signed(source)?),
        "cvtss2sd" => format!("32,{value},F2D,{name},="),
        "cvtsd2ss" => format!("32,{value},D2F,{name},="),
        "cvtsd2si" | "cvttsd2si" => format!("{value},D2I,{name},={}", case.clear(&[target])),
        "cvtss2si" | "cvttss2si" => format!("32,{value},F2D,D2I,{name},={}", case.clear(&[target])),
        _ => return None,
    })
}

/// A whole number to be converted, with its sign in 64 bits.
fn signed(source: &Operand<'_>) -> Option<String> {
    Some(match source.width()? {
        64 => source.value(),
        bits => format!("{bits},{},~", source.value()),
    })
}

/// The operator of an instruction on all bits.
fn halves(word: &str) -> Option<&'static str> {
    Some(match word {
        "pxor" | "xorps" | "xorpd" => "^",
        "pand" | "andps" | "andpd" => "&",
        "por" | "orps" | "orpd" => "|",
        "pandn" | "andnps" | "andnpd" => "~&",
        _ => return None,
    })
}

/// The operator of an instruction without its suffix.
fn arithmetic(stem: &str) -> Option<&'static str> {
    Some(match stem {
        "add" => "F+",
        "sub" => "F-",
        "mul" => "F*",
        "div" => "F/",
        _ => return None,
    })
}
