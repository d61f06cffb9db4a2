//! Who is at the other end of a connection of this machine: the kernel's word, not the client's.
//!
//! For TCP the owner of the *client's* socket is looked up by the pair of addresses (sock_diag(7)),
//! and in `/proc/net/tcp` where that is not to be had. A row without an inode is a socket that
//! its process has already closed: the kernel shows it as owned by user 0, whoever made it, so it
//! proves nothing.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

const AF_NETLINK: i32 = 16;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const IPPROTO_TCP: u8 = 6;
/// Bytes of the header, and of the request behind it.
const HEADER: usize = 16;
const REQUEST: usize = 56;
/// Where an answer has its pair of addresses, user and inode.
const PAIR: usize = HEADER + 4;
const UID: usize = HEADER + 64;
const INODE: usize = HEADER + 68;
/// Most of the socket table that is read.
const TABLE: u64 = 64 << 20;

/// Why a client is not admitted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// Another user's.
    #[error("it is user {0}'s")]
    OtherUser(u32),
    /// Closed already, or not of this machine.
    #[error("the kernel does not show whose it is")]
    Unknown,
    /// The kernel could not be asked.
    #[error("the kernel cannot be asked whose it is: {0}")]
    Io(#[from] io::Error),
}

/// Admits the TCP client at `peer`, connected to `local` on this machine, if it is this user's or
/// root's.
pub(crate) fn admit_tcp(peer: SocketAddr, local: SocketAddr) -> Result<(), Refusal> {
    let owner = find_owner(peer, local)?;
    judge(owner.ok_or(Refusal::Unknown)?.uid)
}

