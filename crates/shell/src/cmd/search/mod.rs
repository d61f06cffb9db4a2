//! Searching: bytes, text, numbers, instructions.

use std::ops::ControlFlow;

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::{Unknown, unescape};
use crate::parse::integer_bytes;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, maybe, need};

mod code;
mod compare;
mod digest;
mod hit;
mod matcher;
mod pattern;
mod range;
mod scan;
mod value;

use hit::{Hits, Show};
use matcher::Matcher;
use pattern::Pattern;
pub(super) use range::named as named_ranges;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "/", brief: "search", rows: ROWS };

const JSON: &[Mode] = &[Mode::Json];
const TEXT: &[Param] = &[need("text", Kind::Text)];
const BOUNDS: &[Param] = &[need("least", Kind::Number), need("most", Kind::Number)];
const NUMBER: &[Param] = &[need("value", Kind::Number)];

/// A row that searches, sets flags and has a JSON form.
const fn row(
    name: &'static str,
    brief: &'static str,
    params: &'static [Param],
    run: crate::registry::Run,
) -> Row {
    Row::new(name, brief, run)
        .params(params)
        .modes(&[Mode::Json])
        .effects(Effects::READ.union(Effects::ANNOTATE))
}

/// A row that looks at instructions.
const fn instructions(
    name: &'static str,
    brief: &'static str,
    params: &'static [Param],
    run: crate::registry::Run,
) -> Row {
    Row::new(name, brief, run).params(params).modes(&[Mode::Json, Mode::Quiet])
}

/// A row that looks for numbers between two bounds.
const fn between(name: &'static str, brief: &'static str) -> Row {
    Row::new(name, brief, value::print_between).params(BOUNDS).modes(JSON)
}

static ROWS: &[Row] = &[
    row("/", "Text", TEXT, find_text).examples(&["/ text", "/j text"]),
    row("//", "The last search again", &[], repeat),
    row("/i", "Text in either case", TEXT, find_any_case).examples(&["/i text"]),
    row(
        "/x",
        "Bytes: hex digits, . for any, and a mask behind :",
        &[need("hex[:mask]", Kind::Hex)],
        find_bytes,
    )
    .examples(&["/x 7f..4c", "/x ff43:ffd0"]),
    row("/w", "Text of two bytes a character", TEXT, find_wide).examples(&["/w text"]),
    row("/wi", "Text of two bytes a character, in either case", TEXT, find_wide_any_case),
    row("/v", "A 32-bit number", NUMBER, find_number),
    row("/v1", "A byte", NUMBER, find_number),
    row("/v2", "A 16-bit number", NUMBER, find_number),
    row("/v4", "A 32-bit number", NUMBER, find_number).examples(&["/v4 0x1234"]),
    row("/v8", "A 64-bit number", NUMBER, find_number),
    row(
        "/e",
        "A regular expression, between slashes; i behind them for either case",
        &[need("/regex/", Kind::Text)],
        find_regex,
    )
    .examples(&["/e /t.xt/i"]),
    row(
        "/z",
        "Strings of so many characters",
        &[need("least", Kind::Number), maybe("most", Kind::Number)],
        find_strings,
    )
    .examples(&["/z 4 20"]),
    row("/!", "The first place where other text is", TEXT, find_other_text),
    row("/!x", "The first place where other bytes are", &[need("hex[:mask]", Kind::Hex)], find_other_bytes)
        .examples(&["/!x 00"]),
    between("/V1", "Bytes between two bounds; zero does not count"),
    between("/V2", "16-bit numbers between two bounds; zero does not count"),
    between("/V4", "32-bit numbers between two bounds; zero does not count").examples(&["/V4 1 0x10"]),
    between("/V8", "64-bit numbers between two bounds; zero does not count"),
    Row::new("/h", "So many bytes, a block by default, with a digest", digest::print_matches)
        .params(&[
            need("md5|sha1|sha256", Kind::Word),
            need("digest", Kind::Hex),
            maybe("length", Kind::Number),
        ])
        .examples(&["/h md5 93b885adfe0da089cdf634904fd59f71 1"]),
    Row::new("/o", "Where the instruction so many before the seek begins", print_before)
        .params(&[maybe("count", Kind::Number)])
        .examples(&["/o 1"]),
    Row::new("/P", "How much each block is like the one at the seek", compare::print_likeness)
        .params(&[maybe("least", Kind::Number)])
        .examples(&["/P"]),
    instructions(
        "/ad",
        "Instructions whose text holds this; quoted, several with ; between",
        TEXT,
        code::find_text,
    )
    .examples(&["/ad nop", "/adq nop", "\"/ad push;pop\""]),
    instructions(
        "/ad/",
        "Instructions whose text a regular expression fits",
        &[need("regex", Kind::Text)],
        code::find_pattern,
    )
    .examples(&["/ad/ n.p"]),
    instructions("/ac", "Instructions whose text holds this", TEXT, code::find_text),
    instructions("/c", "Instructions whose text holds this", TEXT, code::find_text).examples(&["/c nop"]),
    instructions("/at", "Instructions of a type", &[need("type", Kind::Word)], code::find_type)
        .examples(&["/at nop"]),
    Row::new("/atl", "The types that instructions can be of", code::print_types).examples(&["/atl~:0..3"]),
    instructions("/ai", "Instructions with an immediate", NUMBER, code::find_immediate)
        .examples(&["/ai 0x10"]),
    instructions("/as", "Instructions that call the system", &[], code::find_system).examples(&["/as"]),
    row(
        "/a",
        "The bytes of an instruction as it is typed",
        &[need("instruction", Kind::Text)],
        find_assembled,
    )
    .examples(&["/a nop"]),
    Row::new("/F", "The bytes of a file, from an offset on", find_file)
        .params(&[need("file", Kind::File), maybe("offset", Kind::Number), maybe("size", Kind::Number)])
        .effects(Effects::READ.union(Effects::ANNOTATE).union(Effects::FILES)),
    Row::new("/r", "Instructions that refer to an address", code::find_references)
        .params(&[maybe("address", Kind::Address)])
        .examples(&["/r 0x10"]),
];

