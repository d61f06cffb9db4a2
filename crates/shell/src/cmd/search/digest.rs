//! Bytes with a digest that is known (`/h`).

use std::ops::ControlFlow;

use super::range;
use super::scan::scan;
use crate::cmd::info::hex_digest;
use crate::error::{Error, Result};
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
    let wanted = wanted.to_ascii_lowercase();
    let Some(sample) = hex_digest(algorithm, &[]) else {
        return Err(Error::failed(format!("no algorithm '{algorithm}': use md5, sha1 or sha256")));
    };
    if sample.len() != wanted.len() || !wanted.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(args.wrong(format!("a digest of {algorithm} has {} hex digits", sample.len())));
    }
    let size = size.max(1);
    for range in range::ranges(env)? {
        let flow = scan(env, range, size - 1, |env, addr, bytes, _| {
            for (at, window) in bytes.windows(size).enumerate() {
                if at % STRIDE == 0 {
                    env.ctx.check()?;
                }
                if hex_digest(algorithm, window).as_ref() == Some(&wanted) {
                    let addr = addr.wrapping_add(at as u64);
                    writeln!(env.out, "{addr:#x}: {algorithm}.{} : {wanted}", &wanted[..SHORT])?;
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}
