//! Listings of a few instructions in memory.

use crate::cmd::print::tests::output;

/// At 0x10: `cmp al, 0x41`, `je` over the rest, `lea rsi, [rip+4]`, `jmp` to the start, `ret`,
/// NUL, `hi`.
fn listed(line: &str) -> String {
    output("malloc://64", &format!("wx 3c417409488d3504000000ebf3c300686900 @ 0x10;s 0x10;{line}"))
}

#[test]
fn a_listing_has_jump_lines_names_and_comments() {
    let lines = [
        "            ;-- start:",
        "        .-> 0x00000010      3c41               cmp al, 0x41            ; 65",
        "       ,==< 0x00000012      7409               je 0x1d",
        "       |:   0x00000014      488d3504000000     lea rsi, text           ; 0x1f ; \"hi\"",
        "       |`=< 0x0000001b      ebf3               jmp start",
        "       `--> 0x0000001d      c3                 ret",
    ];
    let expected: String = lines.map(|line| format!("{line}\n")).concat();
    assert_eq!(listed("e asm.nbytes=8;f start=0x10;f text=0x1f;pd 5"), expected);
}

#[test]
fn short_forms_have_text_alone_or_bytes() {
    assert_eq!(listed("pi 2"), "cmp al, 0x41\nje 0x1d\n");
    assert_eq!(listed("pI 3"), "cmp al, 0x41\ninvalid\n");
    assert_eq!(
        listed("f here=0x12;pid 2"),
        "0x00000010                 3c41  cmp al, 0x41\n\
         0x00000012   here:\n\
         0x00000012                 7409  je 0x1d\n"
    );
    assert_eq!(
        listed("pda 2"),
        "0x00000010                 3c41  cmp al, 0x41\n0x00000011                   41  invalid\n"
    );
}

#[test]
fn instructions_are_counted_back_and_split_at_flags() {
    assert_eq!(listed("e asm.lines=false;pd -2 @ 0x1b"), listed("e asm.lines=false;pd 2 @ 0x12"));
    let split = listed("f inside=0x16;e asm.lines=false;pd 2 @ 0x14");
    assert!(split.starts_with("0x00000014  ~   488d350400.."), "{split}");
    assert!(split.contains("\n;-- inside:\n0x00000016      "), "{split}");
}

#[test]
fn json_tells_what_an_instruction_does() {
    let json: serde_json::Value = serde_json::from_str(&listed("pdj 2")).unwrap();
    assert_eq!(json[1]["jump"], 0x1d);
    assert_eq!(json[1]["fail"], 0x14);
    assert_eq!(json[1]["type"], "cjmp");
    assert_eq!(listed("pdj 0"), "[]\n");
}

#[test]
fn listings_end_at_what_is_asked_for() {
    let until = |line: &str| listed(&format!("e asm.lines=false;{line}")).lines().count();
    assert_eq!(until("pdua 0x14"), 2);
    assert_eq!([until("pdui ret"), until("pduo ret"), until("piu ret")], [5, 5, 5]);
    let error = listed("pduc");
    assert!(error.contains("no call between 0x00000010 and "), "{error}");
    assert!(listed("pdua 0x10").contains("seek before it"));
    assert_eq!(listed("piuq cjmp"), "cmp al, 0x41\nje 0x1d\n");
}

#[test]
fn instructions_follow_the_flow() {
    // A jump over a byte, a call, a condition that is passed, and a return to behind the call.
    let code = "hex://eb01cce80100000090740090c3";
    let shown = |line: &str| crate::cmd::print::tests::output(code, line);
    let order = ["jmp 3", "call 9", "je 0xb", "nop", "ret", "nop", "je 0xb", "nop", "ret"];
    let addrs = [0, 3, 9, 0xb, 0xc, 8, 9, 0xb, 0xc];
    let lines = order.iter().zip(addrs);
    let expected: Vec<String> = lines.map(|(text, addr)| format!("{addr:#010x} {text}")).collect();
    let flow: Vec<String> = shown("pdeq 20")
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .map(|words| format!("{} {}", words[0], words[2..].join(" ")))
        .collect();
    assert_eq!(flow, expected);
    assert_eq!(shown("pde 20").lines().count(), expected.len());
}

#[test]
fn lines_of_listings_know_their_addresses() {
    let json: serde_json::Value = serde_json::from_str(&listed("f here=0x12; pdJ 2")).unwrap();
    let addrs: Vec<u64> =
        json.as_array().unwrap().iter().map(|line| line["addr"].as_u64().unwrap()).collect();
    assert_eq!(addrs, [0x10, 0x12, 0x12]);
    assert_eq!(json[2]["arrow"], 0x1d);
    assert!(json[1].get("arrow").is_none() && json[1]["text"].as_str().unwrap().ends_with(";-- here:"));
}

#[test]
fn parts_of_functions_are_shown_alone() {
    assert_eq!(listed("af; pib @ 0x12"), "cmp al, 0x41\nje 0x1d\n");
    assert_eq!(listed("af; pir").lines().count(), listed("af; pif").lines().count());
    assert!(listed("pib").contains("no block of a function holds 0x00000010"));
    assert_eq!(listed("pd, 2,addr/eq/0x12,:csv").lines().count(), 2);
}
