//! Flags as they are typed.

use crate::cmd::print::tests::output;

#[test]
fn flags_are_set_and_moved() {
    for (line, expected) in [
        ("f a1=0x10; f a1+=4; f; f a1-=0x10; f", "0x00000014 1 a1\n0x00000004 1 a1\n"),
        ("f nope+=4", "ERROR: no flag 'nope' (f lists them)"),
        ("f a1 4 0x10; f--; f; fs", ""),
        ("fb 0x100; f a1 4 0x10; f", "0x00000110 4 a1\n"),
        ("f a1 4 0x10; f b1 4 0x20; fb 0x100 a*; f", "0x00000020 4 b1\n0x00000110 4 a1\n"),
        (
            "fe x; fe x; fe y; fe-; fe z; f",
            "0x00000000 1 x.0\n0x00000000 1 x.1\n0x00000000 1 y.2\n0x00000000 1 z.0\n",
        ),
        (
            "f a1 0 0x10; f b1 3 0x20; f c1 0 0x30; fla; f",
            "0x00000010 16 a1\n0x00000020 3 b1\n0x00000030 0 c1\n",
        ),
        ("f s.b 1 0x1; f s.c 1 0x2; fO s.*; f", "0x00000001 1 s.0\n0x00000002 1 s.1\n"),
        ("f a1 1 0x4; s 4; fN real; fn; fN", "0x00000004 1 real\nreal\n"),
    ] {
        assert_eq!(output("malloc://512", line), expected, "{line}");
    }
}

#[test]
fn a_name_can_stand_for_an_expression() {
    for (line, expected) in [
        ("f a1 4 0x10; fa b1 a1+4; ?v b1; fm 0x40 @ 0x10; ?v b1; s b1; s", "0x14\n0x44\n0x44\n"),
        ("f a1 4 0x10; fa b1 a1; f; f*", "a1 1 b1\n0x00000010 4 a1\nfs *\nfa b1 a1\n'f a1 4 0x00000010 \n"),
        ("f a1 4 0x10; fa a1 a1+4", "ERROR: 'a1' cannot stand for an expression that it is in"),
        ("f a1; fa b1 a1; f-a1; ?v b1", "ERROR: b1: nothing is called b1 at column 1"),
        ("f a1; fa b1 a1; fa a1 b1", "ERROR: 'a1' cannot stand for an expression that it is in"),
    ] {
        assert_eq!(output("malloc://512", line), expected, "{line}");
    }
}

#[test]
fn flags_are_found() {
    for (line, expected) in [
        ("fs a; f x1 4 0x10; fs b; f y1 4 0x20; fd 0x12; fdd 0x12; fd 0x22", "x1 + 2\ny1 + 2\n"),
        (
            "f a1 4 0x10; fdj 0x12; fdj 0x10",
            "{\"addr\":16,\"name\":\"a1\",\"realname\":\"a1\"}\n{\"name\":\"a1\",\"realname\":\"a1\"}\n",
        ),
        ("f a1 4 0x10; f b1 4 0x30; fdw 1 @ 0x28; fdw a @ 0x28", "b1\na1\n"),
        ("f a1 4 0x10; f b1 4 0x30; ff; ff b* @ 4; ff @ 0x40", "16\n44\n0\n"),
        ("f a1 4 0x10; fc red @ a1; fc a1; fc.; fc. @ a1; fc-a1; fc", "red\n0x00000010  a1        red\n"),
        (
            "f a.b 1 0x1; f a.c.d 1 0x2; f e 1 0x4; fg; fg* e",
            " a.\n   b\n   c.\n     d\n e\nagn root\nagn e e\nage root e\n",
        ),
        (
            "f a1 4 0x1; f b1 4 0x2; ft t a* c*; ft; ft t; ftn t; ftw; ft*; ftj",
            "t\n0x00000001\n0x00000001  a1\nt:\n0x00000001  a1\nft t a* c*\n{\"t\":[\"a*\",\"c*\"]}\n",
        ),
    ] {
        // A line with a pattern in it is quoted as a whole.
        assert_eq!(output("malloc://512", line).replace("'ft", "ft"), expected, "{line}");
    }
}

#[test]
fn zones_tell_where_one_is() {
    for (line, expected) in [
        (
            "fz a @ 0x10; fz a @ 0x30; fz b @ 0x50; fz",
            "0x00000010  0x00000030  a\n0x00000050  0x00000050  b\n",
        ),
        ("fz a @ 0x10; fz a @ 0x30; fz. @ 0; fz. @ 0x20; fz. @ 0x40", "~ a\na a\na ~\n"),
        ("fz a @ 0x10; fz a @ 0x30; fz*; fz-a; fz", "fz a @ 0x00000010\nf a 32 0x00000010\n"),
    ] {
        assert_eq!(output("malloc://512", line), expected, "{line}");
    }
}

#[test]
fn spaces_are_stacked() {
    let line = "fs a; fs+b; fs+c; fss; fss*; fs-; fss";
    assert_eq!(
        output("malloc://512", line),
        "0  a\n1  b\n2  c (selected)\nfs a\nfs+b\nfs+c\n0  a\n1  b (selected)\n"
    );
}

#[test]
fn an_address_of_one_character_is_ignored_and_said_so() {
    let out = crate::cmd::print::tests::capture("malloc://64", "s 0x10; f a 1 4; f b 1 0x4; f c 1 00; f");
    assert_eq!(out.text(), "0x00000000 1 c\n0x00000004 1 b\n0x00000010 1 a\n");
    assert_eq!(out.reports.len(), 1);
    assert!(out.reports[0].starts_with("WARN: the address 4, of one character, is ignored"));
}
