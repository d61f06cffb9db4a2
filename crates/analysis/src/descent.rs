//! Recursive descent: a function's blocks and references, found by following its code from where it
//! is entered.

use std::collections::BTreeSet;

use farad_arch::usage::{self, Place};
use farad_arch::{Decoder, Instruction, Kind};

use crate::code::{Code, Window};
use crate::function::{Block, Function};
use crate::reference::{Access, Reference, ReferenceKind};
use crate::spans::Spans;
use crate::table;

/// How far a function is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most blocks of a function.
    pub blocks: usize,
    /// Most bytes of a block.
    pub block_size: u64,
    /// Most bytes of all blocks of a function.
    pub size: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { blocks: 1 << 16, block_size: 512 << 10, size: 16 << 20 }
    }
}

/// What following a function's code found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The function, without a name.
    pub function: Function,
    /// What its instructions refer to.
    pub references: Vec<Reference>,
}

/// Follows the code of a function. Code that cannot be read or decoded ends a block; a function
/// without one instruction has no blocks.
///
/// # Errors
/// What ended the analysis: see [`Code::Error`].
pub fn descend<C: Code>(
    code: &mut C,
    decoder: &Decoder,
    entry: u64,
    limits: &Limits,
) -> Result<Found, C::Error> {
    let found = Found {
        function: Function { addr: entry, bits: decoder.settings().bits, ..Function::default() },
        ..Found::default()
    };
    let mut descent = Descent {
        code,
        decoder,
        limits,
        window: Window::default(),
        pending: vec![entry],
        found,
        spans: Spans::default(),
        ways: BTreeSet::new(),
        size: 0,
        stack: 0,
    };
    while let Some(addr) = descent.pending.pop() {
        if descent.found.function.blocks.len() >= limits.blocks || descent.size >= limits.size {
            break;
        }
        if !descent.is_known(addr) {
            descent.follow(addr)?;
        }
    }
    descent.found.references.sort_unstable();
    descent.found.references.dedup();
    Ok(descent.found)
}

struct Descent<'a, C: Code> {
    code: &'a mut C,
    decoder: &'a Decoder,
    limits: &'a Limits,
    window: Window,
    /// Where blocks are known to begin that have not been followed.
    pending: Vec<u64>,
    found: Found,
    /// Where the blocks are.
    spans: Spans<u64>,
    /// Where blocks go: the address, and the block that goes there.
    ways: BTreeSet<(u64, u64)>,
    /// Bytes of all blocks.
    size: u64,
    /// Bytes of stack in use, along the way that was followed.
    stack: i64,
}

/// How a block goes on behind an instruction.
enum Next {
    /// With the next instruction.
    On,
    /// It ends there.
    End,
}

