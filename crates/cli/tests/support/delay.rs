//! A slow link on one machine: a TCP proxy that holds every byte back for a fixed time each way.
//!
//! Bandwidth is not limited: what was read keeps its own due time, so bytes in flight overlap as on a long cable.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// What went through the link so far.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) connections: AtomicU64,
    /// Bytes from client to server.
    pub(crate) up: AtomicU64,
    /// Bytes from server to client.
    pub(crate) down: AtomicU64,
}

/// The link; it is cut for new connections when dropped.
pub(crate) struct Delay {
    /// Where clients connect.
    pub(crate) port: u16,
    pub(crate) counts: Arc<Counts>,
    stop: Arc<AtomicBool>,
}

/// Bytes and when they are due at the other end; none at the end of the stream.
type Parcel = (Instant, Vec<u8>);

impl Delay {
    /// A link to the server on port `target` of loopback, `one_way` long.
    pub(crate) fn start(target: u16, one_way: Duration) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let link = Self { port, counts: Arc::default(), stop: Arc::default() };
        let (counts, stop) = (Arc::clone(&link.counts), Arc::clone(&link.stop));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                counts.connections.fetch_add(1, Ordering::Relaxed);
                let counts = Arc::clone(&counts);
                thread::spawn(move || carry(&client, target, one_way, &counts));
            }
        });
        Ok(link)
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is to stop.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn carry(client: &TcpStream, target: u16, one_way: Duration, counts: &Counts) {
    thread::sleep(2 * one_way); // the handshake's round trip
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    thread::scope(|scope| {
        for (from, to, count) in [(client, &server, &counts.up), (&server, client, &counts.down)] {
            let (send, receive) = mpsc::channel();
            scope.spawn(move || collect(from, one_way, &send, count));
            scope.spawn(move || deliver(to, &receive));
        }
    });
}

fn collect(mut from: &TcpStream, one_way: Duration, send: &Sender<Parcel>, count: &AtomicU64) {
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = from.read(&mut buffer).unwrap_or(0);
        count.fetch_add(length as u64, Ordering::Relaxed);
        let sent = send.send((Instant::now() + one_way, buffer[..length].to_vec()));
        if length == 0 || sent.is_err() {
            break;
        }
    }
}

fn deliver(mut to: &TcpStream, parcels: &Receiver<Parcel>) {
    for (due, bytes) in parcels {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if bytes.is_empty() || to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
