//! What the instructions of a listing would do to registers and memory, one after the other.
//!
//! They run by what ESIL says of them, on a copy: nothing that the session knows changes. A call is
//! not followed, and what it would have left behind is not known.

use std::collections::BTreeMap;

use farad_arch::{Explanation, Instruction};

use super::comment::text_at;
use crate::emulate::{Event, Memory, Run};
use crate::error::Result;
use crate::eval::Env;
use crate::parse::integer;
use crate::render::printable;

/// Arguments told of a call.
const ARGUMENTS: usize = 4;

/// Instructions that run as a listing shows them.
pub(super) struct Effects {
    run: Run,
}

impl Effects {
    /// From the session's registers on.
    pub(super) fn new(env: &mut Env<'_>) -> Effects {
        let registers = env.registers().values.clone();
        Effects { run: Run::new(env, registers, Memory::Copy(BTreeMap::new())) }
    }

    /// What an instruction does, a text each; of that, only what is about texts if that is asked for.
    ///
    /// # Errors
    /// An interrupt.
    pub(super) fn of(
        &mut self,
        env: &mut Env<'_>,
        explanation: &Explanation,
        shown: &str,
        only_texts: bool,
    ) -> Result<Vec<String>> {
        let instruction = &explanation.instruction;
        self.run.events.clear();
        // What stops an expression, such as a call of the system, is no fault of the listing.
        let _ = self.run.run(env, explanation);
        env.ctx.check()?;
        let mut told = Vec::new();
        let counter = self.run.registers.profile().role("PC").unwrap_or_default().to_owned();
        let mut is_taken = false;
        for event in self.run.events.clone() {
            match event {
                Event::Register { name, .. } if name == counter && instruction.kind.is_conditional() => {
                    is_taken = true;
                }
                Event::Register { name, value, .. } => {
                    told.extend(register(env, &name, value, instruction, shown, only_texts)?);
                }
                Event::Memory { addr, value, size, write: true } if !only_texts => {
                    told.push(format!("[{addr:#010x}:{size}] = {value:#x}"));
                }
                Event::Memory { .. } => {}
            }
        }
        if instruction.kind.is_jump() && instruction.kind.is_conditional() && !only_texts {
            told.push(if is_taken { "likely" } else { "unlikely" }.to_owned());
        }
        if instruction.kind.is_call() {
            told.extend(self.call(env, instruction));
        }
        Ok(told)
    }

    /// A call with what the first registers for arguments hold.
    fn call(&self, env: &Env<'_>, instruction: &Instruction) -> Option<String> {
        let to = instruction.jump?;
        let name = super::super::name::operand(env, to).map_or(format!("{to:#x}"), |name| printable(&name));
        let role = |index: usize| self.run.registers.value(&format!("A{index}"));
        let values: Vec<String> = (0..ARGUMENTS).map_while(role).map(|value| format!("{value:#x}")).collect();
        Some(format!("{name}({})", values.join(", ")))
    }
}

/// What a register holds, and what is there where it is an address: a text, or the word and the flag.
fn register(
    env: &mut Env<'_>,
    name: &str,
    value: u128,
    instruction: &Instruction,
    shown: &str,
    only_texts: bool,
) -> Result<Option<String>> {
    let mut told = format!("{name}={value:#x}");
    let Some(addr) = u64::try_from(value).ok().filter(|addr| *addr != 0 && env.is_mapped(*addr)) else {
        return Ok((!only_texts).then_some(told));
    };
    let is_named = instruction.pointer == Some(addr) || instruction.jump == Some(addr);
    let text = if is_named { None } else { text_at(env, addr)? };
    match text {
        Some(text) => {
            told.push_str(&format!(" \"{text}\""));
            if only_texts {
                told = format!("\"{text}\"");
            }
        }
        None if only_texts => return Ok(None),
        None => {
            let mut word = [0; 4];
            if env.read(addr, &mut word)?.is_complete(word.len()) {
                told.push_str(&format!(" -> {:#x}", integer(&word, env.big_endian())));
            }
        }
    }
    let flag = env.session.flags.at(addr).next_back().map(|flag| printable(&flag.name));
    if let Some(flag) = flag.filter(|flag| !is_named && !shown.contains(flag.as_str())) {
        told.push_str(&format!(" {flag}"));
    }
    Ok(Some(told))
}
