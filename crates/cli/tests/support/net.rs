//! Ports of this machine: a free one, and whether somebody listens.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};

/// A TCP port nobody listened on a moment ago.
pub(crate) fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on loopback");
    socket.local_addr().expect("a bound socket has an address").port()
}

/// Whether a socket listens on the port, read from the kernel's table.
///
/// A connection made to find out would be a client to the server: one that serves a single
/// client at a time would be busy with it.
pub(crate) fn is_listening(port: u16) -> bool {
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| listens(table, port).unwrap_or(false))
}

fn listens(table: &str, port: u16) -> std::io::Result<bool> {
    const LISTEN: &str = "0A";
    for line in BufReader::new(File::open(table)?).lines().skip(1) {
        let line = line?;
        let mut words = line.split_whitespace();
        let (local, state) = (words.nth(1).unwrap_or(""), words.nth(1).unwrap_or(""));
        if state != LISTEN {
            break; // listeners come first; behind them may be thousands of closed connections
        }
        let hex = local.rsplit(':').next().unwrap_or("");
        if u16::from_str_radix(hex, 16) == Ok(port) {
            return Ok(true);
        }
    }
    Ok(false)
}
