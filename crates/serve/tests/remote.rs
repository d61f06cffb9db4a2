//! The `=` commands between two sessions of this process, and the tcp command server.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod peer;

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farad_io::rap::{RapClient, RapOptions};
use farad_io::{Ctx, Transport};
use farad_serve::{Host, Outcome, ViewId};
use farad_shell::view::Terminal;
use peer::{Seen, Server, host};

fn run(host: &Host, line: &str) -> (Outcome, String, String) {
    let seen = Seen::default();
    let outcome = host.line(ViewId::OWNER, line, &Ctx::owner(), Box::new(seen.clone())).unwrap();
    (outcome, seen.text(), seen.reports())
}

fn text(host: &Host, line: &str) -> String {
    let (outcome, text, reports) = run(host, line);
    assert!(outcome.ok, "{line}: {reports}");
    text
}

#[test]
fn hosts_are_added_listed_used_and_removed() {
    let server = Server::start("malloc://64", &["go 0x20"]);
    let near = host("malloc://16", &[]);
    let uri = format!("127.0.0.1:{}/malloc://32", server.port);
    let (outcome, printed, reports) = run(&near, &format!("=+ {uri}"));
    assert!(outcome.ok && printed.is_empty());
    assert!(reports.starts_with(&format!("Connected to: 127.0.0.1 at port {}\n", server.port)), "{reports}");
    assert!(reports.contains("its own"), "{reports}");
    let (_, _, reports) = run(&near, &format!("=+ box=rap://127.0.0.1:{}/", server.port));
    assert!(reports.contains("shared"), "{reports}");
    assert_eq!(
        text(&near, "="),
        format!("0 fd:4 rap://{uri}\n1 fd:5 rap://127.0.0.1:{}/ box\n", server.port)
    );
    let json = text(&near, "=j");
    assert!(json.contains(r#""session":"own""#) && json.contains(r#""name":"box""#), "{json}");
    assert_eq!(
        text(&near, "=*").lines().nth(1),
        Some(format!("=+ box=rap://127.0.0.1:{}/", server.port).as_str())
    );
    assert_eq!(text(&near, "=0 go 0x11;=1 at;= at;=@box at;=5 at;=0 at"), "0x20\n0x20\n0x20\n0x20\n0x11\n");
    assert_eq!(text(&near, "at"), "0x0\n", "the near end's seek is its own");
    assert_eq!(text(&near, "=-0;="), format!("1 fd:5 rap://127.0.0.1:{}/ box\n", server.port));
    text(&near, &format!("=+ {uri}"));
    assert!(text(&near, "=").contains("\n2 fd:6 "), "numbers are never given twice");
    assert_eq!(text(&near, "=-;="), "");
    let (outcome, _, reports) = run(&near, "= at");
    assert!(!outcome.ok && reports.contains("=+"), "{reports}");
}

#[test]
fn output_arrives_exactly_and_failures_are_failures_here() {
    let server = Server::start("malloc://64", &[]);
    let near = host("malloc://16", &[&format!("=+ 127.0.0.1:{}", server.port)]);
    assert_eq!(text(&near, "=0 fill 3M").len(), (3 << 20) + 1);
    let (outcome, printed, reports) = run(&near, "'=0 say before;nonexistent");
    assert!(!outcome.ok);
    assert_eq!(printed, "before\n");
    assert!(reports.contains("nonexistent") && reports.matches("ERROR").count() == 1, "{reports}");
    assert!(run(&near, "=0 say after").0.ok);
    assert_eq!(text(&near, "=0 peek @ 4"), "0\n", "@ belongs to the far end");
}

#[test]
fn what_a_command_reports_there_is_reported_here() {
    let server = Server::start("malloc://64", &[]);
    let near = host("malloc://16", &[&format!("=+ 127.0.0.1:{}", server.port)]);
    let (outcome, printed, reports) = run(&near, "'=0 say text;warn careful\u{1b}[2J;warn twice");
    assert!(outcome.ok);
    assert_eq!(printed, "text\n");
    assert!(reports.starts_with("WARN: careful") && reports.ends_with("\nWARN: twice"), "{reports}");
    assert!(!reports.contains('\u{1b}'), "{reports:?}");
    let (outcome, printed, reports) =
        run(&near, &format!("=0 =+ 127.0.0.1:{}/malloc://8;=0 =0 value $s", server.port));
    assert!(outcome.ok && reports.starts_with("Connected to: 127.0.0.1"), "{reports}");
    assert_eq!(printed, "0x8\n", "a host behind a host");
}

#[test]
fn hosts_that_cannot_be_used_are_not_listed() {
    let near = host("malloc://16", &[]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Server::start("malloc://64", &[]);
    for (target, stage) in [
        (format!("127.0.0.1:{free}/"), "connect"),
        (format!("127.0.0.1:{}/x", silent.local_addr().unwrap().port()), "answer"),
        (format!("127.0.0.1:{}//no/such/file", server.port), "open"),
        ("no-such-host.invalid:1/".to_owned(), "resolve"),
    ] {
        let started = Instant::now();
        let (outcome, _, reports) = run(&near, &format!("set rap.timeout=1;=+ {target}"));
        assert!(!outcome.ok && reports.contains(&format!("cannot {stage}")), "{target}: {reports}");
        assert_eq!(reports.matches("ERROR").count(), 1);
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(text(&near, "="), "");
}

#[test]
fn a_file_that_the_far_end_cannot_open_is_one_clear_line() {
    let server = Server::start("malloc://64", &[]);
    let near = host("malloc://16", &[]);
    let (outcome, _, reports) = run(&near, &format!("=+ 127.0.0.1:{}//no/such", server.port));
    assert!(!outcome.ok);
    let why = "No such file or directory";
    assert_eq!(reports, format!("ERROR: cannot open rap://127.0.0.1:{}//no/such: {why}", server.port));
}

#[test]
fn opening_a_far_file_waits_as_long_as_the_setting_says() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = host("malloc://16", &["set rap.timeout=1"]);
    let started = Instant::now();
    let (outcome, _, reports) =
        run(&near, &format!("o rap://127.0.0.1:{}/x", silent.local_addr().unwrap().port()));
    assert!(!outcome.ok && reports.contains("within 1 s"), "{reports}");
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn one_command_on_a_server_needs_no_host() {
    let server = Server::start("malloc://64", &[]);
    let near = host("malloc://16", &[]);
    assert_eq!(text(&near, &format!("=:127.0.0.1:{} say one shot", server.port)), "one shot\n");
    assert_eq!(text(&near, &format!("=:127.0.0.1:{}/malloc://8 value $s", server.port)), "0x8\n");
    assert_eq!(text(&near, "="), "");
}

#[test]
fn a_cancel_ends_what_runs_there_and_keeps_the_host() {
    let server = Server::start("malloc://64", &[]);
    let near = host("malloc://16", &[&format!("=+ 127.0.0.1:{}", server.port)]);
    let ctx = Ctx::owner();
    let cancel = ctx.cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        cancel.raise();
    });
    let outcome = near.line(ViewId::OWNER, "=0 spin", &ctx, Box::new(Seen::default())).unwrap();
    assert!(!outcome.ok);
    assert_eq!(text(&near, "=0 say next"), "next\n");
}

#[test]
fn output_is_pushed_over_tcp_and_udp() {
    let near = host("malloc://16", &[]);
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    udp.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    text(&near, &format!("=+ tcp://127.0.0.1:{}/", tcp.local_addr().unwrap().port()));
    text(&near, &format!("=+ udp://127.0.0.1:{}/", udp.local_addr().unwrap().port()));
    let reader = std::thread::spawn(move || {
        let mut got = Vec::new();
        tcp.accept().unwrap().0.read_to_end(&mut got).unwrap();
        got
    });
    assert_eq!(text(&near, "=<0 fill 400K;=<0 say end"), "");
    text(&near, "=<1 say pushed");
    let mut datagram = [0; 2000];
    let len = udp.recv(&mut datagram).unwrap();
    assert_eq!(&datagram[..len], b"pushed\n");
    let (outcome, _, reports) = run(&near, "=1 say x");
    assert!(!outcome.ok && reports.contains("=<"), "{reports}");
    text(&near, "=-");
    let got = reader.join().unwrap();
    assert_eq!(got.len(), 400 * 1024 + 1 + 4);
}

/// Answers requests of one path after another, as the peer's web server does; returns what was asked.
fn web_server(
    answers: &'static [(&'static str, &'static str)],
) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let answer = |(status, body): &(&str, &str)| {
            let mut stream = listener.accept().unwrap().0;
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            String::from_utf8(head).unwrap().lines().next().unwrap().to_owned()
        };
        answers.iter().map(answer).collect()
    });
    (port, server)
}

