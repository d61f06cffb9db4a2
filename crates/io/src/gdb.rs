//! The client of gdb's remote protocol: a process, or a whole machine, behind gdbserver, qemu or another stub.
//!
//! A stub answers one packet at a time, so what can be asked together is sent together. Its every length is checked.

mod client;
mod conversation;
mod description;
mod layout;
mod memory;
mod run;

pub use client::{GdbClient, GdbOptions};
