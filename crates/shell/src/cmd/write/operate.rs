//! Arithmetic on the bytes of the block.

use farad_io::Effects;

use super::{bytes_at, put};
use crate::error::Result;
use crate::eval::Env;
use crate::parse::{hex_bytes, integer_bytes};
use crate::registry::{Args, Group, Kind, Param, Row, maybe};

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "wo", brief: "compute with the bytes of the block", rows: ROWS };

const fn row(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    const PARAMS: &[Param] = &[maybe("hex", Kind::Hex)];
    Row::new(name, brief, run).params(PARAMS).effects(Effects::WRITE)
}

static ROWS: &[Row] = &[
    row("woa", "Add the bytes given, again and again, to those of the block", |env, args| {
        operate(env, args, u8::wrapping_add)
    })
    .examples(&["woa 01"]),
    row("wos", "Subtract the bytes given", |env, args| operate(env, args, u8::wrapping_sub))
        .examples(&["wos 01"]),
    row("wom", "Multiply by the bytes given", |env, args| operate(env, args, u8::wrapping_mul))
        .examples(&["wom 02"]),
    row("wod", "Divide by the bytes given; by 0 gives 0", |env, args| operate(env, args, divide))
        .examples(&["wod 02"]),
    row("woA", "And with the bytes given", |env, args| operate(env, args, |byte, by| byte & by))
        .examples(&["woA 08"]),
    row("woo", "Or with the bytes given", |env, args| operate(env, args, |byte, by| byte | by))
        .examples(&["woo f0"]),
    row("wox", "Exclusive or with the bytes given", |env, args| operate(env, args, |byte, by| byte ^ by))
        .examples(&["wox ff"]),
    row("wol", "Shift left by the bytes given", |env, args| operate(env, args, shift_left))
        .examples(&["wol 01"]),
    row("wor", "Shift right by the bytes given", |env, args| operate(env, args, shift_right))
        .examples(&["wor 01"]),
    row("wow", "Fill the block with the bytes given", |env, args| operate(env, args, |_, by| by))
        .examples(&["wow 01"]),
    row("wo2", "Swap each two bytes", |env, _| swap(env, 2)).params(&[]).examples(&["wo2"]),
    row("wo4", "Reverse each four bytes", |env, _| swap(env, 4)).params(&[]).examples(&["wo4"]),
    row("wo8", "Reverse each eight bytes", |env, _| swap(env, 8)).params(&[]).examples(&["wo8"]),
    row("woi", "Turn each bit of the block around", |env, _| {
        let mut bytes = bytes_at(env, env.view.seek, env.view.block)?;
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
        put(env, &bytes)
    })
    .params(&[])
    .examples(&["woi"]),
    row("woe", "Fill the block with numbers in steps, starting over behind the last", sequence)
        .params(&[
            maybe("from", Kind::Number),
            maybe("to", Kind::Number),
            maybe("step", Kind::Number),
            maybe("size", Kind::Number),
        ])
        .examples(&["woe 1 3", "woe 1 10 2"]),
];

/// The group of what is computed and shown only.
pub(super) const SHOWN: Group =
    Group { prefix: "po", brief: "print what a computation would make of the block", rows: SHOWN_ROWS };

const fn shown(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    const PARAMS: &[Param] = &[maybe("hex", Kind::Hex)];
    Row::new(name, brief, run).params(PARAMS)
}

