//! What clients of a server cannot do to it: take memory without end, change who may do what, replace files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use support::process::Server;
use support::web::{self, get, post};

fn serve(folder: &Path, arguments: &[&str]) -> Server {
    let server = Server::start(|port| {
        let mut command = support::farad(folder);
        command.args(arguments).args(["-q", "-c", &format!("=h {port}"), "malloc://4M"]);
        command
    });
    server.unwrap_or_else(|error| panic!("it serves: {error}"))
}

/// The memory that a process has, KiB.
fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Upgrades a connection, and nothing else.
fn upgraded(port: u16) -> std::net::TcpStream {
    let mut stream = web::connect(port);
    let head = format!(
        "GET /ws HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eHh4eHh4eHh4eHh4eHh4eA==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    stream
}

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let len = payload.len();
    assert!(len < 126);
    [&[0x80 | kind, 0x80 | len as u8, 0, 0, 0, 0], payload].concat()
}

#[test]
fn a_client_that_reads_no_answers_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let before = resident(&server);
    // Pings, asking which view it is, what is no JSON, commands with long output.
    let floods = [
        frame(9, &[b'A'; 125]),
        frame(1, br#"{"view":"a"}"#),
        frame(1, b"no"),
        frame(1, br#"{"id":1,"cmd":"p8 4M"}"#),
    ];
    for one in floods {
        let many = one.repeat(1000);
        let mut streams: Vec<_> = (0..4).map(|_| upgraded(server.port)).collect();
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            // A write that waits is what is to be seen: the server takes no more.
            streams.retain_mut(|stream| stream.write_all(&many).is_ok());
            if streams.is_empty() {
                break;
            }
        }
        assert_eq!(get(server.port, "?e ALIVE", &[]).text(), "ALIVE\n");
    }
    let after = resident(&server);
    assert!(after < before + (64 << 10), "{before} KiB became {after} KiB");
}

#[test]
fn a_client_begins_and_ends_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    for line in
        ["=h*", "=h-", "=h--", "=l- 0", "=l-0", "=h 0", "=h& 0", "=H 0", "=&:0", "=t 0", ".:0", "=g 0"]
    {
        let answer = get(server.port, line, &[("Accept", "application/json")]);
        assert_eq!(answer.status, 403, "{line}: {}", answer.text());
    }
    assert_eq!(get(server.port, "?e STILL", &[]).text(), "STILL\n");
}

#[test]
fn a_server_begun_again_by_a_client_is_what_its_owner_began() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "0123456789abcdef0123\n").unwrap();
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let rap = support::net::free_port();
    let server = Server::start(|port| {
        let mut command = support::farad(folder.path());
        command.args(["-e", "http.auth=true", "-e", "http.authfile=token", "-e", "http.local=true"]);
        command.args(["-q", "-c", &format!("=&:{rap};=h {port}"), "malloc://4K"]);
        command
    });
    let server = server.unwrap();
    // The owner changes their mind, for servers to come.
    let line = format!("=+ rap://127.0.0.1:{rap}/;'=0 e http.auth=false;e http.shell=true");
    let mut owner = support::farad(folder.path());
    support::process::run(owner.args(["-q", "-c", &line, "--"]), None, web::LIMIT).ok();
    let headers = [("Authorization", "Bearer 0123456789abcdef0123")];
    // The server that gives the answer ends meanwhile.
    let _ = std::panic::catch_unwind(|| post(server.port, "=h*", &headers));
    let until = Instant::now() + Duration::from_secs(10);
    let asked = |headers: &[(&str, &str)]| {
        std::net::TcpStream::connect(("127.0.0.1", server.port))
            .is_ok()
            .then(|| get(server.port, "?e IN", headers).status)
    };
    while asked(&headers) != Some(200) {
        assert!(Instant::now() < until, "it serves again");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(get(server.port, "?e IN", &[]).status, 401);
    assert!(post(server.port, "!echo ran", &headers).text().contains("refused"));
}

#[test]
fn a_client_makes_no_socket_where_it_may_have_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("precious");
    std::fs::write(&file, "DATA").unwrap();
    let local = serve(folder.path(), &["-e", "http.local=true"]);
    let both = serve(folder.path(), &["-e", "http.local=true", "-e", "http.files=true"]);
    let at = |path: &Path| format!("=&:unix://{}", path.display());
    let new = folder.path().join("new");
    let told = get(local.port, &at(&new), &[]).text();
    assert!(told.contains("http.files"), "{told}");
    assert!(get(local.port, &at(&file), &[]).text().contains("refused"));
    let told = get(both.port, &at(&file), &[]).text();
    assert!(told.contains("a file is there"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), b"DATA");
    assert!(!new.exists());
    get(both.port, &at(&new), &[]);
    assert!(std::os::unix::fs::FileTypeExt::is_socket(&new.symlink_metadata().unwrap().file_type()));
}

