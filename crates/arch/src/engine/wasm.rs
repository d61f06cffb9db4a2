//! WebAssembly: the core instructions with sign extension, saturating conversion, bulk memory and
//! reference types, after the binary format of the specification. Ours, since the library's binding
//! has no such architecture.

use std::fmt::Write as _;

use crate::instruction::Instruction;
use crate::settings::Settings;

/// What follows an opcode.
#[derive(Clone, Copy)]
enum Operand {
    None,
    /// An unsigned index: a label, local, function, type, table.
    Index,
    /// Two of them.
    Indices,
    /// A block's type.
    Block,
    /// Alignment and offset.
    Memory,
    /// A byte that is zero or names a memory.
    Reserved,
    I32,
    I64,
    F32,
    F64,
    /// `br_table`: a count, that many labels and one more.
    Table,
    /// `select` with types: a count and that many types.
    Types,
}

/// The most labels a `br_table` is printed with; a longer one is taken for data.
const LABELS: u64 = 1024;

/// Decodes one instruction; see [`Native`](super::Native).
pub(crate) fn decode(bytes: &[u8], _: u64, _: &Settings, instruction: &mut Instruction) -> Option<usize> {
    let mut reader = Reader { bytes, at: 0 };
    let opcode = reader.byte()?;
    let (name, operand) = match opcode {
        0xfc => {
            let (name, operand) = *PREFIXED.get(usize::try_from(reader.unsigned(32)?).ok()?)?;
            (name, operand)
        }
        _ => plain(opcode)?,
    };
    instruction.mnemonic.push_str(name);
    print(operand, &mut reader, &mut instruction.operands)?;
    Some(reader.at)
}

/// Writes the operands. Writing to a string cannot fail, so `ok()?` never gives `None` there.
fn print(operand: Operand, reader: &mut Reader<'_>, out: &mut String) -> Option<()> {
    match operand {
        Operand::None => Some(()),
        Operand::Index => write!(out, "{}", reader.unsigned(32)?).ok(),
        Operand::Indices => {
            let (first, second) = (reader.unsigned(32)?, reader.unsigned(32)?);
            write!(out, "{first} {second}").ok()
        }
        Operand::Block => {
            match reader.signed(33)? {
                -64 => {}
                index @ 0.. => write!(out, "(type {index})").ok()?,
                kind => write!(out, "(result {})", value_type((kind & 0x7f) as u8)?).ok()?,
            }
            Some(())
        }
        Operand::Memory => {
            let (alignment, offset) = (reader.unsigned(32)?, reader.unsigned(32)?);
            write!(out, "{alignment} {offset}").ok()
        }
        Operand::Reserved => write!(out, "{}", reader.byte()?).ok(),
        Operand::I32 => write!(out, "{}", reader.signed(32)?).ok(),
        Operand::I64 => write!(out, "{}", reader.signed(64)?).ok(),
        Operand::F32 => write!(out, "{}", f32::from_le_bytes(reader.array()?)).ok(),
        Operand::F64 => write!(out, "{}", f64::from_le_bytes(reader.array()?)).ok(),
        Operand::Table => {
            let count = reader.unsigned(32)?;
            (count <= LABELS).then_some(())?;
            write!(out, "{count}").ok()?;
            for _ in 0..=count {
                write!(out, " {}", reader.unsigned(32)?).ok()?;
            }
            Some(())
        }
        Operand::Types => {
            let count = reader.unsigned(32)?;
            (count <= LABELS).then_some(())?;
            for index in 0..count {
                let space = if index > 0 { " " } else { "" };
                write!(out, "{space}{}", value_type(reader.byte()?)?).ok()?;
            }
            Some(())
        }
    }
}

fn value_type(byte: u8) -> Option<&'static str> {
    match byte {
        0x7f => Some("i32"),
        0x7e => Some("i64"),
        0x7d => Some("f32"),
        0x7c => Some("f64"),
        0x7b => Some("v128"),
        0x70 => Some("funcref"),
        0x6f => Some("externref"),
        _ => None,
    }
}

