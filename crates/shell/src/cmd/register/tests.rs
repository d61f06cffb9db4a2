//! Registers and their lists.

use crate::cmd::print::tests::output;

#[test]
fn registers_are_set_listed_and_put_aside() {
    let said = |line: &str| output("malloc://64", line);
    assert_eq!(said("ar rax=0x1122; ar al; ar ah; ar rax"), "0x00000022\n0x00000011\n0x00001122\n");
    assert_eq!(said("ar eax=5; ara+; ar eax=6; ara-; ar rax"), "0x00000005\n");
    assert!(said("ar").starts_with("rax = 0x00000000\nrbx = 0x00000000\n"));
    assert_eq!(said("arn PC"), "rip\n");
    assert_eq!(said("ar rip=8; ?v rip; s rip; s"), "0x8\n0x8\n");
    assert!(said("ar nosuch").contains("x86 has no register 'nosuch'"));
    assert!(said("arn XX").contains("roles are PC"));
    assert_eq!(
        said("e asm.arch=arm; e asm.bits=32; ar r0=7; ar=~:2"),
        "    pc 0x00000000            r0 0x00000007            r1 0x00000000\n"
    );
    assert_eq!(said("ar rax=3; .ar*; f~rax"), "0x00000003 8 rax\n");
}
