//! What instructions are said to do, run: hand-assembled code on a machine of registers and memory, and
//! what the processor's manual says must be there afterwards.

mod board;
mod x86;
