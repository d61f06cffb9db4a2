//! Numbers between two bounds (`/V1` to `/V8`).

use std::ops::ControlFlow;

use super::range;
use super::scan::scan;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::integer;
use crate::registry::Args;

/// Prints where a number lies between two bounds, which count. Zero is not reported, since it
/// is what most memory holds.
pub(super) fn print_between(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (least, most) = args.split_first();
    if most.is_empty() {
        return Err(args.wrong("two bounds are needed"));
    }
    let bounds = env.number(least)?..=env.number(most)?;
    let size = match args.row.name.as_bytes().last() {
        Some(digit @ b'1'..=b'8') => usize::from(digit - b'0'),
        _ => 4,
    };
    let big = env.big_endian();
    let mut left = match env.setting_number("search.maxhits") {
        0 => u64::MAX,
        hits => hits,
    };
    let mut separator = "[";
    // Zeros that are left out hold no number that is looked for.
    for range in range::held(env, size)?.ranges {
        let flow = scan(env, range, size - 1, |env, addr, bytes, _| {
            for (at, window) in bytes.windows(size).enumerate() {
                let value = integer(window, big);
                if value == 0 || !bounds.contains(&value) {
                    continue;
                }
                let addr = addr.wrapping_add(at as u64);
                match args.is_json() {
                    true => write!(env.out, "{separator}{{\"addr\":{addr},\"value\":{value}}}")?,
                    false => writeln!(env.out, "{addr:#x}: {value:#x}")?,
                }
                separator = ",";
                left -= 1;
                if left == 0 {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if flow.is_break() {
            break;
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?;
    }
    Ok(())
}
