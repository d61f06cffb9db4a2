use super::{Columns, Count, Grep, GrepFault, Json, Lines, Sort};
use proptest::prelude::*;

fn words(words: &[&str]) -> Grep {
    Grep { words: words.iter().map(|word| (*word).to_owned()).collect(), ..Grep::default() }
}

fn column(at: usize) -> Vec<Columns> {
    vec![Columns { from: at, to: Some(at) }]
}

fn parsed(text: &str) -> Grep {
    Grep::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

#[test]
fn forms() {
    let none = Grep::default();
    let lines = |from, to| Grep { lines: Some(Lines { from, to }), ..Grep::default() };
    let sort = |descending, column| Grep { sort: Some(Sort { descending, column }), ..Grep::default() };
    for (text, expected) in [
        ("", none.clone()),
        ("hell ", words(&["hell"])),
        (" hell", words(&[" hell"])),
        ("ab x", words(&["ab x"])),
        ("0x,hello", words(&["0x", "hello"])),
        ("a,", words(&["a"])),
        ("a\\,b\\ ", words(&["a,b "])),
        ("\\[x\\]", words(&["[x]"])),
        ("\"a", words(&["\"a"])),
        ("&0x,ell", Grep { all: true, ..words(&["0x", "ell"]) }),
        ("!b", Grep { negate: true, ..words(&["b"]) }),
        ("!^b", Grep { negate: true, at_start: true, ..words(&["b"]) }),
        ("^!b", Grep { negate: true, at_start: true, ..words(&["b"]) }),
        ("+Word", Grep { ignore_case: true, ..words(&["Word"]) }),
        ("end$", Grep { at_end: true, ..words(&["end"]) }),
        ("e$nd", words(&["e$nd"])),
        (":2", lines(2, Some(3))),
        (":-1", lines(-1, None)),
        (":-2", lines(-2, Some(-1))),
        (":1..3", lines(1, Some(3))),
        (":..2", lines(0, Some(2))),
        (":1..", lines(1, None)),
        (":-2..-1", lines(-2, Some(-1))),
        (":0x1", lines(1, Some(2))),
        ("ab:", words(&["ab:"])),
        ("a: x", words(&["a: x"])),
        ("[2]", Grep { columns: column(2), ..none.clone() }),
        ("0x0[1]", Grep { columns: column(1), ..words(&["0x0"]) }),
        (
            "[0,2-3,5-]",
            Grep {
                columns: vec![
                    Columns { from: 0, to: Some(0) },
                    Columns { from: 2, to: Some(3) },
                    Columns { from: 5, to: None },
                ],
                ..none.clone()
            },
        ),
        ("?", Grep { count: Some(Count::Lines), ..none.clone() }),
        ("?.", Grep { count: Some(Count::Bytes), ..none.clone() }),
        ("??", Grep { help: true, ..none.clone() }),
        ("?name", Grep { count: Some(Count::Lines), ..words(&["name"]) }),
        ("name?", Grep { count: Some(Count::Lines), ..words(&["name"]) }),
        ("a?b", words(&["a?b"])),
        (
            "word[1]:0?",
            Grep {
                columns: column(1),
                lines: Some(Lines { from: 0, to: Some(1) }),
                count: Some(Count::Lines),
                ..words(&["word"])
            },
        ),
        (
            "ab:1[0]",
            Grep { columns: column(0), lines: Some(Lines { from: 1, to: Some(2) }), ..words(&["ab"]) },
        ),
        ("$", sort(false, None)),
        ("$!", sort(true, None)),
        ("$!2", sort(true, Some(2))),
        ("$[1]", Grep { columns: column(1), ..sort(false, None) }),
        ("..", Grep { pager: true, ..none.clone() }),
        ("a..", words(&["a.."])),
        ("{}", Grep { json: Some(Json::Indent), ..none.clone() }),
        ("{}..", Grep { json: Some(Json::Indent), pager: true, ..none.clone() }),
        ("{:", Grep { json: Some(Json::Outline), ..none.clone() }),
        ("{[0].a}", Grep { json: Some(Json::Path("[0].a".into())), ..none }),
    ] {
        assert_eq!(parsed(text), expected, "{text}");
    }
}

#[test]
fn faults_say_where() {
    for (text, expected) in [
        ("a[x]", (1, GrepFault::Column)),
        ("a[1", (1, GrepFault::Unclosed('['))),
        ("{a", (0, GrepFault::Unclosed('{'))),
        ("[1]x", (3, GrepFault::Trailing('x'))),
    ] {
        assert_eq!(Grep::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn what_changes_nothing_is_known() {
    assert!(parsed("").is_noop() && parsed("&").is_noop() && parsed("^").is_noop());
    assert!(!parsed("!").is_noop() && !parsed("?").is_noop() && !parsed("a").is_noop());
}

proptest! {
    #[test]
    fn any_text_parses_or_fails_inside(text in "\\PC*|[\\]\\[a0-9:.,$?!&+^{} \\\\-]*") {
        if let Err((at, _)) = Grep::parse(&text) {
            prop_assert!(text.is_char_boundary(at));
        }
    }
}
