//! Reaching a peer: look up, connect, and what to say when that fails.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, SocketAddrV6, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use rustix::io::Errno;
use socket2::{Domain, SockAddr, Socket, TcpKeepalive, Type};

use super::link::wait;
use super::{Link, TICK};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result, Stage};
use crate::uri::Transport;

/// How long reaching a peer may take in all, unless the caller says otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// A peer that has said nothing for so long is asked whether it is still there, and then as often.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_EACH: Duration = Duration::from_secs(10);

/// Connects to `transport` within `timeout` in all, trying every address that its name has. `uri` names it in errors.
/// An empty host is this machine.
///
/// # Errors
/// [`Error::Peer`] with the stage that failed, or the interrupt.
pub fn connect(transport: &Transport, uri: &str, timeout: Duration, ctx: &Ctx) -> Result<Link> {
    let attempt = Attempt { uri, timeout, until: Instant::now() + timeout, ctx };
    let socket = match transport {
        Transport::Network { host, port } => attempt.tcp(host, *port)?,
        Transport::Unix(path) => attempt.unix(path)?,
    };
    Link::new(socket).map_err(|error| attempt.failed(Stage::Connect, error.to_string()))
}

/// The addresses of a host, within `timeout`.
///
/// # Errors
/// [`Error::Peer`] at the stage of resolving, or the interrupt.
pub(crate) fn resolve(
    host: &str,
    port: u16,
    uri: &str,
    timeout: Duration,
    ctx: &Ctx,
) -> Result<Vec<SocketAddr>> {
    Attempt { uri, timeout, until: Instant::now() + timeout, ctx }.resolve(host, port)
}

/// One try to reach a peer.
struct Attempt<'a> {
    uri: &'a str,
    timeout: Duration,
    until: Instant,
    ctx: &'a Ctx,
}

