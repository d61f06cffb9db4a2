//! gdb's remote protocol against the real programs: farad at gdbserver and at qemu, gdb at farad.
//!
//! `./test` installs gdb, gdbserver, qemu-user and a compiler for aarch64, and runs these when they are there.

mod support;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::process::{self, Finished, Server};

const LIMIT: Duration = Duration::from_secs(40);

fn build(compiler: &str, flags: &[&str], program: &str, folder: &Path, name: &str) {
    let source = support::root().join(format!("tests/debug/{program}.c"));
    let mut command = Command::new(compiler);
    command.args(["-O1", "-g", "-pthread"]).args(flags).arg("-o").arg(folder.join(name)).arg(source);
    assert!(command.status().expect("a compiler").success(), "{compiler} {program}");
}

fn lab(programs: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    programs.iter().for_each(|program| build("cc", &[], program, folder.path(), program));
    folder
}

/// A stub that is killed when the test is over.
struct Stub(Child, u16);

impl Stub {
    fn start(folder: &Path, words: impl Fn(u16) -> Vec<String>) -> Stub {
        let port = support::net::free_port();
        let words = words(port);
        let child = Command::new(&words[0])
            .args(&words[1..])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error} (./test installs it)", words[0]));
        let until = Instant::now() + LIMIT;
        while !support::net::listens(child.id(), port) {
            assert!(Instant::now() < until, "{} does not listen", words[0]);
            std::thread::sleep(Duration::from_millis(10));
        }
        Stub(child, port)
    }

    fn gdbserver(folder: &Path, words: &str) -> Stub {
        Stub::start(folder, |port| {
            let line = format!("gdbserver --once 127.0.0.1:{port} {words}");
            line.split_whitespace().map(str::to_owned).collect()
        })
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn farad(folder: &Path, words: &[&str]) -> Finished {
    process::run(support::farad(folder).args(words), None, LIMIT)
}

/// A stub that is at 0x401000 and says what a test has it say; `None` is what an honest one says.
fn lying(says: impl Fn(&str) -> Option<Vec<u8>> + Send + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut heard = Vec::new();
        let mut buf = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buf) {
            heard.extend_from_slice(&buf[..count]);
            while let Some(end) =
                heard.iter().position(|byte| *byte == b'#').filter(|end| end + 3 <= heard.len())
            {
                let packet: Vec<u8> = heard.drain(..end + 3).collect();
                let from = packet.iter().position(|byte| *byte == b'$').unwrap_or(0) + 1;
                let question = String::from_utf8_lossy(&packet[from..end]).into_owned();
                let answer = says(&question).unwrap_or_else(|| honest(&question));
                if answer == FLOOD {
                    flood(&mut stream);
                    continue;
                }
                if stream.write_all(&packet_of(&answer)).is_err() {
                    return;
                }
            }
        }
    });
    format!("gdb://127.0.0.1:{port}")
}

/// Stands for what a target prints until it is interrupted.
const FLOOD: &[u8] = b"FLOOD";

fn flood(stream: &mut std::net::TcpStream) {
    let lines = packet_of(b"O61626364")[1..].repeat(2000);
    let mut copy = stream.try_clone().expect("a copy");
    // It prints on behind a stop, as what is under way does.
    let ends = std::thread::spawn(move || copy.read_exact(&mut [0]));
    let mut left = 3;
    while left > 0 && stream.write_all(&lines).is_ok() {
        left -= u32::from(ends.is_finished());
    }
    let _ = stream.write_all(&packet_of(b"T02thread:1;")[1..]);
}

fn packet_of(content: &[u8]) -> Vec<u8> {
    let mut packet = b"+$".to_vec();
    for &byte in content {
        match byte {
            b'#' | b'$' | b'}' | b'*' => packet.extend([b'}', byte ^ 0x20]),
            byte => packet.push(byte),
        }
    }
    let sum = packet[2..].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    packet.extend(format!("#{sum:02x}").bytes());
    packet
}

