//! What a script is written in, and the program that runs it: told by the ending of its name and its first line.
//!
//! Owns the table of languages. Must not run anything, nor know what a session is.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A language that scripts are written in.
pub(crate) struct Language {
    /// Its name.
    pub(crate) name: &'static str,
    /// Endings of its files' names, in small letters.
    endings: &'static [&'static str],
    /// Programs that run it, the better first; none are known where it has to be compiled.
    pub(crate) programs: &'static [&'static str],
    /// What stands between the program and the file.
    args: &'static [&'static str],
}

const fn language(
    name: &'static str,
    endings: &'static [&'static str],
    programs: &'static [&'static str],
) -> Language {
    Language { name, endings, programs, args: &[] }
}

/// Every language whose files are never taken for commands.
pub(crate) static LANGUAGES: &[Language] = &[
    language("Python", &["py", "pyw"], &["python3", "python"]),
    language("JavaScript", &["js", "mjs", "cjs", "es6"], &["node"]),
    language("shell", &["sh"], &["sh"]),
    language("Bash", &["bash"], &["bash"]),
    language("Ruby", &["rb"], &["ruby"]),
    language("Perl", &["pl"], &["perl"]),
    language("Lua", &["lua"], &["lua", "luajit", "lua5.4", "lua5.3"]),
    language("PHP", &["php"], &["php"]),
    language("Tcl", &["tcl"], &["tclsh"]),
    language("newLISP", &["lsp"], &["newlisp"]),
    language("Scheme", &["scm"], &["guile"]),
    language("Julia", &["jl"], &["julia"]),
    language("R", &["r"], &["Rscript"]),
    language("Clojure", &["clj"], &["clojure"]),
    language("Elixir", &["exs"], &["elixir"]),
    Language { args: &["run"], ..language("Go", &["go"], &["go"]) },
    Language { args: &["run"], ..language("V", &["v"], &["v"]) },
    language("TypeScript", &["ts", "mts"], &["tsx", "ts-node", "bun"]),
    language("C", &["c", "cc", "cpp", "cxx"], &[]),
    language("C#", &["cs"], &[]),
    language("D", &["d"], &[]),
    language("Java", &["java"], &[]),
    language("Nim", &["nim"], &[]),
    language("Rust", &["rs"], &[]),
    language("Swift", &["swift"], &[]),
    language("Vala", &["vala"], &[]),
    language("Zig", &["zig"], &[]),
    language("WebAssembly", &["wasm"], &[]),
    language("Windows program", &["exe"], &[]),
];

/// Programs whose scripts are lines of commands, so that a first line may name them.
const OURS: &[&str] = &["farad", "r2", "radare2"];

/// Bytes of a file in which its kind is looked for.
const HEAD: usize = 8 << 10;

/// What a file's lines are.
#[derive(Debug, PartialEq)]
pub(crate) enum Script {
    /// Commands of this language.
    Commands,
    /// Something for a program: it, and its arguments.
    Program(PathBuf, Vec<OsString>),
}

impl Language {
    /// The first of its programs that is in `PATH`.
    pub(crate) fn program(&self) -> Option<PathBuf> {
        self.programs.iter().find_map(|name| find(OsStr::new(name)))
    }

    /// The program and what comes before a file's name.
    fn command(&self, what: &str) -> Result<(PathBuf, Vec<OsString>)> {
        let program = self.program().ok_or_else(|| {
            let wanted = match self.programs {
                [] => "farad runs none of these".to_owned(),
                names => format!("none of its programs is in PATH: {}", names.join(", ")),
            };
            Error::failed(format!("{what} is {}, and {wanted}", self.name))
        })?;
        Ok((program, self.args.iter().map(Into::into).collect()))
    }
}

/// The language of a name: its own, one of its programs', or an ending of its files.
pub(crate) fn named(name: &str) -> Option<&'static Language> {
    let small = name.to_ascii_lowercase();
    LANGUAGES.iter().find(|language| {
        language.name.eq_ignore_ascii_case(name)
            || language.programs.contains(&name)
            || language.endings.contains(&small.as_str())
    })
}

