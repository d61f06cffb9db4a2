//! Jump tables: where a jump through a register goes when a table of addresses or distances decides.
//!
//! The block that jumps and the one that guards it are run on what little is known of registers:
//! constants, elements of tables, and sums of both. How many elements there are is what the guard
//! compares the index with. What does not fit this picture has no cases.

use std::collections::HashMap;

use farad_arch::usage::{self, Memory, Operand, Place};
use farad_arch::{Decoder, Instruction, Kind};

use crate::code::{Code, Window};
use crate::function::Block;

/// Most elements of a table.
const ELEMENTS: u64 = 1 << 12;

/// Most instructions of the guard that are run: what a table needs is at its end.
const GUARD: usize = 1 << 12;

/// What is known of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// A number.
    Constant(u64),
    /// What a table holds at an index nobody knows.
    Element(Element),
    /// A distance from an address.
    Target { base: u64, element: Element, shift: u32 },
}

/// An element of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Element {
    table: u64,
    /// Bytes.
    size: u8,
    is_signed: bool,
}

/// The cases of the jump that ends `block`, which only `guards` go to: values and addresses. `None`
/// when no table is found.
///
/// # Errors
/// What ended the analysis.
pub(crate) fn cases<C: Code>(
    code: &mut C,
    decoder: &Decoder,
    block: &Block,
    guards: &[&Block],
) -> Result<Option<Vec<(u64, u64)>>, C::Error> {
    let [guard] = guards else { return Ok(None) };
    let mut run = Run { decoder, registers: HashMap::new(), count: None };
    let mut window = Window::default();
    let mut target = None;
    let skipped = guard.offsets.len().saturating_sub(GUARD);
    for addr in guard.instructions().skip(skipped).chain(block.instructions()) {
        let mut instruction = Instruction::default();
        let bytes = window.at(code, addr, decoder.max_size())?;
        if !decoder.decode_into(bytes, addr, &mut instruction) {
            return Ok(None);
        }
        target = run.step(&instruction);
    }
    let (Some(target), Some(count)) = (target, run.count) else { return Ok(None) };
    elements(code, decoder, target, count)
}

/// Reads a table and gives the address of each case; `None` where one cannot be.
fn elements<C: Code>(
    code: &mut C,
    decoder: &Decoder,
    target: Value,
    count: u64,
) -> Result<Option<Vec<(u64, u64)>>, C::Error> {
    let (base, element, shift) = match target {
        Value::Constant(_) => return Ok(None),
        Value::Element(element) => (0, element, 0),
        Value::Target { base, element, shift } => (base, element, shift),
    };
    let size = usize::from(element.size);
    if count == 0 || count > ELEMENTS || !matches!(size, 1 | 2 | 4 | 8) {
        return Ok(None);
    }
    let mut bytes = vec![0; count as usize * size];
    if code.read(element.table, &mut bytes)? < bytes.len() {
        return Ok(None);
    }
    let is_big = decoder.settings().big_endian;
    let mask = if decoder.settings().bits == 64 { u64::MAX } else { u64::from(u32::MAX) };
    let mut cases = Vec::new();
    for (value, cell) in bytes.chunks_exact(size).enumerate() {
        let fold = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let number = if is_big { cell.iter().fold(0, fold) } else { cell.iter().rev().fold(0, fold) };
        let unused = 64 - 8 * u32::from(element.size);
        let distance = match element.is_signed {
            true => ((number << unused) as i64 >> unused) as u64,
            false => number,
        };
        let addr = base.wrapping_add(distance << shift) & mask;
        if !code.is_executable(addr) || addr % decoder.alignment().max(1) as u64 != 0 {
            return Ok(None);
        }
        cases.push((value as u64, addr));
    }
    Ok(Some(cases))
}

/// What is known while the blocks run.
struct Run<'a> {
    decoder: &'a Decoder,
    registers: HashMap<String, Value>,
    /// How many values pass the guard.
    count: Option<u64>,
}

