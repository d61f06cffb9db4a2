//! One number in every form the calculator knows.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::render::human_size;

/// Prints a line for each form.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn print(out: &mut (impl Write + ?Sized), text: &str, value: u64) -> io::Result<()> {
    for (name, shown) in forms(text, value) {
        match name {
            "string" => writeln!(out, "{name:7} \"{shown}\"")?,
            _ => writeln!(out, "{name:7} {shown}")?,
        }
    }
    Ok(())
}

/// Prints the forms as an object of strings.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn print_json(out: &mut (impl Write + ?Sized), text: &str, value: u64) -> io::Result<()> {
    let forms = forms(text, value).into_iter().map(|(name, shown)| (name.to_owned(), shown.into()));
    writeln!(out, "{}", serde_json::Value::Object(forms.collect()))
}

fn forms(text: &str, value: u64) -> Vec<(&'static str, String)> {
    let (signed, unsigned) = match u32::try_from(value) {
        Ok(short) => (("int32", short.cast_signed().to_string()), ("uint32", short.to_string())),
        Err(_) => (("int64", value.cast_signed().to_string()), ("uint64", value.to_string())),
    };
    vec![
        signed,
        unsigned,
        ("hex", format!("{value:#x}")),
        ("octal", format!("0{value:o}")),
        ("unit", human_size(value)),
        ("segment", format!("{:04x}:{:04x}", (value >> 16 << 12) as u32, value & 0xffff)),
        ("string", letters(value)),
        ("fvalue", format!("{:.1}", real(text, value))),
        ("float", format!("{}f", decimals(f64::from(f32::from_bits(value as u32))))),
        ("double", decimals(f64::from_bits(value))),
        (
            "binary",
            format!(
                "0b{value:0width$b}",
                width = (64 - value.leading_zeros() as usize).max(1).next_multiple_of(8)
            ),
        ),
        ("base36", format!("0_{}", in_base(value, 36))),
        ("ternary", format!("0t{}", in_base(value, 3))),
    ]
}

/// The bytes of the number as text, lowest first, without zeros.
fn letters(value: u64) -> String {
    let mut shown = String::new();
    for byte in value.to_le_bytes().into_iter().filter(|&byte| byte != 0) {
        match byte {
            b'\n' => shown.push_str("\\n"),
            b'\t' => shown.push_str("\\t"),
            b'\r' => shown.push_str("\\r"),
            0x20..0x7f => shown.push(char::from(byte)),
            _ => {
                let _ = write!(shown, "\\x{byte:02x}");
            }
        }
    }
    if shown.is_empty() { "\\0".to_owned() } else { shown }
}

/// The value of the expression as a real number: what was written with a fraction keeps it, and
/// what was written with a minus is negative.
fn real(text: &str, value: u64) -> f64 {
    let text = text.trim();
    if text.contains('.')
        && let Ok(real) = text.parse::<f64>()
    {
        return real;
    }
    if text.contains('-') { value.cast_signed() as f64 } else { value as f64 }
}

fn decimals(real: f64) -> String {
    if real.is_nan() { "nan".to_owned() } else { format!("{real:.15}") }
}

fn in_base(mut value: u64, base: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit((value % u64::from(base)) as u32, base));
        value /= u64::from(base);
        if value == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, value: u64, name: &str) -> String {
        forms(text, value).into_iter().find(|(form, _)| *form == name).map(|(_, shown)| shown).unwrap()
    }

    #[test]
    fn each_form_is_right_at_the_edges() {
        for (text, value, name, expected) in [
            ("0", 0, "string", "\\0"),
            ("0", 0, "binary", "0b00000000"),
            ("0", 0, "ternary", "0t0"),
            ("1337", 1337, "base36", "0_115"),
            ("-5", (-5_i64) as u64, "double", "nan"),
            ("-5", (-5_i64) as u64, "fvalue", "-5.0"),
            ("1.5", 1, "fvalue", "1.5"),
            ("x", 0x4142_4344, "float", "12.141422271728516f"),
            ("x", 0x4142_4344, "segment", "4142000:4344"),
            ("x", 0xc049_0fdb, "int32", "-1068953637"),
            ("x", 0x400921fb54442d18, "double", "3.141592653589793"),
        ] {
            assert_eq!(form(text, value, name), expected, "{name} of {text}");
        }
    }
}
