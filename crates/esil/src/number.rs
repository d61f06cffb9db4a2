//! Numbers as words, and what operators do to them. All arithmetic is of 64 bits and wraps.

use crate::Error;
use crate::item::Number;
use crate::word::Binary;

/// The number that a word is: decimal, or hexadecimal behind `0x`, with or without a sign. Digits beyond
/// 64 bits are lost.
pub(crate) fn parse(word: &str) -> Option<u64> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    if digits.is_empty() {
        return None;
    }
    let value = digits.chars().try_fold(0u64, |value, digit| {
        let digit = digit.to_digit(radix)?;
        Some(value.wrapping_mul(u64::from(radix)).wrapping_add(u64::from(digit)))
    })?;
    Some(if negative { value.wrapping_neg() } else { value })
}

/// The lowest `bits` bits of a number set; all of them from 64 on.
pub(crate) fn mask(bits: u32) -> u64 {
    1u64.checked_shl(bits).map_or(u64::MAX, |bit| bit - 1)
}

/// The low `bits` bits of a number, their highest being the sign; all of it for 0 or 64 and more.
pub(crate) fn extend(value: u64, bits: u64) -> u64 {
    match u32::try_from(bits) {
        Ok(bits @ 1..64) => ((value << (64 - bits)) as i64 >> (64 - bits)) as u64,
        _ => value,
    }
}

/// Applies an operator: `left - right` for `right,left,-`.
///
/// # Errors
/// [`Error::Division`].
pub(crate) fn apply(operator: Binary, left: Number, right: Number) -> Result<Number, Error> {
    let wide = left.bits > 64 || right.bits > 64;
    if let (true, Some(value)) = (wide, logic(operator, left.value, right.value)) {
        return Ok(Number { value, bits: left.bits.max(right.bits) });
    }
    let (a, b) = (left.low(), right.low());
    let truth = |is: bool| u64::from(is);
    let signed = |a: u64, b: u64, compute: fn(i64, i64) -> i64| match b {
        0 => Err(Error::Division),
        _ => Ok(compute(a as i64, b as i64) as u64),
    };
    let value = match operator {
        Binary::Add => a.wrapping_add(b),
        Binary::Sub => a.wrapping_sub(b),
        Binary::Mul => a.wrapping_mul(b),
        Binary::Div => a.checked_div(b).ok_or(Error::Division)?,
        Binary::Mod => a.checked_rem(b).ok_or(Error::Division)?,
        Binary::SignedDiv => signed(a, b, i64::wrapping_div)?,
        Binary::SignedMod => signed(a, b, i64::wrapping_rem)?,
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        Binary::ShiftLeft => shift(b, |count| a.checked_shl(count)),
        Binary::ShiftRight => shift(b, |count| a.checked_shr(count)),
        Binary::ArithmeticShiftRight => {
            let a = extend(a, u64::from(left.bits)) as i64;
            (a >> b.min(63)) as u64
        }
        Binary::RotateLeft => rotate(a, b, left.bits),
        Binary::RotateRight => {
            let bits = u64::from(left.bits.clamp(1, 64));
            rotate(a, bits - b % bits, left.bits)
        }
        Binary::Less => truth((a as i64) < b as i64),
        Binary::LessEqual => truth(a as i64 <= b as i64),
        Binary::Greater => truth(a as i64 > b as i64),
        Binary::GreaterEqual => truth(a as i64 >= b as i64),
    };
    Ok(Number { value: u128::from(value), bits: 64 })
}

/// The operators that work on more than 64 bits: all that look at one bit at a time.
fn logic(operator: Binary, a: u128, b: u128) -> Option<u128> {
    Some(match operator {
        Binary::And => a & b,
        Binary::Or => a | b,
        Binary::Xor => a ^ b,
        _ => return None,
    })
}

/// A shift by a count of any size; nothing is left beyond the width.
fn shift(count: u64, shifted: impl Fn(u32) -> Option<u64>) -> u64 {
    u32::try_from(count).ok().and_then(shifted).unwrap_or(0)
}

/// The low `bits` bits of `value` turned left.
fn rotate(value: u64, count: u64, bits: u32) -> u64 {
    let bits = bits.clamp(1, 64);
    let value = value & mask(bits);
    let count = (count % u64::from(bits)) as u32;
    if count == 0 {
        return value;
    }
    (value << count | value >> (bits - count)) & mask(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: u64, bits: u32) -> Number {
        Number { value: u128::from(value), bits }
    }

    #[test]
    fn numbers_are_read_as_written() {
        for (word, value) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("0x8000000000000000", Some(1 << 63)),
            ("-1", Some(u64::MAX)),
            ("-0x10", Some(0u64.wrapping_sub(16))),
            ("0x", None),
            ("", None),
            ("-", None),
            ("1f", None),
            ("rax", None),
        ] {
            assert_eq!(parse(word), value, "{word}");
        }
    }

    #[test]
    fn shifts_and_rotations_know_the_width_of_what_they_turn() {
        let low = |operator, left, right| apply(operator, left, right).map(Number::low);
        assert_eq!(low(Binary::ShiftLeft, of(1, 64), of(64, 64)), Ok(0));
        assert_eq!(low(Binary::ShiftRight, of(u64::MAX, 64), of(1 << 40, 64)), Ok(0));
        assert_eq!(
            low(Binary::ArithmeticShiftRight, of(0x8000_0000, 32), of(4, 64)),
            Ok(0xffff_ffff_f800_0000)
        );
        assert_eq!(low(Binary::RotateLeft, of(0x8000_0010, 32), of(1, 64)), Ok(0x21));
        assert_eq!(low(Binary::RotateRight, of(1, 64), of(1, 64)), Ok(1 << 63));
        assert_eq!(low(Binary::RotateRight, of(0x0200_0001, 32), of(33, 64)), Ok(0x8100_0000));
    }

    #[test]
    fn division_of_the_smallest_number_wraps_and_by_zero_fails() {
        let low = |operator, left: i64, right: i64| {
            apply(operator, of(left as u64, 64), of(right as u64, 64)).map(|number| number.low() as i64)
        };
        assert_eq!(low(Binary::SignedDiv, i64::MIN, -1), Ok(i64::MIN));
        assert_eq!(low(Binary::SignedMod, i64::MIN, -1), Ok(0));
        assert_eq!(low(Binary::SignedDiv, -7, 2), Ok(-3));
        assert_eq!(low(Binary::SignedMod, -7, 2), Ok(-1));
        for operator in [Binary::Div, Binary::Mod, Binary::SignedDiv, Binary::SignedMod] {
            assert_eq!(low(operator, 1, 0), Err(Error::Division));
        }
    }
}
