//! The tables as a whole, and commands as they are typed.

use std::collections::HashSet;

use farad_io::{Ctx, Principal, Schemes};

use crate::config;
use crate::eval::{Env, run_line};
use crate::load::{self, Request};
use crate::out::Capture;
use crate::registry::{Glue, Registry};
use crate::session::Session;
use crate::view::View;

/// A session with 512 bytes of memory open.
struct Bench {
    session: Session,
    view: View,
    ctx: Ctx,
}

impl Bench {
    fn new() -> Bench {
        let schemes = Schemes::new().with(farad_io::local());
        let mut bench = Bench {
            session: Session::new(schemes, Registry::new(super::groups())),
            view: View::default(),
            ctx: Ctx::owner(),
        };
        let mut capture = Capture::new();
        let request = Request { perm: farad_io::Perm::RWX, ..Request::new("malloc://512") };
        load::open(&mut bench.env(&mut capture), &request).unwrap();
        bench
    }

    fn env<'a>(&'a mut self, out: &'a mut Capture) -> Env<'a> {
        Env { session: &mut self.session, view: &mut self.view, ctx: &self.ctx, out }
    }

    fn run(&mut self, line: &str) -> (bool, Capture) {
        let mut capture = Capture::new();
        let succeeded = run_line(&mut self.env(&mut capture), line);
        (succeeded, capture)
    }
}

/// What lines print on 512 bytes of memory, each of which must succeed.
pub(super) fn output(line: &str) -> String {
    let (succeeded, out) = Bench::new().run(line);
    assert!(succeeded, "{line}: {:?}", out.reports);
    out.text()
}

#[test]
fn every_row_is_whole_and_its_examples_run() {
    let mut seen = HashSet::new();
    for group in super::groups() {
        assert!(!group.brief.is_empty() && !group.prefix.is_empty());
        for row in group.rows {
            assert!(seen.insert(row.name), "{} is there twice", row.name);
            assert!(!row.brief.is_empty() && !row.brief.ends_with('.'), "{}: {}", row.name, row.brief);
            let (helped, help) = Bench::new().run(&format!("{}?", row.name.trim_end_matches(['?', '='])));
            assert!(helped && !help.text().is_empty(), "{} has no help: {:?}", row.name, help.reports);
            for example in row.examples {
                let (succeeded, out) = Bench::new().run(example);
                assert!(succeeded, "{example}: {:?}", out.reports);
            }
        }
    }
}

/// A name that another row's name and output form would also give.
#[test]
fn no_row_hides_the_form_of_another() {
    let registry = Registry::new(super::groups());
    for row in registry.rows() {
        for other in registry.rows().iter().filter(|other| other.name != row.name) {
            let Some(rest) = other.name.strip_prefix(row.name) else { continue };
            let hidden =
                row.modes.iter().any(|mode| mode.letter().is_some_and(|letter| rest == letter.to_string()));
            assert!(!hidden, "{} is a form of {} and a row of its own", other.name, row.name);
        }
        assert!(row.glue != Glue::Rest || row.modes.is_empty() || row.name.len() < 3, "{}", row.name);
    }
}

