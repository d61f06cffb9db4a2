//! The machine over a few registers and a page of memory: words, flags, conditions, loops, limits.

use std::collections::BTreeMap;

use farad_esil::{Ending, Error, Host, Item, Limits, Machine, Register, Trap};
use proptest::prelude::*;

/// Registers of their widths and 4 KiB of memory.
struct Board {
    registers: BTreeMap<&'static str, Register>,
    memory: Vec<u8>,
    big_endian: bool,
    interrupts: Vec<u64>,
    patience: usize,
}

impl Default for Board {
    fn default() -> Self {
        let register = |bits| Register { value: 0, bits };
        Self {
            registers: BTreeMap::from([
                ("rax", register(64)),
                ("rbx", register(64)),
                ("ebx", register(32)),
                ("ax", register(16)),
                ("cl", register(8)),
                ("zf", register(1)),
                ("xmm0", register(128)),
            ]),
            memory: vec![0; 4096],
            big_endian: false,
            interrupts: Vec::new(),
            patience: usize::MAX,
        }
    }
}

impl Host for Board {
    fn register(&mut self, name: &str) -> Option<Register> {
        self.registers.get(name).copied()
    }

    fn set_register(&mut self, name: &str, value: u128) -> bool {
        let Some(register) = self.registers.get_mut(name) else { return false };
        let mask = 1u128.checked_shl(register.bits).map_or(u128::MAX, |bit| bit - 1);
        register.value = value & mask;
        true
    }

    fn read(&mut self, addr: u64, bytes: &mut [u8]) -> bool {
        let at = usize::try_from(addr).unwrap_or(usize::MAX);
        let Some(from) = at.checked_add(bytes.len()).and_then(|end| self.memory.get(at..end)) else {
            return false;
        };
        bytes.copy_from_slice(from);
        true
    }

    fn write(&mut self, addr: u64, bytes: &[u8]) -> bool {
        let at = usize::try_from(addr).unwrap_or(usize::MAX);
        let Some(to) = at.checked_add(bytes.len()).and_then(|end| self.memory.get_mut(at..end)) else {
            return false;
        };
        to.copy_from_slice(bytes);
        true
    }

    fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    fn address(&self) -> u64 {
        0x1000
    }

    fn trap(&mut self, trap: Trap) -> Result<(), Error> {
        match trap {
            Trap::Interrupt(number) => self.interrupts.push(number),
            Trap::Syscall(number) => return Err(Error::Trap(number)),
        }
        Ok(())
    }

    fn goes_on(&mut self) -> bool {
        self.patience = self.patience.saturating_sub(1);
        self.patience > 0
    }
}

/// What is left on the stack, as text.
fn run(board: &mut Board, text: &str) -> Result<String, Error> {
    let (_, stack) = Machine::default().run(board, text)?;
    Ok(stack.iter().map(Item::to_string).collect::<Vec<_>>().join(","))
}

fn alone(text: &str) -> String {
    run(&mut Board::default(), text).unwrap_or_else(|error| error.to_string())
}

#[test]
fn words_do_what_the_book_says() {
    for (text, left) in [
        ("1,2,3", "1,2,3"),
        ("rax", "rax"),
        ("rax,NUM", "0"),
        ("3,3,-", "0"),
        ("1,3,-", "0x2"),
        ("3,1,-", "0xfffffffffffffffe"),
        ("1,-1,<", "0x1"),
        ("-1,1,<", "0"),
        ("8,0x80,~,8,0x70,~,64,5,~", "0xffffffffffffff80,0x70,0x5"),
        ("1,2,SWAP", "2,1"),
        ("1,2,3,ROT", "2,3,1"),
        ("1,2,DUP,POP", "1,2"),
        ("1,2,CLEAR", ""),
        ("0,!,5,!", "0x1,0"),
        ("5,++,5,--", "0x6,0x4"),
        ("-1,-1,L*", "0xfffffffffffffffe,0x1"),
        ("9,I2D,SQRT,D2I", "0x3"),
        ("32,9,I2D,D2F", "0x41100000"),
        ("1,?{,2,}{,3,}", "2"),
        ("0,?{,2,}{,3,}", "3"),
        ("0,?{,1,?{,2,}{,9,},}{,3,}", "3"),
        ("1,?{,0,?{,2,}{,4,},}{,3,},5", "4,5"),
        ("1,BREAK,2", "1"),
        ("$$", "0x1000"),
        (",", ""),
        ("16,BITS", ""),
    ] {
        assert_eq!(alone(text), left, "{text}");
    }
}