/// Runs a command on a connection of its own, which ends with what this returns.
fn begin(port: u16, command: &str) -> std::net::TcpStream {
    let mut stream = web::connect(port);
    let head =
        format!("POST /cmd HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {}\r\n\r\n", command.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(command.as_bytes()).unwrap();
    stream
}

/// Whether somebody else is answered, long before what runs ends.
fn answers(port: u16, while_what: &str) {
    let asked = Instant::now();
    let answer = get(port, "?e IN", &[]);
    assert_eq!((answer.status, answer.text().as_str()), (200, "IN\n"), "{while_what}");
    assert!(asked.elapsed() < Duration::from_secs(8), "{while_what}: {:?}", asked.elapsed());
}

#[test]
fn one_command_does_not_shut_others_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let mut kept = Vec::new();
    for command in [
        "sleep 100000",
        "(a;.(a);.(a));.(a)",
        "(b;?e x;.(b);.(b));.(b)",
        "99999999?v 1",
        "(c;.(c);.(c));.(c) @x:41",
        "sleep 100000",
    ] {
        kept.push(begin(server.port, command));
        std::thread::sleep(Duration::from_millis(300));
        answers(server.port, command);
    }
    // Those who sleep are few, and nobody else is kept from anything by them.
    for _ in 0..40 {
        kept.push(begin(server.port, "sleep 100000"));
    }
    answers(server.port, "many sleep");
    let told = get(server.port, "sleep 100000", &[]).text();
    assert!(told.contains("too many commands"), "{told}");
    // What nobody waits for any more ends.
    drop(kept);
    let until = Instant::now() + Duration::from_secs(10);
    while !get(server.port, "sleep 0.01", &[]).text().is_empty() {
        assert!(Instant::now() < until, "the places of those who are gone are free");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_reader_is_where_it_was_after_another_of_its_commands_slept() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    get(server.port, "s 0x10", &[]);
    let slow = begin(server.port, "sleep 1;?v $$");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(get(server.port, "s", &[]).text(), "0x10\n");
    get(server.port, "s 0x20;e hex.cols=8", &[]);
    let mut slow = slow;
    let mut chunk = [0; 4096];
    let count = std::io::Read::read(&mut slow, &mut chunk).unwrap();
    let told = String::from_utf8_lossy(&chunk[..count]).into_owned();
    assert!(told.ends_with("0x10\n"), "{told}");
    assert_eq!(get(server.port, "s;e hex.cols", &[]).text(), "0x20\n8\n");
}

#[test]
fn a_command_ends_at_the_deadline_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &["-e", "http.deadline=2", "-e", "rap.deadline=2"]);
    for command in ["sleep 100000", "(a;.(a);.(a));.(a)", "(a;.(a);.(a));.(a) @ 0"] {
        let told = get(server.port, command, &[("Accept", "application/json")]).text();
        assert!(told.contains("2 s at most (e http.deadline)"), "{command}: {told}");
    }
}

#[test]
fn who_waits_for_long_is_told_for_whom() {
    let folder = tempfile::tempdir().unwrap();
    let (rap, tcp) = (support::net::free_port(), support::net::free_port());
    let server = Server::start(|port| {
        let mut command = support::farad(folder.path());
        let begin = format!("=&:{rap};=h& {port};=t {tcp}");
        command.args(["-q", "-c", &begin, "null://1T"]);
        command
    });
    let server = server.unwrap();
    // A search goes on in one piece.
    let _holds = begin(server.port, "/x 41424344");
    std::thread::sleep(Duration::from_millis(500));
    std::thread::scope(|scope| {
        let http = scope.spawn(|| get(server.port, "?e IN", &[]));
        let text = scope.spawn(|| {
            let mut stream = web::connect(tcp);
            stream.write_all(b"?e IN\n").unwrap();
            let mut told = String::new();
            std::io::Read::read_to_string(&mut stream, &mut told).unwrap();
            told
        });
        let line = scope.spawn(|| {
            let mut stream = web::connect(rap);
            stream.write_all(b"\x07\0\0\0\x06?e IN\0").unwrap();
            let mut head = [0; 5];
            std::io::Read::read_exact(&mut stream, &mut head).unwrap();
            let mut text = vec![0; usize::from(head[3]) << 8 | usize::from(head[4])];
            std::io::Read::read_exact(&mut stream, &mut text).unwrap();
            String::from_utf8_lossy(&text).into_owned()
        });
        let answer = http.join().unwrap();
        let told = [answer.text(), text.join().unwrap(), line.join().unwrap()];
        let is_in = told.iter().all(|told| told.contains("IN"));
        for told in &told {
            assert!(
                is_in || told.contains("of HTTP client 127.0.0.1:") && told.contains(" runs since "),
                "{told}"
            );
        }
        assert_eq!(answer.status, if is_in { 200 } else { 503 });
    });
}
