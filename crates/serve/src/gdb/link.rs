//! A client's connection as the protocol wants it: bytes, waited for no longer than a tick.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use gdbstub::conn::Connection;

use crate::stream::Stream;

/// Bytes taken off the connection at a time.
const CHUNK: usize = 16 << 10;
/// For how long a client may take nothing.
const PATIENCE: Duration = Duration::from_secs(30);

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A connection.
pub(super) struct Link {
    socket: Socket,
    arrived: Vec<u8>,
    at: usize,
    out: Vec<u8>,
}

impl Link {
    pub(super) fn new(stream: Stream, tick: Duration) -> io::Result<Link> {
        let socket = match stream {
            Stream::Tcp(stream) => {
                let stream = stream.into_std()?;
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(tick))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Socket::Tcp(stream)
            }
            Stream::Unix(stream) => {
                let stream = stream.into_std()?;
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(tick))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Socket::Unix(stream)
            }
        };
        Ok(Link { socket, arrived: Vec::new(), at: 0, out: Vec::new() })
    }

    /// Ends the connection from another thread.
    pub(super) fn hang_up(&self) -> impl FnOnce() + Send + 'static {
        let copy = match &self.socket {
            Socket::Tcp(stream) => stream.try_clone().map(Socket::Tcp),
            Socket::Unix(stream) => stream.try_clone().map(Socket::Unix),
        };
        move || {
            // One that has ended needs no end.
            let _ = match copy {
                Ok(Socket::Tcp(stream)) => stream.shutdown(Shutdown::Both),
                Ok(Socket::Unix(stream)) => stream.shutdown(Shutdown::Both),
                Err(_) => Ok(()),
            };
        }
    }

    /// The next byte; none when a tick passed without one.
    pub(super) fn read(&mut self) -> io::Result<Option<u8>> {
        if self.at == self.arrived.len() {
            self.arrived.resize(CHUNK, 0);
            let read = match &mut self.socket {
                Socket::Tcp(stream) => stream.read(&mut self.arrived),
                Socket::Unix(stream) => stream.read(&mut self.arrived),
            };
            let waits = [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted];
            let count = match read {
                Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
                Err(error) if waits.contains(&error.kind()) => Ok(0),
                read => read,
            };
            self.at = 0;
            self.arrived.truncate(*count.as_ref().unwrap_or(&0));
            count?;
        }
        let byte = self.arrived.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        Ok(byte)
    }
}

impl Connection for Link {
    type Error = io::Error;

    fn write(&mut self, byte: u8) -> io::Result<()> {
        self.out.push(byte);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let out = std::mem::take(&mut self.out);
        match &mut self.socket {
            Socket::Tcp(stream) => Write::write_all(stream, &out),
            Socket::Unix(stream) => Write::write_all(stream, &out),
        }
    }
}
