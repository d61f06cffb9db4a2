//! HexII, which leaves blank what is dull: zeros, and rows of nothing else (`pxi`; after A. Albertini).

use super::ascii::{push_blanks, push_byte};
use super::dump::Style;
use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Columns of an address.
const ADDR: usize = 8;

/// Prints a range: zeros are blank, printable characters have a dot before them, 0xff is `##`.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    if range.len == 0 {
        return Ok(());
    }
    let columns = Style::of(env).columns;
    let mut text = Vec::new();
    if env.is_set("hex.header") {
        push_blanks(&mut text, ADDR + 1);
        (0..columns).for_each(|column| text.extend_from_slice(format!(" {column:2X}").as_bytes()));
        text.push(b'\n');
    }
    let mut chunks = range.chunks(columns);
    while let Some(chunk) = chunks.next(env)? {
        for (row, bytes) in chunk.bytes.chunks(columns).enumerate() {
            if bytes.iter().all(|byte| *byte == 0) {
                continue;
            }
            let addr = chunk.addr.wrapping_add((row * columns) as u64);
            text.extend_from_slice(format!("{addr:ADDR$x}:").as_bytes());
            bytes.iter().for_each(|byte| push_cell(&mut text, *byte));
            text.push(b'\n');
        }
        env.out.write_all(&text)?;
        text.clear();
    }
    let end = range.addr.wrapping_add(range.len.next_multiple_of(columns as u64));
    Ok(writeln!(env.out, "{end:ADDR$x} ]")?)
}

fn push_cell(text: &mut Vec<u8>, byte: u8) {
    match byte {
        0 => text.extend_from_slice(b"   "),
        0xff => text.extend_from_slice(b" ##"),
        0x20..=0x7e => text.extend_from_slice(&[b' ', b'.', byte]),
        _ => {
            text.push(b' ');
            push_byte(text, byte);
        }
    }
}