/// What a language's name takes to run: its program, and what comes before a file's name.
///
/// # Errors
/// A language that is not known, or has no program here.
pub(crate) fn interpreter(name: &str) -> Result<(PathBuf, Vec<OsString>)> {
    let language =
        named(name).ok_or_else(|| Error::failed(format!("no language '{name}' (#! lists them)")))?;
    language.command(&format!("#!{name}"))
}

/// What the file is, whose bytes begin with `text`.
///
/// # Errors
/// It is for a program that is not here, or is no text at all.
pub(crate) fn kind(path: &Path, text: &[u8]) -> Result<Script> {
    let shown = crate::render::printable(&path.to_string_lossy());
    let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    // Both of radare2's own engine, which has no program to be run by.
    if ending.as_deref() == Some("r2js") || shown.ends_with(".r2.js") {
        return Err(Error::failed(format!("{shown} is for radare2's own JavaScript, which farad lacks")));
    }
    let language = ending
        .and_then(|ending| LANGUAGES.iter().find(|language| language.endings.contains(&ending.as_str())));
    let head = &text[..text.len().min(HEAD)];
    match (first_line(head), language) {
        (First::Ours, _) => return Ok(Script::Commands),
        (First::Program(program, args), language) => match (find(&program), language) {
            (Some(program), _) => return Ok(Script::Program(program, with_file(args, path))),
            (None, Some(_)) => {}
            (None, None) => {
                let program = crate::render::printable(&program.to_string_lossy());
                return Err(Error::failed(format!("{shown} is for {program}, which is not here")));
            }
        },
        (First::Other, _) => {}
    }
    if let Some(language) = language {
        let (program, args) = language.command(&shown)?;
        return Ok(Script::Program(program, with_file(args, path)));
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(Error::failed(format!("{shown} is UTF-16, and scripts are UTF-8")));
    }
    if head.contains(&0) {
        return Err(Error::failed(format!("{shown} is no script: it is not text")));
    }
    if let Some(language) = guess(&String::from_utf8_lossy(head)) {
        let ending = named(language).map_or("", |language| language.endings[0]);
        return Err(Error::failed(format!(
            "{shown} looks like {language}: give its name the ending .{ending}, or begin it with #!"
        )));
    }
    Ok(Script::Commands)
}

/// The text without the mark that some editors put in front.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// A path that no program takes for a flag.
fn with_file(mut args: Vec<OsString>, path: &Path) -> Vec<OsString> {
    let is_flag = path.as_os_str().as_bytes().first() == Some(&b'-');
    args.push(if is_flag { Path::new(".").join(path).into() } else { path.into() });
    args
}

/// What a first line says.
enum First {
    /// This language is spoken.
    Ours,
    /// A program, with at most one argument.
    Program(OsString, Vec<OsString>),
    /// Nothing of the kind.
    Other,
}

fn first_line(text: &[u8]) -> First {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(line) = line.strip_prefix(b"#!") else { return First::Other };
    let line = line.trim_ascii();
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (program, rest) = (&line[..end], line[end..].trim_ascii());
    let base = |word: &[u8]| Path::new(OsStr::from_bytes(word)).file_name().map(OsStr::to_owned);
    // As the kernel does, all that is behind the program is one argument.
    let args: Vec<OsString> =
        (!rest.is_empty()).then(|| OsStr::from_bytes(rest).to_owned()).into_iter().collect();
    if !program.contains(&b'/') {
        // `#!pipe x.sh` and `#!python x.py` are commands of this language; a language alone tells the file's own.
        return match named(&String::from_utf8_lossy(program)) {
            Some(_) if rest.is_empty() => First::Program(OsStr::from_bytes(program).to_owned(), args),
            _ => First::Other,
        };
    }
    let mut words =
        rest.split(u8::is_ascii_whitespace).filter(|word| !word.starts_with(b"-") && !word.is_empty());
    let mut named = base(program);
    if named.as_deref() == Some(OsStr::new("env")) {
        named = words.find(|word| !word.contains(&b'=')).and_then(base);
    }
    let is_ours = named.as_deref().and_then(OsStr::to_str).is_some_and(|name| OURS.contains(&name));
    if is_ours { First::Ours } else { First::Program(OsStr::from_bytes(program).to_owned(), args) }
}

