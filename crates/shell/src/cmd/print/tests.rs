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
