//! Holes of sparse files: bytes that are known to be zero without being read.
//!
//! Reading a hole makes the system fill memory with pages of zeros first, which for disk images and the like costs
//! more than all else.

use std::fs::File;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

/// How many bytes at `offset`, of `most`, are known to be in a hole; 0 too where that cannot be told. It moves the file's
/// own offset.
pub(super) fn hole_at(file: &File, offset: u64, most: usize) -> usize {
    let end = match seek(file, SeekFrom::Data(offset)) {
        Ok(data) => data,
        // No data from there on.
        Err(Errno::NXIO) => file.metadata().map_or(0, |metadata| metadata.len()),
        Err(_) => 0,
    };
    usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX).min(most)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn what_is_called_a_hole_has_no_data() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(4 << 20).unwrap();
        file.write_all_at(b"data", 1 << 20).unwrap();
        for offset in [0, 1000, 1 << 20, (1 << 20) + 4, 2 << 20, (4 << 20) - 1, 4 << 20, 1 << 40] {
            for most in [0, 1, 1 << 16, 8 << 20] {
                let hole = hole_at(&file, offset, most);
                let mut bytes = vec![1; hole];
                assert!(hole <= most && file.read_exact_at(&mut bytes, offset).is_ok(), "{offset}");
                assert!(bytes.iter().all(|&byte| byte == 0), "{offset}");
            }
        }
    }
}
