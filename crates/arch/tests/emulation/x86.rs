//! x86.

use farad_arch::Settings;
use farad_esil::Trap;

use crate::board::{Board, CODE, STACK};

fn wide(code: &str) -> Board {
    Board::new(&Settings::new("x86", 64), code)
}

/// Carry, parity, adjust, zero, sign and overflow as a row of digits.
fn flags(board: &Board) -> String {
    ["cf", "pf", "af", "zf", "sf", "of"].map(|flag| board.get(flag).to_string()).concat()
}

#[test]
fn sums_set_all_flags_and_clear_the_upper_half() {
    // add eax, ecx
    let sum = |a, b| wide("01c8").set("rax", a).set("rcx", b).run(1);
    let board = sum(0xffff_ffff_0000_0003, 0xffff_ffff);
    assert_eq!((board.get("rax"), flags(&board).as_str()), (2, "101000"));
    let board = sum(0x7fff_ffff, 1);
    assert_eq!((board.get("rax"), flags(&board).as_str()), (0x8000_0000, "011011"));
    // adc al, cl
    let board = wide("10c8").set("rax", 0xff).set("rcx", 0xff).set("cf", 1).run(1);
    assert_eq!((board.get("al"), flags(&board).as_str()), (0xff, "111010"));
    // sub rcx, rax; sbb eax, eax
    let board = wide("4829c1 19c0").set("rcx", 4).set("rax", 9).run(1);
    assert_eq!((board.get("rcx"), flags(&board).as_str()), (5u64.wrapping_neg(), "101010"));
    let board = board.run(1);
    assert_eq!((board.get("rax"), board.get("cf")), (0xffff_ffff, 1));
    // sub eax, ecx, at the edge
    let board = wide("29c8").set("rax", 0).set("rcx", 0x8000_0000).run(1);
    assert_eq!((board.get("rax"), flags(&board).as_str()), (0x8000_0000, "110011"));
    // neg al; dec eax; inc byte [rcx]
    let board = wide("f6d8 ffc8 fe01").set("rax", 0x80).set("rcx", STACK).poke(STACK, 0x7f, 1).run(1);
    assert_eq!((board.get("al"), flags(&board).as_str()), (0x80, "100011"));
    let mut board = board.run(2);
    assert_eq!((board.get("eax"), board.peek(STACK, 1), flags(&board).as_str()), (0x7f, 0x80, "101011"));
}

#[test]
fn products_and_quotients_use_both_registers() {
    // mul rcx
    let board = wide("48f7e1").set("rax", u64::MAX).set("rcx", 4).run(1);
    assert_eq!((board.get("rdx"), board.get("rax"), board.get("cf")), (3, u64::MAX << 2, 1));
    // imul eax, ecx, -3
    let board = wide("6bc1fd").set("rcx", 5).run(1);
    assert_eq!((board.get("rax"), board.get("of")), (0xffff_fff1, 0));
    // div ecx
    let board = wide("f7f1").set("rdx", 1).set("rax", 7).set("rcx", 16).run(1);
    assert_eq!((board.get("rax"), board.get("rdx")), (0x1000_0000, 7));
    // cdq; idiv ecx
    let board = wide("99 f7f9").set("rax", 0xffff_fff9).set("rcx", 2).run(2);
    assert_eq!((board.get("rax"), board.get("rdx")), (0xffff_fffd, 0xffff_ffff));
    // div cl, idiv cl
    let board = wide("f6f1").set("rax", 0x107).set("rcx", 16).run(1);
    assert_eq!((board.get("al"), board.get("ah")), (16, 7));
    let board = wide("f6f9").set("rax", 0xfff9).set("rcx", 2).run(1);
    assert_eq!((board.get("al"), board.get("ah")), (0xfd, 0xff));
}

