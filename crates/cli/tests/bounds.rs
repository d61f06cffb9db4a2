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
