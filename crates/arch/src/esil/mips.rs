//! ESIL for MIPS. The delay slot of a branch is the host's matter.

use super::{Operands, operands};
use crate::instruction::Instruction;
use crate::operand::immediate;
use crate::settings::Settings;

/// Instructions that combine two operands into the first, the last with the one before.
const BINARY: &[(&str, &str)] = &[
    ("addu add daddu dadd", "+"),
    ("subu sub dsubu dsub", "-"),
    ("and andi", "&"),
    ("or ori", "|"),
    ("xor xori", "^"),
    ("sll sllv dsll dsllv", "<<"),
    ("srl srlv dsrl dsrlv", ">>"),
    ("dsra dsrav", ">>>>"),
];

/// Loads: bytes, and the bits that the sign is extended from.
const LOADS: &[(&str, u8, u8)] = &[
    ("lb", 1, 8),
    ("lbu", 1, 0),
    ("lh", 2, 16),
    ("lhu", 2, 0),
    ("lw", 4, 32),
    ("lwu", 4, 0),
    ("ll", 4, 32),
    ("ld", 8, 0),
];

/// Stores, and their bytes.
const STORES: &[(&str, u8)] = &[("sb", 1), ("sh", 2), ("sw", 4), ("sd", 8)];

/// The expression of an instruction.
pub(crate) fn generate(settings: &Settings, instruction: &Instruction) -> Option<String> {
    let word = instruction.mnemonic.as_str();
    let parts = operands(&instruction.operands);
    flow(settings, word, &parts)
        .or_else(|| memory(settings, word, &parts))
        .or_else(|| compute(settings, word, &parts))
}

fn has(names: &str, word: &str) -> bool {
    names.split(' ').any(|name| name == word)
}

/// A number in decimal, a register as it is.
fn number(operand: &str) -> String {
    immediate(operand).map_or(operand.to_owned(), |number| (number.value() as i64).to_string())
}

/// A word with its sign.
fn signed(operand: &str) -> String {
    format!("32,{operand},~")
}

/// Calculations.
fn compute(settings: &Settings, word: &str, parts: &Operands<'_>) -> Option<String> {
    if let ([target, first, second], Some((_, operator))) =
        (parts.as_slice(), BINARY.iter().find(|row| has(row.0, word)))
    {
        return Some(format!("{},{first},{operator},{target},=", number(second)));
    }
    let low = |operand: &str| format!("0xffffffff,{operand},&");
    Some(match (word, parts.as_slice()) {
        ("nop", _) => ",".to_owned(),
        ("addiu" | "addi" | "daddiu" | "daddi", [target, first, value]) => {
            let value = immediate(value)?;
            let sign = if value.negative { '-' } else { '+' };
            format!("{},{first},{sign},{target},=", value.magnitude)
        }
        ("lui", [target, value]) => {
            let value = immediate(value)?.magnitude << 16;
            let extension = if settings.bits == 64 { format!("32,{target},~=") } else { String::new() };
            format!("{value:#x},{target},=,{extension}")
        }
        ("li", [target, value]) => format!("{},{target},=", number(value)),
        ("move", [target, source]) => format!("{source},{target},="),
        ("not", [target, source]) => format!("{source},0xffffffff,^,{target},="),
        ("neg" | "negu", [target, source]) => format!("{source},0,-,{target},=,"),
        ("nor", [target, first, second]) => format!("{second},{first},|,0xffffffff,^,{target},="),
        ("sra" | "srav", [target, source, count]) => {
            format!("{},{},>>>>,{target},=", number(count), signed(source))
        }
        ("slt", [target, first, second]) => {
            format!("{},{},<,{target},=", signed(second), signed(first))
        }
        ("slti", [target, first, value]) => {
            format!("{},{},<,{target},=", number(value), signed(first))
        }
        ("sltu" | "sltiu", [target, first, second]) => {
            format!("{},{},<,{target},=", low(&number(second)), low(first))
        }
        ("movz", [target, source, test]) => format!("0,{test},==,$z,?{{,{source},{target},=,}}"),
        ("movn", [target, source, test]) => format!("0,{test},==,$z,!,?{{,{source},{target},=,}}"),
        ("mfhi", [target]) => format!("hi,{target},="),
        ("mflo", [target]) => format!("lo,{target},="),
        ("mthi", [source]) => format!("{source},hi,="),
        ("mtlo", [source]) => format!("{source},lo,="),
        ("mul", [target, first, second]) => format!("0xffffffff,{first},{second},*,&,{target},=,"),
        ("multu", [first, second]) => product(&low(first), &low(second)),
        ("mult", [first, second]) => product(&signed(first), &signed(second)),
        ("divu", [first, second] | ["zero", first, second]) => quotient(&low(first), &low(second), "/", "%"),
        ("div", [first, second] | ["zero", first, second]) => {
            quotient(&signed(first), &signed(second), "~/", "~%")
        }
        ("seb", [target, source]) => format!("8,{source},~,{target},="),
        ("seh", [target, source]) => format!("16,{source},~,{target},="),
        ("ext", [target, source, at, size]) => {
            let size = u32::try_from(immediate(size)?.value()).ok()?;
            let mask = 1u64.checked_shl(size)?.wrapping_sub(1);
            format!("{mask:#x},{},{source},>>,&,{target},=", number(at))
        }
        ("break", _) => "0,0,TRAP".to_owned(),
        ("syscall", _) => "0,$".to_owned(),
        _ => return None,
    })
}

