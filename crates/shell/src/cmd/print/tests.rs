//! Commands on a block of memory, and what they print.

use farad_io::Ctx;

use crate::cmd;
use crate::eval::{Env, run_line};
use crate::load::{self, Request};
use crate::out::Capture;
use crate::registry::Registry;
use crate::session::Session;
use crate::view::View;

/// What a line prints and reports in a session on `uri`.
pub(in crate::cmd) fn capture(uri: &str, line: &str) -> Capture {
    let mut session =
        Session::new(farad_io::Schemes::new().with(farad_io::local()), Registry::new(cmd::groups()));
    let (mut view, ctx, mut out) = (View::default(), Ctx::owner(), Capture::new());
    let mut env = Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out };
    load::open(&mut env, &Request::new(uri)).unwrap();
    run_line(&mut env, line);
    out
}

/// What a line prints in a session on `uri`; what it reports, if it reports something.
pub(in crate::cmd) fn output(uri: &str, line: &str) -> String {
    let out = capture(uri, line);
    if out.reports.is_empty() { out.text() } else { out.reports.join("\n") }
}

#[test]
fn colours_are_for_readers() {
    let painted = capture(COUNTING, "e scr.color=1; px 16; px 16~&0x,0001").text();
    assert!(painted.starts_with("\x1b[32m- offset -"), "{painted:?}");
    assert_eq!(painted.lines().nth(1), painted.lines().nth(2));
    let row = |line: &str| capture(COUNTING, line).text().lines().last().unwrap_or_default().to_owned();
    for line in ["px 4|cat", "?e `px 4~0x`", "px 4 > $x; $x"] {
        let row = row(&format!("e scr.color=1; {line}"));
        assert!(row.starts_with("0x00000000 ") && !row.contains('\x1b'), "{line}: {row:?}");
    }
    let piped = row("e scr.color=1; e scr.color.pipe=true; px 4|cat");
    assert!(piped.starts_with("\x1b["), "{piped:?}");
    assert!(row("e scr.color=1; e scr.color.bytes=false; px 4").contains("  0001 0203  "));
}

const COUNTING: &str = "hex://000102030405060708090a0b0c0d0e0f1011121368656c6c6f00";

#[test]
fn dumps_have_a_heading_of_low_address_digits() {
    assert_eq!(
        output(COUNTING, "px 20 @ 3"),
        "- offset -   3 4  5 6  7 8  9 A  B C  D E  F10 1112  3456789ABCDEF012\n\
         0x00000003  0304 0506 0708 090a 0b0c 0d0e 0f10 1112  ................\n\
         0x00000013  1368 656c                                .hel\n"
    );
}

#[test]
fn words_end_with_whole_cells() {
    assert_eq!(
        output(COUNTING, "pxw 10"),
        "0x00000000  0x03020100 0x07060504                        ........\n"
    );
    assert_eq!(output(COUNTING, "pxwj 10"), "[50462976,117835012]\n");
    assert_eq!(
        output(COUNTING, "x/2xg"),
        "0x00000000  0x0706050403020100  0x0f0e0d0c0b0a0908   ................\n"
    );
}

#[test]
fn what_nothing_provides_is_ff_a_mark_or_an_error() {
    assert_eq!(output("hex://41", "p8 3"), "41ffff\n");
    let marked = output("hex://41", "e io.unalloc=true;px 3");
    assert!(
        marked.ends_with("0x00000000  41.. ..                                  A\u{20}\u{20}\n"),
        "{marked}"
    );
}

#[test]
fn strings_end_at_their_nul() {
    assert_eq!(output(COUNTING, "psz @ 0x14"), "hello\n");
    assert_eq!(
        output(COUNTING, "psj @ 0x14"),
        "{\"string\":\"hello\",\"offset\":20,\"section\":\"unknown\",\"length\":5,\"type\":\"ascii\"}\n"
    );
    assert_eq!(output("hex://1b5b6d0a00", "ps"), "\\x1b[m\n\n");
}

