//! Floating point: doubles as the 64 bits they are stored in, and the narrower and wider formats they come
//! from and go to.

use crate::Error;
use crate::word::Float;

/// How many numbers an operator takes.
pub(crate) fn arity(operator: Float) -> usize {
    match operator {
        Float::Add
        | Float::Sub
        | Float::Mul
        | Float::Div
        | Float::Equal
        | Float::NotEqual
        | Float::Less
        | Float::LessEqual
        | Float::Narrow
        | Float::Widen => 2,
        _ => 1,
    }
}

/// Applies an operator to `left`, the upper of what it takes, and `right`.
///
/// # Errors
/// [`Error::Unknown`] for a width that no format has.
pub(crate) fn apply(operator: Float, left: u64, right: u64) -> Result<u64, Error> {
    let (a, b) = (f64::from_bits(left), f64::from_bits(right));
    let double = |value: f64| value.to_bits();
    Ok(match operator {
        Float::Add => double(a + b),
        Float::Sub => double(a - b),
        Float::Mul => double(a * b),
        Float::Div => double(a / b),
        Float::Equal => u64::from(a == b),
        Float::NotEqual => u64::from(a != b),
        Float::Less => u64::from(a < b),
        Float::LessEqual => u64::from(a <= b),
        Float::Negate => double(-a),
        Float::Ceil => double(a.ceil()),
        Float::Floor => double(a.floor()),
        Float::Round => double(a.round()),
        Float::Root => double(a.sqrt()),
        Float::IsNan => u64::from(a.is_nan()),
        Float::FromSigned => double(left as i64 as f64),
        Float::FromUnsigned => double(left as f64),
        Float::ToSigned => a as i64 as u64,
        Float::ToUnsigned => a as u64,
        Float::Narrow => match right {
            32 => u64::from((a as f32).to_bits()),
            64 | 80 => left,
            _ => return Err(width(right)),
        },
        Float::Widen => match right {
            32 => double(f64::from(f32::from_bits(left as u32))),
            64 | 80 => left,
            _ => return Err(width(right)),
        },
    })
}

fn width(bits: u64) -> Error {
    Error::Unknown { word: format!("{bits}-bit float") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_converted() {
        let double = |value: f64| value.to_bits();
        assert_eq!(apply(Float::FromSigned, -9i64 as u64, 0), Ok(double(-9.0)));
        assert_eq!(apply(Float::FromUnsigned, u64::MAX, 0), Ok(0x43f0_0000_0000_0000));
        assert_eq!(apply(Float::ToSigned, double(-2.5), 0), Ok(-2i64 as u64));
        assert_eq!(apply(Float::ToSigned, double(f64::NAN), 0), Ok(0));
        assert_eq!(apply(Float::Narrow, double(9.0), 32), Ok(0x4110_0000));
        assert_eq!(apply(Float::Widen, 0x4110_0000, 32), Ok(double(9.0)));
        assert!(apply(Float::Widen, 0, 7).is_err());
        assert_eq!(apply(Float::Sub, double(5.0), double(3.0)), Ok(double(2.0)));
        assert_eq!(apply(Float::Less, double(5.0), double(3.0)), Ok(0));
    }
}
