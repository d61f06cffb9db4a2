//! An open descriptor as the reader of binary formats wants it.

use std::cell::RefCell;

use farad_bin::SourceError;
use farad_io::{Descriptor, Io};

use crate::error::Result;
use crate::eval::Env;

/// A descriptor as the reader of binary formats wants it.
pub(crate) struct Bytes<'a> {
    descriptor: RefCell<&'a mut Descriptor>,
    ctx: &'a farad_io::Ctx,
}

impl<'a> Bytes<'a> {
    /// The bytes of a descriptor.
    ///
    /// # Errors
    /// When there is no such descriptor.
    pub(crate) fn of(io: &'a mut Io, fd: u32, ctx: &'a farad_io::Ctx) -> Result<Bytes<'a>> {
        Ok(Bytes { descriptor: RefCell::new(io.descriptor(fd)?), ctx })
    }
}

impl farad_bin::Source for Bytes<'_> {
    fn len(&self) -> u64 {
        self.descriptor.borrow().size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> std::result::Result<usize, SourceError> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = self.descriptor.borrow_mut().read_at(offset, buf, self.ctx);
        match read {
            Ok(0) => Err(SourceError::Unreadable { offset }),
            Ok(count) => Ok(count),
            Err(error) => Err(SourceError::Failed { offset, reason: error.to_string() }),
        }
    }
}

/// Runs something on a descriptor's bytes.
///
/// # Errors
/// When there is no such descriptor.
pub fn with_source<T>(
    env: &mut Env<'_>,
    fd: u32,
    run: impl FnOnce(&dyn farad_bin::Source) -> T,
) -> Result<T> {
    Ok(run(&Bytes::of(&mut env.session.io, fd, env.ctx)?))
}
