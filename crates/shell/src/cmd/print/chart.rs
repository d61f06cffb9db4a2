//! Charts: what is measured of the parts of a range as columns (`p==`), and bytes as a wave (`p=2`).

use super::range::Range;
use super::zoom;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Lines of a chart.
const LINES: u64 = 14;
/// Columns of a chart where the screen is not narrower.
const COLUMNS: usize = 78;
/// Columns of the longest bar of a wave.
const BAR: i64 = 45;

/// The bytes of a block as columns.
pub(super) fn print_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let values = Range::parse(env, args.text)?.read(env)?;
    print(env, &values.into_iter().map(u64::from).collect::<Vec<u64>>())
}

/// Columns of what the command's last letter asks for.
pub(super) fn print_parts(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let cells = zoom::survey(env, args)?.cells;
    print(env, &cells.iter().map(|cell| cell.value).collect::<Vec<u64>>())
}

/// Columns as high as the values; of 255 for all lines.
fn print(env: &mut Env<'_>, values: &[u64]) -> Result<()> {
    let columns = match usize::try_from(env.setting_number("scr.columns")) {
        Ok(columns) if columns > 2 => COLUMNS.min(columns - 2),
        _ => COLUMNS,
    };
    for line in 0..LINES {
        // What a value must exceed to reach this line.
        let floor = (LINES - line) * 256;
        let lowest = if line == LINES - 1 { '_' } else { ' ' };
        let mark = |column: usize| {
            let value = values.get(column * values.len() / columns);
            if value.is_some_and(|value| value.min(&255) * LINES > floor) { '#' } else { lowest }
        };
        writeln!(env.out, "{}", (0..columns).map(mark).collect::<String>())?;
    }
    Ok(())
}

/// Numbers of 16 bits with their sign, as bars and with what each adds to the one before.
pub(super) fn print_wave(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = Range::count(env, args.text)?.map_or(env.view.block as u64 / 2, i64::unsigned_abs);
    let big = env.big_endian();
    let range = Range { addr: env.view.seek, len: count.saturating_mul(2) };
    let mut last = -i64::from(i16::MAX);
    let mut chunks = range.chunks(2);
    while let Some(chunk) = chunks.next(env)? {
        for (index, pair) in chunk.bytes.chunks_exact(2).enumerate() {
            let bytes = [pair[0], pair[1]];
            let value = i64::from(if big { i16::from_be_bytes(bytes) } else { i16::from_le_bytes(bytes) });
            let percent = (value - i64::from(i16::MIN)) * 100 / (1 << 16);
            let bar = "#".repeat((percent * BAR / 100) as usize);
            let addr = chunk.addr.wrapping_add(index as u64 * 2);
            let width = BAR as usize;
            writeln!(env.out, "{addr:#010x} {value:8} {percent:5}% [{bar:-<width$}] {}", value - last)?;
            last = value;
        }
    }
    Ok(())
}
