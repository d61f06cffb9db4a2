//! Reading the values that fields describe.

use super::parse::ELEMENTS;
use super::tree::{Field, Kind, Scalar};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::integer;

/// Most bytes of a string without a NUL.
const TEXT: usize = 16 << 10;
/// Bytes of a string read at a time.
const PIECE: usize = 256;
/// Bytes that `T` shows, and how many of them it takes.
const TEN: (usize, u64) = (10, 4);
/// Bytes of the longest number of 7 bits a byte that fits in 64 bits.
const ULEB: usize = 10;
/// Bytes of an enumeration's value when it is not said.
const ENUM: u64 = 4;

/// What was read.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    /// Numbers as they stand in memory, without their sign.
    Words(Vec<u128>),
    /// Bytes to be shown as digits.
    Bytes(Vec<u8>),
    /// A string's bytes, without its NUL.
    Text(Vec<u8>),
    /// A string of wide characters.
    Wide(String),
    /// A pointer, and the string there if there is one.
    TextAt(u64, Option<Vec<u8>>),
    /// Instructions.
    Opcodes(Vec<String>),
}

/// A value and the bytes it takes.
pub(super) struct Reading {
    pub(super) value: Value,
    pub(super) size: u64,
}

/// The number of so many bytes at an address, with the byte order.
///
/// # Errors
/// What cannot be read.
pub(super) fn word(env: &mut Env<'_>, addr: u64, size: usize, big: bool) -> Result<u64> {
    let mut bytes = [0; 8];
    let bytes = &mut bytes[..size.min(8)];
    env.read_filled(addr, bytes)?;
    Ok(integer(bytes, big))
}

/// The value of a field at an address.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn read(env: &mut Env<'_>, field: &Field, kind: &Kind, addr: u64, big: bool) -> Result<Reading> {
    let count = field.elements.unwrap_or(1).min(ELEMENTS);
    match kind {
        Kind::Scalar(scalar) => scalars(env, *scalar, count, addr, big),
        Kind::Address => scalars(env, Scalar::address(env.address_bytes()), count, addr, big),
        Kind::Uleb => ulebs(env, count, addr),
        Kind::Bytes => {
            let count = count.max(1);
            Ok(Reading { value: Value::Bytes(bytes(env, addr, count)?), size: count })
        }
        Kind::Ten => Ok(Reading { value: Value::Bytes(bytes(env, addr, TEN.0 as u64)?), size: TEN.1 }),
        Kind::Text => {
            let (text, size) = text(env, addr, field.elements)?;
            Ok(Reading { value: Value::Text(text), size })
        }
        Kind::Wide => wide(env, addr, field.elements, big),
        Kind::TextAt(size) => {
            // As the peer has it, both read a pointer of the architecture's size at least.
            let width = (*size).max(env.address_bytes());
            let pointer = word(env, addr, width, big)?;
            // Where nothing is there is no NUL either.
            let (text, taken) = text(env, pointer, None)?;
            Ok(Reading { value: Value::TextAt(pointer, (taken > 0).then_some(text)), size: *size as u64 })
        }
        Kind::Relative => {
            let target = addr.wrapping_add_signed(i64::from(word(env, addr, 4, big)? as u32 as i32));
            Ok(Reading { value: Value::Words(vec![u128::from(target)]), size: 4 })
        }
        Kind::Opcode => opcodes(env, addr, count),
        Kind::Enum(_) | Kind::Bits(_) => {
            let size = field.elements.unwrap_or(ENUM).clamp(1, 8);
            let value = word(env, addr, size as usize, big)?;
            Ok(Reading { value: Value::Words(vec![u128::from(value)]), size })
        }
        Kind::Record(_) => Err(Error::failed("a record is no value")),
    }
}

fn bytes(env: &mut Env<'_>, addr: u64, count: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
    env.read_filled(addr, &mut bytes)?;
    Ok(bytes)
}

