//! Properties of x86 instructions.

use super::Properties;
use crate::detail::{Detail, Fact, Named};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::settings::Settings;

/// What an operand is, as the library says.
struct Operand<'a> {
    kind: &'a str,
    facts: &'a [Named],
}

impl Operand<'_> {
    fn word(&self, key: &str) -> Option<&str> {
        self.facts.iter().find(|fact| fact.0 == key).and_then(|fact| match &fact.1 {
            Fact::Word(word) => Some(word.as_str()),
            _ => None,
        })
    }

    fn number(&self, key: &str) -> Option<i64> {
        self.facts.iter().find(|fact| fact.0 == key).and_then(|fact| match &fact.1 {
            Fact::Number(number) => Some(*number),
            _ => None,
        })
    }
}

pub(crate) fn describe(
    settings: &Settings,
    instruction: &Instruction,
    detail: &Detail,
    properties: &mut Properties,
) {
    let parts = detail.operands.as_deref().unwrap_or_default();
    let operands: Vec<Operand<'_>> = parts
        .iter()
        .map(|facts| {
            let mut operand = Operand { kind: "", facts };
            let kind = facts.iter().find_map(|fact| match fact {
                ("type", Fact::Word(kind)) => Some(kind.as_str()),
                _ => None,
            });
            operand.kind = kind.unwrap_or_default();
            operand
        })
        .collect();
    let mut words = instruction.mnemonic.split(' ');
    let word = words.next_back().unwrap_or_default();
    for prefix in words {
        properties.prefix |= match prefix {
            "lock" => 8,
            "rep" | "repe" => 2,
            "repne" => 4,
            _ => 0,
        };
    }
    properties.family = family(word, properties.prefix, &operands);
    properties.is_signed = matches!(word, "imul" | "idiv" | "jl" | "jle" | "jg" | "jge" | "js");
    let kinds: Vec<&str> = operands.iter().map(|operand| operand.kind).collect();
    properties.cycles = match (instruction.kind, kinds.as_slice()) {
        (kind, ["mem", ..]) if kind.is_call() => 4,
        (kind, _) if kind.is_call() || kind.is_return() => 3,
        (kind, ["mem", ..]) if kind.is_jump() => 3,
        (kind, _) if kind.is_jump() || kind == Kind::Interrupt && word != "int3" => 2,
        _ => 1,
    };
    if instruction.kind.is_jump() && instruction.kind.is_conditional() {
        properties.condition = Some(condition(word).to_owned());
    }
    // The library tells immediates with their sign. All bits set stand for no number at all.
    let number =
        operands.iter().find(|operand| operand.kind == "imm").and_then(|operand| operand.number("value"));
    properties.value = match word {
        "inc" | "dec" => Some(1),
        _ => properties.value.and(number).map(|number| number as u64).filter(|value| *value != u64::MAX),
    };
    if matches!(
        word,
        "shl"
            | "sar"
            | "sal"
            | "rol"
            | "ror"
            | "rcl"
            | "rcr"
            | "adc"
            | "sbb"
            | "imul"
            | "bt"
            | "bts"
            | "btr"
            | "btc"
            | "ret"
            | "retf"
    ) {
        properties.value = None;
    }
    let branches = instruction.kind.is_jump() || instruction.kind.is_call();
    if branches && !instruction.kind.is_conditional() {
        properties.direction = Some("exec");
        properties.register = operands.first().and_then(|operand| operand.word("value")).map(str::to_owned);
    }
    properties.pointer = properties.pointer.filter(|_| tells(instruction.kind, word));
    if let Some(memory) = operands.iter().find(|operand| operand.kind == "mem") {
        access(settings, instruction, word, memory, &operands, properties);
    }
    properties.pointer =
        properties.pointer.or_else(|| immediate_pointer(instruction, properties.value?, &kinds, &operands));
}

/// Whether anything is told of the memory an instruction accesses: of moves, plain sums and logic,
/// comparisons, addresses taken and branches.
fn tells(kind: Kind, word: &str) -> bool {
    match kind {
        Kind::Move => !matches!(word, "xchg" | "movdqa" | "movdqu" | "movupd") && !word.starts_with('v'),
        Kind::Add | Kind::Sub => matches!(word, "add" | "sub"),
        Kind::And | Kind::Or | Kind::Xor => matches!(word, "and" | "or" | "xor"),
        Kind::Compare => word == "cmp",
        Kind::AndCompare | Kind::Lea => true,
        kind => kind.is_jump() || kind.is_call(),
    }
}

