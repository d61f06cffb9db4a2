//! What is computed over a file's bytes: digests of all of it (`it`), measures and digests of its
//! parts (`iS entropy`).

use serde_json::Value;

use super::{current_fd, write_json};
use crate::digest::{Algorithm, Pass};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;
/// What `it` tells of a file.
const OF_FILE: [&str; 3] = ["md5", "sha1", "sha256"];

/// The algorithms that words name.
///
/// # Errors
/// A word that names none.
pub(super) fn parse(text: &str) -> Result<Vec<&'static Algorithm>> {
    text.split([' ', ',']).filter(|name| !name.is_empty()).map(Algorithm::find).collect()
}

/// The digest of `size` bytes at `offset` of a descriptor, as text; empty when there are none or
/// not all of them can be read.
///
/// # Errors
/// A read that failed, or an interrupt.
pub(super) fn of_file(
    env: &mut Env<'_>,
    algorithm: &Algorithm,
    fd: u32,
    offset: u64,
    size: u64,
) -> Result<String> {
    let mut read_all = size > 0;
    let outcome = algorithm.compute(size, |take| {
        read_all &= read(env, fd, offset, size, take)? == size;
        Ok(())
    });
    match outcome {
        Ok(outcome) if read_all => Ok(outcome.to_string()),
        Err(error) if error.is_interrupt() || matches!(error, Error::Io(_)) => Err(error),
        // What has no digest (ssdeep of a few bytes) has an empty cell.
        _ => Ok(String::new()),
    }
}

/// Digests of the whole file.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = current_fd(env.session, &env.view.lens)?;
    let size = env.session.io.descriptor(fd)?.size();
    if size == u64::MAX {
        return Err(Error::failed("what has no end has no digest"));
    }
    let mut digests = Vec::new();
    for name in OF_FILE {
        digests.push((name, Algorithm::find(name)?.start(size)));
    }
    let count = read(env, fd, 0, size, &mut |bytes| {
        digests.iter_mut().for_each(|(_, digest)| digest.update(bytes));
    })?;
    if count < size {
        return Err(Error::failed(format!("only {count:#x} of {size:#x} bytes can be read")));
    }
    let mut rows = serde_json::Map::new();
    for (name, mut digest) in digests {
        if let Pass::Done(outcome) = digest.finish().map_err(Error::failed)? {
            rows.insert(name.to_owned(), outcome.to_string().into());
        }
    }
    if args.is_json() {
        return write_json(env.out, &Value::Object(rows));
    }
    for (name, digest) in &rows {
        writeln!(env.out, "{name} {}", digest.as_str().unwrap_or(""))?;
    }
    Ok(())
}

/// Hands the bytes of a range to `each` in order, and says how many there were.
fn read(env: &mut Env<'_>, fd: u32, offset: u64, size: u64, each: &mut dyn FnMut(&[u8])) -> Result<u64> {
    let descriptor = env.session.io.descriptor(fd)?;
    let mut buf = vec![0; usize::try_from(size).unwrap_or(CHUNK).min(CHUNK)];
    let mut done = 0;
    while done < size {
        env.ctx.check()?;
        let want = usize::try_from(size - done).unwrap_or(CHUNK).min(CHUNK);
        let Some(at) = offset.checked_add(done) else { break };
        let count = descriptor.read_at(at, &mut buf[..want], env.ctx)?;
        if count == 0 {
            break;
        }
        each(&buf[..count]);
        done += count as u64;
    }
    Ok(done)
}