#[test]
fn dumps_show_notes_or_leave_out_what_is_dull() {
    let uri = "malloc://64";
    assert_eq!(
        output(uri, "e hex.header=false;f here 2 @ 3;f b @ 4;pxa 16"),
        "                   /he/b\n0x00000000  0000 0000 0000 0000 0000 0000 0000 0000  ................\n"
    );
    assert_eq!(
        output(uri, "e hex.header=false;CC why @ 0;f here @ 3;CC not @ 4;pxa 16"),
        "            ;why   /here\n0x00000000  0000 0000 0000 0000 0000 0000 0000 0000  ................ ; why ; not\n"
    );
    assert_eq!(output(uri, "f here @ 1;w hi;prc 3"), "0x00000000 ::he  \n");
    assert!(output(uri, "f here @ 3;CC why @ 4;pxc 16").ends_with("................  ; here ; why\n"));
    assert_eq!(
        output(uri, "e hex.header=false;wx 01;pxs 64"),
        "0x00000000  0100 0000 0000 0000 0000 0000 0000 0000  ................\n\
         0x00000010  0000 0000 0000 0000 0000 0000 0000 0000  ................\n ...\n"
    );
    assert_eq!(
        output(uri, "wx 0041ff07 @ 16;pxi 40"),
        "           0  1  2  3  4  5  6  7  8  9  A  B  C  D  E  F\n      10:    .A ## 07                                    \
         \n      30 ]\n"
    );
    assert_eq!(output(uri, "w hi;px0;prc 3"), "6869\n0x00000000 ::::  \n");
}

#[test]
fn simple_rows_equal_those_with_more_to_them() {
    let uri = "malloc://700";
    for settings in [
        "",
        "e hex.pairs=false;",
        "e hex.compact=true;",
        "e hex.addr=false;",
        "e hex.ascii=false;",
        "e hex.cols=7;",
    ] {
        // A dump that shows comments goes row by row; there are none.
        let plain = output(uri, &format!("woe 1 3;{settings}e hex.header=false;px 600 @ 5"));
        let slow = output(uri, &format!("woe 1 3;{settings}e hex.header=false;pxc 600 @ 5"));
        assert_eq!(plain, slow, "{settings}");
    }
}

#[test]
fn packed_bytes_are_unpacked() {
    let zlib = "789ccb48cdc9c95728cf2fca4901001a0b045d";
    let gzip = "1f8b0800000000000203cb48cdc9c95728cf2fca49010085114a0d0b000000";
    assert_eq!(output("malloc://64", &format!("wx {gzip};prg;prgi;prgo")), "hello world31\n11\n");
    assert_eq!(output("malloc://64", &format!("wx {zlib};prg")), "hello world");
    assert_eq!(output("malloc://64", "wx cb48cdc9c95728cf2fca490100;prg"), "hello world");
    assert!(output("malloc://64", "wx 1f8bff;prg").contains("neither gzip nor zlib"));
    assert_eq!(output("malloc://64", "wx 50616263616263;prgl 6"), "abcab");
    assert!(output("malloc://64", "wx ff;prgl 6").contains("LZ4"));
}

#[test]
fn lines_have_numbers_and_addresses() {
    assert_eq!(
        output("malloc://64", "wx 610a62620a63;prl"),
        "+1 0x00000000 a\n+2 0x00000002 bb\n+3 0x00000005 c\n"
    );
    assert_eq!(output("malloc://64", "wx 610a62620a;prl 1 @ 2"), "+1 0x00000002 bb\n");
    assert_eq!(output("malloc://64", "prl"), "+1 0x00000000 \n");
}

#[test]
fn addresses_tell_what_is_there() {
    let uri = "malloc://64";
    let set = "f here @ 8;f text @ 0x10;w hello @ 0x10;wv8 0x10 @ 8;wv8 0x2000000000000 @ 0x18";
    assert_eq!(
        output(uri, &format!("{set};pxr 40")),
        "0x00000000 ..[ null bytes ]..   00000000 \n\
         0x00000008 0x0000000000000010   ........ @ here 16 text R W X 'push 0x6f6c6c65' hello\n\
         0x00000010 0x0000006f6c6c6568   hello... @ text 478560413032 ascii ('h')\n\
         0x00000018 0x0002000000000000   ........\n0x00000020 ..[ null bytes ]..   00000000 \n"
    );
    assert_eq!(output(uri, &format!("{set};pxr* 16")), "f pxr.0=0x0\nf pxr.10=0x8\n");
    assert_eq!(output(uri, "wx 0102030405060708;pxrq 8"), "sequence\n");
    let json = output(uri, &format!("{set};pxrj 32"));
    assert!(
        json.contains("\"refstr\":\"16 text R W X 'push 0x6f6c6c65' hello\"")
            && json.contains("\"flags\":[\"text\"]"),
        "{json}"
    );
}

