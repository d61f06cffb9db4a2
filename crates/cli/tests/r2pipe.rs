//! Python's r2pipe drives farad: as a process it starts, and over tcp.
//!
//! In process mode r2pipe runs whatever `radare2` the PATH finds first: a private folder with a link of that name puts
//! farad there for one process, and an installed radare2 stays what it is for everyone else.
#![allow(clippy::print_stdout)]

mod support;

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use support::peer::{self, LIMIT};
use support::process::{self, Server};

const ELF: &str = "vault.x86_64.elf";

/// Opens what its argument names, asks, and prints each answer between brackets.
const SCRIPT: &str = r#"
import r2pipe, sys
r2 = r2pipe.open(sys.argv[1], flags=["-N", "-e", "scr.color=0"])
print([r2.cmd("?e hello").strip()])
print([r2.cmd("p8 4 @ 0x200000").strip()])
r2.cmd("s 0x200010")
print([r2.cmd("s").strip()])
print([r2.cmd("p8 4096 @ 0x200000").strip().__len__()])
print([r2.cmdj("ij")["bin"]["arch"]])
print([len(r2.cmdj("iSj")) > 4])
r2.quit()
"#;

#[test]
#[ignore = "needs r2pipe: run ./test"]
fn drives_a_process_it_starts() {
    let folder = support::inputs();
    let mut python = peer::python(folder.path());
    python.args(["-c", SCRIPT, ELF]).env("PATH", path_with_radare2(folder.path()));
    let done = process::run(&mut python, None, LIMIT);
    let answers = "['hello']\n['7f454c46']\n['0x200010']\n[8192]\n['x86']\n[True]";
    assert_eq!(done.ok(), answers, "{}", done.err());
}

#[test]
#[ignore = "needs r2pipe: run ./test"]
fn asks_over_tcp() {
    let folder = support::inputs();
    let server = tcp_server(folder.path());
    // A connection carries one answer and is closed; r2pipe makes one for each `open`.
    const SCRIPT: &str = r#"
import r2pipe, sys
for command in ["?e over tcp", "p8 4 @ 0x200000", "s 0x200010", "s", "p8 4096 @ 0x200000~?"]:
    print([r2pipe.open(sys.argv[1]).cmd(command).strip()])
"#;
    let mut python = peer::python(folder.path());
    python.args(["-c", SCRIPT, &format!("tcp://127.0.0.1:{}", server.port)]);
    let done = process::run(&mut python, None, LIMIT);
    assert_eq!(done.ok(), "['over tcp']\n['7f454c46']\n['']\n['0x200010']\n['1']", "{}", done.err());
}

/// The same two ways in, without Python: what r2pipe relies on, seen byte by byte.
#[test]
fn answers_end_with_nul_in_process_mode() {
    let folder = support::inputs();
    let mut command = support::farad(folder.path());
    command.args(["-q0", ELF]);
    let done = process::run(&mut command, Some(b"?e one\ns 0x200010\ns\n?e a;?e b\nq\n"), LIMIT);
    let answers: Vec<&[u8]> = done.stdout.split(|byte| *byte == 0).collect();
    let expected: [&[u8]; 5] = [b"", b"one\n", b"", b"0x200010\n", b"a\nb\n"];
    assert_eq!(answers[..5], expected, "{:?} {}", done.out(), done.err());
}

#[test]
fn a_tcp_command_needs_no_newline() {
    use std::io::{Read, Write};
    let folder = support::inputs();
    let server = tcp_server(folder.path());
    let ask = |bytes: &[u8]| {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a limit on reading");
        stream.write_all(bytes).expect("sending");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer and the end of the stream");
        answer
    };
    assert_eq!(ask(b"?e hello\n\0"), "hello\n", "as the stock client asks");
    assert_eq!(ask(b"p8 4 @ 0x200000"), "7f454c46\n", "as r2pipe asks");
    assert_eq!(ask(b"?e a\n?e b\n"), "a\nb\n", "several lines run in order");
    assert_eq!(ask(b"s 0x200010\n"), "\n", "an answer with nothing in it is a newline");
}

/// A search path whose first folder holds farad under the name `radare2`.
fn path_with_radare2(folder: &Path) -> OsString {
    let private = folder.join("private");
    std::fs::create_dir(&private).expect("a private folder");
    symlink(support::farad_path(), private.join("radare2")).expect("a link to farad");
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(private).chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).expect("a search path")
}

fn tcp_server(folder: &Path) -> Server {
    let start = |port| -> Command {
        let mut command = support::farad(folder);
        command.args(["-q", "-c", &format!("=t {port}"), ELF]);
        command
    };
    Server::start(start).expect("the tcp command server")
}