#[test]
fn bits_are_shifted_found_and_counted_off() {
    // shl eax, 4; sar eax, 4; shr al, 1
    let board = wide("c1e004 c1f804 d0e8").set("rax", 0x1800_0001).run(1);
    assert_eq!((board.get("rax"), board.get("cf")), (0x8000_0010, 1));
    let board = board.run(1);
    assert_eq!((board.get("rax"), board.get("sf")), (0xf800_0001, 1));
    let board = board.run(1);
    assert_eq!((board.get("al"), board.get("cf"), board.get("zf")), (0, 1, 1));
    // rol eax, 8; ror rax, 4
    let board = wide("c1c008 48c1c804").set("rax", 0x1234_5678).run(2);
    assert_eq!(board.get("rax"), 0x2000_0000_0345_6781);
    // bsf eax, ecx; bsr rdx, rcx; bsf ebx, edi
    let board = wide("0fbcc1 480fbdd1 0fbcdf").set("rcx", 0x0100_0400).run(3);
    assert_eq!((board.get("rax"), board.get("rdx"), board.get("zf")), (10, 24, 1));
    // bts qword [rcx], rdx
    let mut board = wide("480fab11").set("rcx", STACK).set("rdx", 65).run(1);
    assert_eq!((board.peek(STACK + 8, 8), board.get("cf")), (2, 0));
    // shld eax, ecx, 8; shrd eax, ecx, 8
    let board = wide("0fa4c808").set("rax", 0x1122_3344).set("rcx", 0xaabb_ccdd).run(1);
    assert_eq!(board.get("rax"), 0x2233_44aa);
    let board = wide("0facc808").set("rax", 0x1122_3344).set("rcx", 0xaabb_ccdd).run(1);
    assert_eq!(board.get("rax"), 0xdd11_2233);
    // bswap ecx; bswap rax
    let board = wide("0fc9 480fc8").set("rcx", 0x1122_3344).set("rax", 0x1122_3344_5566_7788).run(2);
    assert_eq!((board.get("rcx"), board.get("rax")), (0x4433_2211, 0x8877_6655_4433_2211));
}

#[test]
fn moves_extend_exchange_and_depend_on_conditions() {
    // movsx eax, cl; movzx edx, cx; movsxd rbx, ecx
    let board = wide("0fbec1 0fb7d1 4863d9").set("rcx", 0xffff_ffff_8000_8080).set("rdx", u64::MAX).run(3);
    let read = ["rax", "rdx", "rbx"].map(|name| board.get(name));
    assert_eq!(read, [0xffff_ff80, 0x8080, 0xffff_ffff_8000_8080]);
    // xchg ecx, eax; xadd eax, ecx
    let board = wide("91 0fc1c8").set("rax", 3).set("rcx", 5).run(1);
    assert_eq!((board.get("rax"), board.get("rcx")), (5, 3));
    let board = board.run(1);
    assert_eq!((board.get("rax"), board.get("rcx")), (8, 5));
    // cmp edi, esi; cmovl eax, ebx; setg cl; cmovb edx, ebx
    let code = "39f7 0f4cc3 0f9fc1 0f42d3";
    let start = || wide(code).set("rbx", 7).set("rdx", u64::MAX).set("rsi", 1);
    let board = start().set("rdi", 0xffff_ffff).run(4);
    assert_eq!(["rax", "cl", "rdx"].map(|name| board.get(name)), [7, 0, 0xffff_ffff]);
    let board = start().set("rdi", 9).run(4);
    assert_eq!(["rax", "cl", "rdx"].map(|name| board.get(name)), [0, 1, 0xffff_ffff]);
    // lea eax, [rcx + rdx*4 - 8]
    let board = wide("8d4491f8").set("rcx", u64::MAX).set("rdx", 3).run(1);
    assert_eq!(board.get("rax"), 3);
}

