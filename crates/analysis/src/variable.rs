//! Variables of a function: arguments in registers, and places on its stack.
//!
//! Every way through the function is followed with what is known at its start: which registers still
//! hold what the caller put there, how far the stack has grown, and whether a register holds the frame.
//! Where ways meet, a register may hold its argument if it does on one of them, and the stack is as
//! deep as on the way that came first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use farad_arch::usage::{self, Access, Memory, Operand, Place};
use farad_arch::{Convention, Decoder, Instruction, Kind};

use crate::code::{Code, Window};
use crate::function::Function;

/// Where a variable is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Storage {
    /// In a register.
    Register(String),
    /// On the stack.
    Stack {
        /// The register that instructions reach it by.
        base: String,
        /// Whether that register is the frame's, or else the stack pointer.
        is_frame: bool,
        /// Distance from the base, in bytes, where it was first reached.
        displacement: i64,
        /// Distance from the stack pointer at the function's entry, in bytes.
        offset: i64,
    },
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name: `arg1`, `var_10h`, `arg_8h`.
    pub name: String,
    /// Its type.
    pub type_name: String,
    /// Where it is.
    pub storage: Storage,
    /// Whether the caller gives it a value.
    pub is_argument: bool,
    /// The instructions that use it, and whether they write it.
    pub uses: BTreeMap<u64, Use>,
}

/// One use of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Whether its value is read.
    pub reads: bool,
    /// Whether it is written.
    pub writes: bool,
}

/// What is known before an instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    /// Registers that hold no argument any more.
    clobbered: BTreeSet<String>,
    /// Bytes that the stack has grown.
    depth: i64,
    /// The register that holds the frame, and how deep the stack was when it was set.
    frame: Option<(String, i64)>,
}

/// Finds the variables of a function.
///
/// # Errors
/// What ended the analysis.
pub fn variables<C: Code>(
    code: &mut C,
    decoder: &Decoder,
    function: &Function,
    convention: &Convention,
) -> Result<Vec<Variable>, C::Error> {
    let mut search = Search {
        decoder,
        convention,
        window: Window::default(),
        arguments: BTreeMap::new(),
        places: BTreeMap::new(),
        stack: Names::of(decoder),
    };
    let mut before: HashMap<u64, State> = HashMap::from([(function.addr, State::default())]);
    let mut pending = vec![function.addr];
    while let Some(addr) = pending.pop() {
        let (Some(block), Some(state)) = (function.blocks.get(&addr), before.get(&addr)) else { continue };
        let mut state = state.clone();
        for addr in block.instructions() {
            search.step(code, addr, &mut state)?;
        }
        // What is entered last is looked at first: the jump before the fall.
        for to in block.successors().into_iter().rev() {
            match before.get_mut(&to) {
                None => {
                    before.insert(to, state.clone());
                    pending.push(to);
                }
                Some(known) => {
                    let held =
                        known.clobbered.intersection(&state.clobbered).cloned().collect::<BTreeSet<_>>();
                    if held != known.clobbered {
                        known.clobbered = held;
                        pending.push(to);
                    }
                }
            }
        }
    }
    Ok(search.finish())
}

/// The registers of the stack, by name.
struct Names {
    pointer: &'static str,
    frames: &'static [&'static str],
}

impl Names {
    fn of(decoder: &Decoder) -> Names {
        let settings = decoder.settings();
        let (pointer, frames): (_, &[&str]) = match (settings.arch.as_str(), settings.bits) {
            ("x86", 64) => ("rsp", &["rbp"]),
            ("x86", _) => ("esp", &["ebp"]),
            ("arm", 64) => ("sp", &["x29"]),
            ("arm", _) => ("sp", &["fp", "r11", "r7"]),
            ("mips", _) => ("sp", &["fp", "s8"]),
            ("riscv", _) => ("sp", &["s0"]),
            _ => ("", &[]),
        };
        Names { pointer, frames }
    }
}

