//! Debugging real programs: threads, processes, signals, crashes, input and output, at the desk and at a far end.
//!
//! Each script runs three ways, which must print the same: with `-d`, through `=0` at a server, and with commands of this end on a
//! descriptor `rap://…/dbg://…`.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::process::{self, End, Finished, Server};

const LIMIT: Duration = Duration::from_secs(30);

/// A folder with the programs that are debugged, just built.
struct Lab(tempfile::TempDir);

impl Lab {
    fn new(programs: &[&str]) -> Lab {
        let lab = Lab(tempfile::tempdir().expect("a scratch folder"));
        for program in programs {
            lab.build(program, program, &[]);
        }
        lab
    }

    fn build(&self, program: &str, name: &str, flags: &[&str]) {
        let source = support::root().join(format!("tests/debug/{program}.c"));
        let built = Command::new("cc")
            .args(["-O1", "-g", "-pthread"])
            .args(flags)
            .arg("-o")
            .arg(self.path().join(name))
            .arg(source)
            .status();
        assert!(built.expect("a C compiler (./test names it)").success(), "{program}");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn farad(&self, words: &[&str]) -> Finished {
        process::run(support::farad(self.path()).args(words), None, LIMIT)
    }

    fn server(&self) -> Server {
        Server::start(|port| {
            let mut command = support::farad(self.path());
            // It is killed in the end, and what it debugs should go along.
            command.args(["-e", "dbg.onlost=kill"]).arg(format!("rap://:{port}"));
            command
        })
        .expect("a server")
    }

    /// What a script prints at the desk, which must be what it prints at a far end, both ways.
    #[track_caller]
    fn everywhere(&self, settings: &[&str], script: &str, program: &[&str]) -> String {
        let settings: Vec<&str> = settings.iter().flat_map(|setting| ["-e", setting]).collect();
        let here = self.farad(&[&settings[..], &["-qc", script, "-d"], program].concat());
        let line = program.join(" ");
        let run_far = |command: &str, target: &str| {
            let server = Server::start(|port| {
                let mut command = support::farad(self.path());
                command.args(["-e", "dbg.onlost=kill"]).args(&settings).arg(format!("rap://:{port}"));
                command
            });
            let server = server.expect("a server");
            let target = target.replace("PORT", &server.port.to_string());
            let command = command.replace("PORT", &server.port.to_string());
            self.farad(&[&settings[..], &["-qc", &command, &target]].concat())
        };
        let commands: Vec<String> = script.split(';').map(|command| format!("=0 {command}")).collect();
        let there = run_far(&format!("=+ rap://127.0.0.1:PORT/dbg://./{line};{}", commands.join(";")), "--");
        let bytes = run_far(script, &format!("rap://127.0.0.1:PORT/dbg://./{line}"));
        assert_eq!(here.out(), there.out(), "=0 differs\n{}\n{}", here.err(), there.err());
        assert_eq!(here.out(), bytes.out(), "rap://…/dbg:// differs\n{}\n{}", here.err(), bytes.err());
        here.out()
    }
}

/// A program that runs by itself, until the test is over.
struct Running(Child);

impl Running {
    fn start(path: PathBuf) -> Running {
        let child = Command::new(path).stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("a program");
        std::thread::sleep(Duration::from_millis(100));
        Running(child)
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    fn status(&self, key: &str) -> String {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        line.trim_start_matches(':').trim().to_owned()
    }

    /// Waits until somebody debugs it.
    #[track_caller]
    fn is_taken(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.status("TracerPid") == "0" {
            assert!(Instant::now() < until, "nobody took it");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it goes on alone, and makes sure that it does for a while.
    #[track_caller]
    fn lives_on(&mut self) {
        let until = Instant::now() + Duration::from_secs(10);
        while self.status("TracerPid") != "0" || self.status("State").starts_with(['t', 'T']) {
            assert!(Instant::now() < until, "it is still held: {}", self.status("State"));
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(100));
        let ended = self.0.try_wait().expect("its status");
        assert!(ended.is_none(), "it ended: {ended:?}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn threads_are_told_and_selected() {
    let lab = Lab::new(&["threads"]);
    let printed =
        lab.everywhere(&[], "db sym.tick;dc;dbj~{[0].hits};dc;dbj~{[0].hits};db-*;dc", &["threads"]);
    assert_eq!(printed, "1\n2\ncounted 24\n");
    let selected = lab.farad(&["-qc", "db sym.tick;dc;dpt= `dpt~:0[1]`;dpt~:0[0]", "-d", "threads"]);
    assert_eq!(selected.out().trim(), "*", "{}", selected.err());
    let each =
        lab.farad(&["-qc", "db sym.tick;dc;dpt~?;?v $$ @@t~?;dm~?;?v $$ @@@M~?", "-d", "threads"]).out();
    let counts: Vec<&str> = each.lines().collect();
    assert!(counts.len() == 4 && counts[0] == counts[1] && counts[2] == counts[3], "{each}");
    let all = lab.everywhere(&["dbg.clone=true"], "dc;di~reason;dc;di~reason;dc;dc", &["threads"]);
    assert_eq!(all, "reason=event\nreason=event\ncounted 24\n");
}

#[test]
fn a_command_runs_in_each_frame() {
    let lab = Lab::new(&["crash"]);
    let printed = lab.everywhere(&[], "dc;?v $$ @@dbt~?;?v $$ @@dbts~?;dbt~?", &["crash", "segv"]);
    let counts: Vec<&str> = printed.lines().collect();
    assert!(counts.len() == 3 && counts[0] == counts[1] && counts[0] != "0", "{printed}");
}

#[test]
fn each_hit_of_each_thread_counts_once() {
    let lab = Lab::new(&["threads"]);
    let counted = lab.everywhere(&[], "db sym.tick;dbite 0;dc;dt~[1]", &["threads"]);
    assert_eq!(counted, "counted 24\n12\n");
}

#[test]
fn new_processes_and_programs_are_followed_as_wanted() {
    let lab = Lab::new(&["forks"]);
    let parent =
        lab.everywhere(&[], "db sym.in_child;db sym.in_parent;dc;dr rip;?v sym.in_parent;dc", &["forks"]);
    let lines: Vec<&str> = parent.lines().collect();
    assert_eq!(
        (lines[0], lines[1], lines[4], lines[5]),
        ("child", "other", "parent", "status 7"),
        "{parent}"
    );
    assert_eq!(u64::from_str_radix(&lines[2][2..], 16), u64::from_str_radix(&lines[3][2..], 16));
    // The one that made it goes on alone, and prints when it likes.
    let follow = ["-e", "dbg.follow.child=true", "-e", "dbg.execs=true"];
    let script = "db sym.in_child;dc;di~reason~breakpoint~?;dc;di~reason;db-*;dc;di~reason";
    let child = lab.farad(&[&follow[..], &["-qc", script, "-d", "forks"]].concat()).out();
    let lines = |wanted: &[&str]| child.lines().filter(|line| wanted.contains(line)).count();
    assert_eq!(lines(&["1", "child", "reason=event", "other", "reason=exited 7"]), 5, "{child}");
    // The child is not held, and prints when it likes.
    let fork = lab.farad(&["-qc", "dcf;di~reason;dc", "-d", "forks"]).out();
    assert!(fork.contains("reason=event") && fork.ends_with("status 7\n"), "{fork}");
}

#[test]
fn crashes_are_told_with_their_place() {
    let lab = Lab::new(&["crash"]);
    for (how, name) in [("segv", "SIGSEGV"), ("ill", "SIGILL"), ("fpe", "SIGFPE"), ("abrt", "SIGABRT")] {
        let printed =
            lab.everywhere(&[], "dc;di~reason;dbt~sym.main~?;dc;di~type;di~reason", &["crash", how]);
        assert_eq!(printed, format!("reason={name}\n1\ntype=dead\nreason={name}\n"), "{how}");
    }
}

#[test]
fn programs_read_and_print() {
    let lab = Lab::new(&["echo"]);
    let folder = lab.path().join("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    let profile =
        format!("dbg.profile=stdin=\"one\\ntwo\\n\",setenv=FARAD_TEST=yes,chdir={}", folder.display());
    let printed = lab.everywhere(&[&profile], "dc;di~reason", &["echo", "x", "yz"]);
    let cwd = folder.display();
    let wanted = format!("1: one\n2: two\narg x\narg yz\nenv yes\ncwd {cwd}\n");
    assert_eq!(printed, wanted + "reason=exited 3\n");
    // At the desk a program has what farad has.
    let mut command = support::farad(lab.path());
    command.args(["-qc", "dc", "-d", "echo"]);
    let typed = process::run(&mut command, Some(b"typed\n"), LIMIT);
    assert!(typed.out().starts_with("1: typed\n"), "{}", typed.out());
    let again = lab.everywhere(&[], "dc;doo a b;dc", &["echo"]);
    assert!(again.contains("arg a\narg b\n"), "{again}");
}

#[test]
fn a_condition_holds_for_each_thread_by_itself() {
    let lab = Lab::new(&["threads"]);
    let script = "db sym.tick if rdi==2;dc;dr rdi;dc;dr rdi;dc;dr rdi;dc;dr rdi;dbj~{[0].hits};dc;di~type";
    let printed = lab.everywhere(&[], script, &["threads"]);
    let two = "0x00000002\n".repeat(4);
    assert_eq!(printed, format!("{two}4\ncounted 24\ntype=dead\n"));
}

#[test]
fn conditions_and_commands_of_breakpoints_are_heard() {
    let lab = Lab::new(&["loop"]);
    let printed =
        lab.everywhere(&[], "db sym.round_done if rdi==7;dc;dr rdi;dbj~{[0].hits};db-*;dc", &["loop", "9"]);
    assert_eq!(printed, "0x00000007\n1\nrounds 9\n");
    let printed = lab.everywhere(
        &[],
        "db sym.round_done if rdi!=4 and [rsp]!=0;dc;dr rdi;dbx edi==8 @ sym.round_done;dc;dr rdi",
        &["loop", "9"],
    );
    assert_eq!(printed, "0x00000001\n0x00000008\n");
    let wrong = lab.farad(&["-qc", "db sym.round_done if nosuch==1", "-d", "loop", "9"]);
    assert!(wrong.err().contains("nosuch"), "{}", wrong.err());
    let printed = lab.farad(&[
        "-qc",
        "db sym.round_done;dbc sym.round_done \"?e hit\";dc;dc;db-*;dc",
        "-d",
        "loop",
        "9",
    ]);
    assert_eq!(printed.out(), "hit\nhit\nrounds 9\n");
    let printed =
        lab.farad(&["-qc", "db sym.round_done;dbC sym.round_done \"?v rdi-5\";dc;dr rdi", "-d", "loop", "9"]);
    assert!(printed.out().ends_with("0x00000005\n"), "{}", printed.out());
}

#[test]
fn hardware_stops_at_code_and_at_data() {
    let lab = Lab::new(&["loop"]);
    let printed = lab.everywhere(&[], "dbH sym.round_done;dc;dr rdi;dc;dr rdi;db-*;dc", &["loop", "9"]);
    assert_eq!(printed, "0x00000001\n0x00000002\nrounds 9\n");
    let printed = lab.everywhere(
        &[],
        "dbw obj.rounds w 8;dc;pv8 @ obj.rounds;dc;pv8 @ obj.rounds;db-*;dc",
        &["loop", "9"],
    );
    assert_eq!(printed, "0x0000000000000001\n0x0000000000000002\nrounds 9\n");
    let refused = lab.farad(&["-qc", "dbw obj.rounds+1 w 8", "-d", "loop", "9"]);
    assert!(refused.err().contains("aligned"), "{}", refused.err());
}

#[test]
fn memory_is_read_without_breakpoints_and_written_under_them() {
    let lab = Lab::new(&["loop"]);
    let printed = lab.everywhere(
        &[],
        "p8 4 @ sym.round_done;db sym.round_done;p8 4 @ sym.round_done;wx c3 @ sym.round_done;p8 1 @ sym.round_done;dc;db-*;p8 1 @ sym.round_done;dc",
        &["loop", "9"],
    );
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], lines[1]);
    assert_eq!(lines[2..], ["c3", "c3", "rounds 0"], "{printed}");
}

#[test]
fn code_of_ours_runs_and_leaves_no_trace() {
    let lab = Lab::new(&["loop"]);
    let printed = lab.everywhere(
        &[],
        "dcu sym.main;dr rip > /dev/null;dxs getpid~0x~?;dx b82a000000;dr rip;?v sym.main;dm -1 8192 > /dev/null;dc",
        &["loop", "9"],
    );
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!((lines[1], lines[4]), ("0x0000002a", "rounds 9"), "{printed}");
}

#[test]
fn a_process_that_was_taken_lives_on() {
    let lab = Lab::new(&["loop"]);
    let mut target = Running::start(lab.path().join("loop"));
    let pid = target.pid().to_string();
    for script in ["db sym.round_done;dc;dr rdi;dp-", "db sym.round_done;dc;dr rdi", "dc"] {
        let mut command = support::farad(lab.path());
        command.args(["-qc", script, "-d", &pid]);
        if script == "dc" {
            let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(300));
            rustix::process::kill_process(
                rustix::process::Pid::from_child(&child),
                rustix::process::Signal::INT,
            )
            .unwrap();
            child.wait().unwrap();
        } else {
            let finished = process::run(&mut command, None, LIMIT);
            assert!(finished.out().starts_with("0x"), "{}", finished.err());
        }
        target.lives_on();
    }
    let twice = lab.farad(&[
        "-qc",
        "o attach://PID;dr rip".replace("PID", &pid).as_str(),
        &format!("attach://{pid}"),
    ]);
    assert!(twice.err().contains("debugs it already"), "{}", twice.err());
    target.lives_on();
    let named = lab.farad(&["-qc", "dpe", &format!("pidof://{}", lab.path().join("loop").display())]);
    assert!(named.out().trim().ends_with("/loop"), "{}", named.err());
    target.lives_on();
}

/// Whoever is killed, the process that was taken goes on, and no breakpoint stays in it.
#[test]
fn a_debugger_that_dies_leaves_no_breakpoint() {
    let lab = Lab::new(&["loop"]);
    let mut target = Running::start(lab.path().join("loop"));
    let pid = target.pid();
    // Stopped at a breakpoint, and running with one: the debugger at the desk dies.
    for script in ["db sym.round_done;dc;!sleep 60", "db sym.round_done;dbC sym.round_done \"?v 1\";dc"] {
        let mut command = support::farad(lab.path());
        command.args(["-qc", script, "-d", &pid.to_string()]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(400));
        child.kill().unwrap();
        child.wait().unwrap();
        target.lives_on();
    }
    // The server, its connection, the client; while the process stands, and while it runs.
    for script in ["db sym.round_done;dc;!sleep 60", "db sym.round_done;dbC sym.round_done \"?v 1\";dc"] {
        for dies in ["server", "connection", "client"] {
            let server = lab.server();
            let line = Line::open(server.port);
            let mut command = support::farad(lab.path());
            command.args(["-qc", script, &format!("rap://127.0.0.1:{}/dbg://{pid}", line.port)]);
            let mut client = quiet(&mut command).spawn().unwrap();
            target.is_taken();
            std::thread::sleep(Duration::from_millis(300));
            match dies {
                "server" => server.signal(rustix::process::Signal::KILL),
                "connection" => line.cut(),
                _ => client.kill().unwrap(),
            }
            println!("{dies} dies: {script}");
            target.lives_on();
            let _ = client.kill();
            client.wait().unwrap();
        }
    }
}

/// At whatever moment a debugger dies.
#[test]
fn a_debugger_may_die_at_any_moment() {
    let lab = Lab::new(&["loop"]);
    let mut target = Running::start(lab.path().join("loop"));
    let pid = target.pid();
    let script = "db sym.round_done;dc;ds 50;dcu sym.round_done;dso 3;dbH sym.round_done+4;dc;db-*;dbw obj.rounds w 8;dc;do;dc";
    for delay in (0..24).map(|step| Duration::from_millis(step * step)) {
        let mut command = support::farad(lab.path());
        command.args(["-qc", &vec![script; 20].join(";"), "-d", &pid.to_string()]);
        let mut child = quiet(&mut command).spawn().unwrap();
        std::thread::sleep(delay);
        let _ = child.kill();
        child.wait().unwrap();
        target.lives_on();
    }
}

/// Whether a process is there, and has not ended.
fn is_there(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

#[test]
fn what_is_closed_leaves_nothing_behind() {
    let lab = Lab::new(&["loop"]);
    let server = lab.server();
    let far = format!("rap://127.0.0.1:{}/dbg://./loop", server.port);
    for close in ["o-3", "o-*", "o--", "o malloc://64;op `o~malloc[0]`;o-!", "o-4;o-3", "doc"] {
        for uri in ["dbg://./loop", &far] {
            let counts = "o~dbg~?;f~sym.main~?;f~rip~?;db~?";
            let script =
                format!("db sym.round_done;dc;di~pid[1] > pid;{close};!touch closed;!sleep 0.5;{counts}");
            let mut command = support::farad(lab.path());
            command.args(["-qc", &script, uri]);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            appears(&lab.path().join("closed"));
            let pid = std::fs::read_to_string(lab.path().join("pid")).unwrap().trim().parse().unwrap();
            assert!(!is_there(pid), "{close} {uri}: {pid} is still there");
            assert!(child.try_wait().unwrap().is_none(), "the session ended before it was looked at");
            let output = child.wait_with_output().unwrap();
            let (out, err) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(out, "0\n0\n0\n0\n", "{close} {uri}: {err}");
        }
    }
    // One that was taken goes on, without a breakpoint, while the session does.
    let mut target = Running::start(lab.path().join("loop"));
    let mut command = support::farad(lab.path());
    let script = "db sym.round_done;dc;o-3;!touch closed;!sleep 30";
    let mut child = quiet(command.args(["-qc", script, "-d", &target.pid().to_string()])).spawn().unwrap();
    appears(&lab.path().join("closed"));
    target.lives_on();
    assert!(child.try_wait().unwrap().is_none(), "the session ended with it");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_process_is_closed_by_those_who_may_debug() {
    let lab = Lab::new(&["loop"]);
    lab.farad(&["-qc", "dg core", "-d", "loop"]);
    let typed = b"e cfg.sandbox=true\no-3\no~?\nq\n";
    for (words, rows, why) in [(&["-d", "loop"][..], "2\n", "may not debug"), (&["core"], "0\n", "")] {
        let finished = process::run(support::farad(lab.path()).arg("-q").args(words), Some(typed), LIMIT);
        assert!(
            finished.out() == rows && finished.err().contains(why),
            "{}{}",
            finished.out(),
            finished.err()
        );
    }
}

/// Waits for a file, and removes it.
#[track_caller]
fn appears(path: &Path) {
    let until = Instant::now() + LIMIT;
    while std::fs::remove_file(path).is_err() {
        assert!(Instant::now() < until, "it did not come so far");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The number of the parent of a process, and of its group.
fn parent_and_group(pid: &str) -> Option<(u32, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut words = text.rsplit_once(") ")?.1.split(' ').skip(1);
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// The session has no agent to wait for, and what kills its group does not reach the agent.
#[test]
fn an_agent_is_nobodys_child() {
    let lab = Lab::new(&["loop"]);
    let target = Running::start(lab.path().join("loop"));
    let mut command = support::farad(lab.path());
    command.args(["-q", "-d", &target.pid().to_string()]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    target.is_taken();
    let agent = target.status("TracerPid");
    let (parent, group) = parent_and_group(&agent).expect("an agent");
    assert_ne!(parent, child.id());
    assert_ne!(Some(group), parent_and_group(&child.id().to_string()).map(|(_, group)| group));
    let of_farad = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
        let pid = entry.file_name().into_string().unwrap_or_default();
        parent_and_group(&pid).is_some_and(|(parent, _)| parent == child.id())
    });
    assert_eq!(of_farad.count(), 0, "something is left to be waited for");
    drop(child.stdin.take());
    child.wait().unwrap();
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

/// A connection that can be cut.
struct Line {
    port: u16,
    ends: std::sync::Arc<std::sync::Mutex<Vec<std::net::TcpStream>>>,
}

impl Line {
    fn open(target: u16) -> Line {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let ends: std::sync::Arc<std::sync::Mutex<Vec<std::net::TcpStream>>> = std::sync::Arc::default();
        let kept = ends.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = std::net::TcpStream::connect(("127.0.0.1", target)) else { continue };
                let copies = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                kept.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                let [near_copy, far_copy] = copies;
                for (mut from, mut to) in [(near, far_copy), (far, near_copy)] {
                    std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(std::net::Shutdown::Both);
                    });
                }
            }
        });
        Line { port, ends }
    }

    fn cut(&self) {
        for end in self.ends.lock().unwrap().iter() {
            let _ = end.shutdown(std::net::Shutdown::Both);
        }
    }
}

#[test]
fn what_becomes_of_a_lost_process_is_the_users_word() {
    let lab = Lab::new(&["loop"]);
    let lose = |setting: &str, target: &Running| {
        let pid = target.pid();
        let mut command = support::farad(lab.path());
        command.args(["-e", setting, "-e", "dbg.linger=1", "-qc", "!sleep 60", "-d", &pid.to_string()]);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        target.is_taken();
        std::thread::sleep(Duration::from_millis(300));
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let mut kept = Running::start(lab.path().join("loop"));
    lose("dbg.onlost=keep", &kept);
    assert!(kept.status("State").starts_with('t'), "{}", kept.status("State"));
    kept.lives_on();
    let mut killed = Running::start(lab.path().join("loop"));
    lose("dbg.onlost=kill", &killed);
    let until = Instant::now() + Duration::from_secs(5);
    while killed.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "it was not killed");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_target_that_is_killed_is_told_of() {
    let lab = Lab::new(&["loop"]);
    let printed = lab.everywhere(&[], "dcu sym.main;dk 9;di~type;ds;p8 4 @ sym.main;di~reason", &["loop"]);
    assert!(printed.contains("type=dead") && printed.contains("reason=SIGKILL"), "{printed}");
    let mut target = Running::start(lab.path().join("loop"));
    let mut command = support::farad(lab.path());
    command.args(["-qc", "dc;di~reason", "-d", &target.pid().to_string()]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    target.0.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "reason=SIGKILL\n");
}

#[test]
fn an_interrupt_stops_the_process_and_keeps_the_session() {
    let lab = Lab::new(&["loop"]);
    let server = lab.server();
    let far = format!("rap://127.0.0.1:{}/dbg://./loop", server.port);
    for words in [&["-d", "loop"][..], &[&far]] {
        let mut command = support::farad(lab.path());
        command.args(["-e", "scr.interactive=false", "-q"]).args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        use std::io::Write;
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"dc\n").unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
            .unwrap();
        std::thread::sleep(Duration::from_millis(700));
        input.write_all(b"di~type\n?v rip-rip+1\ndk 9\nq\n").unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(out, "type=stopped\n0x1\n", "{words:?}: {err}");
    }
}

#[test]
fn breakpoints_wait_for_their_file() {
    let lab = Lab::new(&["threads"]);
    let printed = lab.everywhere(&[], "dmm~?libc;dbm libc 0;db~?invalid;db-*;dmm~?threads;dc", &["threads"]);
    assert_eq!(printed, "0\n1\n1\ncounted 24\n");
    // One that cannot be set when its file has come keeps nothing from running.
    let far = lab.farad(&["-qc", "dbm libc 0x7fffffffff;dc;db~?disabled", "-d", "threads"]);
    assert!(far.out().starts_with("counted 24\n") && far.end == End::Exit(0), "{}{}", far.out(), far.err());
    assert!(far.err().contains("is disabled: "), "{}", far.err());
    let symbols =
        lab.farad(&["-qc", "dcu sym.main;dmi libc qsort~?qsort;dmis libc;f~?sym.qsort", "-d", "threads"]);
    let lines: Vec<String> = symbols.out().lines().map(str::to_owned).collect();
    assert!(lines[0] == "1" && lines[1].parse::<u32>().unwrap() >= 1, "{}", symbols.out());
}

#[test]
fn what_cannot_be_done_is_said_in_a_line() {
    let lab = Lab::new(&["loop"]);
    for (words, wanted) in [
        (&["-qc", "", "-d", "./nothing"][..], "No such file"),
        (&["-qc", "", "-d", "no-such-program"], "PATH"),
        (&["-qc", "", "-d", "99999999"], "no such process"),
        (&["-qc", "", "pidof://no-such-program"], "no process is called"),
        (&["-qc", "ds", "--"], "nothing is being debugged"),
        (&["-qc", "db 0x10", "-d", "loop"], "no memory at 0x10"),
        (&["-qc", "dpt=1", "-d", "loop"], "no thread 1"),
        (&["-qc", "dk NONE", "-d", "loop"], "no signal"),
        (&["-qc", "dc;ds", "-d", "loop", "1"], "has ended"),
        (&["-S", "-qc", "o dbg://./loop", "--"], "may not debug"),
    ] {
        let finished = lab.farad(words);
        assert!(finished.err().contains(wanted), "{words:?}: {}", finished.err());
        assert_eq!(finished.end, End::Exit(1), "{words:?}");
    }
}

#[test]
fn a_core_of_each_crash_opens_here_and_there() {
    let lab = Lab::new(&["crash", "threads"]);
    let shown = "dr rip;di~reason;dbt~sym.main~?;dpt~?;dmm~?crash;pi 1 @ rip;p8 4 @ rsp;p8 4 @ sym.main";
    for (how, name) in [("segv", "SIGSEGV"), ("ill", "SIGILL"), ("fpe", "SIGFPE"), ("abrt", "SIGABRT")] {
        let script = format!("dc;dg core.{how};{shown}");
        let alive = lab.farad(&["-qc", &script, "-d", "crash", how]).out();
        assert!(alive.contains(&format!("reason={name}")) && alive.lines().count() == 8, "{alive}");
        let core = format!("core.{how}");
        let here = lab.farad(&["-qc", shown, &core]);
        assert_eq!(here.out(), alive, "{}", here.err());
        let server = lab.server();
        let uri = format!("rap://127.0.0.1:{}/./{core}", server.port);
        let bytes = lab.farad(&["-qc", shown, &uri]);
        assert_eq!(bytes.out(), alive, "{}", bytes.err());
        let commands: Vec<String> = shown.split(';').map(|command| format!("=0 {command}")).collect();
        let there = lab.farad(&["-qc", &format!("=+ {uri};{}", commands.join(";")), "--"]);
        assert_eq!(there.out(), alive, "{}", there.err());
    }
    let refused = lab.farad(&["-qc", "ds", "core.segv"]);
    assert!(refused.err().contains("does not run"), "{}", refused.err());
    let threads = lab.farad(&["-qc", "db sym.tick;dc;dc;dg core.threads;dpt~?", "-d", "threads"]).out();
    let kept = lab.farad(&["-qc", "dpt~?;dpt= `dpt~-:0[1]`;dpt~:0[0]", "core.threads"]);
    assert_eq!(kept.out().lines().next(), threads.lines().next(), "{}", kept.err());
}

#[test]
fn a_core_that_cannot_be_read_is_a_file() {
    let lab = Lab::new(&["crash"]);
    lab.farad(&["-qc", "dc;dg whole", "-d", "crash", "segv"]);
    let whole = std::fs::read(lab.path().join("whole")).unwrap();
    let mut foreign = whole.clone();
    foreign[18] = 3;
    let mut empty = whole.clone();
    empty[56..58].fill(0);
    for (name, bytes, why) in [
        ("cut", &whole[..100], "ends too early"),
        ("foreign", &foreign, "a machine that is not known"),
        ("empty", &empty, "no segments"),
    ] {
        std::fs::write(lab.path().join(name), bytes).unwrap();
        let server = lab.server();
        for uri in [name.to_owned(), format!("rap://127.0.0.1:{}/./{name}", server.port)] {
            let shown = lab.farad(&["-qc", "e io.va=false;p8 4 @ 0;o~?", &uri]);
            assert_eq!(shown.out(), "7f454c46\n1\n", "{uri}: {}", shown.err());
            assert!(shown.err().contains(why), "{uri}: {}", shown.err());
        }
    }
}

#[test]
fn a_step_far_away_costs_one_exchange() {
    let lab = Lab::new(&["loop"]);
    let server = lab.server();
    let trips_of = |commands: String| {
        let link = support::link::Link::open(server.port, Duration::from_millis(50)).expect("a slow link");
        let uri = format!("rap://127.0.0.1:{}/dbg://./loop", link.port);
        let finished = lab.farad(&["-qc", &format!("dcu sym.main;{commands}"), &uri]);
        assert_eq!(finished.end, End::Exit(0), "{}", finished.err());
        link.take_trips()
    };
    let trips = |steps: usize| trips_of(vec!["ds;pd 16 @ rip;dr;pxr 64 @ rsp"; steps].join(";"));
    let (few, many) = (trips(4), trips(14));
    // What instructions refer to for the first time is asked for once.
    assert!(many - few <= 10 + 3, "{few} exchanges for 4 steps, {many} for 14");
    assert!(few <= 20, "{few} exchanges to open, run and step");
    let points =
        |count: usize| trips_of((0..count).map(|at| format!("db rip+{at}")).collect::<Vec<_>>().join(";"));
    let (few, many) = (points(2), points(12));
    assert!(many - few <= 10, "{few} exchanges for 2 breakpoints, {many} for 12");
}

#[test]
fn a_stripped_program_has_the_names_of_its_copy_here() {
    let lab = Lab::new(&["loop"]);
    let names = lab.path().join("names");
    std::fs::create_dir(&names).unwrap();
    std::fs::rename(lab.path().join("loop"), names.join("loop")).unwrap();
    let stripped =
        Command::new("strip").arg("-o").arg(lab.path().join("loop")).arg(names.join("loop")).status();
    assert!(stripped.expect("strip, which is where cc is").success());
    let script = "db sym.round_done;dc;dr rdi;dbt~sym.main~?;dmi loop main~?main";
    let setting = format!("dbg.symbols={}", names.display());
    let printed = lab.everywhere(&[&setting], script, &["loop", "9"]);
    assert_eq!(printed, "0x00000001\n1\n1\n");
    // Those of another build are not taken.
    lab.build("echo", "names/loop", &[]);
    let other = lab.farad(&["-e", &setting, "-qc", "?v sym.round_done", "-d", "loop", "9"]);
    assert!(other.err().contains("nothing is called"), "{}", other.err());
    // By the hash of the build, as distributions keep them.
    lab.build("loop", "names/loop", &[]);
    let read = lab.farad(&["-qc", "p8 20 @ section..note.gnu.build_id+16", "names/loop"]).out();
    let hash = read.trim();
    let folder = names.join(".build-id").join(&hash[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::rename(names.join("loop"), folder.join(format!("{}.debug", &hash[2..]))).unwrap();
    let printed = lab.farad(&["-e", &setting, "-qc", script, "-d", "loop", "9"]);
    assert_eq!(printed.out(), "0x00000001\n1\n1\n", "{}", printed.err());
}

#[test]
fn steps_go_by_lines_of_source() {
    let lab = Lab::new(&["loop"]);
    let script = "dcu sym.main;dsl;dsl;dsl;?v rip-sym.main~0x~?;dc";
    let stepped = lab.farad(&["-qc", script, "-d", "loop", "9"]);
    let lines: Vec<u32> =
        stepped.err().lines().filter_map(|line| line.split_once("loop.c:")?.1.trim().parse().ok()).collect();
    assert_eq!(lines.len(), 3, "{}", stepped.err());
    assert!(lines.windows(2).all(|pair| pair[0] != pair[1]), "{lines:?}");
    assert!(stepped.out().ends_with("rounds 9\n"), "{}", stepped.out());
    let none = lab.farad(&["-qc", "dcu sym.main;dsf;dsl", "-d", "loop", "9"]);
    assert!(none.err().contains("no line of source"), "{}", none.err());
}

#[test]
fn what_was_noted_of_a_file_stays_when_it_is_run() {
    let lab = Lab::new(&["loop"]);
    let script = "CC a note @ sym.main;f mine @ sym.round_done;ood 9;CC.@ sym.main;?v mine-sym.round_done;db mine;dc;dr rdi;\
                  doo 5;dc;dr rdi;db-*;dc";
    let here = lab.farad(&["-qc", script, "loop"]);
    assert_eq!(here.out(), "a note\n0x0\n0x00000001\n0x00000001\nrounds 5\n", "{}", here.err());
    let server = lab.server();
    let there = lab.farad(&["-qc", script, &format!("rap://127.0.0.1:{}/./loop", server.port)]);
    assert_eq!(there.out(), here.out(), "{}", there.err());
    let nothing = lab.farad(&["-qc", "ood", "malloc://64"]);
    assert!(nothing.err().contains("no file that can be run"), "{}", nothing.err());
}

/// The addresses are those that objdump shows.
#[test]
fn a_program_of_32_bits_is_debugged() {
    let lab = Lab::new(&[]);
    let program = support::root().join("tests/golden/inputs/vault.i386.elf");
    std::fs::copy(program, lab.path().join("vault")).unwrap();
    let script = "e asm.bits;di~bits;db sym.compare;dc;dr eip;dbt~[1];db-*;ds;dr eip;dsf;dr eip;dso;dr eip;\
                  dbH 0x401391;dc;dr eip;dr dr0;dso;dr eip;db-*;dm 0x10000000 4096;dm~0x0000000010000000~?;\
                  dx b82a000000;dr eip;dr eax=7;dr ax;dr st0=5;dr xmm7=9;ds;dr st0;dr xmm7;\
                  wx b814000000cd80ebf7 @ eip;dcs getpid;dr eip;dr oeax;dk 9;di~type";
    let printed = lab.everywhere(&[], script, &["vault"]);
    let wanted = [
        "32",
        "bits=32",
        "0x004011c0",
        "0x4011c0",
        "0x4012f3",
        "0x004011c1",
        "0x004012f3",
        "0x004012f6",
        "0x00401391",
        "0x00401391",
        "0x00401396",
        "0x10000000",
        "1",
        "0x0000002a",
        "0x00401396",
        "0x0dab0316 -> 0x00000007",
        "0x00000007",
        "0x00000000 -> 0x00000005",
        "0x00000000 -> 0x00000009",
        "0x00000005",
        "0x00000009",
        "0x004013a0",
        "0x00000014",
        "type=dead",
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), wanted);
    let own = lab.farad(&["-qc", "dcu sym.compare;?v `dxs getpid`-`di~pid[1]`;dxs close 77", "-d", "vault"]);
    assert_eq!(own.out(), "0x0\n", "{}", own.err());
    assert!(own.err().contains("close in the process: Bad file descriptor"), "{}", own.err());
    // Frames by the chain of frame pointers.
    let chain = "dcu sym.compare;ds;dr ebp=esp+16;wv4 esp+32 @ ebp;wv4 0x401371 @ ebp+4;wv4 0 @ esp+32;wv4 0x401396 @ esp+36;dbt~[1]";
    let frames = lab.farad(&["-qc", chain, "-d", "vault"]);
    assert!(frames.out().ends_with("0x4011c1\n0x401371\n0x401396\n"), "{}{}", frames.out(), frames.err());
}

#[test]
fn registers_of_each_kind_are_set() {
    let lab = Lab::new(&["loop"]);
    let script =
        "dcu sym.main;dr rax=5;dr st3=6;dr xmm15=7;dbH 0x1234;ds;dr rax;dr st3;dr xmm15;dr dr0;dr dr7";
    let set = lab.everywhere(&[], script, &["loop"]);
    let values: Vec<&str> = set.lines().skip(3).collect();
    // The last has a bit for the one that is set.
    let wanted = ["0x00000005", "0x00000006", "0x00000007", "0x00001234", "0x00000001"];
    assert_eq!(values, wanted, "{set}");
}
