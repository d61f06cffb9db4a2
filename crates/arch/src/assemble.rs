//! Text to bytes: one module an architecture, or a table of forms for those whose instructions are
//! words of fields. What is the same for all is here: the site of an instruction, its fault, and the
//! reader of operand text.

pub(crate) mod directive;
pub(crate) mod reader;
pub(crate) mod x86;

use crate::instruction::Instruction;
use crate::settings::Settings;

/// What there is for assembling an architecture.
pub(crate) struct Assembly {
    /// Assembles one instruction.
    pub(crate) assemble: Assemble,
    /// How it says some things.
    pub(crate) idioms: fn(&Settings) -> &'static Idioms,
    /// Changes the condition of a branch.
    pub(crate) recondition: Recondition,
}

/// How an architecture says what patches say.
pub(crate) struct Idioms {
    /// What does nothing, the longest first.
    pub(crate) nops: &'static [&'static str],
    /// What stops for a debugger.
    pub(crate) trap: &'static str,
    /// The mnemonic of a jump.
    pub(crate) jump: &'static str,
    /// What returns 0, 1 and -1 from a function.
    pub(crate) returns: [&'static str; 3],
}

/// What to make of the condition of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The opposite.
    Opposite,
    /// Zero, or equal.
    Zero,
    /// Not zero, or not equal.
    NonZero,
    /// None: it always branches.
    Always,
}

/// The bytes of a branch with another condition, as many as before. `None` when that cannot be.
pub(crate) type Recondition = fn(&Settings, &Instruction, &[u8], Condition) -> Option<Vec<u8>>;

/// What resolves a name that is no register: a flag, a symbol.
pub type Names<'a> = &'a dyn Fn(&str) -> Option<u64>;

/// Where an instruction will lie, and what its text may refer to.
pub(crate) struct Site<'a> {
    /// The settings of the assembler.
    pub(crate) settings: &'a Settings,
    /// The address of its first byte.
    pub(crate) addr: u64,
    /// What its names stand for.
    pub(crate) names: Names<'a>,
}

/// Assembles one instruction, whose text is trimmed and not empty.
pub(crate) type Assemble = fn(&str, &Site<'_>) -> Result<Vec<u8>, Fault>;

/// Why a text is no instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// In words.
    pub(crate) reason: String,
}

impl Fault {
    /// A fault for this reason.
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }

    /// No instruction has this name.
    pub(crate) fn unknown(mnemonic: &str) -> Self {
        Self::new(format!("no instruction is named `{mnemonic}`"))
    }
}

/// Mnemonic and operands of a statement.
pub(crate) fn split_mnemonic(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((mnemonic, operands)) => (mnemonic, operands.trim_start()),
        None => (text, ""),
    }
}

/// The operands of a text, split at the commas outside brackets and quotes.
pub(crate) fn split_operands(text: &str) -> Vec<&str> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let (mut depth, mut start, mut quoted) = (0i32, 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'(' | b'{' => depth += 1,
            b']' | b')' | b'}' => depth -= 1,
            b',' if depth <= 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_split_outside_brackets() {
        assert_eq!(split_operands("{r4, r5}, [sp, 8] , ','"), ["{r4, r5}", "[sp, 8]", "','"]);
        assert_eq!(split_operands("8(%rax,%rbx), %eax"), ["8(%rax,%rbx)", "%eax"]);
        assert!(split_operands("  ").is_empty());
    }
}
