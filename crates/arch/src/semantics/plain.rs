//! What instructions of the smaller architectures do: a table of words each, and one rule for all.
//! A branch or call goes to its last operand where that is a number.

use std::sync::LazyLock;

use super::word::Words;
use super::{branch, direct, last_immediate, refer};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

/// Declares a table and the function that reads with it.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: $suffixes:expr => [$($kind:ident: $words:expr),* $(,)?];)*) => {
        $(
            $(#[$doc])*
            pub(crate) fn $name(_: &Settings, instruction: &mut Instruction) {
                static WORDS: LazyLock<Words> =
                    LazyLock::new(|| Words::new(&[$((Kind::$kind, $words)),*]));
                analyse(&WORDS, $suffixes, instruction);
            }
        )*

        #[cfg(test)]
        const TABLES: &[&[(Kind, &str)]] = &[$(&[$((Kind::$kind, $words)),*]),*];
    };
}

/// Suffixes of size or hint that come off a mnemonic before it is looked up again.
type Suffixes = &'static [&'static str];

tables! {
    /// MOS 6502.
    mos65xx: &[] => [
        Jump: "jmp bra brl jml",
        ConditionalJump: "bcc bcs beq bmi bne bpl bvc bvs",
        Call: "jsr jsl",
        Return: "rts rti rtl",
        Interrupt: "brk cop",
        Nop: "nop",
        Load: "lda ldx ldy",
        Store: "sta stx sty stz",
        Move: "tax tay tsx txa txs tya tcd tcs tdc tsc txy tyx sec sed sei clc cld cli clv",
        Compare: "cmp cpx cpy bit",
        Add: "adc inc inx iny",
        Sub: "sbc dec dex dey",
        And: "and",
        Or: "ora",
        Xor: "eor",
        ShiftLeft: "asl",
        ShiftRight: "lsr",
        RotateLeft: "rol",
        RotateRight: "ror",
        Push: "pha php phx phy phb phd phk",
        Pop: "pla plp plx ply plb pld",
    ];
    /// EVM.
    evm: &[] => [
        UnknownJump: "jump",
        ConditionalUnknownJump: "jumpi",
        UnknownCall: "call callcode delegatecall staticcall",
        Return: "return stop revert selfdestruct suicide",
        Illegal: "invalid",
        Nop: "jumpdest",
        Load: "mload sload calldataload",
        Store: "mstore mstore8 sstore",
        Add: "add addmod",
        Sub: "sub",
        Mul: "mul mulmod",
        Div: "div sdiv",
        Mod: "mod smod",
        And: "and",
        Or: "or",
        Xor: "xor",
        Not: "not",
        ShiftLeft: "shl",
        ShiftRight: "shr",
        ArithmeticShiftRight: "sar",
        Compare: "lt gt slt sgt eq iszero",
        Crypto: "sha3 keccak256",
        Pop: "pop",
        Push: "push1 push2 push3 push4 push5 push6 push7 push8 push9 push10 push11 push12 push13 push14 push15 \
               push16 push17 push18 push19 push20 push21 push22 push23 push24 push25 push26 push27 push28 push29 \
               push30 push31 push32",
    ];
    /// Motorola 6800 family.
    m680x: &[] => [
        Jump: "bra jmp lbra",
        ConditionalJump: "bcc bcs beq bge bgt bhi bhs ble blo bls blt bmi bne bpl bvc bvs lbcc lbcs lbeq lbge lbgt \
                          lbhi lble lbls lblt lbmi lbne lbpl lbvc lbvs brclr brset",
        Call: "bsr jsr lbsr",
        Return: "rts rti",
        Interrupt: "swi swi2 swi3",
        Nop: "nop",
        Load: "lda ldaa ldab ldb ldd lds ldu ldx ldy",
        Store: "sta staa stab stb std sts stu stx sty",
        Lea: "leas leau leax leay",
        Move: "tfr tab tba exg",
        Compare: "cmpa cmpb cmpd cmps cmpu cmpx cmpy cpx cpy tst tsta tstb bita bitb",
        Add: "adda addb addd adca adcb aba abx inc inca incb",
        Sub: "suba subb subd sbca sbcb sba dec deca decb neg nega negb",
        Mul: "mul",
        And: "anda andb andcc",
        Or: "ora oraa oraab orab orb orcc",
        Xor: "eora eorb",
        Not: "com coma comb",
        ShiftLeft: "asl asla aslb lsl lsla lslb",
        ShiftRight: "lsr lsra lsrb",
        ArithmeticShiftRight: "asr asra asrb",
        RotateLeft: "rol rola rolb",
        RotateRight: "ror rora rorb",
        Push: "psha pshb pshs pshu pshx pshy",
        Pop: "pula pulb puls pulu pulx puly",
    ];
    /// Motorola 68000 family.
    m68k: &[".b", ".w", ".l", ".s", ".d", ".x", ".p"] => [
        Jump: "bra jmp",
        ConditionalJump: "bcc bcs beq bge bgt bhi ble bls blt bmi bne bpl bvc bvs dbcc dbcs dbeq dbf dbra dbge dbgt \
                          dbhi dble dbls dblt dbmi dbne dbpl dbvc dbvs",
        Call: "bsr jsr",
        Return: "rts rtr rtd rte",
        Interrupt: "trap",
        Trap: "illegal bkpt stop trapv",
        Nop: "nop",
        Push: "link pea",
        Pop: "unlk",
        Move: "move movea moveq movem movep exg swap",
        Lea: "lea",
        Compare: "cmp cmpa cmpi cmpm tst btst",
        Add: "add adda addi addq addx",
        Sub: "sub suba subi subq subx neg negx clr",
        Mul: "muls mulu",
        Div: "divs divu",
        And: "and andi",
        Or: "or ori",
        Xor: "eor eori",
        Not: "not",
        ShiftLeft: "lsl",
        ArithmeticShiftLeft: "asl",
        ShiftRight: "lsr",
        ArithmeticShiftRight: "asr",
        RotateLeft: "rol roxl",
        RotateRight: "ror roxr",
        Cast: "ext extb",
    ];
    /// IBM z/Architecture.
    s390: &[] => [
        Jump: "j jg",
        ConditionalJump: "je jne jh jnh jl jnl jhe jnhe jle jnle jlh jnlh jo jno jp jnp jm jnm jz jnz jge jgne jgh \
                          jgl jghe jgle jgo jgno brct brctg brxh brxle cgij cij clgij clij cgrj crj clgrj clrj",
        Call: "bras brasl",
        RegisterJump: "b bcr",
        RegisterCall: "basr bas balr bal",
        Interrupt: "svc",
        Trap: "trap2 trap4",
        Nop: "nop nopr",
        Lea: "la lay larl",
        Load: "l ld le lg lgf lgh lh lhy llgc llgf llgh llc llh lm lmg ly lrl lgrl",
        Store: "st std ste stg stc sth stm stmg sty stcy sthy strl stgrl",
        Move: "lr lgr lgfr lhi lghi lgfi mvi mvc mvhi mvghi lgdr ldgr ldr ler",
        Compare: "c cr cg cgr chi cghi cl clr clg clgr clc cli clfi clgfi ltr ltgr tm tmll",
        Add: "a ar ag agr ahi aghi aghik ahik al alr alg algr agfi afi",
        Sub: "s sr sg sgr sl slr slg slgr sgrk srk",
        Mul: "m mr ms msr msg msgr mh mhi mghi mlg mlgr",
        Div: "d dr dl dlr dlg dlgr dsg dsgr",
        And: "n nr ng ngr ni nill nilh nihh",
        Or: "o or og ogr oi oill",
        Xor: "x xr xg xgr xi xc",
        ShiftLeft: "sll sllg sllk",
        ShiftRight: "srl srlg srlk",
        ArithmeticShiftLeft: "sla slag",
        ArithmeticShiftRight: "sra srag srak",
    ];
    /// SuperH.
    sh_words: &[".b", ".w", ".l", ".s"] => [
        Jump: "bra",
        ConditionalJump: "bf bt",
        RegisterJump: "jmp braf",
        Call: "bsr",
        RegisterCall: "jsr bsrf",
        Return: "rts rte rts/n",
        Interrupt: "trapa",
        Nop: "nop",
        Lea: "mova",
        Move: "mov movt lds ldc sts stc fmov swap xtrct clrt sett",
        Compare: "cmp/eq cmp/ge cmp/gt cmp/hi cmp/hs cmp/pl cmp/pz cmp/str tst dt fcmp/eq fcmp/gt",
        Add: "add addc addv fadd",
        Sub: "sub subc subv neg negc fsub",
        Mul: "mul muls mulu dmuls dmulu mac fmul",
        Div: "div0s div0u div1 fdiv",
        And: "and",
        Or: "or",
        Xor: "xor",
        Not: "not",
        ShiftLeft: "shll shll2 shll8 shll16 shld",
        ShiftRight: "shlr shlr2 shlr8 shlr16",
        ArithmeticShiftLeft: "shal shad",
        ArithmeticShiftRight: "shar",
        RotateLeft: "rotl rotcl",
        RotateRight: "rotr rotcr",
        Cast: "exts extu",
        Illegal: ".word",
    ];
    /// SPARC.
    sparc_words: &[",a", ",pt", ",pn", ",a,pt", ",a,pn"] => [
        Jump: "ba b",
        ConditionalJump: "bn bne be bg ble bge bl bgu bleu bcc bcs bpos bneg bvc bvs fba fbe fbne fbg fbge fbl fble brz \
                          brlez brlz brnz brgz brgez",
        Call: "call",
        RegisterJump: "jmp jmpl",
        Return: "ret retl return rett",
        Interrupt: "ta te tne t",
        Trap: "unimp",
        Nop: "nop",
        Push: "save",
        Pop: "restore",
        Load: "ld ldd ldx ldub lduh ldsb ldsh ldsw lduw ldq lda",
        Store: "st std stx stb sth stw stq sta",
        Move: "mov sethi rd wr fmovs fmovd movrz",
        Compare: "cmp fcmps fcmpd",
        Add: "add addcc addx addxcc fadds faddd",
        Sub: "sub subcc subx subxcc fsubs fsubd",
        Mul: "umul smul mulx umulcc smulcc fmuls fmuld",
        Div: "udiv sdiv udivx sdivx fdivs fdivd",
        And: "and andcc andn andncc",
        Or: "or orcc orn orncc",
        Xor: "xor xorcc xnor xnorcc",
        ShiftLeft: "sll sllx",
        ShiftRight: "srl srlx",
        ArithmeticShiftRight: "sra srax",
    ];
    /// TMS320C64x.
    tms320: &[] => [
        Jump: "b bdec bpos",
        Call: "callp",
        Nop: "nop bnop",
        Load: "ldb ldbu ldh ldhu ldw ldndw ldnw lddw",
        Store: "stb sth stw stnw stndw stdw",
        Move: "mv mvk mvkh mvkl mvc",
        Compare: "cmpeq cmpgt cmpgtu cmplt cmpltu",
        Add: "add addk addu addaw addah addab add2",
        Sub: "sub subu sub2 subc neg",
        Mul: "mpy mpyh mpyu mpyi smpy",
        And: "and andn",
        Or: "or",
        Xor: "xor",
        Not: "not",
        ShiftLeft: "shl sshl",
        ShiftRight: "shru",
        ArithmeticShiftRight: "shr",
    ];
    /// TriCore.
    tricore: &[".a", ".u", ".w", ".h", ".b", ".d", ".q", ".t", ".bu", ".hu", ".da"] => [
        Jump: "j ja",
        ConditionalJump: "jeq jge jgez jgtz jgt jlez jlt jltz jne jned jnei jnz jz loop loopu",
        RegisterJump: "ji",
        Call: "call calla fcall fcalla jl jla",
        RegisterCall: "calli fcalli jli",
        Return: "ret rfe rfm fret",
        Interrupt: "syscall",
        Trap: "debug trapv trapsv",
        Nop: "nop",
        Load: "ld ldlcx lducx",
        Store: "st stlcx stucx swap",
        Lea: "lea lha",
        Move: "mov movh mov.aa mfcr mtcr",
        Compare: "eq ge lt ne eqz",
        Add: "add addi addih addc addx adds addsc madd",
        Sub: "sub subc subx subs rsub msub",
        Mul: "mul muls",
        Div: "div dvstep dvinit",
        And: "and andn",
        Or: "or orn",
        Xor: "xor xnor",
        Not: "not",
        ShiftLeft: "sh",
        ArithmeticShiftRight: "sha",
    ];
    /// WebAssembly, whose branches go to labels and calls to function numbers, not addresses.
    wasm: &[] => [
        UnknownCall: "call call_indirect",
        UnknownJump: "br br_table",
        ConditionalUnknownJump: "br_if if",
        Return: "return end",
        Trap: "unreachable",
        Nop: "nop",
        Push: "i32.const i64.const f32.const f64.const",
        Pop: "drop",
        Load: "local.get global.get i32.load i64.load f32.load f64.load",
        Store: "local.set local.tee global.set i32.store i64.store f32.store f64.store",
        Add: "i32.add i64.add f32.add f64.add",
        Sub: "i32.sub i64.sub f32.sub f64.sub",
        Mul: "i32.mul i64.mul f32.mul f64.mul",
        Div: "i32.div_s i32.div_u i64.div_s i64.div_u f32.div f64.div",
        Mod: "i32.rem_s i32.rem_u i64.rem_s i64.rem_u",
        And: "i32.and i64.and",
        Or: "i32.or i64.or",
        Xor: "i32.xor i64.xor",
        ShiftLeft: "i32.shl i64.shl",
        ShiftRight: "i32.shr_u i64.shr_u",
        ArithmeticShiftRight: "i32.shr_s i64.shr_s",
        RotateLeft: "i32.rotl i64.rotl",
        RotateRight: "i32.rotr i64.rotr",
        Compare: "i32.eqz i32.eq i32.ne i64.eqz i64.eq i64.ne",
    ];
    /// XCore.
    xcore: &[] => [
        UnknownJump: "bu bru",
        RegisterJump: "bau",
        ConditionalUnknownJump: "bf bt",
        UnknownCall: "bl bla blat",
        Return: "retsp",
        Interrupt: "kcall ecallf ecallt",
        Nop: "nop",
        Push: "entsp extsp",
        Load: "ldw ld16s ld8u ldc ldaw ldap",
        Store: "stw st16 st8",
        Move: "set get setd setc setsr clrsr",
        Compare: "eq lss lsu",
        Add: "add",
        Sub: "sub neg",
        Mul: "mul lmul macc",
        Div: "divs divu",
        Mod: "rems remu",
        And: "and andnot",
        Or: "or",
        Xor: "xor",
        Not: "not",
        ShiftLeft: "shl",
        ShiftRight: "shr",
        ArithmeticShiftRight: "ashr",
        Io: "in out int outt inct outct",
    ];
    /// Berkeley packet filter, words without the width behind them.
    bpf_words: &["64", "32", "b", "h", "w", "dw", "xb", "xh", "xw", "xdw"] => [
        Jump: "jmp ja",
        ConditionalJump: "jeq jne jgt jge jlt jle jset jsgt jsge jslt jsle",
        Call: "call",
        RegisterCall: "callx",
        Return: "exit ret",
        Load: "ld ldx",
        Store: "st stx",
        Move: "mov tax txa",
        Add: "add xadd",
        Sub: "sub neg",
        Mul: "mul",
        Div: "div",
        Mod: "mod",
        And: "and",
        Or: "or",
        Xor: "xor",
        ShiftLeft: "lsh",
        ShiftRight: "rsh",
        ArithmeticShiftRight: "arsh",
    ];
}

