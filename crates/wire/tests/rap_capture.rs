//! Conversations captured between stock radare2 peers decode completely in both directions, and what was decoded
//! encodes to the captured bytes again.

use std::path::Path;

use farad_wire::rap::trailer::TailSplitter;
use farad_wire::rap::{
    Limits, Reply, ReplyDecoder, ReplyEvent, Request, RequestDecoder, command_reply_header,
};

/// The bytes of each direction, in the segments they came in.
struct Conversation {
    name: String,
    client: Vec<Vec<u8>>,
    server: Vec<Vec<u8>>,
}

/// One line is `{"dir": ">" or "<", "hex": …}`; the writer never varies, so no JSON parser is needed.
fn segment(line: &str) -> (char, Vec<u8>) {
    let mut strings = line.split('"').skip(3).step_by(4);
    let direction = strings.next().and_then(|dir| dir.chars().next()).expect("a direction");
    let hex = strings.next().expect("hex");
    let bytes =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect();
    (direction, bytes)
}

fn conversations() -> Vec<Conversation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the captures") {
        let path = entry.expect("an entry").path();
        let mut conversation =
            Conversation { name: path.display().to_string(), client: Vec::new(), server: Vec::new() };
        for line in std::fs::read_to_string(&path).expect("a capture").lines() {
            match segment(line) {
                ('>', bytes) => conversation.client.push(bytes),
                (_, bytes) => conversation.server.push(bytes),
            }
        }
        all.push(conversation);
    }
    assert_eq!(all.len(), 6);
    all
}

fn requests(conversation: &Conversation) -> Vec<Request> {
    let mut decoder = RequestDecoder::new(Limits::server());
    let mut requests = Vec::new();
    for bytes in &conversation.client {
        let mut input = bytes.as_slice();
        while let Some(request) = decoder.next(&mut input).expect("a request") {
            requests.push(request);
        }
    }
    assert!(decoder.is_between_messages(), "{}", conversation.name);
    requests
}

#[test]
fn requests_decode_and_encode_to_the_captured_bytes() {
    for conversation in conversations() {
        let mut bytes = Vec::new();
        for request in requests(&conversation) {
            request.encode(&mut bytes).unwrap();
        }
        assert!(bytes == conversation.client.concat(), "{}", conversation.name);
    }
}

#[test]
fn replies_decode_and_encode_to_the_captured_bytes() {
    for conversation in conversations() {
        let mut decoder = ReplyDecoder::new(Limits::client());
        let mut bytes = Vec::new();
        let mut data = Vec::new();
        let mut text = Vec::new();
        let mut body_len = 0;
        let mut splitter = TailSplitter::plain(0);
        for segment in &conversation.server {
            let mut input = segment.as_slice();
            while let Some(event) = decoder.next(&mut input).expect("a reply") {
                let reply = match event {
                    ReplyEvent::Open { fd } => Reply::Open { fd },
                    ReplyEvent::Write { code } => Reply::Write { code },
                    ReplyEvent::Seek { offset } => Reply::Seek { offset },
                    ReplyEvent::Close { code } => Reply::Close { code },
                    ReplyEvent::ReadStart { .. } => continue,
                    ReplyEvent::ReadBytes(piece) => {
                        data.extend_from_slice(piece);
                        continue;
                    }
                    ReplyEvent::ReadEnd => Reply::Read { data: std::mem::take(&mut data) },
                    ReplyEvent::CommandStart { len } => {
                        body_len = len;
                        splitter = TailSplitter::plain(len);
                        continue;
                    }
                    ReplyEvent::CommandBytes(piece) => {
                        text.extend_from_slice(splitter.push(piece));
                        continue;
                    }
                    ReplyEvent::CommandEnd if body_len == 0 => {
                        bytes.extend_from_slice(&command_reply_header(0));
                        continue;
                    }
                    ReplyEvent::CommandEnd => {
                        let splitter = std::mem::replace(&mut splitter, TailSplitter::plain(0));
                        text.extend_from_slice(&splitter.finish().expect("an end").text);
                        Reply::Command { text: std::mem::take(&mut text) }
                    }
                    ReplyEvent::ReverseCommand { text } => panic!("unexpected command {text:?}"),
                };
                reply.encode(&mut bytes).unwrap();
            }
        }
        assert!(decoder.is_between_messages(), "{}", conversation.name);
        assert!(bytes == conversation.server.concat(), "{}", conversation.name);
    }
}

#[test]
fn the_captures_hold_what_they_were_taken_for() {
    let all: Vec<Request> = conversations().iter().flat_map(requests).collect();
    let has = |wanted: &Request| all.contains(wanted);
    assert!(has(&Request::Open { mode: 0, name: b"no-such-file".to_vec() }));
    assert!(has(&Request::Command { text: b"?e hello".to_vec() }));
    assert!(has(&Request::Command { text: Vec::new() }));
    assert!(has(&Request::Read { len: 0x100 }));
    assert!(all.iter().any(|request| matches!(request, Request::Write { .. })));
}
