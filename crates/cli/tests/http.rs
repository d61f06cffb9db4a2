//! The HTTP server: what clients ask, in all ways, and what they may not have.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use support::process::Server;
use support::web::{self, Answer, Socket, ask, get, post};

const FILE: &str = "vault.x86_64.elf";

/// A server of a session with a file, or whatever `target` is.
fn serve(folder: &Path, settings: &[&str], target: &str) -> Server {
    let server = Server::start(|port| {
        let mut command = support::farad(folder);
        for setting in settings {
            command.args(["-e", setting]);
        }
        command.args(["-q", "-c", &format!("=h {port}"), target]);
        command
    });
    server.unwrap_or_else(|error| panic!("it serves: {error}"))
}

#[test]
fn commands_are_taken_as_clients_write_them() {
    let folder = support::inputs();
    let server = serve(folder.path(), &[], FILE);
    let line = |line: &str| ask(server.port, line, &[], b"").text();
    assert_eq!(line("GET /cmd/?e hello HTTP/1.1"), "hello\n");
    assert_eq!(line("GET /cmd/?e hello HTTP/1.0"), "hello\n");
    assert_eq!(line("GET /cmd/%3Fe%20a+b%3bs HTTP/1.1"), "a+b\n0x2013b0\n");
    assert_eq!(line("GET /cmd/?e a#b?c=d&e HTTP/1.1"), "a#b?c=d&e\n");
    assert_eq!(line("GET /cmd/?v 1+1~0x%5b0] HTTP/1.1"), "0x2\n");
    assert_eq!(line("GET /cmd/?e \u{e9}\u{20ac} HTTP/1.1"), "\u{e9}\u{20ac}\n");
    assert_eq!(line("GET /cmd/ HTTP/1.1"), "");
    assert_eq!(post(server.port, "?e posted;?e twice", &[]).text(), "posted\ntwice\n");
    assert_eq!(get(server.port, "p8 4 @ 0x200000", &[]).text(), "7f454c46\n");
    let long = "x".repeat(100_000);
    assert_eq!(post(server.port, &format!("?e {long}"), &[]).text(), format!("{long}\n"));
}

#[test]
fn many_requests_go_over_one_connection() {
    let folder = support::inputs();
    let server = serve(folder.path(), &[], FILE);
    let mut stream = web::connect(server.port);
    for number in 0..50 {
        let request = format!("GET /cmd/%3Fv%20{number} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let expected = format!("\r\n\r\n{number:#x}\n");
        let mut got = Vec::new();
        let mut chunk = [0; 4096];
        while !got.ends_with(expected.as_bytes()) {
            let count = stream.read(&mut chunk).unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&got));
            got.extend_from_slice(&chunk[..count]);
        }
    }
}

#[test]
fn output_of_any_length_is_streamed_whole() {
    let folder = support::inputs();
    let server = serve(folder.path(), &[], "malloc://4M");
    let short = get(server.port, "p8 16", &[]);
    assert_eq!(short.header("content-length").as_deref(), Some("33"));
    let long = get(server.port, "p8 4M", &[]);
    assert_eq!(long.header("transfer-encoding").as_deref(), Some("chunked"));
    assert!(long.body.len() == (8 << 20) + 1 && long.body.iter().rev().skip(1).all(|byte| *byte == b'0'));
}

