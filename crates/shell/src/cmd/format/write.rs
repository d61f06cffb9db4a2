//! Writing fields of named formats: `pfw.name.field=value`.

use super::tree::{Kind, Scalar};
use super::walk::Place;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::{hex_bytes, hex_digits, integer_bytes};

/// The bytes that a value is in a field.
///
/// # Errors
/// A value that is none for such a field.
pub(super) fn bytes(env: &mut Env<'_>, place: &Place, value: &str) -> Result<Vec<u8>> {
    let big = env.big_endian() != place.swapped;
    let too_much =
        |len: u64| Error::failed(format!("the field has {len} bytes, which '{value}' does not fit in"));
    match &place.kind {
        _ if value.is_empty() => Err(Error::failed("the value is missing: write NAME.FIELD=VALUE")),
        Kind::Scalar(scalar @ (Scalar::Float32 | Scalar::Float64)) => {
            let number: f64 =
                value.parse().map_err(|_| Error::failed(format!("'{value}' is no floating point number")))?;
            Ok(match scalar {
                Scalar::Float32 => integer_bytes(u64::from((number as f32).to_bits()), 4, big),
                _ => integer_bytes(number.to_bits(), 8, big),
            })
        }
        Kind::Scalar(Scalar::Char) if value.len() == 1 && !value.as_bytes()[0].is_ascii_digit() => {
            Ok(value.as_bytes().to_vec())
        }
        Kind::Scalar(Scalar::Octuple | Scalar::Float80) => {
            Err(Error::failed("numbers of this size are written as bytes: wx"))
        }
        Kind::Scalar(scalar) => {
            let number = env.number(value)?;
            let size = scalar.size();
            let unused = 64 - 8 * size as u32;
            let fits = number >> (64 - unused) == 0 || number as i64 >> (63 - unused) == -1;
            if unused > 0 && !fits {
                return Err(too_much(size as u64));
            }
            Ok(integer_bytes(number, size, big))
        }
        Kind::Uleb => {
            let mut number = env.number(value)?;
            let mut bytes = Vec::new();
            loop {
                let low = (number & 0x7f) as u8;
                number >>= 7;
                bytes.push(if number > 0 { low | 0x80 } else { low });
                if number == 0 {
                    return Ok(bytes);
                }
            }
        }
        Kind::Bytes => {
            let bytes = hex_bytes(value)?;
            match place.elements {
                Some(len) if (bytes.len() as u64) > len => Err(too_much(len)),
                _ => Ok(bytes),
            }
        }
        Kind::Text => match place.elements {
            Some(len) if (value.len() as u64) > len => Err(too_much(len)),
            _ => Ok(value.as_bytes().to_vec()),
        },
        Kind::Wide => {
            let units: Vec<u8> =
                value.encode_utf16().flat_map(|unit| integer_bytes(u64::from(unit), 2, big)).collect();
            match place.elements {
                Some(len) if units.len() as u64 > len * 2 => Err(too_much(len * 2)),
                _ => Ok(units),
            }
        }
        Kind::TextAt(size) => Ok(integer_bytes(env.number(value)?, *size, big)),
        Kind::Enum(_) | Kind::Bits(_) => {
            let size = place.elements.unwrap_or(4).clamp(1, 8) as usize;
            Ok(integer_bytes(env.number(value)?, size, big))
        }
        Kind::Address | Kind::Ten | Kind::Relative | Kind::Opcode | Kind::Record(_) => {
            Err(Error::failed("such a field cannot be written: write its bytes with wx"))
        }
    }
}

/// The command that writes a value, as `pf.name.field=value` prints it.
///
/// # Errors
/// A value that is none for such a field.
pub(super) fn command(env: &mut Env<'_>, place: &Place, value: &str) -> Result<String> {
    let bytes = bytes(env, place, value)?;
    let addr = place.addr;
    let number = match &place.kind {
        Kind::Scalar(Scalar::Float32 | Scalar::Float64 | Scalar::Char) => None,
        Kind::Scalar(scalar) if !place.swapped => Some(scalar.size()),
        _ => None,
    };
    let is_number = value.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-');
    Ok(match number.filter(|_| is_number) {
        Some(size) => format!("wv{size} {value} @ {addr:#010x}"),
        None => format!("wx {} @ {addr:#010x}", hex_digits(&bytes)),
    })
}
