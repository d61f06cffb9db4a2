use proptest::prelude::*;

use super::*;

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
    fn heads_come_back(kind in 0usize..4, len in 0usize..frame::LIMIT, garbage in any::<[u8; frame::HEAD]>()) {
        let kind = [frame::Kind::Request, frame::Kind::Reply, frame::Kind::Output, frame::Kind::Interrupt][kind];
        prop_assert_eq!(frame::parse(frame::head(kind, len)), Some((kind, len)));
        prop_assert!(frame::parse(garbage).is_none_or(|(_, len)| len <= frame::LIMIT));
    }

    #[test]
    fn bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let bytes = Bytes(bytes);
        prop_assert_eq!(decode::<Bytes>(encode(&bytes).as_bytes()).unwrap(), bytes);
    }
}
