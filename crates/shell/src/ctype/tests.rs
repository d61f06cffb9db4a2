//! Declarations, layouts and formats.

use proptest::prelude::*;

use super::format::Nested;
use super::*;

const MODEL: Model = Model { pointer: 8, long: 8 };

fn declared(text: &str) -> Types {
    let mut types = Types::default();
    types.declare(text, MODEL).unwrap_or_else(|error| panic!("{text}: {error}"));
    types
}

fn size(text: &str, name: &str) -> u64 {
    let types = declared(text);
    let kind = types.named(name, MODEL).unwrap();
    types.extent(&kind, MODEL).unwrap().size
}

#[test]
fn declarations_are_read_and_written() {
    for (text, name, expected) in [
        ("struct point { int x, y; };", "point", "struct point {int x; int y;};"),
        ("typedef struct { char c; } T;", "T", "struct T {char c;};"),
        ("typedef struct T { char c; } T;", "T", "struct T {char c;};"),
        ("typedef unsigned char byte, *bytes;", "bytes", "typedef unsigned char *bytes;"),
        ("typedef long unsigned int size;", "size", "typedef unsigned long size;"),
        ("typedef int (*cb)(int, char *b, ...);", "cb", "typedef int (*cb)(int, char *b, ...);"),
        (
            "struct a { int (*f)(void); int (*m)[3]; int *p[2][3]; };",
            "a",
            "struct a {int (*f)(); int (*m)[3]; int *p[2][3];};",
        ),
        ("enum e { A, B = 1 << 4, C, D = -1 };", "e", "enum e {A = 0, B = 16, C = 17, D = -1};"),
        (
            "struct b { unsigned a:3, :2, b:5; };",
            "b",
            "struct b {unsigned int a:3; unsigned int :2; unsigned int b:5;};",
        ),
        (
            "struct o { struct { int a; } in; union { int i; float f; }; };",
            "o",
            "struct o {struct o_in in; union o_anon_1 _1;};",
        ),
        ("static const char *name(int a, const struct s *p);", "name", "char *name(int a, struct s *p);"),
        ("#define N 0x4\nstruct a { char n[N * 2]; };", "a", "struct a {char n[8];};"),
        (
            "struct p { char c; int i; } __attribute__((packed));",
            "p",
            "struct p {char c; int i;} __attribute__((packed));",
        ),
        (
            "#define X 1 /* a\nb */\n# define Y \\\n 2\nstruct a { int x[X + Y]; };",
            "a",
            "struct a {int x[3];};",
        ),
        ("int f(void) { return g({1}); } struct a { int x; };", "a", "struct a {int x;};"),
        ("extern \"C\" { struct a { int x; }; }", "a", "struct a {int x;};"),
        ("int a[] = {1, 2}, b = 'x'; union u { int x; }; // end", "u", "union u {int x;};"),
        ("struct s { char a[sizeof(int) + sizeof(char *)]; };", "s", "struct s {char a[12];};"),
    ] {
        let types = declared(text);
        let found = types.find(name).unwrap_or_else(|| panic!("{text} does not define {name}"));
        assert_eq!(found.text(name, false), expected, "{text}");
        // What is written can be read again.
        assert_eq!(declared(&found.text(name, false)).find(name), Some(found), "{text}");
    }
}

#[test]
fn layouts_are_those_of_compilers() {
    for (text, name, expected) in [
        ("struct a { char c; int i; };", "struct a", 8),
        ("struct a { char c; double d; char e; };", "a", 24),
        ("struct a { char c; int i; } __attribute__((packed));", "a", 5),
        ("union u { int i; char b[9]; };", "union u", 12),
        ("struct b { unsigned a:3; unsigned b:30; };", "b", 8),
        ("struct b { unsigned a:3; unsigned b:5; unsigned :0; unsigned c:1; };", "b", 8),
        ("struct b { char a:3; char b:5; char c:1; };", "b", 2),
        ("enum e { A };", "enum e", 4),
        ("typedef struct { short s[3]; long l; } T;", "T", 16),
        ("struct n { struct n *next; int a[2][3]; };", "n", 32),
        ("struct e {};", "e", 0),
        ("typedef long double big;", "big", 16),
        ("", "unsigned long", 8),
        ("", "char *", 8),
        ("", "int [4]", 16),
    ] {
        assert_eq!(size(text, name), expected, "{text} {name}");
    }
    let narrow = Model { pointer: 4, long: 4 };
    let types = Types::default();
    assert_eq!(types.extent(&types.named("long", narrow).unwrap(), narrow).unwrap().size, 4);
}

