use super::{Names, NumberFault, evaluate};
use proptest::prelude::*;

/// A few names, and memory that counts up.
struct Fixed;

impl Names for Fixed {
    fn lookup(&mut self, name: &str) -> Option<u64> {
        match name {
            "sym.main" => Some(0x1000),
            "beh" => Some(7),
            _ => None,
        }
    }

    fn variable(&mut self, name: &str) -> Option<u64> {
        match name {
            "$" => Some(0x30),
            "b" => Some(0x100),
            "?" => Some(5),
            "r:rip" => Some(0x2000),
            "{io.va}" => Some(1),
            _ => None,
        }
    }

    fn memory(&mut self, addr: u64, size: usize) -> Option<u64> {
        (addr < 0x100).then(|| addr + size as u64)
    }
}

fn value(text: &str) -> u64 {
    evaluate(text, &mut Fixed).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn fault(text: &str) -> (usize, NumberFault) {
    let error = evaluate(text, &mut Fixed).expect_err(text);
    (error.position, error.fault)
}

#[test]
fn literals() {
    for (text, expected) in [
        ("10K", 0x2800),
        ("10k", 0x2800),
        ("1.5K", 0x600),
        ("3.7M", 0x3b_3333),
        ("1G", 0x4000_0000),
        ("0b1010", 10),
        ("1010b", 10),
        ("0o17", 15),
        ("17o", 15),
        ("017", 15),
        ("0", 0),
        ("10t", 3),
        ("0t12", 5),
        ("10d", 10),
        ("10h", 16),
        ("fh", 15),
        ("0fh", 15),
        ("abch", 0xabc),
        ("beh", 7),
        ("1.5", 1),
        ("100.", 100),
        (".5", 0),
        ("0.9", 0),
        ("'a'", 0x61),
        ("'''", 0x27),
        ("'\\n'", 10),
        ("18446744073709551615", u64::MAX),
        ("0XfF", 255),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn operators() {
    for (text, expected) in [
        ("-1", u64::MAX),
        ("-2", u64::MAX - 1),
        ("0-4", 4_u64.wrapping_neg()),
        ("(1+2)*3", 9),
        ("2+3*4", 14),
        ("2-1*3", u64::MAX),
        ("8-4-2", 2),
        ("8/4*2", 4),
        ("100%7", 2),
        ("0xff&0x0f", 0xf),
        ("0xf0|0x0f", 0xff),
        ("7^2", 5),
        ("1<<4", 16),
        ("1<<2+1", 5),
        ("1+1<<2", 8),
        ("1<<4-1", 15),
        ("1<<63", 1 << 63),
        ("1<<64", 1),
        ("1<<<1", 2),
        ("0xffffffffffffffff+2", 1),
        ("0x7fffffffffffffff*2", u64::MAX - 1),
        ("-7/2", 0x7fff_ffff_ffff_fffc),
        ("0x41-'a'", 0x20_u64.wrapping_neg()),
        ("1-(-1)", 2),
        (" 1 + 2 ", 3),
        ("3 -1", 2),
        ("!0", 1),
        ("~0", u64::MAX),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn names_memory_and_segments() {
    for (text, expected) in [
        ("$$+4", 0x34),
        ("$$-sym.main", 0x30_u64.wrapping_sub(0x1000)),
        ("$b*2", 0x200),
        ("$?", 5),
        ("$r:rip", 0x2000),
        ("$r{rip}+1", 0x2001),
        ("${io.va}", 1),
        ("[0x10]", 0x18),
        ("[0x10:4]+1", 0x15),
        ("[$$ : 2]", 0x32),
        ("[[0]:1]", 9),
        ("0x1234:5", 0x12345),
        ("1234:0010", 0x12350),
        ("0x10:0x10", 0x110),
        ("0x41414141:0", 0x4141_4141),
        ("0x10000:4", 0x10000),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn errors_say_where() {
    for (text, expected) in [
        ("", (0, NumberFault::Missing)),
        ("1+", (2, NumberFault::Missing)),
        ("1/0", (1, NumberFault::DivisionByZero)),
        ("5 % (1-1)", (2, NumberFault::DivisionByZero)),
        ("4+nosuch", (2, NumberFault::UnknownName("nosuch".into()))),
        ("$nosuch", (0, NumberFault::NoVariable("$nosuch".into()))),
        ("(1+2", (0, NumberFault::Unclosed('('))),
        ("[1", (0, NumberFault::Unclosed('['))),
        ("'a", (0, NumberFault::Unclosed('\''))),
        ("1 2", (2, NumberFault::Trailing('2'))),
        ("1)", (1, NumberFault::Trailing(')'))),
        ("08", (0, NumberFault::Malformed("08".into()))),
        ("0xfg", (0, NumberFault::Malformed("0xfg".into()))),
        ("0x", (0, NumberFault::Malformed("0x".into()))),
        ("0x10K", (0, NumberFault::Malformed("0x10K".into()))),
        ("1.2.3", (0, NumberFault::Malformed("1.2.3".into()))),
        ("0x1ffffffffffffffff", (0, NumberFault::TooLarge("0x1ffffffffffffffff".into()))),
        ("99999999999G", (0, NumberFault::TooLarge("99999999999G".into()))),
        ("[0:3]", (3, NumberFault::Size(3))),
        ("[0x1000]", (0, NumberFault::Unreadable(0x1000))),
    ] {
        assert_eq!(fault(text), expected, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    assert_eq!(fault(&"(".repeat(100_000)).1, NumberFault::TooDeep);
    assert_eq!(fault(&"-".repeat(100_000)).1, NumberFault::TooDeep);
    assert_eq!(fault(&"[".repeat(100_000)).1, NumberFault::TooDeep);
}

proptest! {
    #[test]
    fn any_text_gives_a_value_or_a_place(text in "\\PC*|[-+*/%&|^<>!~()\\[\\]':$.0-9a-hKx ]*") {
        if let Err(error) = evaluate(&text, &mut Fixed) {
            prop_assert!(error.position <= text.len());
        }
    }

    #[test]
    fn every_number_reads_back(number: u64) {
        prop_assert_eq!(value(&number.to_string()), number);
        prop_assert_eq!(value(&format!("{number:#x}")), number);
        prop_assert_eq!(value(&format!("{number:#b}")), number);
        prop_assert_eq!(value(&format!("{number:#o}")), number);
    }
}
