//! The transcripts of radare2 6.2.1, held against farad over each transport.
//!
//! A row is data (`tests/golden/*.jsonl`); a transport is a row of [`TRANSPORTS`]. Rows known to fail are
//! listed in `tests/golden/known.txt`, which is exact.
//!
//! `FARAD_GOLDEN` runs one area (`print`) or one row (its id), `FARAD_TRANSPORT` one transport;
//! `FARAD_BLESS=1` rewrites the list.
#![allow(clippy::print_stdout)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use support::known::{Known, Outcome};
use support::process::{self, End, Finished, Server};
use support::transcript::{self, Row};
use support::web;

/// How long one row may take. The slowest takes a tenth of a second.
const LIMIT: Duration = Duration::from_secs(20);

/// A way for a command line to reach a session and for its output to come back.
struct Transport {
    name: &'static str,
    /// Whether a row means anything over it.
    carries: fn(&Row) -> bool,
    /// Runs a row in a folder that holds the inputs.
    run: fn(&Row, &Path) -> Result<Finished, String>,
}

/// Every transport; a new wire joins here.
const TRANSPORTS: &[Transport] = &[
    Transport { name: "process", carries: |_| true, run: in_process },
    Transport { name: "color", carries: |_| true, run: in_color },
    Transport { name: "rap", carries: |_| true, run: over_rap },
    Transport { name: "http", carries: |_| true, run: over_http },
    Transport { name: "ws", carries: |_| true, run: over_websocket },
    Transport { name: "rap-file", carries: only_reads, run: on_rap_file },
];

/// The command plane's nearest end: the commands run in the process that was started.
fn in_process(row: &Row, folder: &Path) -> Result<Finished, String> {
    let mut command = support::farad(folder);
    command.arg("-q").args(&row.args).args(["-c", &row.commands, &row.input]);
    Ok(finish(&mut command))
}

/// The same for a reader with colours, which are then taken away: they may change nothing else.
fn in_color(row: &Row, folder: &Path) -> Result<Finished, String> {
    let mut command = support::farad(folder);
    command.args(["-q", "-e", "scr.color=3"]).args(&row.args).args(["-c", &row.commands, &row.input]);
    let mut finished = finish(&mut command);
    finished.stdout = without_colors(&finished.stdout);
    Ok(finished)
}

/// Output without the escapes of colours (`ESC [ … m`).
fn without_colors(output: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(output.len());
    let mut rest = output;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        plain.extend_from_slice(&rest[..at]);
        let digits = rest[at + 2..].iter().take_while(|byte| b"0123456789;".contains(byte)).count();
        let end = at + 2 + digits;
        let is_color = rest.get(end) == Some(&b'm');
        if !is_color {
            plain.extend_from_slice(&rest[at..end]);
        }
        rest = &rest[end + usize::from(is_color)..];
    }
    plain.extend_from_slice(rest);
    plain
}

/// The command plane over rap: the server has the arguments and the file, the client shares its session.
fn over_rap(row: &Row, folder: &Path) -> Result<Finished, String> {
    let server = Server::start(|port| {
        let mut command = support::farad(folder);
        command.args(&row.args).args(["-c", &format!("=:127.0.0.1:{port}"), &row.input]);
        command
    })?;
    let mut client = support::farad(folder);
    client.args(["-q", "-c", &format!("=+ rap://127.0.0.1:{}/", server.port)]);
    client.args(["-c", &format!("'=0 {}", row.commands), "--"]);
    Ok(finish(&mut client))
}

/// What rows do beyond the target.
const ALLOWED: [&str; 4] = ["http.shell=true", "http.files=true", "http.debug=true", "http.local=true"];

fn serve_http(row: &Row, folder: &Path) -> Result<Server, String> {
    Server::start(|port| {
        let mut command = support::farad(folder);
        ALLOWED.iter().for_each(|setting| {
            command.args(["-e", setting]);
        });
        command.args(&row.args).args(["-c", &format!("=h 127.0.0.1:{port}"), &row.input]);
        command
    })
}

