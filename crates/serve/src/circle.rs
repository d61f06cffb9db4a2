//! Connections that sessions of this process make to its own servers.
//!
//! A request that a session makes of itself is never answered: its thread waits for the answer. The
//! session notes its end's address before it sends anything, and the server looks for it here.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex};

use crate::host::{Host, HostMark, locked};

static MADE: LazyLock<Mutex<HashMap<SocketAddr, HostMark>>> = LazyLock::new(Mutex::default);

/// A connection that a session has; forgotten with this.
pub(crate) struct Noted(SocketAddr);

impl Drop for Noted {
    fn drop(&mut self) {
        locked(&MADE).remove(&self.0);
    }
}

/// Notes that `host`'s session has the end at `addr` of a connection.
pub(crate) fn note(addr: SocketAddr, host: &Host) -> Noted {
    locked(&MADE).insert(addr, host.mark());
    Noted(addr)
}

/// Whether the client at `addr` is the session of `host`.
pub(crate) fn is_session_of(addr: SocketAddr, host: &Host) -> bool {
    locked(&MADE).get(&addr).is_some_and(|mark| *mark == host.mark())
}
