//! What one wants of a shell beside a target: folders and files of this machine, and small tools.

use std::io;

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::registry::{Args, Group, Kind, Mode, Param, Row, maybe, need};

mod folder;
mod list;
mod system;
mod text;

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "ls", brief: "folders and files of this machine", rows: ROWS };

const FOLDER: &[Param] = &[maybe("folder", Kind::File)];
const FILE: &[Param] = &[need("file", Kind::File)];
const TWO: &[Param] = &[need("from", Kind::File), need("to", Kind::File)];
const LINES: &[Param] = &[maybe("lines", Kind::Number), need("file", Kind::File)];

/// A row that works on files of this machine.
const fn row(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).effects(Effects::FILES)
}

/// A row that computes and nothing else.
const fn tool(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).effects(Effects::empty())
}

static ROWS: &[Row] = &[
    row(
        "ls",
        "List a folder, or files by a pattern (-a all, -l with details, -q a line each, -e marked, -j JSON)",
        list::list,
    )
    .modes(&[Mode::Json, Mode::Quiet])
    .params(FOLDER),
    row("ll", "List a folder with details", list::list).params(FOLDER),
    row("lr", "List a folder and all below it", list::list_tree).params(FOLDER),
    row("cat", "Show a file, or the text of an alias ($name)", text::show).params(FILE),
    row("less", "Show a file; on a terminal, a page at a time", text::page).params(FILE),
    row("le", "Show a file; on a terminal, a page at a time", text::page).params(FILE),
    row("head", "Show the first lines of a file", text::head).params(LINES),
    row("tail", "Show the last lines of a file", text::tail).params(LINES),
    row("sort", "Show the lines of a file sorted", text::sort).params(FILE),
    row("uniq", "Show the lines of a file, each of them once", text::unique).params(FILE),
    row("join", "Show lines of two files that begin with the same word as one", text::join)
        .params(&[need("file", Kind::File), need("file", Kind::File)]),
    row("pwd", "Show the current folder", folder::show).examples(&["pwd"]),
    row("cd", "Change the current folder; - is the one before", folder::change).params(FOLDER),
    row(
        "pushd",
        "Change the current folder and remember it; without one, show what is remembered",
        folder::push,
    )
    .params(FOLDER)
    .examples(&["pushd", "pushd .; popd"]),
    row("popd", "Go back to the folder remembered last", folder::pop).examples(&["pushd .; popd"]),
    row("dirs", "Show the current folder and those remembered", folder::show_stack).examples(&["dirs"]),
    row("mkdir", "Make a folder (-p with those above it)", folder::make)
        .params(&[need("folder", Kind::File)]),
    row("rm", "Remove a file, or an empty folder", folder::remove).params(FILE),
    row("mv", "Move or rename a file", folder::rename).params(TWO),
    row("cp", "Copy a file", folder::copy).params(TWO),
    row("touch", "Make an empty file unless it is there", folder::touch).params(FILE),
    row("which", "Show where a program is", system::which).params(&[need("program", Kind::Word)]),
    row("whoami", "Show the name of the user", system::name_user).examples(&["whoami"]),
    row("u", "Name the system", system::name_system).examples(&["u"]),
    row("uid", "Show the number of the user", system::number_user).examples(&["uid"]),
    row("uname", "Name the system (-r its release too)", system::name_system)
        .params(&[maybe("option", Kind::Word)])
        .examples(&["uname", "uname -r"]),
    tool("date", "Show the date and time (UTC)", system::date).examples(&["date"]),
    tool("echo", "Print text", text::echo).params(&[maybe("text", Kind::Text)]).examples(&["echo hello"]),
    tool("printf", "Print text by a format: %s %d %u %x %o %c %%, and escapes", text::formatted)
        .params(&[need("format", Kind::Text), maybe("values", Kind::Text)])
        .examples(&["printf \"%s is %#x\\n\" here $$"]),
    tool("clear", "Clear the screen", system::clear).examples(&["clear"]),
    tool("cls", "Clear the screen", system::clear).examples(&["cls"]),
    tool("cl", "Clear the screen", system::clear).examples(&["cl"]),
    tool("clear0", "Move the cursor to the top of the screen", system::home).examples(&["clear0"]),
    tool("sleep", "Wait for a number of seconds", system::sleep)
        .params(&[need("seconds", Kind::Number)])
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

/// The one path of an argument.
fn path(args: &Args<'_>) -> Result<String> {
    Ok(expand(&crate::lang::unquote(args.required("the file")?)))
}

/// The two paths of an argument.
fn two_paths(args: &Args<'_>) -> Result<(String, String)> {
    match &args.words()[..] {
        [from, to] => Ok((expand(from), expand(to))),
        _ => Err(args.wrong("two files are needed")),
    }
}

#[cfg(test)]
mod tests;