/// Bytes read from the front.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let array = *self.bytes.get(self.at..)?.first_chunk()?;
        self.at += N;
        Some(array)
    }

    /// An unsigned LEB128 number of at most `bits` bits.
    fn unsigned(&mut self, bits: u32) -> Option<u64> {
        let mut value = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A signed LEB128 number of at most `bits` bits.
    fn signed(&mut self, bits: u32) -> Option<i64> {
        let mut value = 0i64;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let unused = 64u32.saturating_sub(shift + 7);
                return Some(value << unused >> unused);
            }
        }
        None
    }
}

/// Opcodes of one byte.
fn plain(opcode: u8) -> Option<(&'static str, Operand)> {
    let (name, operand) = match opcode {
        0x00 => ("unreachable", Operand::None),
        0x01 => ("nop", Operand::None),
        0x02 => ("block", Operand::Block),
        0x03 => ("loop", Operand::Block),
        0x04 => ("if", Operand::Block),
        0x05 => ("else", Operand::None),
        0x0b => ("end", Operand::None),
        0x0c => ("br", Operand::Index),
        0x0d => ("br_if", Operand::Index),
        0x0e => ("br_table", Operand::Table),
        0x0f => ("return", Operand::None),
        0x10 => ("call", Operand::Index),
        0x11 => ("call_indirect", Operand::Indices),
        0x1a => ("drop", Operand::None),
        0x1b => ("select", Operand::None),
        0x1c => ("select", Operand::Types),
        0x20 => ("local.get", Operand::Index),
        0x21 => ("local.set", Operand::Index),
        0x22 => ("local.tee", Operand::Index),
        0x23 => ("global.get", Operand::Index),
        0x24 => ("global.set", Operand::Index),
        0x25 => ("table.get", Operand::Index),
        0x26 => ("table.set", Operand::Index),
        0x28..=0x3e => (MEMORY[usize::from(opcode - 0x28)], Operand::Memory),
        0x3f => ("memory.size", Operand::Reserved),
        0x40 => ("memory.grow", Operand::Reserved),
        0x41 => ("i32.const", Operand::I32),
        0x42 => ("i64.const", Operand::I64),
        0x43 => ("f32.const", Operand::F32),
        0x44 => ("f64.const", Operand::F64),
        0x45..=0xc4 => (NUMERIC[usize::from(opcode - 0x45)], Operand::None),
        0xd0 => ("ref.null", Operand::Reserved),
        0xd1 => ("ref.is_null", Operand::None),
        0xd2 => ("ref.func", Operand::Index),
        _ => return None,
    };
    Some((name, operand))
}

/// Loads and stores, from 0x28.
const MEMORY: [&str; 23] = [
    "i32.load",
    "i64.load",
    "f32.load",
    "f64.load",
    "i32.load8_s",
    "i32.load8_u",
    "i32.load16_s",
    "i32.load16_u",
    "i64.load8_s",
    "i64.load8_u",
    "i64.load16_s",
    "i64.load16_u",
    "i64.load32_s",
    "i64.load32_u",
    "i32.store",
    "i64.store",
    "f32.store",
    "f64.store",
    "i32.store8",
    "i32.store16",
    "i64.store8",
    "i64.store16",
    "i64.store32",
];

