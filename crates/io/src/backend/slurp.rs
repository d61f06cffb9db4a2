//! `slurp://FILE`: a copy of a file, taken when it is opened; writes stay in the copy.

use std::fs::File;

use crate::backend::Backend;
use crate::backend::memory::{HELD, Memory};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["slurp"],
    brief: "a copy in memory of a file",
    permissions: "rw_",
    effects: Effects::FILES,
    uris: &["slurp://PATH"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let mut file = File::open(&uri.rest).map_err(|source| Error::Open { uri: uri.text.clone(), source })?;
    Ok(Box::new(Memory::slurp(&uri.text, &mut file, HELD, ctx)?))
}
