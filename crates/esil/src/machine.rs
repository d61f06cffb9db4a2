//! The machine: runs the words of an expression one after the other over a stack.

use crate::error::Error;
use crate::float;
use crate::host::{Host, Register, Trap};
use crate::item::{Item, Number};
use crate::number::{apply, extend, mask};
use crate::word::{Change, Float, Internal, MEMORY, Size, Unary, Word};

/// What bounds an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most words written in it.
    pub words: usize,
    /// Most items on its stack.
    pub stack: usize,
    /// Most jumps back and forth (`GOTO`).
    pub jumps: usize,
    /// Most words run.
    pub steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { words: 1 << 14, stack: 1 << 10, jumps: 1 << 12, steps: 1 << 20 }
    }
}

/// How an expression ended that nothing stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// At its end.
    End,
    /// At a `BREAK`.
    Break,
    /// At a `TODO`: nobody has said yet what happens there.
    Todo,
}

/// Words run between two questions to the host whether to go on.
const PATIENCE: usize = 1 << 10;

/// A machine. What it knows from one expression to the next is the last assignment, off which the flags
/// are read, and what a delayed branch left behind.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// What bounds an expression.
    pub limits: Limits,
    /// How many more instructions run before a branch is taken (`SETD`).
    pub delay: u64,
    /// Where a delayed branch goes (`SETJT`).
    pub jump_target: u64,
    /// Whether a delayed branch is taken (`SETJTS`).
    pub jump_target_set: bool,
    /// The value before the last assignment.
    old: u64,
    /// The value it assigned.
    current: u64,
    /// The width of its target in bits.
    bits: u32,
}

/// An expression being run.
struct Run<'m, 'h, 't> {
    machine: &'m mut Machine,
    host: &'h mut dyn Host,
    words: &'m [&'t str],
    stack: Vec<Item<'t>>,
    /// The word that runs.
    at: usize,
    jumps: usize,
}

impl Machine {
    /// Runs an expression; gives how it ended and what was left on the stack, the lowest first.
    ///
    /// # Errors
    /// What stopped it. Registers and memory keep what was done up to there.
    pub fn run<'t>(&mut self, host: &mut dyn Host, text: &'t str) -> Result<(Ending, Vec<Item<'t>>), Error> {
        let limit = self.limits.words;
        let words: Vec<&str> = text.split(',').take(limit.saturating_add(1)).collect();
        if words.len() > limit {
            return Err(Error::Limit { what: "the words", limit });
        }
        let mut run = Run { machine: self, host, words: &words, stack: Vec::new(), at: 0, jumps: 0 };
        let ending = run.all()?;
        Ok((ending, run.stack))
    }
}

impl<'t> Run<'_, '_, 't> {
    fn all(&mut self) -> Result<Ending, Error> {
        let mut steps = 0usize;
        while let Some(&text) = self.words.get(self.at) {
            steps += 1;
            if steps > self.machine.limits.steps {
                return Err(Error::Limit { what: "the steps", limit: self.machine.limits.steps });
            }
            if steps.is_multiple_of(PATIENCE) && !self.host.goes_on() {
                return Err(Error::Stopped);
            }
            self.at += 1;
            if let Some(ending) = self.word(text)? {
                return Ok(ending);
            }
        }
        Ok(Ending::End)
    }

