//! The clipboard: bytes copied from one place and pasted at another.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use farad_io::Effects;

use super::print::{Range, string_at};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::unquote;
use crate::parse::{hex_bytes, hex_digits, read_file};
use crate::registry::{Args, Group, Kind, Mode, Param, Row, maybe, need};
use crate::view::BLOCK_LIMIT;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "y", brief: "copy and paste bytes", rows: ROWS };

const COPY: &[Param] = &[maybe("length", Kind::Number), maybe("address", Kind::Address)];
/// What is copied is the session's.
const KEEPS: Effects = Effects::READ.union(Effects::ANNOTATE);
const WRITES: Effects = Effects::READ.union(Effects::WRITE);

static ROWS: &[Row] = &[
    Row::new("y", "Copy so many bytes, or show what is copied", copy)
        .params(COPY)
        .effects(KEEPS)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .examples(&["y 8", "y 4;y", "y 4;yj"]),
    Row::new("y-", "Forget what is copied", forget).effects(KEEPS),
    Row::new("y-*", "Forget what is copied", forget).effects(KEEPS),
    Row::new("y8", "The copied bytes in hex digits", print_digits).examples(&["y 4;y8"]),
    Row::new("yp", "The copied bytes as they are", print_text),
    Row::new("ys", "The copied bytes as text", print_text).examples(&["yw text;ys"]),
    Row::new("yx", "The copied bytes as a hex dump", print_dump).examples(&["y 4;yx"]),
    Row::new("yw", "Copy text", copy_text)
        .effects(KEEPS)
        .params(&[need("text", Kind::Text)])
        .examples(&["yw text"]),
    Row::new("ywx", "Copy hex digits", copy_digits)
        .effects(KEEPS)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["ywx 4142"]),
    Row::new("yfx", "Copy hex digits", copy_digits).effects(KEEPS).params(&[need("hex", Kind::Hex)]),
    Row::new("yf", "Copy so many bytes from an offset of a file", copy_part_of_file)
        .params(&[need("length", Kind::Number), maybe("offset", Kind::Number), need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("yfa", "Copy all of a file", copy_file)
        .params(&[need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("ytf", "Write what is copied to a file", write_file)
        .params(&[need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("yz", "Copy a string that ends with a NUL", copy_string)
        .effects(KEEPS)
        .params(&[maybe("length", Kind::Number)])
        .examples(&["yz"]),
    Row::new("yt", "Copy so many bytes to another address", copy_to)
        .params(&[need("length", Kind::Number), need("address", Kind::Address)])
        .effects(WRITES),
    Row::new("yy", "Paste what is copied", paste).params(&[maybe("address", Kind::Address)]).effects(WRITES),
];

/// What is copied, and from where.
#[derive(Clone, Default)]
struct Clipboard {
    addr: u64,
    bytes: Option<Vec<u8>>,
}

fn copied(env: &mut Env<'_>) -> Result<(u64, Vec<u8>)> {
    let clipboard = env.session.extensions.of::<Clipboard>();
    match &clipboard.bytes {
        Some(bytes) => Ok((clipboard.addr, bytes.clone())),
        None => Err(Error::failed("nothing is copied yet: write y LENGTH")),
    }
}

fn keep(env: &mut Env<'_>, addr: u64, bytes: Vec<u8>) -> Result<()> {
    if bytes.len() > BLOCK_LIMIT {
        return Err(Error::Limit { what: "what is copied", limit: format!("{BLOCK_LIMIT:#x} bytes") });
    }
    *env.session.extensions.of::<Clipboard>() = Clipboard { addr, bytes: Some(bytes) };
    Ok(())
}

fn copy(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        let (length, place) = args.split_first();
        let len = env.length(length)? as u64;
        let addr = if place.is_empty() { env.view.seek } else { env.number(place)? };
        let bytes = Range { addr, len }.read(env)?;
        return keep(env, addr, bytes);
    }
    let (addr, bytes) = copied(env)?;
    let digits = hex_digits(&bytes);
    match args.mode {
        Mode::Text | Mode::Table => writeln!(env.out, "{addr:#010x} {} {digits}", bytes.len())?,
        Mode::Json => writeln!(env.out, "{{\"addr\":{addr},\"bytes\":\"{digits}\"}}")?,
        Mode::Script => writeln!(env.out, "wx {digits}")?,
        Mode::Quiet => writeln!(env.out, "{digits}")?,
    }
    Ok(())
}

fn forget(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    drop(env.session.extensions.take::<Clipboard>());
    Ok(())
}

fn print_digits(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (_, bytes) = copied(env)?;
    Ok(writeln!(env.out, "{}", hex_digits(&bytes))?)
}

fn print_text(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (_, bytes) = copied(env)?;
    Ok(writeln!(env.out, "{}", super::print::escape(&bytes, false))?)
}

fn print_dump(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let (_, bytes) = copied(env)?;
    super::print::dump_bytes(env, 0, &bytes)
}

fn copy_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, text) = (env.view.seek, args.required("the text")?);
    keep(env, addr, crate::lang::unescape(text, crate::lang::Unknown::Keep))
}

fn copy_digits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (addr, bytes) = (env.view.seek, hex_bytes(args.required("the hex digits")?)?);
    keep(env, addr, bytes)
}

fn copy_part_of_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (length, offset, path) = match &words[..] {
        [length, path] => (length, 0, path),
        [length, offset, path] => (length, env.number(offset)?, path),
        _ => return Err(args.wrong("a length and a file are needed")),
    };
    let length = env.length(length)? as u64;
    let failed = |source| Error::File { path: path.clone(), source };
    let mut file = File::open(path).map_err(failed)?;
    file.seek(SeekFrom::Start(offset)).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).map_err(failed)?;
    if (bytes.len() as u64) < length {
        let there = bytes.len();
        return Err(Error::failed(format!("{path} has {there} bytes at {offset:#x}, not {length}")));
    }
    keep(env, offset, bytes)
}