/// Berkeley packet filter: targets are counted in instructions from the next, `+0x5`.
pub(crate) fn bpf(settings: &Settings, instruction: &mut Instruction) {
    bpf_words(settings, instruction);
    if instruction.kind.is_jump() {
        let distance = operand::split(&instruction.operands)
            .last()
            .filter(|(_, part)| part.starts_with(['+', '-']))
            .and_then(|(_, part)| operand::immediate(part))
            .map(|number| number.value().wrapping_mul(8));
        let target = distance.map(|distance| instruction.next().wrapping_add(distance));
        branch(instruction, target, 0);
    } else if instruction.kind.is_call() {
        // The operand is the number of a helper.
        branch(instruction, None, 0);
        instruction.fail = None;
    }
}

/// SPARC: the instruction behind a branch runs before it takes effect.
pub(crate) fn sparc(settings: &Settings, instruction: &mut Instruction) {
    sparc_words(settings, instruction);
    delay(instruction, &[]);
}

/// SuperH: as SPARC, but for two branches and the returns that say so.
pub(crate) fn sh(settings: &Settings, instruction: &mut Instruction) {
    sh_words(settings, instruction);
    delay(instruction, &["bt", "bf", "rts/n"]);
}

/// Notes the delay slot of a branch whose mnemonic is none of `without`.
fn delay(instruction: &mut Instruction, without: &[&str]) {
    let kind = instruction.kind;
    let is_branch = kind.is_jump() || kind.is_call() || kind.is_return();
    if !is_branch || without.contains(&instruction.mnemonic.as_str()) {
        return;
    }
    instruction.delay = 1;
    if let Some(fail) = &mut instruction.fail {
        *fail = fail.wrapping_add(instruction.size as u64);
    }
}

/// Fills in everything but the text.
fn analyse(words: &Words, suffixes: Suffixes, instruction: &mut Instruction) {
    let word = instruction.mnemonic.as_str();
    let stem = || suffixes.iter().filter_map(|suffix| word.strip_suffix(suffix));
    let kind = words.find(word).or_else(|| stem().find_map(|stem| words.find(stem))).unwrap_or_default();
    instruction.kind = kind;
    let last = last_immediate(&instruction.operands).map(|number| number.value());
    match kind {
        Kind::Jump | Kind::ConditionalJump | Kind::Call => branch(instruction, last, 0),
        _ => instruction.value = last,
    }
    direct(instruction);
    refer(instruction, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mnemonic_stands_twice() {
        for table in TABLES {
            super::super::word::assert_unique(table);
        }
    }
}
