//! Checksums and hashes of bytes: `ph`.

use super::range::Range;
use crate::digest::{ALGORITHMS, Algorithm};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::progress::Progress;
use crate::registry::Args;

/// The digest of so many bytes, a block when it is not said or 0; without an algorithm, those
/// there are.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return print_names(env, args);
    }
    let (name, len) = args.split_first();
    let algorithm = Algorithm::find(name)?;
    let len = match Range::count(env, len)?.unwrap_or(0) {
        0 => env.view.block as u64,
        len => u64::try_from(len).map_err(|_| args.wrong("the length is negative"))?,
    };
    let range = Range { addr: env.view.seek, len };
    let outcome = algorithm.compute(len, |take| {
        let mut chunks = range.chunks(1);
        let mut progress = Progress::new(algorithm.name, len);
        let mut done = 0;
        while let Some(chunk) = chunks.next(env)? {
            done += chunk.bytes.len() as u64;
            take(chunk.bytes);
            progress.at(env, done);
        }
        Ok(())
    })?;
    if args.is_json() {
        let row = serde_json::json!({ "name": algorithm.name, "hash": outcome.to_string() });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&row))?);
    }
    Ok(writeln!(env.out, "{outcome}")?)
}

fn print_names(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for row in ALGORITHMS {
        if !names.contains(&row.family) {
            names.push(row.family);
        }
    }
    if args.is_json() {
        let text = serde_json::to_string(&names).map_err(|error| Error::failed(error.to_string()))?;
        return Ok(writeln!(env.out, "{text}")?);
    }
    for name in names {
        writeln!(env.out, "{name}")?;
    }
    Ok(())
}