fn copy_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    let bytes = read_file(&path, BLOCK_LIMIT as u64, env.ctx)?;
    keep(env, 0, bytes)
}

fn write_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    let (_, bytes) = copied(env)?;
    std::fs::write(&path, bytes).map_err(|source| Error::File { path, source })
}

fn copy_string(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.view.seek;
    let most = if args.is_empty() { env.view.block } else { env.length(args.text)? };
    let bytes = string_at(env, addr, most as u64)?;
    keep(env, addr, bytes)
}

fn copy_to(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (length, place) = args.split_first();
    if place.is_empty() {
        return Err(args.wrong("the address is missing"));
    }
    let (len, to) = (env.length(length)? as u64, env.number(place)?);
    let bytes = Range { addr: env.view.seek, len }.read(env)?;
    Ok(env.write(to, &bytes)?)
}

fn paste(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let to = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let (_, bytes) = copied(env)?;
    Ok(env.write(to, &bytes)?)
}

#[cfg(test)]
mod tests {
    use crate::cmd::print::tests::output;

    #[test]
    fn files_are_copied_from_and_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(file("in"), b"hello").unwrap();
        let line = format!(
            "yfa {0}; ys; yf 2 3 {0}; ys; y; ytf {1}; cat {1}; ?e; yf 9 {0}",
            file("in"),
            file("out")
        );
        let wanted = format!("ERROR: {} has 5 bytes at 0x0, not 9", file("in"));
        assert_eq!(output("malloc://8", &line), wanted);
        let line = line.rsplit_once("; ").unwrap().0.to_owned();
        assert_eq!(output("malloc://8", &line), "hello\nlo\n0x00000003 2 6c6f\nlo\n");
    }

    #[test]
    fn what_is_copied_can_be_pasted_and_shown() {
        assert_eq!(output("malloc://32", "yw hello;yy @ 8;yt 2 0 @ 8;p8 13"), "686500000000000068656c6c6f\n");
        assert_eq!(
            output("hex://414200", "y 2;y;yj;y*;y8;ys;yz;yq"),
            "0x00000000 2 4142\n{\"addr\":0,\"bytes\":\"4142\"}\nwx 4142\n4142\nAB\n4142\n"
        );
    }
}