#[test]
fn errors_have_a_status_and_words() {
    let folder = support::inputs();
    let server = serve(folder.path(), &["http.maxout=1000"], FILE);
    let port = server.port;
    let json = [("Accept", "application/json")];
    let failed = get(port, "nosuch", &[]);
    assert_eq!((failed.status, failed.header("x-farad-ok").as_deref()), (200, Some("false")));
    assert!(failed.text().contains("no command 'nosuch'"), "{}", failed.text());
    let failed = get(port, "nosuch", &json);
    assert_eq!(failed.status, 422);
    let envelope: serde_json::Value = serde_json::from_slice(&failed.body).unwrap();
    assert!(envelope["ok"] == false && envelope["error"].as_str().unwrap().contains("nosuch"), "{envelope}");
    let done: serde_json::Value = serde_json::from_slice(&get(port, "s 0x200010;s", &json).body).unwrap();
    assert_eq!(
        (&done["ok"], &done["output"], &done["seek"]),
        (&true.into(), &"0x200010\n".into(), &"0x200010".into())
    );
    assert!(done["truncated"] == false && done["error"] == "" && done["ms"].is_u64(), "{done}");
    let cut: serde_json::Value = serde_json::from_slice(&get(port, "p8 1K", &json).body).unwrap();
    assert!(cut["truncated"] == true && cut["ok"] == false, "{cut}");
    assert_eq!(cut["output"].as_str().map(str::len), Some(1000));
    for (line, status) in [
        ("GET /nothing HTTP/1.1", 404),
        ("DELETE /cmd/s HTTP/1.1", 405),
        ("PUT /cmd HTTP/1.1", 405),
        ("POST /up/a HTTP/1.1", 403),
        ("GET /up/a HTTP/1.1", 403),
        ("GET /../../etc/passwd HTTP/1.1", 404),
        ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", 404),
        ("nonsense", 400),
    ] {
        assert_eq!(ask(port, line, &[], b"").status, status, "{line}");
    }
    assert_eq!(ask(port, "POST /cmd HTTP/1.1", &[], &vec![b'x'; (1 << 20) + 1]).status, 413);
    assert_eq!(get(port, "s", &[("X-Farad-View", "no name")]).status, 400);
}

#[test]
fn readers_share_a_view_unless_they_name_their_own() {
    let folder = support::inputs();
    let server = serve(folder.path(), &[], FILE);
    let at = |headers: &[(&str, &str)]| get(server.port, "s", headers).text();
    let (one, two) = ([("X-Farad-View", "one")], [("Cookie", "x=y; farad-view=two")]);
    get(server.port, "s 0x200001", &[]);
    get(server.port, "s 0x200002", &one);
    get(server.port, "s 0x200003", &two);
    assert_eq!(
        (at(&[]), at(&one), at(&two)),
        ("0x200001\n".into(), "0x200002\n".into(), "0x200003\n".into())
    );
    // A setting of presentation is the view's; what is known of the target is everybody's.
    get(server.port, "e hex.cols=8;f shared 1 @ 0x200004", &one);
    assert_eq!(get(server.port, "e hex.cols;?v shared", &two).text(), "16\n0x200004\n");
    let mut socket = Socket::open(server.port, "?view=one", &[]).unwrap();
    let hello = socket.hear().unwrap();
    assert_eq!((&hello["seek"], &hello["view"]), (&"0x200002".into(), &"one".into()));
    socket.say(&serde_json::json!({"view": "two"}));
    assert_eq!(socket.hear_of("event", "hello")["seek"], "0x200003");
    assert_eq!(socket.run("s").out, b"0x200003\n");
}

/// What may not be had over HTTP, with words that say so. `MARK` is a file that must not come to be.
const REFUSED: &[&str] = &[
    "!touch MARK",
    "!!touch MARK",
    "#!touch MARK",
    ".!echo ?e x > MARK",
    "?e `!touch MARK`",
    "s `!touch MARK`;s",
    "px 4 > MARK",
    "px 4 >> MARK",
    "px 4 | tee MARK",
    "?e x|cat>MARK",
    "$evil=!touch MARK;$evil",
    "(evil;!touch MARK);.(evil)",
    "3!touch MARK",
    "!touch MARK @ 0x200000",
    "?e 1;!touch MARK",
    "px 4 @@=`!touch MARK`",
    "px 4 @@c:!touch MARK",
    "e cmd.bp=!touch MARK",
    "e cmd.prompt=!touch MARK",
    "px 1 @e:cmd.prompt=!touch MARK",
    "e http.shell=true;!touch MARK",
    "px 1 @e:http.shell=true;!touch MARK",
    "e http.files=true",
    "e http.debug=true",
    "e http.local=true",
    "e http.auth=false",
    "e http.root=/",
    "e http.uproot=/",
    "e http.upload=true",
    "e http.browser=touch MARK;=H 0",
    "e rap.public=true",
    "e rap.reverse=true",
    "e dir.tmp=/",
    "e cfg.sandbox=true",
    "e dbg.profile=program=/usr/bin/touch",
    "=H 0",
    "=h 0",
    "=h& 0",
    "=&:0",
    "=:0",
    "=t 0",
    "=g 0 /bin/true",
    "=+ 127.0.0.1:RAP/",
    "=+ rap://localhost:RAP/",
    "=+ rap://[::1]:RAP/",
    "=+ rap://0.0.0.0:RAP/",
    "=:127.0.0.1:RAP !touch MARK",
    "o rap://127.0.0.1:RAP//etc/passwd",
    "o unix:///tmp/socket",
    "o dbg:///usr/bin/touch",
    "o dbg://touch MARK",
    "ood",
    "o pidof://farad",
    "o /etc/passwd",
    "o file:///etc/passwd",
    "o+ MARK",
    "oo+",
    "on MARK",
    "cat /etc/passwd",
    "ls /",
    "wtf MARK 4",
    "wff /etc/passwd",
    "px 4 @f:/etc/passwd",
    ". /etc/passwd",
    ".. /etc/passwd",
    "po /etc/passwd",
    "%HOME",
    "env HOME=x",
    "dr rax=1",
    "dbc 0x200000 !touch MARK",
];

