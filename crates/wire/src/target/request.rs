//! What is asked of a target.

use serde::{Deserialize, Serialize};

use super::Bytes;

/// A question or an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum Request {
    /// Start or take a process. The first thing asked, and only of the process that is to hold the target.
    Start(Start),
    /// What the target is: [`Info`](super::Info).
    Describe,
    /// Let it run: [`Stop`](super::Stop).
    Resume(Resume),
    /// The bytes of a bank of registers.
    Registers {
        /// Of this thread, 0 for the current one.
        #[serde(default)]
        thread: u32,
        /// Which.
        bank: Bank,
    },
    /// Set all bytes of a bank of registers.
    SetRegisters {
        /// Of this thread, 0 for the current one.
        #[serde(default)]
        thread: u32,
        /// Which.
        bank: Bank,
        /// As the system keeps them.
        bytes: Bytes,
    },
    /// Set a breakpoint or watchpoint.
    Insert(Point),
    /// Remove it, and its condition.
    Remove(Point),
    /// Have it stop the target only where a condition holds; an empty one always holds.
    Condition {
        /// The breakpoint's address.
        addr: u64,
        /// The condition.
        condition: Condition,
    },
    /// The threads.
    Threads,
    /// Make a thread the current one: [`Stop`](super::Stop) tells where it is.
    Select {
        /// Which.
        thread: u32,
        /// What to look at.
        #[serde(default)]
        look: Look,
    },
    /// The memory maps.
    Maps,
    /// The open files.
    Files,
    /// The processes that can be seen there.
    Processes,
    /// Send a signal.
    Signal {
        /// To this process or thread; 0 for the target.
        #[serde(default)]
        pid: u32,
        /// Its number; 0 sends none and tells whether the process is there.
        number: i32,
    },
    /// Read memory, as much as is in one piece: bytes.
    Read {
        /// From here.
        addr: u64,
        /// At most as many bytes.
        len: u32,
    },
    /// Write memory.
    Write {
        /// From here.
        addr: u64,
        /// All of them.
        bytes: Bytes,
    },
    /// The next address behind this one that is mapped: a number, or nothing.
    Next {
        /// Not readable here.
        after: u64,
    },
    /// The auxiliary vector as the system keeps it: bytes.
    Auxiliary,
    /// Start the program again: [`Stop`](super::Stop).
    Restart {
        /// Other arguments, its name not among them.
        args: Option<Vec<String>>,
        /// Lines of a run profile.
        #[serde(default)]
        profile: Vec<String>,
        /// What to look at.
        #[serde(default)]
        look: Look,
    },
    /// What becomes of the target when its debugger is lost.
    Lost(Lost),
    /// Let it go.
    End(End),
}

/// How to come by a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Run a program.
    Launch(Launch),
    /// Take a process that runs.
    Attach {
        /// Its number.
        pid: u32,
    },
}

/// A program to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// The file.
    pub path: String,
    /// Arguments, its name not among them.
    pub args: Vec<String>,
    /// Lines of a run profile: `setenv=NAME=VALUE`, `chdir=FOLDER`, `stdin=FILE` and the like.
    #[serde(default)]
    pub profile: Vec<String>,
    /// Whether its memory is laid out at random.
    #[serde(default)]
    pub aslr: bool,
    /// Whether it has the terminal; else its output is told with what it did.
    #[serde(default)]
    pub terminal: bool,
}

/// What is to be done when the debugger is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// What.
    pub fate: Fate,
    /// For how many seconds a kept target waits before it is let go.
    pub linger: u32,
}

/// What becomes of a target whose debugger is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It goes on without breakpoints.
    #[default]
    Detach,
    /// It is kept stopped for a while.
    Keep,
    /// It is killed.
    Kill,
}

/// How it is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It goes on.
    Detach,
    /// It is killed.
    Kill,
    /// It is killed where it was started by the debugger, and goes on where it was not.
    Close,
}

/// Registers that the system keeps together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bank {
    /// Numbers, addresses, flags, segments.
    General,
    /// Floating point and vectors.
    Float,
    /// Debug registers.
    Debug,
}

/// A place where it is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Point {
    /// Where.
    pub addr: u64,
    /// At what.
    pub kind: PointKind,
    /// Bytes that are watched; of a breakpoint 1.
    pub len: u32,
}

/// What a place stops at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointKind {
    /// Execution, by an instruction put there.
    Software,
    /// Execution, by a debug register.
    Hardware,
    /// Writing.
    Write,
    /// Reading.
    Read,
    /// Either.
    Access,
}

