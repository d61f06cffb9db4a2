//! Operands of x86 in Intel's spelling and MASM's.

use std::borrow::Cow;

use super::{Access, Memory, Operand, Place, parts};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::semantics::x86::WIDTHS;
use crate::settings::Settings;

/// Mnemonics whose first operand is only read.
const READERS: &[&str] = &[
    "bt",
    "div",
    "idiv",
    "mul",
    "out",
    "fld",
    "fild",
    "fldcw",
    "fadd",
    "fmul",
    "fsub",
    "fsubr",
    "fdiv",
    "fdivr",
    "fcom",
    "fcomp",
    "ucomiss",
    "ucomisd",
    "comiss",
    "comisd",
    "ptest",
    "prefetcht0",
    "prefetcht1",
    "prefetcht2",
    "prefetchnta",
    "ldmxcsr",
    "lgdt",
    "lidt",
    "verr",
    "verw",
    "invlpg",
    "clflush",
];
/// Mnemonics whose first operand is written without being read, besides the moves.
const WRITERS: &[&str] = &[
    "stmxcsr",
    "bsf",
    "bsr",
    "tzcnt",
    "lzcnt",
    "popcnt",
    "in",
    "fst",
    "fstp",
    "fist",
    "fistp",
    "fisttp",
    "fnstcw",
    "fnstsw",
    "sidt",
    "sgdt",
    "cvtsi2sd",
    "cvtsi2ss",
    "cvttsd2si",
    "cvttss2si",
    "cvtsd2si",
    "cvtss2si",
    "cvtsd2ss",
    "cvtss2sd",
    "sqrtsd",
    "sqrtss",
    "pshufd",
    "pmovmskb",
    "lddqu",
    "movdqa",
    "movdqu",
    "movntdq",
    "movmskpd",
    "movmskps",
    "movddup",
    "rdrand",
    "rdseed",
];

pub(super) fn operands<'a>(_: &Settings, instruction: &'a Instruction) -> Vec<Operand<'a>> {
    let places = parts(&instruction.operands, memory);
    let count = places.len();
    let mnemonic = instruction.mnemonic.rsplit(' ').next().unwrap_or_default();
    let first = first(mnemonic, instruction.kind, count);
    let swaps = matches!(mnemonic, "xchg" | "xadd" | "cmpxchg");
    let access = |index| match index {
        0 => first,
        1 if swaps => Access::ReadWrite,
        _ => Access::Read,
    };
    let zeroes = is_zeroing(mnemonic, &places);
    let operand = |(index, place): (usize, Option<Place<'a>>)| {
        let place = place?;
        let access = match (&place, access(index)) {
            (_, _) if zeroes => Access::Write,
            (Place::Memory(_), _) if instruction.kind == Kind::Lea => Access::None,
            (_, access) => access,
        };
        Some(Operand { place, access })
    };
    places.into_iter().enumerate().filter_map(operand).collect()
}

/// What is done with the first of `count` operands.
fn first(mnemonic: &str, kind: Kind, count: usize) -> Access {
    if kind.is_jump() || kind.is_call() || kind.is_return() || READERS.contains(&mnemonic) {
        return Access::Read;
    }
    if WRITERS.contains(&mnemonic) || mnemonic == "imul" && count == 3 || mnemonic.starts_with('v') {
        return Access::Write;
    }
    match kind {
        Kind::Push | Kind::RegisterPush | Kind::UnknownPush | Kind::Nop => Access::Read,
        Kind::Interrupt | Kind::AndCompare => Access::Read,
        Kind::Compare if !matches!(mnemonic, "btc" | "btr" | "bts") => Access::Read,
        Kind::Mul if mnemonic == "imul" && count == 1 => Access::Read,
        Kind::Move if mnemonic == "xchg" => Access::ReadWrite,
        Kind::Move | Kind::Pop | Kind::Lea | Kind::Store | Kind::Load => Access::Write,
        Kind::ConditionalMove if mnemonic.starts_with("set") => Access::Write,
        _ => Access::ReadWrite,
    }
}

