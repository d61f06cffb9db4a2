//! Captured rap conversations, and their replay against a server.
//!
//! Frames are told apart here by the format's description alone, not by farad's codec: a mistake there cannot hide here.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

/// One request, and the server's reply to it: none when it hung up instead.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Vec<u8>,
    pub(crate) reply: Option<Vec<u8>>,
}

/// The exchanges of a capture, a JSON object `{"dir": ">" or "<", "hex": …}` for each segment.
pub(crate) fn load(path: &Path) -> Vec<Exchange> {
    let text = std::fs::read_to_string(path).expect("a capture");
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).expect("a segment");
        let stream = if value["dir"] == ">" { &mut up } else { &mut down };
        stream.extend(unhex(value["hex"].as_str().expect("a segment's bytes")));
    }
    let (mut up, mut down) = (up.as_slice(), down.as_slice());
    let mut exchanges = Vec::new();
    while !up.is_empty() {
        let request = frame(&mut up).expect("a whole request");
        exchanges.push(Exchange { request, reply: frame(&mut down).ok() });
    }
    assert!(down.is_empty(), "{} holds replies to no request", path.display());
    exchanges
}

/// A client that sends frames as they are.
pub(crate) struct Replay(TcpStream);

impl Replay {
    pub(crate) fn connect(port: u16) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit on reading");
        Self(stream)
    }

    /// The reply to a request; `None` when the server hung up.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Option<Vec<u8>> {
        self.0.write_all(request).ok()?;
        match frame(&mut self.0) {
            Ok(reply) => Some(reply),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("no reply within 5 s"),
            Err(_) => None,
        }
    }
}

/// The next frame of a stream, whole, either way.
fn frame(stream: &mut impl Read) -> std::io::Result<Vec<u8>> {
    const REPLY: u8 = 0x80;
    let mut bytes = Vec::new();
    more(stream, &mut bytes, 1)?;
    match bytes[0] {
        1 => {
            more(stream, &mut bytes, 2)?;
            let length = usize::from(bytes[2]);
            more(stream, &mut bytes, length)?;
        }
        4 => more(stream, &mut bytes, 9)?,
        op if op == REPLY | 4 => more(stream, &mut bytes, 8)?,
        op => {
            more(stream, &mut bytes, 4)?;
            let length = bytes[1..5].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            if matches!(op, 3 | 7) || matches!(op ^ REPLY, 2 | 7) {
                more(stream, &mut bytes, length)?;
            }
        }
    }
    Ok(bytes)
}

fn more(stream: &mut impl Read, bytes: &mut Vec<u8>, length: usize) -> std::io::Result<()> {
    let from = bytes.len();
    bytes.resize(from + length, 0);
    stream.read_exact(&mut bytes[from..])
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("digits");
            u8::from_str_radix(pair, 16).expect("digits")
        })
        .collect()
}
