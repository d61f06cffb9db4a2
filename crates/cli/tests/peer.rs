//! Peers that mean harm, at either end: who passes for this machine, what a browser is made to ask, what reaches a
//! terminal, and servers that say nothing or never end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use support::peer::{LIMIT, Program};
use support::process;
use support::web::{Socket, ask, post};

/// The address of this machine that its way elsewhere begins at, where there is one. No packet is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

#[test]
fn no_address_of_this_machine_is_reached_for_others() {
    let folder = support::inputs();
    let server = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    let names =
        ["localhost", "127.9.9.9", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "2130706433"];
    for host in names.map(str::to_owned).into_iter().chain(own_address().map(|ip| ip.to_string())) {
        for line in [
            format!("=+ rap://{host}:1"),
            format!("=+ tcp://{host}:1"),
            format!("=+ udp://{host}:1"),
            format!("=+ http://{host}:1/"),
            format!("o rap://{host}:1/x"),
            format!("o socket://{host}:1"),
            format!("o tcp-slurp://{host}:1"),
            format!("o http://{host}:1/x"),
            format!("o r2web://{host}:1/cmd/"),
        ] {
            let answer = post(server.port, &line, &[]);
            assert_eq!(answer.status, 403, "{line}: {}", answer.text());
            assert!(answer.text().contains("http.local"), "{line}: {}", answer.text());
        }
    }
}

#[test]
fn what_the_owner_reached_here_is_not_asked_for_others() {
    let folder = support::inputs();
    let inner = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    // One connection that is kept, and one of a descriptor.
    let open = format!("=+ http://127.0.0.1:{0}/;o r2web://127.0.0.1:{0}/cmd/;=h PORT", inner.port);
    let outer = process::Server::start(|port| {
        let mut command = Program::Farad.command(folder.path());
        command.args(["-q", "-c", &open.replace("PORT", &port.to_string()), "malloc://64"]);
        command
    })
    .unwrap();
    for line in ["=0 ?e far", "=!?e far"] {
        let answer = post(outer.port, line, &[]);
        assert_eq!(answer.status, 403, "{line}: {}", answer.text());
    }
}

