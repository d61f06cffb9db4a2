use super::{GrepFilter, HOLD_LIMIT};
use crate::lang::Grep;
use proptest::prelude::*;

fn filtered(form: &str, text: &str, chunk: usize) -> String {
    let mut filter = GrepFilter::new(Grep::parse(form).expect(form));
    let mut shown = Vec::new();
    let mut out = |bytes: &[u8]| {
        shown.extend_from_slice(bytes);
        Ok(())
    };
    for part in text.as_bytes().chunks(chunk) {
        filter.feed(part, &mut out).expect("within the limit");
    }
    filter.finish(&mut out).expect("within the limit");
    String::from_utf8(shown).expect("text stays text")
}

fn check(rows: &[(&str, &str, &str)]) {
    for (form, text, expected) in rows {
        for chunk in [1, 3, 1000] {
            assert_eq!(&filtered(form, text, chunk), expected, "{text:?} ~{form}");
        }
    }
}

#[test]
fn words() {
    check(&[
        ("", "a\nb", "a\nb"),
        ("b", "a\nb\nab", "b\nab\n"),
        ("a,b", "a\nb\nc\n", "a\nb\n"),
        ("&a,b", "a\nb\nab\n", "ab\n"),
        ("!b", "a\n\nb\nc\n", "a\nc\n"),
        ("!b,c", "a\nb\nc\n", "a\n"),
        ("^a", "ab\nba\n", "ab\n"),
        ("!^a", "ab\nba\nc\n", "ba\nc\n"),
        ("a$", "ab\nba\n", "ba\n"),
        ("^a$", "ab\na\nba\n", "a\n"),
        ("+A", "ab\nBA\nc\n", "ab\nBA\n"),
        ("!", "a\nb\n", ""),
    ]);
}

#[test]
fn ranges() {
    let abc = "a\nb\nc\n";
    check(&[
        (":1", abc, "b\n"),
        (":1", "a\n\nb\n", "\n"),
        (":1..2", abc, "b\n"),
        (":1..", abc, "b\nc\n"),
        (":..2", abc, "a\nb\n"),
        (":-1", abc, "c\n"),
        (":-2", abc, "b\n"),
        (":-5", abc, ""),
        (":-5..", abc, "a\nb\nc\n"),
        (":-2..-1", abc, "b\n"),
        (":-2..", abc, "b\nc\n"),
        (":1..-1", abc, "b\n"),
        (":0..-3", abc, ""),
        (":-2..2", abc, "b\n"),
        (":3", abc, ""),
        ("ab:1", "ab\nx\nab\n", "ab\n"),
    ]);
}

#[test]
fn columns_counts_and_sorting() {
    check(&[
        ("[1]", "foo  bar baz\n", "bar\n"),
        ("[2,0]", "a b c", "a c\n"),
        ("[0-1]", "a b c", "a b\n"),
        ("[1-]", "a b c", "b c\n"),
        ("[7]", "a b c", ""),
        ("[0]", "a=1;b,c", "a\n"),
        ("?", "a\n\nb\n", "2\n"),
        ("?", "", "0\n"),
        ("?.", "a\n\nb\n", "5\n"),
        ("b?", "a\nb\nbb\n", "2\n"),
        ("ab[1]:1", "ab x\nab y\n", "y\n"),
        ("$", "c\n\nb\na\n", "a\nb\nc\n"),
        ("$!", "c\nb\na\n", "c\nb\na\n"),
        ("$", "10\n9\n0x8\n-3\n", "-3\n0x8\n9\n10\n"),
        ("$1", "a 10\nb 9\nc 0x8\n", "c 0x8\nb 9\na 10\n"),
        ("$[1]", "c 1\nb 3\na 2\n", "1\n2\n3\n"),
        ("$:0", "b\na\n", "a\n"),
        ("$?", "b\na\n", "2\n"),
    ]);
}