/// The memory operand: how much of it is accessed, and how; and whether it is a slot of the stack.
fn access(
    settings: &Settings,
    instruction: &Instruction,
    word: &str,
    memory: &Operand<'_>,
    operands: &[Operand<'_>],
    properties: &mut Properties,
) {
    let kind = instruction.kind;
    let is_first = operands.first().is_some_and(|operand| operand.kind == "mem");
    let branches = kind.is_jump() || kind.is_call();
    let told = tells(kind, word);
    properties.displacement = memory.number("disp").filter(|distance| told && !matches!(distance, 0 | -1));
    properties.accessed = 0;
    if told && (!branches || memory.word("base") == Some("rip")) {
        // What an address is taken into counts, not what is there.
        let of = if kind == Kind::Lea { operands.first().unwrap_or(memory) } else { memory };
        properties.accessed = of.number("size").and_then(|size| u32::try_from(size).ok()).unwrap_or(0);
    }
    properties.direction = match kind {
        Kind::Lea => Some("ref"),
        _ if branches => Some("exec"),
        Kind::Move | Kind::Xor if is_first => Some("write"),
        Kind::Move | Kind::Xor => Some("read"),
        _ => None,
    };
    if branches {
        properties.register = memory.word("base").map(str::to_owned);
        properties.pointer = properties.pointer.or(memory.number("disp").map(|distance| distance as u64));
    }
    if branches || told && kind == Kind::Move && !is_first {
        properties.index = memory.word("index").map(str::to_owned);
    }
    let is_frame = matches!(memory.word("base"), Some("rbp" | "ebp"));
    if told && !branches && is_frame && properties.stack.is_none() {
        let writes = is_first || matches!(kind, Kind::Compare | Kind::AndCompare);
        properties.stack = Some(if writes { "set" } else { "get" });
        properties.stack_growth = i64::from(settings.bits / 8);
    }
}

/// An immediate that may be an address: one beyond 10 that is moved, or worked on in a register, and any
/// that a register is compared with or that is pushed.
fn immediate_pointer(
    instruction: &Instruction,
    value: u64,
    kinds: &[&str],
    operands: &[Operand<'_>],
) -> Option<u64> {
    let on_stack = operands
        .first()
        .and_then(|operand| operand.word("value"))
        .is_some_and(|name| matches!(name, "rsp" | "esp" | "sp") && instruction.mnemonic != "cmp");
    let large = value as i64 > 10;
    let is_pointer = match instruction.kind {
        Kind::Push => true,
        Kind::Compare | Kind::AndCompare => kinds == ["reg", "imm"] && instruction.mnemonic != "bt",
        Kind::Add | Kind::Sub => {
            large && !on_stack && !matches!(instruction.mnemonic.as_str(), "inc" | "dec")
        }
        Kind::Move | Kind::And | Kind::Or | Kind::Xor => large,
        _ => false,
    };
    is_pointer.then_some(value)
}

fn condition(word: &str) -> &'static str {
    match word {
        "je" => "eq",
        "jne" => "ne",
        "jle" | "jbe" => "le",
        "jg" | "ja" => "gt",
        "jae" => "ge",
        "jl" | "jb" => "lt",
        _ => "al",
    }
}

fn family(word: &str, prefix: u32, operands: &[Operand<'_>]) -> &'static str {
    let register = |starts: &[&str]| {
        operands.iter().filter(|operand| operand.kind == "reg").any(|operand| {
            operand.word("value").is_some_and(|name| starts.iter().any(|start| name.starts_with(start)))
        })
    };
    if prefix & 8 != 0 {
        "thrd"
    } else if register(&["xmm", "ymm", "zmm"]) {
        "sse"
    } else if register(&["mm"]) {
        "mmx"
    } else if word.starts_with('f') || register(&["st("]) {
        "fpu"
    } else if matches!(word, "hlt" | "cli" | "sti" | "in" | "out" | "lgdt" | "lidt" | "ltr" | "invlpg")
        || register(&["cr", "dr"])
    {
        "priv"
    } else if word == "rdtsc" {
        "crpt"
    } else {
        "cpu"
    }
}