#[test]
fn commands_print_what_the_peer_prints() {
    for (line, expected) in [
        ("?v 0xff&0x0f; ?v -1; ?v 1.5", "0xf\n0xffffffffffffffff\n0x1\n"),
        ("?e a b  c; ?e a\\nb; ?e \"a;b\"", "a b c\na\nb\na;b\n"),
        ("?x abcd; ?X 0x1234; ?b 0xff; ?u 1048576", "61626364\n1234\n11111111b\n1M\n"),
        ("?s 0 10 2", "0 2 4 6 8 10 \n"),
        ("?== a a; ?? ?e yes", ""),
        ("s 0x300; s--; s", "0x200\n"),
        ("s 0x123; sa 0x100; s", "0x100\n"),
        ("s 1; s 2; s 3; s*", "f undo_2 = 0x0\nf undo_1 = 0x1\nf undo_0 = 0x2\n"),
        ("s 1; s 2; s-; s; s+; s", "0x1\n0x2\n"),
        ("s=", "\n"),
        ("sj", "[{\"offset\":0,\"current\":true}]\n"),
        ("b-4; b; bj", "0xfc\n{\"blocksize\":252,\"blocksize_limit\":52428800}\n"),
        ("e hex.cols=8; e hex.cols; e! io.va; e io.va; et hex.cols", "8\nfalse\nint\n"),
        ("e asm.bits=77; e asm.bits; e asm.cpu", "64\nx86\n"),
        ("e,hex.cols=8,io.va=false; e hex.cols; e io.va; e.hex.cols=4; e hex.cols", "8\nfalse\n4\n"),
        ("s 0x10; e search.from=$$+4; e search.from; e scr.color=true; e scr.color", "0x14\n1\n"),
        ("e??~Bytes in a row of; e?~hex", "            hex.cols: Bytes in a row of a hex dump\n"),
        ("es~hex; es hex~cols; ev hex.cols", "hex\ncols\nhex.cols = 16 ; Bytes in a row of a hex dump\n"),
        ("er hex.cols; evj hex.cols~{[0].ro}; evj hex.cols~{[0].value}", "true\n16\n"),
        (
            "e?hex.cols; e??hex.col",
            "            hex.cols: Bytes in a row of a hex dump\n            hex.cols: Bytes in a row of a hex dump\n",
        ),
        ("f foo 4 0x10; f*", "fs *\n'f foo 4 0x00000010 \n"),
        ("f foo=0x20; fl foo 8; fr foo bar; f", "0x00000020 8 bar\n"),
        ("f a 1 0x1; f b 2 0x2; f c 3 0x3; f-b; f", "0x00000001 1 a\n0x00000003 3 c\n"),
        ("f foo 4 0x10; fm 0x40 @ foo; f; fd 0x42", "0x00000040 4 foo\nfoo + 2\n"),
        ("f foo 4 0x10; fc red @ foo; fc", "0x00000010  foo       red\n"),
        ("f 1foo 4; f 'a b' 4; f", ""),
        ("f x 4 0x4; fC x two words; .f*; fC x; f", "two words\n0x00000004 4 x\n"),
        ("o", " 3 * rwx 0x00000200 malloc://512\n"),
        (
            "o malloc://64 0x1000; om",
            "- 2 fd: 4 +0x00000000 0x00001000 - 0x0000103f rw- rw- \n* 1 fd: 3 +0x00000000 0x00000000 - 0x000001ff rwx rwx \n",
        ),
        ("onn malloc://64; o", " 3 - rwx 0x00000200 malloc://512\n 4 * rw- 0x00000040 malloc://64\n"),
        ("o-3; o; om", ""),
        (
            "om 3 0x1000 0x10; omr 2 0x20; om. @ 0x101f",
            " 2 fd: 3 +0x00000000 0x00001000 - 0x0000101f rwx rwx \n",
        ),
        ("px 1 @e:io.va=false~[1]; e io.va", "offset\n00\ntrue\n"),
        ("om 3 0x10 4; om 4; om 3~?; omd 0x20 0x24 @ 8; om~+0x00000008?", "2\n1\n"),
        ("om*", "omu 3 0x00000000 0x00000200 0x00000000 rwx\n"),
        ("r+4; r; r-8; r; r 16; r", "516\n508\n16\n"),
        ("w foo\\nbar; p8 8", "666f6f0a62617200\n"),
        ("s 4; wx aa; wx+ bb; s; p8 2 @ 4", "0x5\nbb00\n"),
        ("b 8; woe 1 3; p8 9", "0104070a0d10131600\n"),
        ("ws2 hello; p8 8", "050068656c6c6f00\n"),
        ("wx 0102; wex 0a0b @ 1; p8 4; r", "010a0b02\n514\n"),
        (
            "e io.cache=true; wx 9090; wc; wc-; p8 2",
            "idx=0 addr=0x00000000 size=2 0000 -> 9090 (not written)\n0000\n",
        ),
        (
            "e io.cache=true; wx 9090; wci; wc; e io.cache=false; p8 2",
            "idx=0 addr=0x00000000 size=2 0000 -> 9090 (written)\n9090\n",
        ),
    ] {
        let (_, out) = Bench::new().run(line);
        assert_eq!(out.text(), expected, "{line}: {:?}", out.reports);
    }
}

#[test]
fn failures_say_what_to_do() {
    for (line, part) in [
        ("e nothere=1", "no setting 'nothere'"),
        ("e asm.bits=77", "asm.bits"),
        ("e asm.arch=nope", "use one of"),
        ("er hex.cols; e hex.cols=3", "locked"),
        ("f 1foo", "begin with a letter"),
        ("fr a b", "no flag 'a'"),
        ("b 0", "block size"),
        ("o-9", "no descriptor 9"),
        ("o rap://:9", "=:9"),
        ("wx 9", "odd number"),
        ("w foo @ 0x1000", "no map covers"),
    ] {
        let (succeeded, out) = Bench::new().run(line);
        assert!(
            !succeeded && out.reports.iter().any(|report| report.contains(part)),
            "{line}: {:?}",
            out.reports
        );
    }
}

