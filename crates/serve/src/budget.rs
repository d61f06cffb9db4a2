//! How much output is kept for clients that have not taken it yet: of each, and of all of the process.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most bytes in memory of all clients, and those that each command has beside.
const MEMORY: u64 = 32 << 20;
const FREE: u64 = 64 << 10;
/// Most bytes in files of one client, and of all.
const FILES: u64 = 256 << 20;
const ALL_FILES: u64 = 1 << 30;

static IN_MEMORY: Counter = Counter::new();
static IN_FILES: Counter = Counter::new();

/// Bytes in use.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    /// Takes some, where that leaves no more than `most` in use.
    fn take(&self, count: u64, most: u64) -> bool {
        let grown = |used: u64| used.checked_add(count).filter(|used| *used <= most);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).is_ok()
    }

    fn give(&self, count: u64) {
        self.0.fetch_sub(count, Ordering::Relaxed);
    }
}

/// What one command's output takes; given back with this.
#[derive(Debug, Default)]
pub(crate) struct Share {
    client: Arc<Counter>,
    memory: u64,
    files: u64,
}

impl Share {
    /// A share of a client's.
    pub(crate) fn of(client: &Arc<Counter>) -> Share {
        Share { client: client.clone(), memory: 0, files: 0 }
    }

    /// Whether so many bytes may be in memory.
    pub(crate) fn hold(&mut self, bytes: usize) -> bool {
        let wanted = (bytes as u64).saturating_sub(FREE);
        match wanted.checked_sub(self.memory) {
            Some(more) if !IN_MEMORY.take(more, MEMORY) => return false,
            Some(_) => {}
            None => IN_MEMORY.give(self.memory - wanted),
        }
        self.memory = wanted;
        true
    }

    /// Takes room for more bytes in a file.
    ///
    /// # Errors
    /// When the client, or all of them, have taken what there is.
    pub(crate) fn file(&mut self, bytes: usize) -> io::Result<()> {
        let bytes = bytes as u64;
        if !self.client.take(bytes, FILES) {
            return Err(io::Error::other(format!(
                "{} MiB of output wait for this client, which takes none of it",
                FILES >> 20
            )));
        }
        if !IN_FILES.take(bytes, ALL_FILES) {
            self.client.give(bytes);
            return Err(io::Error::other(format!(
                "{} MiB of output wait for this server's clients; try again later",
                ALL_FILES >> 20
            )));
        }
        self.files += bytes;
        Ok(())
    }

    /// Gives the room in files back.
    pub(crate) fn end_file(&mut self) {
        IN_FILES.give(self.files);
        self.client.give(self.files);
        self.files = 0;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.end_file();
        IN_MEMORY.give(self.memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_bounded_for_each_and_for_all_and_given_back() {
        let (one, two) = (Arc::<Counter>::default(), Arc::<Counter>::default());
        let mut share = Share::of(&one);
        assert!(share.hold(FREE as usize) && share.memory == 0);
        assert!(share.hold(1 << 20) && share.hold(100 << 10) && share.hold(0));
        assert!(!share.hold(64 << 20) && share.memory == 0);
        share.file(FILES as usize).unwrap();
        assert!(share.file(1).unwrap_err().to_string().contains("this client"));
        assert!(Share::of(&one).file(1).is_err());
        let mut other = Share::of(&two);
        other.file(1).unwrap();
        drop(share);
        Share::of(&one).file(FILES as usize).unwrap();
        let many: Vec<Share> = (0..4)
            .map(|_| {
                let mut share = Share::of(&Arc::default());
                let _ = share.file(FILES as usize);
                share
            })
            .collect();
        assert!(many.iter().filter(|share| share.files > 0).count() == 3, "all have {ALL_FILES} together");
        assert!(many[3].files == 0 && other.file(ALL_FILES as usize).is_err());
    }
}
