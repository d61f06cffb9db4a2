//! What the decoding library itself says of an instruction: its number for the mnemonic and its view of
//! the operands, as named facts. Knows no architecture; the engine fills it in.

/// The value of a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A number.
    Number(i64),
    /// A floating point number.
    Float(f64),
    /// A word, such as a register's name.
    Word(String),
    /// Something that holds.
    True,
    /// Facts of a part.
    Group(Vec<(&'static str, Fact)>),
}

/// A named fact.
pub type Named = (&'static str, Fact);

/// The library's view of one instruction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detail {
    /// The library's number for the mnemonic; 0 where there is none.
    pub id: u32,
    /// The operands, each a list of facts; `None` where the library does not tell them.
    pub operands: Option<Vec<Vec<Named>>>,
    /// Facts of the whole instruction.
    pub facts: Vec<Named>,
    /// How many bytes prefixes and the opcode take; 0 where that is not known.
    pub opcode_size: usize,
    /// The condition it depends on.
    pub condition: Option<String>,
}
