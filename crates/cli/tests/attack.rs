//! An attack: every command with hostile arguments over HTTP, by clients who may do nothing beyond reading and annotating.
//!
//! Nothing of it may be seen from outside: no file of a watched folder is opened or changed, no program is started, memory
//! stays, and somebody honest is answered or told why not. `FARAD_ATTACK_SECONDS` is how long it goes on; the order of
//! requests is always the same, and the longer it goes on, the more of them are made.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::inotify;
use support::process::{self, Server};

/// How long it goes on where nobody says, seconds.
const SECONDS: u64 = 20;
/// Clients that attack.
const ATTACKERS: u64 = 3;
/// How long an attacker waits for an answer before it hangs up.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long somebody honest may wait until they are answered, or told why not: what a command may hold a session for, and
/// some more where the machine is busy.
const HONEST: Duration = Duration::from_secs(16);
/// How much memory may grow after the beginning, KiB.
const GROWTH: u64 = 64 << 10;
/// What is in a file that nobody may read.
const SECRET: &str = "bm90aGluZyB0byBzZWU";

/// Arguments: `DIR` is the watched folder, `PORT` the server's own.
const ARGUMENTS: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "0x7fffffffffffffff",
    "0xffffffffffffffff",
    "-0x8000000000000000",
    "18446744073709551616",
    "99999999999999999999999999",
    "1/0",
    "0 0xffffffffffffffff",
    "0xffffffffffffffff 0xffffffffffffffff 1",
    "1 2 3 4 5 6 7 8 9",
    "-1 @ -1",
    "4 @ 0xfffffffffffffffe",
    "@!0xffffffffffffffff",
    "16 @{0 0xffffffffffffffff}",
    "@x:4142434445",
    "@f:DIR/secret",
    "@e:cmd.prompt=!touch DIR/made",
    "@e:http.files=true",
    "@@=`!touch DIR/made`",
    "@@c:!touch DIR/made",
    "@@.DIR/secret",
    "@@s:0 0xffffffffffffffff 1",
    "@@@=0 1 2",
    "`!touch DIR/made`",
    "`. DIR/secret`",
    "`cat DIR/secret`",
    "| touch DIR/made",
    "| cat DIR/secret",
    "> DIR/made",
    ">> DIR/secret",
    "> DIR/secret",
    "; !touch DIR/made",
    ";(a;!touch DIR/made);.(a)",
    ";(b;.(b);.(b));.(b)",
    ";$a=!touch DIR/made;$a",
    "$(touch DIR/made)",
    "DIR/secret",
    "DIR/made",
    "DIR",
    "DIR/../DIR/secret",
    "/etc/passwd",
    "../../../../../../etc/passwd",
    "~root",
    "file://DIR/secret",
    "slurp://DIR/secret",
    "mmap://DIR/secret",
    "unix://DIR/made",
    "fd://0",
    "stdin://",
    "dbg://DIR/prog",
    "attach://1",
    "pidof://farad",
    "procpid://1",
    "waitfor://farad",
    "rap://127.0.0.1:1/DIR/secret",
    "rap://127.0.0.1:PORT//",
    "tcp-slurp://127.0.0.1:1",
    "socket://127.0.0.1:PORT",
    "http://127.0.0.1:PORT/cmd/s",
    "r2web://127.0.0.1:PORT/cmd/",
    "gdb://127.0.0.1:1",
    "malloc://0xffffffffffffffff",
    "malloc://64K",
    "sparse://",
    "null://0xffffffffffffffff",
    "hex://zz",
    "127.0.0.1:1",
    "127.0.0.1:PORT",
    "a=127.0.0.1:PORT",
    "*",
    "?",
    "~x",
    "~{}",
    "~0x[0]:0",
    "~..",
    "\"",
    "'",
    "\\",
    "\u{0}",
    "a\u{0}b",
    "\u{e9}\u{20ac}\u{1f600}",
    "\u{202e}\u{200b}\u{feff}",
    "\u{1b}]0;x\u{7}\u{9b}5n\r",
    "%s%n%999999999d",
    "{\"a\":[1,2",
    "((((((((((((((((((((((((((((((((((((((((",
    "LONG",
    "[4]0[4]1[4]2",
    "99999999zxd a b c",
    "-",
    "--",
    "+",
    "a b",
    "sym.a 0xffffffff 0",
    "cmd.bp=!touch DIR/made",
    "dir.tmp=DIR",
    "http.shell=true",
];

