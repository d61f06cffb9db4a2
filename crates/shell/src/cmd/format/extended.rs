//! The 80-bit floating point numbers of x87, in decimal.

use super::number::shortest;

/// Bits of the exponent, and what it is counted from.
const BIAS: i32 = 16383;
/// Decimal digits of a limb of [`Big`].
const LIMB: u32 = 9;
const BASE: u64 = 1_000_000_000;
/// Factors multiplied at a time: so many fives times a limb fit in 64 bits.
const RUN: u32 = 13;

/// The value in the low 80 bits, in so many significant digits, as C's `%Lg` writes it.
pub(super) fn text(bits: u128, digits: usize) -> String {
    let mantissa = bits as u64;
    let exponent = (bits >> 64) as i32 & 0x7fff;
    let sign = if bits >> 79 & 1 == 1 { "-" } else { "" };
    if exponent == 0x7fff {
        return format!("{sign}{}", if mantissa << 1 == 0 { "inf" } else { "nan" });
    }
    if mantissa == 0 {
        return format!("{sign}0");
    }
    // mantissa * 2^power; a fraction's powers of two become powers of five over powers of ten.
    let power = exponent.max(1) - BIAS - 63;
    let mut big = Big::from(mantissa);
    let factor: u64 = if power < 0 { 5 } else { 2 };
    for done in (0..power.unsigned_abs()).step_by(RUN as usize) {
        big.multiply(factor.pow(RUN.min(power.unsigned_abs() - done)));
    }
    let all = big.decimal();
    let shift = all.len() as i32 - 1 + power.min(0);
    let (kept, carried) = rounded(&all, digits);
    let text = format!("{sign}{}.{}", &kept[..1], &kept[1..]);
    shortest(&text, shift + i32::from(carried), digits)
}

/// The first digits, rounded half to even, and whether that made one more.
fn rounded(all: &str, digits: usize) -> (String, bool) {
    if all.len() <= digits {
        return (format!("{all:0<digits$}"), false);
    }
    let (kept, rest) = all.split_at(digits);
    let mut kept: Vec<u8> = kept.bytes().collect();
    let is_half = rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
    let odd = kept.last().is_some_and(|digit| digit % 2 == 1);
    if rest.as_bytes()[0] >= b'5' && (!is_half || odd) {
        for digit in kept.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return (String::from_utf8_lossy(&kept).into_owned(), false);
            }
            *digit = b'0';
        }
        kept.insert(0, b'1');
        kept.pop();
        return (String::from_utf8_lossy(&kept).into_owned(), true);
    }
    (String::from_utf8_lossy(&kept).into_owned(), false)
}

/// A natural number in limbs of nine decimal digits, the lowest first.
struct Big(Vec<u32>);

impl Big {
    fn from(mut value: u64) -> Big {
        let mut limbs = Vec::new();
        while value > 0 {
            limbs.push((value % BASE) as u32);
            value /= BASE;
        }
        Big(limbs)
    }

    fn multiply(&mut self, factor: u64) {
        let mut carry = 0;
        for limb in &mut self.0 {
            let product = u64::from(*limb) * factor + carry;
            *limb = (product % BASE) as u32;
            carry = product / BASE;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn decimal(&self) -> String {
        let mut limbs = self.0.iter().rev();
        let mut text = limbs.next().map_or("0".to_owned(), u32::to_string);
        limbs.for_each(|limb| text.push_str(&format!("{limb:0width$}", width = LIMB as usize)));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_and_the_digits_are_those_of_x87() {
        for (bits, expected) in [
            (0x3fff_8000_0000_0000_0000, "1"),
            (0xbfff_c000_0000_0000_0000, "-1.5"),
            (0x4002_a000_0000_0000_0000, "10"),
            (0x3ffb_cccc_cccc_cccc_cccd, "0.1"),
            (0x7fff_8000_0000_0000_0000, "inf"),
            (0xffff_c000_0000_0000_0000, "-nan"),
            (0x7ffe_ffff_ffff_ffff_ffff, "1.189731495357231765e+4932"),
            (0xfeca_efbe_adde_464c_457f, "-2.1365821632302376e+4839"),
            (0, "0"),
        ] {
            let digits = if expected.starts_with("1.1897") { 19 } else { 17 };
            assert_eq!(text(bits, digits), expected, "{bits:x}");
        }
    }
}
