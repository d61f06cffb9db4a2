//! The native debugger for Linux on x86-64 and aarch64.
//!
//! The process that traces a target is one of its own, the [agent]: it has the list of what was patched, so that the
//! death of the session that debugs, however sudden, leaves no breakpoint behind. [`schemes`] open targets through it.
//! Must not know commands or sockets. With memory maps in `io`, this crate has the only `unsafe` code.

pub mod agent;
mod backend;
pub mod core;
mod directive;
mod engine;
mod error;
mod inherit;
mod launch;
mod machine;
mod patch;
mod process;
mod ptrace;
mod system;

pub use backend::schemes;
pub use directive::is_directive;
pub use error::{Error, Result};
pub use inherit::inherit;
