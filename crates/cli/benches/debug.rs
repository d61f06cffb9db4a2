//! What debugging costs, beside gdb on the same program, in one run: steps a second, and hits of a breakpoint whose
//! condition does not hold; then exchanges of a process at a far end.
//!
//! usage: cargo bench -p farad --bench debug          (needs `cc`, and `gdb` for the comparison)
#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::link::Link;
use support::process::Server;

/// Steps, and hits.
const STEPS: u32 = 100_000;
const HITS: u32 = 100_000;
/// Each figure is the median of so many runs.
const RUNS: usize = 3;
/// One way, at the far end.
const DELAY: Duration = Duration::from_millis(25);

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let source = support::root().join("tests/debug/loop.c");
    let built = Command::new("cc")
        .args(["-O1", "-g", "-pthread", "-o"])
        .arg(folder.path().join("loop"))
        .arg(source)
        .status();
    assert!(built.unwrap().success());
    let has_gdb = Command::new("gdb")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !has_gdb {
        println!("gdb is missing: its columns are left out (apt-get install gdb)");
    }
    println!("{:34} {:>12} {:>12} {:>7}", "", "gdb", "farad", "times");
    let far = STEPS * 100;
    compare(
        folder.path(),
        has_gdb,
        "instructions stepped a second",
        STEPS,
        &far.to_string(),
        [&["-ex", "break main", "-ex", "run"], &["-ex", &format!("stepi {STEPS}")]],
        ["dcu sym.main".to_owned(), format!("ds {STEPS}")],
    );
    compare(
        folder.path(),
        has_gdb,
        "conditional hits passed a second",
        HITS,
        &(HITS * 2).to_string(),
        [
            &["-ex", "break main", "-ex", "run", "-ex", &format!("break round_done if number=={HITS}")],
            &["-ex", "continue"],
        ],
        [format!("dcu sym.main;db sym.round_done if rdi=={HITS}"), "dc".to_owned()],
    );
    exchanges(folder.path());
}

/// The median time of a command, less that of another.
fn measure(folder: &Path, program: &str, with: &[&str], without: &[&str]) -> f64 {
    let time = |words: &[&str]| {
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| {
                let mut command = Command::new(program);
                command
                    .args(words)
                    .current_dir(folder)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null());
                let begun = Instant::now();
                command.status().unwrap();
                begun.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[RUNS / 2]
    };
    time(with) - time(without)
}

fn compare(
    folder: &Path,
    has_gdb: bool,
    name: &str,
    count: u32,
    rounds: &str,
    gdb: [&[&str]; 2],
    farad: [String; 2],
) {
    let program = support::farad_path();
    let [before, then] = farad;
    let whole = format!("{before};{then}");
    let ours = |commands: &str| ["-N", "-qc", commands, "-d", "./loop", rounds].map(str::to_owned).to_vec();
    let (with, without) = (ours(&whole), ours(&before));
    let with: Vec<&str> = with.iter().map(String::as_str).collect();
    let without: Vec<&str> = without.iter().map(String::as_str).collect();
    let ours = f64::from(count) / measure(folder, program.to_str().unwrap(), &with, &without);
    let theirs = has_gdb.then(|| {
        let [before, then] = gdb;
        let tail = ["-ex", "kill", "--args", "./loop", rounds];
        let head = ["-q", "-nx", "-batch"];
        let with = [&head[..], before, then, &tail].concat();
        let without = [&head[..], before, &tail].concat();
        f64::from(count) / measure(folder, "gdb", &with, &without)
    });
    let column = theirs.map_or_else(|| "-".to_owned(), |theirs| format!("{theirs:.0}"));
    let times = theirs.map_or_else(|| "-".to_owned(), |theirs| format!("{:.1}", ours / theirs));
    println!("{name:34} {column:>12} {:>12} {times:>7}", format!("{ours:.0}"));
}

/// How many exchanges a step costs on a process far away.
fn exchanges(folder: &Path) {
    let server = Server::start(|port| {
        let mut command = support::farad(folder);
        command.arg(format!("rap://:{port}"));
        command
    });
    let server = server.unwrap();
    let trips = |steps: usize| {
        let link = Link::open(server.port, DELAY * 2).unwrap();
        let uri = format!("rap://127.0.0.1:{}/dbg://./loop", link.port);
        let screens = vec!["ds;pd 16 @ rip;dr"; steps].join(";");
        let mut command = support::farad(folder);
        command
            .args(["-qc", &format!("dcu sym.main;{screens}"), &uri])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        assert!(command.stdin(Stdio::null()).status().unwrap().success());
        link.take_trips()
    };
    let (one, many) = (trips(1), trips(11));
    let each = (many - one) as f64 / 10.0;
    println!(
        "\na step with all registers and 16 lines of code: {each:.1} exchanges each, the first of a session {one} with opening it"
    );
}
