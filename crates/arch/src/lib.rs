//! Instructions: bytes at an address in, one instruction's text and meaning out; and text in, bytes
//! out.
//!
//! The crate is a table ([`ARCHS`]) of architectures and a [`Decoder`] or [`Assembler`] opened on one
//! row of it. It knows nothing of sessions, sockets, flags or listings: what a listing needs to put names into an
//! operand is handed to it as [`Reference`]s.
//!
//! Layers, callers first: [`decoder`](Decoder) → engines (bytes to text) → semantics (text to
//! meaning). An engine is either capstone with an architecture's spelling rules, or a table of our
//! own where capstone lacks the architecture or spells it differently from radare2.

mod arch;
mod assemble;
mod assembler;
mod convention;
mod decoder;
mod describe;
mod detail;
mod engine;
mod error;
mod esil;
mod instruction;
mod kind;
mod operand;
mod patch;
mod property;
mod pseudo;
mod register;
mod semantics;
mod settings;
pub mod usage;

pub use arch::{ARCHS, Arch, Endianness, Sizes, find};
pub use assemble::Names;
pub use assembler::{Assembler, LIMIT as ASSEMBLY_LIMIT};
pub use convention::{CONVENTIONS, Convention};
pub use decoder::{Decoder, Explanation};
pub use detail::{Detail, Fact, Named};
pub use error::Error;
pub use instruction::{Direction, Instruction, Reference};
pub use kind::Kind;
pub use patch::{PATCHES, Patch};
pub use property::Properties;
pub use register::{Bank, Profile, Registers, Slot};
pub use settings::{Settings, Syntax};
