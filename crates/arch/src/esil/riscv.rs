//! ESIL for RISC-V.

use super::operands;
use crate::instruction::Instruction;
use crate::settings::Settings;

/// Instructions that combine two registers, or a register and an immediate: the operator, and what the
/// result is extended from (`w` forms, where their operands are cut to 32 bits first).
const BINARY: &[(&str, &str, Form)] = &[
    ("add addi", "+", Form::Whole),
    ("sub", "-", Form::Whole),
    ("and andi", "&", Form::Whole),
    ("or ori", "|", Form::Whole),
    ("xor xori", "^", Form::Whole),
    ("mul", "*", Form::Whole),
    ("div divu", "/", Form::Whole),
    ("rem remu", "%", Form::Whole),
    ("sll slli", "<<", Form::Whole),
    ("srl srli", ">>", Form::Whole),
    ("sra srai", ">>>>", Form::Whole),
    ("slt slti", "<", Form::Whole),
    ("addw", "+", Form::Cut),
    ("subw", "-", Form::Cut),
    ("mulw", "*", Form::Cut),
    ("addiw", "+", Form::CutSecond),
    ("sllw slliw", "<<", Form::Extended),
    ("srlw srliw", ">>", Form::Word),
    ("divw divuw", "/", Form::Cut),
    ("remw remuw", "%", Form::Cut),
    ("sraw sraiw", ">>>>", Form::SignedWord),
];

/// How much of its operands an instruction takes, and of its result it keeps.
#[derive(Clone, Copy)]
enum Form {
    /// All.
    Whole,
    /// The low words of both; the result is extended from its low word.
    Cut,
    /// The low word of the first source; the result is extended from its low word.
    CutSecond,
    /// All; the result is extended from its low word.
    Extended,
    /// The low word of what is shifted; the result is extended from its low word.
    Word,
    /// The low word of what is shifted, its sign extended.
    SignedWord,
}

/// Branches: the comparison, whether the sense of it is turned, and whether the first operand is pushed first.
const BRANCHES: &[(&str, &str, bool)] = &[
    ("beq beqz", "==,$z", false),
    ("bne bnez", "==,$z,!", false),
    ("blt bltz", "<", false),
    ("bge bgez", ">=", false),
    ("ble", ">=", true),
    ("bgt", "<", true),
    ("bltu", UNSIGNED_LESS, false),
    ("bgeu", "==,BITS,$b,!", false),
    ("bleu", "==,BITS,$b,!", true),
    ("bgtu", UNSIGNED_LESS, true),
];

/// Below without a sign: the operators of ESIL compare numbers that have one, so it is whether taking
/// one from the other borrows.
const UNSIGNED_LESS: &str = "==,BITS,$b";

/// Loads: bytes, and the bits that the sign is extended from.
const LOADS: &[(&str, u8, u8)] = &[
    ("lb", 1, 8),
    ("lbu", 1, 0),
    ("lh", 2, 16),
    ("lhu", 2, 0),
    ("lw", 4, 32),
    ("lwu", 4, 0),
    ("ld", 8, 0),
    ("flw", 4, 0),
    ("fld", 8, 0),
];

/// Stores, and their bytes.
const STORES: &[(&str, u8)] = &[("sb", 1), ("sh", 2), ("sw", 4), ("sd", 8), ("fsw", 4), ("fsd", 8)];

/// The expression of an instruction.
pub(crate) fn generate(settings: &Settings, instruction: &Instruction) -> Option<String> {
    let word = instruction.mnemonic.as_str();
    let mut parts = operands(&instruction.operands);
    // The register that is always 0 is that number, but where it is written.
    let reads_first = word.starts_with('b') || STORES.iter().any(|row| row.0 == word);
    parts.iter_mut().skip(usize::from(!reads_first)).for_each(|part| *part = zero(part));
    let size = instruction.size;
    if let Some(expression) = flow(word, &parts, size) {
        return Some(expression.replace("BITS", &settings.bits.to_string()));
    }
    let has = |names: &str| names.split(' ').any(|name| name == word);
    if let (Some(&(_, bytes, extended)), [target, place]) =
        (LOADS.iter().find(|row| row.0 == word), parts.as_slice())
    {
        let (base, disp) = memory(place)?;
        // On a machine of 32 bits there is nothing above a word to extend it into.
        let extended = if extended == 32 && settings.bits == 32 { 0 } else { extended };
        let extension = if extended > 0 { format!(",{extended},{target},~=") } else { String::new() };
        return Some(format!("{base},{disp},+,[{bytes}],{target},={extension}"));
    }
    if let (Some(&(_, bytes)), [source, place]) = (STORES.iter().find(|row| row.0 == word), parts.as_slice())
    {
        let (base, disp) = memory(place)?;
        return Some(format!("{source},{base},{disp},+,=[{bytes}]"));
    }
    if let (Some(&(_, operator, form)), [target, first, second]) =
        (BINARY.iter().find(|row| has(row.0)), parts.as_slice())
    {
        return Some(binary(word, operator, form, size, [target, first, second]));
    }
    let wide =
        if settings.bits == 64 { |target: &str| format!(",32,{target},~=") } else { |_: &str| String::new() };
    Some(match (word, parts.as_slice()) {
        ("nop", _) => ",".to_owned(),
        ("li", [target, value]) if size == 4 => format!("{value},0,+,{target},="),
        ("li", [target, value]) => format!("{value},{target},="),
        ("mv", [target, source]) if size == 4 => format!("0,{source},+,{target},="),
        ("mv", [target, source]) => format!("{source},{target},="),
        ("not", [target, source]) => format!("-1,{source},^,{target},="),
        ("neg", [target, source]) => format!("{source},0,-,{target},="),
        ("negw", [target, source]) => {
            format!("0xffffffff,{source},&,0xffffffff,0,&,-,{target},=,32,{target},~=")
        }
        ("sext.w", [target, source]) if target == source && size == 2 => {
            format!("{target},0xffffffff,0,&,+,{target},=,32,{target},~=")
        }
        ("sext.w", [target, source]) => {
            format!("0,0xffffffff,{source},&,+,{target},=,32,{target},~=")
        }
        ("sltu" | "sltiu", [target, first, second]) => {
            format!("{second},{first},==,{},$b,{target},=", settings.bits)
        }
        ("seqz", [target, source]) => format!("{source},!,{target},="),
        ("snez", [target, source]) => format!("{source},!,!,{target},="),
        ("sgtz", [target, source]) => format!("{source},0,<,{target},="),
        ("sltz", [target, source]) => format!("0,{source},<,{target},="),
        ("lui", [target, value]) => format!("{value}000,{target},={}", wide(target)),
        ("auipc", [target, value]) => format!("{value}000,$$,+,{target},="),
        // The high half is what is below the low one.
        ("mulhu", [target, first, second]) => format!("{second},{first},L*,POP,{target},="),
        ("ecall" | "ebreak", _) => "TRAP".to_owned(),
        _ => return None,
    })
}

