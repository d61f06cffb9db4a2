//! What searches report of a few bytes.

use crate::cmd::print::tests::output;

#[test]
fn hits_are_printed_and_named() {
    let uri = "hex://0061626361624142ffffff";
    assert_eq!(output(uri, "/ ab"), "0x00000001 hit0_0 \"abcabAB\"\n0x00000004 hit0_1 \"abcabAB\"\n");
    assert_eq!(
        output(uri, "/ij ab"),
        "[{\"addr\":1,\"type\":\"string\",\"data\":\"abcabAB\"},{\"addr\":4,\"type\":\"string\",\"data\":\"abcabAB\"},\
         {\"addr\":6,\"type\":\"string\",\"data\":\"abcabAB\"}]\n"
    );
    assert_eq!(output(uri, "/x ffff"), "0x00000008 hit0_0 ffff\n");
    assert_eq!(output(uri, "/x 61;px 1 @ hit0_0+3~0x"), output(uri, "/x 61;px 1 @ 4~0x"));
    assert_eq!(output(uri, "/v2 0x6261;//").lines().count(), 4);
}

#[test]
fn settings_choose_hits() {
    let uri = "hex://ffffffff00ff00ff";
    let found = |settings: &str, search: &str| {
        let text = output(uri, &format!("{settings}{search}"));
        text.lines().map(|line| line.split(' ').next().unwrap_or("").to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (settings, search, places) in [
        ("e search.maxhits=2;", "/x ff", "0x00000000 0x00000001"),
        ("e search.align=2;", "/x ff", "0x00000000 0x00000002"),
        ("e search.contiguous=false;", "/x ff", "0x00000000 0x00000005 0x00000007"),
        ("e search.overlap=true;", "/x ffff", "0x00000000 0x00000001 0x00000002"),
        ("e search.distance=1;", "/x 0000", "0x00000003 0x00000005"),
        ("e search.distance=2;e search.overlap=true;", "/x 00000000", "0x00000003 0x00000004"),
        ("e search.show=false;", "/x 00", "hit0_0 hit0_1"),
        ("e search.flags=false;", "/x 00ff00", "'fs 0x00000004"),
        ("e search.in=range;e search.from=1;e search.to=5;", "/x ff00", "0x00000003"),
        ("e search.in=block;b 6;", "/x 00", "0x00000004"),
        ("", "/!x ff", "0x00000004"),
        ("", "/V2 0x1 0xff", "0x3: 0x5:"),
        ("", "/z 2", ""),
    ] {
        assert_eq!(found(settings, search), places, "{settings}{search}");
    }
    assert!(output(uri, "e search.in=range;/x 00").contains("search.from"));
    assert!(output(uri, "e search.prefix=1;/x 00").contains("search.prefix"));
    assert!(output(uri, "/v1 256").contains("fit"));
    assert_eq!(output(uri, "/v1 -1~?"), "6\n");
}

#[test]
fn blocks_and_digests_are_compared() {
    assert_eq!(
        output("hex://0001020304050607", "b 4;/P"),
        format!("0x00000000    4/4 100%  |{}\n0x00000004    0/4   0%  |#\n", "#".repeat(50))
    );
    assert_eq!(
        output("hex://00616263", "/h md5 900150983cd24fb0d6963f7d28e17f72 3"),
        "0x1: md5.90015098 : 900150983cd24fb0d6963f7d28e17f72\n"
    );
    assert!(output("hex://00", "/h md5 00").contains("32"));
}

#[test]
fn large_files_are_searched_by_several_threads_with_the_same_hits() {
    let mut bytes = vec![0u8; 20 << 20];
    // On a border of two chunks, around it, at both ends, and close together.
    let places = [0, (1 << 20) - 4, (1 << 20) - 20, 5 << 20, (5 << 20) + 8, (13 << 20) + 1, (20 << 20) - 8];
    for place in places {
        bytes[place..place + 8].copy_from_slice(b"needle!!");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let path = file.path().display().to_string();
    let hits = |line: &str| -> Vec<usize> {
        let said = output(&path, &format!("e search.in=io.maps; {line}"));
        said.lines()
            .map(|line| usize::from_str_radix(&line[2..line.find(' ').unwrap()], 16).unwrap())
            .collect()
    };
    let mut expected = places.to_vec();
    expected.sort_unstable();
    assert_eq!(hits("/ needle!!"), expected);
    // Something lies over the file, so that it cannot be read past the layer.
    let over = hits("e io.cache=true; w x @ 0x200000; / needle!!");
    assert_eq!(over, expected);
    assert_eq!(hits("/x 6e65....6c65"), expected);
    assert_eq!(hits("e search.from=0x100000; e search.to=0x1200000; / needle!!").len(), 3);
}

#[test]
fn instructions_are_searched_by_what_they_are() {
    let said = |line: &str| {
        output("malloc://64", &format!("wx 90b810000000e800000000c30f05; e search.to=14; {line}"))
    };
    assert_eq!(said("/a nop"), "0x00000000 hit0_0 90\n");
    assert_eq!(said("/at ret"), "0x0000000b 1 ret\n");
    assert_eq!(said("/adq n.p"), "");
    assert_eq!(said("/ad/ n.p"), "0x00000000                   90  nop\n");
    assert_eq!(said("/ai 0x10"), "0x00000001           b810000000  mov eax, 0x10\n");
    assert_eq!(said("/as"), "0x0000000c                 0f05  syscall\n");
    assert!(said("/at nosuch").contains("/atl lists them"));
    assert!(said("/ad/ (").contains("the expression is wrong"));
    let two = "0x0000000b                   c3  ret\n0x0000000c                 0f05  syscall\n";
    assert_eq!(said("\"/ad ret; sys\""), two);
    assert_eq!(said("\"/ad/ r.t;s.*l\""), two);
    assert_eq!(said("\"/adq ret;sys\""), "0x0000000b   # 3: ret; syscall\n");
    assert_eq!(said("\"/ad sys;ret\""), "");
    assert!(said("'/ad ;").contains("missing"));
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"..\xb8\x10").unwrap();
    assert_eq!(said(&format!("/F {} 2 2", file.path().display())), "0x00000001 hit0_0 b810\n");
}