/// Most memory that a compiled expression may take, in bytes.
const REGEX: usize = 4 << 20;

/// The last search of a session, as it was typed.
#[derive(Default)]
struct Last(String);

fn find_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = unescape(args.required("the text")?, Unknown::Keep);
    let matcher = near(env, Pattern::exact(text)?);
    search(env, args, &matcher, Show::Text)
}

/// The pattern, or what is within `search.distance` of it.
fn near(env: &Env<'_>, pattern: Pattern) -> Matcher {
    match usize::try_from(env.setting_number("search.distance")).unwrap_or(usize::MAX) {
        0 => Matcher::Pattern(pattern),
        distance => Matcher::Near(pattern, distance),
    }
}

fn find_any_case(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = unescape(args.required("the text")?, Unknown::Keep);
    search(env, args, &Matcher::Pattern(Pattern::any_case(&text)?), Show::Text)
}

fn find_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let pattern = Pattern::hex(args.required("the hex digits")?)?;
    let matcher = near(env, pattern);
    search(env, args, &matcher, Show::Bytes)
}

fn find_assembled(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = crate::cmd::assemble::assembled(env, args.required("the instruction")?)?;
    search(env, args, &Matcher::Pattern(Pattern::exact(bytes)?), Show::Bytes)
}

/// Most bytes of a file that are looked for.
const FILE: usize = 1 << 20;

fn find_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let path = words.first().ok_or_else(|| args.wrong("the file is missing"))?;
    let mut numbers = Vec::new();
    for word in &words[1..] {
        numbers.push(env.length(word)?);
    }
    let bytes = crate::parse::read_file(path, FILE as u64, env.ctx)?;
    let from = numbers.first().copied().unwrap_or(0).min(bytes.len());
    let size = numbers.get(1).copied().unwrap_or(bytes.len()).min(bytes.len() - from);
    let pattern = Pattern::exact(bytes[from..from + size].to_vec())?;
    search(env, args, &Matcher::Pattern(pattern), Show::Bytes)
}

fn find_other_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = unescape(args.required("the text")?, Unknown::Keep);
    search(env, args, &Matcher::Other(Pattern::exact(text)?), Show::Text)
}

fn find_other_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let pattern = Pattern::hex(args.required("the hex digits")?)?;
    search(env, args, &Matcher::Other(pattern), Show::Bytes)
}

fn find_wide(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = wide(args.required("the text")?);
    search(env, args, &Matcher::Pattern(Pattern::exact(text)?), Show::Bytes)
}

