//! The command line as a user types it: flags, targets, streams, exit statuses.
//!
//! How words are taken apart is tested beside the parser; here it is that each flag does what it says.
#![allow(clippy::print_stdout)]

mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::process::{self, End, Finished, Server};

const LIMIT: Duration = Duration::from_secs(20);
const ELF: &str = "vault.x86_64.elf";
const PIE: &str = "vault.pie.elf";
const ARM: &str = "vault.arm.elf";

/// farad with these words, and `-N` before them, run in a folder of inputs.
fn farad(folder: &Path, words: &[&str]) -> Finished {
    typed(folder, words, None)
}

fn typed(folder: &Path, words: &[&str], input: Option<&[u8]>) -> Finished {
    let mut command = Command::new(support::farad_path());
    command.arg("-N").args(words).current_dir(folder);
    process::run(&mut command, input, LIMIT)
}

/// Words, and what they print.
type Row = (&'static [&'static str], &'static str);

#[test]
fn flags_do_what_they_say() {
    const ROWS: &[Row] = &[
        (&["-q", "-c", "?e one", "-c", "?e two", "--"], "one\ntwo"),
        (&["-qc?e stuck to its flag", "--"], "stuck to its flag"),
        (&["-qc", "?v $s", "-"], "0x200"),
        (&["-q", "-i", "script", "--"], "from a script"),
        (&["-q", "-i", "script", "-c", "?e then -c", "--"], "from a script\nthen -c"),
        (&["-q", "-I", "script", "-c", "?e then -c", "--"], "from a script\nthen -c"),
        (&["-q", "-a", "arm", "-b", "16", "-c", "e asm.arch;e asm.bits", "-"], "arm\n16"),
        (&["-q", "-e", "io.0xff=0x41", "-c", "e io.0xff", "-"], "0x41"),
        (&["-q", "-s", "0x10", "-c", "s", "-"], "0x10"),
        (&["-q", "-s", "sym.fib", "-c", "s", ELF], "0x2012a0"),
        (&["-n", "-q", "-c", "s;p8 4", ELF], "0x0\n7f454c46"),
        (&["-nn", "-q", "-c", "s;p8 4", ELF], "0x0\n7f454c46"),
        (&["-q", "-B", "0x10000", "-c", "p8 4 @ 0x10000", PIE], "7f454c46"),
        (&["-n", "-q", "-m", "0x400000", "-c", "p8 4 @ 0x400000", ELF], "7f454c46"),
        (&["-n", "-q", "-f", "-c", "b", ELF], "0x8c8"),
        (&["-n", "-w", "-q", "-c", "wx 4142 @ 1;p8 4 @ 0", ARM], "7f414246"),
        (&["-w", "-q", "-c", "wx 90 @ entry0;p8 2 @ entry0", ELF], "9048"),
        (&["-z", "-q", "-c", "iz~?", ELF], "0"),
        (&["-Q", "-c", "?e quick", "--"], "quick"),
        (&["-qq", "--"], ""),
        (&["-NN", "-q", "-c", "?e nothing loaded", "--"], "nothing loaded"),
    ];
    for (words, expected) in ROWS {
        let folder = support::inputs();
        std::fs::write(folder.path().join("script"), "?e from a script\n").expect("a script");
        let done = farad(folder.path(), words);
        assert_eq!((done.out().trim(), done.end), (*expected, End::Exit(0)), "{words:?}: {}", done.err());
    }
}

#[test]
fn versions_are_shown() {
    let folder = support::inputs();
    for flag in ["-v", "-V"] {
        let shown = farad(folder.path(), &[flag]).ok();
        assert!(shown.contains("farad") && shown.contains(env!("CARGO_PKG_VERSION")), "{flag}: {shown}");
    }
    let shown = farad(folder.path(), &["-v", "-j"]).ok();
    let value: serde_json::Value = serde_json::from_str(&shown).expect("-vj prints JSON");
    assert!(value.to_string().contains(env!("CARGO_PKG_VERSION")), "{shown}");
}

#[test]
fn help_has_a_short_and_a_long_form() {
    let folder = support::inputs();
    let (short, long) = (farad(folder.path(), &["-h"]).ok(), farad(folder.path(), &["-hh"]).ok());
    assert!(short.contains("-c") && short.len() < long.len(), "{short}");
    for letter in "0 1 2 a b B c C e f h i I L m n N q Q R s v V w z j".split(' ') {
        assert!(long.contains(&format!("-{letter}")), "-{letter} is in the long help");
    }
}

#[test]
fn schemes_are_listed() {
    let folder = support::inputs();
    let shown = farad(folder.path(), &["-L"]).ok();
    let listed = [
        "file", "malloc", "hex", "null", "cyclic", "sparse", "slurp", "fd", "mmap", "procpid", "rap", "http",
    ];
    for scheme in listed {
        assert!(shown.contains(&format!("{scheme}://")), "{scheme}:// is in {shown}");
    }
    let shown = farad(folder.path(), &["-Lj"]).ok();
    let value: serde_json::Value = serde_json::from_str(&shown).expect("-Lj prints JSON");
    let rows = value.as_array().expect("an array");
    for field in ["name", "permissions", "description", "uris"] {
        assert!(rows.iter().all(|row| row.get(field).is_some()), "each has {field}: {shown}");
    }
}

