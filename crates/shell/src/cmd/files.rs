//! What one wants of a shell beside a target: folders and files of this machine, and small tools.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::unquote;
use crate::parse::read_file;
use crate::registry::{Args, Glue, Group, Kind, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "ls", brief: "folders and files of this machine", rows: ROWS };

/// Most bytes of a file that is shown.
const LIMIT: u64 = 64 << 20;
/// Width of a listing, in columns.
const WIDTH: usize = 80;
/// Lines of `head` and `tail` where nothing else is said.
const LINES: usize = 5;

static ROWS: &[Row] = &[
    Row::new("ls", "List a folder (-l with sizes and permissions)", list)
        .params(&[maybe("folder", Kind::File)])
        .effects(Effects::FILES),
    Row::new("cat", "Show a file, or the text of an alias ($name)", show)
        .params(&[need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("head", "Show the first lines of a file", head)
        .params(&[maybe("lines", Kind::Number), need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("tail", "Show the last lines of a file", tail)
        .params(&[maybe("lines", Kind::Number), need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("pwd", "Show the current folder", show_folder).effects(Effects::FILES).examples(&["pwd"]),
    Row::new("cd", "Change the current folder", change_folder)
        .params(&[maybe("folder", Kind::File)])
        .effects(Effects::FILES),
    Row::new("mkdir", "Make a folder (-p with those above it)", make_folder)
        .params(&[need("folder", Kind::File)])
        .effects(Effects::FILES),
    Row::new("rm", "Remove a file, or an empty folder", remove)
        .params(&[need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new("echo", "Print text", echo)
        .params(&[maybe("text", Kind::Text)])
        .effects(Effects::empty())
        .examples(&["echo hello"]),
    Row::new("clear", "Clear the screen", clear).effects(Effects::empty()).examples(&["clear"]),
    Row::new("uname", "Name the system (-r its release too)", name_system)
        .params(&[maybe("option", Kind::Word)])
        .effects(Effects::FILES)
        .examples(&["uname"]),
    Row::new("sleep", "Wait for a number of seconds", sleep)
        .glue(Glue::None)
        .params(&[need("seconds", Kind::Number)])
        .effects(Effects::empty())
        .examples(&["sleep 0"]),
];

fn failed(path: &str) -> impl Fn(io::Error) -> Error {
    move |source| Error::File { path: path.to_owned(), source }
}

/// Where a path with `~` in front is.
fn expand(path: &str) -> String {
    match (path.strip_prefix('~'), std::env::var("HOME")) {
        (Some(rest), Ok(home)) if rest.is_empty() || rest.starts_with('/') => home + rest,
        _ => path.to_owned(),
    }
}

fn list(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (mut long, mut hidden, mut path) = (false, false, ".".to_owned());
    for word in args.words() {
        match word.strip_prefix('-') {
            Some(options) => {
                long |= options.contains('l');
                hidden |= options.contains('a');
            }
            None => path = expand(&word),
        }
    }
    let found = fs::metadata(&path).map_err(failed(&path))?;
    let mut entries = Vec::new();
    if found.is_dir() {
        for entry in fs::read_dir(&path).map_err(failed(&path))? {
            let entry = entry.map_err(failed(&path))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if hidden || !name.starts_with('.') {
                entries.push((name, entry.path()));
            }
        }
        entries.sort();
    } else {
        entries.push((path.clone(), Path::new(&path).to_owned()));
    }
    if long {
        return entries.iter().try_for_each(|(name, path)| long_line(env, name, path));
    }
    in_columns(env, &entries.into_iter().map(|(name, path)| shown(&name, &path)).collect::<Vec<_>>())
}

fn shown(name: &str, path: &Path) -> String {
    let slash = if path.is_dir() { "/" } else { "" };
    format!("{}{slash}", printable(name))
}

fn long_line(env: &mut Env<'_>, name: &str, path: &Path) -> Result<()> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(name)(error)),
    };
    let kind = if meta.is_dir() {
        'd'
    } else if meta.is_symlink() {
        'l'
    } else {
        '-'
    };
    let mode = meta.permissions().mode();
    let letters = (0..9).rev().map(|bit| match mode >> bit & 1 {
        1 => ['x', 'w', 'r'][bit % 3],
        _ => '-',
    });
    let letters: String = letters.collect();
    let owner = format!("{}:{}", meta.uid(), meta.gid());
    let name = shown(name, path);
    Ok(writeln!(env.out, "{kind}{letters}  {:<4} {owner:6}  {:<10}  {name}", meta.nlink(), meta.len())?)
}

fn in_columns(env: &mut Env<'_>, names: &[String]) -> Result<()> {
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let width = widest + 5;
    let columns = (WIDTH / width).max(1);
    for row in names.chunks(columns) {
        let cells: String = row.iter().map(|name| format!("{name:width$}")).collect();
        writeln!(env.out, "{}", cells.trim_end())?;
    }
    Ok(())
}

fn show(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    if let Some(name) = path.strip_prefix('$') {
        let alias = env.session.aliases.get(name);
        let alias =
            alias.ok_or_else(|| Error::failed(format!("no alias '${name}' ($* lists them)")))?.clone();
        if let Some(peer) = &alias.peer {
            env.out.mark_peer(peer);
        }
        return Ok(write!(env.out, "{}", alias.text)?);
    }
    let bytes = read_file(&expand(&path), LIMIT, env.ctx)?;
    Ok(env.out.write_all(&bytes)?)
}

/// `[-n] [lines] file`
fn lines_and_file(args: &Args<'_>) -> Result<(usize, String)> {
    let words: Vec<String> = args.words().into_iter().filter(|word| word != "-n").collect();
    match &words[..] {
        [path] => Ok((LINES, expand(path))),
        [lines, path] => match lines.trim_start_matches('-').parse() {
            Ok(lines) => Ok((lines, expand(path))),
            Err(_) => Err(args.wrong(format!("'{lines}' is no number of lines"))),
        },
        _ => Err(args.wrong("the file is missing")),
    }
}

fn head(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (count, path) = lines_and_file(args)?;
    let bytes = read_file(&path, LIMIT, env.ctx)?;
    bytes
        .split_inclusive(|&byte| byte == b'\n')
        .take(count)
        .try_for_each(|line| Ok(env.out.write_all(line)?))
}

fn tail(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (count, path) = lines_and_file(args)?;
    let bytes = read_file(&path, LIMIT, env.ctx)?;
    let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    lines[lines.len().saturating_sub(count)..].iter().try_for_each(|line| Ok(env.out.write_all(line)?))
}

fn show_folder(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let folder = std::env::current_dir().map_err(failed("."))?;
    Ok(writeln!(env.out, "{}", printable(&folder.to_string_lossy()))?)
}

fn change_folder(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = expand(if args.is_empty() { "~" } else { args.text });
    let path = unquote(&path);
    std::env::set_current_dir(&path).map_err(failed(&path))
}

fn make_folder(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (all, path) = match args.text.strip_prefix("-p ") {
        Some(path) => (true, path),
        None => (false, args.required("the folder")?),
    };
    let path = expand(&unquote(path.trim()));
    if all { fs::create_dir_all(&path) } else { fs::create_dir(&path) }.map_err(failed(&path))
}

fn remove(_env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = expand(&unquote(args.required("the file")?));
    let folder = fs::symlink_metadata(&path).map_err(failed(&path))?.is_dir();
    if folder { fs::remove_dir(&path) } else { fs::remove_file(&path) }.map_err(failed(&path))
}

fn echo(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", unquote(args.text))?)
}

fn clear(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if env.is_set("scr.interactive") {
        write!(env.out, "\x1b[2J\x1b[0;0H")?;
    }
    Ok(())
}

fn name_system(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = rustix::system::uname();
    let system = name.sysname().to_string_lossy();
    match args.text {
        "-r" => Ok(writeln!(env.out, "{system} {}", name.release().to_string_lossy())?),
        _ => Ok(writeln!(env.out, "{system}")?),
    }
}

fn sleep(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let seconds = args.required("how long")?.parse::<f64>().ok();
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let mut left = wait.ok_or_else(|| args.wrong(format!("'{}' is no number of seconds", args.text)))?;
    while !left.is_zero() {
        env.ctx.check()?;
        let part = left.min(Duration::from_millis(20));
        std::thread::sleep(part);
        left -= part;
    }
    Ok(())
}
