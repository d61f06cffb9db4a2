//! What a binary is once read: the types every format is turned into.
//!
//! Must not know any one format's layout, nor how any of this is shown.

mod binary;
mod info;
mod section;
mod summary;
mod symbol;

pub use binary::{Binary, Depth, Format, HeaderField, Mark, Options};
pub use info::{Endian, Info, Relro, WindowsInfo};
pub use section::{LoadMap, MapSource, Permission, Section, Segment};
pub use summary::Fact;
pub use symbol::{Bind, Entry, EntryKind, Fill, Import, Relocation, Symbol, SymbolKind};
