//! Bytes to and from files of this machine.

use std::fs::{File, OpenOptions};
use std::io::Write;

use farad_io::Effects;

use super::{bytes_at, put};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::held::Guard;
use crate::parse::{hex_bytes, read_file};
use crate::registry::{Args, Group, Kind, Row, maybe, need};
use crate::view::BLOCK_LIMIT;

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "wt", brief: "write bytes to files, and files to bytes", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("wt", "Write the block, or a number of bytes, to a file", to_file)
        .params(&[need("file", Kind::File), maybe("bytes", Kind::Number)])
        .effects(Effects::READ.union(Effects::FILES)),
    Row::new("wtf", "Write the block, or a number of bytes, to a file", to_file)
        .params(&[need("file", Kind::File), maybe("bytes", Kind::Number)])
        .effects(Effects::READ.union(Effects::FILES)),
    Row::new("wta", "Add the block, or a number of bytes, to a file", append)
        .params(&[need("file", Kind::File), maybe("bytes", Kind::Number)])
        .effects(Effects::READ.union(Effects::FILES)),
    Row::new("wts", "Write what is from here to the end of the map to a file", rest_to_file)
        .params(&[need("file", Kind::File)])
        .effects(Effects::READ.union(Effects::FILES)),
    Row::new("wf", "Write a file's bytes here", from_file)
        .params(&[need("file", Kind::File), maybe("bytes", Kind::Number), maybe("offset", Kind::Number)])
        .effects(Effects::WRITE.union(Effects::FILES)),
    Row::new("wxf", "Write the bytes whose hex digits are in a file", from_hex_file)
        .params(&[need("file", Kind::File)])
        .effects(Effects::WRITE.union(Effects::FILES)),
];

/// Bytes read and written at a time.
const PART: u64 = 1 << 20;

fn failed(path: &str) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::File { path: path.to_owned(), source }
}

/// Writes bytes here to an open file, in parts of bounded size.
fn dump(env: &mut Env<'_>, mut file: File, path: &str, len: u64) -> Result<()> {
    let (start, mut done) = (env.view.seek, 0);
    let mut guard = Guard::of(len);
    while done < len {
        env.ctx.check()?;
        let part = (len - done).min(PART);
        guard.pass(env, start.wrapping_add(done), part)?;
        let bytes = bytes_at(env, start.wrapping_add(done), part as usize)?;
        file.write_all(&bytes).map_err(failed(path))?;
        done += part;
    }
    env.out.report(&format!("{len} bytes from {start:#x} are in {path}"));
    Ok(())
}

fn dump_to(env: &mut Env<'_>, args: &Args<'_>, append: bool) -> Result<()> {
    let words = args.words();
    let path = words.first().ok_or_else(|| args.wrong("the file is missing"))?;
    let len = words.get(1).map_or(Ok(env.view.block as u64), |word| env.number(word))?;
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(append).truncate(!append);
    let file = options.open(path).map_err(failed(path))?;
    dump(env, file, path, len)
}

fn to_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    dump_to(env, args, false)
}

fn append(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    dump_to(env, args, true)
}

fn rest_to_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = crate::lang::unquote(args.required("the file")?);
    let (seek, map) = (env.view.seek, env.session.io.maps.at(env.view.seek));
    let map = map.ok_or_else(|| Error::failed(format!("no map covers {seek:#x}")))?;
    let len = (map.to - seek).saturating_add(1);
    let file = File::create(&path).map_err(failed(&path))?;
    dump(env, file, &path, len)
}

fn from_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let path = words.first().ok_or_else(|| args.wrong("the file is missing"))?;
    let bytes = read_file(path, BLOCK_LIMIT as u64, env.ctx)?;
    let offset = words.get(2).map_or(Ok(0), |word| env.length(word))?.min(bytes.len());
    let len = words.get(1).map_or(Ok(bytes.len()), |word| env.length(word))?.min(bytes.len() - offset);
    put(env, &bytes[offset..offset + len])
}

fn from_hex_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = crate::lang::unquote(args.required("the file")?);
    let text = read_file(&path, BLOCK_LIMIT as u64, env.ctx)?;
    put(env, &hex_bytes(&String::from_utf8_lossy(&text))?)
}

/// Shows the first file of that name in the folders where programs are.
pub(super) fn which(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the program")?;
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file());
    match found {
        Some(path) => Ok(writeln!(env.out, "{}", crate::render::printable(&path.to_string_lossy()))?),
        None => Err(Error::failed(format!("no program '{name}' is in PATH"))),
    }
}