/// Comparisons, arithmetic and conversions, from 0x45.
const NUMERIC: [&str; 128] = [
    "i32.eqz",
    "i32.eq",
    "i32.ne",
    "i32.lt_s",
    "i32.lt_u",
    "i32.gt_s",
    "i32.gt_u",
    "i32.le_s",
    "i32.le_u",
    "i32.ge_s",
    "i32.ge_u",
    "i64.eqz",
    "i64.eq",
    "i64.ne",
    "i64.lt_s",
    "i64.lt_u",
    "i64.gt_s",
    "i64.gt_u",
    "i64.le_s",
    "i64.le_u",
    "i64.ge_s",
    "i64.ge_u",
    "f32.eq",
    "f32.ne",
    "f32.lt",
    "f32.gt",
    "f32.le",
    "f32.ge",
    "f64.eq",
    "f64.ne",
    "f64.lt",
    "f64.gt",
    "f64.le",
    "f64.ge",
    "i32.clz",
    "i32.ctz",
    "i32.popcnt",
    "i32.add",
    "i32.sub",
    "i32.mul",
    "i32.div_s",
    "i32.div_u",
    "i32.rem_s",
    "i32.rem_u",
    "i32.and",
    "i32.or",
    "i32.xor",
    "i32.shl",
    "i32.shr_s",
    "i32.shr_u",
    "i32.rotl",
    "i32.rotr",
    "i64.clz",
    "i64.ctz",
    "i64.popcnt",
    "i64.add",
    "i64.sub",
    "i64.mul",
    "i64.div_s",
    "i64.div_u",
    "i64.rem_s",
    "i64.rem_u",
    "i64.and",
    "i64.or",
    "i64.xor",
    "i64.shl",
    "i64.shr_s",
    "i64.shr_u",
    "i64.rotl",
    "i64.rotr",
    "f32.abs",
    "f32.neg",
    "f32.ceil",
    "f32.floor",
    "f32.trunc",
    "f32.nearest",
    "f32.sqrt",
    "f32.add",
    "f32.sub",
    "f32.mul",
    "f32.div",
    "f32.min",
    "f32.max",
    "f32.copysign",
    "f64.abs",
    "f64.neg",
    "f64.ceil",
    "f64.floor",
    "f64.trunc",
    "f64.nearest",
    "f64.sqrt",
    "f64.add",
    "f64.sub",
    "f64.mul",
    "f64.div",
    "f64.min",
    "f64.max",
    "f64.copysign",
    "i32.wrap_i64",
    "i32.trunc_f32_s",
    "i32.trunc_f32_u",
    "i32.trunc_f64_s",
    "i32.trunc_f64_u",
    "i64.extend_i32_s",
    "i64.extend_i32_u",
    "i64.trunc_f32_s",
    "i64.trunc_f32_u",
    "i64.trunc_f64_s",
    "i64.trunc_f64_u",
    "f32.convert_i32_s",
    "f32.convert_i32_u",
    "f32.convert_i64_s",
    "f32.convert_i64_u",
    "f32.demote_f64",
    "f64.convert_i32_s",
    "f64.convert_i32_u",
    "f64.convert_i64_s",
    "f64.convert_i64_u",
    "f64.promote_f32",
    "i32.reinterpret_f32",
    "i64.reinterpret_f64",
    "f32.reinterpret_i32",
    "f64.reinterpret_i64",
    "i32.extend8_s",
    "i32.extend16_s",
    "i64.extend8_s",
    "i64.extend16_s",
    "i64.extend32_s",
];

/// Opcodes behind the prefix 0xfc.
const PREFIXED: [(&str, Operand); 18] = [
    ("i32.trunc_sat_f32_s", Operand::None),
    ("i32.trunc_sat_f32_u", Operand::None),
    ("i32.trunc_sat_f64_s", Operand::None),
    ("i32.trunc_sat_f64_u", Operand::None),
    ("i64.trunc_sat_f32_s", Operand::None),
    ("i64.trunc_sat_f32_u", Operand::None),
    ("i64.trunc_sat_f64_s", Operand::None),
    ("i64.trunc_sat_f64_u", Operand::None),
    ("memory.init", Operand::Indices),
    ("data.drop", Operand::Index),
    ("memory.copy", Operand::Indices),
    ("memory.fill", Operand::Index),
    ("table.init", Operand::Indices),
    ("elem.drop", Operand::Index),
    ("table.copy", Operand::Indices),
    ("table.grow", Operand::Index),
    ("table.size", Operand::Index),
    ("table.fill", Operand::Index),
];
