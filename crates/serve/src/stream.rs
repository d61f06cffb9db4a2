//! A client's byte stream: TCP or a unix socket, read and written without waiting from any thread.

use std::io;
use std::net::Shutdown;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, UnixStream};

use crate::identity;

/// Silence after which TCP asks whether the other end is still there, and how often.
const KEEPALIVE: Duration = Duration::from_secs(60);
const PROBE: Duration = Duration::from_secs(15);
const PROBES: u32 = 4;

/// A client's stream.
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Prepares an accepted TCP stream: no delay, and a peer that vanished is noticed.
    pub(crate) fn tcp(stream: TcpStream) -> io::Result<Stream> {
        stream.set_nodelay(true)?;
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(PROBE).with_retries(PROBES);
        SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        Ok(Stream::Tcp(stream))
    }

    pub(crate) async fn readable(&self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => stream.readable().await,
            Stream::Unix(stream) => stream.readable().await,
        }
    }

    pub(crate) async fn writable(&self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => stream.writable().await,
            Stream::Unix(stream) => stream.writable().await,
        }
    }

    pub(crate) fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.try_read(buf),
            Stream::Unix(stream) => stream.try_read(buf),
        }
    }

    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.try_write(bytes),
            Stream::Unix(stream) => stream.try_write(bytes),
        }
    }

    /// Tells the client that nothing more comes.
    pub(crate) fn end(&self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
            Stream::Unix(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
        }
    }

    /// Ends the connection both ways, whoever else still holds it.
    pub(crate) fn hang_up(&self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => SockRef::from(stream).shutdown(Shutdown::Both),
            Stream::Unix(stream) => SockRef::from(stream).shutdown(Shutdown::Both),
        }
    }

    /// Whether this very process is at the other end.
    pub(crate) fn is_of_this_process(&self) -> bool {
        match self {
            Stream::Tcp(stream) => {
                let ends = stream.peer_addr().and_then(|peer| Ok((peer, stream.local_addr()?)));
                ends.and_then(|(peer, local)| identity::is_this_process(peer, local)).unwrap_or(false)
            }
            Stream::Unix(stream) => {
                let pid = rustix::net::sockopt::socket_peercred(stream).map(|peer| peer.pid);
                pid.is_ok_and(|pid| pid == rustix::process::getpid())
            }
        }
    }

    /// Writes all of `bytes`, giving up after `patience` without progress.
    pub(crate) async fn write_all(&self, mut bytes: &[u8], patience: Duration) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.try_write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    tokio::time::timeout(patience, self.writable())
                        .await
                        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
