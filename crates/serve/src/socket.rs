//! Sockets at paths: made under a name of their own, moved into place once nobody else may use them, and only where
//! nothing is, or a socket that nobody serves.

use std::fs::{self, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::UnixListener;

use crate::error::{Error, Result};

/// Connections the kernel keeps until they are accepted.
const BACKLOG: i32 = 4096;

/// Which file a socket is, whatever its path leads to by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    device: u64,
    inode: u64,
}

impl Mark {
    fn of(meta: &Metadata) -> Mark {
        Mark { device: meta.dev(), inode: meta.ino() }
    }

    /// Removes the socket, unless something else has its place.
    pub(crate) fn remove(self, path: &Path) {
        if fs::symlink_metadata(path).is_ok_and(|meta| Mark::of(&meta) == self) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Listens at a path, for this user alone.
///
/// # Errors
/// [`Error::Occupied`] where something is that is not replaced; the system's refusal.
pub(crate) fn bind(path: &Path) -> Result<(UnixListener, Mark)> {
    static NUMBERS: AtomicU32 = AtomicU32::new(0);
    let refused = |source| Error::Listen { place: path.display().to_string(), source };
    let dead = look_at(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{}", std::process::id(), NUMBERS.fetch_add(1, Ordering::Relaxed)));
    let fresh = path.with_file_name(name);
    let socket = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None).map_err(refused)?;
    SockAddr::unix(&fresh).and_then(|addr| socket.bind(&addr)).map_err(refused)?;
    let placed = fs::set_permissions(&fresh, Permissions::from_mode(0o600))
        .and_then(|()| socket.listen(BACKLOG))
        .and_then(|()| Ok(Mark::of(&fs::symlink_metadata(&fresh)?)))
        .map_err(refused)
        .and_then(|mark| place(&fresh, path, dead).map(|()| mark));
    match placed {
        Ok(mark) => {
            let listener = std::os::unix::net::UnixListener::from(socket);
            Ok((UnixListener::from_std(listener).map_err(refused)?, mark))
        }
        Err(error) => {
            let _ = fs::remove_file(&fresh);
            Err(error)
        }
    }
}

/// The socket at a path that nobody serves; none where nothing is.
fn look_at(path: &Path) -> Result<Option<Mark>> {
    let occupied = |what| Err(Error::Occupied { path: path.display().to_string(), what });
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Listen { place: path.display().to_string(), source }),
    };
    let kind = meta.file_type();
    if !kind.is_socket() {
        return occupied(match () {
            () if kind.is_symlink() => "a symbolic link is there",
            () if kind.is_dir() => "a folder is there",
            () if kind.is_fifo() => "a FIFO is there",
            () if kind.is_file() => "a file is there",
            () => "a device is there",
        });
    }
    // One whose server takes nobody just now says to try again, and is served.
    let socket = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None);
    let asked = socket.and_then(|socket| socket.connect(&SockAddr::unix(path)?));
    match asked {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(Some(Mark::of(&meta))),
        _ => occupied("somebody serves the socket there"),
    }
}

/// Moves a fresh socket to its place: over a dead one, else over nothing.
fn place(fresh: &Path, path: &Path, dead: Option<Mark>) -> Result<()> {
    let refused = |source: io::Error| match source.kind() {
        ErrorKind::AlreadyExists => {
            Error::Occupied { path: path.display().to_string(), what: "something came there meanwhile" }
        }
        _ => Error::Listen { place: path.display().to_string(), source },
    };
    if let Some(dead) = dead {
        let mut old = fresh.as_os_str().to_owned();
        old.push(".old");
        let old = Path::new(&old);
        move_to_nothing(path, old).map_err(refused)?;
        let moved = fs::symlink_metadata(old).map_err(refused)?;
        if Mark::of(&moved) != dead {
            // It was changed since it was looked at.
            move_to_nothing(old, path).map_err(refused)?;
            return Err(refused(ErrorKind::AlreadyExists.into()));
        }
        fs::remove_file(old).map_err(refused)?;
    }
    move_to_nothing(fresh, path).map_err(refused)
}

/// Gives a file another name, which nothing may have.
fn move_to_nothing(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot say so: a second name is never given over another file.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        moved => Ok(moved?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::{UnixListener as Std, UnixStream};

    fn bound(path: &Path) -> Result<(UnixListener, Mark)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _inside = runtime.enter();
        bind(path)
    }

    #[test]
    fn only_a_socket_that_nobody_serves_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "DATA").unwrap();
        fs::create_dir(at("folder")).unwrap();
        let _live = Std::bind(at("live")).unwrap();
        drop(Std::bind(at("dead")).unwrap());
        for (name, to) in [("to-file", "file"), ("to-dead", "dead"), ("to-nothing", "none")] {
            std::os::unix::fs::symlink(at(to), at(name)).unwrap();
        }
        rustix::fs::mknodat(CWD, at("fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        for name in ["file", "folder", "live", "to-file", "to-dead", "to-nothing", "fifo"] {
            let before = fs::symlink_metadata(at(name)).unwrap();
            let error = bound(&at(name)).unwrap_err();
            assert!(matches!(error, Error::Occupied { .. }), "{name}: {error}");
            assert_eq!(Mark::of(&before), Mark::of(&fs::symlink_metadata(at(name)).unwrap()), "{name}");
        }
        assert_eq!(fs::read(at("file")).unwrap(), b"DATA");
        for name in ["dead", "new"] {
            let (_listener, mark) = bound(&at(name)).unwrap();
            let meta = fs::symlink_metadata(at(name)).unwrap();
            assert_eq!((Mark::of(&meta), meta.mode() & 0o777), (mark, 0o600));
            UnixStream::connect(at(name)).unwrap();
        }
        assert!(!at("none").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 9, "nothing is left beside them");
    }

    #[test]
    fn what_took_a_sockets_place_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let (_listener, mark) = bound(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "DATA").unwrap();
        mark.remove(&path);
        assert_eq!(fs::read(&path).unwrap(), b"DATA");
        // A socket that was put aside and comes back in between is not it either.
        assert!(bound(&path).is_err());
    }
}