#[test]
fn ranges_are_measured_part_by_part() {
    let uri = "malloc://64";
    let set = "w abcdefghijklmnop;wx ffffffff @ 0x30;f here @ 0x20";
    for (line, expected) in [
        (
            "p=p 4",
            "0x00000000 000 00ff |###################################################\n0x00000010 001 0000 |\n0x00000020 002 0000 |\n0x00000030 003 0000 |\n",
        ),
        ("p=eq 2", "0x00000000 0 153\n0x00000020 1 27\n"),
        (
            "p=mj 2",
            "{\"blocksize\":32,\"address\":0,\"size\":64,\"entropy\":[{\"addr\":0,\"value\":0},{\"addr\":32,\"value\":1}]}\n",
        ),
        (
            "e zoom.in=block;b 16;p=p 2 32",
            "0x00000000 000 00ff |###################################################\n0x00000010 001 0000 |\n",
        ),
        ("pzF 4", "0x00000000  0000 0004                                ....\n"),
        ("e zoom.byte=p;pz 2", "0x00000000  1000                                     ..\n"),
        ("p- 4", "0x00000000 [^_._] 0x00000040\n"),
        ("p-e 2", "0x00000000 [51] 0x00000040\n"),
        (
            "p-h 2",
            "\noffset     flags funcs cmts syms str\n------------------------------------\n0x00000020 1     0     0    0    0\n\n-------\n           1     0     0    0    0\n",
        ),
    ] {
        assert_eq!(output(uri, &format!("{set};{line}")), expected, "{line}");
    }
    assert!(output(uri, "p=e 99999999").contains("limit"));
    assert!(output(uri, "e zoom.in=range;p=e 4").contains("zoom.from"));
}

#[test]
fn text_is_found_in_whatever_holds_it() {
    let uri = "malloc://64";
    for (line, expected) in [
        ("w hello;psa", "hello\n"),
        ("wx 026869;psa", "hi\n"),
        ("wx 680069000000;psa", "hi\n"),
        ("wx 6800000069000000;psa", "hi\n"),
        ("wx 046869;ps+", "hi\n"),
        ("wx 1100000000000000020000000000000020;w hiya @ 0x20;ps+", "hi\n"),
        ("w hello;pszl", "5\n"),
        ("println a b;print c", "a b\nc"),
        (
            "wv4 0x10 @ 8;wv4 0xfffffffc @ 12;pxt 8 @ 8",
            "0x00000008 -> 0x00000018\n0x0000000c -> 0x00000004\n",
        ),
        ("wx 0f33;p2 16~:0", "....****====@@@@\n"),
        ("wx 7b2261223a5b315d7d;pj", "{\n  \"a\": [\n    1\n  ]\n}\n"),
        (
            "e hex.header=false;b 4;wx 01020304;pox ff",
            "0x00000000  fefd fcfb                                ....\n",
        ),
        (
            "e hex.header=false;b 4;wx 01020304;po4",
            "0x00000000  0403 0201                                ....\n",
        ),
        ("e hex.style=true;px 1~[0]", "..offset....\n0x00000000\n"),
    ] {
        assert_eq!(output(uri, line), expected, "{line}");
    }
    assert!(output(uri, "pxf").contains("no function"));
}

#[test]
fn bytes_are_drawn_as_columns_and_waves() {
    let chart = output("hex://00ff", "p== 2");
    let lines: Vec<&str> = chart.lines().collect();
    assert_eq!((lines.len(), lines[0].trim(), lines[1].trim_start()), (14, "", "#".repeat(39).as_str()));
    assert_eq!(lines[13], format!("{}{}", "_".repeat(39), "#".repeat(39)));
    assert_eq!(
        output("hex://0048ff7f", "p=2 2"),
        "0x00000000    18432    78% [###################################----------] 51199\n\
         0x00000002    32767    99% [############################################-] 14335\n"
    );
    assert_eq!(output("hex://c3c3", "af; af @ 1; p=aq 2"), "0x00000000 0 1\n0x00000001 1 1\n");
}
