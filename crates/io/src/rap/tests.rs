//! The client against servers that behave, that are slow, and that lie.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use farad_wire::rap::hello::ServerHello;
use farad_wire::rap::{Reply, Request};

use super::fake::{Fake, Server};
use super::{RapClient, RapOptions, Reverse};
use crate::backend::{Caching, Status};
use crate::ctx::Ctx;
use crate::error::{Error, Stage};
use crate::net::Pace;

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 251) as u8).collect()
}

fn run(client: &mut RapClient, line: &str) -> String {
    let mut out = Vec::new();
    client.command(line, &mut out, &Ctx::owner()).unwrap();
    String::from_utf8(out).unwrap()
}

fn stage_of(error: Error) -> (Stage, String) {
    match error {
        Error::Peer { stage, why, .. } => (stage, why),
        error => panic!("{error:?}"),
    }
}

#[test]
fn both_kinds_of_server_are_told_apart_in_one_flight() {
    for (server, farad, caching) in
        [(Server::stock(bytes(100)), false, Caching::Kept), (Server::farad(bytes(100)), true, Caching::Kept)]
    {
        let fake = Fake::honest(server);
        let client = fake.connect(Some("/bin/true")).unwrap();
        assert_eq!((client.is_farad(), client.caching()), (farad, caching));
        assert_eq!((client.size(), client.fd()), (100, Some(3)));
        assert_eq!((fake.flights(), client.traffic().trips), (1, 1));
    }
}

#[test]
fn nothing_is_opened_without_a_path() {
    for path in [None, Some("")] {
        let fake = Fake::honest(Server::stock(bytes(100)));
        let mut client = fake.connect(path).unwrap();
        assert_eq!(run(&mut client, "echo hi"), "hi\n");
        assert!(!fake.log.lock().unwrap().requests.iter().any(|it| matches!(it, Request::Open { .. })));
        // The size comes with the first read.
        let mut buf = [0; 200];
        assert_eq!(client.read_at(90, &mut buf, &Ctx::owner()).unwrap(), 10);
        assert_eq!(buf[..10], bytes(100)[90..]);
    }
}

#[test]
fn reads_are_exact_whatever_their_place_and_length() {
    let file = bytes(300_000);
    for server in [Server::stock(file.clone()), Server::farad(file.clone())] {
        let fake = Fake::honest(server);
        let mut client = fake.connect(Some("/file")).unwrap();
        for (offset, len) in [(0, 1), (0, 300_000), (4_095, 4_098), (299_999, 5), (1, 262_144), (300_000, 4)]
        {
            let mut buf = vec![0xee; len];
            let n = client.read_at(offset as u64, &mut buf, &Ctx::owner()).unwrap();
            let end = file.len().min(offset + len);
            assert_eq!(&buf[..n], &file[offset..end], "{len} at {offset}");
        }
        assert_eq!(client.read_at(u64::MAX - 1, &mut [0; 8], &Ctx::owner()).unwrap(), 0);
    }
}

#[test]
fn a_read_of_64_kib_is_one_flight() {
    for server in [Server::stock(bytes(1 << 17)), Server::farad(bytes(1 << 17))] {
        let fake = Fake::honest(Server { delay: Duration::from_millis(30), ..server });
        let mut client = fake.connect(Some("/file")).unwrap();
        fake.clear();
        let before = client.traffic().trips;
        let mut buf = vec![0; 1 << 16];
        assert_eq!(client.read_at(0x100, &mut buf, &Ctx::owner()).unwrap(), 1 << 16);
        assert_eq!((fake.flights(), client.traffic().trips - before), (1, 1));
    }
}

#[test]
fn a_stock_session_is_back_in_its_place_before_a_command() {
    let fake = Fake::honest(Server::stock(bytes(100_000)));
    let mut client = fake.connect(Some("/file")).unwrap();
    assert_eq!(run(&mut client, "where"), "0x40 0x100\n");
    let mut buf = [0; 5_000];
    for offset in [0, 9_000] {
        client.read_at(offset, &mut buf, &Ctx::owner()).unwrap();
    }
    fake.clear();
    let before = client.traffic().trips;
    assert_eq!(run(&mut client, "where"), "0x40 0x100\n");
    assert_eq!(client.traffic().trips - before, 1);
    client.write_at(7, b"abc", &Ctx::owner()).unwrap();
    assert_eq!(run(&mut client, "where"), "0x40 0x100\n");
    assert_eq!(fake.commands(), ["b 0x100", "where", "b", "b 0x100", "where"]);
}

