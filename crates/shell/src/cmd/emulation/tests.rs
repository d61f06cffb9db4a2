//! Emulation as it is asked for.

use crate::cmd::print::tests::{capture, output};

/// Counts `rax` down from 3 and returns: `mov eax, 3; dec eax; jne -4; ret`.
const LOOP: &str = "wx b803000000ffc875fcc3; aei; aeim 0x10000 0x1000";

fn said(line: &str) -> String {
    output("malloc://64", &format!("{LOOP}; {line}"))
}

#[test]
fn instructions_run_one_by_one_and_up_to_something() {
    assert_eq!(said("aeip; aes; ar rax; aes 2; ar rip; ar rax"), "0x00000003\n0x00000005\n0x00000002\n");
    assert_eq!(said("aeip; aesu 9; ar rax; ar rip"), "0x00000000\n0x00000009\n");
    assert_eq!(said("aeip; aesuo ret; ar rip"), "0x00000009\n");
    assert_eq!(said("aeip; aesue 1,eax,==,$z; ar rax"), "0x00000001\n");
    assert_eq!(said("aef 0; ar rip; ar rax"), "0x00000009\n0x00000000\n");
    assert_eq!(said("ar rsp; aei-; om~?"), "0x00010800\n1\n");
    assert_eq!(said("aess 2; ar rip; aesp 0 1; ar rip"), "0x00000007\n0x00000005\n");
}

#[test]
fn what_stops_a_run_is_said_and_what_was_done_is_kept() {
    let out = capture(
        "malloc://64",
        &format!("{LOOP}; wx 00 @ 0x3f; ar rsp=0x10ff8; wv8 0x2000 @ 0x10ff8; aeip; aec; ar rip"),
    );
    assert_eq!(out.text(), "0x00002000\n");
    assert!(out.reports[0].contains("stopped at 0x00002000: nothing is mapped there"), "{:?}", out.reports);
    let out = capture("malloc://64", "wx ebfe; aeip; e esil.maxsteps=100; aec; ar rip");
    assert!(out.reports[0].contains("stopped after esil.maxsteps"), "{:?}", out.reports);
}

#[test]
fn expressions_run_alone() {
    assert_eq!(said("ae 1,1,+; ae 1,2,3; ae 5,rbx,=; ar rbx"), "0x2\n3\n2\n1\n0x00000005\n");
    assert_eq!(said("aex 48ffc0; ar rax"), "0x00000001\n");
    assert!(
        said("ae 1,0,/").contains("a division by zero") || said("ae 0,1,/").contains("a division by zero")
    );
    assert!(said("ae nosuch,1,+").contains("nosuch"));
}

#[test]
fn calls_are_stepped_over() {
    // call 8; nop; hlt… ; at 8: inc rax; ret
    let line = "wx e80300000090f4cc48ffc0c3; aei; aeim 0x10000 0x1000; aeip; aeso; ar rip; ar rax";
    assert_eq!(output("malloc://64", line), "0x00000005\n0x00000001\n");
}

#[test]
fn what_instructions_use_is_told() {
    let line = "wx 488b034889c3; aea 2; aeaw 2; aean 1";
    assert_eq!(output("malloc://64", line), " I: rbx\n R: rbx rax\n W: rax rbx\n@R: 0x0\nrax rbx\nrbx\n");
}