fn find_wide_any_case(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = wide(args.required("the text")?);
    search(env, args, &Matcher::Pattern(Pattern::any_case(&text)?), Show::Bytes)
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn find_number(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = env.number(args.required("the number")?)?;
    let size = match args.row.name.as_bytes().last() {
        Some(digit @ (b'1' | b'2' | b'8')) => usize::from(digit - b'0'),
        _ => 4,
    };
    let bits = 8 * size as u32;
    let rest = value.checked_shr(bits).unwrap_or(0);
    // What is negative has all bits above set.
    if rest != 0 && (value as i64) >> (bits - 1) != -1 {
        return Err(args.wrong(format!("{value:#x} does not fit into {bits} bits")));
    }
    let bytes = integer_bytes(value, size, env.big_endian());
    search(env, args, &Matcher::Pattern(Pattern::exact(bytes)?), Show::Bytes)
}

fn find_regex(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the expression")?;
    let (text, any_case) = match text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((text, "")) => (text, false),
        Some((text, "i")) => (text, true),
        Some((_, flags)) => return Err(args.wrong(format!("'{flags}' is no flag; use i or none"))),
        None => (text, false),
    };
    let regex = regex::bytes::RegexBuilder::new(text)
        .unicode(false)
        .case_insensitive(any_case)
        .size_limit(REGEX)
        .build()
        .map_err(|error| Error::failed(format!("the expression is wrong: {error}")))?;
    search(env, args, &Matcher::Regex(regex), Show::Text)
}

fn find_strings(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (least, most) = args.split_first();
    let least = if least.is_empty() { 4 } else { env.length(least)? };
    let most = if most.is_empty() { usize::MAX } else { env.length(most)? };
    search(env, args, &Matcher::Strings { least: least.max(1), most }, Show::Text)
}

fn print_before(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = if args.is_empty() { 1 } else { env.length(args.text)? };
    let place = crate::cmd::skip_instructions(env, env.view.seek, -(count as i64))?;
    Ok(writeln!(env.out, "{place:#010x}")?)
}

fn repeat(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let last = env.session.extensions.of::<Last>().0.clone();
    if last.is_empty() {
        return Err(Error::failed("nothing was searched yet: write / TEXT or /x HEX"));
    }
    env.run_command(&last)
}

/// Reports where a pattern is.
fn search(env: &mut Env<'_>, args: &Args<'_>, matcher: &Matcher, show: Show) -> Result<()> {
    let letter = if args.is_json() { "j" } else { "" };
    env.session.extensions.of::<Last>().0 = format!("{}{letter} {}", args.row.name, args.text);
    let parts = range::held(env, matcher.reach())?;
    let mut hits = Hits::new(env, show, args.is_json())?;
    if matches!(matcher, Matcher::Other(_)) {
        hits.limit(1);
    }
    let overlaps = env.is_set("search.overlap");
    // What cannot be in zeros is not missed in those that are left out.
    let is_missed = matcher.find(&vec![0; matcher.reach() + 1], 0).is_some();
    for range in parts.ranges.iter().copied() {
        // The end of the last hit: a piece shares bytes with the one before.
        let mut next = range.0;
        let may_hold = |bytes: &[u8]| matcher.find(bytes, 0).is_some();
        let found = scan::scan_sparse(env, range, matcher.reach(), &may_hold, |env, addr, bytes, touches| {
            let mut from = usize::try_from(next.saturating_sub(addr)).unwrap_or(usize::MAX);
            while let Some(found) = matcher.find(bytes, from) {
                // What reaches the border may be longer: the next piece has it whole.
                if touches && found.end == bytes.len() && found.len() < matcher.reach() {
                    break;
                }
                hits.take(env, addr.wrapping_add(found.start as u64), &bytes[found.clone()])?;
                if hits.is_full() {
                    return Ok(ControlFlow::Break(()));
                }
                env.ctx.check()?;
                from = if overlaps { found.start + 1 } else { found.end.max(found.start + 1) };
                next = addr.saturating_add(from as u64);
            }
            Ok(ControlFlow::Continue(()))
        });
        match found {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(error) => {
                hits.finish(env)?;
                return Err(error);
            }
        }
    }
    if is_missed && !hits.is_full() {
        parts.report(env);
    }
    hits.finish(env)
}

#[cfg(test)]
mod tests;