#[test]
fn formats_tell_where_members_are() {
    for (text, name, expected) in [
        ("struct point { int x; int y; };", "point", "dd x y"),
        ("struct a { char c; int i; char *s; void *p; };", "a", "c...d*zp c i s p"),
        ("struct a { char n[16]; short s[3]; unsigned char b; };", "a", "[16]z[3]wb. n s b"),
        ("struct p { int x; }; struct r { struct p p; struct r *next; };", "r", "?....p (p)p next"),
        ("union u { int i; float f; };", "u", "0df i f"),
        ("enum e { A }; struct s { enum e e; double d; };", "s", "E....F (e)e d"),
        ("struct b { unsigned a:3; unsigned b:5; int c; };", "b", "dd a_b c"),
        ("typedef unsigned char byte; struct s { byte b[2]; long long q; };", "s", "[2]b......q b q"),
        ("", "int", "d"),
        ("", "unsigned long long", "q"),
    ] {
        let types = declared(text);
        let kind = types.named(name, MODEL).unwrap();
        assert_eq!(types.format(&kind, Nested::Named, MODEL).unwrap(), expected, "{text}");
    }
    let types = declared("struct p { int x; }; struct r { struct p p; };");
    let kind = types.named("r", MODEL).unwrap();
    assert_eq!(types.format(&kind, Nested::Inline, MODEL).unwrap(), "? (pf d x)p");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (text, part) in [
        ("struct a {\nint x\n};", "line 3: ; is missing"),
        ("struct a {", "{ is never closed"),
        ("enum e { A = B };", "B is no number"),
        ("int @;", "'@' is nothing of C"),
        ("/* x", "comment is never closed"),
        ("struct a { int x[-1]; };", "no negative length"),
        ("unsigned float x;", "line 1"),
        ("float double x;", "'float double' is no type"),
        ("enum e { A = 1 / 0 };", "no value in 64 bits"),
    ] {
        let error = Types::default().declare(text, MODEL).err().map(|error| error.to_string());
        let error = error.unwrap_or_else(|| panic!("{text} is taken"));
        assert!(error.contains(part), "{text}: {error}");
    }
    for (text, name) in [
        ("struct a { struct a a; };", "a"),
        ("typedef t2 t1; typedef t1 t2;", "t1"),
        ("struct a { struct nope n; };", "a"),
        ("struct a { int x[0x7fffffffffffffff]; int y[0x7fffffffffffffff]; };", "a"),
    ] {
        let types = declared(text);
        let kind = types.named(name, MODEL).unwrap();
        assert!(types.extent(&kind, MODEL).is_err(), "{text}");
        assert!(types.format(&kind, Nested::Inline, MODEL).is_err(), "{text}");
    }
    assert!(Types::default().named("nope", MODEL).is_err());
}

#[test]
fn what_fails_defines_nothing() {
    let mut types = Types::default();
    assert!(types.declare("struct a { int x; }; struct b {", MODEL).is_err());
    assert_eq!(types.defined().count(), 0);
    let text =
        "__BEGIN struct a { int x }; int f(void) { nonsense ; } struct b { int y; };\nint int;struct c;";
    let faults = types.declare_some(text, MODEL).unwrap();
    assert_eq!(types.defined().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "f"]);
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn the_table_is_sorted() {
    assert!(BASICS.is_sorted_by_key(|basic| basic.name));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "([a-z]{1,6}|struct|enum|union|typedef|int|char|unsigned|[{}();,:*=\\[\\]+-]|[0-9]{1,3}| |\n){0,40}") {
        let mut types = Types::default();
        let _ = types.declare(&text, MODEL);
        for name in types.defined().map(|(name, _)| name.to_owned()).collect::<Vec<_>>() {
            if let Ok(kind) = types.named(&name, MODEL) {
                let _ = types.extent(&kind, MODEL);
                let _ = types.format(&kind, Nested::Inline, MODEL);
            }
        }
    }

    #[test]
    fn structs_of_numbers_fill_their_size(kinds in prop::collection::vec(0usize..5, 1..12), packed: bool) {
        let names = [("char", 1u64), ("short", 2), ("int", 4), ("long", 8), ("char *", 8)];
        let members: String = kinds.iter().enumerate().map(|(at, kind)| format!("{} m{at};", names[*kind].0)).collect();
        let attribute = if packed { "__attribute__((packed))" } else { "" };
        let types = declared(&format!("struct s {{ {members} }} {attribute};"));
        let kind = types.named("s", MODEL).unwrap();
        let extent = types.extent(&kind, MODEL).unwrap();
        // The model: each member at the next multiple of its size, the whole a multiple of the largest.
        let (mut end, mut align) = (0u64, 1);
        for kind in &kinds {
            let size = names[*kind].1;
            let own = if packed { 1 } else { size };
            end = end.next_multiple_of(own) + size;
            align = align.max(own);
        }
        prop_assert_eq!(extent.size, end.next_multiple_of(align));
    }
}
