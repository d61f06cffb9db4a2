//! What a target tells.

use serde::{Deserialize, Serialize};

use super::Bytes;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "tell", content = "what")]
pub enum Reply {
    /// It is done.
    Done,
    /// It cannot be done, in a line of words.
    Failed(String),
    /// What the target is.
    Info(Box<Info>),
    /// It stopped.
    Stop(Box<Stop>),
    /// Bytes of memory or registers.
    Bytes(Bytes),
    /// A number, where there is one.
    Number(Option<u64>),
    /// Threads.
    Threads(Vec<Thread>),
    /// Memory maps, by address.
    Maps(Vec<Area>),
    /// Open files.
    Files(Vec<File>),
    /// Processes.
    Processes(Vec<Process>),
}

/// What a target is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// The process's number.
    pub pid: u32,
    /// Architecture, as `asm.arch` has it.
    pub arch: String,
    /// Bits of an address.
    pub bits: u32,
    /// Operating system.
    pub os: String,
    /// The program's file, as the target's machine names it.
    pub exe: String,
    /// Whether the debugger started it.
    pub launched: bool,
    /// Whether it is only what is left of a process.
    #[serde(default)]
    pub core: bool,
    /// Where the program begins to run; 0 where that is not known.
    pub entry: u64,
    /// Where its registers are in the bytes of the general ones; none where they are as the system keeps them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registers: Vec<Register>,
    /// Where it is.
    pub stop: Stop,
}

/// A register, and where it is among the bytes of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Its name.
    pub name: String,
    /// Its width.
    pub bits: u32,
    /// Its place in bytes.
    pub offset: u32,
}

/// Where a target stopped, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Why.
    pub reason: Reason,
    /// The process.
    pub pid: u32,
    /// The thread.
    pub thread: u32,
    /// What happened on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// The general registers of the thread; of a process that has ended those it ended with, if they are known.
    #[serde(default)]
    pub general: Bytes,
    /// The first addresses of known memory that is as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<u64>,
    /// The [hash](super::hash) of the memory maps, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maps: Option<u64>,
    /// Memory that was to be looked at, by address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memory: Vec<(u64, Bytes)>,
}

impl Stop {
    /// Whether the process has ended.
    pub fn is_end(&self) -> bool {
        matches!(self.reason, Reason::Exited { .. } | Reason::Killed { .. })
    }
}

/// Why a target stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It was stopped when the debugger came by it.
    #[default]
    Begun,
    /// It went as far as asked.
    Stepped,
    /// Before the instruction at a breakpoint.
    Breakpoint {
        /// The breakpoint's.
        addr: u64,
    },
    /// Behind an instruction that touched a watched place.
    Watchpoint {
        /// The place.
        addr: u64,
    },
    /// A signal came.
    Signal {
        /// Its number.
        number: i32,
        /// The system's code for what caused it.
        code: i32,
        /// The address it is about, for those that are about one.
        addr: u64,
    },
    /// At a system call.
    Syscall {
        /// Its number.
        number: u64,
        /// Whether it is about to begin, and has not just ended.
        enters: bool,
    },
    /// One of the [events](Event) that was to stop it.
    Event,
    /// It was interrupted from outside.
    Interrupted,
    /// It has printed as much as was allowed before a stop; it goes on when it is resumed.
    Output,
    /// It ended by itself.
    Exited {
        /// Its exit status.
        status: i32,
    },
    /// A signal ended it.
    Killed {
        /// The signal's number.
        number: i32,
    },
}

/// What happened while it ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A process was made.
    Fork {
        /// The new one.
        pid: u32,
        /// Whether the debugger went with it.
        followed: bool,
    },
    /// A thread was made.
    Clone {
        /// The new one.
        thread: u32,
    },
    /// It runs another program now.
    Exec {
        /// The program's file.
        path: String,
    },
}

/// A thread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its number.
    pub id: u32,
    /// Whether it is the current one.
    pub current: bool,
    /// Its name.
    pub name: String,
    /// Its program counter.
    pub pc: u64,
}

/// A memory map of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The first address.
    pub from: u64,
    /// The address behind the last.
    pub to: u64,
    /// `r`, `w`, `x` as bits 4, 2, 1.
    pub perm: u8,
    /// Whether writes are seen by others.
    pub shared: bool,
    /// Where in the file it begins.
    pub offset: u64,
    /// The file, or a name in brackets; empty where there is neither.
    pub path: String,
}

/// An open file of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its number.
    pub fd: u32,
    /// `r`, `w` as bits 4, 2.
    pub perm: u8,
    /// Where it is at.
    pub offset: u64,
    /// What it is.
    pub path: String,
}

/// A process of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The one that made it.
    pub parent: u32,
    /// Whose it is.
    pub uid: u32,
    /// The system's letter for its state.
    pub state: char,
    /// Its program and arguments.
    pub command: String,
}
