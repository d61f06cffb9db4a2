//! Formats on a block of memory.

use crate::cmd::print::tests::output;

const BYTES: &str = "7f454c46deadbeefcafebabe0011223368656c6c6f00000010000000000000007769646500000000";

/// What a line prints where those bytes are.
fn shown(line: &str) -> String {
    output("malloc://64", &format!("wx {BYTES};{line}"))
}

#[test]
fn names_are_aligned_and_records_indented() {
    assert_eq!(
        shown("pf.in iw number w; pf i? one (in)nested"),
        "    one : 0x00000000 = 1179403647\n nested : \n                struct<in>\n        \
         number : 0x00000004 = -272716322\n             w : 0x00000008 = 0xfeca\n"
    );
    assert_eq!(
        shown("pf 2iw a bb"),
        "0x00000000 [0] {\n    a : 0x00000000 = 1179403647\n   bb : 0x00000004 = 0xadde\n}\n\
         0x00000006 [1] {\n    a : 0x00000006 = -20254786\n   bb : 0x0000000a = 0xbeba\n}\n"
    );
}

#[test]
fn every_letter_is_shown() {
    for (format, expected) in [
        ("b", "0x7f"),
        ("c", "'.'"),
        ("C", "127"),
        ("w", "0x457f"),
        ("W", "17791"),
        ("d", "0x464c457f"),
        ("x", "0x464c457f"),
        ("i", "1179403647"),
        ("o", "(octal)  010623042577"),
        ("q", "(qword)0xefbeadde464c457f"),
        ("Q", "(uint128_t)0x33221100bebafecaefbeadde464c457f"),
        ("n8", "-1171307682896001665"),
        ("N8", "17275436390813549951"),
        ("f", "13073.374"),
        ("F", "-1.8605457410349755e+230"),
        ("G", "-2.1365821632302376e+4839"),
        ("t", "Thu May 17 12:07:27 2007"),
        ("u", "127"),
        ("X", "7f  ... (.)"),
        ("T", "7f 45 4c 46 de ad be ef ca fe  ... (.ELF......)"),
        ("p", "(qword)0xefbeadde464c457f"),
        ("p2", "0x457f"),
        ("z", "\"\\x7fELF\\xde\\xad\\xbe\\xef\\xca\\xfe\\xba\\xbe\""),
        ("[3]z", "\"\\x7fEL\""),
        ("[3]i", "[ 1179403647, -272716322, -1095041334 ]"),
        ("[0]b", "[  ]"),
        ("ew", "0x7f45"),
        ("E (e)v", "v (enum e) = 0x464c457f"),
        ("[2]B (e)v", "v (bitfield) = 0x0000457f"),
    ] {
        let text = shown(&format!("pf {format}"));
        assert!(text.ends_with(&format!("0x00000000 = {expected}\n")), "{format}: {text}");
    }
    assert_eq!(shown("pf Z @ 0x20"), "0x00000020 = 楷敤\n");
    assert_eq!(shown("pf D"), "jg 0x47\n");
    assert_eq!(shown("pf P"), "0x464c457f\n");
}

#[test]
fn what_looks_like_the_command_is_a_format() {
    assert_eq!(shown("pfq pf one @ 0x20"), "0x0000000065646977\n0\n");
    assert_eq!(output("malloc://64", "wx 00ffffffffffffff;pf q"), "0x00000000 = (qword)-256\n");
}

#[test]
fn pointers_are_followed() {
    assert_eq!(shown("pf *z a @ 0x18"), " a : (*0x10)0x00000018 = \"hello\"\n");
    assert_eq!(shown("pf S a @ 0x18"), " a : 0x00000018 = 0x00000018 -> 0x00000010 \"hello\"\n");
    assert_eq!(shown("pf *z"), "(*0xefbeadde464c457f)0x00000000 = \"\"\n");
    assert!(shown("pf.n b*? a (n)b;wx 00;pf.n").contains("nesting of records"));
}

#[test]
fn the_forms_agree() {
    assert_eq!(
        shown("pf.in iw a b;pfj ? (in)x"),
        "[{\"name\":\"x\",\"type\":\"in\",\"offset\":0,\"value\":[{\"name\":\"a\",\"type\":\"i\",\"offset\":0,\
         \"value\":1179403647},{\"name\":\"b\",\"type\":\"w\",\"offset\":4,\"value\":44510}]}]\n"
    );
    assert_eq!(shown("pf* w a"), "f a=0x00000000\nfl 2 @ 0x00000000\nCd 2 @ 0x00000000\n");
    assert_eq!(shown("pfq [2]w a"), "[ 0x457f, 0x464c ]\n");
    assert_eq!(shown("pfv [2]w a"), "0x457f, 0x464c\n");
    assert_eq!(shown("pfc w a"), "struct {\n    uint16_t a; // 0x457f\n}\n");
    assert_eq!(
        shown("pfd b"),
        "digraph g { graph [ rank=same; rankdir=LR; ];\nroot [ rank=1; shape=record\nlabel=\"pf|{0x0|b||0x7f}\"];\n}\n"
    );
    assert!(
        shown("pf.in b a;pfd ?z (in)x y @ 0x10")
            .contains("|{0x10|?|x|{in|{0x10|b|a|0x68}}}|{0x11|z|y|\\\"ello\\\"}")
    );
    assert_eq!(shown("pf.in 2bi a b;pfs [3]? (in)x"), "15\n");
}

#[test]
fn every_json_form_is_json() {
    for format in [
        "b",
        "[2]d",
        "[3]*u",
        "f",
        "[2]F",
        "2iw",
        "[2]? (in)x",
        "*? (in)x",
        "Q",
        "[2]t",
        "D",
        "T",
        "E (e)v",
        "{2}i",
        "Z",
        "s",
    ] {
        let text =
            output("hex://ffffffffffffffffffffffffffffffffffffffff", &format!("pf.in iw a b;pfj {format}"));
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{format}: {text}");
    }
}

#[test]
fn named_formats_are_kept_and_written_through() {
    assert_eq!(shown("pf.a xw b c;pf.z z;pf.;pf.-a;pf."), "pf.a xw b c\npf.z z\npf.z z\n");
    assert_eq!(shown("pf.a [2]xw b c;pf.a.b[1];pfv.a.c"), " b : 0x00000004 = [ 0xefbeadde ]\n0xfeca\n");
    assert_eq!(
        output("malloc://64", "pf.a xwz b c d;pf.a.c=0x1234;pfw.a.c=0x1234;pfw.a.d=yes;p8 9"),
        "wv2 0x1234 @ 0x00000004\n000000003412796573\n"
    );
    for (line, part) in [
        ("pf.nope", "no format 'nope'"),
        ("pf.a x b;pf.a.c", "no field 'c'"),
        ("pf.a k", "'k' is no format letter"),
        ("pf.a b x;pfw.a.x=256", "does not fit"),
        ("pf.a? x", "no name"),
        ("pf [1048576]b", "limit"),
        ("pf.e b;pf [60000]? ([60000]? (e)x)y", "the values of a format"),
    ] {
        let text = output("malloc://64", line);
        assert!(text.contains(part), "{line}: {text}");
    }
}
