//! Listings of folders.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{expand, failed};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::eval::each::matches;
use crate::registry::{Args, Mode};
use crate::render::{padding, printable};

/// Width of a listing where nothing else is known, in columns.
const WIDTH: usize = 80;
/// Blanks behind the longest name of a listing.
const GAP: usize = 5;
/// How deep a tree is gone into.
const DEPTH: usize = 64;

/// The form of a listing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Columns,
    Long,
    Lines,
    Marked,
    Json,
}

/// Something that is listed.
struct Entry {
    name: String,
    path: PathBuf,
}

/// What is to be listed, and how.
struct Request {
    form: Form,
    hidden: bool,
    path: String,
}

fn request(args: &Args<'_>) -> Result<Request> {
    let form = match args.mode {
        _ if args.row.name == "ll" => Form::Long,
        Mode::Json => Form::Json,
        Mode::Quiet => Form::Lines,
        _ => Form::Columns,
    };
    let mut request = Request { form, hidden: false, path: ".".to_owned() };
    for word in args.words() {
        let Some(options) = word.strip_prefix('-').filter(|options| !options.is_empty()) else {
            request.path = expand(&word);
            continue;
        };
        for option in options.chars() {
            match option {
                'a' => request.hidden = true,
                'l' => request.form = Form::Long,
                'q' | '1' => request.form = Form::Lines,
                'e' => request.form = Form::Marked,
                'j' => request.form = Form::Json,
                other => {
                    return Err(args.wrong(format!(
                        "there is no -{}: use a, l, q, e or j",
                        printable(&other.to_string())
                    )));
                }
            }
        }
    }
    Ok(request)
}

pub(super) fn list(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let request = request(args)?;
    let entries = entries(env, &request)?;
    match request.form {
        Form::Long => entries.iter().try_for_each(|entry| long_line(env, entry)),
        Form::Lines => entries.iter().try_for_each(|entry| Ok(writeln!(env.out, "{}", shown(entry))?)),
        Form::Marked => entries.iter().try_for_each(|entry| {
            let mark = if entry.path.is_dir() { "📁" } else { "  " };
            Ok(writeln!(env.out, "{mark} {}", shown(entry))?)
        }),
        Form::Json => {
            let rows = entries.iter().filter_map(|entry| Some(object(entry, &metadata(entry).ok()??)));
            let rows = Value::Array(rows.collect());
            Ok(writeln!(env.out, "{rows}")?)
        }
        Form::Columns => {
            let names: Vec<String> = entries.iter().map(shown).collect();
            in_columns(env, &names)
        }
    }
}

fn entries(env: &Env<'_>, request: &Request) -> Result<Vec<Entry>> {
    let path = Path::new(&request.path);
    let last = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if last.contains(['*', '?']) && !path.exists() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let found = folder_entries(env, folder, true)?;
        let hidden = request.hidden || last.starts_with('.');
        let is_named =
            |entry: &Entry| matches(&last, &entry.name) && (hidden || !entry.name.starts_with('.'));
        let found: Vec<Entry> = found.into_iter().filter(is_named).collect();
        return if found.is_empty() {
            Err(Error::failed(format!("no file is called '{}'", printable(&request.path))))
        } else {
            Ok(found)
        };
    }
    let found = fs::metadata(path).map_err(failed(&request.path))?;
    if found.is_dir() {
        return folder_entries(env, path, request.hidden);
    }
    Ok(vec![Entry { name: request.path.clone(), path: path.to_owned() }])
}

/// What is in a folder, by name.
fn folder_entries(env: &Env<'_>, folder: &Path, hidden: bool) -> Result<Vec<Entry>> {
    let shown = folder.display().to_string();
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(&shown))? {
        env.ctx.check()?;
        let entry = entry.map_err(failed(&shown))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if hidden || !name.starts_with('.') {
            entries.push(Entry { name, path: entry.path() });
        }
    }
    entries.sort_by(|entry, other| entry.name.cmp(&other.name));
    Ok(entries)
}

fn shown(entry: &Entry) -> String {
    let slash = if entry.path.is_dir() { "/" } else { "" };
    format!("{}{slash}", printable(&entry.name))
}

/// What the system says of an entry; nothing when it is gone by now.
fn metadata(entry: &Entry) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(&entry.path) {
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&entry.name)(error)),
    }
}

/// Kind and permissions as `ls -l` shows them.
fn permissions(meta: &Metadata) -> String {
    let kind = match () {
        () if meta.is_dir() => 'd',
        () if meta.is_symlink() => 'l',
        () => '-',
    };
    let mode = meta.permissions().mode();
    let letters = (0..9).rev().map(|bit| if mode >> bit & 1 == 1 { ['x', 'w', 'r'][bit % 3] } else { '-' });
    std::iter::once(kind).chain(letters).collect()
}

fn long_line(env: &mut Env<'_>, entry: &Entry) -> Result<()> {
    let Some(meta) = metadata(entry)? else { return Ok(()) };
    let (mode, links, size) = (permissions(&meta), meta.nlink(), meta.len());
    let owner = format!("{}:{}", meta.uid(), meta.gid());
    Ok(writeln!(env.out, "{mode}  {links:<4} {owner:6}  {size:<10}  {}", shown(entry))?)
}

fn object(entry: &Entry, meta: &Metadata) -> Value {
    json!({
        "name": entry.name,
        "isdir": meta.is_dir(),
        "size": meta.len(),
        "perm": permissions(meta),
        "uid": meta.uid(),
        "gid": meta.gid(),
        "mtime": meta.mtime(),
    })
}

fn in_columns(env: &mut Env<'_>, names: &[String]) -> Result<()> {
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let cell = widest + GAP;
    let width = match env.setting_number("scr.columns") {
        0 => WIDTH,
        columns => usize::try_from(columns).unwrap_or(WIDTH),
    };
    for row in names.chunks((width / cell).max(1)) {
        let line: String = row.iter().flat_map(|name| [name.clone(), padding(name, cell)]).collect();
        writeln!(env.out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A line for each file of a tree; links are not followed.
pub(super) fn list_tree(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let root = if args.is_empty() { ".".to_owned() } else { super::path(args)? };
    let mut left = vec![(PathBuf::from(&root), 0)];
    while let Some((folder, depth)) = left.pop() {
        let entries = match folder_entries(env, &folder, true) {
            Ok(entries) => entries,
            Err(error) if error.is_interrupt() || depth == 0 => return Err(error),
            Err(error) => {
                env.out.report(&format!("WARN: {error}"));
                continue;
            }
        };
        let mut below = Vec::new();
        for entry in entries {
            match fs::symlink_metadata(&entry.path).is_ok_and(|meta| meta.is_dir()) {
                true if depth < DEPTH => below.push((entry.path, depth + 1)),
                true => env.out.report(&format!("WARN: {} is too deep to go into", entry.path.display())),
                false => writeln!(env.out, "{}", printable(&entry.path.display().to_string()))?,
            }
        }
        left.extend(below.into_iter().rev());
    }
    Ok(())
}