/// Whether it clears a register by an operation on itself.
fn is_zeroing(mnemonic: &str, places: &[Option<Place<'_>>]) -> bool {
    matches!(mnemonic, "xor" | "sub" | "pxor" | "xorps" | "xorpd")
        && matches!(places, [Some(Place::Register(a)), Some(Place::Register(b))] if a == b)
}

/// The memory operand that a part of the text is.
fn memory(offset: usize, part: &str) -> Option<Memory<'_>> {
    let (open, close) = (part.find('[')?, part.rfind(']')?);
    let inside = part.get(open + 1..close)?;
    let before = part[..open].trim_end();
    let segment =
        before.rsplit(' ').next().filter(|word| word.ends_with(':')).map(|word| word.trim_end_matches(':'));
    let mut memory = Memory {
        base: None,
        index: None,
        scale: 1,
        displacement: 0,
        segment: segment.is_some_and(|name| matches!(name, "fs" | "gs")),
        size: WIDTHS.iter().find(|row| before.split(' ').next() == Some(row.0)).map(|row| row.1),
        span: offset + open + 1..offset + close,
        parenthesized: false,
    };
    for term in inside.split(['+', '-']).map(str::trim) {
        if operand::immediate(term).is_some() {
            continue;
        }
        match term.split_once('*') {
            Some((register, scale)) => {
                memory.index = Some(register.trim());
                memory.scale = scale.trim().parse().unwrap_or(1);
            }
            None if memory.base.is_none() => memory.base = Some(term),
            None => memory.index = Some(term),
        }
    }
    let scale = memory.scale;
    let numbers = operand::numbers(inside).filter(|number| {
        memory.index.is_none() || number.hexadecimal || number.magnitude != u64::from(scale)
    });
    memory.displacement = numbers.last().map_or(0, |number| number.value() as i64);
    Some(memory)
}

/// The whole register of a part, in a mode of `bits`.
pub(super) fn whole(register: &str, bits: u32) -> Cow<'_, str> {
    let prefix = if bits == 64 { 'r' } else { 'e' };
    let letters = match register {
        "al" | "ah" | "ax" | "eax" => "ax",
        "bl" | "bh" | "bx" | "ebx" => "bx",
        "cl" | "ch" | "cx" | "ecx" => "cx",
        "dl" | "dh" | "dx" | "edx" => "dx",
        "sil" | "si" | "esi" => "si",
        "dil" | "di" | "edi" => "di",
        "bpl" | "bp" | "ebp" => "bp",
        "spl" | "sp" | "esp" => "sp",
        _ => {
            let stem = register.trim_end_matches(['b', 'w', 'd']);
            let is_numbered = stem.strip_prefix('r').is_some_and(|digits| digits.parse::<u8>().is_ok());
            return if is_numbered { stem.into() } else { register.into() };
        }
    };
    format!("{prefix}{letters}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(instruction: &'a mut Instruction, kind: Kind, text: &str) -> Vec<Operand<'a>> {
        let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
        instruction.mnemonic = mnemonic.into();
        instruction.operands = operands.into();
        instruction.kind = kind;
        operands_of(instruction)
    }

    fn operands_of(instruction: &Instruction) -> Vec<Operand<'_>> {
        super::operands(&Settings::default(), instruction)
    }

    #[test]
    fn memory_is_taken_apart() {
        let mut instruction = Instruction::default();
        let found = of(&mut instruction, Kind::Move, "mov dword [rbp + rcx*4 - 0x14], eax");
        let Place::Memory(memory) = &found[0].place else { panic!("{found:?}") };
        assert_eq!((memory.base, memory.index, memory.scale), (Some("rbp"), Some("rcx"), 4));
        assert_eq!((memory.displacement, memory.size, found[0].access), (-0x14, Some(4), Access::Write));
        assert_eq!(found[1], Operand { place: Place::Register("eax"), access: Access::Read });
        let found = of(&mut instruction, Kind::Move, "mov rax, qword fs:[0x28]");
        let Place::Memory(memory) = &found[1].place else { panic!("{found:?}") };
        assert!(memory.segment && memory.base.is_none() && memory.displacement == 0x28);
        assert_eq!(&instruction.operands[memory_span(&instruction)], "0x28");
    }

    fn memory_span(instruction: &Instruction) -> std::ops::Range<usize> {
        match &operands_of(instruction)[1].place {
            Place::Memory(memory) => memory.span.clone(),
            _ => 0..0,
        }
    }

    #[test]
    fn what_is_done_follows_from_the_mnemonic() {
        for (kind, text, wanted) in [
            (Kind::Compare, "cmp edi, 1", [Access::Read, Access::Read]),
            (Kind::Xor, "xor eax, eax", [Access::Write, Access::Write]),
            (Kind::Xor, "xor eax, ecx", [Access::ReadWrite, Access::Read]),
            (Kind::Lea, "lea eax, [rdi + 1]", [Access::Write, Access::None]),
            (Kind::Move, "xchg eax, ecx", [Access::ReadWrite, Access::ReadWrite]),
        ] {
            let mut instruction = Instruction::default();
            let found = of(&mut instruction, kind, text);
            assert_eq!([found[0].access, found[1].access], wanted, "{text}");
        }
    }

    #[test]
    fn parts_belong_to_whole_registers() {
        for (part, wanted) in [("edi", "rdi"), ("r8d", "r8"), ("ah", "rax"), ("rsp", "rsp"), ("xmm0", "xmm0")]
        {
            assert_eq!(whole(part, 64), wanted);
        }
        assert_eq!(whole("cl", 32), "ecx");
    }
}
