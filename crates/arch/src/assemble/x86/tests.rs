//! What is assembled, held against the bytes that other assemblers make and against the decoder.

use proptest::prelude::*;

use crate::assembler::Assembler;
use crate::decoder::Decoder;
use crate::settings::{Settings, Syntax};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn settings(bits: u32, syntax: Syntax) -> Settings {
    Settings { bits, syntax, ..Settings::default() }
}

#[track_caller]
fn check(bits: u32, syntax: Syntax, rows: &[(&str, &str)]) {
    let assembler = Assembler::new(&settings(bits, syntax)).unwrap();
    for (text, wanted) in rows {
        match assembler.assemble_plain(text, 0) {
            Ok(bytes) => assert_eq!(hex(&bytes), *wanted, "{text}"),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn encodings_are_the_shortest() {
    check(
        64,
        Syntax::Intel,
        &[
            ("mov eax, 1", "b801000000"),
            ("mov rax, 1", "48c7c001000000"),
            ("mov rax, 0xffffffff", "48b8ffffffff00000000"),
            ("mov rax, rbx", "4889d8"),
            ("MOV RAX, QWORD PTR [RBX]", "488b03"),
            ("movabs rax, 1", "48b80100000000000000"),
            ("mov eax, [0x1234]", "8b042534120000"),
            ("mov eax, dword fs:[0x28]", "648b042528000000"),
            ("add rax, 8", "4883c008"),
            ("add eax, 0xffffffff", "83c0ff"),
            ("add eax, 0x12345678", "0578563412"),
            ("sub rsp, 0x100", "4881ec00010000"),
            ("lea rax, [rip+8]", "488d0508000000"),
            ("lea rax, [rel 0x10]", "488d0509000000"),
            ("jmp 0x10", "eb0e"),
            ("jmp 0x1000", "e9fb0f0000"),
            ("jz 0x40", "743e"),
            ("call 0x20", "e81b000000"),
            ("call qword [rip + 4]", "ff1504000000"),
            ("jmp rax", "ffe0"),
            ("ljmp [rax]", "ff28"),
            ("push 0x80", "6880000000"),
            ("push word 1", "666a01"),
            ("enter 16, 2", "c8100002"),
            ("ret 8", "c20800"),
            ("xchg rax, rbx", "4893"),
            ("xchg eax, eax", "87c0"),
            ("xchg rbx, [rax]", "488718"),
            ("test eax, eax", "85c0"),
            ("shl eax", "d1e0"),
            ("shl dword [rax], cl", "d320"),
            ("imul eax, 5", "6bc005"),
            ("imul rax, rbx, 0x100", "4869c300010000"),
            ("rep stosq qword [rdi], rax", "f348ab"),
            ("repne scasb", "f2ae"),
            ("lock cmpxchg dword [rcx], edx", "f00fb111"),
            ("nop word cs:[rax + rax]", "2e660f1f0400"),
            ("in al, dx", "ec"),
            ("int3", "cc"),
            ("endbr64", "f30f1efa"),
            ("xlatb", "d7"),
            ("fadd st(1)", "d8c1"),
            ("faddp st(1)", "dec1"),
            ("fld tbyte [rax]", "db28"),
            ("movaps xmm0, xmm1", "0f28c1"),
            ("movq xmm0, rax", "66480f6ec0"),
            ("cmpltps xmm0, xmm1", "0fc2c101"),
            ("vaddps ymm0, ymm1, ymm2", "c5f458c2"),
            ("vaddps zmm0 {k1} {z}, zmm1, dword [rax] {1to16}", "62f174d95800"),
            ("mov r8b, spl", "4188e0"),
        ],
    );
    check(
        32,
        Syntax::Intel,
        &[
            ("mov eax, dword [0x1234]", "a134120000"),
            ("push 0x10", "6a10"),
            ("inc eax", "40"),
            ("pushal", "60"),
            ("lcall 0x10:0x1234", "9a341200001000"),
            ("lcall 0x10, 0x1234", "9a341200001000"),
            ("call -5", "e8f6ffffff"),
            ("mov ax, word [bx + si + 0x1000]", "66678b800010"),
        ],
    );
    check(16, Syntax::Intel, &[("mov ax, 1", "b80100"), ("jmp 0x10", "eb0e"), ("mov al, [bp+2]", "8a4602")]);
}

#[test]
fn other_syntaxes_are_read() {
    check(
        64,
        Syntax::Att,
        &[
            ("movl $1, %eax", "b801000000"),
            ("movq %rax, -8(%rbp)", "488945f8"),
            ("mov (%rax,%rbx,4), %ecx", "8b0c98"),
            ("movzbl (%rax), %ecx", "0fb608"),
            ("movslq %ecx, %rax", "4863c1"),
            ("cltq", "4898"),
            ("callq *8(%rip)", "ff1508000000"),
            ("jmp 0x10", "eb0e"),
            ("leaq 8(%rsp), %rdi", "488d7c2408"),
            ("movq %fs:0x28, %rax", "64488b042528000000"),
            ("imull $5, %ebx, %eax", "6bc305"),
            ("rep stosl", "f3ab"),
            ("fldl (%rax)", "dd00"),
        ],
    );
    check(64, Syntax::Masm, &[("mov eax, dword ptr [rax+10h]", "8b4010"), ("push 80h", "6880000000")]);
}

#[test]
fn what_cannot_be_encoded_is_named() {
    let assembler = Assembler::new(&Settings::default()).unwrap();
    for (text, reason) in [
        ("bogus", "no instruction is named"),
        ("mov eax", "no form"),
        ("mov eax, rbx", "no form"),
        ("mov eax, nothing", "`nothing` is no register"),
        ("movzx eax, [rbx]", "say the size"),
        ("pushal", "not there in 64 bits"),
        ("mov al, 0x100", "no form"),
        ("lea rax, [rsp*2]", "stack pointer"),
        ("jecxz 0x1000", "too far"),
        ("mov rax, [rax", "`]` is missing"),
    ] {
        let error = assembler.assemble_plain(text, 0).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

/// Whose text does not tell all of their encodings apart: operands in either order, far or near,
/// a first register that goes without saying, more bits than are pushed.
const ALIKE: &[&str] = &["xchg", "test", "call", "jmp", "lcall", "ljmp", "f", "push"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    #[test]
    fn what_is_decoded_is_assembled_to_what_decodes_the_same(
        bytes in prop::array::uniform15(any::<u8>()),
        bits in prop::sample::select(vec![16u32, 32, 64]),
        syntax in prop::sample::select(vec![Syntax::Intel, Syntax::Masm]),
    ) {
        let settings = settings(bits, syntax);
        let decoder = Decoder::new(&settings).unwrap();
        let assembler = Assembler::new(&settings).unwrap();
        let Some(decoded) = decoder.decode(&bytes, 0x1000) else { return Ok(()) };
        let name = decoded.mnemonic.rsplit(' ').next().unwrap_or_default();
        // Prefixes have an order only for the decoder.
        if decoded.mnemonic.matches(' ').count() > 1 {
            return Ok(());
        }
        if ALIKE.iter().any(|&alike| name == alike || alike == "f" && name.starts_with('f')) {
            return Ok(());
        }
        // What the decoder prints with a register that no encoding has is no text for an assembler.
        let Ok(made) = assembler.assemble_plain(&decoded.text(), 0x1000) else { return Ok(()) };
        // A count of one goes without saying in some forms.
        let known = |text: String| text.strip_suffix(", 1").map(str::to_owned).unwrap_or(text);
        let again = decoder.decode(&made, 0x1000).map(|again| known(again.text()));
        prop_assert_eq!(again, Some(known(decoded.text())), "{}", hex(&made));
    }

    #[test]
    fn any_text_is_answered(text in "[a-z]{2,6} [a-z0-9\\[\\]+*,: ()%$-]{0,20}") {
        for syntax in [Syntax::Intel, Syntax::Att] {
            let _ = Assembler::new(&settings(64, syntax)).unwrap().assemble_plain(&text, u64::MAX);
        }
    }
}
