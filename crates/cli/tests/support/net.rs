//! Ports of this machine: a free one, and whether somebody listens.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};

/// A TCP port nobody listened on a moment ago.
pub(crate) fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
    socket.local_addr().expect("a bound socket has an address").port()
}

/// Whether a process listens on the port, read from the kernel's tables.
///
/// A connection made to find out would be a client to the server: one that serves a single
/// client at a time would be busy with it. Whose socket it is matters: of two tests that were
/// given one port, the one whose server came too late must not take the other's for its own.
pub(crate) fn listens(process: u32, port: u16) -> bool {
    let sockets =
        ["/proc/net/tcp", "/proc/net/tcp6"].iter().filter_map(|table| listener(table, port).ok().flatten());
    sockets.into_iter().any(|inode| owns(process, &inode).unwrap_or(false))
}

/// The inode of the socket that listens on a port.
fn listener(table: &str, port: u16) -> std::io::Result<Option<String>> {
    const LISTEN: &str = "0A";
    for line in BufReader::new(File::open(table)?).lines().skip(1) {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, local, _, state, _, _, _, _, _, inode, ..] = words[..] else { continue };
        if state != LISTEN {
            break; // listeners come first; behind them may be thousands of closed connections
        }
        let hex = local.rsplit(':').next().unwrap_or("");
        if u16::from_str_radix(hex, 16) == Ok(port) {
            return Ok(Some(inode.to_owned()));
        }
    }
    Ok(None)
}

/// Whether a process has a socket open.
fn owns(process: u32, inode: &str) -> std::io::Result<bool> {
    let wanted = format!("socket:[{inode}]");
    for entry in std::fs::read_dir(format!("/proc/{process}/fd"))? {
        if std::fs::read_link(entry?.path()).is_ok_and(|link| link.to_str() == Some(&wanted)) {
            return Ok(true);
        }
    }
    Ok(false)
}