#[test]
fn writes_arrive_in_pieces_that_the_server_bears() {
    let data = bytes(20_000);
    for server in [Server::stock(vec![0; 50_000]), Server::farad(vec![0; 50_000])] {
        let fake = Fake::honest(server);
        let mut client = fake.connect(Some("/file")).unwrap();
        client.write_at(12_345, &data, &Ctx::owner()).unwrap();
        let mut back = vec![0; data.len()];
        assert_eq!(client.read_at(12_345, &mut back, &Ctx::owner()).unwrap(), back.len());
        assert_eq!(back, data);
        let log = fake.log.lock().unwrap();
        let stock_bears =
            |request: &Request| !matches!(request, Request::Write { data } if data.len() > 4_096);
        assert!(client.is_farad() || log.requests.iter().all(stock_bears));
    }
}

#[test]
fn a_write_that_was_not_done_says_where() {
    let fake = Fake::honest(Server::stock(vec![0; 10_000]));
    let mut client = fake.connect(Some("/file")).unwrap();
    match client.write_at(4_000, &[1; 9_000], &Ctx::owner()) {
        Err(Error::Io { operation: "write", addr: 8_096, len: 4_904, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(run(&mut client, "echo on"), "on\n");
}

#[test]
fn output_of_any_length_arrives_exactly() {
    for server in [Server::stock(vec![]), Server::farad(vec![])] {
        let fake = Fake::honest(server);
        let mut client = fake.connect(None).unwrap();
        for len in [0, 1, 4_101, 4_102, 4_103, 16_384, 3_000_000] {
            assert_eq!(run(&mut client, &format!("print {len}")), "x".repeat(len));
        }
    }
}

#[test]
fn a_failed_command_says_so_where_the_server_does() {
    let fake = Fake::honest(Server::farad(vec![]));
    let mut client = fake.connect(None).unwrap();
    let mut out = Vec::new();
    let status = client.command("fail no such flag", &mut out, &Ctx::owner()).unwrap();
    assert_eq!((out.as_slice(), status.failure.as_deref()), (&b"before\n"[..], Some("no such flag")));
    assert_eq!(client.command("echo", &mut out, &Ctx::owner()).unwrap(), Status::default());
    let status = client.command("note one\ntwo\n", &mut out, &Ctx::owner()).unwrap();
    assert_eq!(status, Status { failure: None, notes: vec!["one".to_owned(), "two".to_owned()] });
}

#[test]
fn a_command_too_long_for_a_stock_server_is_not_sent() {
    let fake = Fake::honest(Server::stock(vec![]));
    let mut client = fake.connect(None).unwrap();
    let refused = client.command(&"x".repeat(4_095), &mut Vec::new(), &Ctx::owner());
    assert!(matches!(refused, Err(Error::Limit { .. })), "{refused:?}");
    assert_eq!(run(&mut client, "echo on"), "on\n");
}

#[test]
fn a_name_too_long_is_refused_before_connecting() {
    let fake = Fake::on_stage(|_| ());
    let (stage, why) = stage_of(fake.connect(Some(&"x".repeat(255))).err().unwrap());
    assert!(stage == Stage::Open && why.contains("254"), "{why}");
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let fake = Fake::honest(Server::stock(vec![]));
    let (stage, why) = stage_of(fake.connect(Some("/none")).err().unwrap());
    assert!(stage == Stage::Open && why.contains("'/none'"), "{why}");
}

#[test]
fn a_farad_server_says_why_it_cannot_open() {
    let fake = Fake::on_stage(|mut stream| {
        let mut flight = [0; 256];
        let _ = stream.read(&mut flight).unwrap();
        let hello = ServerHello { error: Some("No such\u{1b}[2J file".to_owned()), ..ServerHello::default() };
        let mut answer = Vec::new();
        Reply::Open { fd: u32::MAX }.encode(&mut answer).unwrap();
        Reply::Command { text: hello.to_string().into_bytes() }.encode(&mut answer).unwrap();
        stream.write_all(&answer).unwrap();
    });
    let error = fake.connect(Some("/none")).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!("cannot open rap://{}//none: No such\u{fffd}[2J file", fake.transport)
    );
}

#[test]
fn servers_that_trickle_are_followed() {
    for server in [Server::stock(bytes(3_000)), Server::farad(bytes(3_000))] {
        let fake = Fake::honest(Server { trickle: Some(1), ..server });
        let mut client = fake.connect(Some("/file")).unwrap();
        let mut buf = vec![0; 3_000];
        assert_eq!(client.read_at(0, &mut buf, &Ctx::owner()).unwrap(), 3_000);
        assert_eq!(buf, bytes(3_000));
        assert_eq!(run(&mut client, "echo trickled"), "trickled\n");
    }
}

#[test]
fn a_server_that_answers_no_more_is_hung_up_on() {
    let pace = Pace { silence: Duration::from_millis(100), whole: Duration::from_millis(300) };
    for server in [Server::stock(bytes(100)), Server::farad(bytes(100))] {
        let options = || RapOptions { pace, ..RapOptions::default() };
        let fake = Fake::honest(server);
        let mut client =
            RapClient::connect(&fake.transport, Some("/file"), options(), &Ctx::owner()).unwrap();
        let started = Instant::now();
        let error = client.command("sleep 1500", &mut Vec::new(), &Ctx::owner()).unwrap_err().to_string();
        assert!(error.contains("rap.silence") && started.elapsed() < Duration::from_secs(1), "{error}");
        assert!(!client.is_connected());
    }
    let slow = Server { delay: Duration::from_millis(1500), ..Server::stock(bytes(100)) };
    let fake = Fake::honest(slow);
    let options = RapOptions { pace, ..RapOptions::default() };
    let mut client = RapClient::connect(&fake.transport, Some("/file"), options, &Ctx::owner()).unwrap();
    let error = client.read_at(0, &mut [0; 10], &Ctx::owner()).unwrap_err().to_string();
    assert!(error.contains("nothing came"), "{error}");
}

#[test]
fn a_cancelled_command_leaves_the_connection_in_step() {
    for server in [Server::stock(bytes(100)), Server::farad(bytes(100))] {
        let fake = Fake::honest(server);
        let mut client = fake.connect(Some("/file")).unwrap();
        let ctx = Ctx::owner();
        let cancel = ctx.cancel.clone();
        let raiser = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            cancel.raise();
        });
        let mut out = Vec::new();
        let result = client.command("sleep 200", &mut out, &ctx);
        assert!(matches!(result, Err(Error::Cancelled)) && out.is_empty(), "{result:?}");
        raiser.join().unwrap();
        assert_eq!(run(&mut client, "echo next"), "next\n");
        assert_eq!(client.is_farad(), fake.commands().iter().any(|line| line == "# farad cancel"));
    }
}