impl Run<'_> {
    /// Runs one instruction; what is known of where it jumps.
    fn step(&mut self, instruction: &Instruction) -> Option<Value> {
        let settings = self.decoder.settings();
        let operands = usage::operands(settings, instruction);
        let kind = instruction.kind;
        if kind.is_jump() {
            self.guard(instruction);
            return match operands.first().map(|operand| &operand.place) {
                Some(Place::Register(name)) => self.register(name),
                Some(Place::Memory(memory)) => {
                    self.load(memory, u8::try_from(settings.bits / 8).ok()?, false)
                }
                _ => None,
            };
        }
        if kind == Kind::Compare {
            self.count = instruction.value.filter(|value| *value < ELEMENTS);
            return None;
        }
        if instruction.mnemonic == "cdqe" {
            if let Some(Value::Element(element)) = self.registers.get_mut("rax") {
                element.is_signed = true;
            }
            return None;
        }
        let value = self.result(instruction, &operands);
        for operand in operands.iter().filter(|operand| operand.access.writes()) {
            if let Place::Register(name) = &operand.place {
                let name = usage::whole(settings, name).into_owned();
                match value {
                    Some(value) => self.registers.insert(name, value),
                    None => self.registers.remove(&name),
                };
            }
        }
        None
    }

    /// Turns what was compared into how many values pass.
    fn guard(&mut self, instruction: &Instruction) {
        let Some(limit) = self.count.filter(|_| instruction.kind.is_conditional()) else { return };
        self.count = match instruction.mnemonic.as_str() {
            "ja" | "jbe" | "b.hi" | "b.ls" | "bhi" | "bls" | "jg" | "jle" | "b.gt" | "b.le" => {
                Some(limit + 1)
            }
            "jae" | "jb" | "b.hs" | "b.lo" | "bhs" | "blo" => Some(limit),
            _ => None,
        };
    }

    fn register(&self, name: &str) -> Option<Value> {
        self.registers.get(usage::whole(self.decoder.settings(), name).as_ref()).copied()
    }

    /// What is loaded from memory at an index.
    fn load(&self, memory: &Memory<'_>, size: u8, is_signed: bool) -> Option<Value> {
        let displacement = memory.displacement as u64;
        let base = match (memory.base, memory.index) {
            (Some(base), Some(index)) => match (self.register(base), self.register(index)) {
                (Some(Value::Constant(base)), _) => base,
                (_, Some(Value::Constant(index))) if memory.scale == 1 => index,
                _ => return None,
            },
            (None, Some(_)) => 0,
            _ => return None,
        };
        Some(Value::Element(Element { table: base.wrapping_add(displacement), size, is_signed }))
    }

    /// What an instruction writes, where that is known.
    fn result(&self, instruction: &Instruction, operands: &[Operand<'_>]) -> Option<Value> {
        let mnemonic = instruction.mnemonic.as_str();
        let is_x86 = self.decoder.arch().name == "x86";
        let place = |index: usize| operands.get(index).map(|operand| &operand.place);
        match (instruction.kind, place(1), place(2)) {
            (Kind::Lea, ..) => instruction.pointer.or(instruction.value).map(Value::Constant),
            (Kind::Move, Some(Place::Immediate(value)), None) => Some(Value::Constant(*value)),
            (Kind::Move | Kind::Load, Some(Place::Memory(memory)), None) => {
                let (size, is_signed) = match mnemonic {
                    "ldrb" => (1, false),
                    "ldrh" => (2, false),
                    "ldrsb" => (1, true),
                    "ldrsh" => (2, true),
                    "ldrsw" => (4, true),
                    "ldr" => (if instruction.operands.starts_with('w') { 4 } else { 8 }, false),
                    _ => (memory.size?, mnemonic.starts_with("movsx")),
                };
                self.load(memory, size, is_signed)
            }
            (Kind::Move, Some(Place::Register(from)), None) => self.register(from),
            (Kind::Add, Some(Place::Register(other)), None) if is_x86 => {
                let Some(Place::Register(own)) = place(0) else { return None };
                sum(self.register(own)?, self.register(other)?, 0)
            }
            (Kind::Add, Some(Place::Register(one)), Some(Place::Immediate(number))) => {
                match self.register(one)? {
                    Value::Constant(value) => Some(Value::Constant(value.wrapping_add(*number))),
                    _ => None,
                }
            }
            (Kind::Add, Some(Place::Register(one)), Some(Place::Register(other))) => {
                // `add x1, x2, w1, sxtb 2`: the last operand extends and shifts the one before.
                let last = instruction.operands.rsplit(", ").next().unwrap_or_default();
                let (how, shift) = last.split_once(' ').unwrap_or((last, "0"));
                let shift =
                    shift.trim_start_matches('#').parse().ok().filter(|shift| *shift < 8).unwrap_or(0);
                let other = match (self.register(other)?, how) {
                    (Value::Element(element), "sxtb" | "sxth" | "sxtw") => {
                        Value::Element(Element { is_signed: true, ..element })
                    }
                    (value, _) => value,
                };
                sum(self.register(one)?, other, shift)
            }
            _ => None,
        }
    }
}

/// A constant and an element of a table, in either order.
fn sum(one: Value, other: Value, shift: u32) -> Option<Value> {
    match (one, other) {
        (Value::Constant(base), Value::Element(element))
        | (Value::Element(element), Value::Constant(base)) => Some(Value::Target { base, element, shift }),
        (Value::Constant(one), Value::Constant(other)) => {
            Some(Value::Constant(one.wrapping_add(other << shift)))
        }
        _ => None,
    }
}
