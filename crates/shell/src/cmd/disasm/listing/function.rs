//! Listings of a function: `pdf`, in order of addresses, and `pdr`, block by block.

use farad_analysis::Function;

use super::arrow::Arrows;
use super::row::{self, Row};
use super::style::Style;
use super::{Composer, Margin, jumps};
use crate::cmd::decoder;
use crate::cmd::disasm::stream::{Extent, Stream};
use crate::error::Result;
use crate::eval::Env;
use crate::paint::{Line, Role};

/// Prints a function's blocks in order of addresses. Where other code is between two, two dots are.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print(env: &mut Env<'_>, function: &Function) -> Result<()> {
    let style = style(env)?;
    let mut composer = Composer::new(&style);
    let mut rows = Vec::new();
    // The index of the first row of each block that does not follow the one before.
    let mut gaps = Vec::new();
    let mut end = None;
    for block in function.blocks.values() {
        if end.is_some_and(|end| end != block.addr) {
            gaps.push(rows.len());
        }
        read(env, block.addr, block.size, &mut rows)?;
        end = Some(block.end());
    }
    let arrows = style.lines.map(|width| Arrows::new(&jumps(&style, &rows), width, style.step));
    for (index, row) in rows.iter().enumerate() {
        if gaps.contains(&index) {
            composer.plain(env, "..")?;
        }
        composer.row(env, arrows.as_ref(), row)?;
    }
    Ok(())
}

/// The settings in force.
fn style(env: &Env<'_>) -> Result<Style> {
    Ok(Style::of(env, decoder(env)?.settings()))
}

/// Prints a function block by block, each with where it goes.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn print_blocks(env: &mut Env<'_>, function: &Function) -> Result<()> {
    let style = Style { lines: None, ..style(env)? };
    let mut composer = Composer::new(&style);
    for block in function.blocks.values() {
        let mut rows = Vec::new();
        read(env, block.addr, block.size, &mut rows)?;
        for row in &rows {
            composer.row(env, None, row)?;
        }
        let targets = match (block.jump, block.fail) {
            (Some(jump), Some(fail)) => format!("// true: {jump:#010x}  false: {fail:#010x}"),
            (Some(jump), None) => format!("// true: {jump:#010x}"),
            (None, Some(fail)) => format!("// false: {fail:#010x}"),
            (None, None) => String::new(),
        };
        let mut line = Line::new(&style.paint);
        if !targets.is_empty() {
            let margin = Margin::of(env, &style, None, block.addr, 1);
            line.push(Role::FunctionFrame, margin.frame.unwrap_or_default());
            line.plain(" ");
            line.push(Role::Comment, &targets);
        }
        line.end();
        env.out.write_all(line.take().as_bytes())?;
    }
    Ok(())
}

/// Decodes the rows of a block.
pub(super) fn read(env: &mut Env<'_>, addr: u64, size: u64, rows: &mut Vec<Row>) -> Result<()> {
    let mut stream = Stream::new(env, addr, Extent::Bytes(size))?;
    loop {
        let page = row::page(env, &mut stream)?;
        if page.is_empty() {
            return Ok(());
        }
        rows.extend(page);
    }
}
