//! `sparse://[N]`: zeros that can be written anywhere, holding only what was written.

use crate::backend::Backend;
use crate::backend::memory::Memory;
use crate::ctx::{Ctx, Effects};
use crate::error::Result;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["sparse"],
    brief: "zeros without an end, or up to a size, that hold what is written",
    permissions: "rw_",
    effects: Effects::READ,
    uris: &["sparse://", "sparse://SIZE"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let size = if uri.rest.is_empty() { u64::MAX } else { super::size::parse(uri, u64::MAX)? };
    Ok(Box::new(Memory::zeroed(&uri.text, size).guarded()))
}
