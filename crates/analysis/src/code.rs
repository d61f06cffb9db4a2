//! Where instructions are read from: what a caller must provide.

/// Memory that holds code, and what is known of it already.
pub trait Code {
    /// Why reading can fail for good, such as an interrupt. Bytes that are not there are no error.
    type Error;

    /// Reads bytes from an address on: how many are there, from the first.
    ///
    /// # Errors
    /// What ends the whole analysis.
    fn read(&mut self, addr: u64, buf: &mut [u8]) -> Result<usize, Self::Error>;

    /// Whether something is mapped at an address.
    fn is_mapped(&self, addr: u64) -> bool;

    /// Whether what is at an address may be executed.
    fn is_executable(&self, addr: u64) -> bool;

    /// Whether a function is known to begin at an address.
    fn is_function(&self, addr: u64) -> bool;

    /// Whether a call of an address, or through the pointer at it, comes back.
    fn returns(&self, addr: u64) -> bool;
}

/// Bytes read ahead of one instruction.
const AHEAD: usize = 1 << 10;

/// A window on code that is read in larger pieces than instructions.
#[derive(Default)]
pub(crate) struct Window {
    addr: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// Up to `size` bytes at an address; fewer where the readable run ends.
    pub(crate) fn at<C: Code>(&mut self, code: &mut C, addr: u64, size: usize) -> Result<&[u8], C::Error> {
        let held = addr.checked_sub(self.addr).and_then(|at| usize::try_from(at).ok());
        let held = held.filter(|at| at.saturating_add(size) <= self.bytes.len());
        let from = match held {
            Some(from) => from,
            None => {
                self.addr = addr;
                self.bytes.resize(size.max(AHEAD), 0);
                let count = code.read(addr, &mut self.bytes)?;
                self.bytes.truncate(count);
                0
            }
        };
        Ok(&self.bytes[from..self.bytes.len().min(from + size)])
    }
}