#[test]
fn the_stack_calls_and_returns() {
    // push rbx; call +2; int3; int3; pop rcx; ret; at the call's target: add rsp, 8; pop rdx
    let mut board = wide("53 e802000000 cccc 4883c408 5a").set("rbx", 0x1234).run(2);
    assert_eq!(board.peek(STACK - 16, 8), CODE + 6);
    board = board.run(2);
    assert_eq!((board.get("rdx"), board.get("rsp")), (0x1234, STACK));
    // push rsp; pop rsp
    let board = wide("54 5c").run(2);
    assert_eq!(board.get("rsp"), STACK);
    // enter 16, 0; leave
    let board = wide("c8100000 c9").set("rbp", 7).run(1);
    assert_eq!((board.get("rsp"), board.get("rbp")), (STACK - 24, STACK - 8));
    let board = board.run(1);
    assert_eq!((board.get("rsp"), board.get("rbp")), (STACK, 7));
    // ret 8
    let board = wide("c20800").poke(STACK, CODE + 100, 8).run(1);
    assert_eq!((board.get("rip"), board.get("rsp")), (CODE + 100, STACK + 16));
    // int 0x80; syscall
    let board = wide("cd80 0f05").set("rax", 60).run(2);
    assert_eq!(board.traps, [Trap::Interrupt(0x80), Trap::Syscall(60)]);
}

#[test]
fn strings_repeat_as_often_as_the_counter_says() {
    // rep movsb
    let mut board = wide("f3a4").set("rcx", 3).set("rsi", STACK).set("rdi", STACK + 0x100);
    board = board.poke(STACK, 0x4433_2211, 4).run(1);
    assert_eq!((board.peek(STACK + 0x100, 4), board.get("rcx"), board.get("rsi")), (0x33_2211, 0, STACK + 3));
    // std; rep stosd
    let mut board = wide("fd f3ab").set("rcx", 2).set("rdi", STACK + 4).set("rax", 0x55).run(2);
    assert_eq!((board.peek(STACK, 8), board.get("rdi")), (0x55_0000_0055, STACK - 4));
    // repne scasb: the length of a text
    let board = wide("f2ae").set("rcx", u64::MAX).set("rdi", STACK).poke(STACK, 0x63_6261, 4).run(1);
    assert_eq!((board.get("rdi"), board.get("zf"), !board.get("rcx")), (STACK + 4, 1, 4));
    // repe cmpsb
    let board = wide("f3a6").set("rcx", 8).set("rsi", STACK).set("rdi", STACK + 16);
    let board = board.poke(STACK, 0x0102_0304, 4).poke(STACK + 16, 0x0109_0304, 4).run(1);
    assert_eq!((board.get("rcx"), board.get("zf"), board.get("cf")), (5, 0, 1));
}

#[test]
fn loops_and_branches_are_taken() {
    // again: add eax, ecx; loop again
    let board = wide("01c8 e2fc").set("rcx", 4).run(8);
    assert_eq!((board.get("rax"), board.get("rip")), (10, CODE + 4));
    // test eax, eax; je +2; mov cl, 1; mov dl, 1
    let board = wide("85c0 7402 b101 b201").run(3);
    assert_eq!((board.get("cl"), board.get("dl")), (0, 1));
}

#[test]
fn floating_point_is_computed() {
    // cvtsi2sd xmm0, ecx; addsd xmm0, xmm0; cvttsd2si eax, xmm0; pxor xmm0, xmm0
    let board = wide("f20f2ac1 f20f58c0 f20f2cc0 660fefc0").set("rcx", 0xffff_fff9).run(3);
    assert_eq!(board.get("rax"), (-14i32) as u32 as u64);
    assert_eq!(board.run(1).get("xmm0"), 0);
}

#[test]
fn narrower_modes_use_narrower_registers() {
    let narrow = Board::new(&Settings::new("x86", 32), "50 b8ffffffff 83c002 58 c3");
    let board = narrow.set("eax", 7).poke(STACK, CODE, 4).run(3);
    assert_eq!((board.get("eax"), board.get("cf"), board.get("esp")), (1, 1, STACK - 4));
    let board = board.run(2);
    assert_eq!((board.get("eax"), board.get("eip"), board.get("esp")), (7, CODE, STACK + 4));
    // pushal; popal
    let board = Board::new(&Settings::new("x86", 32), "60 61").set("ebx", 5).run(2);
    assert_eq!((board.get("ebx"), board.get("esp")), (5, STACK));
}
