//! The current folder, those remembered, and what is done to files as a whole.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use super::{expand, failed, path, two_paths};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::unquote;
use crate::registry::Args;
use crate::render::printable;

/// Most folders remembered.
const LIMIT: usize = 256;

/// The folders that `popd` goes back to, and the one that `cd -` does.
#[derive(Default)]
struct Remembered {
    stack: Vec<PathBuf>,
    before: Option<PathBuf>,
}

fn current() -> Result<PathBuf> {
    std::env::current_dir().map_err(failed("."))
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

pub(super) fn show(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", shown(&current()?))?)
}

fn go(env: &mut Env<'_>, to: &Path) -> Result<()> {
    let from = current()?;
    std::env::set_current_dir(to).map_err(failed(&to.to_string_lossy()))?;
    env.session.extensions.of::<Remembered>().before = Some(from);
    Ok(())
}

pub(super) fn change(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.text == "-" {
        let before = env.session.extensions.of::<Remembered>().before.clone();
        let before = before.ok_or_else(|| Error::failed("there was no other folder yet"))?;
        return go(env, &before);
    }
    let to = expand(if args.is_empty() { "~" } else { args.text });
    go(env, Path::new(&unquote(&to)))
}

pub(super) fn push(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return show_stack(env, args);
    }
    let from = current()?;
    if env.session.extensions.of::<Remembered>().stack.len() >= LIMIT {
        return Err(Error::Limit { what: "the number of folders remembered", limit: LIMIT.to_string() });
    }
    go(env, Path::new(&path(args)?))?;
    env.session.extensions.of::<Remembered>().stack.push(from);
    Ok(())
}

pub(super) fn pop(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let to = env.session.extensions.of::<Remembered>().stack.pop();
    let to = to.ok_or_else(|| Error::failed("no folder is remembered (pushd remembers one)"))?;
    go(env, &to)
}

/// The current folder, and behind it those remembered, the last first.
pub(super) fn show_stack(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let stack = &env.session.extensions.of::<Remembered>().stack;
    let folders = std::iter::once(shown(&current()?)).chain(stack.iter().rev().map(|path| shown(path)));
    let line = folders.collect::<Vec<String>>().join(" ");
    Ok(writeln!(env.out, "{line}")?)
}

pub(super) fn make(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (all, path) = match args.text.strip_prefix("-p ") {
        Some(path) => (true, path),
        None => (false, args.required("the folder")?),
    };
    let path = expand(&unquote(path.trim()));
    if all { fs::create_dir_all(&path) } else { fs::create_dir(&path) }.map_err(failed(&path))
}

pub(super) fn remove(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = path(args)?;
    let folder = fs::symlink_metadata(&path).map_err(failed(&path))?.is_dir();
    if folder { fs::remove_dir(&path) } else { fs::remove_file(&path) }.map_err(failed(&path))
}

/// Where a file goes: into `to` when that is a folder.
fn target(from: &str, to: &str) -> PathBuf {
    let to = Path::new(to);
    match (to.is_dir(), Path::new(from).file_name()) {
        (true, Some(name)) => to.join(name),
        _ => to.to_owned(),
    }
}

pub(super) fn rename(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = two_paths(args)?;
    fs::rename(&from, target(&from, &to)).map_err(failed(&from))
}

pub(super) fn copy(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (from, to) = two_paths(args)?;
    let target = target(&from, &to);
    let same = fs::canonicalize(&from).ok().zip(fs::canonicalize(&target).ok());
    if same.is_some_and(|(from, to)| from == to) {
        return Err(Error::failed(format!("'{}' cannot be copied onto itself", printable(&from))));
    }
    fs::copy(&from, target).map(drop).map_err(failed(&from))
}

pub(super) fn touch(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = path(args)?;
    OpenOptions::new().create(true).append(true).open(&path).map(drop).map_err(failed(&path))
}