#[test]
fn names_on_the_stack_are_looked_up_when_they_are_taken() {
    assert_eq!(alone("5,rax,=,rax,7,rax,=,NUM"), "0x7");
    assert_eq!(alone("5,rax,=,rax,NUM,7,rax,=,NUM"), "0x5");
}

/// The flags of a sum or difference: carry, borrow, overflow, sign, zero, parity.
fn flags(change: &str, a: u64, b: u64, bits: u32) -> String {
    let top = bits - 1;
    let register = if bits == 64 { "rax" } else { "ebx" };
    alone(&format!("{a},{register},:=,{b},{register},{change},{top},$c,{bits},$b,{top},$o,{top},$s,$z,$p"))
        .replace("0x1", "1")
}

#[test]
fn flags_are_read_off_the_last_assignment() {
    assert_eq!(flags("+=", 3, u64::from(u32::MAX), 32), "1,0,0,0,0,0");
    assert_eq!(flags("+=", 0x7fff_ffff, 1, 32), "0,1,1,1,0,1");
    assert_eq!(flags("+=", u64::from(u32::MAX), 1, 32), "1,0,0,0,1,1");
    assert_eq!(flags("-=", 0, 0x10, 64), "0,1,0,1,0,1");
    assert_eq!(flags("-=", 1 << 63, 1, 64), "1,0,1,0,0,1");
    // A weak assignment leaves them alone, a comparison sets them and nothing else.
    assert_eq!(alone("1,rax,=,0,rbx,:=,$z"), "0");
    assert_eq!(alone("7,rax,=,7,rax,==,$z,rax,NUM"), "0x1,0x7");
    assert_eq!(alone("3,cl,:=,4,cl,==,8,$b,7,$s"), "0x1,0x1");
}

#[test]
fn memory_is_read_and_written_in_the_hosts_order() {
    let mut board = Board::default();
    assert_eq!(run(&mut board, "0x11223344,0x10,=[4],0x10,[2],0x12,[1]").unwrap(), "0x3344,0x22");
    assert_eq!(run(&mut board, "1,0x10,+=[4],0x10,++=[1],0x10,[4],$z").unwrap(), "0x11223346,0");
    board.big_endian = true;
    assert_eq!(run(&mut board, "0x11223344,0x20,=[4],0x20,[1],0x20,[]").unwrap(), "0x11,0x1122334400000000");
    let wide = "0x8000000000000000,0x30,=[8],0x30,[16],xmm0,=,xmm0,NUM";
    assert_eq!(run(&mut board, wide).unwrap(), "0x80000000000000000000000000000000");
    for text in ["0,0xffc,=[8]", "0xffffffffffffffff,[1]"] {
        assert!(matches!(run(&mut board, text), Err(Error::Memory { .. })), "{text}");
    }
}

#[test]
fn several_registers_go_to_memory_and_back() {
    let mut board = Board::default();
    run(&mut board, "1,rax,=,2,rbx,=,rbx,rax,2,0x40,=[*]").unwrap();
    assert_eq!((board.memory[0x40], board.memory[0x48]), (1, 2));
    run(&mut board, "0,rax,=,0,rbx,=,rbx,rax,0xffffffff,0x40,[*]").unwrap();
    assert_eq!((board.registers["rax"].value, board.registers["rbx"].value), (1, 2));
}