fn honest(question: &str) -> Vec<u8> {
    let documents = "PacketSize=4000;qXfer:exec-file:read+;qXfer:auxv:read+;qXfer:memory-map:read+";
    let word = |value: u64| value.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match question {
        _ if question.starts_with("qSupported") => documents.into(),
        "?" => "T05thread:1;".into(),
        "vCont?" => "vCont;c;C;s;S".into(),
        "qAttached" => "1".into(),
        "qC" => "QC1".into(),
        // 17 registers, the last of which is the program counter and the eighth the stack pointer; then 7 small ones.
        "g" => {
            let wide = (0..17).map(|index| match index {
                7 => word(0x7ffe_0000),
                16 => word(0x40_1000),
                _ => word(0),
            });
            (wide.collect::<String>() + &"0".repeat(56)).into()
        }
        "qfThreadInfo" => "m1".into(),
        "qsThreadInfo" => "l".into(),
        "D" => "OK".into(),
        _ if question.starts_with("qXfer:") => "l".into(),
        _ if question.starts_with("Hg") || question.starts_with(['Z', 'z', 'G']) => "OK".into(),
        _ => Vec::new(),
    }
}

/// What is done to a process here and at a stub, which must print the same.
const SCRIPTS: &[(&str, &str)] = &[
    (
        "loop 9",
        "dcu sym.main;dr rip;pi 3;db sym.round_done;dc;dr rdi;ds;dr rip;dso;dsf;dr rip;dbt~sym.main~?",
    ),
    ("loop 9", "db sym.round_done if rdi==4;dc;dr rdi;db-*;dr rax=7;dr rax;dr eax;dc;di~type"),
    (
        "loop 9",
        "dbw obj.rounds w 8;dc;pv8 @ obj.rounds;dc;pv8 @ obj.rounds;db-*;dbH sym.round_done;dc;dr rdi",
    ),
    (
        "loop 9",
        "dcu sym.main;p8 4 @ rip;wx 9090 @ rip;pi 2 @ rip;dm~loop~?;dmm~loop~?;dxs getpid~0x~?;dx b82a000000",
    ),
    ("threads", "db sym.tick;dc;dbj~{[0].hits};dc;dbj~{[0].hits};db-*;dc;di~type"),
    ("crash segv", "dc;di~reason;dr rip;dbt~sym.main~?;dc;di~reason"),
    ("crash abrt", "dc;di~reason;dbt~sym.main~?;dc;di~reason"),
];

