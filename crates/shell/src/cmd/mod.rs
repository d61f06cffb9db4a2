//! The tables of commands, one file a noun.
//!
//! A command is one row in its noun's table and one function beside it.

mod analysis;
mod assemble;
mod basic;
mod block;
mod color;
mod compare;
pub mod config;
mod debug;
mod disasm;
mod emulation;
mod environment;
mod files;
mod flag;
mod format;
mod graph;
mod help;
mod info;
mod instruction;
mod map;
mod note;
mod number;
mod opcode;
pub mod open;
mod pointer;
mod print;
mod register;
mod search;
mod seek;
mod store;
mod table;
mod types;
mod write;
mod yank;

pub(crate) use analysis::{function_kind, function_of};
pub(crate) use assemble::assembled;
pub use basic::version;
pub(crate) use disasm::{block_rows, operand_name, print_ops_json};
pub use help::topics;
pub(crate) use help::{asks_help, print_filters, print_help};
pub(crate) use instruction::{decoder, decoder_with, instruction_variable, settings, skip_instructions};

use crate::lang::Dialect;
use crate::registry::Group;

/// The groups of commands of this crate, in the order `?` lists them.
pub fn groups() -> Vec<Group> {
    let mut groups = vec![
        number::GROUP,
        seek::GROUP,
        block::GROUP,
        pointer::GROUP,
        print::GROUP,
        format::GROUP,
        disasm::GROUP,
        disasm::UNTIL,
        disasm::FLOW,
        disasm::BLOCK,
        search::GROUP,
        compare::GROUP,
        info::GROUP,
        opcode::GROUP,
        register::GROUP,
        register::EMULATED,
        emulation::GROUP,
    ];
    groups.extend(assemble::GROUPS);
    groups.extend(write::GROUPS);
    groups.push(yank::GROUP);
    groups.extend(flag::GROUPS);
    groups.extend(note::GROUPS);
    groups.extend(analysis::GROUPS);
    groups.extend(debug::GROUPS);
    groups.push(graph::GROUP);
    groups.extend([
        open::GROUP,
        map::GROUP,
        open::RESIZE,
        config::GROUP,
        color::GROUP,
        table::GROUP,
        types::GROUP,
        store::GROUP,
        environment::GROUP,
        files::GROUP,
        basic::GROUP,
    ]);
    groups
}

/// What the parser must know of commands: those whose `@` forms belong to the far end.
pub fn dialect() -> Dialect {
    Dialect { keeps_temps }
}

/// Whether the `@` forms behind a command are part of its text, since they are for a command
/// that runs somewhere else or later.
fn keeps_temps(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('=') else { return text.starts_with(':') };
    rest.starts_with(|c: char| c.is_ascii_digit() || " @<!:".contains(c))
}

#[cfg(test)]
mod tests;