fn product(first: &str, second: &str) -> String {
    format!("0xffffffff,{second},{first},*,&,lo,=,0xffffffff,32,{second},{first},*,>>,&,hi,=,")
}

fn quotient(first: &str, second: &str, divide: &str, rest: &str) -> String {
    format!("{second},{first},{divide},lo,=,{second},{first},{rest},hi,=")
}

/// Loads and stores.
fn memory(settings: &Settings, word: &str, parts: &Operands<'_>) -> Option<String> {
    let [register, place] = parts.as_slice() else { return None };
    let (disp, base) = place.strip_suffix(')')?.split_once('(')?;
    let place = match immediate(disp) {
        Some(disp) if disp.negative => format!("{},{base},-", disp.magnitude),
        Some(disp) => format!("{:#x},{base},+", disp.magnitude),
        None if disp.is_empty() => format!("0x0,{base},+"),
        None => return None,
    };
    if let Some(&(_, bytes, extended)) = LOADS.iter().find(|row| row.0 == word) {
        // On a machine of 32 bits there is nothing above a word to extend it into.
        let extends = extended > 0 && u32::from(extended) < settings.bits;
        let extension = if extends { format!(",{extended},{register},~=") } else { String::new() };
        return Some(format!("{place},[{bytes}],{register},={extension}"));
    }
    let (_, bytes) = STORES.iter().find(|row| row.0 == word)?;
    Some(format!("{register},{place},=[{bytes}]"))
}

/// Branches and calls.
fn flow(settings: &Settings, word: &str, parts: &Operands<'_>) -> Option<String> {
    let target = parts.last().map(|target| address(target)).unwrap_or_default();
    let highest = settings.bits - 1;
    Some(match (word, parts.as_slice()) {
        ("b" | "j", [_]) => format!("{target},pc,="),
        ("bal" | "jal", [_]) => format!("pc,4,+,ra,=,{target},pc,="),
        ("jr", [register]) => format!("{register},pc,="),
        ("jalr", [register]) => format!("pc,4,+,ra,=,{register},pc,="),
        ("jalr", [link, register]) => format!("pc,4,+,{link},=,{register},pc,="),
        ("beq" | "beql", [first, second, _]) => format!("{first},{second},==,$z,?{{,{target},pc,=,}}"),
        ("bne" | "bnel", [first, second, _]) => {
            format!("{first},{second},==,$z,!,?{{,{target},pc,=,}}")
        }
        ("beqz" | "beqzl", [register, _]) => format!("{register},0,==,$z,?{{,{target},pc,=,}}"),
        ("bnez" | "bnezl", [register, _]) => format!("{register},0,==,$z,!,?{{,{target},pc,=,}}"),
        ("bltz" | "bltzl", [register, _]) => format!("{highest},{register},>>,?{{,{target},pc,=,}}"),
        ("bgez" | "bgezl", [register, _]) => format!("{highest},{register},>>,!,?{{,{target},pc,=,}}"),
        ("bgtz" | "bgtzl", [register, _]) => {
            format!("{highest},{register},>>,!,{register},!,!,&,?{{,{target},pc,=,}}")
        }
        ("blez" | "blezl", [register, _]) => {
            format!("{highest},{register},>>,{register},!,|,?{{,{target},pc,=,}}")
        }
        ("bltzal", [register, _]) => {
            format!("{highest},{register},>>,?{{,pc,4,+,ra,=,{target},pc,=,}}")
        }
        ("bgezal", [register, _]) => {
            format!("{highest},{register},>>,!,?{{,pc,4,+,ra,=,{target},pc,=,}}")
        }
        _ => return None,
    })
}

/// Where a branch goes, in decimal.
fn address(operand: &str) -> String {
    immediate(operand).map_or(operand.to_owned(), |number| number.value().to_string())
}
