//! The size of a file: shown, set, grown and shrunk where the view is.

use farad_io::Effects;

use crate::cmd::write;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Row, maybe, need};

/// The group.
pub(in crate::cmd) const GROUP: Group =
    Group { prefix: "r", brief: "show and change a file's size", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("r", "Show the size of the current file, or set it (K, M and G count)", resize)
        .params(&[maybe("size", Kind::Number)])
        .effects(Effects::READ)
        .examples(&["r", "r 16"]),
    Row::new("r+", "Make the file longer at the current address, with zeros", grow)
        .glue(Glue::Number)
        .params(&[need("bytes", Kind::Number)])
        .effects(Effects::WRITE)
        .examples(&["r+4"]),
    Row::new("r-", "Take bytes out of the file at the current address", shrink)
        .glue(Glue::Number)
        .params(&[need("bytes", Kind::Number)])
        .effects(Effects::WRITE)
        .examples(&["r-4"]),
    Row::new("rh", "Show the size of the current file as people read it", human_size).examples(&["rh"]),
];

fn resize(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = env.current()?;
    if args.is_empty() {
        let size = env.session.io.descriptor(fd)?.size();
        return Ok(writeln!(env.out, "{size}")?);
    }
    env.ctx.allow(Effects::WRITE, "changing a file's size")?;
    let size = env.number(args.text)?;
    set_size(env, fd, size)
}

/// Changes a descriptor's size, and that of the maps that show all of it.
pub(in crate::cmd) fn set_size(env: &mut Env<'_>, fd: u32, size: u64) -> Result<()> {
    let ctx = env.ctx;
    let descriptor = env.session.io.descriptor(fd)?;
    let old = descriptor.size();
    descriptor.resize(size, ctx)?;
    let whole = env.session.io.maps.iter().filter(|map| map.fd == fd && map.delta == 0 && map.size() == old);
    let whole: Vec<u32> = whole.map(|map| map.id).collect();
    for id in whole {
        match size.checked_sub(1) {
            Some(last) => env.session.io.maps.change(id, |map| map.to = map.from.saturating_add(last))?,
            None => drop(env.session.io.maps.remove_if(|map| map.id == id)),
        }
    }
    Ok(())
}

/// The current descriptor and the offset in it that shows at the seek.
pub(crate) fn place(env: &Env<'_>) -> Result<(u32, u64)> {
    match env.session.io.maps.at(env.view.seek).filter(|_| env.view.lens.va) {
        Some(map) => Ok((map.fd, map.offset_of(env.view.seek))),
        None => Ok((env.current()?, env.view.seek)),
    }
}

fn grow(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = env.length(args.required("how many bytes")?)?;
    write::insert(env, &vec![0; bytes])
}

fn shrink(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = env.number(args.required("how many bytes")?)?;
    write::take_out(env, bytes)
}

fn human_size(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let fd = env.current()?;
    let size = env.session.io.descriptor(fd)?.size();
    Ok(writeln!(env.out, "{}", crate::render::human_size(size))?)
}
