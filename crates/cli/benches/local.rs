//! What local work costs, beside the real peer and a plain scan of the same bytes, all in one run.
//!
//! usage: cargo bench -p farad --bench local [-- ROW]…        (rows are named by their first column)
//!
//! `FARAD_PYTHON` names the Python that has radare2's libraries (`./test` installs one under
//! `target/peers/venv`); a launcher in C starts radare2 out of them, so that its start-up is its own.
//! Without it the peer's columns are left out, loudly. `FARAD_LIBRARY` names the large library that
//! is disassembled; else the largest under /usr/lib is taken.
//!
//! Both programs run the same command on the same file in turn, their output into `/dev/null`; the
//! figures are the medians of the wall time, and the most memory that was seen resident.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Bytes of the random file.
const RANDOM: usize = 256 << 20;

/// What a row runs on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    /// Random bytes.
    Random,
    /// A large library, its headers read.
    Library,
    /// A small program.
    Small,
}

/// A measured command.
struct Row {
    name: &'static str,
    /// For farad.
    command: &'static str,
    /// For the peer, where it cannot run the same.
    peer: Option<&'static str>,
    input: Input,
    /// How many times as fast as the peer it shall be.
    wanted: f64,
    runs: usize,
}

const fn row(name: &'static str, command: &'static str, input: Input, wanted: f64, runs: usize) -> Row {
    Row { name, command, peer: None, input, wanted, runs }
}

const ROWS: &[Row] = &[
    row("px", "px 16M", Input::Random, 20.0, 3),
    // The peer prints no more than a block of 50 MiB at once.
    Row {
        peer: Some("p8 16M;p8 16M @ 16M;p8 16M @ 32M;p8 16M @ 48M"),
        ..row("p8", "p8 64M", Input::Random, 1.0, 3)
    },
    row("hex", "/x deadbeefcafebabe", Input::Random, 3.0, 5),
    row("text", "/ nowhere to be found", Input::Random, 1.0, 5),
    row("pi", "pi 500000", Input::Library, 2.0, 3),
    row("is", "is~?", Input::Library, 1.0, 5),
    row("start", "q", Input::Small, 1.0, 25),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    if let Some(path) = arguments.by_ref().find(|word| word == "--scan").and(std::env::args().next_back()) {
        return scan(Path::new(&path));
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::build(folder.path());
    if peer.is_none() {
        println!(
            "no peer: FARAD_PYTHON names no Python with radare2 (./test installs one), or there is no cc"
        );
    }
    let random = folder.path().join("random.bin");
    let library = library();
    println!("library: {} ({} MiB)", library.display(), library.metadata().unwrap().len() >> 20);
    println!(
        "\n{:8} {:>10} {:>10} {:>7} {:>7} {:>9} {:>9}",
        "", "farad", "radare2", "ratio", "wanted", "MiB", "MiB"
    );
    for row in ROWS.iter().filter(|row| wanted.is_empty() || wanted.iter().any(|name| name == row.name)) {
        if row.input == Input::Random && !random.exists() {
            fill(&random);
        }
        let file = match row.input {
            Input::Random => &random,
            Input::Library => &library,
            Input::Small => Path::new("/bin/ls"),
        };
        measure(row, file, peer.as_ref());
        if row.name == "hex" {
            let time = median((0..row.runs).map(|_| run(&mut scanner(&random)).time).collect());
            println!("{:8} {:>10}            a plain scan of the mapped file", "", shown(time));
        }
    }
}

/// Runs a row with both programs in turn and prints it.
fn measure(row: &Row, file: &Path, peer: Option<&Peer>) {
    let flags: &[&str] = if row.input == Input::Random { &["-n"] } else { &[] };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..row.runs {
        let mut farad = support::farad(Path::new("/"));
        ours.push(run(farad.args(["-q"]).args(flags).args(["-c", row.command]).arg(file)));
        if let Some(peer) = peer {
            let command = row.peer.unwrap_or(row.command);
            theirs.push(run(peer.command().args(["-q"]).args(flags).args(["-c", command]).arg(file)));
        }
    }
    let time = |runs: &[Run]| median(runs.iter().map(|run| run.time).collect());
    let memory = |runs: &[Run]| runs.iter().map(|run| run.memory).max().unwrap_or(0) >> 10;
    print!("{:8} {:>10}", row.name, shown(time(&ours)));
    if theirs.is_empty() {
        return println!(" {:>10} {:>7} {:>7.0} {:>9}", "", "", row.wanted, memory(&ours));
    }
    let ratio = time(&theirs).as_secs_f64() / time(&ours).as_secs_f64();
    let verdict = if ratio >= row.wanted { "" } else { "  too slow" };
    let heavy = if memory(&ours) <= memory(&theirs) { "" } else { "  more memory" };
    println!(
        " {:>10} {ratio:>7.1} {:>7.0} {:>9} {:>9}{verdict}{heavy}",
        shown(time(&theirs)),
        row.wanted,
        memory(&ours),
        memory(&theirs)
    );
}

/// One run of a program.
struct Run {
    time: Duration,
    /// Most KiB resident, as last seen before it ended: the kernel's own high-water mark.
    memory: u64,
}

fn run(command: &mut Command) -> Run {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    loop {
        let ended = child.try_wait().unwrap().is_some();
        if ended {
            return Run { time: start.elapsed(), memory };
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let mark = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse().ok());
        memory = memory.max(mark.unwrap_or(0));
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// The real radare2 without Python in front.
struct Peer {
    program: PathBuf,
    libraries: String,
}

impl Peer {
    fn build(folder: &Path) -> Option<Peer> {
        let python = support::root().join(std::env::var_os("FARAD_PYTHON")?);
        let code = "import libr, os; print(os.path.join(os.path.dirname(libr.__file__), 'libr'))";
        let output = Command::new(python).args(["-c", code]).output().ok()?;
        let libraries = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        let program = folder.join("radare2");
        let source = support::root().join("tests/peer/radare2.c");
        let built =
            Command::new("cc").args(["-O1", "-o"]).arg(&program).arg(source).arg("-ldl").status().ok()?;
        (built.success() && !libraries.is_empty()).then_some(Peer { program, libraries })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("R2LIBS", &self.libraries).args(["-N", "-e", "scr.color=0"]);
        command
    }
}

/// The library to disassemble.
fn library() -> PathBuf {
    if let Some(path) = std::env::var_os("FARAD_LIBRARY") {
        return path.into();
    }
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    let files = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let libraries = files.filter(|entry| entry.file_name().to_string_lossy().contains(".so"));
    let sized = libraries.filter_map(|entry| Some((entry.path().metadata().ok()?.len(), entry.path())));
    sized.max().map(|(_, path)| path).expect("a library under /usr/lib, or FARAD_LIBRARY")
}

/// Random bytes, of which no two runs have the same.
fn fill(path: &Path) {
    let mut random = File::open("/dev/urandom").unwrap();
    let mut file = File::create(path).unwrap();
    let mut chunk = vec![0; 8 << 20];
    for _ in 0..RANDOM / chunk.len() {
        random.read_exact(&mut chunk).unwrap();
        file.write_all(&chunk).unwrap();
    }
}

/// This program, told to scan a file.
fn scanner(path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("--scan").arg(path);
    command
}

/// A scan of a mapped file and nothing else.
fn scan(path: &Path) {
    let file = File::open(path).unwrap();
    // SAFETY: the file is this bench's own and nobody truncates it while it runs.
    let bytes = unsafe { memmap2::Mmap::map(&file) }.unwrap();
    let found = memchr::memmem::find(&bytes, &[0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe]);
    println!("{found:?}");
}
