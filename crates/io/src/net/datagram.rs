//! Text in datagrams: whole lines where they fit, no faster than the other side is likely to take them.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::SendFlags;
use socket2::{Domain, SockAddr, Socket, Type};

use super::connect::{is_local, resolve};
use super::link::wait;
use super::{Pace, TICK, Wait, advise};
use crate::ctx::Ctx;
use crate::error::{Error, Result, Stage};
use crate::uri::Transport;

/// Most bytes of one datagram: what an Ethernet carries in one piece, with room for tunnels.
const LARGEST: usize = 1_400;

/// After so many datagrams there is a pause: a receiver has room for about 90 of them until it reads.
const BURST: u32 = 8;
const PAUSE: Duration = Duration::from_millis(1);

/// A udp socket with one peer, and the text that is not sent yet.
#[derive(Debug)]
pub(super) struct Datagrams {
    socket: Socket,
    uri: String,
    /// Less than a datagram's worth.
    held: Vec<u8>,
    sent: u32,
    here: bool,
    pace: Pace,
}

impl Datagrams {
    /// A socket that sends to `transport`. That somebody listens there cannot be told.
    pub(super) fn open(
        transport: &Transport,
        uri: &str,
        timeout: Duration,
        pace: Pace,
        ctx: &Ctx,
    ) -> Result<Datagrams> {
        let failed = |why: String| Error::Peer { uri: uri.to_owned(), stage: Stage::Connect, why };
        let Transport::Network { host, port } = transport else {
            return Err(failed("udp needs a host and a port".to_owned()));
        };
        let mut reasons = Vec::new();
        for address in resolve(host, *port, uri, timeout, ctx)? {
            match connected(address) {
                Ok(socket) => {
                    let here = is_local(&address);
                    return Ok(Datagrams {
                        socket,
                        uri: uri.to_owned(),
                        held: Vec::new(),
                        sent: 0,
                        here,
                        pace,
                    });
                }
                Err(error) => reasons.push(error.to_string()),
            }
        }
        Err(failed(reasons.join("; ")))
    }

    /// Whether they go to this machine.
    pub(super) fn is_here(&self) -> bool {
        self.here
    }

    /// Takes `text`, and sends what makes whole datagrams.
    pub(super) fn push(&mut self, text: &[u8], ctx: &Ctx) -> Result<()> {
        let mut rest = text;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(LARGEST - self.held.len()));
            self.held.extend_from_slice(now);
            rest = later;
            if self.held.len() == LARGEST {
                let end = self.held.iter().rposition(|&byte| byte == b'\n').map_or(LARGEST, |at| at + 1);
                self.send(end, ctx)?;
            }
        }
        Ok(())
    }

    /// Sends the rest.
    pub(super) fn finish(&mut self, ctx: &Ctx) -> Result<()> {
        if self.held.is_empty() { Ok(()) } else { self.send(self.held.len(), ctx) }
    }

    fn send(&mut self, end: usize, ctx: &Ctx) -> Result<()> {
        let failed = |why: String| Error::Connection { uri: self.uri.clone(), why };
        let mut waiting = Wait::for_bytes(self.pace);
        loop {
            ctx.check()?;
            match rustix::net::send(&self.socket, &self.held[..end], SendFlags::NOSIGNAL) {
                Ok(_) => break,
                Err(Errno::WOULDBLOCK | Errno::NOBUFS | Errno::INTR) => {
                    let asked = Instant::now();
                    wait(&self.socket, PollFlags::OUT, TICK).map_err(|error| failed(error.to_string()))?;
                    waiting.spend(asked.elapsed(), 0).map_err(|why| failed(advise(&why)))?;
                }
                Err(Errno::CONNREFUSED) => return Err(failed("nothing listens there".to_owned())),
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        self.held.drain(..end);
        self.sent = self.sent.wrapping_add(1);
        if self.sent.is_multiple_of(BURST) {
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

fn connected(address: SocketAddr) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, None)?;
    socket.set_nonblocking(true)?;
    let any = match address {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    socket.bind(&SockAddr::from(any))?;
    socket.connect(&SockAddr::from(address))?;
    Ok(socket)
}
