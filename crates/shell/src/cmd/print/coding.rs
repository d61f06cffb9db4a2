//! Bytes in other codings: base64 and URL escapes.

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::base64_digits;
use crate::registry::Args;

/// The bytes in base64.
pub(super) fn print_base64(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    Ok(writeln!(env.out, "{}", base64_digits(&bytes))?)
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
    let bytes = Range::parse(env, args.text)?.read(env)?;
    let text: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
    Ok(writeln!(env.out, "{text}")?)
}

/// Every other byte as URL escapes: the letters of text in wide characters.
pub(super) fn print_wide_url(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    let text: String = bytes.iter().step_by(2).map(|byte| format!("%{byte:02x}")).collect();
    Ok(writeln!(env.out, "{text}")?)
}
