//! The block cache of a descriptor.

use crate::backend::{Backend, Caching};
use crate::ctx::Ctx;
use crate::error::Result;

/// Cached blocks of one backend.
pub(crate) struct BlockCache {}

impl BlockCache {
    pub(crate) fn new() -> BlockCache {
        BlockCache {}
    }

    pub(crate) fn read_at(
        &mut self,
        backend: &mut dyn Backend,
        addr: u64,
        buf: &mut [u8],
        ctx: &Ctx,
    ) -> Result<usize> {
        backend.read_at(addr, buf, ctx)
    }

    pub(crate) fn clear(&mut self) {}

    pub(crate) fn begin_command(&mut self, _caching: Caching) {}
}