impl Attempt<'_> {
    fn tcp(&self, host: &str, port: u16) -> Result<Socket> {
        let addresses = self.resolve(host, port)?;
        let mut reasons = Vec::new();
        for (tried, address) in addresses.iter().enumerate() {
            // One address that does not answer must leave time for the others.
            let left = self.until.saturating_duration_since(Instant::now());
            let until = Instant::now() + left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
            match self.connect(Domain::for_address(*address), &SockAddr::from(*address), until)? {
                Ok(socket) => {
                    self.tune(&socket);
                    return Ok(socket);
                }
                Err(reason) if addresses.len() == 1 => reasons.push(reason),
                Err(reason) => reasons.push(format!("{}: {reason}", address.ip())),
            }
        }
        Err(self.failed(Stage::Connect, reasons.join("; ")))
    }

    fn unix(&self, path: &str) -> Result<Socket> {
        self.ctx.allow(Effects::LOCAL, &format!("connecting to {}", self.uri))?;
        let address = SockAddr::unix(path).map_err(|error| self.failed(Stage::Connect, error.to_string()))?;
        self.connect(Domain::UNIX, &address, self.until)?
            .map_err(|reason| self.failed(Stage::Connect, reason))
    }

    /// The addresses of a host. Servers of this machine take who connects to them for its user, which not
    /// everybody may pass for. Judged are the addresses that are connected to: a name is looked up once.
    fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
        let addresses = self.look_up(host, port)?;
        if addresses.iter().any(is_local) {
            self.ctx.allow(Effects::LOCAL, &format!("connecting to {} on this machine", self.uri))?;
        }
        Ok(addresses)
    }

    /// The system's lookup cannot be interrupted, so another thread makes it and is left behind at the deadline.
    fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
        let host = if host.is_empty() { "127.0.0.1" } else { host };
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let failed = |why: String| self.failed(Stage::Resolve, why);
        let (sender, found) = mpsc::channel();
        let name = host.to_owned();
        std::thread::Builder::new()
            .name("resolve".to_owned())
            .spawn(move || {
                // Nobody listens any more when the deadline has passed.
                let _ = sender.send((name.as_str(), port).to_socket_addrs().map(Vec::from_iter));
            })
            .map_err(|error| failed(error.to_string()))?;
        loop {
            self.ctx.check()?;
            match found.recv_timeout(TICK) {
                Ok(Ok(addresses)) if !addresses.is_empty() => return Ok(addresses),
                Ok(Ok(_)) => return Err(failed(format!("'{host}' has no address"))),
                Ok(Err(error)) => return Err(failed(format!("'{host}': {}", lookup_reason(&error)))),
                Err(RecvTimeoutError::Timeout) if Instant::now() < self.until => {}
                Err(_) => {
                    return Err(failed(format!("no answer to the look-up of '{host}'{}", self.waited())));
                }
            }
        }
    }

    /// Connects by `until`; the inner error is the reason it could not.
    fn connect(
        &self,
        domain: Domain,
        address: &SockAddr,
        until: Instant,
    ) -> Result<std::result::Result<Socket, String>> {
        let socket = loop {
            match begin(domain, address) {
                Ok(socket) => break socket,
                // So a unix socket says that its queue is full.
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < until => {
                    self.ctx.check()?;
                    std::thread::sleep(TICK);
                }
                Err(error) => return Ok(Err(connect_reason(&error))),
            }
        };
        loop {
            self.ctx.check()?;
            match wait(&socket, PollFlags::OUT, TICK) {
                Err(error) => return Ok(Err(connect_reason(&error))),
                Ok(false) if Instant::now() >= until => {
                    return Ok(Err(format!("no answer{}", self.waited())));
                }
                Ok(false) => {}
                Ok(true) => {
                    return Ok(match socket.take_error() {
                        Ok(None) => Ok(socket),
                        Ok(Some(error)) | Err(error) => Err(connect_reason(&error)),
                    });
                }
            }
        }
    }

    /// Requests go out at once, and a peer that vanished is noticed. A socket without these still works.
    fn tune(&self, socket: &Socket) {
        let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_EACH);
        if let Err(error) = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_keepalive(&keepalive)) {
            tracing::debug!(uri = self.uri, %error, "socket options");
        }
    }

    fn waited(&self) -> String {
        format!(" within {} s (e rap.timeout)", self.timeout.as_secs_f32())
    }

    fn failed(&self, stage: Stage, why: String) -> Error {
        Error::Peer { uri: self.uri.to_owned(), stage, why }
    }
}

/// Whether an address is one of this machine's: loopback, the unspecified one, which leads to loopback, and whatever the
/// system lets a socket be bound to, which are the addresses of its interfaces and those routed to it.
pub(crate) fn is_local(address: &SocketAddr) -> bool {
    let ip = address.ip().to_canonical();
    ip.is_loopback() || ip.is_unspecified() || can_bind(address, ip)
}

/// Only a clear no counts as one.
fn can_bind(address: &SocketAddr, ip: IpAddr) -> bool {
    let place = match (address, ip) {
        // The scope of a link-local address goes with it.
        (SocketAddr::V6(address), IpAddr::V6(ip)) => {
            SocketAddr::from(SocketAddrV6::new(ip, 0, 0, address.scope_id()))
        }
        (_, ip) => SocketAddr::new(ip, 0),
    };
    let bound = Socket::new(Domain::for_address(place), Type::DGRAM, None)
        .and_then(|socket| socket.bind(&SockAddr::from(place)));
    match bound {
        Ok(()) => true,
        Err(error) => !matches!(
            Errno::from_io_error(&error),
            // The last two: there is no such protocol here, and a link-local address of no link.
            Some(Errno::ADDRNOTAVAIL | Errno::AFNOSUPPORT | Errno::INVAL)
        ),
    }
}

/// A socket whose connecting is under way or done.
fn begin(domain: Domain, address: &SockAddr) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    match socket.connect(address) {
        Err(error) if !matches!(Errno::from_io_error(&error), Some(Errno::INPROGRESS | Errno::INTR)) => {
            Err(error)
        }
        _ => Ok(socket),
    }
}

