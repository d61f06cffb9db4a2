//! Properties of an instruction beside its text, kind and meaning: what sort of unit runs it, how long it
//! takes, what it does to the stack, what it accesses. They are what radare2 tells in `ao`; some are
//! rough (cycles are orders of magnitude), and each architecture tells what it can.

mod arm;
mod riscv;
mod x86;

pub(crate) use arm::describe as arm;
pub(crate) use riscv::describe as riscv;
pub(crate) use x86::describe as x86;

use crate::detail::Detail;
use crate::instruction::{Direction, Instruction};
use crate::settings::Settings;

/// Properties of one instruction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties {
    /// The unit that runs it: `cpu`, `fpu`, `sse`, `priv` …
    pub family: &'static str,
    /// Whether it treats its operands as signed.
    pub is_signed: bool,
    /// About how many cycles it takes.
    pub cycles: u32,
    /// The condition it depends on, `al` for one that has no word.
    pub condition: Option<String>,
    /// Prefixes as radare2's bits: 1 conditional, 2 repeat, 4 repeat while not, 8 lock.
    pub prefix: u32,
    /// How many instructions behind it run before it takes effect.
    pub delay: u32,
    /// What it does to the stack: `inc`, `get`, `set`, `reset`.
    pub stack: Option<&'static str>,
    /// By how many bytes the stack grows; for `get` and `set` the size of a slot.
    pub stack_growth: i64,
    /// How many bytes it accesses in memory.
    pub accessed: u32,
    /// What it does to its memory operand: `read`, `write`, `exec`, or `ref` for an address that is taken.
    pub direction: Option<&'static str>,
    /// The address it names.
    pub pointer: Option<u64>,
    /// The displacement of its memory operand.
    pub displacement: Option<i64>,
    /// Its immediate.
    pub value: Option<u64>,
    /// The register it depends on most: the base of an indirect branch, the left side of a comparison.
    pub register: Option<String>,
    /// The register that indexes its memory operand.
    pub index: Option<String>,
}

/// An architecture's own properties, over those that follow from the instruction alone.
pub(crate) type Describe = fn(&Settings, &Instruction, &Detail, &mut Properties);

/// The properties that follow from an instruction alone.
pub(crate) fn plain(instruction: &Instruction, detail: &Detail) -> Properties {
    let growth = instruction.stack;
    Properties {
        family: "cpu",
        condition: detail
            .condition
            .clone()
            .or_else(|| instruction.kind.is_conditional().then(|| "al".to_owned())),
        stack: growth.map(|_| "inc"),
        stack_growth: growth.unwrap_or(0),
        accessed: match instruction.direction {
            Some(Direction::Read | Direction::Write) if instruction.pointer.is_some() => {
                u32::from(instruction.pointer_size.unwrap_or(0))
            }
            _ => 0,
        },
        direction: instruction.direction.map(Direction::name),
        pointer: instruction.pointer,
        displacement: instruction.displacement,
        value: instruction.value,
        ..Properties::default()
    }
}

/// Nothing beyond [`plain`].
pub(crate) fn none(_: &Settings, _: &Instruction, _: &Detail, _: &mut Properties) {}