#[test]
fn an_address_in_a_browser_runs_no_command() {
    let folder = support::inputs();
    let server = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    let typed = ("Sec-Fetch-Site", "none");
    let get = |path: &str, headers: &[(&str, &str)]| {
        ask(server.port, &format!("GET {path} HTTP/1.1"), headers, b"")
    };
    let refused = get("/cmd/?e%20ran", &[typed]);
    let page = format!("http://127.0.0.1:{}/", server.port);
    assert!(refused.status == 403 && refused.text().contains(&page), "{}", refused.text());
    assert_eq!(post(server.port, "?e ran", &[typed]).status, 403);
    assert_eq!(get("/", &[typed]).status, 200);
    assert_eq!(get("/cmd/?e%20ran", &[typed, ("X-Farad-Page", "1")]).text(), "ran\n");
    assert_eq!(get("/cmd/?e%20ran", &[]).text(), "ran\n");
    assert_eq!(Socket::open(server.port, "", &[typed]).err(), Some(403));
    let origin = format!("http://127.0.0.1:{}", server.port);
    let site = [("Origin", origin.as_str()), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(Socket::open(server.port, "", &site).unwrap().run("?e ran").out, b"ran\n");
    for host in
        ["127.0.0.1:80.evil.example", "localhost:80@evil.example", "[::1]x", "localhost:", "localhost."]
    {
        assert_eq!(get("/cmd/?e%20ran", &[("Host", host)]).status, 403, "{host}");
    }
}

/// Serves one connection after another on a port of this machine.
fn listen(serve: impl Fn(TcpStream) + Send + Copy + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

fn silent(mut stream: TcpStream) {
    while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {}
}

fn dripping(mut stream: TcpStream) {
    while stream.write_all(b".").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A web server whose head is as it should be, and whose body has no end.
fn endless(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    while stream.write_all(&[b'x'; 4096]).is_ok() {}
}

/// The same of its head.
fn headed(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
    while stream.write_all(b"A: b\r\n").is_ok() {
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A body that drips.
fn trickling(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    dripping(stream);
}

/// A server of rap that opens what is asked for, and answers nothing else but the greeting.
fn opening(mut stream: TcpStream) {
    let mut byte = [0; 1];
    let mut greeted = false;
    let skip = |stream: &mut TcpStream, count: usize| {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).map(|()| bytes)
    };
    while stream.read_exact(&mut byte).is_ok() {
        let done = match byte[0] {
            1 => skip(&mut stream, 2)
                .and_then(|head| skip(&mut stream, usize::from(head[1])))
                .and_then(|_| stream.write_all(&[0x81, 0, 0, 0, 4])),
            4 => skip(&mut stream, 9).and_then(|_| stream.write_all(&[0x84, 0, 0, 0, 0, 0, 0, 0x10, 0])),
            7 if !greeted => {
                greeted = true;
                skip(&mut stream, 4)
                    .and_then(|len| skip(&mut stream, usize::from(len[3]) | usize::from(len[2]) << 8))
                    .and_then(|_| stream.write_all(&[0x87, 0, 0, 0, 1, 0]))
            }
            _ => return silent(stream),
        };
        if done.is_err() {
            return;
        }
    }
}

/// A stub whose lists have no end: its description, or its threads.
fn stub(mut stream: TcpStream, endless_description: bool) {
    let (mut text, mut chunk, mut threads) = (Vec::new(), [0; 4096], 0);
    while let Ok(count) = stream.read(&mut chunk) {
        if count == 0 {
            return;
        }
        text.extend_from_slice(&chunk[..count]);
        while let Some(end) = text.iter().position(|byte| *byte == b'#').filter(|end| text.len() > end + 2) {
            let packet: Vec<u8> = text.drain(..end + 3).collect();
            let content = String::from_utf8_lossy(&packet).into_owned();
            let content = content.trim_start_matches(['+', '-']).trim_start_matches('$').to_owned();
            let content = &content[..content.len() - 3];
            let answer = match content {
                _ if content.starts_with("qSupported") && endless_description => {
                    "qXfer:features:read+".to_owned()
                }
                _ if content.starts_with("qXfer") => "m ".to_owned(),
                "?" => "T05thread:1;".to_owned(),
                "g" => "00".repeat(160),
                "qfThreadInfo" | "qsThreadInfo" => {
                    threads += 1;
                    std::thread::sleep(Duration::from_millis(100));
                    format!("m{threads:x}")
                }
                _ if content.starts_with('H') => "OK".to_owned(),
                _ => String::new(),
            };
            let sum = answer.bytes().fold(0u8, |sum, byte| sum.wrapping_add(byte));
            if stream.write_all(format!("+${answer}#{sum:02x}").as_bytes()).is_err() {
                return;
            }
        }
    }
}

#[test]
fn peers_that_say_nothing_or_never_end_are_given_up() {
    let folder = support::inputs();
    let (silent, dripping, opening) = (listen(silent), listen(dripping), listen(opening));
    let (endless, headed, trickling) = (listen(endless), listen(headed), listen(trickling));
    let (described, threaded) = (listen(|stream| stub(stream, true)), listen(|stream| stub(stream, false)));
    let patience =
        ["-e", "rap.silence=1", "-e", "rap.patience=2", "-e", "http.timeout=1", "-e", "rap.timeout=2"];
    let cases = [
        (format!("=+ rap://127.0.0.1:{silent}/x"), "rap.timeout"),
        (format!("=+ rap://127.0.0.1:{dripping}/x"), "ERROR"),
        (format!("=+ rap://127.0.0.1:{opening}/x;=0 x"), "rap.silence"),
        (format!("o rap://127.0.0.1:{opening}/x;p8 4"), "rap.silence"),
        (format!("=+ tcp://127.0.0.1:{silent};=0 x"), "rap.silence"),
        (format!("=+ tcp://127.0.0.1:{dripping};=0 x"), "no end"),
        (format!("o tcp-slurp://127.0.0.1:{silent}"), "rap.silence"),
        (format!("o tcp-slurp://127.0.0.1:{dripping}"), "drips"),
        (format!("=+ http://127.0.0.1:{silent}/"), "http.timeout"),
        (format!("=+ http://127.0.0.1:{endless}/"), "longer"),
        (format!("=+ http://127.0.0.1:{headed}/"), "http.timeout"),
        (format!("=+ http://127.0.0.1:{trickling}/"), "drips"),
        (format!("o r2web://127.0.0.1:{trickling}/cmd/"), "drips"),
        (format!("o gdb://127.0.0.1:{silent}"), "rap.timeout"),
        (format!("o gdb://127.0.0.1:{described}"), "no end"),
        (format!("o gdb://127.0.0.1:{threaded};dpt"), "drips"),
    ];
    // All at once: each waits for seconds.
    let folder = folder.path();
    std::thread::scope(|scope| {
        for (line, why) in &cases {
            scope.spawn(move || {
                let mut command = Program::Farad.command(folder);
                command.args(patience).args(["-q", "-c", line, "-c", "?e goes on", "--"]);
                let done = process::run(&mut command, None, LIMIT);
                assert!(done.err().contains(why), "{line}: {}", done.err());
                assert!(done.out().ends_with("goes on\n"), "{line}: {} {}", done.out(), done.err());
            });
        }
    });
}
