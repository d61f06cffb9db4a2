//! Every message comes back from its bytes however they are cut, and no bytes at all make a decoder panic.

use farad_wire::rap::{
    DecodeError, Limits, Reply, ReplyDecoder, ReplyEvent, Request, RequestDecoder, Whence,
    command_reply_header, read_reply_header, write_header,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = Vec<u8>> {
    vec(1u8..=255, 0..200)
}

fn request() -> impl Strategy<Value = Request> {
    let whence = prop_oneof![Just(Whence::Set), Just(Whence::Tell), Just(Whence::Size)];
    prop_oneof![
        (any::<u8>(), text()).prop_map(|(mode, name)| Request::Open { mode, name }),
        (0..=Limits::server().read).prop_map(|len| Request::Read { len }),
        vec(any::<u8>(), 0..2_000).prop_map(|data| Request::Write { data }),
        (whence, any::<u64>()).prop_map(|(whence, offset)| Request::Seek { whence, offset }),
        any::<u32>().prop_map(|fd| Request::Close { fd }),
        text().prop_map(|text| Request::Command { text }),
    ]
}

/// What a server sends: mostly replies, a command of its own now and then.
#[derive(Clone, Debug, PartialEq)]
enum Sent {
    Reply(Reply),
    Reverse(Vec<u8>),
}

fn sent() -> impl Strategy<Value = Sent> {
    prop_oneof![
        any::<u32>().prop_map(|fd| Sent::Reply(Reply::Open { fd })),
        vec(any::<u8>(), 0..2_000).prop_map(|data| Sent::Reply(Reply::Read { data })),
        any::<u32>().prop_map(|code| Sent::Reply(Reply::Write { code })),
        any::<u64>().prop_map(|offset| Sent::Reply(Reply::Seek { offset })),
        any::<u32>().prop_map(|code| Sent::Reply(Reply::Close { code })),
        vec(any::<u8>(), 0..2_000).prop_map(|text| Sent::Reply(Reply::Command { text })),
        text().prop_map(Sent::Reverse),
    ]
}

/// Cuts `bytes` into pieces of the lengths in `cuts`, over and over.
fn pieces<'a>(mut bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for &cut in cuts.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at(cut.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

fn decode_requests(pieces: &[&[u8]]) -> Result<(Vec<Request>, bool), DecodeError> {
    let mut decoder = RequestDecoder::new(Limits::server());
    let mut requests = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        while let Some(request) = decoder.next(&mut input)? {
            requests.push(request);
        }
        assert!(input.is_empty(), "'need more' leaves nothing behind");
    }
    Ok((requests, decoder.is_between_messages()))
}

fn decode_replies(pieces: &[&[u8]], limits: Limits) -> Result<(Vec<Sent>, bool), DecodeError> {
    let mut decoder = ReplyDecoder::new(limits);
    let mut all = Vec::new();
    let mut body = Vec::new();
    for piece in pieces {
        let mut input = *piece;
        while let Some(event) = decoder.next(&mut input)? {
            all.push(match event {
                ReplyEvent::ReadStart { .. } | ReplyEvent::CommandStart { .. } => {
                    body.clear();
                    continue;
                }
                ReplyEvent::ReadBytes(bytes) | ReplyEvent::CommandBytes(bytes) => {
                    assert!(!bytes.is_empty());
                    body.extend_from_slice(bytes);
                    continue;
                }
                ReplyEvent::Open { fd } => Sent::Reply(Reply::Open { fd }),
                ReplyEvent::ReadEnd => Sent::Reply(Reply::Read { data: body.clone() }),
                ReplyEvent::Write { code } => Sent::Reply(Reply::Write { code }),
                ReplyEvent::Seek { offset } => Sent::Reply(Reply::Seek { offset }),
                ReplyEvent::Close { code } => Sent::Reply(Reply::Close { code }),
                ReplyEvent::CommandEnd => {
                    assert_eq!(body.pop(), Some(0));
                    Sent::Reply(Reply::Command { text: body.clone() })
                }
                ReplyEvent::ReverseCommand { text } => Sent::Reverse(text),
            });
        }
        assert!(input.is_empty(), "'need more' leaves nothing behind");
    }
    Ok((all, decoder.is_between_messages()))
}

proptest! {
    #[test]
    fn requests_come_back_under_any_chunking(requests in vec(request(), 0..12), cuts in vec(1usize..40, 1..8)) {
        let mut bytes = Vec::new();
        for request in &requests {
            request.encode(&mut bytes).unwrap();
        }
        prop_assert_eq!(decode_requests(&pieces(&bytes, &cuts)), Ok((requests, true)));
    }

    #[test]
    fn replies_come_back_under_any_chunking(sent in vec(sent(), 0..12), cuts in vec(1usize..40, 1..8)) {
        let mut bytes = Vec::new();
        for one in &sent {
            match one {
                Sent::Reply(reply) => reply.encode(&mut bytes).unwrap(),
                Sent::Reverse(text) => Request::Command { text: text.clone() }.encode(&mut bytes).unwrap(),
            }
        }
        prop_assert_eq!(decode_replies(&pieces(&bytes, &cuts), Limits::client()), Ok((sent, true)));
    }

    #[test]
    fn garbage_gets_the_same_answer_however_it_is_cut(
        bytes in vec(prop_oneof![3 => 0u8..9, 1 => Just(0x82u8), 1 => 0x80u8..0x89, 1 => any::<u8>()], 0..400),
        cuts in vec(1usize..20, 1..8),
    ) {
        let whole = [bytes.as_slice()];
        prop_assert_eq!(decode_requests(&whole), decode_requests(&pieces(&bytes, &cuts)));
        let limits = Limits { reply: 1 << 16, ..Limits::client() };
        // A reply's command text without NUL is for the layer above; here it would trip the helper.
        let tame: Vec<u8> = bytes.iter().map(|&byte| if byte == 0x87 { 0x82 } else { byte }).collect();
        prop_assert_eq!(decode_replies(&[&tame], limits), decode_replies(&pieces(&tame, &cuts), limits));
    }
}

#[test]
fn bare_headers_are_those_of_whole_messages() {
    let body = vec![b'x'; 300];
    let mut out = Vec::new();
    Request::Write { data: body.clone() }.encode(&mut out).unwrap();
    assert_eq!(out[..5], write_header(300));
    out.clear();
    Reply::Read { data: body.clone() }.encode(&mut out).unwrap();
    assert_eq!(out[..5], read_reply_header(300));
    out.clear();
    Reply::Command { text: body }.encode(&mut out).unwrap();
    assert_eq!(out[..5], command_reply_header(301));
}
