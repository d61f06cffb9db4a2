//! farad and real radare2 5.7.4 at the two ends of a rap connection, in every pairing.
//!
//! A row is a function of the two programs. Rows that need radare2 are ignored until `./test` has installed it.
#![allow(clippy::print_stdout)]

mod support;

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

use support::capture::{self, Replay};
use support::link::Link;
use support::peer::Program;

const ELF: &str = "vault.x86_64.elf";
const ARM: &str = "vault.arm.elf";

/// Makes each row a test of every pairing of client and server.
macro_rules! pairings {
    ($($row:ident),* $(,)?) => {
        mod farad_to_farad {
            use super::Program::Farad;
            $(#[test] fn $row() { super::$row(Farad, Farad); })*
        }
        mod radare2_to_farad {
            use super::Program::{Farad, Radare2};
            $(#[test] #[ignore = "needs radare2 5.7.4: run ./test"] fn $row() { super::$row(Radare2, Farad); })*
        }
        mod farad_to_radare2 {
            use super::Program::{Farad, Radare2};
            $(#[test] #[ignore = "needs radare2 5.7.4: run ./test"] fn $row() { super::$row(Farad, Radare2); })*
        }
    };
}

pairings![
    reads_a_file_it_opens,
    reads_where_it_seeks,
    reads_a_whole_file,
    writes_into_the_file,
    runs_commands_at_the_far_end,
    seeks_at_the_far_end,
    opens_a_second_file_after_the_first,
    is_told_that_a_file_is_missing,
    gets_long_output,
    leaves_a_server_that_serves_the_next,
];

fn reads_a_file_it_opens(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    let done = client.run(folder.path(), &["-n"], "p8 16", &uri(server.port, ELF));
    assert_eq!(done.ok(), hex(folder.path(), ELF, 0, 16));
}

fn reads_where_it_seeks(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    let done =
        client.run(folder.path(), &["-n"], "s 0x600;p8 8;s 0x10;p8 8;p8 4 @ 0x20", &uri(server.port, ELF));
    let at = |offset, length| hex(folder.path(), ELF, offset, length);
    assert_eq!(words(&done.ok()), [at(0x600, 8), at(0x10, 8), at(0x20, 4)]);
}

fn reads_a_whole_file(client: Program, server: Program) {
    let folder = support::inputs();
    // The longer file takes several frames of the stock server; the stock client stops after one.
    let name = if client == Program::Radare2 { ELF } else { "vault.arm64.dylib" };
    let length = std::fs::metadata(folder.path().join(name)).expect("an input").len() as usize;
    let server = server.serve(folder.path());
    let done = client.run(folder.path(), &["-n"], &format!("p8 {length}"), &uri(server.port, name));
    assert_same(&done.ok(), &hex(folder.path(), name, 0, length));
}

fn writes_into_the_file(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    let done = client.run(folder.path(), &["-n", "-w"], "wx 9090 @ 4;p8 8 @ 0", &uri(server.port, ELF));
    assert_eq!(done.ok(), "7f454c4690900100");
    assert_eq!(hex(folder.path(), ELF, 0, 8), "7f454c4690900100");
}

fn runs_commands_at_the_far_end(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    let done = at_far_end(client, folder.path(), server.port, ELF, "=0 ?e hello there;=0 ?v 6*7");
    assert_eq!(words(&done), ["hello", "there", "0x2a"]);
}

fn seeks_at_the_far_end(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    let done = at_far_end(client, folder.path(), server.port, ELF, "=0 s 0x666;=0 s;s");
    assert_eq!(words(&done), ["0x666", "0x0"]);
}

fn opens_a_second_file_after_the_first(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    for name in [ELF, ARM, ELF] {
        let done = client.run(folder.path(), &["-n"], "p8 32", &uri(server.port, name));
        assert_eq!(done.ok(), hex(folder.path(), name, 0, 32), "{name}");
    }
}

fn is_told_that_a_file_is_missing(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve(folder.path());
    let done = at_far_end(client, folder.path(), server.port, "no-such-file", "=;?e done");
    assert!(done.ends_with("done"), "{done}");
    let next = client.run(folder.path(), &["-n"], "p8 4", &uri(server.port, ELF));
    assert_eq!(next.ok(), "7f454c46", "the server is still there");
}

fn gets_long_output(client: Program, server: Program) {
    const STOCK_LIMIT: usize = 16_384;
    let folder = support::inputs();
    let target = "malloc://8K";
    let whole = server.run(folder.path(), &[], "px 4096", target).ok();
    assert!(whole.len() > STOCK_LIMIT);
    let listening = server.serve(folder.path());
    let done = at_far_end(client, folder.path(), listening.port, target, "=0 px 4096;?e -;=0 ?e after");
    let (came, after) = done.rsplit_once("\n-\n").expect("what follows the long output");
    assert_eq!(after, "after", "the connection is usable after a long reply");
    if client == Program::Farad {
        return assert_same(came.trim(), &whole);
    }
    // A stock client gives up on a longer reply: it is sent the lines that fit, and a last one that says so.
    assert!(came.len() < STOCK_LIMIT, "{} bytes came", came.len());
    let (lines, notice) = came.trim().rsplit_once('\n').expect("many lines");
    assert!(whole.starts_with(lines), "what came is the beginning of the output");
    assert!(whole[lines.len()..].starts_with('\n'), "and ends at the end of a line");
    assert!(!whole.contains(notice), "{notice:?} says that more is missing");
}

fn leaves_a_server_that_serves_the_next(client: Program, server: Program) {
    let folder = support::inputs();
    let mut server = server.serve(folder.path());
    let half_a_frame = [7, 0, 0];
    for bytes in [&[][..], &half_a_frame] {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port)).expect("the server listens");
        std::io::Write::write_all(&mut stream, bytes).expect("sending");
    }
    let done = client.run(folder.path(), &["-n"], "p8 4", &uri(server.port, ELF));
    assert_eq!(done.ok(), "7f454c46");
    assert!(server.runs(), "{}", server.log());
}

/// What a captured reply may differ in, and why.
enum Rule {
    /// The same bytes.
    Exact,
    /// The same operation and a whole frame: what it holds is the server's own affair.
    Framing,
}

/// The rule for a reply, by its request. `moved`: a seek was set on this connection before.
fn rule(request: &[u8], moved: bool) -> Rule {
    match request {
        // The number of a descriptor is the server's own.
        [1, ..] => Rule::Framing,
        // Before any seek, the stock server tells where its session stands: the entry point as it
        // is when the file is mapped at 0, which is not where the entry point is.
        [4, 1, ..] if !moved => Rule::Framing,
        // The same place, printed: the bytes and header of `px` come from the wrong entry point.
        [7, _, _, _, _, b'p', b'x', ..] => Rule::Framing,
        // An unknown command gets no text from the stock server; farad says what is wrong.
        [7, _, _, _, _, text @ ..] if text == b"nonexistentcmd\0" => Rule::Framing,
        _ => Rule::Exact,
    }
}

#[test]
fn captured_conversations_replay() {
    for name in ["r2-5.7.4-cmd", "r2-5.7.4-io", "r2-6.2.1-cmd", "r2-6.2.1-io", "r2-6.2.1-open-bin"] {
        let path = support::root().join(format!("crates/wire/tests/data/{name}.jsonl"));
        let folder = support::inputs();
        let server = Program::Farad.serve(folder.path());
        let mut replay = Replay::connect(server.port);
        let mut moved = false;
        for (number, exchange) in capture::load(&path).iter().enumerate() {
            let got = replay.ask(&exchange.request);
            let (Some(got), Some(captured)) = (&got, &exchange.reply) else {
                panic!("{name}, exchange {number}: {got:02x?} for {exchange:02x?}");
            };
            match rule(&exchange.request, moved) {
                Rule::Exact => {
                    assert_eq!(got, captured, "{name}, exchange {number}: {:02x?}", exchange.request)
                }
                Rule::Framing => assert_eq!(got[0], captured[0], "{name}, exchange {number}"),
            }
            moved |= exchange.request.starts_with(&[4, 0]);
        }
    }
}

#[test]
fn a_missing_file_is_hung_up_on() {
    let folder = support::inputs();
    let server = Program::Farad.serve(folder.path());
    let path = support::root().join("crates/wire/tests/data/r2-6.2.1-missing.jsonl");
    for exchange in capture::load(&path) {
        assert_eq!(exchange.reply, None);
        assert_eq!(Replay::connect(server.port).ask(&exchange.request), None);
    }
}

#[test]
fn a_slow_link_is_the_same_file() {
    let folder = support::inputs();
    let server = Program::Farad.serve(folder.path());
    let link = Link::open(server.port, Duration::from_millis(40)).expect("a link");
    let done = Program::Farad.run(folder.path(), &["-n"], "p8 2K", &uri(link.port, ELF));
    assert_eq!(done.ok(), hex(folder.path(), ELF, 0, 2048));
    assert!((1..=12).contains(&link.take_trips()), "connect, open and read in a handful of round trips");
}

#[test]
fn a_large_far_file_costs_what_is_looked_at() {
    const HUGE: usize = 48 << 20;
    let folder = support::inputs();
    let mut file = std::fs::read(folder.path().join(ELF)).expect("an input");
    // Its data section becomes one of many megabytes behind all else.
    let (headers, end) =
        (usize::from_le_bytes(file[0x28..0x30].try_into().expect("eight bytes")), file.len());
    let data = headers + 3 * 64;
    file[data + 0x18..data + 0x20].copy_from_slice(&end.to_le_bytes());
    file[data + 0x20..data + 0x28].copy_from_slice(&HUGE.to_le_bytes());
    file.resize(end + HUGE, b'A');
    std::fs::write(folder.path().join("huge.elf"), file).expect("room for a file");
    let server = Program::Farad.serve(folder.path());
    let link = Link::open(server.port, Duration::from_millis(2)).expect("a link");
    for (commands, found) in
        [("iS~text", "0x002011f0"), ("is~fib", "0x002012a0"), ("pd 1 @ sym.fib", "0x002012a0")]
    {
        let done = Program::Farad.run(folder.path(), &[], commands, &uri(link.port, "huge.elf"));
        assert!(done.out().contains(found), "{commands}: {}", done.out());
        let trips = link.take_trips();
        assert!(trips <= 12, "{commands}: {trips} round trips");
    }
}

/// Standard output of a client that adds the host with `file` open and runs `commands` here.
fn at_far_end(client: Program, folder: &Path, port: u16, file: &str, commands: &str) -> String {
    let done = client.run(folder, &[], &format!("=+ {};{commands}", uri(port, file)), "--");
    done.out().trim().to_owned()
}

/// Like `assert_eq`, for texts too long to be shown.
#[track_caller]
fn assert_same(got: &str, expected: &str) {
    let same = got.bytes().zip(expected.bytes()).take_while(|(a, b)| a == b).count();
    let (have, want) = (got.len(), expected.len());
    assert!(got == expected, "{have} bytes, expected {want}: they part at byte {same}");
}

fn uri(port: u16, path: &str) -> String {
    format!("rap://127.0.0.1:{port}/{path}")
}

fn words(output: &str) -> Vec<&str> {
    output.split_whitespace().collect()
}

/// Bytes of a file as `p8` prints them.
fn hex(folder: &Path, name: &str, offset: usize, length: usize) -> String {
    let bytes = std::fs::read(folder.join(name)).expect("an input");
    bytes[offset..offset + length].iter().map(|byte| format!("{byte:02x}")).collect()
}