struct Search<'a> {
    decoder: &'a Decoder,
    convention: &'a Convention,
    window: Window,
    /// Uses of argument registers, by their place in the convention.
    arguments: BTreeMap<usize, BTreeMap<u64, Use>>,
    /// Uses of stack places: by frame or stack pointer and offset.
    places: BTreeMap<(bool, i64), Variable>,
    stack: Names,
}

impl Search<'_> {
    /// Runs one instruction.
    fn step<C: Code>(&mut self, code: &mut C, addr: u64, state: &mut State) -> Result<(), C::Error> {
        let decoder = self.decoder;
        let mut instruction = Instruction::default();
        let bytes = self.window.at(code, addr, decoder.max_size())?;
        if !decoder.decode_into(bytes, addr, &mut instruction) {
            return Ok(());
        }
        let operands = usage::operands(decoder.settings(), &instruction);
        self.read_arguments(&instruction, &operands, state);
        for operand in &operands {
            if let Place::Memory(memory) = &operand.place {
                self.reach(&instruction, memory, operand.access, state);
            }
        }
        self.write_registers(&instruction, &operands, state);
        self.move_stack(&instruction, &operands, state);
        Ok(())
    }

    fn whole(&self, register: &str) -> String {
        usage::whole(self.decoder.settings(), register).into_owned()
    }

    /// Notes the registers that still hold arguments and are read.
    fn read_arguments(&mut self, instruction: &Instruction, operands: &[Operand<'_>], state: &State) {
        // A jump on a register asks for nothing but its value being zero; the peer counts no use there.
        if instruction.kind.is_jump() || instruction.kind == Kind::Nop {
            return;
        }
        let mut read = |register: &str| {
            let register = self.whole(register);
            let place = self.convention.arguments.iter().position(|argument| *argument == register);
            if let Some(place) = place.filter(|_| !state.clobbered.contains(&register)) {
                let uses = self.arguments.entry(place).or_default();
                uses.insert(instruction.addr, Use { reads: true, writes: false });
            }
        };
        for operand in operands {
            match &operand.place {
                Place::Register(name) if operand.access.reads() => read(name),
                Place::Registers(names) if operand.access.reads() => names.iter().for_each(|name| read(name)),
                Place::Memory(memory) => memory.base.into_iter().chain(memory.index).for_each(&mut read),
                _ => {}
            }
        }
    }

    /// Notes the registers whose arguments are lost.
    fn write_registers(&self, instruction: &Instruction, operands: &[Operand<'_>], state: &mut State) {
        if instruction.kind.is_call() {
            let all = self.convention.arguments.iter().map(|name| (*name).to_owned());
            state.clobbered.extend(all);
        }
        // What nobody has classified is taken to write nothing, as the peer has it. Nor is what may
        // write or not.
        if instruction.kind == Kind::Null || self.is_conditional(instruction) {
            return;
        }
        for operand in operands.iter().filter(|operand| operand.access.writes()) {
            match &operand.place {
                Place::Register(name) => {
                    state.clobbered.insert(self.whole(name));
                }
                Place::Registers(names) => state.clobbered.extend(names.iter().map(|name| self.whole(name))),
                _ => {}
            }
        }
    }

    /// Whether an instruction leaves its register as it is when a condition does not hold.
    fn is_conditional(&self, instruction: &Instruction) -> bool {
        let settings = self.decoder.settings();
        match settings.arch.as_str() {
            "x86" => instruction.mnemonic.starts_with("cmov"),
            "arm" => settings.bits != 64 && instruction.kind == Kind::ConditionalMove,
            _ => false,
        }
    }

    /// Follows the stack pointer and the frame register.
    fn move_stack(&self, instruction: &Instruction, operands: &[Operand<'_>], state: &mut State) {
        if instruction.mnemonic == "leave" {
            if let Some((_, depth)) = state.frame.take() {
                state.depth = depth.wrapping_sub(i64::from(self.decoder.settings().bits / 8));
            }
            return;
        }
        let (target, source) = match operands {
            [first, second, ..] => (&first.place, &second.place),
            _ => {
                state.depth = state.depth.saturating_add(instruction.stack.unwrap_or(0));
                return;
            }
        };
        if let (Place::Register(target), Place::Register(source)) = (target, source) {
            let (target, source) = (self.whole(target), self.whole(source));
            let added = match (instruction.kind, operands.get(2).map(|operand| &operand.place)) {
                (Kind::Move, None) => Some(0),
                (Kind::Add, Some(Place::Immediate(number))) => Some(*number as i64),
                _ => None,
            };
            let is_frame = |name: &str| self.stack.frames.contains(&name);
            if let Some(added) = added.filter(|_| is_frame(&target) && source == self.stack.pointer) {
                state.frame = Some((target, state.depth.wrapping_sub(added)));
                return;
            }
            if target == self.stack.pointer && is_frame(&source) {
                if let Some((_, depth)) = &state.frame {
                    state.depth = depth.wrapping_sub(added.unwrap_or(0));
                }
                return;
            }
        }
        state.depth = state.depth.saturating_add(instruction.stack.unwrap_or(0));
    }

    /// Notes a place on the stack that an instruction reaches.
    fn reach(&mut self, instruction: &Instruction, memory: &Memory<'_>, access: Access, state: &State) {
        let Some(base) = memory.base.map(|base| self.whole(base)) else { return };
        if memory.segment || memory.displacement == 0 {
            return;
        }
        let is_pointer = base == self.stack.pointer;
        let (is_frame, depth) = match &state.frame {
            _ if is_pointer => (false, state.depth),
            Some((frame, depth)) if *frame == base => (true, *depth),
            _ => return,
        };
        // What is stored below the stack pointer as it moves is no variable: `stp x29, x30, [sp, -0x20]!`.
        if is_pointer && memory.displacement < 0 {
            return;
        }
        let offset = memory.displacement.saturating_sub(depth);
        let place = self.places.entry((is_frame, offset)).or_insert_with(|| {
            let is_argument = offset >= 0;
            let prefix = if is_argument { "arg" } else { "var" };
            let distance = memory.displacement.unsigned_abs();
            Variable {
                name: format!("{prefix}_{distance:x}h"),
                type_name: type_name(self.decoder),
                storage: Storage::Stack {
                    base: base.clone(),
                    is_frame,
                    displacement: memory.displacement,
                    offset,
                },
                is_argument,
                uses: BTreeMap::new(),
            }
        });
        let reads = access.reads() || access == Access::None;
        place.uses.insert(instruction.addr, Use { reads, writes: access.writes() });
    }

    /// The variables: arguments in order, then places by offset.
    fn finish(self) -> Vec<Variable> {
        let mut taken = BTreeSet::new();
        let type_name = type_name(self.decoder);
        let arguments = self.arguments.into_iter().map(|(place, uses)| Variable {
            name: format!("arg{}", place + 1),
            type_name: type_name.clone(),
            storage: Storage::Register(self.convention.arguments[place].to_owned()),
            is_argument: true,
            uses,
        });
        let mut all: Vec<Variable> = arguments.collect();
        for mut place in self.places.into_values() {
            // Two places can have one distance from a stack pointer that moves.
            let stem = place.name.clone();
            let mut count = 2;
            while !taken.insert(place.name.clone()) {
                place.name = format!("{stem}_{count}");
                count += 1;
            }
            all.push(place);
        }
        all
    }
}

/// What a variable is taken for: an integer of a register's width.
fn type_name(decoder: &Decoder) -> String {
    let bits = match decoder.settings().bits {
        16 if decoder.arch().name == "arm" => 32,
        bits => bits,
    };
    format!("int{bits}_t")
}
