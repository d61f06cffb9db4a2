//! Graphics of consoles: tiles of 8 by 8 pixels with two bits each, in two planes a row (`p2`).

use super::dump::Style;
use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Bytes of a tile, and of one row of its pixels.
const TILE: usize = 16;
const ROW: usize = 2;
/// The pixel of each colour.
const PIXELS: [&str; 4] = ["..", "==", "**", "@@"];

/// Prints whole tiles, side by side.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let range = Range { len: range.len - range.len % TILE as u64, ..range };
    let across = (Style::of(env).columns / 4).max(1);
    let mut chunks = range.chunks(TILE * across);
    while let Some(chunk) = chunks.next(env)? {
        for tiles in chunk.bytes.chunks(TILE * across) {
            let mut text = String::new();
            for row in (0..TILE).step_by(ROW) {
                for tile in tiles.chunks_exact(TILE) {
                    let (low, high) = (tile[row], tile[row + 1]);
                    let colour = |bit: u32| usize::from(low >> bit & 1 | (high >> bit & 1) << 1);
                    text.extend((0..8).rev().map(|bit| PIXELS[colour(bit)]));
                }
                text.push('\n');
            }
            env.out.write_all(text.as_bytes())?;
        }
    }
    Ok(())
}
