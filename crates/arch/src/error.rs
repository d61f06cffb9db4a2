//! What can go wrong when a decoder or assembler is opened, and when text is assembled. Decoding
//! itself has no errors: bytes that are no instruction give `None`.

/// A decoder or assembler that cannot be opened, or text that cannot be assembled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No row of the table has this name.
    #[error("no architecture is named `{name}`; list the known ones with `La`")]
    UnknownArch {
        /// The name asked for.
        name: String,
    },
    /// The architecture has no such register width.
    #[error("`{arch}` has no {bits}-bit mode; set asm.bits to one of {supported:?}")]
    UnsupportedBits {
        /// The architecture's name.
        arch: &'static str,
        /// The width asked for, in bits.
        bits: u32,
        /// The widths it has.
        supported: &'static [u32],
    },
    /// The decoding library refused the combination of settings.
    #[error("`{arch}` cannot be decoded with these settings: {reason}")]
    Engine {
        /// The architecture's name.
        arch: &'static str,
        /// The library's own words.
        reason: String,
    },
    /// The architecture is one that can only be decoded.
    #[error("there is no assembler for `{arch}`: write bytes with wx, or list the others with `La`")]
    NoAssembler {
        /// The architecture's name.
        arch: &'static str,
    },
    /// The text is no instruction of the architecture.
    #[error("cannot assemble `{text}`: {reason}")]
    Assembly {
        /// The instruction.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}