/// The commands that the program lists, with the letters of their forms: `name`, `letters`.
fn commands(folder: &Path) -> Vec<(String, String)> {
    let listed =
        process::run(support::farad(folder).args(["-q", "-c", "?*", "--"]), None, Duration::from_secs(20));
    let text = listed.ok();
    let rows = text.lines().filter_map(|line| {
        let usage = line.strip_prefix("| ")?;
        let end = usage.find([' ', '<']).unwrap_or(usage.len());
        let usage = &usage[..end];
        let (name, forms) = usage.split_once('[').unwrap_or((usage, ""));
        let forms = forms.split(']').next().unwrap_or("");
        (!name.is_empty()).then(|| (name.to_owned(), forms.to_owned()))
    });
    rows.collect()
}

/// The request of a number, always the same.
fn request(commands: &[(String, String)], number: u64, folder: &str, port: u16) -> String {
    // Weyl's sequence: neighbours are far from each other, and none comes twice before all have come.
    let pick = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (name, forms) = &commands[(pick >> 33) as usize % commands.len()];
    let argument = ARGUMENTS[(pick >> 12) as usize % ARGUMENTS.len()];
    let argument = argument.replace("DIR", folder).replace("PORT", &port.to_string());
    let argument = argument.replace("LONG", &"A".repeat(100_000));
    let form = forms.chars().nth((pick >> 7) as usize % 4).map(String::from).unwrap_or_default();
    match pick % 8 {
        0 | 1 => format!("{name}{argument}"),
        2 => format!("99999999{name} {argument}"),
        3 => format!("{name}{form} {argument} @ 0xfffffffffffffff0"),
        _ => format!("{name}{form} {argument}"),
    }
}

/// What happened to the files of a folder.
struct Watch {
    queue: OwnedFd,
    folder: std::path::PathBuf,
    before: BTreeMap<String, Vec<u8>>,
}

impl Watch {
    fn on(folder: &Path) -> Watch {
        let before = files(folder);
        let queue = inotify::init(inotify::CreateFlags::NONBLOCK).unwrap();
        inotify::add_watch(&queue, folder, inotify::WatchFlags::ALL_EVENTS).unwrap();
        Watch { queue, folder: folder.to_owned(), before }
    }

    /// What was done to which file since; looking at it is not counted.
    fn events(&self) -> Vec<String> {
        let mut buf = [std::mem::MaybeUninit::uninit(); 64 << 10];
        let mut reader = inotify::Reader::new(&self.queue, &mut buf);
        let mut seen = Vec::new();
        while let Ok(event) = reader.next() {
            seen.push(format!("{:?} {:?}", event.file_name(), event.events()));
        }
        seen
    }

    fn has_changed(&self) -> bool {
        files(&self.folder) != self.before
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect()
}

fn status(pid: u32, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processes that a process has started, and that were not there before.
fn children(pid: u32) -> Vec<String> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let lists = tasks.flatten().map(|task| std::fs::read_to_string(task.path().join("children")));
    let pids =
        lists.flatten().flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    pids.map(|pid| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        format!("{pid} {}", line.replace('\0', " "))
    })
    .collect()
}

fn agent(limit: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(limit)).http_status_as_error(false);
    config.build().into()
}

/// Everything that is seen from outside.
#[derive(Default)]
struct Seen {
    over: AtomicBool,
    asked: AtomicU64,
    /// The number of the request that each attacker is at.
    at: [AtomicU64; ATTACKERS as usize],
    faults: std::sync::Mutex<Vec<String>>,
}

impl Seen {
    fn fault(&self, what: String) {
        self.faults.lock().unwrap().push(what);
        self.over.store(true, Ordering::Relaxed);
    }

    fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }
}

