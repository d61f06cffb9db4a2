//! Binary formats: a file's bytes in, its sections, segments, symbols, imports, relocations, strings and entry points out.
//!
//! Everything is read through [`Source`], a random-access reader that may be at the far end of a slow link, in few and bounded
//! pieces: never the whole file. What is damaged is left out and named in [`Binary::warnings`]. This crate must not know sessions,
//! sockets, or how anything is printed.

mod demangle;
mod elf;
mod error;
mod line;
mod load;
mod macho;
mod model;
mod name;
mod pe;
mod range;
mod source;
mod string;
pub mod unwind;

pub use demangle::demangle;
pub use error::{Error, SourceError};
pub use line::{Line, Lines};
pub use load::load;
pub use model::{
    Binary, Bind, Depth, Endian, Entry, EntryKind, Fact, Fill, Format, HeaderField, Import, Info, LoadMap,
    MapSource, Mark, Options, Permission, Relocation, Relro, Section, Segment, Symbol, SymbolKind,
    WindowsInfo,
};
pub use name::flag_name;
pub use range::Ranges;
pub use source::Source;
pub use string::{StringKind, StringRow, StringScope, string_flag_name, strings};
