//! What is computed over a file's bytes: digests of all of it (`it`), entropy and digests of
//! its parts (`iS entropy`).

use md5::{Digest, Md5};
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

use super::{current_fd, write_json};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::registry::Args;

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// Something measured of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Bits of information a byte, 0 to 8.
    Entropy,
    Md5,
    Sha1,
    Sha256,
}

impl Measure {
    const ALL: [Measure; 4] = [Measure::Entropy, Measure::Md5, Measure::Sha1, Measure::Sha256];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Measure::Entropy => "entropy",
            Measure::Md5 => "md5",
            Measure::Sha1 => "sha1",
            Measure::Sha256 => "sha256",
        }
    }

    /// Those that words name.
    ///
    /// # Errors
    /// A word that names none, with those there are.
    pub(super) fn parse(text: &str) -> Result<Vec<Measure>> {
        let names = text.split([' ', ',']).filter(|name| !name.is_empty());
        names
            .map(|name| {
                Measure::ALL.into_iter().find(|measure| measure.name() == name).ok_or_else(|| {
                    let known = Measure::ALL.map(Measure::name).join(", ");
                    Error::failed(format!("'{name}' cannot be measured: use {known}"))
                })
            })
            .collect()
    }

    /// The measure of `size` bytes at `offset` of a descriptor, as text; empty when there are
    /// none or not all of them can be read.
    ///
    /// # Errors
    /// A read that failed, or an interrupt.
    pub(super) fn of_file(self, env: &mut Env<'_>, fd: u32, offset: u64, size: u64) -> Result<String> {
        match self {
            Measure::Entropy => {
                let mut counts = [0u64; 256];
                let read = read(env, fd, offset, size, &mut |bytes| {
                    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
                })?;
                Ok(if read == size && size > 0 { format!("{:.8}", entropy(&counts)) } else { String::new() })
            }
            Measure::Md5 => digest::<Md5>(env, fd, offset, size),
            Measure::Sha1 => digest::<Sha1>(env, fd, offset, size),
            Measure::Sha256 => digest::<Sha256>(env, fd, offset, size),
        }
    }
}

/// Digests of the whole file.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = current_fd(env.session)?;
    let size = env.session.io.descriptor(fd)?.size();
    if size == u64::MAX {
        return Err(Error::failed("what has no end has no digest"));
    }
    let (mut md5, mut sha1, mut sha256) = (Md5::new(), Sha1::new(), Sha256::new());
    let count = read(env, fd, 0, size, &mut |bytes| {
        md5.update(bytes);
        sha1.update(bytes);
        sha256.update(bytes);
    })?;
    if count < size {
        return Err(Error::failed(format!("only {count:#x} of {size:#x} bytes can be read")));
    }
    let digests = [
        ("md5", hex_digits(&md5.finalize())),
        ("sha1", hex_digits(&sha1.finalize())),
        ("sha256", hex_digits(&sha256.finalize())),
    ];
    if args.is_json() {
        let rows = digests.into_iter().map(|(name, hex)| (name.to_owned(), hex.into()));
        let row = Value::Object(rows.collect());
        return write_json(env.out, &row);
    }
    for (name, hex) in digests {
        writeln!(env.out, "{name} {hex}")?;
    }
    Ok(())
}

/// The digest of bytes by its algorithm's name; nothing when there is no such algorithm.
pub(in crate::cmd) fn hex_digest(algorithm: &str, bytes: &[u8]) -> Option<String> {
    match algorithm {
        "md5" => Some(hex_digits(&Md5::digest(bytes))),
        "sha1" => Some(hex_digits(&Sha1::digest(bytes))),
        "sha256" => Some(hex_digits(&Sha256::digest(bytes))),
        _ => None,
    }
}

fn digest<D: Digest>(env: &mut Env<'_>, fd: u32, offset: u64, size: u64) -> Result<String> {
    let mut state = D::new();
    let read = read(env, fd, offset, size, &mut |bytes| state.update(bytes))?;
    Ok(if read == size && size > 0 { hex_digits(&state.finalize()) } else { String::new() })
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

fn entropy(counts: &[u64; 256]) -> f64 {
    let total = counts.iter().sum::<u64>() as f64;
    let share = |count: &u64| *count as f64 / total;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}
