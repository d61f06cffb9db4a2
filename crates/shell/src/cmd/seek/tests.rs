//! Moves as they are typed.

use crate::cmd::print::tests::output;

#[test]
fn the_view_moves() {
    for (line, expected) in [
        ("s 0x10; s+4; s; s-8; s; s--; s", "0x14\n0xc\n0x0\n"),
        ("s 0x10; +4; s; -8; s; ++; s; --2; s", "0x14\n0xc\n0x10c\n0x8c\n"),
        ("s 1; s 2; us; s; us; s", "0x1\n0x0\n"),
        ("s 0x1234; s..56; s; ..7; s", "0x1256\n0x1257\n"),
        ("s 0x30; s:; s:4; s: 2", "0x00000030\n0x0030\n0x30\n"),
        ("s 0x123; sa +1 16; s; sa -0x10 16; s", "0x120\n0x110\n"),
        ("s 8; ss 0x40; s; ss+4; s; ss++; s; s-; s", "0x40\n0x44\n0x144\n0x0\n"),
        ("s 1; s 2; s 3; s-; s=; s==; s!", "0x0 > 0x1\n0x0 > 0x1 > 0x2 > 0x3\n0x0 \n0x1 \n0x2 \n0x3 \n"),
        ("s 0x10; sg; s; sG; s", "0x0\n0x200\n"),
        ("sr rip", "ERROR: $r{rip}: $r{rip} has no value here (?$? explains the variables) at column 1"),
    ] {
        assert_eq!(output("malloc://512", line), expected, "{line}");
    }
}

#[test]
fn flags_hits_and_comments_are_gone_to() {
    for (line, expected) in [
        ("f a1 1 0x10; f hit0_0 1 0x40; sn; s; sn; s; sp; s; s 0; sn hit; s", "0x10\n0x40\n0x10\n0x40\n"),
        ("f a1 1 0x10; f hit0_0 1 0x40; e scr.nkey=hit; sn; s", "0x40\n"),
        (
            "CC look here @ 4; CC see @ 8; sC oo; s; sC e; sC*",
            "0x4\n0x00000004 look here\n0x00000008 see\n0x00000004 look here\n0x00000008 see\n",
        ),
        ("sC x", "ERROR: no comment has 'x' in it"),
    ] {
        assert_eq!(output("malloc://512", line), expected, "{line}");
    }
}

#[test]
fn lines_are_counted_from_one() {
    let text = "w a\\nbc\\n\\nd; ";
    for (line, expected) in [
        ("sl; sll; sl 2; s; sl; sl+2; s; sl-1; s; sl 1; s", "1\n3\n0x2\n2\n0x6\n0x5\n0x0\n"),
        ("sl 9", "ERROR: there is no line 9: there are 4"),
        ("s 3; sl; sl-9; s", "2\n0x0\n"),
    ] {
        assert_eq!(output("malloc://16", &(text.to_owned() + line)), expected, "{line}");
    }
}