#[test]
fn loops_end() {
    let mut board = Board::default();
    let fill = "rbx,!,?{,BREAK,},7,rax,=[1],1,rax,+=,rbx,--=,0,GOTO";
    run(&mut board, "0x100,rax,=,9,rbx,=").unwrap();
    assert_eq!(Machine::default().run(&mut board, fill).unwrap().0, Ending::Break);
    assert_eq!(board.memory[0xff..0x10a], [0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0]);
    assert!(matches!(run(&mut board, "0,GOTO"), Err(Error::Limit { limit: 4096, .. })));
    let mut machine = Machine::default();
    machine.limits = Limits { jumps: usize::MAX, ..Limits::default() };
    assert!(matches!(machine.run(&mut board, "0,GOTO"), Err(Error::Limit { what: "the steps", .. })));
    board.patience = 3;
    assert_eq!(machine.run(&mut board, "0,GOTO"), Err(Error::Stopped));
}

#[test]
fn what_is_wrong_is_named() {
    for (text, wanted) in [
        ("+", "`+` finds too little on the stack"),
        ("foo,1,+", "`foo` is no number, no register and no word of ESIL"),
        ("1,2,=", "`=` writes registers, and `2` is none"),
        ("1,1,1,+,=", "`=` writes registers, and `0x2` is none"),
        ("0,1,/", "a division by zero"),
        ("0,?{,1", "`?{` leads out of the expression"),
        ("9,GOTO", "`GOTO` leads out of the expression"),
        ("5,TRAP", "a trap with code 0x5"),
        ("5,()", "a trap with code 0x5"),
    ] {
        assert_eq!(alone(text), wanted, "{text}");
    }
    let mut board = Board::default();
    run(&mut board, "3,$").unwrap();
    assert_eq!(board.interrupts, [3]);
    let deep = "1,".repeat(2000);
    assert!(matches!(run(&mut board, &deep), Err(Error::Limit { what: "the stack", .. })));
    assert!(matches!(run(&mut board, &",".repeat(20000)), Err(Error::Limit { what: "the words", .. })));
}

const WORDS: &[&str] = &[
    "0",
    "1",
    "-1",
    "63",
    "0x80000000",
    "0xffffffffffffffff",
    "rax",
    "ebx",
    "cl",
    "zf",
    "xmm0",
    "foo",
    "+",
    "-",
    "*",
    "/",
    "%",
    "~/",
    "~%",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    ">>>>",
    "<<<",
    ">>>",
    "<",
    "<=",
    ">",
    ">=",
    "!",
    "++",
    "--",
    "~",
    "L*",
    "==",
    "=",
    ":=",
    "+=",
    "-=",
    "<<=",
    ">>>>=",
    "~=",
    "!=",
    "[1]",
    "[4]",
    "[16]",
    "[]",
    "[*]",
    "=[2]",
    "=[8]",
    "+=[4]",
    "++=[1]",
    "=[*]",
    "?{",
    "}{",
    "}",
    "BREAK",
    "GOTO",
    "DUP",
    "SWAP",
    "ROT",
    "POP",
    "NUM",
    "CLEAR",
    "BITS",
    "STACK",
    "TODO",
    "TRAP",
    "$",
    "()",
    "$z",
    "$c",
    "$b",
    "$p",
    "$s",
    "$o",
    "$$",
    "$ds",
    "$jt",
    "$js",
    "SETJT",
    "SETJTS",
    "SETD",
    "F+",
    "F/",
    "-F",
    "I2D",
    "D2I",
    "D2F",
    "F2D",
    "SQRT",
    "",
];

proptest! {
    /// Any sequence of words ends, with a result or an error.
    #[test]
    fn any_words_end(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        let mut machine = Machine::default();
        machine.limits.steps = 1 << 14;
        let _ = machine.run(&mut Board::default(), &words.join(","));
    }

    /// So does any text.
    #[test]
    fn any_text_ends(text in ".{0,80}") {
        let _ = Machine::default().run(&mut Board::default(), &text);
    }
}
