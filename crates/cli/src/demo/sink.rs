//! Peers that take what is pushed to them.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::Result;

/// How long a sink waits for more.
const QUIET: Duration = Duration::from_millis(300);
/// How long it waits for the first byte.
const PATIENCE: Duration = Duration::from_secs(5);

/// A peer that collects bytes until they stop coming.
pub(super) struct Sink {
    /// Where to push.
    pub(super) port: u16,
    received: Receiver<Vec<u8>>,
}

impl Sink {
    /// One that takes a TCP connection.
    ///
    /// # Errors
    /// When no port can be had.
    pub(super) fn tcp() -> Result<Sink> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (sender, received) = mpsc::channel();
        thread::spawn(move || {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut chunk) {
                if sender.send(chunk[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Sink { port, received })
    }

    /// One that takes datagrams.
    ///
    /// # Errors
    /// When no port can be had.
    pub(super) fn udp() -> Result<Sink> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = socket.local_addr()?.port();
        let (sender, received) = mpsc::channel();
        thread::spawn(move || {
            let mut datagram = [0; 65536];
            while let Ok(count) = socket.recv(&mut datagram) {
                if sender.send(datagram[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Sink { port, received })
    }

    /// What was received, once nothing more comes.
    pub(super) fn take(&self) -> String {
        let mut bytes = self.received.recv_timeout(PATIENCE).unwrap_or_default();
        while let Ok(more) = self.received.recv_timeout(QUIET) {
            bytes.extend(more);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