fn scalars(env: &mut Env<'_>, scalar: Scalar, count: u64, addr: u64, big: bool) -> Result<Reading> {
    let width = scalar.size();
    let size = count * width as u64;
    let bytes = bytes(env, addr, size)?;
    let fold = |word: u128, byte: &u8| word << 8 | u128::from(*byte);
    let words = bytes.chunks_exact(width).map(|cell| match big {
        true => cell.iter().fold(0, fold),
        false => cell.iter().rev().fold(0, fold),
    });
    Ok(Reading { value: Value::Words(words.collect()), size })
}

fn ulebs(env: &mut Env<'_>, count: u64, addr: u64) -> Result<Reading> {
    let (mut words, mut size) = (Vec::new(), 0u64);
    for _ in 0..count {
        env.ctx.check()?;
        let bytes = bytes(env, addr.wrapping_add(size), ULEB as u64)?;
        let len = bytes.iter().position(|byte| byte & 0x80 == 0).map_or(ULEB, |last| last + 1);
        let word = bytes[..len].iter().rev().fold(0u64, |word, byte| word << 7 | u64::from(byte & 0x7f));
        words.push(u128::from(word));
        size += len as u64;
    }
    Ok(Reading { value: Value::Words(words), size })
}

/// The bytes to the first NUL, of `limit` bytes when that is set, and how many were taken.
fn text(env: &mut Env<'_>, addr: u64, limit: Option<u64>) -> Result<(Vec<u8>, u64)> {
    let most = limit.map_or(TEXT, |limit| usize::try_from(limit).unwrap_or(TEXT));
    let mut text = Vec::new();
    let mut ended = false;
    while text.len() < most && !ended {
        let mut piece = vec![0; PIECE.min(most - text.len())];
        let coverage = env.read(addr.wrapping_add(text.len() as u64), &mut piece)?;
        // What nothing provides ends a string.
        let provided = coverage.runs().first().filter(|run| run.start == 0).map_or(0, |run| run.end);
        ended = provided < piece.len();
        piece.truncate(provided);
        if let Some(end) = memchr::memchr(0, &piece) {
            piece.truncate(end);
            text.extend_from_slice(&piece);
            let size = limit.unwrap_or(text.len() as u64 + 1);
            return Ok((text, size));
        }
        text.extend_from_slice(&piece);
    }
    let size = limit.unwrap_or(text.len() as u64);
    Ok((text, size))
}

fn wide(env: &mut Env<'_>, addr: u64, limit: Option<u64>, big: bool) -> Result<Reading> {
    let most = limit.unwrap_or(TEXT as u64).min(TEXT as u64);
    let mut bytes = vec![0; most as usize * 2];
    let coverage = env.read(addr, &mut bytes)?;
    let provided = coverage.runs().first().filter(|run| run.start == 0).map_or(0, |run| run.end);
    let units = bytes[..provided].chunks_exact(2).map(|unit| integer(unit, big) as u16);
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    let shown = |c: char| if c.is_control() { '.' } else { c };
    let text = char::decode_utf16(units.iter().copied())
        .map(|c| c.map_or(char::REPLACEMENT_CHARACTER, shown))
        .collect();
    let size = limit.unwrap_or(units.len() as u64 + 1).saturating_mul(2);
    Ok(Reading { value: Value::Wide(text), size })
}

fn opcodes(env: &mut Env<'_>, addr: u64, count: u64) -> Result<Reading> {
    let decoder = crate::cmd::decoder(env)?;
    let (mut texts, mut size) = (Vec::new(), 0u64);
    for _ in 0..count {
        env.ctx.check()?;
        let at = addr.wrapping_add(size);
        let mut bytes = vec![0; decoder.max_size()];
        env.read(at, &mut bytes)?;
        let decoded = decoder.decode(&bytes, at);
        size += decoded.as_ref().map_or(decoder.invalid_size(), |instruction| instruction.size) as u64;
        texts.push(decoded.map_or_else(|| "invalid".to_owned(), |instruction| instruction.text()));
    }
    Ok(Reading { value: Value::Opcodes(texts), size })
}
