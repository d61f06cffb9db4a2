//! JSON text in filters: laid out over lines, or one value picked from it.
//!
//! Works on the text as it is: numbers keep their digits, and text that is not quite JSON (`{a:1}`)
//! is laid out all the same. Must not know filters, only bytes.

mod layout;
mod path;

pub(crate) use layout::Layout;
pub(super) use path::Extract;