#[test]
fn a_second_cancel_hangs_up() {
    let fake = Fake::honest(Server::stock(vec![]));
    let mut client = fake.connect(None).unwrap();
    let ctx = Ctx::owner();
    let cancel = ctx.cancel.clone();
    std::thread::spawn(move || {
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(50));
            cancel.raise();
        }
    });
    let started = Instant::now();
    let result = client.command("sleep 1000", &mut Vec::new(), &ctx);
    assert!(matches!(result, Err(Error::Connection { .. })), "{result:?}");
    assert!(started.elapsed() < Duration::from_millis(500) && !client.is_connected());
    let after = client.command("echo", &mut Vec::new(), &Ctx::owner());
    assert!(matches!(after, Err(Error::Connection { .. })), "{after:?}");
}

#[test]
fn a_cancelled_read_leaves_the_connection_in_step() {
    let file = bytes(1 << 20);
    for server in [Server::stock(file.clone()), Server::farad(file.clone())] {
        let fake = Fake::honest(Server { delay: Duration::from_millis(100), ..server });
        let mut client = fake.connect(Some("/file")).unwrap();
        let mut buf = vec![0; 1 << 20];
        // The first read of a stock server waits until it knows the session's place.
        client.read_at(0, &mut buf[..1], &Ctx::owner()).unwrap();
        let ctx = Ctx::owner();
        let cancel = ctx.cancel.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            cancel.raise();
        });
        let result = client.read_at(0, &mut buf, &ctx);
        assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
        assert_eq!(client.read_at(5, &mut buf[..1_000], &Ctx::owner()).unwrap(), 1_000);
        assert_eq!(buf[..1_000], file[5..1_005]);
    }
}

