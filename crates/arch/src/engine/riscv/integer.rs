//! 32-bit encodings of the integer sets, M, A and Zicsr.

use super::{Text, Word, X, csr};

pub(super) fn decode(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rd, rs1) = (X[word.rd()], X[word.rs1()]);
    match word.opcode() {
        0x03 => {
            let wide = if text.wide { ["ld", "lwu"] } else { ["", ""] };
            let names = ["lb", "lh", "lw", wide[0], "lbu", "lhu", wide[1], ""];
            text.put(names[word.funct3()], format_args!("{rd}, {}({rs1})", word.imm_i()))
        }
        0x0f => fence(word, text),
        0x13 => immediate(word, text),
        0x17 => text.put("auipc", format_args!("{rd}, {:#x}", word.bits(31, 12))),
        0x1b if text.wide => immediate_word(word, text),
        0x23 => {
            let names = ["sb", "sh", "sw", if text.wide { "sd" } else { "" }, "", "", "", ""];
            text.put(names[word.funct3()], format_args!("{}, {}({rs1})", X[word.rs2()], word.imm_s()))
        }
        0x2f => atomic(word, text),
        0x33 => register(word, text),
        0x37 => text.put("lui", format_args!("{rd}, {:#x}", word.bits(31, 12))),
        0x3b if text.wide => register_word(word, text),
        0x63 => branch(word, text),
        0x67 if word.funct3() == 0 => jump_register(word, text),
        0x6f => {
            let target = text.target(word.imm_j());
            match word.rd() {
                0 => text.put("j", format_args!("{target:#x}")),
                _ => text.put("jal", format_args!("{rd}, {target:#x}")),
            }
        }
        0x73 => system(word, text),
        _ => None,
    }
}

fn immediate(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rd, rs1, value) = (X[word.rd()], X[word.rs1()], word.imm_i());
    let (shift, upper) = if text.wide {
        (word.bits(25, 20), word.bits(31, 26) << 1)
    } else {
        (word.bits(24, 20), word.funct7())
    };
    match word.funct3() {
        0 => match (word.rd(), word.rs1(), value) {
            (0, 0, 0) => text.put("nop", format_args!("")),
            (_, 0, _) => text.put("li", format_args!("{rd}, {value}")),
            (_, _, 0) => text.put("mv", format_args!("{rd}, {rs1}")),
            _ => text.put("addi", format_args!("{rd}, {rs1}, {value}")),
        },
        1 if upper == 0 => text.put("slli", format_args!("{rd}, {rs1}, {shift:#x}")),
        5 if upper == 0 => text.put("srli", format_args!("{rd}, {rs1}, {shift:#x}")),
        5 if upper == 0x20 => text.put("srai", format_args!("{rd}, {rs1}, {shift:#x}")),
        3 if value == 1 => text.put("seqz", format_args!("{rd}, {rs1}")),
        4 if value == -1 => text.put("not", format_args!("{rd}, {rs1}")),
        funct3 => {
            let names = ["", "", "slti", "sltiu", "xori", "", "ori", "andi"];
            text.put(names[funct3], format_args!("{rd}, {rs1}, {value}"))
        }
    }
}

fn immediate_word(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rd, rs1, value) = (X[word.rd()], X[word.rs1()], word.imm_i());
    let shift = word.bits(24, 20);
    match (word.funct3(), word.funct7()) {
        (0, _) if value == 0 => text.put("sext.w", format_args!("{rd}, {rs1}")),
        (0, _) => text.put("addiw", format_args!("{rd}, {rs1}, {value}")),
        (1, 0) => text.put("slliw", format_args!("{rd}, {rs1}, {shift:#x}")),
        (5, 0) => text.put("srliw", format_args!("{rd}, {rs1}, {shift:#x}")),
        (5, 0x20) => text.put("sraiw", format_args!("{rd}, {rs1}, {shift:#x}")),
        _ => None,
    }
}

fn register(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rd, rs1, rs2) = (X[word.rd()], X[word.rs1()], X[word.rs2()]);
    let names = match word.funct7() {
        0x00 => ["add", "sll", "slt", "sltu", "xor", "srl", "or", "and"],
        0x01 => ["mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"],
        0x20 => ["sub", "", "", "", "", "sra", "", ""],
        _ => return None,
    };
    match (names[word.funct3()], word.rs1(), word.rs2()) {
        ("sub", 0, _) => text.put("neg", format_args!("{rd}, {rs2}")),
        ("slt", _, 0) => text.put("sltz", format_args!("{rd}, {rs1}")),
        ("slt", 0, _) => text.put("sgtz", format_args!("{rd}, {rs2}")),
        ("sltu", 0, _) => text.put("snez", format_args!("{rd}, {rs2}")),
        (name, ..) => text.put(name, format_args!("{rd}, {rs1}, {rs2}")),
    }
}

fn register_word(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rd, rs1, rs2) = (X[word.rd()], X[word.rs1()], X[word.rs2()]);
    let names = match word.funct7() {
        0x00 => ["addw", "sllw", "", "", "", "srlw", "", ""],
        0x01 => ["mulw", "", "", "", "divw", "divuw", "remw", "remuw"],
        0x20 => ["subw", "", "", "", "", "sraw", "", ""],
        _ => return None,
    };
    match (names[word.funct3()], word.rs1()) {
        ("subw", 0) => text.put("negw", format_args!("{rd}, {rs2}")),
        (name, _) => text.put(name, format_args!("{rd}, {rs1}, {rs2}")),
    }
}