    /// Runs one word; some end the expression.
    fn word(&mut self, text: &'t str) -> Result<Option<Ending>, Error> {
        let Some(word) = Word::parse(text) else {
            self.push(Item::Word(text))?;
            return Ok(None);
        };
        match word {
            Word::Nothing => {}
            Word::Binary(operator) => {
                let (left, right) = (self.number(text)?, self.number(text)?);
                self.push(Item::Number(apply(operator, left, right)?))?;
            }
            Word::Unary(operator) => {
                let value = self.number(text)?.low();
                self.push(Item::number(change(operator, value)))?;
            }
            Word::Float(operator) => self.float(text, operator)?,
            Word::Internal(internal) => self.internal(text, internal)?,
            Word::Extend => {
                let (value, bits) = (self.number(text)?.low(), self.number(text)?.low());
                self.push(Item::number(extend(value, bits)))?;
            }
            Word::LongMul => {
                let (left, right) = (self.number(text)?.low(), self.number(text)?.low());
                let product = u128::from(left).wrapping_mul(u128::from(right));
                self.push(Item::number((product >> 64) as u64))?;
                self.push(Item::number(product as u64))?;
            }
            Word::Compare => self.compare(text)?,
            Word::Assign(change) => self.assign(text, change)?,
            Word::AssignWeakly => {
                let target = self.pop(text)?;
                let value = self.number(text)?;
                self.set(text, target, value)?;
            }
            Word::Peek(size) => self.peek(text, size)?,
            Word::Poke(change, size) => self.poke(text, change, size)?,
            Word::If => {
                if self.number(text)?.value == 0 {
                    self.skip(text)?;
                }
            }
            // Reached from above: the other branch is not for us.
            Word::Else => self.skip(text)?,
            Word::End => {}
            Word::Break => return Ok(Some(Ending::Break)),
            Word::Todo => return Ok(Some(Ending::Todo)),
            Word::Goto => self.goto(text)?,
            Word::Duplicate => {
                let item = self.pop(text)?;
                self.push(item)?;
                self.push(item)?;
            }
            Word::Swap => {
                let (upper, lower) = (self.pop(text)?, self.pop(text)?);
                self.push(upper)?;
                self.push(lower)?;
            }
            Word::Rotate => {
                let (first, second, third) = (self.pop(text)?, self.pop(text)?, self.pop(text)?);
                self.push(second)?;
                self.push(first)?;
                self.push(third)?;
            }
            Word::Pop => {
                self.pop(text)?;
            }
            Word::Evaluate => {
                let number = self.number(text)?;
                self.push(Item::Number(number))?;
            }
            Word::Clear => self.stack.clear(),
            Word::Trap => return Err(Error::Trap(self.number(text)?.low())),
            Word::Interrupt => {
                let number = self.number(text)?.low();
                self.host.trap(Trap::Interrupt(number))?;
            }
            Word::Syscall => {
                let number = self.number(text)?.low();
                self.host.trap(Trap::Syscall(number))?;
            }
            Word::SetJumpTarget => self.machine.jump_target = self.number(text)?.low(),
            Word::SetJumpTargetSet => self.machine.jump_target_set = self.number(text)?.low() != 0,
            Word::SetDelaySlot => self.machine.delay = self.number(text)?.low(),
        }
        Ok(None)
    }

    fn push(&mut self, item: Item<'t>) -> Result<(), Error> {
        let limit = self.machine.limits.stack;
        if self.stack.len() >= limit {
            return Err(Error::Limit { what: "the stack", limit });
        }
        self.stack.push(item);
        Ok(())
    }