#[test]
fn a_stock_place_survives_a_cancelled_first_read() {
    let fake = Fake::honest(Server { delay: Duration::from_millis(100), ..Server::stock(bytes(1 << 20)) });
    let mut client = fake.connect(Some("/file")).unwrap();
    let ctx = Ctx::owner();
    let cancel = ctx.cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        cancel.raise();
    });
    let _ = client.read_at(0, &mut vec![0; 1 << 20], &ctx);
    assert_eq!(run(&mut client, "where"), "0x40 0x100\n");
}

/// Reads the first flight of a client that opens nothing, and answers it as a stock server.
fn greet(stream: &mut TcpStream) {
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).unwrap();
    let len = u32::from_be_bytes([hello[1], hello[2], hello[3], hello[4]]);
    stream.read_exact(&mut vec![0; len as usize]).unwrap();
    stream.write_all(b"\x87\0\0\0\x01\0").unwrap();
}

/// What a command's error is when the server sends `lie` for its reply and hangs up or waits.
fn lied(lie: &'static [u8]) -> String {
    let fake = Fake::on_stage(move |mut stream| {
        greet(&mut stream);
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(lie);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read(&mut [0; 64]);
    });
    let mut client = fake.connect(None).unwrap();
    match client.command("x", &mut Vec::new(), &Ctx::owner()) {
        Err(Error::Connection { uri, why }) => {
            assert!(uri.starts_with("rap://127.0.0.1:"), "{uri}");
            why
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn replies_that_break_the_protocol_are_told_apart() {
    for (lie, why) in [
        (b"".as_slice(), "hung up instead of answering a command"),
        (b"\x87\0\0\0\x08abc", "in the middle of its reply"),
        (b"\x81\0\0\0\x03", "the reply to an open came where that to a command belongs"),
        (b"HTTP/1.1 400 Bad Request", "0x48"),
        (b"\x86\0\0\0\0", "0x86"),
        (b"\x07\xff\xff\xff\xff", "reverse command"),
        (b"\x02\0\0\0\x04", "a request came"),
    ] {
        let said = lied(lie);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_read_longer_than_asked_for_is_a_lie() {
    let fake = Fake::on_stage(|mut stream| {
        greet(&mut stream);
        let _ = stream.read(&mut [0; 64]);
        let mut reply =
            b"\x84\0\0\0\0\0\0\x10\0\x84\0\0\0\0\0\0\0\0\x87\0\0\0\0\x84\0\0\0\0\0\0\0\0\x82\0\0\0\x09"
                .to_vec();
        reply.extend_from_slice(&[1; 9]);
        let _ = stream.write_all(&reply);
        let _ = stream.read(&mut [0; 1]);
    });
    let mut client = fake.connect(None).unwrap();
    let mut buf = [0; 16];
    let result = client.read_at(0, &mut buf[..8], &Ctx::owner());
    assert!(
        matches!(&result, Err(Error::Connection { why, .. }) if why.contains("answered with 9")),
        "{result:?}"
    );
    assert_eq!(buf[8..], [0; 8]);
}

#[test]
fn a_silent_server_is_given_up() {
    let silent = || Fake::on_stage(|mut stream| while matches!(stream.read(&mut [0; 64]), Ok(1..)) {});
    let (stage, why) = stage_of(silent().connect_within(None, Duration::from_millis(100)).err().unwrap());
    assert!(stage == Stage::Answer && why.contains("0.1 s"), "{why}");

    let fake = Fake::on_stage(|mut stream| {
        greet(&mut stream);
        while matches!(stream.read(&mut [0; 64]), Ok(1..)) {}
    });
    let mut client = fake.connect(None).unwrap();
    let ctx = Ctx::owner().within(Duration::from_millis(100));
    let result = client.command("x", &mut Vec::new(), &ctx);
    assert!(matches!(&result, Err(Error::Connection { why, .. }) if why.contains("deadline")), "{result:?}");
}

#[test]
fn a_server_that_stops_reading_is_given_up() {
    let fake = Fake::on_stage(|mut stream| {
        greet(&mut stream);
        std::thread::sleep(Duration::from_millis(600));
    });
    let mut client = fake.connect(None).unwrap();
    let ctx = Ctx::owner().within(Duration::from_millis(200));
    let started = Instant::now();
    let result = client.write_at(0, &vec![0; 64 << 20], &ctx);
    assert!(matches!(result, Err(Error::Connection { .. })), "{result:?}");
    assert!(started.elapsed() < Duration::from_millis(500));
}

#[test]
fn a_server_that_reads_all_before_it_answers_does_not_lock_up() {
    // It takes nothing while it sends, and sends nothing while it takes: both buffers fill.
    let file = bytes(8 << 20);
    let fake = Fake::honest(Server::farad(file.clone()));
    let mut client = fake.connect(Some("/file")).unwrap();
    let mut buf = vec![0; 8 << 20];
    assert_eq!(client.read_at(0, &mut buf, &Ctx::owner()).unwrap(), 8 << 20);
    assert!(buf == file);
    client.write_at(0, &buf, &Ctx::owner()).unwrap();
}

#[test]
fn an_endless_reply_ends_with_the_second_cancel() {
    let fake = Fake::on_stage(|mut stream| {
        greet(&mut stream);
        let _ = stream.write_all(b"\x87\xff\xff\xff\xff");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let mut client = fake.connect(None).unwrap();
    let ctx = Ctx::owner();
    let cancel = ctx.cancel.clone();
    std::thread::spawn(move || {
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(50));
            cancel.raise();
        }
    });
    let result = client.command("x", &mut std::io::sink(), &ctx);
    assert!(matches!(result, Err(Error::Connection { .. })), "{result:?}");
}

/// A server that has `id` run before it answers, and passes on what it was told.
fn reversing() -> Fake {
    Fake::on_stage(|mut stream| {
        greet(&mut stream);
        let _ = stream.read(&mut [0; 64]);
        stream.write_all(b"\x07\0\0\0\x03id\0").unwrap();
        let mut header = [0; 5];
        stream.read_exact(&mut header).unwrap();
        let mut told = vec![0; header[4].into()];
        stream.read_exact(&mut told).unwrap();
        stream.write_all(&header).unwrap();
        stream.write_all(&told).unwrap();
    })
}

#[test]
fn commands_that_the_server_sends_back_run_only_where_allowed() {
    let fake = reversing();
    assert_eq!(run(&mut fake.connect(None).unwrap(), "x"), "");
    fake.join();

    let fake = reversing();
    let reverse = Reverse::Run(Box::new(|text| [text, b"=me"].concat()));
    let options = RapOptions { reverse, ..RapOptions::default() };
    let mut client = RapClient::connect(&fake.transport, None, options, &Ctx::owner()).unwrap();
    assert_eq!(run(&mut client, "x"), "id=me");
    fake.join();
}

#[test]
fn a_server_that_only_sends_commands_back_is_given_up() {
    let fake = Fake::on_stage(|mut stream| {
        greet(&mut stream);
        let _ = stream.read(&mut [0; 64]);
        while stream.write_all(b"\x07\0\0\0\x03id\0").is_ok()
            && stream.read(&mut [0; 64]).is_ok_and(|n| n > 0)
        {}
    });
    let mut client = fake.connect(None).unwrap();
    let result = client.command("x", &mut Vec::new(), &Ctx::owner());
    assert!(
        matches!(&result, Err(Error::Connection { why, .. }) if why.contains("of its own")),
        "{result:?}"
    );
}

#[test]
fn a_state_is_asked_for_in_one_trip() {
    for server in [Server::stock(bytes(100)), Server::farad(bytes(100))] {
        let fake = Fake::honest(server);
        let mut client = fake.connect(Some("/file")).unwrap();
        let before = client.traffic().trips;
        let stamp = client.stat(&Ctx::owner()).unwrap();
        assert_eq!((stamp.size, stamp.modified.is_empty()), (100, !client.is_farad()));
        assert_eq!(Some(stamp), client.stamp());
        assert_eq!(client.traffic().trips - before, 1);
    }
}

#[test]
fn a_writer_that_fails_does_not_cost_the_connection() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let fake = Fake::honest(Server::farad(vec![]));
    let mut client = fake.connect(None).unwrap();
    let result = client.command("print 100000", &mut Full, &Ctx::owner());
    assert!(matches!(result, Err(Error::Io { .. })), "{result:?}");
    assert_eq!(run(&mut client, "echo on"), "on\n");
}

/// A server that answers the hello as farad and every later request with `reply`.
fn farad_that_says(reply: &'static [u8]) -> RapClient {
    let fake = Fake::on_stage(move |mut stream| {
        let _ = stream.read(&mut [0; 256]);
        let hello = b"farad 1 kind=regular size=1000 max=4096\n\0";
        let _ = stream.write_all(&[&[0x87, 0, 0, 0, hello.len() as u8], hello.as_slice()].concat());
        while matches!(stream.read(&mut [0; 256]), Ok(1..)) && stream.write_all(reply).is_ok() {}
    });
    fake.connect(None).unwrap()
}

#[test]
fn a_farad_server_must_keep_to_the_extension() {
    for reply in [
        b"\x87\0\0\0\x03hi\0".as_slice(),
        b"\x87\0\0\0\x00",
        b"\x87\0\0\0\x06\0\0\xff\xff\xff\xff",
        b"\x87\0\0\0\x08hi\0\0\0\0\0\x07",
    ] {
        let mut client = farad_that_says(reply);
        let result = client.command("x", &mut Vec::new(), &Ctx::owner());
        assert!(matches!(result, Err(Error::Connection { .. })), "{reply:?}: {result:?}");
        assert!(!client.is_connected());
    }
}

#[test]
fn a_readable_run_ends_where_the_server_says() {
    // Goes to 0x10 and sends three bytes, whatever was asked.
    let reply = b"\x84\0\0\0\0\0\0\0\x10\x82\0\0\0\x03abc";
    let mut buf = [0; 100];
    assert_eq!(farad_that_says(reply).read_at(0x10, &mut buf, &Ctx::owner()).unwrap(), 3);
    assert_eq!(&buf[..3], b"abc");
    assert_eq!(
        farad_that_says(reply).read_at(0x20, &mut buf, &Ctx::owner()).unwrap(),
        0,
        "it went elsewhere"
    );
}

#[test]
fn a_size_that_cannot_be_is_not_believed() {
    let fake = Fake::on_stage(|mut stream| {
        let _ = stream.read(&mut [0; 256]);
        let hello = b"farad 1 kind=regular size=18446744073709551615 max=4294967295\n\0";
        let mut said = vec![0x81, 0, 0, 0, 3, 0x87, 0, 0, 0, hello.len() as u8];
        said.extend_from_slice(hello);
        said.extend_from_slice(b"\x84\xff\xff\xff\xff\xff\xff\xff\xff");
        let _ = stream.write_all(&said);
        let mut asked = [0; 15];
        stream.read_exact(&mut asked).unwrap();
        assert!(
            asked[10] == 2 && u32::from_be_bytes([asked[11], asked[12], asked[13], asked[14]]) <= 1 << 20
        );
    });
    let mut client = fake.connect(Some("/file")).unwrap();
    assert_eq!(client.size(), u64::MAX);
    let ctx = Ctx::owner().within(Duration::from_secs(1));
    assert!(client.read_at(0, &mut vec![0; 8 << 20], &ctx).is_err());
    fake.join();
}

#[test]
fn a_cancel_ends_the_wait_for_a_first_answer() {
    let fake = Fake::on_stage(|mut stream| while matches!(stream.read(&mut [0; 64]), Ok(1..)) {});
    let ctx = Ctx::owner();
    let cancel = ctx.cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel.raise();
    });
    let started = Instant::now();
    let result = RapClient::connect(&fake.transport, None, RapOptions::default(), &ctx);
    assert!(matches!(result.err(), Some(Error::Cancelled)));
    assert!(started.elapsed() < Duration::from_secs(1));
}