/// Conditional branches; `bge` and `bgeu` are printed with their operands the other way round.
fn branch(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rs1, rs2) = (X[word.rs1()], X[word.rs2()]);
    let target = text.target(word.imm_b());
    match (word.funct3(), word.rs1(), word.rs2()) {
        (0, _, 0) => text.put("beqz", format_args!("{rs1}, {target:#x}")),
        (1, _, 0) => text.put("bnez", format_args!("{rs1}, {target:#x}")),
        (4, _, 0) => text.put("bltz", format_args!("{rs1}, {target:#x}")),
        (4, 0, _) => text.put("bgtz", format_args!("{rs2}, {target:#x}")),
        (5, _, 0) => text.put("bgez", format_args!("{rs1}, {target:#x}")),
        (5, 0, _) => text.put("blez", format_args!("{rs2}, {target:#x}")),
        (5, ..) => text.put("ble", format_args!("{rs2}, {rs1}, {target:#x}")),
        (7, ..) => text.put("bleu", format_args!("{rs2}, {rs1}, {target:#x}")),
        (funct3, ..) => {
            let names = ["beq", "bne", "", "", "blt", "", "bltu", ""];
            text.put(names[funct3], format_args!("{rs1}, {rs2}, {target:#x}"))
        }
    }
}

fn jump_register(word: Word, text: &mut Text<'_>) -> Option<()> {
    let (rd, rs1, value) = (X[word.rd()], X[word.rs1()], word.imm_i());
    match (word.rd(), word.rs1(), value) {
        (0, 1, 0) => text.put("ret", format_args!("")),
        (0, _, 0) => text.put("jr", format_args!("{rs1}")),
        (0, ..) => text.put("jr", format_args!("{value}({rs1})")),
        (1, _, 0) => text.put("jalr", format_args!("{rs1}")),
        (1, ..) => text.put("jalr", format_args!("{value}({rs1})")),
        (_, _, 0) => text.put("jalr", format_args!("{rd}, {rs1}")),
        _ => text.put("jalr", format_args!("{rd}, {value}({rs1})")),
    }
}

fn fence(word: Word, text: &mut Text<'_>) -> Option<()> {
    match word.funct3() {
        0 => {
            let [before, after] = [word.bits(27, 24), word.bits(23, 20)].map(|set| {
                const SETS: [&str; 16] = [
                    "unknown", "w", "r", "rw", "o", "ow", "or", "orw", "i", "iw", "ir", "irw", "io", "iow",
                    "ior", "iorw",
                ];
                SETS[set as usize]
            });
            if before == "iorw" && after == "iorw" {
                return text.put("fence", format_args!(""));
            }
            text.put("fence", format_args!("{before}, {after}"))
        }
        1 => text.put("fence.i", format_args!("")),
        _ => None,
    }
}

fn atomic(word: Word, text: &mut Text<'_>) -> Option<()> {
    let width = match word.funct3() {
        2 => "w",
        3 if text.wide => "d",
        _ => return None,
    };
    let order = ["", ".rl", ".aq", ".aqrl"][word.bits(26, 25) as usize];
    let name = match word.bits(31, 27) {
        0x00 => "amoadd",
        0x01 => "amoswap",
        0x02 if word.rs2() == 0 => "lr",
        0x03 => "sc",
        0x04 => "amoxor",
        0x08 => "amoor",
        0x0c => "amoand",
        0x10 => "amomin",
        0x14 => "amomax",
        0x18 => "amominu",
        0x1c => "amomaxu",
        _ => return None,
    };
    let (rd, rs1, rs2) = (X[word.rd()], X[word.rs1()], X[word.rs2()]);
    text.put(name, format_args!(""))?;
    text.instruction.mnemonic.extend([".", width, order]);
    if name == "lr" {
        return text.operands(format_args!("{rd}, ({rs1})"));
    }
    text.operands(format_args!("{rd}, {rs2}, ({rs1})"))
}

fn system(word: Word, text: &mut Text<'_>) -> Option<()> {
    if word.funct3() == 0 {
        return match (word.bits(31, 20), word.rs1(), word.rd()) {
            (0x000, 0, 0) => text.put("ecall", format_args!("")),
            (0x001, 0, 0) => text.put("ebreak", format_args!("")),
            (0x002, 0, 0) => text.put("uret", format_args!("")),
            (0x102, 0, 0) => text.put("sret", format_args!("")),
            (0x302, 0, 0) => text.put("mret", format_args!("")),
            (0x105, 0, 0) => text.put("wfi", format_args!("")),
            (0x7b2, 0, 0) => text.put("dret", format_args!("")),
            (0x120, 0, 0) => text.put("sfence.vma", format_args!("")),
            (_, _, 0) if word.funct7() == 0x09 => {
                text.put("sfence.vma", format_args!("{}, {}", X[word.rs1()], X[word.rs2()]))
            }
            _ => None,
        };
    }
    csr::decode(word, text)
}
