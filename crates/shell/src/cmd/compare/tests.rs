//! Comparisons as they are typed.

use crate::cmd::print::tests::capture;

/// What a line prints; how much is the same is reported beside it.
fn output(uri: &str, line: &str) -> String {
    let out = capture(uri, line);
    assert!(!out.reports.iter().any(|report| report.starts_with("ERROR")), "{line}: {:?}", out.reports);
    out.text()
}

#[test]
fn what_differs_is_listed_and_counted() {
    for (line, expected) in [
        ("w hello; c hello; ??", "0\n"),
        ("w hello; c hallo; ??", "0x00000001 (byte=02)   65 'e'  ->  61 'a'\n1\n"),
        ("w hello; c* h\\x61llo", "wx 61 @ 0x00000001\n"),
        (
            "w hello; cj ha",
            "{\"diff_bytes\":[{\"offset\":1,\"rel_offset\":1,\"value\":101,\"cmp_value\":97}],\
             \"equal_bytes\":1,\"total_bytes\":2}\n",
        ),
        ("wx 0102; c2 0x201; ??; e cfg.bigendian=true; c2 0x102; ??", "0\n0\n"),
        (
            "wx 0102; cx 0..2; ??; cx* f..2; cx .f; ??",
            "0\nwx f1 @ 0x00000000\n0x00000000 (byte=01)   01 ' '  ->  0f ' '\n1\n",
        ),
        (
            "wx 05; c1 1",
            "- offset -  7 6 5 4 3 2 1 0\n0x00000000  0 0 0 0 0 1 0 1\n0x00000001  0 0 0 0 0 0 0 0\n",
        ),
        ("wx ffffffff; cv4 -1; ??; cv1 1; ??", "0x00000000\n0\n1\n"),
        ("wx 01; cV1 1; ??; cV1 0; ??", "1\n0\n"),
        ("b 4; wx 01 @ 2; cX 4", "0x00000002 (byte=03)   01 ' '  ->  00 ' '\n"),
    ] {
        assert_eq!(output("malloc://32", line), expected, "{line}");
    }
}

#[test]
fn rows_and_numbers_stand_beside_each_other() {
    for (line, expected) in [
        (
            "b 18; w ab; cc 32; ccc 32",
            "0x00000000 61620000000000000000000000000000 ab.............. !\n\
             0x00000010 0000 .. |\n\
             0x00000000 61620000000000000000000000000000 ab.............. !\n",
        ),
        ("b 2; w ab; cu 2", "- 0x00000000 6162 ab !\n+ 0x00000002 0000 .. !\n"),
        ("b 4; w ab; cu2 2", "0x00000000  0x6261 ! 0x0000\n0x00000002  0x0000 = 0x0000\n"),
    ] {
        assert_eq!(output("malloc://64", line), expected, "{line}");
    }
}

#[test]
fn jumps_of_both_sides_go_where_they_go() {
    let line = "b 3; wx eb0290 @ 0; wx eb0290 @ 0x20; ccd 0x20; cud 0x20";
    let expected = format!(
        " 0x00000000  {:32} ! 0x00000020  jmp 0x24\n 0x00000002  {:32} = 0x00000022  nop\n\
         -0x00000000  jmp 4\n+0x00000020  jmp 0x24\n 0x00000002  nop\n",
        "jmp 4", "nop"
    );
    assert_eq!(output("malloc://64", line), expected);
}

#[test]
fn watched_places_tell_what_changed() {
    for (line, expected) in [
        ("cw 4 2 p8; cw; cw*", "0x00000004\n0000\ncw 0x00000004 2 p8\n"),
        ("cw 4 2 p8; wx 11 @ 4; cwq; cwu; cwq; cw", "0x00000004 has changed\n0x00000004 modified\n1100\n"),
        ("cw 4 2 p8; wx 11 @ 4; cwu; cwr; cwq; cwu; cwu; cwq", ""),
        (
            "cw 4 2 p8; cw 8 1 p8; cwd 4; cwj",
            "[{\"addr\":8,\"changed\":false,\"cmd\":\"p8\",\"cmd_out\":\"00\\n\"}]\n",
        ),
        ("cw 4 2 p8; cwd; cw", ""),
    ] {
        assert_eq!(output("malloc://32", line), expected, "{line}");
    }
}

#[test]
fn files_and_aliases_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    std::fs::write(&one, b"text").unwrap();
    std::fs::write(&other, b"test").unwrap();
    let (one, other) = (one.display(), other.display());
    let line = format!(
        "cmp {one} {one}; ??; cmp {one} {other}; ??; w text; cf {one}; ??; cf {other}; $a=$x; $b=$x; cmp $a $b; ??"
    );
    let expected = "0\n1\n0\n0x00000002 (byte=03)   78 'x'  ->  73 's'\n0\n";
    assert_eq!(output("malloc://32", &line), expected);
}
