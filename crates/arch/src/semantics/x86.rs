//! What x86 instructions do, read from Intel, AT&T or MASM text.

use std::sync::LazyLock;

use super::word::Words;
use super::{branch, refer};
use crate::instruction::{Instruction, Reference};
use crate::kind::Kind;
use crate::operand::{self, Number};
use crate::settings::{Settings, Syntax};

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(ROWS));

const ROWS: &[(Kind, &str)] = &[
    (
        Kind::ConditionalJump,
        "ja jae jb jbe jcxz je jecxz jg jge jl jle jne jno jnp jns jo jp jrcxz js loop loope loopne",
    ),
    (Kind::Jump, "jmp ljmp"),
    (Kind::Call, "call lcall"),
    (Kind::Return, "ret retf retfq iret iretd iretq sysret"),
    (Kind::ConditionalInterrupt, "into"),
    (Kind::Interrupt, "int int1 syscall sysenter sysexit"),
    (Kind::Trap, "int3 hlt ud0 ud2"),
    (Kind::Nop, "nop fnop pause endbr32 endbr64"),
    (Kind::RegisterPush, "push"),
    (Kind::UnknownPush, "pushf pushfd pushfq pushal pushaw"),
    (Kind::Push, "enter"),
    (Kind::Pop, "pop popf popfd popfq popal popaw leave"),
    (Kind::Lea, "lea"),
    (
        Kind::Move,
        "mov movabs movaps movups movapd movupd movd movq movss movsd movsb movsw movsq movsx movsxd \
         vmovd vmovq vmovaps vmovups vmovapd vmovupd vmovdqa vmovdqu vmovdqa32 vmovdqa64 vmovdqu8 vmovdqu16 \
         vmovdqu32 vmovdqu64 vmovntdq vmovss vmovsd movzx movbe movhps movlps movhpd movlpd movntps movntq movnti xchg cli sti clc stc cld std clts rdtsc rdtscp cpuid \
         rdmsr rdpmc packsswb packuswb",
    ),
    (
        Kind::ConditionalMove,
        "cmova cmovae cmovb cmovbe cmove cmovg cmovge cmovl cmovle cmovne cmovno cmovnp cmovns cmovo \
         cmovp cmovs seta setae setb setbe sete setg setge setl setle setne setno setnp setns seto setp \
         sets fcmovb fcmovbe fcmove fcmovnb fcmovnbe fcmovne fcmovnu fcmovu",
    ),
    (Kind::AndCompare, "test"),
    (
        Kind::Compare,
        "cmp cmpsb cmpsw cmpsd cmpsq bt btc btr bts fcom fcomi fucom fucomi fucomp ftst pcmpeqd pcmpgtw \
         pcmpgtb pcmpgtd pcmpeqb pcmpeqw vpcmpeqb vpcmpeqw vpcmpeqd vpcmpeqq vpcmpgtb vpcmpgtw vpcmpgtd vpcmpgtq",
    ),
    (
        Kind::Add,
        "add adc adcx adox addps addpd addsd addss fadd faddp inc paddb paddw paddd paddsb paddsw paddusb \
         paddusw xadd",
    ),
    (
        Kind::Sub,
        "sub sbb neg dec fsub fsubp fsubr fsubrp fisub fisubr psubb psubw psubd psubq psubsb psubsw \
         psubusb psubusw",
    ),
    (Kind::Mul, "mul imul mulps mulpd mulss mulsd fmul fmulp fimul"),
    (Kind::Div, "div idiv fdiv fdivp fdivr fdivrp fidiv fidivr"),
    (Kind::And, "vpand vpandd vpandq vpandn and andn andps andpd andnps andnpd"),
    (Kind::Or, "or vpor vpord vporq"),
    (Kind::Xor, "xor pxor xorps vpxor vpxord vpxorq"),
    (Kind::Not, "not"),
    (Kind::ShiftLeft, "shl shld shlx"),
    (Kind::ShiftRight, "shr shrd shrx"),
    (Kind::ArithmeticShiftLeft, "sal"),
    (Kind::ArithmeticShiftRight, "sar sarx"),
    (Kind::RotateLeft, "rol rcl"),
    (Kind::RotateRight, "ror rcr"),
    (Kind::Io, "in out insb insw insd outsb outsw outsd"),
    (Kind::Abs, "fabs"),
    (Kind::Load, "fld fldcw fldenv fld1 fldln2 fldz fldpi fldl2e fldl2t fldlg2 lodsb lodsw lodsd lodsq"),
    (
        Kind::Store,
        "stosb stosw stosd stosq fst fstp fist fistp fisttp fbstp fnstcw fnstsw fnstenv fnsave fxsave",
    ),
];

