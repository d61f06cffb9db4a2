//! The rap codec: nothing panics, nothing is kept beyond its limit, what is decoded encodes to the same message, and
//! how a stream was cut makes no difference.

use farad_wire::rap::hello::{Note, ServerHello};
use farad_wire::rap::trailer::TailSplitter;
use farad_wire::rap::{DecodeError, Limits, ReplyDecoder, ReplyEvent, Request, RequestDecoder};

/// Small, so that random bytes come on both sides of each.
const LIMITS: Limits = Limits { read: 4_096, write: 4_096, command: 4_096, reply: 8_192, reverse: 256 };

/// Decodes requests from `stream`, whole and cut into pieces as long as its first byte says.
pub fn requests(stream: &[u8]) {
    let Some((cut, stream)) = stream.split_first() else { return };
    let whole = decode_requests(std::iter::once(stream));
    assert_eq!(whole, decode_requests(stream.chunks(usize::from(*cut).max(1))));
    for request in whole.0 {
        let mut bytes = Vec::new();
        // A name of 255 bytes can come in, without its NUL, but cannot be sent.
        if request.encode(&mut bytes).is_ok() {
            assert_eq!(decode_requests(std::iter::once(bytes.as_slice())).0, [request]);
        }
    }
}

fn decode_requests<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Request>, Vec<DecodeError>) {
    let mut decoder = RequestDecoder::new(LIMITS);
    let (mut requests, mut errors) = (Vec::new(), Vec::new());
    for mut input in pieces {
        loop {
            match decoder.next(&mut input) {
                Ok(Some(request)) => requests.push(request),
                Ok(None) => break,
                Err(error) => {
                    errors.push(error);
                    if error.is_fatal() {
                        return (requests, errors);
                    }
                }
            }
        }
        assert!(input.is_empty());
    }
    (requests, errors)
}

/// Decodes replies from `stream`, cut as [`requests`] cuts, with every command's text parted from a trailer.
pub fn replies(stream: &[u8]) {
    let Some((cut, stream)) = stream.split_first() else { return };
    let whole = decode_replies(std::iter::once(stream));
    assert_eq!(whole, decode_replies(stream.chunks(usize::from(*cut).max(1))));
}

/// What a stream of replies came to: its small events as they are, its bodies joined.
#[derive(Debug, Default, PartialEq)]
struct Replies {
    events: Vec<String>,
    bodies: Vec<Vec<u8>>,
    error: Option<DecodeError>,
}

fn decode_replies<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Replies {
    let mut decoder = ReplyDecoder::new(LIMITS);
    let mut replies = Replies::default();
    let mut body = Vec::new();
    let mut splitter = TailSplitter::plain(0);
    for mut input in pieces {
        loop {
            match decoder.next(&mut input) {
                Ok(None) => break,
                Ok(Some(ReplyEvent::ReadBytes(bytes))) => body.extend_from_slice(bytes),
                Ok(Some(ReplyEvent::CommandBytes(bytes))) => body.extend_from_slice(splitter.push(bytes)),
                Ok(Some(ReplyEvent::CommandStart { len })) => splitter = TailSplitter::with_trailer(len),
                Ok(Some(ReplyEvent::CommandEnd)) => {
                    let splitter = std::mem::replace(&mut splitter, TailSplitter::plain(0));
                    replies.events.push(format!("{:?}", splitter.finish()));
                    replies.bodies.push(std::mem::take(&mut body));
                }
                Ok(Some(ReplyEvent::ReadEnd)) => replies.bodies.push(std::mem::take(&mut body)),
                Ok(Some(event)) => replies.events.push(format!("{event:?}")),
                Err(error) => {
                    replies.error = Some(error);
                    return replies;
                }
            }
        }
        assert!(input.is_empty());
    }
    replies
}

/// Reads `text` as either side's hello; what is understood is written the same after it was read again.
pub fn hellos(text: &[u8]) {
    if let Some(note) = Note::parse(text).map(|note| note.to_string()) {
        assert_eq!(Note::parse(note.as_bytes()).map(|note| note.to_string()), Some(note));
    }
    if let Some(answer) = ServerHello::parse(text).map(|hello| hello.to_string()) {
        assert_eq!(ServerHello::parse(answer.as_bytes()).map(|hello| hello.to_string()), Some(answer));
    }
}

/// What a target is asked and tells, and gdb's packets: anything is read or is not, and what is read is written alike.
pub fn targets(bytes: &[u8]) {
    use farad_wire::gdb::{Decoder, Features, StopReply};
    use farad_wire::target::{Reply, Request, decode, encode};
    if let Ok(request) = decode::<Request>(bytes) {
        assert_eq!(decode::<Request>(encode(&request).as_bytes()).ok(), Some(request));
    }
    if let Ok(reply) = decode::<Reply>(bytes) {
        assert_eq!(decode::<Reply>(encode(&reply).as_bytes()).ok(), Some(reply));
    }
    let mut decoder = Decoder::default();
    let _ = bytes.iter().try_for_each(|byte| decoder.push(*byte).map(drop));
    let _ = (StopReply::parse(bytes), Features::parse(&String::from_utf8_lossy(bytes)));
}
