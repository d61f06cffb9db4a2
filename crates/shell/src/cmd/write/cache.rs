//! The write cache: what was written while `io.cache` is set, committed or forgotten.

use farad_io::{Effects, Overlay};
use serde_json::{Value, json};

use crate::error::Result;
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::registry::{Args, Group, Kind, Mode, Row, maybe};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "wc", brief: "commit or forget cached writes", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("wc", "List the writes that are cached, and those that were committed", list)
        .modes(&[Mode::Json, Mode::Script])
        .examples(&["wc", "wcj", "wc*"]),
    Row::new("wc-", "Forget the cached writes of the block, or between two addresses", forget)
        .params(&[maybe("from", Kind::Address), maybe("to", Kind::Address)])
        .effects(Effects::WRITE)
        .examples(&["wc-"]),
    Row::new("wc+", "Commit the cached writes of the block, or between two addresses", commit)
        .params(&[maybe("from", Kind::Address), maybe("to", Kind::Address)])
        .effects(Effects::WRITE)
        .examples(&["wc+"]),
    Row::new("wci", "Commit all cached writes", commit_all).effects(Effects::WRITE).examples(&["wci"]),
    Row::new("wcr", "Forget all cached writes", forget_all).effects(Effects::WRITE).examples(&["wcr"]),
];

/// A write, with what was there before.
#[derive(Clone)]
struct Change {
    addr: u64,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// What was committed since the cache was last forgotten.
#[derive(Default)]
struct Committed(Vec<Change>);

/// The cached writes, with what they hide.
fn pending(env: &mut Env<'_>) -> Result<Vec<Change>> {
    let overlay = std::mem::take(&mut env.session.io.overlay);
    let changes = overlay.iter().map(|(addr, after)| {
        let mut before = vec![0; after.len()];
        env.read(addr, &mut before)?;
        Ok(Change { addr, before, after: after.to_vec() })
    });
    let changes: Result<Vec<Change>> = changes.collect();
    env.session.io.overlay = overlay;
    changes
}

fn list(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let committed = env.session.extensions.of::<Committed>().0.clone();
    let all = committed.into_iter().map(|change| (change, true));
    let all: Vec<(Change, bool)> =
        all.chain(pending(env)?.into_iter().map(|change| (change, false))).collect();
    let mut rows = Vec::new();
    for (index, (Change { addr, before, after }, written)) in all.iter().enumerate() {
        let (len, before, after) = (after.len(), hex_digits(before), hex_digits(after));
        match args.mode {
            // The names of the two are exchanged, as the peer has them.
            Mode::Json => rows.push(json!({
                "idx": index, "addr": addr, "size": len, "after": before, "before": after, "written": written,
            })),
            Mode::Script => writeln!(env.out, "wx {after} @ {addr:#010x} # replaces: {before}")?,
            _ => {
                let state = if *written { "written" } else { "not written" };
                writeln!(env.out, "idx={index} addr={addr:#010x} size={len} {before} -> {after} ({state})")?;
            }
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", crate::render::json_text(&json!({ "layer": Value::Array(rows) })))?;
    }
    Ok(())
}

/// The addresses from the first up to, and without, the second.
fn range(env: &mut Env<'_>, args: &Args<'_>) -> Result<(u64, u64)> {
    let words = args.words();
    let from = words.first().map_or(Ok(env.view.seek), |word| env.number(word))?;
    let to = match words.get(1) {
        Some(word) => env.number(word)?,
        None => from.saturating_add(env.view.block as u64),
    };
    if to < from {
        return Err(args.wrong("the end is before the start"));
    }
    Ok((from, to))
}

fn forget(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = range(env, args)?;
    env.session.io.overlay.discard(from, usize::try_from(to - from).unwrap_or(usize::MAX));
    Ok(())
}

fn forget_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.session.io.overlay.clear();
    env.session.extensions.of::<Committed>().0.clear();
    Ok(())
}

fn commit(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = range(env, args)?;
    commit_where(env, |change| (from..to).contains(&change.addr))
}

fn commit_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    commit_where(env, |_| true)
}

/// Writes cached changes through. What cannot be written stays cached.
fn commit_where(env: &mut Env<'_>, wanted: impl Fn(&Change) -> bool) -> Result<()> {
    for change in pending(env)?.into_iter().filter(|change| wanted(change)) {
        let overlay: Overlay = std::mem::take(&mut env.session.io.overlay);
        let caching = std::mem::replace(&mut env.view.lens.cache, false);
        let result = env.write(change.addr, &change.after);
        env.view.lens.cache = caching;
        env.session.io.overlay = overlay;
        result?;
        env.session.io.overlay.discard(change.addr, change.after.len());
        env.session.extensions.of::<Committed>().0.push(change);
    }
    Ok(())
}
