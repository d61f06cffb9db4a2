//! Bytes with a digest that is known (`/h`).

use std::ops::ControlFlow;

use super::range;
use super::scan::scan;
use crate::digest::{Algorithm, Outcome};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Digits of a digest that are shown in its name.
const SHORT: usize = 8;
/// Positions tried between two looks at whether the work is still wanted.
const STRIDE: usize = 1024;

/// Prints where so many bytes, a block when it is not said, have a digest.
pub(super) fn print_matches(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (algorithm, wanted, size) = match words.as_slice() {
        [algorithm, wanted] => (algorithm, wanted, env.view.block),
        [algorithm, wanted, size] => (algorithm, wanted, env.length(size)?),
        _ => return Err(args.wrong("an algorithm and a digest are needed")),
    };
    let row = Algorithm::find(algorithm)?;
    let size = size.max(1);
    let wanted = match row.of(&vec![0; size])? {
        Outcome::Bytes(sample) => {
            let digits = sample.len() * 2;
            if wanted.len() != digits || !wanted.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(args.wrong(format!("a digest of {algorithm} has {digits} hex digits")));
            }
            wanted.to_ascii_lowercase()
        }
        Outcome::Number(_) | Outcome::Text(_) => wanted.clone(),
    };
    let short: String = wanted.chars().take(SHORT).collect();
    let parts = range::held(env, size)?;
    for range in parts.ranges.iter().copied() {
        let flow = scan(env, range, size - 1, |env, addr, bytes, _| {
            for (at, window) in bytes.windows(size).enumerate() {
                if at % STRIDE == 0 {
                    env.ctx.check()?;
                }
                if row.of(window)?.to_string() == wanted {
                    let addr = addr.wrapping_add(at as u64);
                    writeln!(env.out, "{addr:#x}: {algorithm}.{short} : {wanted}")?;
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if flow.is_break() {
            return Ok(());
        }
    }
    parts.report(env);
    Ok(())
}