fn binary(word: &str, operator: &str, form: Form, size: usize, operands: [&str; 3]) -> String {
    let [target, first, second] = operands;
    let is_short_sum = size == 2
        && target == first
        && match word {
            // What moves the stack by much has a form of its own.
            "addi" => second.parse().is_ok_and(|value: i64| (-32..32).contains(&value)),
            word => matches!(word, "add" | "andi"),
        };
    let low = |operand: &str| format!("0xffffffff,{operand},&");
    match form {
        // As the peer has it, short forms name what they change first.
        Form::Whole if is_short_sum => format!("{first},{second},{operator},{target},="),
        Form::Whole => format!("{second},{first},{operator},{target},="),
        Form::Cut if size == 2 && word == "addw" => {
            format!("{},{},{operator},{target},=,32,{target},~=", low(first), low(second))
        }
        Form::Cut => format!("{},{},{operator},{target},=,32,{target},~=", low(second), low(first)),
        Form::CutSecond if size == 2 => {
            format!("{first},{},{operator},{target},=,32,{target},~=", low(second))
        }
        Form::CutSecond => format!("{second},{},{operator},{target},=,32,{target},~=", low(first)),
        Form::Extended => format!("{second},{first},{operator},{target},=,32,{target},~="),
        Form::Word => format!("{second},{},{operator},{target},=", low(first)),
        Form::SignedWord => {
            format!("{second},32,{},~,{operator},{target},=,32,{target},~=", low(first))
        }
    }
}

/// Jumps, calls and branches.
fn flow(word: &str, parts: &[&str], size: usize) -> Option<String> {
    let has = |names: &str| names.split(' ').any(|name| name == word);
    if let Some(&(_, condition, turned)) = BRANCHES.iter().find(|row| has(row.0)) {
        let (first, second, target) = match parts {
            [first, second, target] => (*first, *second, target),
            // The short forms push the register first, the long ones what it is compared with.
            [first, target] if size == 2 => ("0", *first, target),
            [first, target] => (*first, "0", target),
            _ => return None,
        };
        let (first, second) = if turned { (second, first) } else { (first, second) };
        return Some(format!("{second},{first},{condition},?{{,{target},pc,=,}},"));
    }
    let (register, disp) = match parts.last() {
        Some(place) => memory(place).unwrap_or((place, "0")),
        None => ("", ""),
    };
    Some(match (word, parts) {
        ("blez", [register, target]) => format!("{register},0,>=,?{{,{target},pc,=,}},"),
        ("bgtz", [register, target]) => format!("{register},0,<,?{{,{target},pc,=,}},"),
        ("j", [target]) => format!("{target},pc,="),
        ("jal", [link, target]) => format!("{size},$$,+,{link},=,{target},pc,="),
        ("jal", [target]) => format!("{size},$$,+,ra,=,{target},pc,="),
        ("ret", []) if size == 4 => "ra,0,+,pc,=".to_owned(),
        ("ret", []) => "ra,pc,=".to_owned(),
        ("jr", [_]) if size == 2 => format!("{register},pc,="),
        ("jr", [_]) => format!("{register},{disp},+,pc,="),
        ("jalr", [_]) => format!("{register},{disp},+,pc,=,{size},$$,+,ra,="),
        ("jalr", [link, _]) => format!("{register},{disp},+,pc,=,{size},$$,+,{link},="),
        _ => return None,
    })
}

/// The register that is always 0 as the number it is.
fn zero(operand: &str) -> &str {
    if operand == "zero" { "0" } else { operand }
}

/// The base and displacement of `disp(base)`.
fn memory(operand: &str) -> Option<(&str, &str)> {
    let (disp, base) = operand.strip_suffix(')')?.split_once('(')?;
    Some((base, if disp.is_empty() { "0" } else { disp }))
}
