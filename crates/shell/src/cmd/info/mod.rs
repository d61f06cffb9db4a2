//! What a file's headers tell: `i` and the letters behind it.
//!
//! Everything was read when the file was opened; here it is listed as tables, JSON, or commands
//! that make it flags. Names out of files are data, and only their printable form is shown.

use farad_bin::demangle;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::load::Loaded;
use crate::out::Out;
use crate::registry::{Args, Group, Kind, Mode, Row, maybe, need};
use crate::render::json_text;
use crate::session::Session;

mod digest;
mod entry;
mod header;
mod relocation;
mod section;
mod string;
mod summary;
mod symbol;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "i", brief: "what the file's headers tell", rows: ROWS };

const ALL: &[Mode] = &[Mode::Json, Mode::Quiet, Mode::Script];
const TABLE: &[Mode] = &[Mode::Json, Mode::Quiet, Mode::Script, Mode::Table];
const JSON: &[Mode] = &[Mode::Json];
const MEASURES: &[crate::registry::Param] = &[maybe("measures", Kind::Text)];

/// A row with every form.
const fn all(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).modes(ALL)
}

/// The same for what is a table.
const fn listed(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    Row::new(name, brief, run).modes(TABLE)
}

static ROWS: &[Row] = &[
    all("i", "The file and what its headers tell of it", summary::print_all).examples(&["i", "ij"]),
    all("iI", "What the headers tell of the file as a whole", summary::print_facts).examples(&["iI", "iIj"]),
    Row::new("ia", "Everything the headers tell, as JSON", summary::print_everything)
        .modes(JSON)
        .examples(&["ia"]),
    Row::new("iA", "The architectures in a file of several", summary::print_architectures)
        .before_names()
        .modes(JSON),
    listed("ie", "Entry points of the program", entry::print_programs)
        .before_names()
        .examples(&["ie", "ieq"]),
    listed("iee", "Initialisers and finalisers", entry::print_initialisers).examples(&["iee"]),
    all("iM", "The main function, where it can be told", entry::print_main).examples(&["iM"]),
    listed("iS", "Sections; entropy, md5, sha1 and sha256 of each can be asked for", section::print)
        .before_names()
        .params(MEASURES)
        .examples(&["iS", "iSj"]),
    listed("iSc", "Sections; the same as iS", section::print).before_names(),
    Row::new("iSqq", "Sections; the same as iSq", section::print).before_names(),
    Row::new("iS.", "The section at the seek", section::print_here).before_names().examples(&["iS."]),
    Row::new("iSj.", "The section at the seek, as JSON", section::print_here).before_names(),
    Row::new("iSq.", "The section at the seek, in short", section::print_here).before_names(),
    Row::new("iS=", "A bar for each section", section::print_bars).before_names().examples(&["iS="]),
    listed("iSS", "Segments", section::print).before_names().params(MEASURES).examples(&["iSS"]),
    Row::new("iSS.", "The segment at the seek", section::print_here).before_names(),
    Row::new("iSSj.", "The segment at the seek, as JSON", section::print_here).before_names(),
    Row::new("iSSq.", "The segment at the seek, in short", section::print_here).before_names(),
    Row::new("iSS=", "A bar for each segment", section::print_bars).before_names(),
    listed("is", "Symbols", symbol::print).examples(&["is", "isq"]),
    Row::new("isqq", "Names of symbols", symbol::print),
    Row::new("is.", "The symbol at the seek", symbol::print_here).examples(&["is."]),
    Row::new("isj.", "The symbol at the seek, as JSON", symbol::print_here),
    Row::new("isq.", "The symbol at the seek, in short", symbol::print_here),
    listed("iE", "Symbols that other files may use", symbol::print).examples(&["iE"]),
    Row::new("iEqq", "Names of exported symbols", symbol::print),
    Row::new("iE.", "The exported symbol at the seek", symbol::print_here),
    Row::new("iEj.", "The exported symbol at the seek, as JSON", symbol::print_here),
    Row::new("iEq.", "The exported symbol at the seek, in short", symbol::print_here),
    listed("ii", "Symbols that other files must provide", relocation::print_imports).examples(&["ii"]),
    listed("ir", "Places that the loader fills in", relocation::print_relocations).examples(&["ir"]),
    Row::new("il", "Libraries that are needed", relocation::print_libraries)
        .modes(&[Mode::Json, Mode::Quiet])
        .examples(&["il"]),
    listed("iz", "Strings of the data sections", string::print).examples(&["iz", "izj"]),
    Row::new("izqq", "Texts of the strings of the data sections", string::print),
    listed("izz", "Strings of the whole file", string::print_file).examples(&["izz"]),
    Row::new("izzqq", "Texts of the strings of the whole file", string::print_file),
    listed("izzz", "Strings of the whole file; the same as izz", string::print_file),
    Row::new("ih", "The header's numbers", header::print_fields)
        .before_names()
        .modes(&[Mode::Json, Mode::Script])
        .examples(&["ih"]),
    Row::new("iH", "The header, explained", header::print_account).modes(JSON).examples(&["iH"]),
    Row::new("it", "Digests of the file", digest::print).before_names().modes(JSON).examples(&["it", "itj"]),
    Row::new("iZ", "Bytes that the headers account for", print_size)
        .before_names()
        .modes(JSON)
        .examples(&["iZ"]),
    Row::new("iD", "A mangled name made readable", print_demangled)
        .params(&[need("language", Kind::Word), need("name", Kind::Text)])
        .examples(&["iD c++ _Z3fooi"]),
];

