use proptest::prelude::*;

use super::*;

const KINDS: [frame::Kind; 4] =
    [frame::Kind::Request, frame::Kind::Reply, frame::Kind::Output, frame::Kind::Interrupt];

#[test]
fn messages_come_back() {
    let resume = Resume {
        how: How::Step(3),
        until: vec![1, u64::MAX],
        signal: Some(11),
        stops: Stops { forks: true, ..Stops::default() },
        signals: Signals { pass: vec![14], ..Signals::default() },
        look: Look { before: 1, code: 2, stack: 3, maps: true },
        known: vec![Known { addr: 1, len: 2, hash: u64::MAX }],
        output: 0,
    };
    for request in [
        Request::Describe,
        Request::Resume(resume),
        Request::Insert(Point { addr: 4096, kind: PointKind::Access, len: 8 }),
        Request::SetRegisters { thread: 7, bank: Bank::Float, bytes: vec![0, 0xff, 0x10].into() },
        Request::Start(Start::Attach { pid: 3 }),
        Request::End(End::Close),
    ] {
        assert_eq!(decode::<Request>(encode(&request).as_bytes()).unwrap(), request);
    }
    let stop = Stop {
        reason: Reason::Signal { number: 11, code: 1, addr: 8 },
        events: vec![Event::Exec { path: "/bin/true".to_owned() }],
        memory: vec![(u64::MAX, vec![1].into())],
        ..Stop::default()
    };
    for reply in
        [Reply::Done, Reply::Number(None), Reply::Stop(Box::new(stop)), Reply::Maps(vec![Area::default()])]
    {
        assert_eq!(decode::<Reply>(encode(&reply).as_bytes()).unwrap(), reply);
    }
}

#[test]
fn conditions_look_at_registers() {
    let register = |offset, bits| Operand::Register { offset, bits };
    let general = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0xff];
    let holds = |left, sign, right| Condition(vec![vec![Comparison { left, sign, right }]]).holds(&general);
    assert!(holds(register(0, 64), Sign::Equal, Operand::Constant(0x8877_6655_4433_2211)));
    assert!(holds(register(8, 8), Sign::Equal, Operand::Constant(0x22)));
    assert!(holds(register(4, 1), Sign::Greater, Operand::Constant(0)));
    assert!(holds(register(64, 64), Sign::LessEqual, Operand::Constant(0xff)));
    assert!(!holds(register(4000, 64), Sign::Unequal, Operand::Constant(0)));
    assert!(Condition::default().holds(&[]));
}

#[test]
fn what_is_new_is_passed_over_and_what_is_wrong_refused() {
    let known = decode::<Request>(br#"{"ask":"resume","how":"continue","later":{"x":1}}"#).unwrap();
    assert!(matches!(known, Request::Resume(Resume { how: How::Continue, .. })));
    for wrong in ["", "{}", r#"{"ask":"later"}"#, r#"{"ask":"write","addr":1,"bytes":"abc"}"#, "[1"] {
        assert!(decode::<Request>(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn anything_decodes_or_does_not(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode::<Request>(&bytes);
        let _ = decode::<Reply>(&bytes);
    }

    #[test]
    fn frames_come_back_in_any_pieces(
        frames in proptest::collection::vec((0usize..4, proptest::collection::vec(any::<u8>(), 0..40)), 0..8),
        cuts in proptest::collection::vec(1usize..20, 1..20),
    ) {
        let sent: Vec<_> = frames.into_iter().map(|(kind, message)| (KINDS[kind], message)).collect();
        let stream: Vec<u8> = sent.iter().flat_map(|(kind, message)| frame::encode(*kind, message)).collect();
        let (mut came, mut rest, mut cuts) = (frame::Frames::default(), stream.as_slice(), cuts.iter().cycle());
        let mut heard = Vec::new();
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
            came.push(piece);
            rest = behind;
            while let Some(frame) = came.take().unwrap() {
                heard.push(frame);
            }
        }
        prop_assert_eq!(heard, sent);
    }

    #[test]
    fn what_is_no_frame_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut came = frame::Frames::default();
        came.push(&bytes);
        let mut left = bytes.as_slice();
        loop {
            match came.take() {
                Ok(Some((kind, message))) => {
                    let whole = frame::encode(kind, &message);
                    prop_assert!(left.starts_with(&whole));
                    left = &left[whole.len()..];
                }
                Ok(None) => break,
                Err(frame::NoFrame { .. }) => {
                    let len = left[1..5].iter().fold(0, |len, byte| len << 8 | usize::from(*byte));
                    prop_assert!(!b"qaoi".contains(&left[0]) || len > frame::LIMIT);
                    break;
                }
            }
        }
    }

    #[test]
    fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let bytes = Bytes(bytes);
        prop_assert_eq!(decode::<Bytes>(encode(&bytes).as_bytes()).unwrap(), bytes);
    }
}
