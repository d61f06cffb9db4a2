//! Bytes in other codings: base64 and URL escapes.

use super::ascii::push_byte;
use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::base64_digits;
use crate::registry::Args;

/// The bytes in base64.
pub(super) fn print_base64(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    // Three bytes are four digits, so that pieces of such lengths join.
    let mut chunks = Range::parse(env, args.text)?.chunks(3);
    while let Some(chunk) = chunks.next(env)? {
        env.out.write_all(base64_digits(chunk.bytes).as_bytes())?;
    }
    Ok(writeln!(env.out)?)
}

/// The bytes that base64 text at the seek stands for.
pub(super) fn print_decoded(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = Range::parse(env, args.text)?.read(env)?;
    bytes.truncate(memchr::memchr(0, &bytes).unwrap_or(bytes.len()));
    let text = String::from_utf8_lossy(&bytes);
    let decoded = crate::parse::base64_bytes(text.trim())?;
    Ok(writeln!(env.out, "{}", super::text::escape(&decoded, false))?)
}

/// The bytes as URL escapes.
pub(super) fn print_url(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print_escapes(env, args, 1)
}

/// Every other byte as URL escapes: the letters of text in wide characters.
pub(super) fn print_wide_url(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print_escapes(env, args, 2)
}

fn print_escapes(env: &mut Env<'_>, args: &Args<'_>, step: usize) -> Result<()> {
    let mut chunks = Range::parse(env, args.text)?.chunks(step);
    let mut text = Vec::new();
    while let Some(chunk) = chunks.next(env)? {
        for &byte in chunk.bytes.iter().step_by(step) {
            text.push(b'%');
            push_byte(&mut text, byte);
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    Ok(writeln!(env.out)?)
}
