//! What instructions do, apart from their text.

use farad_arch::{Decoder, Direction, Instruction, Kind, Settings};

/// Decodes one little-endian instruction.
fn decode(arch: &str, bits: u32, addr: u64, bytes: &[u8]) -> Instruction {
    let decoder = Decoder::new(&Settings::new(arch, bits)).expect("a known mode");
    decoder.decode(bytes, addr).expect("an instruction")
}

#[test]
fn branches_say_where_they_go() {
    // Architecture, bits, bytes at 0x1000, kind, target, and where it goes on otherwise.
    type Row = (&'static str, u32, &'static [u8], Kind, Option<u64>, Option<u64>);
    let rows: &[Row] = &[
        ("x86", 64, &[0xe8, 0, 1, 0, 0], Kind::Call, Some(0x1105), Some(0x1005)),
        ("x86", 64, &[0xeb, 0xfe], Kind::Jump, Some(0x1000), None),
        ("x86", 64, &[0x74, 0x10], Kind::ConditionalJump, Some(0x1012), Some(0x1002)),
        ("x86", 64, &[0xff, 0xd0], Kind::RegisterCall, None, None),
        ("x86", 64, &[0xff, 0x15, 0, 1, 0, 0], Kind::IndirectCall, None, None),
        ("x86", 64, &[0xff, 0x25, 0, 1, 0, 0], Kind::IndirectJump, None, None),
        ("x86", 64, &[0xff, 0x24, 0x08], Kind::UnknownJump, None, None),
        ("x86", 64, &[0xf2, 0xc3], Kind::Return, None, None),
        ("x86", 32, &[0xea, 4, 3, 2, 1, 8, 0], Kind::Jump, Some(0x0102_0304), None),
        ("arm", 32, &[0x02, 0, 0, 0xeb], Kind::Call, Some(0x1010), Some(0x1004)),
        ("arm", 32, &[0x02, 0, 0, 0x0a], Kind::ConditionalJump, Some(0x1010), Some(0x1004)),
        ("arm", 32, &[0x1e, 0xff, 0x2f, 0xe1], Kind::Return, None, None),
        ("arm", 32, &[0x1e, 0xff, 0x2f, 0x01], Kind::ConditionalReturn, None, None),
        ("arm", 32, &[0x30, 0x88, 0xbd, 0xe8], Kind::Return, None, None),
        ("arm", 16, &[0x02, 0xd0], Kind::ConditionalJump, Some(0x1008), Some(0x1002)),
        ("arm", 64, &[0x02, 0, 0, 0x94], Kind::Call, Some(0x1008), Some(0x1004)),
        ("arm", 64, &[0x40, 0, 0, 0x54], Kind::ConditionalJump, Some(0x1008), Some(0x1004)),
        ("arm", 64, &[0xc0, 0x03, 0x5f, 0xd6], Kind::Return, None, None),
        ("arm", 64, &[0, 0, 0x3f, 0xd6], Kind::RegisterCall, None, None),
        ("mips", 32, &[0x02, 0, 0x40, 0x10], Kind::ConditionalJump, Some(0x100c), Some(0x1008)),
        ("mips", 32, &[0x08, 0, 0xe0, 0x03], Kind::Return, None, None),
        ("ppc", 64, &[0x08, 0, 0x82, 0x41], Kind::ConditionalJump, Some(0x1008), Some(0x1004)),
        ("ppc", 64, &[0x09, 0, 0, 0x48], Kind::Call, Some(0x1008), Some(0x1004)),
        ("ppc", 64, &[0x20, 0, 0x80, 0x4e], Kind::Return, None, None),
        ("riscv", 64, &[0x11, 0xc1], Kind::ConditionalJump, Some(0x1004), Some(0x1002)),
        ("riscv", 64, &[0xef, 0, 0x80, 0x00], Kind::Call, Some(0x1008), Some(0x1004)),
        ("riscv", 64, &[0x82, 0x80], Kind::Return, None, None),
        ("6502", 8, &[0x4c, 0x34, 0x12], Kind::Jump, Some(0x1234), None),
        ("m68k", 32, &[0x4e, 0x75], Kind::Return, None, None),
        ("bpf", 64, &[0x05, 0, 2, 0, 0, 0, 0, 0], Kind::Jump, Some(0x1018), None),
    ];
    for &(arch, bits, bytes, kind, jump, fail) in rows {
        let found = decode(arch, bits, 0x1000, bytes);
        assert_eq!((found.kind, found.jump, found.fail), (kind, jump, fail), "{arch} {}", found.text());
    }
}

