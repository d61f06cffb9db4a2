//! `malloc://N`: memory of the session's own.

use crate::backend::Backend;
use crate::backend::memory::{LARGEST, Memory};
use crate::ctx::{Ctx, Effects};
use crate::error::Result;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["malloc"],
    brief: "zeroed memory of a given size",
    permissions: "rw_",
    effects: Effects::READ,
    uris: &["malloc://SIZE", "-"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    Ok(Box::new(Memory::zeroed(&uri.text, super::size::parse(uri, LARGEST)?)))
}
