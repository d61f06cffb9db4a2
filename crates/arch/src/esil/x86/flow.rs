//! Jumps, calls, the stack, interrupts and string operations.

use super::operand::{Operand, width};
use super::{Case, condition, sign};

/// The expression of an instruction of this sort.
pub(super) fn generate(case: &Case<'_>) -> Option<String> {
    let machine = case.machine;
    let (pc, sp, bp, word) = (machine.pc(), machine.sp(), machine.bp(), machine.word());
    let first = case.operands.first();
    let branch = |test: &str| match first {
        Some(Operand::Immediate(target)) => Some(format!("{test},?{{,{target},{pc},=,}}")),
        _ => None,
    };
    if let Some(row) = case.word.strip_prefix('j').and_then(condition) {
        return branch(row.1);
    }
    let pops = |bytes: u64| format!("{sp},[{word}],{pc},=,{bytes},{sp},+=");
    Some(match (case.word, case.operands.as_slice()) {
        ("jmp", [Operand::Immediate(target)]) => format!("{target:#x},{pc},="),
        ("jmp", [target]) => format!("{},{pc},=", target.value()),
        ("call", [target]) => {
            format!("{},{pc},{word},{sp},-=,{sp},=[{word}],{pc},=", target.value())
        }
        ("jcxz", _) => branch("cx,!")?,
        ("jecxz", _) => branch("ecx,!")?,
        ("jrcxz", _) => branch("rcx,!")?,
        ("loop", _) => count(case, &branch(machine.counter())?),
        ("loope" | "loopne", [Operand::Immediate(target)]) => {
            let test = if case.word == "loope" { "zf" } else { "zf,!" };
            let inner = format!("{},?{{,{test},?{{,{target},{pc},=,}},}}", machine.counter());
            count(case, &inner)
        }
        ("ret" | "iret" | "iretd" | "iretq", []) => pops(u64::from(word)),
        ("ret", [Operand::Immediate(more)]) => pops(u64::from(word).wrapping_add(*more)),
        ("retf", []) => pops(u64::from(word)),
        ("retf", [Operand::Immediate(more)]) => pops(u64::from(word).wrapping_add(*more)),
        ("push", [source]) => {
            let bytes = match source {
                Operand::Register(name) if !name.ends_with('s') => width(name)? / 8,
                Operand::Memory(memory) => memory.size,
                _ => word,
            };
            push(case, &source.value(), bytes)
        }
        ("pop", [Operand::Register(name)]) => {
            let bytes = if name.ends_with('s') { word } else { width(name)? / 8 };
            let moved = if *name == sp { String::new() } else { format!(",{bytes},{sp},+=") };
            format!("{sp},[{bytes}],{name},={moved}")
        }
        ("pop", [target @ Operand::Memory(memory)]) => {
            format!("{sp},[{0}],{0},{sp},+=,{1}", memory.size, target.assign("="))
        }
        ("pushf" | "pushfd" | "pushfq", []) => format!("{word},{sp},-=,eflags,{sp},=[{word}]"),
        ("popf" | "popfd" | "popfq", []) => format!("{sp},[{word}],eflags,=,{word},{sp},+="),
        ("pushal", []) => push_all(),
        ("popal", []) => pop_all(),
        ("leave", []) => format!("{bp},{sp},=,{sp},[{word}],{bp},=,{word},{sp},+="),
        ("enter", [Operand::Immediate(size), Operand::Immediate(0)]) => {
            let saved = push(case, bp, word);
            let local = if *size == 0 { String::new() } else { format!(",{size},{sp},-=") };
            format!("{saved},{sp},{bp},={local}")
        }
        ("int", [Operand::Immediate(number)]) => format!("{number},$"),
        ("int3", []) => "3,$".to_owned(),
        ("int1", []) => "1,$".to_owned(),
        ("into", []) => "of,?{,4,$,}".to_owned(),
        ("syscall", []) => format!("{},()", machine.accumulator()),
        _ => return string(case),
    })
}

/// The counting of a loop in front of its test.
fn count(case: &Case<'_>, test: &str) -> String {
    format!("1,{},-=,{test}", case.machine.counter())
}

/// A value put on the stack, written before the pointer moves so that the pointer itself can be pushed.
fn push(case: &Case<'_>, value: &str, bytes: u32) -> String {
    let sp = case.machine.sp();
    format!("{value},{bytes},{sp},-,=[{bytes}],{bytes},{sp},-=")
}

const ALL: [&str; 8] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];

/// All general registers, the stack pointer as it was.
fn push_all() -> String {
    let mut out = "0,esp,+".to_owned();
    for name in ALL {
        let value = if name == "esp" { String::new() } else { format!("{name},") };
        out.push_str(&format!(",4,esp,-=,{value}esp,=[4]"));
    }
    out
}

/// All general registers but the stack pointer, back.
fn pop_all() -> String {
    let pops = ALL.iter().rev().map(|name| match *name {
        "esp" => "4,esp,+=".to_owned(),
        name => format!("esp,[4],{name},=,4,esp,+="),
    });
    pops.collect::<Vec<_>>().join(",")
}

/// Operations on strings, once or as often as the counter says.
fn string(case: &Case<'_>) -> Option<String> {
    let stem = case.word.get(..4)?;
    if case.word.len() != 5 || !case.operands.iter().any(|operand| matches!(operand, Operand::Memory(_))) {
        return None;
    }
    let [first, second] = case.operands()?;
    let (body, moved): (String, Vec<&Operand<'_>>) = match (stem, first, second) {
        ("movs", Operand::Memory(_), Operand::Memory(_)) => {
            (format!("{},{}", second.value(), first.assign("=")), vec![second, first])
        }
        ("stos", Operand::Memory(_), Operand::Register(_)) => {
            (format!("{},{}", second.value(), first.assign("=")), vec![first])
        }
        ("lods", Operand::Register(_), Operand::Memory(_)) => {
            (format!("{},{}", second.value(), case.target(first)), vec![second])
        }
        ("scas", Operand::Register(_), Operand::Memory(_)) => {
            (super::arithmetic::compare(first, second)?, vec![second])
        }
        ("cmps", Operand::Memory(_), Operand::Memory(_)) => {
            (super::arithmetic::compare(first, second)?, vec![second, first])
        }
        _ => return None,
    };
    let steps = |operator: &str| {
        let step = |operand: &&Operand<'_>| match operand {
            Operand::Memory(memory) => format!("{},{},{operator},", memory.size, memory.address),
            _ => String::new(),
        };
        moved.iter().map(step).collect::<String>()
    };
    let compares = matches!(stem, "scas" | "cmps");
    let otherwise = if compares { "}{," } else { "},df,!,?{," };
    let once = format!("{body},df,?{{,{}{otherwise}{}}}", steps("-="), steps("+="));
    let Some(prefix) = case.prefix else { return Some(once) };
    let counter = case.machine.counter();
    let end = match prefix {
        _ if !compares => "",
        "repne" | "repnz" => "zf,?{,BREAK,},",
        _ => "zf,!,?{,BREAK,},",
    };
    Some(format!("{counter},!,?{{,BREAK,}},{once},{counter},--=,{end}0,GOTO"))
}

/// The words behind a comparison of `bits` bits, whose right side is `right`, that set the flags.
pub(super) fn compared(right: &str, bits: u32) -> String {
    let top = bits - 1;
    format!(
        "$z,zf,:=,{bits},$b,cf,:=,$p,pf,:=,{top},$s,sf,:=,{right},{:#x},-,!,{top},$o,^,of,:=,4,$b,af,:=",
        sign(bits)
    )
}
