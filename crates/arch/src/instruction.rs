//! One decoded instruction: its text, its meaning, and which parts of its text are addresses that a
//! listing may replace by names. Knows no flags and no architecture.

use std::fmt::Write as _;
use std::ops::Range;

use crate::kind::Kind;

/// Whether a memory operand is read, written or executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The instruction loads from memory.
    Read,
    /// The instruction stores to memory.
    Write,
    /// The instruction branches there.
    Execute,
}

impl Direction {
    /// radare2's word, as in the `direction` of `ao`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Execute => "exec",
        }
    }
}

/// A part of the operand text that stands for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The bytes of [`Instruction::operands`] to replace.
    pub span: Range<usize>,
    /// The absolute address meant.
    pub target: u64,
    /// Whether the text is relative to the program counter, such as `rip - 0x1258`. Such a span is
    /// replaced by the absolute address where the address has no name.
    pub relative: bool,
    /// Whether the brackets around the span go away when a name replaces it (`lea rdi, obj.x`).
    pub unbracket: bool,
}

/// One instruction, as [`Decoder::decode`](crate::Decoder::decode) returns it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instruction {
    /// Where it is.
    pub addr: u64,
    /// Its length in bytes, never 0.
    pub size: usize,
    /// The mnemonic, with prefixes such as `rep`.
    pub mnemonic: String,
    /// The text after the mnemonic; empty where there are no operands.
    pub operands: String,
    /// What it does.
    pub kind: Kind,
    /// Where a branch or call goes, when the instruction says so itself.
    pub jump: Option<u64>,
    /// Where execution goes on when a conditional branch is not taken, or a call returns.
    pub fail: Option<u64>,
    /// How many instructions behind it run before it takes effect: the delay slots of a branch.
    pub delay: u8,
    /// The absolute data address it names.
    pub pointer: Option<u64>,
    /// How many bytes it accesses at `pointer`.
    pub pointer_size: Option<u8>,
    /// Its immediate operand, sign-extended to 64 bits where it is signed.
    pub value: Option<u64>,
    /// The immediate that a listing repeats in a comment, as radare2 does for x86 comparisons.
    pub noted: Option<u64>,
    /// The displacement of its memory operand from a register.
    pub displacement: Option<i64>,
    /// By how many bytes the stack grows; negative when it shrinks.
    pub stack: Option<i64>,
    /// What it does to its memory operand.
    pub direction: Option<Direction>,
    /// The addresses in `operands`, in order of their spans, not overlapping.
    pub references: Vec<Reference>,
}

impl Instruction {
    /// The text as decoded: mnemonic and operands, addresses relative where the machine has them so.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.mnemonic.len() + 1 + self.operands.len());
        self.write_text(&mut text);
        text
    }

    /// Appends [`Instruction::text`] to `out`.
    pub fn write_text(&self, out: &mut String) {
        push_text(out, &self.mnemonic, &self.operands);
    }

    /// The text with absolute addresses: `name` is asked for each address in the operands, and one
    /// it has no name for stays a number. With `relative` false, expressions relative to the
    /// program counter are left as decoded.
    pub fn render(&self, relative: bool, mut name: impl FnMut(u64) -> Option<String>) -> String {
        let mut operands = String::with_capacity(self.operands.len());
        let mut done = 0;
        for reference in &self.references {
            if reference.relative && !relative {
                continue;
            }
            let name = name(reference.target);
            let mut span = reference.span.clone();
            if name.is_some() && reference.unbracket {
                span = span.start.saturating_sub(1)..span.end + 1;
            }
            let before = self.operands.get(done..span.start).unwrap_or_default();
            let original = self.operands.get(span.clone()).unwrap_or_default();
            operands.push_str(before);
            match name {
                Some(name) => operands.push_str(&name),
                None if reference.relative => {
                    // Writing to a string cannot fail.
                    let _ = write!(operands, "{:#010x}", reference.target);
                }
                None => operands.push_str(original),
            }
            done = span.end;
        }
        operands.push_str(self.operands.get(done..).unwrap_or_default());
        let mut text = String::with_capacity(self.mnemonic.len() + 1 + operands.len());
        push_text(&mut text, &self.mnemonic, &operands);
        text
    }

    /// Puts other text in place of a part of the operands. The addresses in that part are none any
    /// more.
    pub fn replace(&mut self, span: Range<usize>, text: &str) {
        if self.operands.get(span.clone()).is_none() {
            return;
        }
        self.operands.replace_range(span.clone(), text);
        self.references.retain(|other| other.span.end <= span.start || span.end <= other.span.start);
        for other in self.references.iter_mut().filter(|other| other.span.start >= span.end) {
            let moved = |at: usize| at - span.end + span.start + text.len();
            other.span = moved(other.span.start)..moved(other.span.end);
        }
    }

    /// Forgets everything, keeping the buffers for the next instruction.
    pub(crate) fn reset(&mut self, addr: u64) {
        let mnemonic = std::mem::take(&mut self.mnemonic);
        let operands = std::mem::take(&mut self.operands);
        let references = std::mem::take(&mut self.references);
        *self = Self { addr, mnemonic, operands, references, ..Self::default() };
        self.mnemonic.clear();
        self.operands.clear();
        self.references.clear();
    }

    /// The address of the next instruction in memory.
    pub fn next(&self) -> u64 {
        self.addr.wrapping_add(self.size as u64)
    }
}

/// Appends mnemonic and operands with the space between them that only operands need.
fn push_text(text: &mut String, mnemonic: &str, operands: &str) {
    text.push_str(mnemonic);
    if !operands.is_empty() {
        text.push(' ');
        text.push_str(operands);
    }
}
