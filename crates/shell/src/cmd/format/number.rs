//! Numbers and strings as formats show them.

use super::tree::Scalar;
use crate::render::dump_char;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A scalar's text, without what stands before it.
pub(super) fn scalar(scalar: Scalar, word: u128) -> String {
    match scalar {
        Scalar::Byte => format!("{word:#04x}"),
        Scalar::Char => format!("'{}'", dump_char(word as u8)),
        Scalar::Small => word.to_string(),
        Scalar::Word => format!("{word:#06x}"),
        Scalar::Double | Scalar::Hex => format!("{word:#010x}"),
        Scalar::Int => (word as i32).to_string(),
        Scalar::Octal => format!("0{word:08o}"),
        Scalar::Quad => format!("{word:#018x}"),
        Scalar::Octuple => format!("{word:#034x}"),
        Scalar::Signed(size) => signed(word as u64, size).to_string(),
        Scalar::Unsigned(_) => word.to_string(),
        Scalar::Float32 => general(f64::from(f32::from_bits(word as u32)), 9),
        Scalar::Float64 => general(f64::from_bits(word as u64), 17),
        Scalar::Float80 => super::extended::text(word, 17),
        Scalar::Time => time(word as u32),
    }
}

/// A number of so many bytes with its sign.
pub(super) fn signed(word: u64, size: usize) -> i64 {
    let unused = 64 - 8 * size.clamp(1, 8) as u32;
    ((word << unused) as i64) >> unused
}

/// Seconds since 1970, in UTC, as C's `ctime` writes them.
pub(super) fn time(seconds: u32) -> String {
    civil(i64::from(seconds))
}

/// Seconds since 1970, in UTC, as C's `ctime` writes them.
pub(in crate::cmd) fn civil(seconds: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(days);
    format!(
        "{} {} {day:2} {:02}:{:02}:{:02} {year}",
        DAYS[days.rem_euclid(7) as usize],
        MONTHS[month - 1],
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

/// The year, month and day, from 1, of a number of days since 1970, in the Gregorian calendar
/// (after H. Hinnant, "chrono-compatible low-level date algorithms").
fn date(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // Months from March on.
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month as usize, day)
}

/// Days from 1970 to the first of a month, counted from 0.
pub(in crate::cmd) fn days_before(year: i64, month: i64) -> i64 {
    // Years and months from March on.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5;
    year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// A number in so many significant digits, as C's `%g` writes it.
pub(super) fn general(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return if value.is_sign_negative() { "-nan".to_owned() } else { "nan".to_owned() };
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf".to_owned() } else { "inf".to_owned() };
    }
    let text = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    shortest(mantissa, exponent.parse().unwrap_or(0), digits)
}

/// Digits, the first before the point, and a power of ten, as C's `%g` writes them.
pub(super) fn shortest(mantissa: &str, exponent: i32, digits: usize) -> String {
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.unsigned_abs());
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let all: String = mantissa.chars().filter(|c| *c != '.').collect();
    let text = if exponent < 0 {
        format!("0.{}{all}", "0".repeat(exponent.unsigned_abs() as usize - 1))
    } else {
        let (whole, part) = all.split_at((exponent as usize + 1).min(all.len()));
        format!("{whole}.{part}")
    };
    format!("{sign}{}", without_zeros(&text))
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A string in quotes, with escapes for what is not printable. As the peer has it, a backslash is
/// none of that.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &byte in bytes {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x07 => text.push_str("\\a"),
            0x08 => text.push_str("\\b"),
            0x0b => text.push_str("\\v"),
            0x0c => text.push_str("\\f"),
            0x20..=0x7e => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_in_c() {
        for (value, digits, text) in [
            (13073.374, 9, "13073.374"),
            (0.0, 9, "0"),
            (-1.0, 9, "-1"),
            (100.0, 9, "100"),
            (0.0001, 9, "0.0001"),
            (0.00001, 9, "1e-05"),
            (-1.8605457410349755e230, 17, "-1.8605457410349755e+230"),
            (1e9, 9, "1e+09"),
            (123456789.0, 9, "123456789"),
            (f64::NEG_INFINITY, 9, "-inf"),
        ] {
            assert_eq!(general(value, digits), text);
        }
        assert_eq!(scalar(Scalar::Float32, u128::from((f32::EPSILON * 2.0).to_bits())), "2.38418579e-07");
    }

    #[test]
    fn moments_are_in_utc() {
        assert_eq!(time(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(time(0x464c_457f), "Thu May 17 12:07:27 2007");
        assert_eq!(time(u32::MAX), "Sun Feb  7 06:28:15 2106");
        for (year, month) in [(1970, 0), (2000, 2), (1601, 11), (2108, 1)] {
            assert_eq!(date(days_before(year, month)), (year, month as usize + 1, 1));
        }
        assert_eq!(civil(-1), "Wed Dec 31 23:59:59 1969");
        assert_eq!(civil(951_782_400), "Tue Feb 29 00:00:00 2000");
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(quoted(b"a\"\\\n\x1b\xff"), "\"a\\\"\\\\n\\x1b\\xff\"");
    }
}