/// The command plane over HTTP: the server has the arguments and the file, a request the commands.
fn over_http(row: &Row, folder: &Path) -> Result<Finished, String> {
    let server = serve_http(row, folder)?;
    let answer = web::post(server.port, &row.commands, &[]);
    let is_report = answer.header("x-farad-report").as_deref() == Some("true");
    let (stdout, stderr) = if is_report { (Vec::new(), answer.body) } else { (answer.body, Vec::new()) };
    Ok(Finished { stdout, stderr, end: End::Exit(0) })
}

/// The same over a WebSocket.
fn over_websocket(row: &Row, folder: &Path) -> Result<Finished, String> {
    let server = serve_http(row, folder)?;
    let mut socket = web::Socket::open(server.port, "", &[]).map_err(|status| format!("status {status}"))?;
    let ran = socket.run(&row.commands);
    Ok(Finished { stdout: ran.out, stderr: ran.reports.join("\n").into_bytes(), end: End::Exit(0) })
}

/// The IO plane over rap: the server gives bytes, the client has the arguments and does the work.
fn on_rap_file(row: &Row, folder: &Path) -> Result<Finished, String> {
    let server = Server::start(|port| {
        let mut command = support::farad(folder);
        command.arg(format!("rap://:{port}"));
        command
    })?;
    let mut client = support::farad(folder);
    // A program that is debugged runs at the far end.
    let debugs = row.args.iter().any(|word| word == "-d");
    let scheme = if debugs { "dbg://./" } else { "" };
    client.arg("-q").args(row.args.iter().filter(|word| *word != "-d")).args(["-c", &row.commands]);
    client.arg(format!("rap://127.0.0.1:{}/{scheme}{}", server.port, row.input));
    Ok(finish(&mut client))
}

fn finish(command: &mut Command) -> Finished {
    process::run(command, None, LIMIT)
}

/// Whether the row reads what it is given and changes nothing there, so that a file opened for reading will do.
fn only_reads(row: &Row) -> bool {
    let opens = row.input == "-" || row.area() == "open";
    let writes = row.area() == "write"
        || row.args.iter().any(|word| word == "-w")
        || row.verbs().any(|verb| verb.starts_with('w') && row.area() != "debug");
    !opens && !writes
}

/// One row over one transport: passed, or the account of how not.
fn judge(row: &Row, transport: &Transport, whole: bool) -> Result<(), String> {
    let folder = support::inputs();
    let finished = (transport.run)(row, folder.path())?;
    match finished.end {
        End::TimedOut => return Err("  took too long and was killed\n".to_owned()),
        End::Signal(signal) => return Err(format!("  died of signal {signal}: {}\n", finished.err().trim())),
        End::Exit(_) => {}
    }
    let got = finished.out();
    if transcript::normal(&got) == transcript::normal(&row.expected) {
        return Ok(());
    }
    let mut account = transcript::difference(&row.expected, &got, whole);
    if let Some(line) = finished.err().lines().next() {
        account.push_str(&format!("  stderr: {line}\n"));
    }
    Err(account)
}

/// Runs every pair on a few threads; what each said, in the order of the pairs.
fn judge_all(pairs: &[(&Row, &'static Transport)], whole: bool) -> Vec<Result<(), String>> {
    let next = AtomicUsize::new(0);
    let verdicts = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((row, transport)) = pairs.get(index) else { break };
                    let verdict = judge(row, transport, whole);
                    verdicts.lock().expect("no worker panicked").insert(index, verdict);
                }
            });
        }
    });
    verdicts.into_inner().expect("no worker panicked").into_values().collect()
}