#[test]
fn a_value_may_begin_with_an_equals_sign() {
    let folder = support::inputs();
    // Had the sign been taken off, `:127…` would be no server and nobody would listen.
    let server = Server::start(|port| {
        let mut command = support::farad(folder.path());
        command.args([&format!("-qc=:127.0.0.1:{port}"), ELF]);
        command
    });
    assert!(server.is_ok(), "{:?}", server.err());
}

#[test]
fn a_server_is_a_target() {
    let folder = support::inputs();
    let mut server = support::peer::Program::Farad.serve(folder.path());
    assert!(server.runs());
    server.signal(rustix::process::Signal::INT);
    assert!(server.end_within(Duration::from_secs(5)).is_some(), "^C ends it");
}

#[test]
fn mistakes_are_named_and_fail() {
    const ROWS: &[Row] = &[
        (&["-Z"], "-Z"),
        (&["-qc"], "-c"),
        (&["--no-such-flag"], "no-such-flag"),
        (&["-q", "-c", "?e not reached", "no-such-file"], "no-such-file"),
        (&["-q", "-c", "?e not reached", "no-such-scheme://x"], "no-such-scheme"),
        (&["-q", "-i", "no-such-script", "--"], "no-such-script"),
        (&["-qc", "=:0.0.0.0:9", "--"], "rap.public=true"),
    ];
    let folder = support::inputs();
    for (words, named) in ROWS {
        let done = farad(folder.path(), words);
        assert!(matches!(done.end, End::Exit(1..)), "{words:?}: {:?}", done.end);
        assert!(done.err().contains(named), "{words:?}: {}", done.err());
        assert_eq!(done.out(), "", "{words:?}");
    }
}

#[test]
fn a_failed_remote_command_is_the_exit_status() {
    let folder = support::inputs();
    let start = Instant::now();
    let nobody = format!("=+ rap://127.0.0.1:{}/", support::net::free_port());
    let done = farad(folder.path(), &["-qc", &nobody, "--"]);
    assert_eq!(done.end, End::Exit(1), "{}", done.err());
    assert!(start.elapsed() < Duration::from_secs(5));

    let server = support::peer::Program::Farad.serve(folder.path());
    let host = format!("=+ rap://127.0.0.1:{}/{ELF}", server.port);
    let remote = |command: &str| farad(folder.path(), &["-q", "-c", &host, "-c", command, "--"]);
    let done = remote("=0 no.such.command");
    assert_eq!(done.end, End::Exit(1), "{} {}", done.out(), done.err());
    let done = remote("=0 ?e fine");
    assert_eq!((done.out().trim(), done.end), ("fine", End::Exit(0)), "{}", done.err());
}

#[test]
fn commands_come_from_a_pipe() {
    let folder = support::inputs();
    let done = typed(folder.path(), &["-q", ELF], Some(b"s 0x200010\ns\n?e a;?e b\n"));
    assert_eq!(done.ok(), "0x200010\na\nb");
    let done = typed(folder.path(), &["-q", "--"], Some(b"?e before\nq\n?e after\n"));
    assert_eq!(done.ok(), "before", "q leaves");
}

#[test]
fn a_pipe_gets_no_colour() {
    let folder = support::inputs();
    let done = farad(folder.path(), &["-qc", "pd 4;px 16", ELF]);
    assert!(done.stdout.len() > 100 && !done.stdout.contains(&0x1b), "{:?}", done.out());
}

#[test]
fn errors_have_their_own_stream() {
    let folder = support::inputs();
    let commands = "?e a;no.such.command;?e b";
    let done = farad(folder.path(), &["-qc", commands, "--"]);
    assert_eq!(done.out(), "a\nb\n");
    assert!(done.err().contains("no.such.command"), "{}", done.err());
    let done = farad(folder.path(), &["-1", "-qc", commands, "--"]);
    assert!(done.out().contains("no.such.command") && done.err().is_empty(), "-1: {}", done.err());
    let done = farad(folder.path(), &["-2", "-qc", commands, "--"]);
    assert_eq!((done.out().as_str(), done.err().as_str()), ("a\nb\n", ""), "-2");
}

#[test]
fn output_into_a_closed_pipe_is_no_crash() {
    let folder = support::inputs();
    let mut shell = Command::new("sh");
    shell.args(["-c", "\"$0\" -N -qc 'p8 1M' malloc://1M | head -c 16"]).arg(support::farad_path());
    let done = process::run(shell.current_dir(folder.path()), None, LIMIT);
    assert_eq!(done.out(), "0".repeat(16));
    assert!(!done.err().contains("panicked"), "{}", done.err());
}

#[test]
fn the_demo_passes() {
    let folder = support::inputs();
    let done = process::run(
        Command::new(support::farad_path()).arg("demo").current_dir(folder.path()),
        None,
        2 * LIMIT,
    );
    assert_eq!(done.end, End::Exit(0), "{}\n{}", done.out(), done.err());
}
