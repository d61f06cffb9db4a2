//! `fd://N`: a file this process was started with.

use std::path::Path;

use crate::backend::Backend;
use crate::backend::file::Handle;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// `O_CLOEXEC` as `/proc/self/fdinfo` shows it.
const CLOSE_ON_EXEC: u32 = 0o2_000_000;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["fd"],
    brief: "an inherited file descriptor",
    permissions: "rw_",
    effects: Effects::FILES,
    uris: &["fd://NUMBER"],
    open,
};

/// Opens the file again by its number: its own offset and lifetime are not touched.
fn open(uri: &Uri, options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let wrong = |why: String| Error::Uri { uri: uri.text.clone(), why };
    let number: u32 = uri
        .rest
        .parse()
        .map_err(|_| wrong(format!("'{}' is no descriptor: give a number like fd://3", uri.rest)))?;
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{number}"))
        .map_err(|source| Error::Open { uri: uri.text.clone(), source })?;
    if !is_inherited(&info) {
        return Err(wrong("this descriptor is the process's own, not an inherited one".to_owned()));
    }
    let options = OpenOptions { create: false, ..options.clone() };
    Ok(Box::new(Handle::open(uri, Path::new(&format!("/proc/self/fd/{number}")), &options)?))
}

/// What was inherited cannot be marked to be closed at exec; everything this process opens
/// itself (connections of its clients among it) is.
fn is_inherited(info: &str) -> bool {
    info.lines()
        .find_map(|line| line.strip_prefix("flags:"))
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_some_and(|flags| flags & CLOSE_ON_EXEC == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_process_opened_itself_is_refused() {
        assert!(is_inherited("pos:\t0\nflags:\t0100000\nmnt_id:\t24\n"));
        assert!(!is_inherited("pos:\t0\nflags:\t02100000\n") && !is_inherited("pos:\t0\n"));
        let file = tempfile::tempfile().unwrap();
        let uri = Uri::parse(&format!("fd://{}", std::os::fd::AsRawFd::as_raw_fd(&file)));
        let options = OpenOptions::default();
        assert!(open(&uri, &options, &Ctx::owner()).is_err());
        for wrong in ["fd://", "fd://-1", "fd://x", "fd://4294967296", "fd://99999"] {
            assert!(open(&Uri::parse(wrong), &options, &Ctx::owner()).is_err(), "{wrong}");
        }
    }
}