/// One of several lists of comparisons, all of which hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition(pub Vec<Vec<Comparison>>);

/// Two numbers of 64 bits, compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The first.
    pub left: Operand,
    /// How.
    pub sign: Sign,
    /// The second.
    pub right: Operand,
}

/// How numbers without a sign compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Both are the same.
    Equal,
    /// They differ.
    Unequal,
    /// The first is smaller.
    Less,
    /// It is not larger.
    LessEqual,
    /// It is larger.
    Greater,
    /// It is not smaller.
    GreaterEqual,
}

/// A number, where the target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operand {
    /// This one.
    Constant(u64),
    /// That of a register.
    Register {
        /// Its place in the general registers, bits.
        offset: u32,
        /// Its width; at most 64 count.
        bits: u32,
    },
}

impl Condition {
    /// Whether it holds for the bytes of general registers.
    pub fn holds(&self, general: &[u8]) -> bool {
        self.0.is_empty() || self.0.iter().any(|all| all.iter().all(|it| it.holds(general)))
    }
}

impl Comparison {
    fn holds(self, general: &[u8]) -> bool {
        let (left, right) = (self.left.value(general), self.right.value(general));
        match self.sign {
            Sign::Equal => left == right,
            Sign::Unequal => left != right,
            Sign::Less => left < right,
            Sign::LessEqual => left <= right,
            Sign::Greater => left > right,
            Sign::GreaterEqual => left >= right,
        }
    }
}

impl Operand {
    fn value(self, general: &[u8]) -> u64 {
        match self {
            Operand::Constant(value) => value,
            Operand::Register { offset, bits } => {
                let at = (offset / 8) as usize;
                let bytes = general.get(at..).unwrap_or_default();
                let word = bytes.iter().take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                let mask = 1u64.checked_shl(bits).map_or(u64::MAX, |top| top - 1);
                word >> (offset % 8) & mask
            }
        }
    }
}

/// How it is to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// How far.
    pub how: How,
    /// Breakpoints for this time only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub until: Vec<u64>,
    /// A signal for the current thread in place of the one that waits; 0 for none of both.
    #[serde(default)]
    pub signal: Option<i32>,
    /// What else it stops at.
    #[serde(default)]
    pub stops: Stops,
    /// What is done at signals.
    #[serde(default)]
    pub signals: Signals,
    /// What to look at once it stopped.
    #[serde(default)]
    pub look: Look,
    /// Memory that is known. With the stop it is told which of it is as it was, and what the rest is now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// Bytes of output after which it stops; 0 for no limit.
    #[serde(default)]
    pub output: u64,
}

/// How far it is to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// So many instructions of the current thread.
    Step(u64),
    /// The same, where what is called counts as part of the call.
    Over(u64),
    /// Instruction by instruction until something is so; at least one.
    Walk {
        /// Whether what is called is passed over.
        over: bool,
        /// What ends it.
        until: Until,
    },
    /// Until something stops it.
    Continue,
    /// To the next entry into or return from a system call.
    Syscall,
}

/// What ends a walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// The next instruction is at this address.
    Address(u64),
    /// The next instruction returns.
    Return,
    /// The next instruction calls.
    Call,
    /// One returned.
    Out,
    /// The next instruction is in one of these ranges, the second address of which is outside.
    Inside(Vec<(u64, u64)>),
    /// It is in none of them.
    Outside(Vec<(u64, u64)>),
}

/// What stops it beside breakpoints and signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stops {
    /// A new process.
    #[serde(default)]
    pub forks: bool,
    /// A new thread.
    #[serde(default)]
    pub clones: bool,
    /// Another program.
    #[serde(default)]
    pub execs: bool,
    /// Whether the new process is debugged from then on, and the old one goes on alone.
    #[serde(default)]
    pub follow_child: bool,
}

/// What is done at signals, where it is not what is done by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signals {
    /// These stop it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<i32>,
    /// These pass without a stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<i32>,
    /// These are taken away without a stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<i32>,
}

/// Memory that is told with a stop, so that nobody needs to ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Bytes before the program counter.
    #[serde(default)]
    pub before: u32,
    /// Bytes from the program counter on.
    #[serde(default)]
    pub code: u32,
    /// Bytes from the stack pointer on.
    #[serde(default)]
    pub stack: u32,
    /// Whether the memory maps are the same as before: their [hash](super::hash).
    #[serde(default)]
    pub maps: bool,
}

/// Memory that is known from before, and of which only is to be told whether it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The first address.
    pub addr: u64,
    /// How many bytes.
    pub len: u32,
    /// The [hash](super::hash) of them.
    pub hash: u64,
}