#[test]
fn nothing_is_seen_of_an_attack() {
    let seconds = std::env::var("FARAD_ATTACK_SECONDS").ok().and_then(|text| text.parse().ok());
    let whole = Duration::from_secs(seconds.unwrap_or(SECONDS));
    let home = support::inputs();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    std::fs::write(folder.path().join("prog"), "#!/bin/sh\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("prog"), mode).unwrap();
    let commands = commands(home.path());
    assert!(commands.len() > 500, "{} commands are listed", commands.len());
    let mut server = Server::start(|port| {
        let mut command = support::farad(home.path());
        command.args(["-q", "-c", &format!("=h {port}"), "vault.x86_64.elf"]);
        command
    })
    .unwrap();
    let (pid, port) = (server.id(), server.port);
    let (watch, at_home) = (Watch::on(folder.path()), files(home.path()));
    let (seen, begun) = (Seen::default(), Instant::now());
    let place = folder.path().to_str().unwrap();
    let worst = std::thread::scope(|scope| {
        for attacker in 0..ATTACKERS {
            let (seen, commands) = (&seen, &commands);
            scope.spawn(move || attack(seen, commands, attacker, place, port));
        }
        scope.spawn(|| watch_processes(&seen, pid));
        let honest = scope.spawn(|| be_honest(&seen, port));
        let mut base = None;
        while seen.goes_on() && begun.elapsed() < whole {
            std::thread::sleep(Duration::from_millis(100));
            let Some(memory) = status(pid, "VmRSS") else {
                seen.fault("the server is gone".to_owned());
                break;
            };
            // A minute to warm up, or half of a short run.
            if begun.elapsed() >= (whole / 2).min(Duration::from_secs(60)) {
                let base = *base.get_or_insert(memory);
                if memory > base + GROWTH {
                    seen.fault(format!("memory grew from {base} KiB to {memory} KiB"));
                }
            }
            let events = watch.events();
            if !events.is_empty() {
                seen.fault(format!("files: {events:?}"));
            }
        }
        seen.over.store(true, Ordering::Relaxed);
        honest.join().unwrap()
    });
    let last: Vec<String> = (0..ATTACKERS)
        .map(|attacker| seen.at[attacker as usize].load(Ordering::Relaxed))
        .map(|number| request(&commands, number, place, port).chars().take(200).collect())
        .collect();
    let faults = seen.faults.lock().unwrap().clone();
    assert!(faults.is_empty(), "{faults:#?}\nat {last:#?}\n{}", server.log());
    assert!(server.runs() && !watch.has_changed() && files(home.path()) == at_home);
    println!("{} requests; the longest honest wait was {worst:?}", seen.asked.load(Ordering::Relaxed));
}

/// Sends requests until it is over.
fn attack(seen: &Seen, commands: &[(String, String)], attacker: u64, folder: &str, port: u16) {
    let agent = agent(PATIENCE);
    let mut number = attacker;
    while seen.goes_on() {
        seen.at[attacker as usize].store(number, Ordering::Relaxed);
        let line = request(commands, number, folder, port);
        let answer = agent.post(format!("http://127.0.0.1:{port}/cmd")).send(line.as_bytes());
        // One that takes too long is hung up on, which ends the command.
        if let Ok(mut answer) = answer {
            let text = answer.body_mut().with_config().limit(1 << 20).read_to_vec().unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            if text.contains(SECRET) || text.contains("root:x:0") {
                let line: String = line.chars().take(200).collect();
                seen.fault(format!("'{line}' told: {}", text.chars().take(400).collect::<String>()));
            }
        }
        seen.asked.fetch_add(1, Ordering::Relaxed);
        number += ATTACKERS;
    }
}

/// Asks for something short again and again. Returns the longest wait.
fn be_honest(seen: &Seen, port: u16) -> Duration {
    let agent = agent(2 * HONEST);
    let mut worst = Duration::ZERO;
    while seen.goes_on() {
        let asked = Instant::now();
        let answer = agent
            .get(format!("http://127.0.0.1:{port}/cmd/%3fe%20ALIVE"))
            .header("X-Farad-View", "honest")
            .call();
        let told = answer.map_err(|error| error.to_string()).and_then(|mut answer| {
            let text = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
            Ok((answer.status().as_u16(), text))
        });
        let waited = asked.elapsed();
        worst = worst.max(waited);
        match told {
            Ok((200, text)) if text == "ALIVE\n" && waited < HONEST => {}
            Ok((503, text)) if text.contains("busy") && waited < HONEST => {}
            told => seen.fault(format!("somebody honest waited {waited:?} for {told:?}")),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    worst
}

/// Looks for programs that are started.
fn watch_processes(seen: &Seen, pid: u32) {
    let before = children(pid);
    while seen.goes_on() {
        let now = children(pid);
        if now.iter().any(|child| !before.contains(child)) {
            seen.fault(format!("programs were started: {now:?}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
