//! What can go wrong when a decoder is opened. Decoding itself has no errors: bytes that are no
//! instruction give `None`.

/// A decoder that cannot be opened.
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
}
