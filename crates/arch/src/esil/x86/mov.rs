//! Moves between registers and memory, conditional ones among them, and flags set by name.

use super::operand::{Operand, vector};
use super::{Case, condition};

/// The expression of an instruction of this sort.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    if let Some(row) = case.word.strip_prefix("set").and_then(condition) {
        let [target] = case.operands()?;
        return Some(format!("{},{}", row.2, target.assign("=")));
    }
    if let Some(row) = case.word.strip_prefix("cmov").and_then(condition) {
        let [target, source] = case.operands()?;
        let cleared = case.clear(&[target]);
        return Some(format!("{},?{{,{},{},}}{cleared}", row.2, source.value(), target.assign("=")));
    }
    Some(match (case.word, case.operands.as_slice()) {
        ("nop" | "pause" | "fnop", _) => ",".to_owned(),
        ("mov" | "movabs" | "movzx", [target, source]) => {
            format!("{},{}", source.value(), case.target(target))
        }
        ("movsx" | "movsxd", [target, source]) => {
            let cleared = case.clear(&[target]);
            format!("{},{},~,{}{cleared}", source.width()?, source.value(), target.assign("="))
        }
        ("lea", [target, Operand::Memory(memory)]) => {
            format!("{},{}{}", memory.address, target.assign("="), case.clear(&[target]))
        }
        ("xchg", [first, second]) if first == second => ",".to_owned(),
        ("xchg", [first, second]) => {
            let (a, b) = (first.value(), second.value());
            let swap =
                |left: &str, right: &Operand<'_>| format!("{left},{},^,{}", right.value(), right.assign("="));
            let cleared = case.clear(&[first, second]);
            format!("{},{},{}{cleared}", swap(&a, second), swap(&b, first), swap(&a, second))
        }
        ("bswap", [Operand::Register(name)]) => swap_bytes(case, name)?,
        ("cbw", []) => "al,ax,=,7,ax,>>,?{,0xff00,ax,|=,}".to_owned(),
        ("cwde", []) => format!("ax,eax,=,15,eax,>>,?{{,0xffff0000,eax,|=,}}{}", case.clear_above("eax")),
        ("cdqe", []) => "eax,rax,=,31,rax,>>,?{,0xffffffff00000000,rax,|=,}".to_owned(),
        ("cwd", []) => "0,dx,=,15,ax,>>,?{,0xffff,dx,=,}".to_owned(),
        ("cdq", []) => format!("0,edx,=,31,eax,>>,?{{,0xffffffff,edx,=,}}{}", case.clear_above("edx")),
        ("cqo", []) => "0,rdx,=,63,rax,>>,?{,-1,rdx,=,}".to_owned(),
        ("clc", []) => "0,cf,:=".to_owned(),
        ("stc", []) => "1,cf,:=".to_owned(),
        ("cmc", []) => "cf,!,cf,=".to_owned(),
        ("cld", []) => "0,df,:=".to_owned(),
        ("std", []) => "1,df,:=".to_owned(),
        ("cli", []) => "0,if,:=".to_owned(),
        ("sti", []) => "1,if,:=".to_owned(),
        // A processor that says it is Intel's, whatever it is asked for.
        ("cpuid", []) => "0xa,eax,=,0x756E6547,ebx,=,0x6C65746E,ecx,=,0x49656E69,edx,=".to_owned(),
        _ => return wide(case),
    })
}

/// The bytes of a register the other way round.
fn swap_bytes(case: &Case<'_>, name: &str) -> Option<String> {
    Some(match super::operand::width(name)? {
        64 => {
            let mut out = format!("0xff00000000000000,56,{name},NUM,<<,&,56,{name},NUM,>>,|");
            for (shift, high) in [(40, 48), (24, 40), (8, 32)] {
                let low = 56 - high;
                out.push_str(&format!(
                    ",{shift},{:#x},{name},NUM,&,>>,|,{shift},{:#x},{name},NUM,&,<<,|",
                    0xffu64 << high,
                    0xffu64 << low
                ));
            }
            format!("{out},{name},=")
        }
        32 => format!(
            "0xff000000,24,{name},NUM,<<,&,24,{name},NUM,>>,|,8,0x00ff0000,{name},NUM,&,>>,|,\
             8,0x0000ff00,{name},NUM,&,<<,|,{name},={}",
            case.clear_above(name)
        ),
        _ => return None,
    })
}

/// Moves of vector registers. The halves of an `xmm` register have names of their own.
fn wide(case: &Case<'_>) -> Option<String> {
    let [target, source] = case.operands()?;
    let half = |operand: &Operand<'_>, mark: char| match operand {
        Operand::Register(name) if vector(name).is_some() => format!("{name}{mark}"),
        other => other.value(),
    };
    let has_vector =
        case.operands.iter().any(|operand| operand.register().is_some_and(|name| vector(name).is_some()));
    match case.word {
        "movaps" | "movapd" | "movups" | "movupd" | "movdqa" | "movdqu" | "movss" | "movsd" | "movq"
            if has_vector =>
        {
            Some(format!("{},{}", source.value(), target.assign("=")))
        }
        "movlps" | "movlpd" => Some(match target {
            Operand::Memory(_) => format!("{},{}", half(source, 'l'), target.assign("=")),
            _ => format!("{},{},=", source.value(), half(target, 'l')),
        }),
        "movhps" | "movhpd" => Some(match target {
            Operand::Memory(_) => format!("{},{}", half(source, 'h'), target.assign("=")),
            _ => format!("{},{},=", source.value(), half(target, 'h')),
        }),
        "movd" => {
            let to = match target {
                Operand::Memory(_) => target.assign("="),
                _ => format!("{},=", half(target, 'l')),
            };
            Some(format!("{},{to}{}", half(source, 'l'), case.clear(&[target])))
        }
        _ => None,
    }
}
