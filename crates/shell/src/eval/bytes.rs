//! Bytes and descriptors as the reader of a command sees them: the session's, through the view's lens.

use std::sync::Arc;

use farad_io::{Coverage, Result};

use super::Env;

impl Env<'_> {
    /// Reads at an address; see [`Io::read`](farad_io::Io::read).
    ///
    /// # Errors
    /// A backend that failed, or an interrupt.
    pub fn read(&mut self, addr: u64, buf: &mut [u8]) -> Result<Coverage> {
        self.session.io.read(addr, buf, &self.view.lens, self.ctx)
    }

    /// Reads, and fails where bytes are missing unless `io.ff` fills them.
    ///
    /// # Errors
    /// As [`Io::read_filled`](farad_io::Io::read_filled).
    pub fn read_filled(&mut self, addr: u64, buf: &mut [u8]) -> Result<Coverage> {
        self.session.io.read_filled(addr, buf, &self.view.lens, self.ctx)
    }

    /// Writes at an address, or keeps the write where `io.cache` says so.
    ///
    /// # Errors
    /// As [`Io::write`](farad_io::Io::write).
    pub fn write(&mut self, addr: u64, data: &[u8]) -> Result<()> {
        self.session.io.write(addr, data, &self.view.lens, self.ctx)
    }

    /// Whether anything provides the byte at an address.
    pub fn is_mapped(&self, addr: u64) -> bool {
        self.session.io.is_mapped(addr, &self.view.lens)
    }

    /// What an address holds, and how far that goes; see [`Io::extent`](farad_io::Io::extent).
    pub(crate) fn extent(&self, addr: u64) -> farad_io::Extent {
        self.session.io.extent(addr, &self.view.lens)
    }

    /// A way to the bytes of a range that several threads can go; see [`Io::shared`](farad_io::Io::shared).
    pub(crate) fn shared(&self, addr: u64, len: usize) -> Option<(Arc<dyn farad_io::ReadShared>, u64)> {
        self.session.io.shared(addr, len, &self.view.lens)
    }

    /// The current descriptor.
    ///
    /// # Errors
    /// When nothing is open.
    pub fn current(&self) -> Result<u32> {
        self.session.io.current(&self.view.lens)
    }

    /// Makes a descriptor the current one.
    ///
    /// # Errors
    /// When there is none of that number.
    pub fn select(&mut self, fd: u32) -> Result<()> {
        self.session.io.select(&mut self.view.lens, fd)
    }

    /// Closes a descriptor. Where it was the current one, the last one that is left becomes it.
    ///
    /// # Errors
    /// When there is none of that number.
    pub fn close(&mut self, fd: u32) -> Result<()> {
        let was_current = self.current().is_ok_and(|current| current == fd);
        self.session.io.close(fd)?;
        if was_current {
            self.view.lens.selected = self.session.io.descriptors().last().map(|it| it.fd);
        }
        Ok(())
    }
}