#[test]
fn a_web_server_is_a_host_too() {
    let (port, server) = web_server(&[
        ("200 ok", ""),
        ("200 ok", "hi\n"),
        ("403 no", ""),
        ("200 ok", "0x10\n"),
        ("200 ok", "in\n"),
        ("200 ok", "0x20\n"),
    ]);
    let near = host("malloc://16", &[&format!("=+ box=http://127.0.0.1:{port}/cmd/")]);
    assert_eq!(text(&near, "="), format!("0 fd:4 http://127.0.0.1:{port}/cmd/ box\n"));
    let json = text(&near, "=j");
    assert!(json.contains(r#""protocol":"http""#), "{json}");
    assert_eq!(text(&near, "'=0 ?e hi;x"), "hi\n");
    let (outcome, _, reports) = run(&near, "=0 x");
    assert!(!outcome.ok && reports.contains("403"), "{reports}");
    let (outcome, _, reports) = run(&near, "=<0 say x");
    assert!(!outcome.ok && reports.contains("=<"), "{reports}");
    let prompts = Arc::new(Mutex::new(Vec::new()));
    let script = Script(vec!["go", "q"], prompts.clone());
    near.with(ViewId::OWNER, move |_, view| view.terminal = Some(Box::new(script))).unwrap();
    assert_eq!(text(&near, "==0"), "in\n");
    assert_eq!(*prompts.lock().unwrap(), ["[box 0x00000010]> ", "[box 0x00000020]> "]);
    assert_eq!(
        server.join().unwrap(),
        [
            "GET /cmd/ HTTP/1.1",
            "GET /cmd/%3Fe%20hi%3Bx HTTP/1.1",
            "GET /cmd/x HTTP/1.1",
            "GET /cmd/s HTTP/1.1",
            "GET /cmd/go HTTP/1.1",
            "GET /cmd/s HTTP/1.1"
        ]
    );
    let (outcome, _, reports) = run(&near, &format!("=+ http://127.0.0.1:{port}/"));
    assert!(!outcome.ok && reports.contains("connect"), "{reports}");
    let text_server = Server::before("malloc://64", &["go 0x10"], "=t 0");
    assert_eq!(text(&near, &format!("=+ http://127.0.0.1:{}/;=1 at", text_server.port)), "0x10\n");
    text_server.interrupt();
    text_server.wait_for_end();
}

struct Script(Vec<&'static str>, Arc<Mutex<Vec<String>>>);

impl Terminal for Script {
    fn read_line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        self.1.lock().unwrap().push(prompt.to_owned());
        Ok((!self.0.is_empty()).then(|| self.0.remove(0).to_owned()))
    }
}

#[test]
fn a_session_takes_lines_until_q_and_leaves_the_server() {
    let server = Server::start("malloc://64", &[]);
    let near = host("malloc://16", &[&format!("=+ box=127.0.0.1:{}", server.port)]);
    let (outcome, _, reports) = run(&near, "==0");
    assert!(!outcome.ok, "{reports}");
    let prompts = Arc::new(Mutex::new(Vec::new()));
    let script =
        Script(vec!["say in;say it", "go 0x44", "nonexistent", "", "at", "q", "say never"], prompts.clone());
    near.with(ViewId::OWNER, move |_, view| view.terminal = Some(Box::new(script))).unwrap();
    let (_, printed, reports) = run(&near, "==0;say after");
    assert_eq!(printed, "in\nit\n0x44\nafter\n");
    assert!(reports.contains("nonexistent"), "{reports}");
    let prompts = prompts.lock().unwrap();
    assert_eq!(prompts[0], "[box 0x00000000]> ");
    assert_eq!(prompts[2], "[box 0x00000044]> ");
    assert_eq!(text(&near, "=0 say still there"), "still there\n");
}

#[test]
fn a_line_of_a_session_is_one_round_trip() {
    let server = Server::start("malloc://64", &[]);
    let transport = Transport::Network { host: "127.0.0.1".to_owned(), port: server.port };
    let ctx = Ctx::owner();
    let mut client = RapClient::connect(&transport, None, RapOptions::default(), &ctx).unwrap();
    let trips = client.traffic().trips;
    let mut out = Vec::new();
    for (line, seek) in [("say hi", 0), ("go 0x22", 0x22), ("nonexistent", 0x22)] {
        assert_eq!(client.command_and_seek(line, &mut out, &ctx).unwrap().1, Some(seek));
    }
    assert_eq!((client.traffic().trips - trips, out.as_slice()), (3, b"hi\n".as_slice()));
}

#[test]
fn remote_mode_runs_what_is_typed_there() {
    let server = Server::start("malloc://64", &["go 0x40"]);
    let near = host("malloc://16", &[&format!("=+ 127.0.0.1:{}", server.port)]);
    assert!(run(&near, "=!=0").0.diverted);
    assert_eq!(text(&near, "at"), "0x40\n");
    assert!(text(&near, "=").starts_with("0 fd:4"));
    assert!(!run(&near, "=!=").0.diverted);
    assert_eq!(text(&near, "at"), "0x0\n");
    for pair in [["!=!", "=!="], ["=!=", "!=!"], ["-=", "-="]] {
        assert!(run(&near, pair[0]).0.diverted);
        assert!(!run(&near, pair[1]).0.diverted);
    }
}

#[test]
fn a_descriptors_system_call_runs_there() {
    let server = Server::start("malloc://64", &[]);
    let near = host(&format!("rap://127.0.0.1:{}/malloc://8", server.port), &[]);
    assert_eq!(text(&near, "=!say hi there;:say again;:value $s"), "hi there\nagain\n0x8\n");
    let (outcome, _, reports) = run(&host("malloc://16", &[]), "=!say hi");
    assert!(!outcome.ok && reports.contains("malloc://16"), "{reports}");
}

#[test]
fn a_command_that_would_wait_for_its_own_session_says_so() {
    let server = Server::start("malloc://64", &[]);
    let started = Instant::now();
    let (_, _, reports) = run(&server.host, &format!("=+ 127.0.0.1:{}/", server.port));
    assert!(reports.contains("shared"), "{reports}");
    let (outcome, _, reports) = run(&server.host, "=0 say x");
    assert!(!outcome.ok && reports.contains("its own session"), "{reports}");
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    assert_eq!(text(&server.host, "say fine"), "fine\n");
    // A session of its own is another one.
    text(&server.host, &format!("=+ 127.0.0.1:{}/malloc://8", server.port));
    assert_eq!(text(&server.host, "=1 value $s"), "0x8\n");
}

#[test]
fn a_session_that_opens_itself_is_hung_up_on() {
    let server = Server::start("malloc://64", &[]);
    let (near, line) = (server.host.clone(), format!("o rap://127.0.0.1:{}/;peek", server.port));
    let (sender, done) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(run(&near, &line).0));
    // Nobody else waits for the answer to what the session waits for itself.
    let outcome = done.recv_timeout(Duration::from_secs(15)).expect("it waits for itself");
    assert!(!outcome.ok);
    assert_eq!(text(&server.host, "say alive"), "alive\n");
}

#[test]
fn listening_beyond_this_machine_is_asked_for() {
    let near = host("malloc://16", &[]);
    let (outcome, _, reports) = run(&near, "=&:0.0.0.0:0");
    assert!(!outcome.ok && reports.contains("-e rap.public=true"), "{reports}");
    let (outcome, _, reports) = run(&near, "set rap.public=true;=&:0.0.0.0:0");
    assert!(outcome.ok && reports.contains("WARN"), "{reports}");
}

fn tcp(server: &Server, pieces: &[&[u8]], shut: bool) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    for piece in pieces {
        stream.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    if shut {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let mut got = String::new();
    stream.read_to_string(&mut got).unwrap();
    got
}

#[test]
fn the_tcp_server_ends_a_command_in_every_way() {
    let server = Server::before("malloc://64", &["go 0x10"], "=t 0");
    assert_eq!(tcp(&server, &[b"say hello\n\0"], false), "hello\n");
    assert_eq!(tcp(&server, &[b"say hello"], false), "hello\n");
    assert_eq!(tcp(&server, &[b"say hel", b"lo"], true), "hello\n");
    assert_eq!(tcp(&server, &[b"say a\nsay b\n", b"say c\n", b"at"], true), "a\nb\nc\n0x10\n");
    assert_eq!(tcp(&server, &[b"go 4\n"], false), "\n");
    assert_eq!(tcp(&server, &[b"\n"], true), "\n");
    assert!(tcp(&server, &[b"nonexistent\n"], false).contains("nonexistent"));
    assert_eq!(tcp(&server, &[b"fill 3M\n"], false).len(), (3 << 20) + 1);
    let web = tcp(&server, &[b"GET /cmd/say hello HTTP/1.1\r\n", b"Host: localhost\r\n\r\n"], false);
    assert!(web.starts_with("HTTP/1.0 200") && web.ends_with("\r\n\r\nhello\n"), "{web}");
    let page =
        tcp(&server, &[b"POST / HTTP/1.1\r\nOrigin: http://x\r\nContent-Length: 6\r\n\r\nsay x\n"], false);
    assert!(page.starts_with("HTTP/1.0 4") && !page.contains("say x"), "{page}");
    let near = host("malloc://16", &[&format!("=+ tcp://127.0.0.1:{}/", server.port)]);
    assert_eq!(text(&near, "=0 say over tcp;=0 say again"), "over tcp\nagain\n");
    server.interrupt();
    server.wait_for_end();
}

#[test]
fn clients_of_a_tcp_server_share_its_view() {
    let server = Server::before("malloc://64", &["go 0x10"], "=t 0");
    assert_eq!(tcp(&server, &[b"at\n"], false), "0x10\n", "it starts where the starter was");
    tcp(&server, &[b"go 0x20\n"], false);
    assert_eq!(tcp(&server, &[b"at\n"], false), "0x20\n", "a seek outlives its connection");
    server.interrupt();
    let host = server.host.clone();
    server.wait_for_end();
    assert_eq!(text(&host, "at"), "0x10\n", "the starter's place is its own");
}

#[test]
fn the_tcp_server_has_two_names() {
    let server = Server::before("malloc://64", &[], ".:0");
    assert_eq!(tcp(&server, &[b"say hello\n"], false), "hello\n");
    server.interrupt();
    server.wait_for_end();
}

#[test]
fn unix_sockets_are_this_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("farad.sock");
    let server = host("malloc://64", &[&format!("=&:{}", path.display())]);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let number = text(&server, "=l")
        .lines()
        .find(|line| line.contains("farad.sock"))
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    let mut stream = std::os::unix::net::UnixStream::connect(&path).unwrap();
    stream.write_all(b"\x07\0\0\0\x07say hi\0").unwrap();
    let mut reply = [0; 9];
    stream.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"\x87\0\0\0\x04hi\n\0");
    text(&server, &format!("=l-{number}"));
}
