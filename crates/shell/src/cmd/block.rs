//! The block size: how many bytes commands work on when nothing else is said.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::view::BLOCK_LIMIT;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "b", brief: "set the block size", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("b", "Show or set the block size, in bytes", block)
        .glue(Glue::Number)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("bytes", Kind::Number)])
        .effects(Effects::VIEW)
        .before_names()
        .plain()
        .examples(&["b", "b 16", "bj", "b*"]),
    Row::new("b+", "Make the block larger", grow)
        .glue(Glue::Number)
        .params(&[need("bytes", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["b+4"]),
    Row::new("b-", "Make the block smaller", shrink)
        .glue(Glue::Number)
        .params(&[need("bytes", Kind::Number)])
        .effects(Effects::VIEW)
        .examples(&["b-4"]),
    Row::new("bf", "Make the block as large as a flag", from_flag)
        .params(&[need("flag", Kind::Flag)])
        .effects(Effects::VIEW)
        .examples(&["f here 9; bf here"]),
    Row::new("bm", "Show or set the largest block there may be", set_limit)
        .params(&[maybe("bytes", Kind::Number)])
        .effects(Effects::SETTINGS)
        .examples(&["bm 0x2000000", "bm"]),
];

/// The largest block of a session, where `bm` has set one.
#[derive(Default)]
struct Limit(Option<usize>);

fn limit(env: &mut Env<'_>) -> usize {
    env.session.extensions.of::<Limit>().0.unwrap_or(BLOCK_LIMIT)
}

fn block(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let size = env.view.block;
    match args.mode {
        Mode::Json => {
            let limit = limit(env);
            Ok(writeln!(env.out, "{{\"blocksize\":{size},\"blocksize_limit\":{limit}}}")?)
        }
        Mode::Script => Ok(writeln!(env.out, "b {size:#x}")?),
        _ if args.is_empty() => Ok(writeln!(env.out, "{size:#x}")?),
        _ => {
            let size = env.number(args.text)?;
            set(env, size)
        }
    }
}

fn set(env: &mut Env<'_>, size: u64) -> Result<()> {
    let limit = limit(env);
    let size = usize::try_from(size).ok().filter(|size| (1..=limit).contains(size));
    env.view.block = size.ok_or_else(|| Error::Limit {
        what: "a block size",
        limit: format!("{limit:#x} bytes, and 1 at least (bm sets the limit)"),
    })?;
    Ok(())
}

fn grow(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = env.number(args.required("how many bytes")?)?;
    set(env, (env.view.block as u64).saturating_add(bytes))
}

fn shrink(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = env.number(args.required("how many bytes")?)?;
    set(env, (env.view.block as u64).saturating_sub(bytes).max(1))
}

fn from_flag(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the flag")?;
    let size = env.session.flags.find(name).map(|flag| flag.size);
    set(env, size.ok_or_else(|| Error::failed(format!("no flag '{name}' (f lists them)")))?)
}

fn set_limit(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        let limit = limit(env);
        return Ok(writeln!(env.out, "{limit:#x}")?);
    }
    let bytes = env.length(args.text)?;
    if bytes == 0 {
        return Err(args.wrong("a block has 1 byte at least"));
    }
    env.session.extensions.of::<Limit>().0 = Some(bytes);
    Ok(())
}
