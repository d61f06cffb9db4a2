//! What remote work costs, beside the real peer and the link itself, all in one run.
//!
//! usage: cargo bench -p farad --bench remote [-- latency|bulk|commands|clients]…
//!
//! `FARAD_PEER` names a radare2 (`./test` installs one under `target/peers/radare2`); without
//! it the peer's columns are left out, loudly. Figures are of this machine: both ends and the
//! link share its cores.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use farad_io::rap::{RapClient, RapOptions};
use farad_io::{Ctx, Transport};
use support::link::Link;
use support::peer::Program;
use support::process;

/// One way over the slow link.
const ONE_WAY: Duration = Duration::from_millis(25);
/// How long one measured command may take.
const LIMIT: Duration = Duration::from_secs(110);
/// Bytes read in bulk from farad, and from the peer, which is slower.
const BULK: u64 = 1 << 30;
const PEER_BULK: u64 = 16 << 20;
/// Bytes of one bulk read.
const CHUNK: usize = 8 << 20;
/// Commands sent one after another.
const COMMANDS: u32 = 30_000;
/// Clients connected, and how many of them send commands.
const CLIENTS: usize = 1_000;
const ACTIVE: usize = 50;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let folder = tempfile::tempdir().unwrap();
    if !has_peer() {
        println!("FARAD_PEER names no radare2: its columns are left out (./test installs one)");
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    if is_wanted("latency") {
        latency(folder.path());
    }
    if is_wanted("bulk") {
        bulk(folder.path());
    }
    if is_wanted("commands") {
        commands(folder.path());
    }
    if is_wanted("clients") {
        clients(folder.path());
    }
}

fn has_peer() -> bool {
    std::env::var_os("FARAD_PEER").is_some()
}

/// The servers measured.
fn servers() -> impl Iterator<Item = Program> {
    [Program::Farad, Program::Radare2].into_iter().filter(|program| *program == Program::Farad || has_peer())
}

/// The IO plane on a slow link: what each command on a remote ELF waits for.
fn latency(folder: &Path) {
    println!(
        "\nround trips of {} ms on a remote ELF opened as rap://… (client, server)",
        2 * ONE_WAY.as_millis()
    );
    let file = "/bin/ls";
    std::fs::copy(file, folder.join("t.bin")).unwrap();
    let rows = [
        ("-n", "px 64"),
        ("-n", "pd 100"),
        ("-n", "p8 64K"),
        ("-n", "/x deadbeefdeadbeef"),
        ("", "pd 20"),
        ("", "is~?;iz~?;iS"),
        ("-n", "px 64;px 64;px 64 @ 16"),
    ];
    let pairs = [
        (Program::Farad, Program::Farad),
        (Program::Farad, Program::Radare2),
        (Program::Radare2, Program::Radare2),
    ];
    for (client, server) in pairs.into_iter().filter(|(_, server)| *server == Program::Farad || has_peer()) {
        println!("  {client:?} to {server:?}");
        for (flags, command) in rows {
            let trips = trips(folder, client, server, flags, command);
            println!("  {trips:>10}  {flags:2} {command}");
        }
    }
}

fn trips(folder: &Path, client: Program, server: Program, flags: &str, command: &str) -> String {
    let serving = server.serve(folder);
    let link = Link::open(serving.port, 2 * ONE_WAY).unwrap();
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let mut took = [Duration::ZERO; 2];
    for (took, port) in took.iter_mut().zip([serving.port, link.port]) {
        let mut run = client.command(folder);
        run.arg("-q").args(&flags).args(["-c", command, &format!("rap://127.0.0.1:{port}/t.bin")]);
        let start = Instant::now();
        let finished = process::run(&mut run, None, LIMIT);
        *took = start.elapsed();
        if finished.end == process::End::TimedOut {
            return format!("over {:.0}", LIMIT.as_secs_f64() / (2.0 * ONE_WAY.as_secs_f64()));
        }
    }
    format!("{:.1}", took[1].saturating_sub(took[0]).as_secs_f64() / (2.0 * ONE_WAY.as_secs_f64()))
}

/// Bulk reads over loopback, beside what the bare socket carries.
fn bulk(folder: &Path) {
    println!("\nbulk read over loopback, reads of {} MiB", CHUNK >> 20);
    let file = folder.join("bulk.bin");
    fill(&file);
    println!("  {:>8.2} GiB/s  a bare socket, {} MiB", rate(BULK, raw_socket), BULK >> 20);
    for server in servers() {
        let bytes = if server == Program::Farad { BULK } else { PEER_BULK };
        let serving = server.serve(folder);
        let rate = rate(bytes, |bytes| read_bulk(serving.port, bytes));
        println!("  {rate:>8.2} GiB/s  from {server:?}, {} MiB", bytes >> 20);
    }
}