#[test]
#[ignore = "needs gdbserver"]
fn a_script_prints_the_same_at_gdbserver() {
    let folder = lab(&["loop", "threads", "crash"]);
    for (program, script) in SCRIPTS {
        let words: Vec<&str> = ["-qc", script, "-d"].into_iter().chain(program.split(' ')).collect();
        let here = farad(folder.path(), &words).out();
        let stub = Stub::gdbserver(folder.path(), &format!("./{program}"));
        let there = farad(folder.path(), &["-qc", script, &format!("gdb://127.0.0.1:{}", stub.1)]);
        // What the program prints goes where the stub has it go.
        let lines = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !line.starts_with("counted") && !line.starts_with("rounds"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(lines(&here), lines(&there.out()), "{script}\n{}", there.err());
        assert!(lines(&here).len() > 2, "{here}");
    }
}

#[test]
#[ignore = "needs gdbserver"]
fn a_process_that_gdbserver_has_lives_on() {
    let folder = lab(&["loop"]);
    let mut target = Command::new(folder.path().join("loop")).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let stub = Stub::gdbserver(folder.path(), &format!("--attach {}", target.id()));
    let uri = format!("gdb://127.0.0.1:{}", stub.1);
    let finished = farad(folder.path(), &["-qc", "db sym.round_done;dc;dr rdi;dp-", &uri]);
    assert!(finished.out().starts_with("0x"), "{}", finished.err());
    std::thread::sleep(Duration::from_millis(300));
    let status = std::fs::read_to_string(format!("/proc/{}/status", target.id())).unwrap();
    assert!(status.contains("TracerPid:\t0"), "{status}");
    assert!(target.try_wait().unwrap().is_none(), "it ended");
    target.kill().unwrap();
    target.wait().unwrap();
}

#[test]
#[ignore = "needs gdbserver"]
fn an_interrupt_stops_the_target_of_a_stub() {
    let folder = lab(&["loop"]);
    let stub = Stub::gdbserver(folder.path(), "./loop");
    let mut command = support::farad(folder.path());
    command.args(["-q", &format!("gdb://127.0.0.1:{}", stub.1)]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"dc\n").unwrap();
    std::thread::sleep(Duration::from_millis(700));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    std::thread::sleep(Duration::from_millis(500));
    input.write_all(b"di~reason\ndcu sym.round_done\ndr rip-rip\n?v rip-sym.round_done\nq\n").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(
        out.starts_with("reason=interrupted\n") && out.ends_with("0x0\n"),
        "{out}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "needs qemu-user"]
fn qemu_is_debugged_as_x86_64() {
    let folder = lab(&["loop"]);
    let stub = Stub::start(folder.path(), |port| {
        ["qemu-x86_64", "-g", &port.to_string(), "./loop", "9"].map(str::to_owned).to_vec()
    });
    let file = folder.path().join("loop");
    let uri = format!("gdb://127.0.0.1:{}/{}", stub.1, file.display());
    let script = "dcu sym.main;?v rip-sym.main;db sym.round_done;dc;dr rdi;ds;dbt~sym.main~?;\
                  dm~loop~?;dm~linker~?;dr rax=7;dr rax;p8 2 @ sym.round_done;db-*;dc;di~reason";
    let finished = farad(folder.path(), &["-qc", script, &uri]);
    let out = finished.out();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((lines[0], lines[1], lines[2]), ("0x0", "0x00000001", "1"), "{out}{}", finished.err());
    assert!(lines[3].parse::<u32>().unwrap() >= 3 && lines[4].parse::<u32>().unwrap() >= 3, "{out}");
    assert_eq!(lines[lines.len() - 1], "reason=exited 0", "{out}");
}

#[test]
#[ignore = "needs qemu-user and gcc-aarch64-linux-gnu"]
fn qemu_is_debugged_as_aarch64() {
    let folder = tempfile::tempdir().unwrap();
    build("aarch64-linux-gnu-gcc", &["-static"], "loop", folder.path(), "loop");
    let stub = Stub::start(folder.path(), |port| {
        ["qemu-aarch64", "-g", &port.to_string(), "./loop", "9"].map(str::to_owned).to_vec()
    });
    let file = folder.path().join("loop");
    let uri = format!("gdb://127.0.0.1:{}/{}", stub.1, file.display());
    let script = "e asm.bits;dcu sym.main;?v pc-sym.main;pi 1;db sym.round_done;dc;dr x0;?v x30-sym.main~0x;dso;dsf;\
                  db-*;dcu sym.round_done;dr x0;dr x0=9;dr x0;dr w0;dm~loop~?;dm~stack~?;p8 4 @ sym.main;dc;di~reason";
    let finished = farad(folder.path(), &["-qc", script, &uri]);
    let out = finished.out();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((lines[0], lines[1], lines[3]), ("64", "0x0", "0x00000001"), "{out}{}", finished.err());
    assert!(lines[2].starts_with("stp x29, x30"), "{out}");
    assert_eq!((lines[5], lines[7], lines[8]), ("0x00000002", "0x00000009", "0x00000009"), "{out}");
    assert_eq!((lines[9], lines[10], lines[lines.len() - 1]), ("2", "1", "reason=exited 0"), "{out}");
}

/// gdb with commands, at a server.
fn gdb(folder: &Path, port: u16, program: &str, commands: &[&str]) -> String {
    let mut command = Command::new("gdb");
    command.args(["-q", "-nx", "-batch", "-ex", "set pagination off", "-ex"]);
    command.arg(format!("target remote 127.0.0.1:{port}")).current_dir(folder);
    for line in commands {
        command.args(["-ex", line]);
    }
    let finished = process::run(command.arg(program), None, LIMIT);
    finished.out() + &finished.err()
}

fn serve(folder: &Path, words: impl Fn(u16) -> Vec<String>) -> Server {
    Server::start(|port| {
        let mut command = support::farad(folder);
        command.args(words(port));
        command
    })
    .expect("a server")
}

#[test]
#[ignore = "needs gdb"]
fn gdb_debugs_a_program_that_is_served() {
    let folder = lab(&["threads"]);
    let server =
        serve(folder.path(), |port| vec!["-qc".to_owned(), format!("=g {port} ./threads"), "--".to_owned()]);
    let said = gdb(
        folder.path(),
        server.port,
        "./threads",
        &[
            "break tick",
            "continue",
            "info threads",
            "bt",
            "p counter",
            "stepi",
            "info registers rip",
            "p $xmm0.uint128",
            "x/2xb tick",
            "set var counter = 100",
            "delete",
            "watch counter",
            "continue",
            "delete",
            "hbreak main",
            "continue",
        ],
    );
    for wanted in [
        "Breakpoint 1, tick",
        "(threads)",
        "work (number=",
        "$1 = 0",
        "<tick+1>",
        "0x55",
        "Old value = 100",
        "exited normally",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

#[test]
#[ignore = "needs gdb"]
fn gdb_detaches_from_the_process_that_a_session_has() {
    let folder = lab(&["loop"]);
    let mut target = Command::new(folder.path().join("loop")).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let pid = target.id().to_string();
    let words = |port| ["-qc", &format!("=g {port}"), "-d", &pid].map(str::to_owned).to_vec();
    let server = serve(folder.path(), words);
    for _ in 0..2 {
        let said = gdb(
            folder.path(),
            server.port,
            "./loop",
            &["break round_done", "continue", "continue", "p number", "detach"],
        );
        assert!(said.contains("$1 = ") && said.contains("detached"), "{said}");
    }
    // A client that is cut off leaves nothing behind either.
    let mut cut = Command::new("gdb");
    cut.args(["-q", "-nx", "-batch", "-ex", &format!("target remote 127.0.0.1:{}", server.port)]);
    cut.args(["-ex", "break round_done", "-ex", "continue", "-ex", "shell sleep 30", "./loop"])
        .current_dir(folder.path());
    let mut cut = cut.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    cut.kill().unwrap();
    cut.wait().unwrap();
    drop(server);
    let until = Instant::now() + LIMIT;
    while !std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap().contains("TracerPid:\t0") {
        assert!(Instant::now() < until, "it is still held");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(200));
    assert!(target.try_wait().unwrap().is_none(), "it ended");
    target.kill().unwrap();
    target.wait().unwrap();
}

#[test]
fn what_serves_gdb_is_under_the_policy_of_all_servers() {
    let folder = tempfile::tempdir().unwrap();
    let refused = farad(folder.path(), &["-qc", "=g 0.0.0.0:0 /bin/true", "--"]);
    assert!(refused.err().contains("rap.public"), "{}", refused.err());
    let nothing = farad(folder.path(), &["-qc", "=g 7000", "--"]);
    assert!(nothing.err().contains("nothing is being debugged"), "{}", nothing.err());
}

#[test]
fn a_stub_that_sends_garbage_is_left() {
    for answer in [
        &b"$#00"[..],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"+$PacketSize=ffffffffffffffff;qXfer:features:read+#00",
        b"$T05#b9$T05#b9$T05#b9$T05#b9",
        b"$E01#a6$E01#a6$E01#a6$E01#a6$E01#a6",
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut heard = [0; 1024];
            while stream.read(&mut heard).is_ok_and(|count| count > 0) {
                if stream.write_all(answer).is_err() {
                    break;
                }
            }
        });
        let started = Instant::now();
        let finished =
            farad(Path::new("/"), &["-e", "rap.timeout=2", "-qc", "dr", &format!("gdb://127.0.0.1:{port}")]);
        assert!(started.elapsed() < Duration::from_secs(20), "{answer:?}");
        assert_eq!(finished.end, process::End::Exit(1), "{answer:?}: {}", finished.out());
        assert_eq!(finished.err().lines().count(), 1, "{answer:?}: {}", finished.err());
        served.join().unwrap();
    }
}

#[test]
#[ignore = "needs gdb"]
fn gdb_reads_a_core_that_farad_wrote() {
    let folder = lab(&["crash"]);
    let written = farad(folder.path(), &["-qc", "dc;dg core.crash", "-d", "crash", "segv"]);
    assert!(written.err().contains("are in core.crash"), "{}", written.err());
    let mut command = Command::new("gdb");
    command.args(["-q", "-nx", "-batch", "-ex", "bt", "-ex", "info registers rip", "./crash", "core.crash"]);
    let said = process::run(command.current_dir(folder.path()), None, LIMIT).out();
    for wanted in ["SIGSEGV", "crash (how=", "main (argc=", "<crash+"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

/// What a stub calls its program is a file of this machine, if there is one, whatever else it could mean.
#[test]
fn a_stub_does_not_choose_what_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("marker");
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let touch = format!("dbg:///usr/bin/touch {}", marker.display());
    for name in [touch.as_str(), "malloc://64", "/dev/zero", fifo.to_str().unwrap(), "/proc/self/mem"] {
        let exe = format!("l{name}");
        let uri = lying(move |question| question.starts_with("qXfer:exec-file").then(|| exe.clone().into()));
        let finished = farad(folder.path(), &["-qc", "o~?", &uri]);
        assert!(finished.err().contains("cannot open"), "{name}: {}", finished.err());
        assert_eq!(finished.out(), "1\n", "{name}: {}", finished.err());
    }
    std::thread::sleep(Duration::from_millis(500));
    assert!(!marker.exists(), "a stub had a program run");
}

#[test]
fn a_stub_names_a_file_of_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let uri = lying(|question| question.starts_with("qXfer:exec-file").then(|| b"l/bin/true".to_vec()));
    let finished = farad(folder.path(), &["-qc", "o~/bin/true~?", &uri]);
    assert_eq!(finished.out(), "1\n", "{}", finished.err());
}

/// Whatever a stub tells of memory and registers is shown, or refused, in a line.
#[test]
fn memory_that_a_stub_lies_about_is_drawn_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        "dm;dm=;dmj;dmm;dm.;px 16;px 16 @ 0xfffffffffffffff8;pxr 64 @ rsp;dbt;dr;dr rax=1;ds;dg core";
    let run = |uri: &str| farad(folder.path(), &["-qc", script, uri]);
    let file = |text: &'static str| {
        lying(move |question| match question {
            _ if question.starts_with("vFile:open") => Some(b"F5".to_vec()),
            _ if question.starts_with("vFile:pread") && question.ends_with(",0") => {
                Some(format!("F{:x};{text}", text.len()).into())
            }
            _ if question.starts_with("vFile:pread") => Some(b"F0;".to_vec()),
            _ if question.starts_with("vCont;") => Some(b"T05thread:1;".to_vec()),
            _ => None,
        })
    };
    let maps = "0-ffffffffffffffff rwxp 0 00:00 0 /a\n3000-1000 r-xp 0 00:00 0 /b\n1000-1000 r-xp 0 00:00 0 /c\n\
                1-ffffffffffffffff r-xp ffffffffffffffff 00:00 0 /d\n8000000000000000-ffffffffffffffff r-xp 0 0 0 [stack]\n";
    let told = run(&file(maps));
    assert_eq!(told.end, process::End::Exit(1), "{}", told.err());
    assert!(told.err().contains("more memory than a file can hold"), "{}", told.err());
    assert_eq!(told.out().matches("#|").count() + told.out().matches("#-").count(), 3, "{}", told.out());
    // The stub's own map, and the headers of the program.
    let table = "<memory-map><memory type='ram' start='0x0' length='0xffffffffffffffff'/>\
                 <memory type='rom' start='0xfff0' length='0xffffffffffffffff'/><memory type='ram' start='1' length='0'/>\
                 <memory type='ram' start='0x8000000000000000' length='0x7fffffffffffffff'/></memory-map>";
    let map = run(&lying(move |question| match question {
        _ if question.starts_with("qXfer:memory-map:") => Some(format!("l{table}").into()),
        _ if question.starts_with("vCont;") => Some(b"T05thread:1;".to_vec()),
        _ => None,
    }));
    assert_eq!((map.end, map.out().matches("#|").count()), (process::End::Exit(1), 1), "{}", map.err());
    let word = |value: u64| value.to_le_bytes();
    let auxiliary: Vec<u8> = [3, 0x1000, 4, 56, 5, 3, 7, 0x2000].into_iter().flat_map(word).collect();
    let row =
        |addr: u64, size: u64| [word(0x5_0000_0001), word(u64::MAX), word(addr), [0; 8], [0; 8], word(size)];
    let mut headers =
        [row(0x4000, u64::MAX), row(u64::MAX, u64::MAX), row(u64::MAX - 1, 1)].concat().concat();
    headers.resize(168, 0xff);
    let by_headers = run(&lying(move |question| match question {
        _ if question.starts_with("qSupported") => Some("PacketSize=4000;qXfer:auxv:read+".into()),
        _ if question.starts_with("qXfer:auxv") => Some([b"l".as_slice(), &auxiliary].concat()),
        _ if question.starts_with('m') => {
            let len = question.rsplit(',').next().and_then(|len| usize::from_str_radix(len, 16).ok())?;
            let bytes = headers.iter().cycle().take(len);
            Some(bytes.map(|byte| format!("{byte:02x}")).collect::<String>().into())
        }
        _ if question.starts_with("vCont;") => Some(b"T05thread:1;".to_vec()),
        _ => None,
    }));
    assert!(
        !by_headers.err().contains("panicked") && by_headers.out().contains("|#"),
        "{}",
        by_headers.err()
    );
    // Registers anywhere.
    let target = "<target><architecture>i386:x86-64</architecture><feature name='c'>\
                  <reg name='rip' bitsize='64' regnum='18446744073709551615'/><reg name='rsp' bitsize='4294967295'/>\
                  <reg name='rax' bitsize='7'/><reg name='rbx' bitsize='64'/></feature></target>";
    let registers = run(&lying(move |question| match question {
        _ if question.starts_with("qSupported") => Some("PacketSize=4000;qXfer:features:read+".into()),
        _ if question.starts_with("qXfer:features") => Some(format!("l{target}").into()),
        _ if question.starts_with("vCont;") => Some(b"T05thread:1;".to_vec()),
        _ => None,
    }));
    assert!(!registers.err().contains("panicked") && registers.out().contains("0x"), "{}", registers.err());
}

#[test]
fn a_flood_from_a_target_does_not_keep_an_interrupt_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let uri = lying(|question| match question {
        _ if question.starts_with("qSupported") => Some("PacketSize=4000;QStartNoAckMode+".into()),
        "QStartNoAckMode" => Some("OK".into()),
        _ if question.starts_with("vCont;c") => Some(FLOOD.to_vec()),
        _ => None,
    });
    let mut command = support::farad(folder.path());
    command.args(["-q", &uri]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"!touch begins\ndc\ndi~reason > told\nq\n").unwrap();
    let until = Instant::now() + LIMIT;
    while !folder.path().join("begins").exists() {
        assert!(Instant::now() < until, "it does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(500));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("it goes on for ever");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap_or_default();
    assert_eq!(told, "reason=interrupted\n");
}

#[test]
fn what_a_stub_tells_of_memory_and_threads_is_asked_for_once() {
    use std::sync::{Arc, Mutex};
    let folder = tempfile::tempdir().unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = asked.clone();
    let uri = lying(move |question| {
        heard.lock().unwrap().push(question.to_owned());
        match question {
            _ if question.starts_with("vFile:open") => Some(b"F5".to_vec()),
            _ if question.starts_with("vFile:pread") && question.ends_with(",0") => {
                Some(b"F2f;401000-402000 r-xp 00000000 00:00 0   /program\n".to_vec())
            }
            _ if question.starts_with("vFile:pread") => Some(b"F0;".to_vec()),
            _ if question.starts_with("vCont;") => Some(b"T05thread:1;".to_vec()),
            // A list that begins again, without end.
            _ if question.ends_with("ThreadInfo") => {
                let ids: Vec<String> = (1..=3000).map(|id| format!("{id:x}")).collect();
                Some(format!("m{}", ids.join(",")).into())
            }
            _ => None,
        }
    });
    let finished =
        farad(folder.path(), &["-qc", "px 8 @ 0;px 8 @ 0x10000;px 8 @ 0x20000;dm~?;ds;dm~?;dpt~?", &uri]);
    let lines = finished.out();
    let counts: Vec<&str> = lines.lines().filter(|line| line.parse::<u32>().is_ok()).collect();
    assert_eq!(counts, ["1", "1", "3000"], "{lines}{}", finished.err());
    let asked = asked.lock().unwrap();
    let opened = asked.iter().filter(|question| question.starts_with("vFile:open")).count();
    assert_eq!(opened, 2, "once before the step and once behind it");
    let selected = asked.iter().rfind(|question| question.starts_with("Hg")).map(String::as_str);
    assert_eq!(selected, Some("Hg1"), "the current thread is the one that registers are of");
}