/// What was read of the current descriptor's headers; of the last file that has some where it
/// has none.
fn current<'a>(session: &'a Session, lens: &farad_io::Lens) -> Option<&'a Loaded> {
    let fd = session.io.current(lens).ok();
    let of_current = session.loaded.iter().find(|loaded| Some(loaded.fd) == fd);
    of_current.or_else(|| session.loaded.last())
}

/// The descriptor whose file is told of.
fn current_fd(session: &Session, lens: &farad_io::Lens) -> Result<u32> {
    match current(session, lens) {
        Some(loaded) => Ok(loaded.fd),
        None => Ok(session.io.current(lens)?),
    }
}

/// The form asked for; rows whose letter is not the last of their name have it there.
fn form(args: &Args<'_>) -> Mode {
    let name = args.row.name;
    if args.mode != Mode::Text {
        args.mode
    } else if name.ends_with("j.") {
        Mode::Json
    } else if name.ends_with("q.") || name.ends_with("qq") {
        Mode::Quiet
    } else {
        Mode::Text
    }
}

/// What is printed of a list where no headers were read.
fn nothing(env: &mut Env<'_>, mode: Mode) -> Result<()> {
    if mode == Mode::Json {
        writeln!(env.out, "[]")?;
    }
    Ok(())
}

/// Rows as an array of JSON, in a line.
fn print_json(out: &mut dyn Out, rows: impl IntoIterator<Item = Value>) -> Result<()> {
    write_array(out, rows)?;
    Ok(writeln!(out)?)
}

/// Rows as an array of JSON, each written as it comes.
fn write_array(out: &mut dyn Out, rows: impl IntoIterator<Item = Value>) -> Result<()> {
    write!(out, "[")?;
    for (index, row) in rows.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}{}", json_text(&row))?;
    }
    Ok(write!(out, "]")?)
}

/// A line of JSON.
fn write_json(out: &mut dyn Out, value: &Value) -> Result<()> {
    Ok(writeln!(out, "{}", json_text(value))?)
}

fn write_address(out: &mut dyn Out, addr: u64) -> Result<()> {
    Ok(writeln!(out, "{addr:#010x}")?)
}

/// An address in a table; dashes where there is none.
fn addr_cell(addr: Option<u64>) -> String {
    addr.map_or_else(|| "-".repeat(10), |addr| format!("{addr:#010x}"))
}

fn print_size(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some(loaded) = current(env.session, &env.view.lens) else { return Ok(()) };
    let size = loaded.binary.info.size;
    match args.is_json() {
        true => writeln!(env.out, "{{\"size\":{size}}}")?,
        false => writeln!(env.out, "{size}")?,
    }
    Ok(())
}

fn print_demangled(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (language, name) = args.split_first();
    if name.is_empty() {
        return Err(args.wrong("a language and a name are needed"));
    }
    if !matches!(language, "c++" | "cxx" | "rust") {
        return Err(Error::failed(format!("names of '{language}' are not known: use c++ or rust")));
    }
    let readable = demangle(name).unwrap_or_else(|| name.to_owned());
    Ok(writeln!(env.out, "{}", crate::render::printable(&readable))?)
}

#[cfg(test)]
mod tests;