/// Bytes that are no holes and stay in the page cache.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    let chunk: Vec<u8> = (0..CHUNK).map(pattern).collect();
    for _ in 0..BULK / CHUNK as u64 {
        file.write_all(&chunk).unwrap();
    }
}

/// The byte at an offset of a chunk.
fn pattern(at: usize) -> u8 {
    (at * 7 + at / 256 + 1) as u8
}

fn rate(bytes: u64, run: impl FnOnce(u64)) -> f64 {
    let start = Instant::now();
    run(bytes);
    bytes as f64 / (1u64 << 30) as f64 / start.elapsed().as_secs_f64()
}

fn raw_socket(bytes: u64) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let sender = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let chunk = vec![0; CHUNK];
        for _ in 0..bytes / CHUNK as u64 {
            stream.write_all(&chunk).unwrap();
        }
    });
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let mut chunk = vec![0; CHUNK];
    for _ in 0..bytes / CHUNK as u64 {
        stream.read_exact(&mut chunk).unwrap();
    }
    sender.join().unwrap();
}

fn connect(port: u16, path: &str) -> RapClient {
    let transport = Transport::Network { host: "127.0.0.1".to_owned(), port };
    RapClient::connect(&transport, Some(path), RapOptions::default(), &Ctx::owner()).unwrap()
}

fn read_bulk(port: u16, bytes: u64) {
    let (mut client, ctx) = (connect(port, "bulk.bin"), Ctx::owner());
    let mut chunk = vec![0; CHUNK];
    for index in 0..bytes / CHUNK as u64 {
        let count = client.read_at(index * CHUNK as u64, &mut chunk, &ctx).unwrap();
        assert_eq!(count, CHUNK);
        assert!(
            [0, CHUNK / 3, CHUNK - 1].into_iter().all(|at| chunk[at] == pattern(at)),
            "a wrong byte arrived"
        );
    }
}

/// Commands a second, each waiting for its answer, beside an echo of as many bytes.
fn commands(folder: &Path) {
    println!("\ncommands a second on one connection, one after another (?e hi)");
    std::fs::write(folder.join("small.bin"), [0; 64]).unwrap();
    println!("  {:>8.0}  an echo of as many bytes", echoes());
    for server in servers() {
        let serving = server.serve(folder);
        let (mut client, ctx) = (connect(serving.port, "small.bin"), Ctx::owner());
        let start = Instant::now();
        for _ in 0..COMMANDS {
            let mut answer = Vec::new();
            client.command("?e hi", &mut answer, &ctx).unwrap();
            assert_eq!(answer, b"hi\n");
        }
        println!("  {:>8.0}  {server:?}", f64::from(COMMANDS) / start.elapsed().as_secs_f64());
    }
}

fn echoes() -> f64 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        let mut copy = stream.try_clone().unwrap();
        io::copy(&mut stream, &mut copy)
    });
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut bytes = [0; 11];
    let start = Instant::now();
    for _ in 0..COMMANDS {
        stream.write_all(&bytes).unwrap();
        stream.read_exact(&mut bytes).unwrap();
    }
    f64::from(COMMANDS) / start.elapsed().as_secs_f64()
}

/// Many clients at once, each with a session of its own.
fn clients(folder: &Path) {
    println!("\n{CLIENTS} clients connected, {ACTIVE} of them at work for 3 s");
    std::fs::write(folder.join("small.bin"), [0; 64]).unwrap();
    let serving = Program::Farad.serve(folder);
    let start = Instant::now();
    let mut all: Vec<RapClient> = (0..CLIENTS).map(|_| connect(serving.port, "small.bin")).collect();
    println!("  {:>8.0} ms to connect and open", start.elapsed().as_secs_f64() * 1e3);
    println!("  {:>8} MiB resident in the server", resident(serving.id()) >> 20);
    let until = Instant::now() + Duration::from_secs(3);
    let mut waits: Vec<Duration> = thread::scope(|scope| {
        let active: Vec<_> =
            all.iter_mut().take(ACTIVE).map(|client| scope.spawn(move || work(client, until))).collect();
        active.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    waits.sort_unstable();
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize].as_micros();
    println!("  {:>8.0} commands a second in all", waits.len() as f64 / 3.0);
    println!("  {:>8} µs median wait, {} µs at 99 %", at(0.5), at(0.99));
}

fn work(client: &mut RapClient, until: Instant) -> Vec<Duration> {
    let (mut waits, ctx) = (Vec::new(), Ctx::owner());
    while Instant::now() < until {
        let (start, mut answer) = (Instant::now(), Vec::new());
        client.command("p8 4", &mut answer, &ctx).unwrap();
        assert_eq!(answer, b"00000000\n");
        waits.push(start.elapsed());
    }
    waits
}

/// Bytes of memory that a process has now.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse::<u64>().ok()).unwrap_or(0) << 10
}
