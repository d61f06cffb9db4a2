//! Conversations captured between stock radare2 peers, replayed: the client's bytes go to farad's
//! server, whose replies have the captured framing and file bytes.
//!
//! What differs, and why:
//! - the number of a descriptor: a stock server tells its operating system's;
//! - the cursor after an open: a stock server maps a file at 0 over rap, so that its entry point
//!   is wrong; farad's is the address in the mapped session;
//! - the text of commands: it is held to the transcripts, not to these captures;
//! - a command that does not exist: farad says so, a stock server answers nothing.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod peer;

use std::path::Path;

use farad_wire::rap::{Limits, Reply, Request, RequestDecoder, Whence};
use peer::{Peer, Server, replies};

/// The bytes of each direction of a capture.
fn conversation(path: &Path) -> (Vec<u8>, Vec<u8>) {
    let (mut client, mut server) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(path).expect("a capture").lines() {
        let mut strings = line.split('"').skip(3).step_by(4);
        let to = if strings.next() == Some(">") { &mut client } else { &mut server };
        let hex = strings.next().expect("hex");
        to.extend((0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")));
    }
    (client, server)
}

fn requests(mut bytes: &[u8]) -> Vec<Request> {
    let mut decoder = RequestDecoder::new(Limits::server());
    std::iter::from_fn(|| decoder.next(&mut bytes).expect("a request")).collect()
}

#[test]
fn captured_clients_are_answered_as_they_were() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let original = root.join("tests/golden/inputs/vault.x86_64.elf");
    let mut compared = 0;
    for entry in std::fs::read_dir(root.join("crates/wire/tests/data")).expect("the captures") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (client, captured) = conversation(&path);
        let captured = replies(&captured);
        let server = Server::start("malloc://64", &[]);
        // A capture writes: each has a copy.
        let file = server.file("vault.x86_64.elf", &std::fs::read(&original).expect("the input"));
        let mut peer = Peer::connect(server.port);
        let mut captured = captured.into_iter();
        let mut is_set = false;
        for request in requests(&client) {
            let sent = match &request {
                Request::Open { mode, name } if name == b"vault.x86_64.elf" => {
                    Request::Open { mode: *mode, name: file.clone().into_bytes() }
                }
                request => request.clone(),
            };
            peer.send(&sent);
            let (Some(expected), got) = (captured.next(), peer.reply()) else {
                assert!(matches!(request, Request::Open { .. }), "{name}: {request:?}");
                continue;
            };
            let got = got.unwrap_or_else(|| panic!("{name}: hung up at {request:?}"));
            match (&request, &expected, &got) {
                (Request::Open { .. }, Reply::Open { .. }, Reply::Open { .. }) => {}
                (Request::Seek { whence: Whence::Tell, .. }, Reply::Seek { .. }, Reply::Seek { .. })
                    if !is_set => {}
                (Request::Command { text }, Reply::Command { text: was }, Reply::Command { text: is }) => {
                    if text.is_empty() {
                        assert_eq!(was, is, "{name}");
                    }
                    assert_eq!(is.last(), Some(&0), "{name}: {request:?}");
                    // A command may have moved it.
                    is_set &= text.is_empty();
                }
                _ => assert!(expected == got, "{name}: {request:?}: {expected:?} was {got:?}"),
            }
            is_set |= matches!(request, Request::Seek { whence: Whence::Set, .. });
            compared += 1;
        }
        if name.contains("missing") {
            assert!(peer.reply().is_none(), "what cannot be opened is hung up on");
        }
    }
    assert!(compared > 300, "{compared}");
}
