//! Types as they are typed.

use crate::cmd::print::tests::output;

const HEADER: &str = "enum color { RED, GREEN = 5, BLUE };
struct point { int x; int y; };
union num { int i; float f; char bytes[8]; };
typedef struct point point_t;
struct rec { unsigned char kind; char name[4]; struct point p; struct rec *next; };
int foo(int a, char *b);
";

/// What a line prints with the types of a header.
fn told(line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("types.h");
    std::fs::write(&path, HEADER).unwrap();
    output("malloc://64", &format!("to {}; {line}", path.display()))
}

#[test]
fn types_are_listed() {
    for (line, expected) in [
        ("ts; tu; te; tt; tf", "point\nrec\nnum\ncolor\npoint_t\nfoo\n"),
        ("ts point; ts rec", "pf dd x y\npf b[4]z...?p kind name (point)p next\n"),
        (
            "ts* point; tsj; tsj point",
            "'pf.point dd x y\n[{\"type\":\"point\"},{\"type\":\"rec\"}]\n{\"name\":\"point\",\"format\":\"dd x y\"}\n",
        ),
        (
            "tsc point; tsd point; tss rec",
            "struct point {\n  int x;\n  int y;\n};\nstruct point {int x; int y;};\n24\n",
        ),
        (
            "te color; te color 5; teb color BLUE; tej",
            "RED = 0x0\nGREEN = 0x5\nBLUE = 0x6\nGREEN\n0x6\n{\"color\":{\"RED\":0,\"GREEN\":5,\"BLUE\":6}}\n",
        ),
        ("tec", "enum color {\n\tRED = 0,\n\tGREEN = 5,\n\tBLUE = 6\n};\n"),
        (
            "tt point_t; ttj; ttc",
            "struct point\n{\"point_t\":\"struct point\"}\ntypedef struct point point_t;\n",
        ),
        (
            "tfc; tfj foo",
            "int foo(int a, char *b);\n{\"name\":\"foo\",\"ret\":\"int\",\"args\":[{\"type\":\"int\",\"name\":\"a\"},{\"type\":\"char *\",\"name\":\"b\"}]}\n",
        ),
        (
            "t point; t int; t char *; t~^p; tu num",
            "pf dd x y\npf d\npf *z\npid_t\npoint\npoint_t\npf 0df[8]z i f bytes\n",
        ),
        ("t- point; ts; t-*; ts; t*", "rec\n"),
        ("ts nope", "ERROR: no type 'nope' of this kind (ts lists them)"),
        ("to /nowhere.h", "ERROR: /nowhere.h: No such file or directory (os error 2)"),
    ] {
        assert_eq!(told(line), expected, "{line}");
    }
}

#[test]
fn scripts_make_the_types_again() {
    let script = told("t*");
    let line = script.lines().collect::<Vec<_>>().join("\n");
    assert_eq!(output("malloc://64", &format!("{line}\nt*")), script);
}

#[test]
fn bytes_are_shown_as_types() {
    let shown = told("wx 0100000002000000; tp point");
    assert!(
        shown.contains("x : 0x00000000 = 0x00000001") && shown.contains("y : 0x00000004 = 0x00000002"),
        "{shown}"
    );
    assert_eq!(
        told("wx 0100000002000000 @ 8; tp point 8~y"),
        told("wx 0100000002000000 @ 8; tp point @ 8~y")
    );
    assert_eq!(told("tpx point 0100000002000000"), told("wx 0100000002000000; tp point"));
    assert!(told("tp rec").contains("struct"), "{}", told("tp rec"));
    assert_eq!(
        told("tl point = 8; tl; tl*; tlj"),
        "0x00000008 = point\ntl point = 0x00000008\n[{\"0x00000008\":\"point\"}]\n"
    );
    assert_eq!(told("tl point = 8; tls 8~:0; tl- 8; tl"), "(point)\n");
    assert_eq!(told("tp nope"), "ERROR: no type 'nope' (t lists them, to reads some from a header)");
}