    fn pop(&mut self, word: &str) -> Result<Item<'t>, Error> {
        self.stack.pop().ok_or_else(|| Error::Underflow { word: word.to_owned() })
    }

    /// Takes a number off the stack; a register's name gives what is in it now.
    fn number(&mut self, word: &str) -> Result<Number, Error> {
        let item = self.pop(word)?;
        if let Some(number) = item.literal() {
            return Ok(number);
        }
        let Item::Word(name) = item else { return Ok(Number::new(0)) };
        let Register { value, bits } =
            self.host.register(name).ok_or_else(|| Error::Unknown { word: name.to_owned() })?;
        Ok(Number { value, bits })
    }

    /// The register an item names, and its name.
    fn target(&mut self, word: &str, item: Item<'t>) -> Result<(&'t str, Register), Error> {
        let wrong = || Error::Target { word: word.to_owned(), target: item.to_string() };
        let Item::Word(name) = item else { return Err(wrong()) };
        Ok((name, self.host.register(name).ok_or_else(wrong)?))
    }

    fn set(&mut self, word: &str, target: Item<'t>, value: Number) -> Result<(), Error> {
        let (name, _) = self.target(word, target)?;
        if self.host.set_register(name, value.value) {
            return Ok(());
        }
        Err(Error::Target { word: word.to_owned(), target: name.to_owned() })
    }

    /// Notes an assignment for the flags.
    fn note(&mut self, old: u64, current: u64, bits: u32) {
        self.machine.old = old;
        self.machine.current = current;
        self.machine.bits = bits;
    }

    /// The value that a change makes of `before`, taking from the stack what it needs.
    fn changed(&mut self, word: &str, change: Change, before: Number) -> Result<Number, Error> {
        Ok(match change {
            Change::Set => self.number(word)?,
            Change::Binary(operator) => {
                let right = self.number(word)?;
                apply(operator, before, right)?
            }
            Change::Unary(operator) => Number::new(self::change(operator, before.low())),
            Change::Extend => Number::new(extend(before.low(), self.number(word)?.low())),
        })
    }

    fn assign(&mut self, word: &str, change: Change) -> Result<(), Error> {
        let target = self.pop(word)?;
        let (_, register) = self.target(word, target)?;
        let before = Number { value: register.value, bits: register.bits };
        let value = self.changed(word, change, before)?;
        self.set(word, target, value)?;
        self.note(before.low(), value.low(), register.bits);
        Ok(())
    }

    fn compare(&mut self, word: &str) -> Result<(), Error> {
        let target = self.pop(word)?;
        let bits = match target {
            Item::Word(name) if target.literal().is_none() => {
                self.host.register(name).map_or(64, |register| register.bits)
            }
            _ => 64,
        };
        self.push(target)?;
        let (left, right) = (self.number(word)?.low(), self.number(word)?.low());
        self.note(left, left.wrapping_sub(right), bits);
        Ok(())
    }

    fn bytes(&self, size: Size) -> usize {
        match size {
            Size::Bytes(bytes) => bytes.min(MEMORY),
            Size::Address | Size::Registers => (self.host.bits() as usize / 8).clamp(1, 8),
        }
    }

    fn load(&mut self, addr: u64, size: usize) -> Result<Number, Error> {
        let mut buffer = [0; MEMORY];
        let bytes = &mut buffer[..size];
        if !self.host.read(addr, bytes) {
            return Err(Error::Memory { addr, size, write: false });
        }
        if self.host.is_big_endian() {
            bytes.reverse();
        }
        Ok(Number { value: u128::from_le_bytes(buffer), bits: size as u32 * 8 })
    }

    fn store(&mut self, addr: u64, value: Number, size: usize) -> Result<(), Error> {
        let mut buffer = value.value.to_le_bytes();
        let bytes = &mut buffer[..size];
        if self.host.is_big_endian() {
            bytes.reverse();
        }
        if self.host.write(addr, bytes) { Ok(()) } else { Err(Error::Memory { addr, size, write: true }) }
    }

    fn peek(&mut self, word: &str, size: Size) -> Result<(), Error> {
        let addr = self.number(word)?.low();
        if size == Size::Registers {
            return self.each(word, addr, |run, name, register, addr| {
                let value = run.load(addr, (register.bits as usize / 8).clamp(1, MEMORY))?;
                run.set(word, Item::Word(name), value)
            });
        }
        let value = self.load(addr, self.bytes(size))?;
        self.push(Item::Number(value))
    }

    fn poke(&mut self, word: &str, change: Change, size: Size) -> Result<(), Error> {
        let addr = self.number(word)?.low();
        if size == Size::Registers {
            return self.each(word, addr, |run, _, register, addr| {
                let value = Number { value: register.value, bits: register.bits };
                run.store(addr, value, (register.bits as usize / 8).clamp(1, MEMORY))
            });
        }
        let bytes = self.bytes(size);
        let before = match change {
            Change::Set => Number { value: 0, bits: bytes as u32 * 8 },
            _ => self.load(addr, bytes)?,
        };
        let value = self.changed(word, change, before)?;
        self.store(addr, value, bytes)?;
        self.note(before.low(), value.low(), bytes as u32 * 8);
        Ok(())
    }

    /// Takes registers off the stack, as many as the number on it says, and does something with each and
    /// its place behind `addr`. There may be fewer.
    fn each(
        &mut self,
        word: &str,
        mut addr: u64,
        act: impl Fn(&mut Self, &'t str, Register, u64) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let count = self.number(word)?.low();
        for _ in 0..count {
            let Some(item) = self.stack.pop() else { break };
            let (name, register) = self.target(word, item)?;
            act(self, name, register, addr)?;
            addr = addr.wrapping_add(u64::from(register.bits / 8).max(1));
        }
        Ok(())
    }

    fn float(&mut self, word: &str, operator: Float) -> Result<(), Error> {
        let left = self.number(word)?.low();
        let right = if float::arity(operator) == 2 { self.number(word)?.low() } else { 0 };
        self.push(Item::number(float::apply(operator, left, right)?))
    }

    fn internal(&mut self, word: &str, internal: Internal) -> Result<(), Error> {
        let (old, current) = (self.machine.old, self.machine.current);
        // A sum that came out smaller than what was added to carried out of the bit.
        let carried = |bit: u64| current & mask(bit as u32 + 1) < old & mask(bit as u32 + 1);
        let value = match internal {
            Internal::Zero => u64::from(current & mask(self.machine.bits) == 0),
            Internal::Parity => u64::from((current as u8).count_ones().is_multiple_of(2)),
            Internal::Carry => {
                let bit = self.number(word)?.low() & 63;
                u64::from(carried(bit))
            }
            Internal::Borrow => {
                let bits = mask((self.number(word)?.low().wrapping_sub(1) & 63) as u32 + 1);
                u64::from(old & bits < current & bits)
            }
            Internal::Sign => {
                let bit = self.number(word)?.low() & 63;
                current >> bit & 1
            }
            Internal::Overflow => {
                let bit = self.number(word)?.low() & 63;
                u64::from(carried(bit) != carried(bit.wrapping_sub(1) & 63))
            }
            Internal::Address => self.host.address(),
            Internal::DelaySlot => self.machine.delay,
            Internal::JumpTarget => self.machine.jump_target,
            Internal::JumpTargetSet => u64::from(self.machine.jump_target_set),
        };
        self.push(Item::number(value))
    }

    /// Goes on behind the `}` or, from an `?{`, the `}{` that belongs to the word just run.
    fn skip(&mut self, word: &str) -> Result<(), Error> {
        let from_if = word == "?{";
        let mut depth = 0usize;
        for (at, text) in self.words.iter().enumerate().skip(self.at) {
            match *text {
                "?{" => depth += 1,
                "}{" if depth == 0 && from_if => {
                    self.at = at + 1;
                    return Ok(());
                }
                "}" if depth == 0 => {
                    self.at = at + 1;
                    return Ok(());
                }
                "}" => depth -= 1,
                _ => {}
            }
        }
        Err(Error::Structure { word: word.to_owned() })
    }

    fn goto(&mut self, word: &str) -> Result<(), Error> {
        let target = self.number(word)?.low();
        self.jumps += 1;
        if self.jumps > self.machine.limits.jumps {
            return Err(Error::Limit { what: "the jumps", limit: self.machine.limits.jumps });
        }
        match usize::try_from(target).ok().filter(|at| *at < self.words.len()) {
            Some(at) => {
                self.at = at;
                Ok(())
            }
            None => Err(Error::Structure { word: word.to_owned() }),
        }
    }
}

/// What an operator of one number makes of it.
fn change(operator: Unary, value: u64) -> u64 {
    match operator {
        Unary::Not => u64::from(value == 0),
        Unary::Increment => value.wrapping_add(1),
        Unary::Decrement => value.wrapping_sub(1),
    }
}
