//! Bytes as types: what a type's format shows of them.

use super::{model, types};
use crate::ctype::Nested;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::{hex_bytes, hex_digits};
use crate::registry::Args;

/// The format of the type that a text names.
fn format(env: &mut Env<'_>, text: &str) -> Result<String> {
    let model = model(env);
    let all = types(env);
    all.format(&all.named(text, model)?, Nested::Inline, model)
}

/// Shows the bytes at an address as a type.
pub(super) fn show(env: &mut Env<'_>, text: &str, addr: u64) -> Result<()> {
    let format = format(env, text)?;
    let seek = std::mem::replace(&mut env.view.seek, addr);
    let shown = env.run_command(&format!("pf {format}"));
    env.view.seek = seek;
    shown
}

/// `type [addr]`: the last word is an address unless the whole text names a type.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the type")?;
    let whole = format(env, text);
    let (name, addr) = match (whole, text.rsplit_once(char::is_whitespace)) {
        (Ok(_), _) | (_, None) => (text, env.view.seek),
        (Err(_), Some((name, addr))) => (name.trim_end(), env.number(addr)?),
    };
    show(env, name, addr)
}

pub(super) fn print_digits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the type")?;
    let Some((name, digits)) = text.rsplit_once(char::is_whitespace) else {
        return Err(args.wrong("the hex digits are missing"));
    };
    let (format, digits) = (format(env, name.trim_end())?, hex_digits(&hex_bytes(digits)?));
    env.run_on_bytes(&format!("pf {format}"), &digits)
}
