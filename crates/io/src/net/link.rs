//! A byte stream to a peer that sends while it receives. Knows no protocol.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SendFlags, Shutdown};
use socket2::Socket;

use super::TICK;
use super::connect::is_local;

/// A connected stream socket that never blocks longer than a tick.
///
/// Both directions move in one call ([`Link::exchange`]): a peer that reads nothing until it has been read from, or the
/// other way round, cannot bring both ends to a stop.
#[derive(Debug)]
pub struct Link {
    socket: Socket,
    sent: u64,
    received: u64,
    /// The peer takes nothing any more.
    deaf: bool,
    /// The peer sends nothing any more.
    ended: bool,
    /// The peer is of this machine.
    here: bool,
}

/// What one [`Link::exchange`] moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes sent.
    pub sent: usize,
    /// Bytes received.
    pub received: usize,
}

impl Link {
    /// Takes over a connected socket.
    ///
    /// # Errors
    /// When it cannot be made not to block.
    pub fn new(socket: Socket) -> io::Result<Link> {
        socket.set_nonblocking(true)?;
        let peer = socket.peer_addr().ok().and_then(|peer| peer.as_socket());
        let here = peer.is_none_or(|peer| is_local(&peer));
        Ok(Link { socket, sent: 0, received: 0, deaf: false, ended: false, here })
    }

    /// Sends what it can of `out` and receives what there is into `into`, waiting up to a tick where neither is
    /// possible at once. Nothing moved and [`is_closed`](Self::is_closed) false means: nothing happened, look whether
    /// to go on. Bytes for a peer that takes none any more are counted as sent; what it sent before is still received.
    ///
    /// # Errors
    /// What the system says, other than that the peer hung up.
    pub fn exchange(&mut self, out: &[u8], into: &mut [u8]) -> io::Result<Moved> {
        let moved = self.try_exchange(out, into)?;
        if moved != Moved::default() || self.ended {
            return Ok(moved);
        }
        let mut events = PollFlags::empty();
        events.set(PollFlags::OUT, !out.is_empty());
        events.set(PollFlags::IN, !into.is_empty());
        if !self.wait(events, TICK)? {
            return Ok(moved);
        }
        self.try_exchange(out, into)
    }

    /// Tells the peer that nothing more comes, and still receives.
    pub fn end_sending(&mut self) {
        // A peer that is gone is noticed when receiving.
        let _ = rustix::net::shutdown(&self.socket, Shutdown::Write);
    }

    /// Tells the peer that nothing more comes, and gives it up to `limit` to hang up in turn, dropping what it says. A
    /// stream that ends otherwise may take back what was sent: the system does so when it gets bytes that nobody reads.
    pub fn finish(&mut self, limit: Duration) {
        self.end_sending();
        let ends = Instant::now() + limit;
        let mut dropped = [0; 4096];
        while !self.ended && Instant::now() < ends && self.exchange(&[], &mut dropped).is_ok() {}
    }

    /// Whether the peer hung up, and all it sent was received.
    pub fn is_closed(&self) -> bool {
        self.ended
    }

    /// Whether the peer is known to take nothing any more.
    pub fn is_deaf(&self) -> bool {
        self.deaf
    }

    /// Hangs up.
    pub fn close(&mut self) {
        let _ = rustix::net::shutdown(&self.socket, Shutdown::Both);
        self.ended = true;
        self.deaf = true;
    }

    /// This end's address, where it is a network's.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()?.as_socket()
    }

    /// Whether the peer is of this machine, by the address that is connected to. It takes us for this user then.
    pub fn is_here(&self) -> bool {
        self.here
    }

    /// Bytes sent so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Bytes received so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    fn try_exchange(&mut self, out: &[u8], into: &mut [u8]) -> io::Result<Moved> {
        let mut moved = Moved::default();
        if !out.is_empty() {
            moved.sent = self.try_send(out)?;
            self.sent += moved.sent as u64;
        }
        // An answer to what has just been sent cannot be here yet: that saves a call of the system each trip.
        let is_asked = !out.is_empty() && moved.sent == out.len() && !self.deaf;
        if !into.is_empty() && !self.ended && !is_asked {
            moved.received = self.try_receive(into)?;
            self.received += moved.received as u64;
        }
        Ok(moved)
    }

    fn try_send(&mut self, out: &[u8]) -> io::Result<usize> {
        if self.deaf {
            return Ok(out.len());
        }
        match rustix::net::send(&self.socket, out, SendFlags::NOSIGNAL) {
            Ok(sent) => Ok(sent),
            Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(0),
            Err(Errno::PIPE | Errno::CONNRESET) => {
                self.deaf = true;
                Ok(out.len())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn try_receive(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match rustix::io::read(&self.socket, into) {
            Ok(0) | Err(Errno::PIPE | Errno::CONNRESET) => {
                self.ended = true;
                Ok(0)
            }
            Ok(received) => Ok(received),
            Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits up to `limit` for one of `events`; whether one came.
    fn wait(&self, events: PollFlags, limit: Duration) -> io::Result<bool> {
        wait(&self.socket, events, limit)
    }
}

/// Waits up to `limit` for one of `events` on a socket; whether one came, or the peer hung up.
pub(super) fn wait(socket: &Socket, events: PollFlags, limit: Duration) -> io::Result<bool> {
    let limit = Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: limit.subsec_nanos().into() };
    match poll(&mut [PollFd::new(socket, events)], Some(&limit)) {
        Ok(ready) => Ok(ready > 0),
        Err(error) if io::Error::from(error).kind() == ErrorKind::Interrupted => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    use super::*;

    fn pair() -> (Link, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (Link::new(Socket::from(std::os::fd::OwnedFd::from(ours))).unwrap(), theirs)
    }

    #[test]
    fn it_sends_and_receives_against_a_peer_that_does_both_at_once() {
        let (mut link, theirs) = pair();
        let total = 8 << 20;
        let peer = std::thread::spawn(move || {
            let mut reader = theirs.try_clone().unwrap();
            let mut writer = theirs;
            writer.write_all(&vec![7; total]).unwrap();
            let mut got = 0;
            let mut chunk = vec![0; 1 << 16];
            while got < total {
                got += reader.read(&mut chunk).unwrap();
            }
        });
        let out = vec![1; total];
        let mut into = vec![0; 1 << 16];
        let mut moved = Moved::default();
        while moved.sent < total || moved.received < total {
            let now = link.exchange(&out[moved.sent..], &mut into).unwrap();
            moved.sent += now.sent;
            moved.received += now.received;
        }
        peer.join().unwrap();
        assert_eq!((link.sent(), link.received()), (total as u64, total as u64));
    }

    #[test]
    fn a_peer_that_hangs_up_is_noticed_and_its_last_bytes_are_kept() {
        let (mut link, mut theirs) = pair();
        theirs.write_all(b"bye").unwrap();
        drop(theirs);
        let mut into = [0; 8];
        let mut got = 0;
        while !link.is_closed() {
            got += link.exchange(b"hello", &mut into[got..]).unwrap().received;
        }
        assert_eq!(&into[..got], b"bye");
    }

    #[test]
    fn a_silent_peer_costs_a_tick() {
        let (mut link, _theirs) = pair();
        assert_eq!(link.exchange(b"", &mut [0]).unwrap(), Moved::default());
        assert!(!link.is_closed());
    }
}