#[test]
fn data_addresses_are_absolute() {
    let lea = decode("x86", 64, 0x20_13b1, &[0x48, 0x8d, 0x3d, 0xa8, 0xed, 0xff, 0xff]);
    assert_eq!((lea.pointer, lea.pointer_size), (Some(0x20_0160), Some(8)));
    assert_eq!(lea.render(true, |_| None), "lea rdi, [0x00200160]");
    assert_eq!(lea.render(true, |_| Some("obj.banner".to_owned())), "lea rdi, obj.banner");
    assert_eq!(lea.render(false, |_| None), "lea rdi, [rip - 0x1258]");

    let absolute = decode("x86", 32, 0, &[0x89, 0x05, 0x27, 0x11, 0, 0]);
    assert_eq!((absolute.pointer, absolute.pointer_size), (Some(0x1127), Some(4)));
    assert_eq!(absolute.render(true, |_| Some("obj.x".to_owned())), "mov dword [obj.x], eax");

    let thread = decode("x86", 64, 0, &[0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0]);
    assert_eq!(thread.pointer, None, "{}", thread.text());

    let literal = decode("arm", 32, 0x2_03a0, &[0x40, 0, 0x9f, 0xe5]);
    assert_eq!((literal.pointer, literal.pointer_size), (Some(0x2_03e8), Some(4)));

    let page = decode("arm", 64, 0x21_03a8, &[0x80, 0xff, 0xff, 0x90]);
    assert_eq!((page.kind, page.pointer, page.pointer_size), (Kind::Lea, Some(0x20_0000), None));
    assert_eq!(page.render(true, |_| Some("segment.LOAD0".to_owned())), "adrp x0, segment.LOAD0");
}

#[test]
fn stack_and_immediates_are_noted() {
    let push = decode("x86", 64, 0, &[0x50]);
    assert_eq!((push.kind.name(), push.kind.number(), push.stack), ("rpush", 268_435_468, Some(8)));
    let sub = decode("x86", 64, 0, &[0x48, 0x83, 0xec, 0x28]);
    assert_eq!((sub.value, sub.stack, sub.noted), (Some(0x28), Some(40), None));
    let compare = decode("x86", 64, 0, &[0x83, 0xfe, 0x10]);
    assert_eq!((compare.kind, compare.noted), (Kind::Compare, Some(16)));
    let pair = decode("arm", 64, 0, &[0xfd, 0x7b, 0xbe, 0xa9]);
    assert_eq!((pair.kind, pair.direction), (Kind::Store, Some(Direction::Write)));
    assert_eq!((pair.displacement, pair.stack, pair.value), (Some(-32), Some(32), None));
    let list = decode("arm", 16, 0, &[0x70, 0xb5]);
    assert_eq!((list.kind, list.stack), (Kind::Push, Some(16)));
}

#[test]
fn thumb_conditions_reach_one_instruction_only() {
    let decoder = Decoder::new(&Settings::new("arm", 16)).expect("Thumb");
    let text = |addr, bytes: &[u8]| decoder.decode(bytes, addr).expect("an instruction").text();
    assert_eq!(text(0x10, &[0x04, 0xbf]), "itt eq");
    assert_eq!(text(0x12, &[0x01, 0x20]), "moveq r0, 1");
    assert_eq!(text(0x14, &[0x70, 0x47]), "bx lr");
    assert_eq!(text(0x10, &[0x04, 0xbf]), "itt eq");
    assert_eq!(text(0x40, &[0x01, 0x20]), "movs r0, 1");
}

#[test]
fn what_is_not_whole_is_no_instruction() {
    for (arch, bits, bytes) in
        [("x86", 64, &[0xe8, 0, 0][..]), ("arm", 64, &[0xc0, 3, 0x5f]), ("riscv", 64, &[3])]
    {
        let decoder = Decoder::new(&Settings::new(arch, bits)).expect("a known mode");
        assert_eq!(decoder.decode(bytes, 0), None, "{arch}");
        assert_eq!(decoder.decode(&[], 0), None, "{arch}");
    }
}