/// Whether the TCP client at `peer`, connected to `local`, is this process.
pub(crate) fn is_this_process(peer: SocketAddr, local: SocketAddr) -> io::Result<bool> {
    let Some(owner) = find_owner(peer, local)? else { return Ok(false) };
    let wanted = format!("socket:[{}]", owner.inode);
    for entry in std::fs::read_dir("/proc/self/fd")? {
        if std::fs::read_link(entry?.path()).is_ok_and(|link| link.as_os_str() == wanted.as_str()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose a socket is, and its number in the kernel; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner {
    uid: u32,
    inode: u64,
}

/// Admits the client of a unix socket, by the credentials it connected with.
pub(crate) fn admit_unix(stream: impl AsFd) -> Result<(), Refusal> {
    let credentials = rustix::net::sockopt::socket_peercred(stream).map_err(io::Error::from)?;
    judge(credentials.uid.as_raw())
}

fn find_owner(peer: SocketAddr, local: SocketAddr) -> io::Result<Option<Owner>> {
    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    let local = SocketAddr::new(local.ip().to_canonical(), local.port());
    ask_kernel(peer, local).or_else(|error| {
        tracing::debug!("sock_diag: {error}; reading /proc/net instead");
        search_table(peer, local)
    })
}

fn judge(uid: u32) -> Result<(), Refusal> {
    let ours = rustix::process::geteuid().as_raw();
    if uid == ours || uid == 0 { Ok(()) } else { Err(Refusal::OtherUser(uid)) }
}

/// Whose the socket at `client` is that is connected to `server`.
fn ask_kernel(client: SocketAddr, server: SocketAddr) -> io::Result<Option<Owner>> {
    let socket = Socket::new(Domain::from(AF_NETLINK), Type::DGRAM, Some(Protocol::from(NETLINK_SOCK_DIAG)))?;
    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
    let pair = address_pair(client, server);
    let mut message = Vec::with_capacity(HEADER + REQUEST);
    message.extend_from_slice(&((HEADER + REQUEST) as u32).to_ne_bytes());
    message.extend_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    message.extend_from_slice(&NLM_F_REQUEST.to_ne_bytes());
    message.extend_from_slice(&[0; 8]);
    let family = if client.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    message.extend_from_slice(&[i32::from(family) as u8, IPPROTO_TCP, 0, 0]);
    message.extend_from_slice(&u32::MAX.to_ne_bytes());
    message.extend_from_slice(&pair);
    // Any interface, any cookie.
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice(&[0xff; 8]);
    socket.send(&message)?;
    let mut answer = [0; 1024];
    let len = (&socket).read(&mut answer)?;
    let answer = &answer[..len];
    let kind = answer.get(4..6).map(|kind| u16::from_ne_bytes([kind[0], kind[1]]));
    if kind != Some(SOCK_DIAG_BY_FAMILY) {
        let code = word(answer, HEADER).unwrap_or(0).cast_signed();
        let error = io::Error::from_raw_os_error(code.saturating_neg());
        return if error.kind() == io::ErrorKind::NotFound { Ok(None) } else { Err(error) };
    }
    // Where no such connection is, the kernel may show one that listens there: compare.
    let same = answer.get(PAIR..PAIR + 4) == Some(&pair[..4]);
    let owner = word(answer, UID).zip(word(answer, INODE)).filter(|_| same);
    Ok(owner.map(|(uid, inode)| Owner { uid, inode: inode.into() }).filter(|owner| owner.inode != 0))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_ne_bytes([word[0], word[1], word[2], word[3]]))
}

/// Both ports and both addresses, as sock_diag has them.
fn address_pair(from: SocketAddr, to: SocketAddr) -> Vec<u8> {
    let mut pair = Vec::with_capacity(36);
    pair.extend_from_slice(&from.port().to_be_bytes());
    pair.extend_from_slice(&to.port().to_be_bytes());
    for addr in [from, to] {
        match addr.ip() {
            IpAddr::V4(ip) => {
                pair.extend_from_slice(&ip.octets());
                pair.extend_from_slice(&[0; 12]);
            }
            IpAddr::V6(ip) => pair.extend_from_slice(&ip.octets()),
        }
    }
    pair
}

/// The same from the tables of `/proc`.
fn search_table(client: SocketAddr, server: SocketAddr) -> io::Result<Option<Owner>> {
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let Ok(file) = File::open(path) else { continue };
        if let Some(owner) = search(BufReader::new(file.take(TABLE)), client, server)? {
            return Ok(Some(owner));
        }
    }
    Ok(None)
}

fn search(table: impl BufRead, client: SocketAddr, server: SocketAddr) -> io::Result<Option<Owner>> {
    for line in table.lines().skip(1) {
        let line = line?;
        let mut fields = line.split_ascii_whitespace().skip(1);
        let pair = (fields.next().and_then(table_address), fields.next().and_then(table_address));
        if pair != (Some(client), Some(server)) {
            continue;
        }
        let mut fields = fields.skip(4);
        let uid = fields.next().and_then(|uid| uid.parse().ok());
        let inode: Option<u64> = fields.nth(1).and_then(|inode| inode.parse().ok());
        let owner = uid.zip(inode).map(|(uid, inode)| Owner { uid, inode });
        return Ok(owner.filter(|owner| owner.inode != 0));
    }
    Ok(None)
}

/// `0100007F:1F90`: words of the address in the machine's byte order, then the port.
fn table_address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words = ip.as_bytes().chunks(8).map(|word| u32::from_str_radix(str::from_utf8(word).ok()?, 16).ok());
    let bytes: Vec<u8> =
        words.collect::<Option<Vec<u32>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
    let ip = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?).to_canonical(),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn both_ways_of_asking_know_this_user() {
        for place in ["127.0.0.1:0", "[::1]:0"] {
            match TcpListener::bind(place) {
                Ok(listener) => ask_both_ways(listener),
                Err(error) => eprintln!("SKIPPED: {place}: {error}"),
            }
        }
    }

    fn ask_both_ways(listener: TcpListener) {
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, peer) = listener.accept().unwrap();
        let local = server.local_addr().unwrap();
        let ours = Some(rustix::process::geteuid().as_raw());
        let found = search_table(peer, local).unwrap();
        assert_eq!(found.map(|owner| owner.uid), ours);
        if let Ok(asked) = ask_kernel(peer, local) {
            assert_eq!(asked, found);
        }
        assert!(is_this_process(peer, local).unwrap());
        assert!(admit_tcp(peer, local).is_ok());
        drop(client);
        // Its row is user 0's now, and without an inode.
        assert!(matches!(admit_tcp(peer, local), Err(Refusal::Unknown)));
    }

    #[test]
    fn rows_are_found_by_both_addresses_and_need_an_inode() {
        let table = "  sl  local_address rem_address   st\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 77 1\n\
            1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1234 0 78 1\n\
            2: 0100007F:9C41 0100007F:1F90 06 00000000:00000000 00:00000000 00000000     0 0 0 3\n";
        let find = |client: &str| {
            let server = "127.0.0.1:8080".parse().unwrap();
            search(table.as_bytes(), client.parse().unwrap(), server).unwrap().map(|owner| owner.uid)
        };
        assert_eq!(find("127.0.0.1:40000"), Some(1234));
        assert_eq!(find("127.0.0.1:40001"), None);
        assert_eq!(find("127.0.0.1:8080"), None);
    }
}
