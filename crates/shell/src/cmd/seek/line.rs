//! Lines of a file of text, counted from 1 at the beginning of the map that shows it.

use crate::cmd::print::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;

/// Where the map at the seek begins, and how many bytes it has.
fn file(env: &Env<'_>) -> Result<Range> {
    let seek = env.view.seek;
    let map = env.session.io.maps.at(seek);
    let map = map.ok_or_else(|| Error::failed(format!("no map holds {seek:#x}")))?;
    Ok(Range { addr: map.from, len: map.size() })
}

/// Goes through the line ends of a range, until told not to go on.
fn walk(env: &mut Env<'_>, range: Range, each: &mut dyn FnMut(u64) -> bool) -> Result<()> {
    let mut chunks = range.chunks(1);
    while let Some(chunk) = chunks.next(env)? {
        for at in memchr::memchr_iter(b'\n', chunk.bytes) {
            if !each(chunk.addr.wrapping_add(at as u64)) {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn count_in(env: &mut Env<'_>, range: Range) -> Result<u64> {
    let mut ends = 0;
    walk(env, range, &mut |_| {
        ends += 1;
        true
    })?;
    Ok(ends)
}

pub(super) fn count(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let file = file(env)?;
    let ends = count_in(env, file)?;
    Ok(writeln!(env.out, "{ends}")?)
}

pub(super) fn line(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let file = file(env)?;
    let before = Range { addr: file.addr, len: env.view.seek - file.addr };
    if args.is_empty() {
        let here = 1 + count_in(env, before)?;
        return Ok(writeln!(env.out, "{here}")?);
    }
    let wanted = match (args.text.strip_prefix('+'), args.text.strip_prefix('-')) {
        (Some(more), _) => (1 + count_in(env, before)?).saturating_add(env.number(more)?),
        (_, Some(fewer)) => (1 + count_in(env, before)?).saturating_sub(env.number(fewer)?).max(1),
        _ => env.number(args.text)?,
    };
    let (mut line, mut place) = (1, (wanted == 1).then_some(file.addr));
    walk(env, file, &mut |end| {
        line += 1;
        if line == wanted {
            place = Some(end.wrapping_add(1));
        }
        place.is_none()
    })?;
    let place = place.ok_or_else(|| Error::failed(format!("there is no line {wanted}: there are {line}")))?;
    env.view.seek_to(place);
    Ok(())
}