/// The system's words without its error number.
fn connect_reason(error: &io::Error) -> String {
    match Errno::from_io_error(error) {
        Some(Errno::CONNREFUSED) => "connection refused: nothing listens there".to_owned(),
        Some(Errno::NOENT) => "there is no such socket".to_owned(),
        Some(Errno::HOSTUNREACH) => "no route to the host".to_owned(),
        Some(Errno::NETUNREACH) => "no route to its network".to_owned(),
        _ => error.to_string(),
    }
}

fn lookup_reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.strip_prefix("failed to lookup address information: ").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn network(host: &str, port: u16) -> Transport {
        Transport::Network { host: host.to_owned(), port }
    }

    fn stage(transport: &Transport) -> Stage {
        match connect(transport, "rap://peer", TIMEOUT, &Ctx::owner()).unwrap_err() {
            Error::Peer { stage, .. } => stage,
            error => panic!("{error}"),
        }
    }

    #[test]
    fn every_address_of_a_name_is_tried() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["localhost", "127.0.0.1", ""] {
            connect(&network(host, port), "rap://peer", TIMEOUT, &Ctx::owner()).unwrap();
        }
    }

    #[test]
    fn the_stage_that_failed_is_named() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(stage(&network("127.0.0.1", port)), Stage::Connect);
        assert_eq!(stage(&network("no-such-host.invalid", port)), Stage::Resolve);
        assert_eq!(stage(&Transport::Unix("/nonexistent/socket".to_owned())), Stage::Connect);
    }

    #[test]
    fn unix_sockets_are_reached() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _listener = UnixListener::bind(&path).unwrap();
        let transport = Transport::Unix(path.to_str().unwrap().to_owned());
        connect(&transport, "unix://peer", TIMEOUT, &Ctx::owner()).unwrap();
    }

    /// The addresses of this machine's interfaces, as far as its routes tell: no packet is sent.
    fn own_addresses() -> Vec<IpAddr> {
        let far = ["192.0.2.1:9", "[2001:db8::1]:9"].map(|far| far.parse::<SocketAddr>().unwrap());
        let near = far.into_iter().filter_map(|far| {
            let any = if far.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
            let socket = std::net::UdpSocket::bind(any).ok()?;
            socket.connect(far).ok()?;
            Some(socket.local_addr().ok()?.ip())
        });
        near.collect()
    }

    #[test]
    fn every_address_of_this_machine_is_its_own() {
        let local = |ip: IpAddr| is_local(&SocketAddr::new(ip, 9));
        let given = ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1", "::ffff:0.0.0.0"];
        for ip in given.map(|text| text.parse().unwrap()).into_iter().chain(own_addresses()) {
            assert!(local(ip), "{ip}");
            if let IpAddr::V4(ip) = ip {
                assert!(local(ip.to_ipv6_mapped().into()), "::ffff:{ip}");
            }
        }
        for ip in ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"] {
            assert!(!local(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn who_may_not_pass_for_the_user_reaches_no_server_of_this_machine() {
        let guest = crate::ctx::Principal { name: "guest".to_owned(), allow: Effects::NETWORK };
        let ctx = Ctx::owner().for_principal(guest);
        let own = own_addresses().into_iter().map(|ip| ip.to_string());
        let names = ["localhost", "", "0", "127.1", "0x7f000001", "2130706433", "[::1]"];
        for host in names.map(|name| name.trim_matches(['[', ']']).to_owned()).into_iter().chain(own) {
            let refused = connect(&network(&host, 1), "rap://peer", TIMEOUT, &ctx).unwrap_err();
            assert!(matches!(refused, Error::Refused { .. }), "{host}: {refused}");
        }
    }

    #[test]
    fn a_raised_cancel_ends_a_connect_that_nobody_answers() {
        let ctx = Ctx::owner();
        ctx.cancel.raise();
        let started = Instant::now();
        let result = connect(&network("192.0.2.1", 9), "rap://peer", TIMEOUT, &ctx);
        assert!(result.is_err() && started.elapsed() < Duration::from_secs(1));
    }
}