impl<C: Code> Descent<'_, C> {
    /// Whether a block begins at an address, cutting one in two where that makes it so.
    fn is_known(&mut self, addr: u64) -> bool {
        if self.found.function.blocks.contains_key(&addr) {
            return true;
        }
        let Some((around, _)) = self.spans.covering(addr).max() else { return false };
        let Some(mut block) = self.found.function.blocks.remove(&around) else { return false };
        self.forget(&block);
        let second = block.split(addr);
        self.keep(block);
        let is_split = second.is_some();
        second.into_iter().for_each(|second| self.keep(second));
        is_split
    }

    fn keep(&mut self, block: Block) {
        self.spans.insert(block.addr, block.size, block.addr);
        self.ways.extend(block.successors().into_iter().map(|to| (to, block.addr)));
        self.size = self.size.saturating_add(block.size);
        self.found.function.blocks.insert(block.addr, block);
    }

    fn forget(&mut self, block: &Block) {
        self.spans.remove(block.addr, block.size, block.addr);
        for to in block.successors() {
            self.ways.remove(&(to, block.addr));
        }
        self.size = self.size.saturating_sub(block.size);
    }

    /// Decodes a block from its start to its end.
    fn follow(&mut self, start: u64) -> Result<(), C::Error> {
        let mut block = Block { addr: start, ..Block::default() };
        let mut instruction = Instruction::default();
        while self.decode(block.end(), &mut instruction)? {
            let has_room = self.push(&mut block, &instruction);
            let next = self.place(&mut block, &instruction)?;
            if !has_room || matches!(next, Next::End) {
                break;
            }
            let next = block.end();
            let is_taken = self.found.function.blocks.contains_key(&next)
                || next != self.found.function.addr && self.code.is_function(next);
            if is_taken {
                if self.found.function.blocks.contains_key(&next) {
                    block.jump = Some(next);
                }
                break;
            }
        }
        if !block.offsets.is_empty() {
            self.keep(block);
        }
        Ok(())
    }

    fn decode(&mut self, addr: u64, instruction: &mut Instruction) -> Result<bool, C::Error> {
        let bytes = self.window.at(self.code, addr, self.decoder.max_size())?;
        Ok(self.decoder.decode_into(bytes, addr, instruction))
    }

    /// Appends an instruction to a block; `false` when the block is full, which ends it.
    fn push(&mut self, block: &mut Block, instruction: &Instruction) -> bool {
        let Ok(offset) = u32::try_from(block.size) else { return false };
        block.offsets.push(offset);
        block.size += instruction.size as u64;
        self.stack = self.stack.saturating_add(instruction.stack.unwrap_or(0));
        let function = &mut self.found.function;
        function.stack = function.stack.max(u64::try_from(self.stack).unwrap_or(0));
        block.size < self.limits.block_size && self.size.saturating_add(block.size) < self.limits.size
    }

    /// Notes what an instruction refers to and where it goes.
    fn place(&mut self, block: &mut Block, instruction: &Instruction) -> Result<Next, C::Error> {
        let kind = instruction.kind;
        self.refer(instruction);
        if kind.is_call() {
            let target = instruction.jump.or(instruction.pointer);
            if target.is_some_and(|target| !self.code.returns(target)) {
                return Ok(Next::End);
            }
            return Ok(Next::On);
        }
        if kind.is_return() && kind.is_conditional() {
            return Ok(Next::On);
        }
        let is_end = kind.is_jump() || kind.is_return() || matches!(kind, Kind::Trap | Kind::Illegal);
        if !is_end {
            return Ok(Next::On);
        }
        self.delay(block, instruction)?;
        match (kind, instruction.jump) {
            // One to another function is a call that ends this one.
            (Kind::Jump, Some(target)) if !self.is_inside(target) => {}
            (Kind::Jump, Some(target)) => {
                block.jump = Some(target);
                self.pending.push(target);
            }
            (kind, Some(target)) if kind.is_jump() => {
                let fail = instruction.fail.unwrap_or(block.end());
                if self.is_inside(target) {
                    block.jump = Some(target);
                    self.pending.push(target);
                }
                block.fail = Some(fail);
                self.pending.push(fail);
            }
            (kind, None) if kind.is_jump() && kind.is_conditional() => {
                let fail = instruction.fail.unwrap_or(block.end());
                block.fail = Some(fail);
                self.pending.push(fail);
            }
            (kind, None) if kind.is_jump() => self.jump_by_table(block)?,
            _ => {}
        }
        Ok(Next::End)
    }

    /// Takes the instructions in the delay slots of a branch into its block.
    fn delay(&mut self, block: &mut Block, branch: &Instruction) -> Result<(), C::Error> {
        let mut instruction = Instruction::default();
        for _ in 0..branch.delay {
            if self.decode(block.end(), &mut instruction)? {
                self.push(block, &instruction);
                self.refer(&instruction);
            }
        }
        Ok(())
    }

    /// Whether a jump stays in the function: not one to where another function is entered.
    fn is_inside(&self, target: u64) -> bool {
        let is_own = target == self.found.function.addr || !self.code.is_function(target);
        is_own && self.code.is_mapped(target)
    }

    /// Finds where a jump through a register goes, when a table decides it.
    fn jump_by_table(&mut self, block: &mut Block) -> Result<(), C::Error> {
        let before = self.ways.range((block.addr, u64::MIN)..=(block.addr, u64::MAX));
        let guards: Vec<&Block> =
            before.take(2).filter_map(|(_, addr)| self.found.function.blocks.get(addr)).collect();
        let Some(cases) = table::cases(self.code, self.decoder, block, &guards)? else { return Ok(()) };
        for (_, target) in &cases {
            self.found.references.push(Reference {
                from: block.instructions().next_back().unwrap_or(block.addr),
                to: *target,
                kind: ReferenceKind::Code,
                access: Access::Execute,
            });
            self.pending.push(*target);
        }
        block.cases = cases;
        Ok(())
    }

    fn refer(&mut self, instruction: &Instruction) {
        let code = &*self.code;
        let found = references(self.decoder, instruction, |addr| code.is_mapped(addr));
        self.found.references.extend(found);
    }
}

/// What an instruction refers to: where it goes or calls, but for jumps on a condition, and the memory
/// and numbers in its operands, where `is_mapped` says that there is something.
pub fn references(
    decoder: &Decoder,
    instruction: &Instruction,
    is_mapped: impl Fn(u64) -> bool,
) -> Vec<Reference> {
    let (from, kind) = (instruction.addr, instruction.kind);
    let mut found = Vec::new();
    let mut add = |to, kind, access| found.push(Reference { from, to, kind, access });
    if let Some(target) = instruction.jump {
        if kind.is_call() {
            add(target, ReferenceKind::Call, Access::Execute);
        } else if kind == Kind::Jump && target != from {
            add(target, ReferenceKind::Code, Access::Execute);
        }
        return found;
    }
    if let Some(pointer) = instruction.pointer.filter(|pointer| is_mapped(*pointer)) {
        match kind {
            kind if kind.is_call() => add(pointer, ReferenceKind::Call, Access::Execute),
            _ => add(pointer, ReferenceKind::Data, memory_access(decoder, instruction)),
        }
    }
    if let Some(value) = instruction.value.filter(|value| *value != 0 && is_mapped(*value)) {
        add(value, ReferenceKind::Data, Access::Read);
    }
    found
}

/// What an instruction does with its memory operand.
fn memory_access(decoder: &Decoder, instruction: &Instruction) -> Access {
    let operands = usage::operands(decoder.settings(), instruction);
    let memory = operands.iter().find(|operand| matches!(operand.place, Place::Memory(_)));
    match memory.map(|operand| operand.access) {
        Some(usage::Access::Write) => Access::Write,
        Some(usage::Access::ReadWrite) => Access::ReadWrite,
        _ => Access::Read,
    }
}
