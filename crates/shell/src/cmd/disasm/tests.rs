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
