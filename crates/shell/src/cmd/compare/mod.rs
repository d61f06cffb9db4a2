//! Comparing: bytes here with text, numbers, files and bytes elsewhere; what changed since.
//!
//! How many bytes differ is the last number computed (`$?`).

use farad_io::Effects;

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, maybe, need};

mod bytes;
mod code;
mod side;
mod watch;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "c", brief: "compare bytes", rows: ROWS };

const TO: &[Param] = &[need("addr", Kind::Address)];
const VALUE: &[Param] = &[need("value", Kind::Number)];
const AT: &[Param] = &[maybe("addr", Kind::Address)];

static ROWS: &[Row] = &[
    Row::new("c", "Compare the bytes here with text; escapes are resolved", bytes::with_text)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[need("text", Kind::Text)])
        .examples(&["c hello", "cj hello", "c* \\x01\\x02"]),
    Row::new("c1", "Show the bits of the byte here and of another", bytes::bits)
        .params(TO)
        .examples(&["c1 0x20"]),
    Row::new("c2", "Compare the 2 bytes here with a number", bytes::with_value)
        .params(VALUE)
        .examples(&["c2 0x100"]),
    Row::new("c4", "Compare the 4 bytes here with a number", bytes::with_value)
        .params(VALUE)
        .examples(&["c4 0"]),
    Row::new("c8", "Compare the 8 bytes here with a number", bytes::with_value)
        .params(VALUE)
        .examples(&["c8 -1"]),
    Row::new("cx", "Compare the bytes here with hex digits; a dot is any digit", bytes::with_digits)
        .modes(&[Mode::Script])
        .params(&[need("hex", Kind::Hex)])
        .examples(&["cx 00..02", "cx* 0001"]),
    Row::new("cX", "List the bytes of the block that differ from those elsewhere", bytes::with_block)
        .params(TO)
        .examples(&["cX 0x20"]),
    Row::new("cf", "Compare the bytes here with a file", bytes::with_file)
        .params(&[need("file", Kind::File)])
        .effects(Effects::READ.union(Effects::FILES)),
    Row::new("cmp", "Compare two files or aliases ($name); $? is 0 when they are the same", bytes::files)
        .params(&[need("file", Kind::File), need("file", Kind::File)])
        .effects(Effects::FILES),
    value("cv", "Show the address if the number here is this; $? is then 0"),
    value("cv1", "Show the address if the byte here is this; $? is then 0"),
    value("cv2", "Show the address if the 2 bytes here are this; $? is then 0"),
    value("cv4", "Show the address if the 4 bytes here are this; $? is then 0"),
    value("cv8", "Show the address if the 8 bytes here are this; $? is then 0"),
    place("cV", "Set $? to 0 if the number here is the same as at an address, else to 1"),
    place("cV1", "Set $? to 0 if the byte here is the same as at an address, else to 1"),
    place("cV2", "Set $? to 0 if the 2 bytes here are the same as at an address, else to 1"),
    place("cV4", "Set $? to 0 if the 4 bytes here are the same as at an address, else to 1"),
    place("cV8", "Set $? to 0 if the 8 bytes here are the same as at an address, else to 1"),
    Row::new("cc", "Show the rows of the block, marked where they differ from those elsewhere", side::rows)
        .params(AT)
        .examples(&["cc 0x20"]),
    Row::new("ccc", "Show the rows of the block that differ from those elsewhere", side::rows)
        .params(AT)
        .examples(&["wx 01; ccc 0x20"]),
    Row::new("ccd", "Show the code of the block beside the code elsewhere", code::side_by_side)
        .params(AT)
        .examples(&["ccd 0x20"]),
    unified("cu", "Show a unified difference between the rows of the block and those elsewhere"),
    unified("cu1", "Show the bytes of the block beside those elsewhere"),
    unified("cu2", "Show the numbers of 2 bytes of the block beside those elsewhere"),
    unified("cu4", "Show the numbers of 4 bytes of the block beside those elsewhere"),
    unified("cu8", "Show the numbers of 8 bytes of the block beside those elsewhere"),
    Row::new(
        "cud",
        "Show a unified difference between the code of the block and that elsewhere",
        code::unified,
    )
    .params(AT)
    .examples(&["cud 0x20"]),
    Row::new(
        "cw",
        "List the watched places and what changed there, or watch one and show it with a command",
        watch::watch,
    )
    .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
    .params(&[maybe("addr", Kind::Address), maybe("size", Kind::Number), maybe("command", Kind::Command)])
    .examples(&["cw 0x20 4 p8; cw", "cw 0x20 4 p8; wx 11 @ 0x20; cwu; cwj"]),
    Row::new("cwd", "Stop watching a place, or all", watch::remove)
        .params(AT)
        .examples(&["cw 0x20 4 p8; cwd 0x20"]),
    Row::new("cwu", "Read a watched place again, or all, to tell what changed", watch::update)
        .params(AT)
        .examples(&["cw 0x20 4 p8; cwu"]),
    Row::new("cwr", "Forget what cwu read of a watched place, or of all", watch::revert)
        .params(AT)
        .examples(&["cw 0x20 4 p8; cwu; cwr"]),
];

const fn value(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, bytes::is_value).params(VALUE).examples(&["cv1 0", "cv 0"])
}

const fn place(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, bytes::is_like).params(TO).examples(&["cV 0x20; ??", "cV1 0"])
}

const fn unified(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, if name.len() == 2 { side::unified } else { side::numbers })
        .params(TO)
        .examples(&["cu 0x20", "cu1 0x20", "cu8 0x20"])
}

/// The width in a command's name; that of an address where there is none.
fn width(env: &Env<'_>, args: &Args<'_>) -> usize {
    match args.row.name.as_bytes().last() {
        Some(digit @ b'1'..=b'8') => usize::from(digit - b'0'),
        _ => env.address_bytes(),
    }
}

/// The address that the argument gives, by its first word; the seek without one.
fn address(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    match args.words().first() {
        Some(word) => env.number(word),
        None => Ok(env.view.seek),
    }
}

#[cfg(test)]
mod tests;
