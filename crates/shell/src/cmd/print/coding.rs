//! Bytes in other codings: base64 and URL escapes.

use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Base64 with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            match digit <= group.len() {
                true => text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63])),
                false => text.push('='),
            }
        }
    }
    text
}

/// The bytes in base64.
pub(super) fn print_base64(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = Range::parse(env, args.text)?.read(env)?;
    Ok(writeln!(env.out, "{}", base64(&bytes))?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