/// The language that a text of no known name begins in, where that is plain to see: run as commands, it would
/// write and seek by chance.
fn guess(text: &str) -> Option<&'static str> {
    let code = |line: &&str| !line.is_empty() && !line.starts_with(['#', '/', '"', '\'', '*']);
    let line = text.lines().map(str::trim).find(code)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["import", ..] if line.ends_with(';') => Some("JavaScript"),
        ["import", name, ..] | ["from", name, "import", ..] if name.starts_with(char::is_alphabetic) => {
            Some("Python")
        }
        ["def" | "class", .., last] if last.ends_with(':') => Some("Python"),
        ["const" | "let" | "var", _, "=", ..] | ["async", "function", ..] => Some("JavaScript"),
        _ => None,
    }
}

/// A program as a shell finds it.
fn find(name: &OsStr) -> Option<PathBuf> {
    if name.as_bytes().contains(&b'/') {
        return Path::new(name).is_file().then(|| name.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn told(name: &str, text: &str) -> std::result::Result<Script, String> {
        kind(Path::new(name), text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_ending_is_of_one_language() {
        let mut seen = HashSet::new();
        for language in LANGUAGES {
            assert!(!language.endings.is_empty(), "{}", language.name);
            for ending in language.endings {
                assert!(seen.insert(ending), "{ending} is there twice");
                assert_eq!(*ending, ending.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn commands_are_told_from_programs() {
        for (name, text) in [
            ("a.r2", "?e hi"),
            ("a", ""),
            ("a", "#!/usr/bin/env -S r2 -i\n?e hi"),
            ("a.sh.r2", "#!/usr/bin/farad -i\n"),
            ("a", "#!pipe node x.js\n?e hi"),
            ("a", "# import os\n?e hi"),
            ("rc", "e asm.bits=32"),
        ] {
            assert_eq!(told(name, text), Ok(Script::Commands), "{name} {text}");
        }
        for (name, text, program, args) in [
            ("a.sh", "true", "sh", &["a.sh"][..]),
            ("-a.SH", "true", "sh", &["./-a.SH"]),
            ("a", "#!/bin/sh -e\n", "sh", &["-e", "a"]),
            ("a", "#!  /bin/sh\r\n", "sh", &["a"]),
            ("a.sh", "#!/no/such/program\n", "sh", &["a.sh"]),
            ("a", "#!sh\n", "sh", &["a"]),
        ] {
            match told(name, text) {
                Ok(Script::Program(found, given)) => {
                    assert_eq!(found.file_name(), Some(OsStr::new(program)), "{name} {text}");
                    assert_eq!(given, args, "{name} {text}");
                }
                other => panic!("{name} {text}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_nothing_runs_is_refused_by_name() {
        for (name, text, word) in [
            ("a.zig", "", "Zig"),
            ("a.r2.js", "", "a.r2.js"),
            ("a", "#!/no/such/program\n", "/no/such/program"),
            ("a", "\u{0}ELF", "not text"),
            ("a", "# of r2pipe\nimport r2pipe\nw = 1", "Python"),
            ("a", "const r2 = require('r2pipe');", "JavaScript"),
            ("a", "def f(x):\n", "Python"),
        ] {
            let error = told(name, text).unwrap_err();
            assert!(error.contains(word), "{name} {text}: {error}");
        }
        assert!(kind(Path::new("a"), b"\xff\xfe?\0").unwrap_err().to_string().contains("UTF-16"));
        assert!(interpreter("klingon").unwrap_err().to_string().contains("klingon"));
    }
}