#[test]
fn json_layout() {
    check(&[
        ("{}", "[0,1]\n", "[\n  0,\n  1\n]\n"),
        ("{}", "{a:1,b:2}\n", "{\n  a: 1,\n  b: 2\n}\n"),
        ("{}", "{a : [1 , \"x,\\\"{\"] }", "{\n  a: [\n    1,\n    \"x,\\\"{\"\n  ]\n}\n"),
        ("{}", "[]", "[\n  \n]\n"),
        ("{}", "hello\n", "hello\n"),
        ("{}", "{a:1", "{\n  a: 1\n"),
        ("{}", "}}]]\n", "}}]]\n"),
        ("{}b", "{a:1,b:2}", "  b: 2\n"),
        ("{}?", "{\"a\":18446744073709551615}", "3\n"),
        ("{:", "[0,1,2]\n", "0\n1\n2\n"),
        ("{:", "{\"a\":{\"b\":1},\"c\":2}\n", "a: \n  b: 1\nc: 2\n"),
        ("{:", "[{a:1,b:2},{a:3}]\n", "\n  a: 1\n  b: 2\n\n  a: 3\n"),
    ]);
}

#[test]
fn json_paths() {
    let text = "{\"a\": {\"b\": [1, \"x\\ny\", 18446744073709551615]}, \"hex.cols\": 16, \"f\": 1.50}\n";
    check(&[
        ("{a.b[1]}", text, "x\ny\n"),
        ("{a.b[2]}", text, "18446744073709551615\n"),
        ("{a}", text, "{\"b\": [1, \"x\\ny\", 18446744073709551615]}\n"),
        ("{.a.b[0]}", text, "1\n"),
        ("{a[b][0]}", text, "1\n"),
        ("{hex.cols}", text, "16\n"),
        ("{f}", text, "1.50\n"),
        ("{[1].a}", "[{\"a\":1},{\"a\":true}]", "true\n"),
        ("{[5]}", "[1]", ""),
        ("{zz}", text, ""),
        ("{a.b}", "{a:{b:1}}\n", "{a:{b:1}}\n"),
        ("{a}", "{\"a\":", "{\"a\":"),
    ]);
}

#[test]
fn what_is_held_is_bounded() {
    let mut filter = GrepFilter::new(Grep::parse("$").expect("a filter"));
    let line = vec![b'x'; 1 << 20];
    let mut out = |_: &[u8]| Ok(());
    let result = (0..=HOLD_LIMIT >> 20).try_for_each(|_| {
        filter.feed(&line, &mut out)?;
        filter.feed(b"\n", &mut out)
    });
    assert_eq!(result.expect_err("over the limit").kind(), std::io::ErrorKind::FileTooLarge);
}

#[test]
fn deep_brackets_do_not_recurse() {
    let deep = "[".repeat(10_000);
    filtered("{}", &deep, 1000);
    assert_eq!(filtered("{[0]}", &deep, 1000), deep);
}

proptest! {
    #[test]
    fn chunking_does_not_matter(
        form in "[!&+^$]{0,2}(a|b,c)?(\\[[0-2]\\])?(:-?[0-3](\\.\\.-?[0-3])?)?\\??|\\{\\}|\\{:|\\{a\\}",
        text in "[abc \n{}\":,\\\\]{0,60}",
        chunk in 1_usize..9,
    ) {
        prop_assert_eq!(filtered(&form, &text, chunk), filtered(&form, &text, 1000));
    }

    /// Mixed numbers and text have one order; a comparison that is none panics in the sort.
    #[test]
    fn any_lines_sort(lines in proptest::collection::vec("(0x|-|[a-z])?[0-9a]{1,3}[ -z]{0,2}", 1..60)) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let sorted = filtered("$", &text, 1000);
        prop_assert_eq!(filtered("$", &sorted, 1000), sorted.clone());
        prop_assert_eq!(sorted.lines().count(), lines.len());
    }

    #[test]
    fn ranges_are_slices(from in -6_i64..6, to in proptest::option::of(-6_i64..6), total in 0_usize..6) {
        let text: String = (0..total).map(|line| format!("{line}\n")).collect();
        let form = format!(":{from}..{}", to.map(|to| to.to_string()).unwrap_or_default());
        let place = |at: i64| if at < 0 { (total as i64 + at).max(0) } else { at.min(total as i64) } as usize;
        let (from, to) = (place(from), to.map_or(total, place));
        let expected: String = (from..to).map(|line| format!("{line}\n")).collect();
        prop_assert_eq!(filtered(&form, &text, 1000), expected);
    }
}
