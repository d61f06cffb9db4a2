//! r2pipe drives farad: Python's as a process that it starts, over tcp and over HTTP; that of Node.js over HTTP.
//!
//! In process mode r2pipe runs whatever `radare2` the PATH finds first: a private folder with a link of that name puts
//! farad there for one process, and an installed radare2 stays what it is for everyone else.
#![allow(clippy::print_stdout)]

mod support;

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use support::peer::{self, LIMIT, Program};
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

/// What is asked over HTTP, one command after another on one session, and what comes of it. `len` is the length alone.
const OVER_HTTP: &[(&str, &str)] = &[
    ("?e hello", "hello"),
    ("s 0x200010", ""),
    ("s", "0x200010"),
    ("?e a;?e b", "a\nb"),
    ("p8 4 @ 0x200000", "7f454c46"),
    ("?v 7%4", "0x3"),
    ("'?e it's \"so\"; and | so", "it's so; and | so"),
    ("?e a/b+c&d=e", "a/b+c&d=e"),
    ("?e x~x", "x"),
    ("/x 7f454c46~0x002", "0x00200000 hit0_0 7f454c46"),
    ("p8 512K @ 0x200000", "len 1048576"),
    ("pr 4 @ 0x200000", "\u{7f}ELF"),
];

/// What Python can ask beside.
const OF_PYTHON: &[(&str, &str)] =
    &[("", ""), ("?e 100%25", "100%25"), ("?e a?b#c", "a?b#c"), ("?e \u{e9}\u{20ac}", "\u{e9}\u{20ac}")];

#[test]
#[ignore = "needs r2pipe: run ./test"]
fn python_asks_over_http() {
    const SCRIPT: &str = r#"
import json, r2pipe, sys
r2 = r2pipe.open(sys.argv[1])
answers = [r2.cmd(command) for command in json.load(sys.stdin)]
print(json.dumps([answers, r2.cmdj("ij")["bin"]["arch"], r2.cmdj("s 0x200020;sj")]))
"#;
    let asked: Vec<(&str, &str)> = OVER_HTTP.iter().chain(OF_PYTHON).copied().collect();
    let answers = drive(peer::python, &["-c", SCRIPT], "http://127.0.0.1:PORT", &asked);
    let places = answers[1].as_array().expect("a list");
    let here = places.iter().find(|place| place["current"] == true).expect("one that is current");
    assert_eq!((&answers[0], &here["offset"]), (&"x86".into(), &0x20_0020.into()), "{answers:?}");
}

#[test]
#[ignore = "needs r2pipe of npm: run ./test"]
fn node_asks_over_http() {
    const SCRIPT: &str = r#"
const r2pipe = require('r2pipe');
const commands = JSON.parse(require('fs').readFileSync(0));
r2pipe.open(process.argv[1], (error, r2) => {
    const answers = [];
    const next = () => {
        if (answers.length === commands.length)
            return r2.cmdj('ij', (error, json) => console.log(JSON.stringify([answers, json.bin.arch])));
        r2.cmd(commands[answers.length], (error, answer) => { answers.push(error ? String(error) : answer); next(); });
    };
    next();
});
"#;
    let answers = drive(peer::node, &["-e", SCRIPT], "http://127.0.0.1:PORT/cmd/", OVER_HTTP);
    assert_eq!(answers[0], "x86", "{answers:?}");
}

#[test]
#[ignore = "needs r2pipe of npm: run ./test"]
fn promises_of_node_are_kept_over_http() {
    const SCRIPT: &str = r#"
const r2pipe = require('r2pipe-promise');
(async () => {
    const commands = JSON.parse(require('fs').readFileSync(0));
    const r2 = await r2pipe.open(process.argv[1]);
    const answers = [];
    for (const command of commands) answers.push(await r2.cmd(command));
    const together = await Promise.all([1, 2, 3, 4, 5].map(number => r2.cmd(`?e ${number}`)));
    console.log(JSON.stringify([answers, (await r2.cmdj('ij')).bin.arch, together.join('')]));
})();
"#;
    let answers = drive(peer::node, &["-e", SCRIPT], "http://127.0.0.1:PORT/cmd/", OVER_HTTP);
    assert_eq!(answers, ["x86", "1\n2\n3\n4\n5\n"]);
}

/// As the crate r2pipe (0.8) asks: a line, no end of the head, and reading until the server hangs up.
#[test]
fn a_line_alone_is_answered_until_the_end_of_the_stream() {
    let folder = support::inputs();
    let server = Program::Farad.serve_web(folder.path(), &[], ELF);
    for (command, wanted) in [("?e hi there", "hi there\n"), ("s 0x200010", ""), ("s", "0x200010\n")] {
        let mut pipe = r2pipe::R2Pipe::http(&format!("http://127.0.0.1:{}", server.port));
        assert_eq!(pipe.cmd(command).expect("an answer"), wanted);
    }
    let mut pipe = r2pipe::R2Pipe::http(&format!("127.0.0.1:{}", server.port));
    assert_eq!(pipe.cmdj("ij").expect("JSON")["bin"]["arch"], "x86");
    assert_eq!(pipe.cmd("p8 512K @ 0x200000").expect("an answer").trim().len(), 1 << 20);
}

/// Has a program ask `asked` of a server, and compares what came. Returns what else the program printed.
fn drive(
    program: fn(&Path) -> Command,
    args: &[&str],
    uri: &str,
    asked: &[(&str, &str)],
) -> Vec<serde_json::Value> {
    let folder = support::inputs();
    let server = Program::Farad.serve_web(folder.path(), &[], ELF);
    let commands: Vec<&str> = asked.iter().map(|(command, _)| *command).collect();
    let mut command = program(folder.path());
    command.args(args).arg(uri.replace("PORT", &server.port.to_string()));
    let input = serde_json::to_vec(&commands).expect("JSON");
    let done = process::run(&mut command, Some(&input), LIMIT);
    let mut printed: Vec<serde_json::Value> =
        serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", done.err()));
    let answers = printed.remove(0);
    for (at, (command, wanted)) in asked.iter().enumerate() {
        let answer = answers[at].as_str().unwrap_or_else(|| panic!("{command:?}: {}", answers[at]));
        let answer = answer.strip_suffix('\n').unwrap_or(answer);
        match wanted.strip_prefix("len ") {
            Some(len) => assert_eq!(answer.len().to_string(), len, "{command}"),
            None => assert_eq!(answer, *wanted, "{command}"),
        }
    }
    printed
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