/// Each request by `GET`, `POST` and WebSocket.
fn every_way(port: u16, command: &str, headers: &[(&str, &str)]) -> [Result<String, u16>; 3] {
    let told = |answer: Answer| match answer.status {
        401 => Err(401),
        _ => Ok(answer.text()),
    };
    let socket = Socket::open(port, "", headers).map(|mut socket| {
        let ran = socket.run(command);
        format!("{}{}", ran.reports.join("\n"), ran.done["error"].as_str().unwrap_or(""))
    });
    let json = [headers, &[("Accept", "application/json")]].concat();
    [told(get(port, command, &json)), told(post(port, command, &json)), socket]
}

#[test]
fn nothing_is_run_opened_or_written_over_http() {
    let folder = support::inputs();
    std::fs::write(folder.path().join("token"), "0123456789abcdef0123\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(folder.path().join("token"), mode).unwrap();
    let rap = Server::start(|port| {
        let mut command = support::farad(folder.path());
        command.arg(format!("rap://:{port}"));
        command
    });
    let rap = rap.unwrap();
    let open = serve(folder.path(), &[], FILE);
    let asks = serve(folder.path(), &["http.auth=true", "http.authfile=token"], FILE);
    let marks = tempfile::tempdir().unwrap();
    let mark = marks.path().join("mark");
    let token = [("Authorization", "Bearer 0123456789abcdef0123")];
    for command in REFUSED {
        let command = command.replace("MARK", mark.to_str().unwrap()).replace("RAP", &rap.port.to_string());
        for (server, headers) in [(&open, &[][..]), (&asks, &token[..])] {
            for (way, told) in every_way(server.port, &command, headers).into_iter().enumerate() {
                let told = told.expect("it is answered");
                let refused = told.contains("refused to HTTP client") || told.contains("ERROR");
                assert!(refused, "{command} by {way}: {told}");
                assert!(!told.contains("root:"), "{command} by {way}: {told}");
            }
        }
        assert!(!mark.exists(), "{command}");
    }
    // Who has no token waits for each answer.
    let (port, mark) = (asks.port, mark.to_str().unwrap());
    std::thread::scope(|scope| {
        for command in REFUSED {
            for headers in [&[("Authorization", "Bearer 0123456789abcdef")][..], &[]] {
                scope.spawn(move || {
                    for told in every_way(port, &command.replace("MARK", mark), headers) {
                        assert_eq!(told, Err(401), "{command} without the token");
                    }
                });
            }
        }
    });
    assert_eq!(std::fs::read_dir(marks.path()).unwrap().count(), 0);
}

#[test]
fn what_a_client_leaves_does_no_more_when_the_owner_runs_it() {
    let folder = support::inputs();
    let mark = folder.path().join("mark");
    let rap = support::net::free_port();
    let server = Server::start(|port| {
        let mut command = support::farad(folder.path());
        command.args(["-q", "-c", &format!("=&:{rap};=h {port}"), FILE]);
        command
    });
    let server = server.unwrap();
    let evil = format!("!touch {}", mark.display());
    for leave in [format!("$ls={evil}"), format!("(pdf;{evil})"), format!("cw 0x200000 4 {evil}")] {
        get(server.port, &leave, &[]);
    }
    // A rap client that names nothing is in the same session, as its owner.
    let owner = |line: &str| {
        let mut command = support::farad(folder.path());
        let line = format!("=+ rap://127.0.0.1:{rap}/;'=0 {line}");
        support::process::run(command.args(["-q", "-c", &line, "--"]), None, web::LIMIT)
    };
    assert_eq!(owner("?e hi;!echo $((6*7))").out().trim(), "hi\n42", "the owner runs programs");
    for line in ["$ls", ".(pdf)", "cw"] {
        let ran = owner(line);
        assert!(ran.err().contains("refused"), "{line}: {} {}", ran.out(), ran.err());
    }
    assert!(!mark.exists());
}

#[test]
fn what_the_owner_is_connected_to_here_does_not_serve_clients_over_http() {
    let folder = support::inputs();
    let mark = folder.path().join("mark");
    let rap = Server::start(|port| {
        let mut command = support::farad(folder.path());
        command.arg(format!("rap://:{port}"));
        command
    });
    let rap = rap.unwrap();
    let begin = format!("=+ rap://127.0.0.1:{0}/{FILE};o rap://localhost:{0}/{FILE}", rap.port);
    let server = Server::start(|port| {
        let mut command = support::farad(folder.path());
        command.args(["-q", "-c", &format!("{begin};=h {port}"), FILE]);
        command
    });
    let server = server.unwrap();
    let hosts = get(server.port, "=", &[]).text();
    assert!(hosts.contains("127.0.0.1"), "{hosts}");
    let evil = format!("!touch {}", mark.display());
    for line in ["'=0 EVIL", "= s", "'=!EVIL", ":s", "'=<0 ?e x"] {
        let told = get(server.port, &line.replace("EVIL", &evil), &[]).text();
        assert!(told.contains("http.local") || told.contains("refused"), "{line}: {told}");
    }
    for begin in ["=!=0", "=!="] {
        let view = [("X-Farad-View", "mine")];
        get(server.port, begin, &view);
        let told = get(server.port, "s", &view).text();
        assert!(told.contains("http.local"), "{begin}: {told}");
        get(server.port, "=!=", &view);
    }
    assert!(!mark.exists());
}

#[test]
fn what_comes_from_elsewhere_is_refused_on_every_path() {
    let folder = support::inputs();
    let server = serve(folder.path(), &["http.upload=true"], FILE);
    let port = server.port;
    let ours = format!("http://127.0.0.1:{port}");
    let foreign: &[&[(&str, &str)]] = &[
        &[("Host", "evil.example")],
        &[("Host", "127.0.0.1.evil.example")],
        &[("Origin", "http://evil.example")],
        &[("Origin", "null")],
        &[("Origin", "http://127.0.0.1:1")],
        &[("Referer", "http://evil.example/page")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "navigate")],
    ];
    let upgrade: &[(&str, &str)] = &[
        ("Connection", "upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for headers in foreign {
        for line in [
            "GET /",
            "GET /cmd/s",
            "HEAD /cmd/s",
            "POST /cmd",
            "OPTIONS /cmd",
            "POST /up/a",
            "GET /none",
            "PUT /x",
        ] {
            let answer = ask(port, &format!("{line} HTTP/1.1"), headers, b"");
            assert_eq!(answer.status, 403, "{line} {headers:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
        let answer = ask(port, "GET /ws HTTP/1.1", &[*headers, upgrade].concat(), b"");
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    assert_eq!(ask(port, "GET http://evil.example/cmd/s HTTP/1.1", &[], b"").status, 403);
    for headers in [
        &[("Origin", ours.as_str())][..],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "none"), ("Origin", ours.as_str())],
        &[("Sec-Fetch-Site", "none"), ("X-Farad-Page", "1")],
    ] {
        assert_eq!(get(port, "s", headers).status, 200, "{headers:?}");
        assert!(Socket::open(port, "", headers).is_ok(), "{headers:?}");
    }
    let page = ask(port, "GET / HTTP/1.1", &[], b"");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("x-content-type-options").as_deref(), Some("nosniff"));
}

#[test]
fn slow_clients_delay_nobody() {
    let folder = support::inputs();
    let server = serve(folder.path(), &[], "malloc://4M");
    let mut half = web::connect(server.port);
    half.write_all(b"GET /cmd/s HT").unwrap();
    let mut body = web::connect(server.port);
    body.write_all(b"POST /cmd HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n?e").unwrap();
    let mut deaf: Vec<_> = (0..4).map(|_| web::connect(server.port)).collect();
    for stream in &mut deaf {
        stream.write_all(b"GET /cmd/p8%204M HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    }
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(get(server.port, "?e hi", &[]).text(), "hi\n");
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    // They get theirs when they go on.
    half.write_all(b"TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(web::read(half).text(), "0x0\n");
    body.write_all(b" posted?").unwrap();
    let mut got = [0; 12];
    body.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"HTTP/1.1 200");
}

/// A command that runs until it is stopped.
const ENDLESS: &str = "99999999?v 1";

#[test]
fn who_goes_away_takes_the_command_along() {
    let folder = support::inputs();
    let server = serve(folder.path(), &["http.maxout=1G"], FILE);
    let mut gone = web::connect(server.port);
    let request = format!("GET /cmd/{} HTTP/1.1\r\nHost: localhost\r\n\r\n", web::escape(ENDLESS));
    gone.write_all(request.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    drop(gone);
    let mut socket = Socket::open(server.port, "", &[]).unwrap();
    socket.begin(ENDLESS);
    std::thread::sleep(Duration::from_millis(300));
    drop(socket);
    let begun = Instant::now();
    assert_eq!(get(server.port, "?e free", &[]).text(), "free\n");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn commands_over_a_socket_are_told_apart_and_can_be_stopped() {
    let folder = support::inputs();
    let server = serve(folder.path(), &["http.maxout=1G"], FILE);
    let mut socket = Socket::open(server.port, "?view=mine", &[]).unwrap();
    let hello = socket.hear().unwrap();
    assert_eq!((&hello["event"], &hello["seek"]), (&"hello".into(), &"0x2013b0".into()));
    assert_eq!(hello["allow"], serde_json::json!(["write", "network"]));
    assert!(hello["file"].as_str().unwrap().ends_with(FILE), "{hello}");
    let ran = socket.run("s 0x200000;p8 4");
    assert_eq!(
        (ran.out.as_slice(), &ran.done["ok"], &ran.done["seek"]),
        (&b"7f454c46\n"[..], &true.into(), &"0x200000".into())
    );
    let bytes = socket.run("pr 64 @ 0x200000");
    assert_eq!(bytes.out[..4], *b"\x7fELF");
    let failed = socket.run("nosuch");
    assert!(
        failed.done["ok"] == false && failed.done["error"].as_str().unwrap().contains("nosuch"),
        "{failed:?}"
    );
    assert_eq!(failed.reports.len(), 1);
    // One that runs and one that waits are stopped; the third is neither.
    let (long, waits) = (socket.begin(ENDLESS), socket.begin("?e never"));
    let last = socket.begin("?e last");
    socket.say(&serde_json::json!({"cancel": waits}));
    socket.say(&serde_json::json!({"cancel": long}));
    let ran = socket.end(long);
    assert!(ran.done["ok"] == false, "{}", ran.done);
    let ran = socket.end(waits);
    assert!(ran.out.is_empty() && ran.done["ok"] == false && ran.done["error"] == "interrupted", "{ran:?}");
    assert_eq!(socket.end(last).out, b"last\n");
    for wrong in
        ["nonsense", "[]", "{}", "{\"id\": -1, \"cmd\": \"s\"}", "{\"cmd\": \"s\"}", "{\"view\": \"a b\"}"]
    {
        socket.say_text(wrong);
        assert!(socket.hear().unwrap()["error"].is_string(), "{wrong}");
    }
    assert_eq!(socket.run("?e on").out, b"on\n");
}

#[test]
fn sockets_are_told_what_others_do() {
    let folder = support::inputs();
    let server = serve(folder.path(), &["http.local=true"], "malloc://1K");
    let mut socket = Socket::open(server.port, "?view=mine", &[]).unwrap();
    socket.hear_of("event", "hello");
    get(server.port, "s 0x10", &[]);
    get(server.port, "s 0x20", &[("X-Farad-View", "mine")]);
    assert_eq!(socket.hear_of("event", "seek")["seek"], "0x20", "not the view of others");
    get(server.port, "f here 1 @ 4", &[]);
    socket.hear_of("event", "flags");
    get(server.port, "wx 41 @ 4", &[]);
    socket.hear_of("event", "bytes");
    assert_eq!(get(server.port, "=h*", &[]).status, 200);
    // The server begins again: who is connected is told that it ends.
    while let Some(message) = socket.hear() {
        assert!(message["event"].is_string(), "{message}");
    }
}

#[test]
fn beyond_this_machine_there_is_tls_and_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let named = rcgen::generate_simple_self_signed(["box.lab".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(folder.path().join(name), mode).unwrap();
    };
    write("cert", &named.cert.pem());
    write("key", &named.signing_key.serialize_pem());
    write("token", "a-token-of-some-length\n");
    write("short", "short\n");
    let tls = ["http.cert=cert", "http.key=key"];
    let auth = ["http.auth=true", "http.authfile=token"];
    let refused = |settings: &[&str], place: &str| {
        let mut command = support::farad(folder.path());
        for setting in settings {
            command.args(["-e", setting]);
        }
        let line = format!("=h& {place};=l");
        let ran = support::process::run(command.args(["-q", "-c", &line, "-"]), None, web::LIMIT);
        assert!(ran.err().contains("ERROR") && ran.out().is_empty(), "{} {}", ran.out(), ran.err());
        ran.err()
    };
    for settings in [&[][..], &tls, &auth] {
        let told = refused(settings, "0.0.0.0:0");
        assert!(told.contains("http.cert") && told.contains("http.auth"), "{told}");
    }
    assert!(refused(&["http.bind=public"], "").contains("http.cert"));
    assert!(refused(&["http.cert=cert"], "0").contains("http.key"));
    assert!(refused(&["http.cert=cert", "http.key=cert"], "0").contains("cert"));
    assert!(refused(&["http.auth=true"], "0").contains("http.authfile"));
    assert!(refused(&["http.auth=true", "http.authfile=short"], "0").contains("16 visible"));
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(folder.path().join("short"), open).unwrap();
    assert!(refused(&["http.auth=true", "http.authfile=short"], "0").contains("chmod 600"));

    let server = Server::start(|port| {
        let mut command = support::farad(folder.path());
        for setting in [&tls[..], &auth].concat() {
            command.args(["-e", setting]);
        }
        command.args(["-q", "-c", &format!("=h 0.0.0.0:{port}"), "malloc://16"]);
        command
    });
    let server = server.unwrap();
    let trusted = ureq::tls::Certificate::from_pem(named.cert.pem().as_bytes()).unwrap();
    let tls =
        ureq::tls::TlsConfig::builder().root_certs(ureq::tls::RootCerts::new_with_certs(&[trusted])).build();
    let agent: ureq::Agent =
        ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).build().into();
    let ask = |headers: &[(&str, &str)]| {
        let mut request = agent.get(format!("https://127.0.0.1:{}/cmd/%3Fe%20hi", server.port));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = request.call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    let token = ("Authorization", "Bearer a-token-of-some-length");
    assert_eq!(ask(&[token]), (200, "hi\n".to_owned()));
    assert_eq!(ask(&[token, ("Host", "box.lab")]), (200, "hi\n".to_owned()));
    assert_eq!(ask(&[token, ("Host", "evil.example")]).0, 403);
    assert_eq!(ask(&[]).0, 401);
    assert_eq!(ask(&[("Authorization", "Bearer wrong")]).0, 401);
}

#[test]
fn files_are_taken_and_given_back_where_that_is_on() {
    let folder = support::inputs();
    let kept = tempfile::tempdir().unwrap();
    let root = format!("http.uproot={}", kept.path().display());
    let server =
        serve(folder.path(), &["http.upload=true", "http.upget=true", "http.maxsize=1K", &root], FILE);
    let port = server.port;
    assert_eq!(ask(port, "POST /up/a.bin HTTP/1.1", &[], b"\0bytes").status, 200);
    assert_eq!(std::fs::read(kept.path().join("a.bin")).unwrap(), b"\0bytes");
    let back = ask(port, "GET /up/a.bin HTTP/1.1", &[], b"");
    assert_eq!((back.status, back.body.as_slice()), (200, &b"\0bytes"[..]));
    assert_eq!(back.header("content-type").as_deref(), Some("application/octet-stream"));
    assert_eq!(ask(port, "POST /up/a.bin HTTP/1.1", &[], b"again").status, 409);
    assert_eq!(ask(port, "POST /up/b HTTP/1.1", &[], &[0; 1025]).status, 413);
    for name in ["..%2fx", ".x", "a%2fb", "%00"] {
        assert_eq!(ask(port, &format!("POST /up/{name} HTTP/1.1"), &[], b"x").status, 400, "{name}");
    }
    assert_eq!(std::fs::read_dir(kept.path()).unwrap().count(), 1);
}

#[test]
fn the_options_allow_what_they_say() {
    let folder = support::inputs();
    let settings = ["http.shell=true", "http.files=true", "http.debug=true", "http.local=true"];
    let server = serve(folder.path(), &settings, FILE);
    let port = server.port;
    assert_eq!(get(port, "!echo $((6*7))", &[]).text(), "42\n");
    get(port, "px 4 > out", &[]);
    assert!(folder.path().join("out").exists());
    assert!(get(port, &format!("o dbg://./{FILE};dr rip"), &[]).text().contains("0x"));
    assert!(get(port, "=&:0;=l", &[]).text().contains("rap"));
    for setting in ["http.auth=false", "http.shell=false", "http.root=/", "rap.public=true"] {
        let told = get(port, &format!("e {setting}"), &[]);
        assert!(told.status == 403 && told.text().contains("policy"), "{}", told.text());
    }
}

#[test]
fn a_session_that_asks_itself_is_told_so() {
    let folder = support::inputs();
    let port = support::net::free_port();
    let line = format!("=h& {port};=+ http://127.0.0.1:{port}/cmd/;?e on");
    let begun = Instant::now();
    let ran =
        support::process::run(support::farad(folder.path()).args(["-q", "-c", &line, "-"]), None, web::LIMIT);
    assert!(ran.err().contains("503") && ran.out().trim() == "on", "{} {}", ran.out(), ran.err());
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn a_program_of_the_owners_may_ask_the_session_that_runs_it() {
    let folder = support::inputs();
    let port = support::net::free_port();
    let farad = support::farad_path();
    let ask = format!("!{} -N -qc '=+ http://127.0.0.1:{port}/cmd/;=0 s' --", farad.display());
    let line = format!("=h& {port};s 0x200010;{ask};=h-;{ask}");
    let ran = support::process::run(
        support::farad(folder.path()).args(["-q", "-c", &line, FILE]),
        None,
        web::LIMIT,
    );
    assert_eq!(ran.out().trim(), "0x200010", "a view begins where the owner is: {}", ran.err());
    assert!(ran.err().contains("nothing listens there"), "{}", ran.err());
}

/// Each answer that the description has, and a request that gets it.
#[test]
fn the_description_is_what_the_server_does() {
    let folder = support::inputs();
    std::fs::write(folder.path().join("token"), "0123456789abcdef0123\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(folder.path().join("token"), mode).unwrap();
    let kept = tempfile::tempdir().unwrap();
    let root = format!("http.uproot={}", kept.path().display());
    let ups = ["http.upload=true", "http.upget=true", "http.maxsize=10", &root];
    let (server, closed) = (serve(folder.path(), &ups, FILE), serve(folder.path(), &[], FILE));
    let asks = serve(folder.path(), &["http.auth=true", "http.authfile=token"], FILE);
    let port = server.port;
    let text = ask(port, "GET /openapi.json HTTP/1.1", &[], b"").text();
    let description: serde_json::Value = serde_json::from_str(&text).unwrap();
    let json = [("Accept", "application/json")];
    let envelope = |answer: &Answer| {
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let schema = &description["components"]["schemas"]["envelope"];
        let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        let wanted: Vec<_> =
            schema["required"].as_array().unwrap().iter().filter_map(|key| key.as_str()).collect();
        assert_eq!(keys, wanted);
    };
    let big = vec![b'x'; (1 << 20) + 1];
    let wrong_view = [("X-Farad-View", "a b")];
    let foreign = [("Host", "evil.example")];
    ask(port, "POST /up/there HTTP/1.1", &[], b"x");
    let mut tried = std::collections::BTreeSet::new();
    let mut expect = |path: &str, method: &str, status: u16, answer: Answer| {
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
        let described = &description["paths"][path][method]["responses"][status.to_string()];
        let described = match described["$ref"].as_str() {
            Some(name) => &description["components"]["responses"][name.rsplit('/').next().unwrap()],
            None => described,
        };
        let kind = answer.header("content-type").unwrap();
        let kind = kind.split(';').next().unwrap();
        assert!(described["content"][kind].is_object(), "{method} {path} {status} gives {kind}");
        tried.insert((path.to_owned(), method.to_owned(), status.to_string()));
    };
    for (path, method, run) in
        [("/cmd/{command}", "get", get as fn(u16, &str, &[(&str, &str)]) -> Answer), ("/cmd", "post", post)]
    {
        expect(path, method, 200, run(port, "?e x", &[]));
        let answer = run(port, "?e x", &json);
        envelope(&answer);
        expect(path, method, 200, answer);
        let answer = run(port, "nosuch", &json);
        envelope(&answer);
        expect(path, method, 422, answer);
        expect(path, method, 400, run(port, "s", &wrong_view));
        expect(path, method, 401, run(asks.port, "s", &[]));
        expect(path, method, 403, run(port, "!id", &[]));
        expect(path, method, 403, run(port, "!id", &json));
        expect(path, method, 403, run(port, "s", &foreign));
    }
    // They wait for as long as may be.
    let busy = serve(folder.path(), &["http.local=true", "rap.timeout=60"], "malloc://64");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut socket = Socket::open(busy.port, "", &[]).unwrap();
    // Connecting to a host that says nothing is one piece.
    socket.hear_of("event", "hello");
    socket.begin(&format!("=+ rap://{}", silent.local_addr().unwrap()));
    std::thread::sleep(Duration::from_millis(500));
    let asked = [("/cmd/{command}", "get", "GET /cmd/s"), ("/cmd", "post", "POST /cmd")].map(
        |(path, method, line)| {
            let mut stream = web::connect(busy.port);
            let request = format!(
                "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n\r\ns"
            );
            stream.write_all(request.as_bytes()).unwrap();
            (path, method, stream)
        },
    );
    for (path, method, stream) in asked {
        expect(path, method, 503, web::read(stream));
    }
    drop(socket);
    expect("/cmd", "post", 413, ask(port, "POST /cmd HTTP/1.1", &[], &big));
    for (status, line, body) in
        [(200, "a.bin", &b"x"[..]), (400, "a%2fb", b"x"), (409, "there", b"x"), (413, "b", &big)]
    {
        expect("/up/{name}", "post", status, ask(port, &format!("POST /up/{line} HTTP/1.1"), &[], body));
    }
    expect("/up/{name}", "post", 401, ask(asks.port, "POST /up/a HTTP/1.1", &[], b"x"));
    expect("/up/{name}", "post", 403, ask(closed.port, "POST /up/a HTTP/1.1", &[], b"x"));
    for (status, line) in [(200, "there"), (400, "a%2fb"), (404, "none")] {
        expect("/up/{name}", "get", status, ask(port, &format!("GET /up/{line} HTTP/1.1"), &[], b""));
    }
    expect("/up/{name}", "get", 401, ask(asks.port, "GET /up/a HTTP/1.1", &[], b""));
    expect("/up/{name}", "get", 403, ask(closed.port, "GET /up/a HTTP/1.1", &[], b""));
    for path in ["/openapi.json", "/"] {
        let line = format!("GET {path} HTTP/1.1");
        expect(path, "get", 200, ask(port, &line, &[], b""));
        expect(path, "get", 401, ask(asks.port, &line, &[], b""));
        expect(path, "get", 403, ask(port, &line, &foreign, b""));
    }
    let described = description["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter().filter(|(_, method)| method["responses"].is_object());
        methods.flat_map(move |(method, row)| {
            let statuses = row["responses"].as_object().unwrap().keys();
            statuses.map(move |status| (path.clone(), method.clone(), status.clone()))
        })
    });
    let described: std::collections::BTreeSet<_> = described.collect();
    assert_eq!(tried, described, "all that is described was tried");
}
