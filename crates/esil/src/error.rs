//! Why an expression ends before its end.

/// What stopped an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A word found too little on the stack.
    #[error("`{word}` finds too little on the stack")]
    Underflow {
        /// The word.
        word: String,
    },
    /// A word that is no number, register or operator.
    #[error("`{word}` is no number, no register and no word of ESIL")]
    Unknown {
        /// The word.
        word: String,
    },
    /// Something other than a register was to be written.
    #[error("`{word}` writes registers, and `{target}` is none")]
    Target {
        /// The operator.
        word: String,
        /// What was named.
        target: String,
    },
    /// A division by 0.
    #[error("a division by zero")]
    Division,
    /// A condition or loop without its end, or a jump out of the expression.
    #[error("`{word}` leads out of the expression")]
    Structure {
        /// The word.
        word: String,
    },
    /// Memory that the host would not read or write.
    #[error("{size} bytes at {addr:#x} cannot be {}", if *.write { "written" } else { "read" })]
    Memory {
        /// Where.
        addr: u64,
        /// How many bytes.
        size: usize,
        /// Whether they were to be written.
        write: bool,
    },
    /// One of the machine's limits was reached.
    #[error("{what} of an expression reached the limit of {limit}")]
    Limit {
        /// What there was too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The expression asked for a trap, or the host made one of an interrupt.
    #[error("a trap with code {0:#x}")]
    Trap(u64),
    /// The host would not go on.
    #[error("stopped")]
    Stopped,
}
