//! What the HTTP server bears, beside radare2's, both asked by wrk in one run.
//!
//! usage: cargo bench -p farad --bench http [-- requests|idle]…
//!
//! `FARAD_PEER` names a radare2 (`./test` installs one under `target/peers/radare2`), and wrk is Debian's; what is missing
//! is left out, loudly. Figures are of this machine: both ends share its cores.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::peer::Program;
use support::process;

/// How long wrk asks for one figure, and how often: the middle one counts.
const ROUND: &str = "3s";
const ROUNDS: usize = 3;
const LIMIT: Duration = Duration::from_secs(30);
/// Clients that are connected and ask nothing.
const IDLE: usize = 1_000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let folder = support::inputs();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    if is_wanted("requests") {
        requests(folder.path());
    }
    if is_wanted("idle") {
        idle(folder.path());
    }
}

/// Requests a second, the servers in turns.
fn requests(folder: &Path) {
    if Command::new("wrk").arg("-v").output().is_err() {
        println!("wrk is missing, and with it the requests a second: apt-get install wrk");
        return;
    }
    let mut programs = vec![Program::Farad];
    match std::env::var_os("FARAD_PEER") {
        Some(_) => programs.push(Program::Radare2),
        None => println!("FARAD_PEER names no radare2: its columns are left out (./test installs one)"),
    }
    let file = "vault.x86_64.elf";
    let servers: Vec<_> = programs.iter().map(|program| program.serve_web(folder, &[], file)).collect();
    println!("\nrequests a second by wrk, the middle one of {ROUNDS} rounds of {ROUND} (errors)");
    println!("  {:>12}  connections  {}", "command", columns(programs.iter().map(|it| format!("{it:?}"))));
    for command in ["?e hello", "p8 256"] {
        for connections in [1, 16] {
            let mut rounds: Vec<Vec<(f64, u64)>> = vec![Vec::new(); servers.len()];
            for _ in 0..ROUNDS {
                for (server, round) in servers.iter().zip(&mut rounds) {
                    round.push(wrk(server.port, command, connections));
                }
            }
            let figures = rounds.iter_mut().map(|round| {
                round.sort_by(|one, two| one.0.total_cmp(&two.0));
                let (rate, errors) = round[ROUNDS / 2];
                if errors == 0 { format!("{rate:.0}") } else { format!("{rate:.0} ({errors})") }
            });
            println!("  {command:>12}  {connections:>11}  {}", columns(figures));
        }
    }
}

fn columns(words: impl Iterator<Item = String>) -> String {
    words.map(|word| format!("{word:>14}")).collect()
}

/// Requests a second, and how many failed in all.
fn wrk(port: u16, command: &str, connections: u32) -> (f64, u64) {
    let path: String = command.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let mut run = Command::new("wrk");
    run.args(["-t", "1", "-c", &connections.to_string(), "-d", ROUND]);
    run.arg(format!("http://127.0.0.1:{port}/cmd/{path}"));
    let text = process::run(&mut run, None, LIMIT).ok();
    let behind = |mark: &str| {
        text.split(mark).nth(1).and_then(|rest| rest.split_whitespace().next()).map(str::to_owned)
    };
    let rate = behind("Requests/sec:").and_then(|word| word.parse().ok());
    let errors = text.lines().find(|line| line.contains("Socket errors") || line.contains("Non-2xx"));
    let count = |line: &str| {
        line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse::<u64>().ok()).sum()
    };
    (rate.unwrap_or_else(|| panic!("wrk says: {text}")), errors.map_or(0, count))
}

/// Clients that keep their connections and ask nothing.
fn idle(folder: &Path) {
    let server = Program::Farad.serve_web(folder, &[], "vault.x86_64.elf");
    let alone = resident(server.id());
    let start = Instant::now();
    let mut clients: Vec<TcpStream> = (0..IDLE).map(|_| connected(server.port)).collect();
    let took = start.elapsed();
    println!("\n{IDLE} clients that have asked once and keep their connections");
    println!("  {:>8.0} ms to connect and ask", took.as_secs_f64() * 1e3);
    println!("  {:>8} MiB resident in the server, {} before", resident(server.id()) >> 20, alone >> 20);
    // They are all there still.
    clients.iter_mut().step_by(100).for_each(ask);
}

fn connected(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    ask(&mut stream);
    stream
}

fn ask(stream: &mut TcpStream) {
    stream.write_all(b"GET /cmd/%3Fe%20hello HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"\r\n\r\nhello\n") {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "hung up on: {}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&piece[..count]);
    }
}

/// Bytes of memory that a process has now.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0) << 10
}
