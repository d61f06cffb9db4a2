//! Numbers in the forms one wants of them.

use super::{evaluate, table};
use crate::cmd::help;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::{hex_bytes, hex_digits, integer_bytes};
use crate::registry::Args;
use crate::render::human_size;

pub(super) fn calculate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return help::print_groups(env);
    }
    let value = evaluate(env, args)?;
    Ok(table::print(env.out, args.text, value)?)
}

pub(super) fn calculate_json(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(table::print_json(env.out, args.text, value)?)
}

/// Without an expression, the last value.
pub(super) fn evaluate_or_last(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    if args.is_empty() { Ok(env.view.value) } else { evaluate(env, args) }
}

pub(super) fn compute(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    evaluate(env, args).map(drop)
}

pub(super) fn show_last(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", env.view.value.cast_signed())?)
}

pub(super) fn show_last_hex(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{:#x}", env.view.value)?)
}

pub(super) fn show_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return show_last(env, args);
    }
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:#x}")?)
}

pub(super) fn show_wide_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:#010x}")?)
}

pub(super) fn show_decimal(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate_or_last(env, args)?.cast_signed();
    Ok(writeln!(env.out, "{value}")?)
}

pub(super) fn show_decimal_8(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)? as i8;
    Ok(writeln!(env.out, "{value}")?)
}

pub(super) fn show_decimal_16(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)? as i16;
    Ok(writeln!(env.out, "{value}")?)
}

pub(super) fn show_decimal_32(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)? as i32;
    Ok(writeln!(env.out, "{value}")?)
}

pub(super) fn show_binary(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:b}b")?)
}

pub(super) fn show_octal(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "0{value:o}")?)
}

pub(super) fn show_units(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{}", human_size(value))?)
}

pub(super) fn show_bare_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    Ok(writeln!(env.out, "{value:x}")?)
}

pub(super) fn show_text_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.words().join(" ");
    Ok(writeln!(env.out, "{}", hex_digits(text.as_bytes()))?)
}

pub(super) fn show_hex_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = hex_bytes(args.required("the hex digits")?)?;
    bytes.push(b'\n');
    Ok(env.out.write_all(&bytes)?)
}

pub(super) fn show_number_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = evaluate(env, args)?;
    let used = (8 - value.leading_zeros() as usize / 8).max(1);
    let bytes = integer_bytes(value, used, env.big_endian());
    Ok(writeln!(env.out, "{}", hex_digits(&bytes))?)
}

pub(super) fn to_offset(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let map =
        env.session.io.maps.at(addr).ok_or_else(|| Error::failed(format!("no map covers {addr:#x}")))?;
    let offset = map.offset_of(addr);
    env.view.value = offset;
    Ok(writeln!(env.out, "{offset:#010x}")?)
}

pub(super) fn to_address(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let offset = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let fd = env.current()?;
    let mut maps = env.session.io.maps.iter().filter(|map| map.fd == fd);
    let map = maps
        .find(|map| offset.checked_sub(map.delta).is_some_and(|inside| inside < map.size()))
        .ok_or_else(|| Error::failed(format!("no map shows offset {offset:#x} of descriptor {fd}")))?;
    let addr = map.from.wrapping_add(offset - map.delta);
    env.view.value = addr;
    Ok(writeln!(env.out, "{addr:#010x}")?)
}