#[test]
fn a_peers_text_leaves_notes_and_nothing_else() {
    for (line, allowed) in [
        ("f foo 4 0x10", true),
        ("fs sym", true),
        ("fC foo text", true),
        ("om 3 0x1000 0x10", true),
        ("wx 90", false),
        ("o malloc://64", false),
        ("e hex.cols=8", false),
        ("ls", false),
        ("env", false),
        ("s 4", false),
        ("r 4", false),
    ] {
        let mut bench = Bench::new();
        bench.run("f foo");
        bench.ctx = bench.ctx.for_principal(Principal::peer_text("test"));
        let (succeeded, out) = bench.run(line);
        assert_eq!(succeeded, allowed, "{line}: {:?}", out.reports);
    }
}

#[test]
fn the_session_keeps_what_is_set_for_all() {
    let mut bench = Bench::new();
    let mut capture = Capture::new();
    super::config::set(&mut bench.env(&mut capture), "hex.cols=8", true).unwrap();
    super::config::set(&mut bench.env(&mut capture), "io.ff=false", false).unwrap();
    assert!(!bench.view.lens.ff);
    bench.view = View::default();
    assert_eq!(bench.run("e hex.cols").1.text(), "8\n");
}

#[test]
fn the_sandbox_refuses_and_cannot_be_left() {
    let mut bench = Bench::new();
    assert!(bench.run("e cfg.sandbox.grain=exec,files; e cfg.sandbox=true").0);
    for line in ["!true", "wt out", "e cfg.sandbox=false", "e cfg.sandbox.grain=none"] {
        let (succeeded, out) = bench.run(line);
        assert!(!succeeded && out.reports[0].contains("sandbox"), "{line}: {:?}", out.reports);
    }
    for line in ["e-cfg.sandbox", "e-", "e! cfg.sandbox", "?e x @e:cfg.sandbox=false"] {
        let (succeeded, out) = bench.run(line);
        assert!(
            !succeeded && out.reports[0].contains("from inside the sandbox"),
            "{line}: {:?}",
            out.reports
        );
    }
    assert!(bench.run("e cfg.sandbox").1.text().starts_with("true"));
}

#[test]
fn the_sandbox_holds_for_the_rest_of_the_line() {
    let (succeeded, out) = Bench::new().run("e cfg.sandbox=true;!true");
    assert!(!succeeded && out.reports[0].contains("sandbox"), "{:?}", out.reports);
}

#[test]
fn a_locked_setting_stays_in_every_way() {
    let mut bench = Bench::new();
    assert!(bench.run("er asm.bits;er hex.header;er search.in").0);
    let ways = [
        "e asm.bits=32",
        "e- asm.bits",
        "e! hex.header",
        "pd 1 @b:32",
        "px @e:hex.header=false",
        "e,search.in=raw",
    ];
    for line in ways {
        let (succeeded, out) = bench.run(line);
        assert!(!succeeded && out.reports[0].contains("is locked (er)"), "{line}: {:?}", out.reports);
    }
    assert!(config::settle(&mut bench.session, None, "asm.bits", "16").is_err());
    assert!(config::settle(&mut bench.session, None, "http.auth", "true").is_err());
}

#[test]
fn a_setting_that_chooses_nothing_stays() {
    let (succeeded, out) = Bench::new().run("e io.pava=true");
    assert!(!succeeded && out.reports[0].contains("io.pava stays false"), "{:?}", out.reports);
    assert!(Bench::new().run("e io.pava=false; e stack.size").0);
}

#[test]
fn json_holds_nothing_that_a_terminal_obeys() {
    let shown = crate::render::json_text(&serde_json::json!({ "name": "fmap.\u{7f}\u{9b}\n" }));
    assert_eq!(shown, "{\"name\":\"fmap.\\u007f\\u009b\\n\"}");
    // A name that a file chose, in the list of maps.
    let mut bench = Bench::new();
    let (_, out) = bench.run("o malloc://16; omn. \u{7f}x; omj");
    assert!(!out.text().contains('\u{7f}'), "{:?}", out.text());
}
