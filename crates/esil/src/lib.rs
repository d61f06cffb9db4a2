//! ESIL: the language radare2 says in what instructions do, and a machine that runs it.
//!
//! An expression is words between commas for a stack: `1,eax,+,ebx,=` adds 1 to `eax` and puts the sum into
//! `ebx`. The words are those of the radare2 book; what they do to numbers and flags is what radare2
//! does. The machine owns the stack and what the last assignment was (the flags `$z`, `$c` … are read off
//! it) and nothing else: registers, memory, interrupts and the patience to go on belong to a [`Host`].
//!
//! It knows no architecture, no files and no sessions, and it runs any text at all: what is no ESIL is an
//! [`Error`], and steps, words and stack are bounded.

mod error;
mod float;
mod host;
mod item;
mod machine;
mod number;
mod word;

pub use error::Error;
pub use host::{Host, Register, Trap};
pub use item::Item;
pub use machine::{Ending, Limits, Machine};
