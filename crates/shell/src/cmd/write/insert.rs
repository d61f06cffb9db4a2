//! Inserting into a file and taking out of it: what is behind moves.

use farad_io::Effects;

use crate::cmd::open::{place, set_size};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::hex_bytes;
use crate::registry::{Args, Glue, Group, Kind, Row, need};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "we", brief: "insert into files", rows: ROWS };

/// Bytes moved at a time.
const CHUNK: usize = 1 << 20;

static ROWS: &[Row] = &[
    Row::new("wen", "Insert zeros here", insert_zeros)
        .glue(Glue::Number)
        .params(&[need("bytes", Kind::Number)])
        .effects(Effects::WRITE)
        .examples(&["wen 4"]),
    Row::new("weN", "Insert zeros at an address", insert_zeros_at)
        .params(&[need("addr", Kind::Address), need("bytes", Kind::Number)])
        .effects(Effects::WRITE)
        .examples(&["weN 0 4"]),
    Row::new("wex", "Insert bytes here", insert_hex)
        .params(&[need("hex", Kind::Hex)])
        .effects(Effects::WRITE)
        .examples(&["wex 0102"]),
    Row::new("weX", "Insert bytes at an address", insert_hex_at)
        .params(&[need("addr", Kind::Address), need("hex", Kind::Hex)])
        .effects(Effects::WRITE)
        .examples(&["weX 0 01"]),
];

fn insert_zeros(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = env.length(args.required("how many")?)?;
    insert(env, &vec![0; count])
}

fn insert_zeros_at(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, count) = args.split_first();
    let (addr, count) = (env.number(addr)?, env.length(count)?);
    at(env, addr, |env| insert(env, &vec![0; count]))
}

fn insert_hex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    insert(env, &hex_bytes(args.required("the hex digits")?)?)
}

fn insert_hex_at(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, digits) = args.split_first();
    let (addr, bytes) = (env.number(addr)?, hex_bytes(digits)?);
    at(env, addr, |env| insert(env, &bytes))
}

fn at(env: &mut Env<'_>, addr: u64, run: impl FnOnce(&mut Env<'_>) -> Result<()>) -> Result<()> {
    let seek = std::mem::replace(&mut env.view.seek, addr);
    let result = run(env);
    env.view.seek = seek;
    result
}

/// Makes the file at the current address longer and puts bytes there.
pub(in crate::cmd) fn insert(env: &mut Env<'_>, bytes: &[u8]) -> Result<()> {
    let (fd, offset) = place(env)?;
    let old = env.session.io.descriptor(fd)?.size();
    let new = old.checked_add(bytes.len() as u64).filter(|&new| new < u64::MAX);
    let new = new.ok_or_else(|| Error::failed("this has no end that could be moved"))?;
    if offset > old {
        return Err(Error::failed(format!("{offset:#x} is behind the end of the file")));
    }
    set_size(env, fd, new)?;
    // From the end, so that nothing is written over before it has moved.
    let mut left = old - offset;
    while left > 0 {
        let part = left.min(CHUNK as u64);
        left -= part;
        move_part(env, fd, offset + left, offset + left + bytes.len() as u64, part as usize)?;
    }
    let ctx = env.ctx;
    Ok(env.session.io.descriptor(fd)?.write_at(offset, bytes, ctx)?)
}

/// Takes bytes at the current address out of the file, which gets shorter.
pub(in crate::cmd) fn take_out(env: &mut Env<'_>, count: u64) -> Result<()> {
    let (fd, offset) = place(env)?;
    let old = env.session.io.descriptor(fd)?.size();
    let behind = offset.checked_add(count).filter(|&behind| behind <= old && old < u64::MAX);
    let behind = behind
        .ok_or_else(|| Error::failed(format!("there are no {count} bytes at {offset:#x} of the file")))?;
    let mut moved = 0;
    while behind + moved < old {
        let part = (old - behind - moved).min(CHUNK as u64);
        move_part(env, fd, behind + moved, offset + moved, part as usize)?;
        moved += part;
    }
    set_size(env, fd, old - count)
}

fn move_part(env: &mut Env<'_>, fd: u32, from: u64, to: u64, len: usize) -> Result<()> {
    let ctx = env.ctx;
    ctx.check()?;
    let descriptor = env.session.io.descriptor(fd)?;
    let mut bytes = vec![0; len];
    let mut read = 0;
    while read < len {
        match descriptor.read_at(from + read as u64, &mut bytes[read..], ctx)? {
            0 => return Err(farad_io::Error::Unreadable { addr: from + read as u64, len: len - read }.into()),
            count => read += count,
        }
    }
    Ok(descriptor.write_at(to, &bytes, ctx)?)
}