/// One operand.
enum Operand<'a> {
    /// A number, branch targets among them.
    Immediate(Number),
    /// A memory operand and the offset of its text.
    Memory(usize, &'a str),
    /// A register.
    Register(&'a str),
}

impl<'a> Operand<'a> {
    fn read(offset: usize, text: &'a str, syntax: Syntax) -> Self {
        let indirect = text.starts_with('*');
        let text_only = text.trim_start_matches('*');
        if let Some(mut number) = operand::immediate(text_only).filter(|_| !indirect) {
            number.span = number.span.start + offset..number.span.end + offset;
            return Self::Immediate(number);
        }
        match syntax {
            Syntax::Att if text_only.starts_with('%') && !text_only.contains([':', '(']) => {
                Self::Register(text_only.trim_start_matches('%'))
            }
            Syntax::Intel | Syntax::Masm if !text.contains(['[', ':']) => Self::Register(text),
            // A far target, `8:0x1234`, counts for its offset.
            Syntax::Intel | Syntax::Masm if !text.contains('[') => match operand::numbers(text).nth(1) {
                Some(mut number) => {
                    number.span = number.span.start + offset..number.span.end + offset;
                    Self::Immediate(number)
                }
                None => Self::Register(text),
            },
            _ => Self::Memory(offset + (text.len() - text_only.len()), text_only),
        }
    }
}

/// Fills in everything but the text.
pub(crate) fn analyse(settings: &Settings, instruction: &mut Instruction) {
    let syntax = settings.syntax;
    let mut kind = classify(&instruction.mnemonic, syntax);
    let operands = std::mem::take(&mut instruction.operands);
    let mut parts = [None, None];
    for (slot, (offset, text)) in parts.iter_mut().zip(operand::split(&operands)) {
        *slot = Some(Operand::read(offset, text, syntax));
    }
    if syntax == Syntax::Att && parts[1].is_some() {
        parts.reverse();
    }
    let [first, second] = &parts;

    let mut relative = None;
    for part in [first, second].into_iter().flatten() {
        if let Operand::Memory(offset, text) = part {
            relative = relative.or(address(settings, instruction, kind, *offset, text));
        }
    }
    kind = match (kind, first) {
        (Kind::RegisterPush, Some(Operand::Immediate(_))) => Kind::Push,
        (Kind::RegisterPush, Some(Operand::Memory(..))) => Kind::UnknownPush,
        (Kind::Call, Some(Operand::Register(_))) => Kind::RegisterCall,
        (Kind::Call, Some(Operand::Memory(_, text))) if is_indexed(text) => Kind::UnknownCall,
        (Kind::Call, Some(Operand::Memory(..))) => Kind::IndirectCall,
        (Kind::Jump, Some(Operand::Register(_))) => Kind::RegisterJump,
        (Kind::Jump, Some(Operand::Memory(_, text))) if is_indexed(text) => Kind::UnknownJump,
        (Kind::Jump, Some(Operand::Memory(..))) => Kind::IndirectJump,
        (kind, _) => kind,
    };
    instruction.kind = kind;
    match (first, second) {
        // A far target is a segment and an offset.
        (Some(Operand::Immediate(target)), None)
        | (Some(Operand::Immediate(_)), Some(Operand::Immediate(target)))
            if kind.is_jump() || kind.is_call() =>
        {
            let target = target.value();
            branch(instruction, Some(target), 0);
        }
        (Some(Operand::Immediate(number)), None) | (_, Some(Operand::Immediate(number))) => {
            instruction.value = Some(number.value());
        }
        _ => {}
    }
    if matches!(kind, Kind::Compare | Kind::Or) && syntax != Syntax::Att {
        instruction.noted = instruction.value.filter(|&value| value != 0);
    }
    instruction.stack = stack(settings, instruction, first.as_ref());
    instruction.operands = operands;
    refer(instruction, relative);
}

/// Whether a memory operand adds a second register or scales one.
fn is_indexed(text: &str) -> bool {
    let names = text.split(|mark: char| !mark.is_ascii_alphanumeric());
    let register = |name: &&str| name.starts_with(['r', 'e', 'b', 's', 'd']) && !is_width(name);
    text.contains('*') || names.filter(register).count() > 1
}

/// The kind of a mnemonic, prefixes and AT&T size suffixes aside.
fn classify(mnemonic: &str, syntax: Syntax) -> Kind {
    let word = mnemonic.rsplit(' ').next().unwrap_or_default();
    if let Some(kind) = WORDS.find(word) {
        return kind;
    }
    let stem = match syntax {
        Syntax::Att => word.strip_suffix(['b', 'w', 'l', 'q']).unwrap_or(word),
        Syntax::Intel | Syntax::Masm => word,
    };
    WORDS.find(stem).unwrap_or_default()
}

/// Notes the absolute address a memory operand names, its size and displacement; gives the part of
/// the text that is relative to the instruction pointer.
fn address(
    settings: &Settings,
    instruction: &mut Instruction,
    kind: Kind,
    offset: usize,
    text: &str,
) -> Option<Reference> {
    let inside = match settings.syntax {
        Syntax::Att => 0..text.len(),
        Syntax::Intel | Syntax::Masm => text.find('[')? + 1..text.rfind(']')?,
    };
    let body = text.get(inside.clone())?;
    let scaled = body.contains('*') || body.matches("%").count() > 1;
    let displacement = operand::numbers(body).filter(|_| !scaled).last().map(|number| number.value());
    let relative = body.contains("rip") || body.contains("eip");
    let registers = body.bytes().any(|byte| byte == b'%')
        || body.split([' ', '*', ':']).any(|word| word.starts_with(|mark: char| mark.is_ascii_alphabetic()));
    let segment = text.contains(':');
    let target = if relative {
        Some(instruction.next().wrapping_add(displacement.unwrap_or_default()))
    } else if !registers && !segment {
        displacement
    } else {
        instruction.displacement = displacement.map(|value| value as i64);
        None
    };
    if target.is_some() {
        instruction.pointer = target;
    }
    instruction.pointer_size = access(settings, instruction, text);
    let lea = kind == Kind::Lea;
    relative.then_some(Reference {
        span: inside.start + offset..inside.end + offset,
        target: target?,
        relative: true,
        unbracket: lea && settings.syntax != Syntax::Att,
    })
}

/// How many bytes a memory operand is: said in the operand, or in AT&T by the mnemonic's suffix. An
/// address taken by `lea` has the size of a pointer.
fn access(settings: &Settings, instruction: &Instruction, text: &str) -> Option<u8> {
    if settings.syntax == Syntax::Att {
        return match instruction.mnemonic.bytes().last()? {
            b'b' => Some(1),
            b'w' => Some(2),
            b'l' => Some(4),
            b'q' => Some(8),
            _ => None,
        };
    }
    let word = text.split([' ', '[']).next()?;
    match WIDTHS.iter().find(|row| row.0 == word) {
        Some(row) => Some(row.1),
        None => u8::try_from(settings.bits / 8).ok(),
    }
}

/// What a memory operand's size is called, in bytes.
pub(crate) const WIDTHS: &[(&str, u8)] = &[
    ("byte", 1),
    ("word", 2),
    ("dword", 4),
    ("fword", 6),
    ("qword", 8),
    ("tbyte", 10),
    ("xword", 10),
    ("xmmword", 16),
    ("ymmword", 32),
    ("zmmword", 64),
];

fn is_width(word: &str) -> bool {
    WIDTHS.iter().any(|row| row.0 == word)
}

/// By how many bytes the stack grows.
fn stack(settings: &Settings, instruction: &Instruction, first: Option<&Operand<'_>>) -> Option<i64> {
    let word = i64::from(settings.bits / 8);
    let on_stack = matches!(first, Some(Operand::Register("rsp" | "esp" | "sp")));
    let value = instruction.value.map(|value| value as i64);
    match instruction.kind {
        Kind::RegisterPush | Kind::Push | Kind::UnknownPush => Some(word),
        Kind::Pop | Kind::Return => Some(-word),
        Kind::Sub if on_stack => value,
        Kind::Add if on_stack => value.map(i64::wrapping_neg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mnemonic_stands_twice() {
        super::super::word::assert_unique(ROWS);
    }
}