#[test]
fn transcripts_hold_over_every_transport() {
    let golden = support::root().join("tests/golden");
    let list = golden.join("known.txt");
    let [filter, wire] =
        ["FARAD_GOLDEN", "FARAD_TRANSPORT"].map(|name| std::env::var(name).unwrap_or_default());
    let complete = filter.is_empty() && wire.is_empty();
    let mut rows = transcript::load(&golden);
    rows.retain(|row| filter.is_empty() || row.area() == filter || row.id == filter);

    let chosen = TRANSPORTS.iter().filter(|transport| wire.is_empty() || transport.name == wire);
    let over = |row| chosen.clone().filter(move |transport| (transport.carries)(row)).map(move |t| (row, t));
    let pairs: Vec<(&Row, &Transport)> = rows.iter().flat_map(over).collect();
    assert!(!pairs.is_empty(), "no transcript is called {filter:?}, or no transport {wire:?}");
    let verdicts = judge_all(&pairs, rows.len() == 1);
    let outcomes: Vec<Outcome> = pairs
        .iter()
        .zip(&verdicts)
        .map(|((row, transport), verdict)| {
            let passed = verdict.is_ok();
            Outcome { id: row.id.clone(), transport: transport.name, passed }
        })
        .collect();

    let mut known = Known::load(&list);
    if std::env::var_os("FARAD_BLESS").is_some_and(|value| value == "1") {
        assert!(wire.is_empty(), "a row is blessed over all its transports at once");
        known = known.blessed(&outcomes, complete);
        std::fs::write(&list, known.text()).expect("writing the list of known failures");
    }
    let mut unexpected = 0;
    for ((row, transport), verdict) in pairs.iter().zip(&verdicts) {
        let Err(account) = verdict else { continue };
        let expected = known.reason(&row.id, transport.name).is_some();
        unexpected += usize::from(!expected);
        if rows.len() == 1 || (!expected && unexpected <= 20) {
            println!(
                "--- {} over {}: {:?} {} {:?}\n{account}",
                row.id, transport.name, row.args, row.input, row.commands
            );
        }
    }
    let stale = known.stale(&outcomes, complete);
    for line in &stale {
        println!("known.txt: remove {line}");
    }
    print!("{}", table(&outcomes));
    assert!(
        unexpected == 0 && stale.is_empty(),
        "{unexpected} rows fail that are not in tests/golden/known.txt, {} lines in it are wrong",
        stale.len()
    );
}

/// How many rows of each area pass over each transport.
fn table(outcomes: &[Outcome]) -> String {
    let mut counts: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for outcome in outcomes {
        let area = outcome.id.split('/').next().unwrap_or("");
        for area in [area, "~all"] {
            let (passed, all) = counts.entry((area, outcome.transport)).or_default();
            *passed += usize::from(outcome.passed);
            *all += 1;
        }
    }
    let mut text = String::new();
    for ((area, transport), (passed, all)) in counts {
        text.push_str(&format!(
            "golden: {passed:4}/{all:<4} {transport:9} {}\n",
            area.trim_start_matches('~')
        ));
    }
    text
}

#[test]
fn the_list_of_known_failures_is_exact() {
    let outcome = |id: &str, transport, passed| Outcome { id: id.to_owned(), transport, passed };
    let known = Known::parse("# comment\na/1 * no such command\na/2 rap prints a port\n");
    let now = [
        outcome("a/1", "process", false),
        outcome("a/1", "rap", false),
        outcome("a/2", "process", false),
        outcome("a/2", "rap", false),
    ];
    assert_eq!(known.reason("a/1", "rap"), Some("no such command"));
    assert_eq!(known.reason("a/2", "process"), None);
    assert!(known.stale(&now, true).is_empty());

    let better = [outcome("a/1", "process", true), outcome("a/1", "rap", false)];
    assert_eq!(known.stale(&better, false), ["a/1 *: passes over process"]);
    assert_eq!(known.stale(&better, true).len(), 2, "a line for a row that is gone is wrong too");

    let blessed = known.blessed(&better, false);
    assert_eq!(blessed, Known::parse("a/1 rap no such command\na/2 rap prints a port\n"));
    let blessed = known.blessed(&now, true);
    assert_eq!(
        blessed,
        Known::parse("a/1 * no such command\na/2 process not looked at yet\na/2 rap prints a port\n")
    );
    assert_eq!(Known::parse(&blessed.text()), blessed);
}