static SHOWN_ROWS: &[Row] = &[
    shown("poa", "The block with the bytes given added", |env, args| show(env, args, u8::wrapping_add))
        .examples(&["poa 01"]),
    shown("pos", "The block with the bytes given subtracted", |env, args| show(env, args, u8::wrapping_sub)),
    shown("pom", "The block multiplied by the bytes given", |env, args| show(env, args, u8::wrapping_mul)),
    shown("pod", "The block divided by the bytes given; by 0 gives 0", |env, args| show(env, args, divide)),
    shown("poA", "The block and the bytes given", |env, args| show(env, args, |byte, by| byte & by)),
    shown("poo", "The block or the bytes given", |env, args| show(env, args, |byte, by| byte | by)),
    shown("pox", "The block exclusive or the bytes given", |env, args| show(env, args, |byte, by| byte ^ by))
        .examples(&["pox ff"]),
    shown("pol", "The block shifted left by the bytes given", |env, args| show(env, args, shift_left)),
    shown("por", "The block shifted right by the bytes given", |env, args| show(env, args, shift_right)),
    shown("po2", "The block with each two bytes swapped", |env, _| show_swapped(env, 2)).params(&[]),
    shown("po4", "The block with each four bytes reversed", |env, _| show_swapped(env, 4))
        .params(&[])
        .examples(&["po4"]),
];

fn divide(byte: u8, by: u8) -> u8 {
    byte.checked_div(by).unwrap_or(0)
}

fn shift_left(byte: u8, by: u8) -> u8 {
    byte.checked_shl(u32::from(by)).unwrap_or(0)
}

fn shift_right(byte: u8, by: u8) -> u8 {
    byte.checked_shr(u32::from(by)).unwrap_or(0)
}

/// The block, each byte of it changed by one of the bytes given, in turn.
fn computed(env: &mut Env<'_>, args: &Args<'_>, apply: fn(u8, u8) -> u8) -> Result<Vec<u8>> {
    let by = hex_bytes(args.required("the hex digits")?)?;
    let mut bytes = bytes_at(env, env.view.seek, env.view.block)?;
    bytes.iter_mut().zip(by.iter().cycle()).for_each(|(byte, by)| *byte = apply(*byte, *by));
    Ok(bytes)
}

fn operate(env: &mut Env<'_>, args: &Args<'_>, apply: fn(u8, u8) -> u8) -> Result<()> {
    let bytes = computed(env, args, apply)?;
    put(env, &bytes)
}

fn show(env: &mut Env<'_>, args: &Args<'_>, apply: fn(u8, u8) -> u8) -> Result<()> {
    let bytes = computed(env, args, apply)?;
    crate::cmd::print::dump_bytes(env, env.view.seek, &bytes)
}

fn swapped(env: &mut Env<'_>, size: usize) -> Result<Vec<u8>> {
    let mut bytes = bytes_at(env, env.view.seek, env.view.block)?;
    bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(bytes)
}

fn swap(env: &mut Env<'_>, size: usize) -> Result<()> {
    let bytes = swapped(env, size)?;
    put(env, &bytes)
}

fn show_swapped(env: &mut Env<'_>, size: usize) -> Result<()> {
    let bytes = swapped(env, size)?;
    crate::cmd::print::dump_bytes(env, env.view.seek, &bytes)
}

/// `step`, `from step`, or `from to step [size]`.
fn sequence(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let numbers = words.iter().map(|word| env.number(word)).collect::<Result<Vec<u64>>>()?;
    let (from, to, step, size) = match numbers[..] {
        [] => (0, 0xff, 1, 1),
        [step] => (0, 0xff, step, 1),
        [from, step] => (from, 0xff, step, 1),
        [from, to, step] => (from, to, step, 1),
        [from, to, step, size, ..] => (from, to, step, size),
    };
    if step == 0 || from > to {
        return Err(args.wrong("the step cannot be 0, nor the end be before the start"));
    }
    let size = usize::try_from(size).ok().filter(|size| matches!(size, 1 | 2 | 4 | 8));
    let size = size.ok_or_else(|| args.wrong("numbers have 1, 2, 4 or 8 bytes"))?;
    let mut bytes = Vec::with_capacity(env.view.block + size);
    let mut number = from;
    while bytes.len() < env.view.block {
        bytes.extend(integer_bytes(number, size, env.big_endian()));
        number = number.checked_add(step).filter(|&next| next <= to).unwrap_or(from);
    }
    bytes.truncate(env.view.block);
    put(env, &bytes)
}
