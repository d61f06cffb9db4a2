//! The client against a real radare2 as the server. `FARAD_PEER` is the command that starts one, split at blanks.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{RapClient, RapOptions};
use crate::ctx::Ctx;
use crate::error::{Error, Stage};
use crate::perm::Perm;
use crate::uri::Transport;

/// A server that ends with the test.
struct Peer {
    child: Child,
    transport: Transport,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Peer {
    /// `None`, loudly, where there is no peer to test with.
    fn start() -> Option<Peer> {
        let Ok(peer) = std::env::var("FARAD_PEER") else {
            eprintln!("SKIPPED: FARAD_PEER names no radare2 to test against");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut words = peer.split_whitespace();
        let child = Command::new(words.next().unwrap())
            .args(words)
            .args(["-N", &format!("rap://:{port}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let transport = Transport::Network { host: "127.0.0.1".to_owned(), port };
        let peer = Peer { child, transport };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "the peer does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(peer)
    }

    fn connect(&self, path: Option<&str>, perm: Perm) -> crate::Result<RapClient> {
        let options = RapOptions { perm, ..RapOptions::default() };
        RapClient::connect(&self.transport, path, options, &Ctx::owner())
    }
}

fn run(client: &mut RapClient, line: &str) -> String {
    let mut out = Vec::new();
    client.command(line, &mut out, &Ctx::owner()).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_real_server_is_read_written_and_commanded() {
    let Some(peer) = Peer::start() else { return };
    let ctx = Ctx::owner();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mut file: Vec<u8> = (0..150_000u32).map(|at| (at * 7 + at / 253) as u8).collect();
    std::fs::write(&path, &file).unwrap();
    let path = path.to_str().unwrap();

    let mut client = peer.connect(Some(path), Perm::RX).unwrap();
    assert!(!client.is_farad());
    assert_eq!(client.size(), 150_000);
    run(&mut client, "s 0x123");
    run(&mut client, "b 64");
    let mut buf = vec![0; 200_000];
    let before = client.traffic().trips;
    assert_eq!(client.read_at(0, &mut buf, &ctx).unwrap(), 150_000);
    assert!(buf[..150_000] == file);
    assert_eq!(client.read_at(149_000, &mut buf, &ctx).unwrap(), 1_000);
    assert!(client.traffic().trips - before <= 2);
    assert_eq!(run(&mut client, "?v $$;?v $b"), "0x123\n0x40\n");
    assert_eq!(run(&mut client, "?e hello"), "hello\n");
    let before = client.traffic().trips;
    let mut out = Vec::new();
    assert_eq!(client.command_and_seek("?e moving;s 0x456", &mut out, &ctx).unwrap().1, Some(0x456));
    assert_eq!((out.as_slice(), client.traffic().trips - before), (b"moving\n".as_slice(), 1));
    assert!(run(&mut client, "px 20000").len() > 16_384);
    client.close();

    let missing = peer.connect(Some("/nonexistent/file"), Perm::RX).err().unwrap();
    assert!(matches!(missing, Error::Peer { stage: Stage::Open, .. }), "{missing}");

    let mut client = peer.connect(Some(path), Perm::RWX).unwrap();
    let patch = vec![0x5a; 10_000];
    client.write_at(1_000, &patch, &ctx).unwrap();
    file[1_000..11_000].copy_from_slice(&patch);
    assert_eq!(client.read_at(0, &mut buf, &ctx).unwrap(), 150_000);
    assert!(buf[..150_000] == file);
    client.close();
    assert!(std::fs::read(path).unwrap() == file);

    let mut client = peer.connect(None, Perm::RX).unwrap();
    assert_eq!(run(&mut client, "?e still there"), "still there\n");
}
