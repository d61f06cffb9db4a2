//! Servers: where they listen, who is connected, and how they end. One table for the process.
//!
//! What is said on a connection is each protocol's own; see [`rap`](crate::rap) and
//! [`tcp`](crate::tcp).

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener as StdTcpListener};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::{Duration, Instant};

use farad_io::Effects;
use farad_shell::Env;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::budget::Counter;
use crate::error::{Error, Result};
use crate::host::{Host, ViewId, locked};
use crate::http::{self, Site};
use crate::identity;
use crate::limit::Limits;
use crate::policy::{Permit, Place, permit};
use crate::seed::Seed;
use crate::stream::Stream;

/// Connections the kernel keeps until they are accepted.
const BACKLOG: i32 = 4096;
/// Pause when the process has no descriptor left for a client.
const BREATH: Duration = Duration::from_millis(50);

/// What a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rap,
    Tcp,
    Gdb(crate::gdb::Program),
    Http,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Rap => "rap",
            Kind::Tcp => "tcp",
            Kind::Gdb(_) => "gdb",
            Kind::Http => "http",
        }
    }
}

/// A server.
pub(crate) struct Server {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    /// Where it listens, the system's choice of a port included.
    pub(crate) place: Place,
    /// Everybody is admitted.
    pub(crate) public: bool,
    /// What whoever began it may do: its clients may do no more.
    pub(crate) allow: Effects,
    /// It ends with its first client (`rap.loop=false`).
    once: bool,
    /// The starter's host, which clients may share.
    pub(crate) host: Host,
    /// The view that clients share whose protocol makes a connection for each command.
    pub(crate) view: ViewId,
    /// What clients' own sessions grow from.
    pub(crate) seed: Arc<Seed>,
    /// What clients may do.
    pub(crate) limits: Limits,
    /// What an HTTP server has beyond.
    site: Option<Arc<Site>>,
    clients: Mutex<BTreeMap<u64, Arc<Client>>>,
    stop: watch::Sender<bool>,
}

/// A connected client, for the listing.
pub(crate) struct Client {
    pub(crate) peer: String,
    /// Its number, never given twice.
    pub(crate) number: u64,
    /// Its address, where it has one.
    pub(crate) addr: Option<SocketAddr>,
    pub(crate) commands: AtomicU64,
    /// Bytes of output in files that wait for it.
    pub(crate) kept: Arc<Counter>,
    state: Mutex<ClientState>,
}

struct ClientState {
    own: bool,
    uri: String,
    last: Instant,
}

impl Client {
    fn new(peer: String, number: u64, addr: Option<SocketAddr>) -> Client {
        let state = ClientState { own: false, uri: String::new(), last: Instant::now() };
        Client {
            peer,
            number,
            addr,
            commands: AtomicU64::new(0),
            kept: Arc::default(),
            state: Mutex::new(state),
        }
    }

    /// Notes what the client has open, and whether in a session of its own.
    pub(crate) fn opened(&self, own: bool, uri: &str) {
        let mut state = locked(&self.state);
        state.own = own;
        uri.clone_into(&mut state.uri);
    }

    /// Notes that it sent something.
    pub(crate) fn touch(&self) {
        locked(&self.state).last = Instant::now();
    }

    /// How long it has been silent.
    pub(crate) fn idle(&self) -> Duration {
        locked(&self.state).last.elapsed()
    }
}

/// How often the servers of the process changed.
static CHANGES: LazyLock<watch::Sender<u64>> = LazyLock::new(|| watch::Sender::new(0));

/// Tells when servers of the process begin and end.
pub(crate) fn changes() -> watch::Receiver<u64> {
    CHANGES.subscribe()
}

static SERVERS: LazyLock<Mutex<BTreeMap<u32, Arc<Server>>>> = LazyLock::new(Mutex::default);

/// The event loop all servers of the process share.
pub(crate) fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let make = || Builder::new_multi_thread().worker_threads(2).thread_name("servers").enable_all().build();
    RUNTIME.get_or_init(make).as_ref().map_err(|error| Error::Start {
        what: "the servers' event loop",
        source: io::Error::new(error.kind(), error.to_string()),
    })
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, crate::socket::Mark),
}

/// Begins to listen at `place` (see [`permit`]) for clients of the session.
///
/// # Errors
/// What [`permit`] says, the system's refusal, or [`Error::NoHost`].
pub(crate) fn start(env: &mut Env<'_>, kind: Kind, place: &str) -> Result<Arc<Server>> {
    let limits = Limits::of(env, kind);
    start_within(env, kind, place, limits)
}

/// The same with other limits than the settings'.
pub(crate) fn start_within(
    env: &mut Env<'_>,
    kind: Kind,
    place: &str,
    limits: Limits,
) -> Result<Arc<Server>> {
    let site = match kind {
        Kind::Http => Some(Arc::new(Site::of(env)?)),
        _ => None,
    };
    let Permit { place, public } = match &site {
        Some(site) => permit(place, site.is_closed()).map_err(|error| match error {
            Error::Public(addr) => Error::PublicWeb(addr),
            error => error,
        })?,
        None => permit(place, env.is_set("rap.public"))?,
    };
    let once = kind == Kind::Rap && !env.is_set("rap.loop");
    let (allow, seed) = (env.ctx.principal.allow, Arc::new(Seed::of(env)));
    listen(env, Terms { kind, place, public, once, allow, seed, limits, site })
}

/// Begins a server as another one was begun, whatever the settings say by now.
///
/// # Errors
/// The system's refusal, or [`Error::NoHost`].
pub(crate) fn start_again(env: &mut Env<'_>, old: &Server) -> Result<Arc<Server>> {
    let Server { kind, public, once, allow, limits, .. } = *old;
    let site = old.site.as_ref().map(|site| Arc::new(site.again()));
    listen(
        env,
        Terms { kind, place: old.place.clone(), public, once, allow, seed: old.seed.clone(), limits, site },
    )
}

/// What a server is begun with, and keeps.
struct Terms {
    kind: Kind,
    place: Place,
    public: bool,
    once: bool,
    allow: Effects,
    seed: Arc<Seed>,
    limits: Limits,
    site: Option<Arc<Site>>,
}

fn listen(env: &mut Env<'_>, terms: Terms) -> Result<Arc<Server>> {
    static IDS: AtomicU32 = AtomicU32::new(0);
    let Terms { kind, place, public, once, allow, seed, limits, site } = terms;
    let host = Host::of(env.session)?;
    let _inside = runtime()?.enter();
    let refused = |source| Error::Listen { place: place.to_string(), source };
    let (listeners, place) = match &place {
        Place::Unix(path) => {
            env.ctx.allow(Effects::FILES, "making a socket at a path").map_err(Error::Refused)?;
            let (socket, mark) = crate::socket::bind(path)?;
            (vec![Listener::Unix(socket, mark)], place)
        }
        Place::Tcp(addresses) => {
            let (listeners, addresses) = bind_all(addresses).map_err(refused)?;
            (listeners, Place::Tcp(addresses))
        }
    };
    let view = host.join();
    let server = Arc::new(Server {
        id: IDS.fetch_add(1, Ordering::Relaxed),
        kind,
        place,
        public,
        allow,
        once,
        host,
        view,
        seed,
        limits,
        site,
        clients: Mutex::default(),
        stop: watch::Sender::new(false),
    });
    locked(&SERVERS).insert(server.id, server.clone());
    CHANGES.send_modify(|count| *count += 1);
    for listener in listeners {
        runtime()?.spawn(accept(server.clone(), listener));
    }
    tracing::info!("serving {} on {}", kind.name(), server.place);
    Ok(server)
}

fn bind_all(addresses: &[SocketAddr]) -> io::Result<(Vec<Listener>, Vec<SocketAddr>)> {
    let mut listeners: Vec<Listener> = Vec::new();
    let mut bound: Vec<SocketAddr> = Vec::new();
    for &addr in addresses {
        // The port that the system chose for the first one is the others' too.
        let port = bound.first().map_or(addr.port(), SocketAddr::port);
        match bind(SocketAddr::new(addr.ip(), port)) {
            Ok(listener) => {
                bound.push(listener.local_addr()?);
                listeners.push(Listener::Tcp(listener));
            }
            Err(error) if bound.is_empty() => return Err(error),
            Err(error) => tracing::debug!("not listening on {addr} too: {error}"),
        }
    }
    Ok((listeners, bound))
}

fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM.nonblocking(), Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if addr.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(StdTcpListener::from(socket))
}

async fn accept(server: Arc<Server>, listener: Listener) {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let mut stop = server.stop.subscribe();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept_one(&listener) => accepted,
        };
        let (stream, addresses) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("{}: cannot accept a client: {error}", server.place);
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let peer = addresses.map_or_else(|| format!("unix:{number}"), |(peer, _)| peer.to_string());
        if let Err(refusal) = admit(&server, &stream, addresses) {
            tracing::warn!("{}: the client at {peer} is not admitted: {refusal}", server.place);
            continue;
        }
        let client = Arc::new(Client::new(peer, number, addresses.map(|(peer, _)| peer)));
        {
            let mut clients = locked(&server.clients);
            if clients.len() >= server.limits.clients {
                let most = server.limits.clients;
                tracing::warn!("{}: {} is turned away: {most} are connected", server.place, client.peer);
                continue;
            }
            clients.insert(number, client.clone());
        }
        let (server, stop) = (server.clone(), server.stop.subscribe());
        tokio::spawn(async move {
            let entry = Entry { server, number };
            match entry.server.kind {
                Kind::Rap => crate::rap::serve(stream, &entry.server, &client, stop).await,
                Kind::Tcp => crate::tcp::serve(stream, &entry.server, &client, stop).await,
                Kind::Http => {
                    if let Some(site) = &entry.server.site {
                        http::serve(stream, &entry.server, site, &client, stop).await;
                    }
                }
                Kind::Gdb(program) => crate::gdb::serve(stream, &entry.server, &client, program, stop).await,
            }
        });
    }
    if let (Place::Unix(path), Listener::Unix(_, mark)) = (&server.place, &listener) {
        mark.remove(path);
    }
}

/// Takes a client out of its server's list, however its connection ended.
struct Entry {
    server: Arc<Server>,
    number: u64,
}

impl Drop for Entry {
    fn drop(&mut self) {
        locked(&self.server.clients).remove(&self.number);
        if self.server.once {
            self.server.end();
        }
    }
}

async fn accept_one(listener: &Listener) -> io::Result<(Stream, Option<(SocketAddr, SocketAddr)>)> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, peer) = listener.accept().await?;
            let local = stream.local_addr()?;
            Ok((Stream::tcp(stream)?, Some((peer, local))))
        }
        Listener::Unix(listener, _) => Ok((Stream::Unix(listener.accept().await?.0), None)),
    }
}

fn admit(
    server: &Server,
    stream: &Stream,
    addresses: Option<(SocketAddr, SocketAddr)>,
) -> std::result::Result<(), identity::Refusal> {
    match (stream, addresses) {
        _ if server.public => Ok(()),
        (Stream::Unix(stream), _) => identity::admit_unix(stream),
        (Stream::Tcp(_), Some((peer, local))) => identity::admit_tcp(peer, local),
        (Stream::Tcp(_), None) => Err(identity::Refusal::Unknown),
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.host.leave(self.view);
        if let Some(site) = &self.site {
            site.leave(&self.host);
        }
    }
}

impl Server {
    /// Ends it: it takes no more clients, and hangs up on those it has.
    pub(crate) fn end(&self) {
        self.stop.send_replace(true);
        locked(&SERVERS).remove(&self.id);
        CHANGES.send_modify(|count| *count += 1);
    }

    /// Whether it was ended.
    pub(crate) fn is_over(&self) -> bool {
        *self.stop.borrow()
    }

    /// Where a browser finds it.
    pub(crate) fn address(&self) -> String {
        let scheme = self.site.as_ref().map_or("http", |site| site.scheme());
        match &self.place {
            Place::Tcp(addresses) if addresses.len() == 1 => format!("{scheme}://{}/", self.place),
            Place::Tcp(addresses) => addresses
                .first()
                .map_or_else(String::new, |addr| format!("{scheme}://localhost:{}/", addr.port())),
            Place::Unix(path) => path.display().to_string(),
        }
    }

    /// What the user is told when it begins.
    pub(crate) fn announcement(&self) -> String {
        let places = match &self.place {
            Place::Tcp(addresses) => {
                addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
            }
            Place::Unix(path) => path.display().to_string(),
        };
        format!("Serving {} on {places} (server {})", self.kind.name(), self.id)
    }

    /// Its line in the listing, and one for each client.
    pub(crate) fn describe(&self) -> Vec<String> {
        let clients: Vec<Arc<Client>> = locked(&self.clients).values().cloned().collect();
        let mut lines =
            vec![format!("{} {} {} clients:{}", self.id, self.place, self.kind.name(), clients.len())];
        for client in clients {
            let state = locked(&client.state);
            lines.push(format!(
                "  {} {} {} commands:{} idle:{}s",
                client.peer,
                if state.own { "own" } else { "shared" },
                if state.uri.is_empty() {
                    "-".to_owned()
                } else {
                    farad_shell::render::printable(&state.uri)
                },
                client.commands.load(Ordering::Relaxed),
                state.last.elapsed().as_secs(),
            ));
        }
        lines
    }
}

/// All servers of the process, by number.
pub(crate) fn servers() -> Vec<Arc<Server>> {
    locked(&SERVERS).values().cloned().collect()
}

/// Ends a server.
///
/// # Errors
/// [`Error::NoServer`].
pub(crate) fn stop(id: u32) -> Result<()> {
    let server = locked(&SERVERS).get(&id).cloned().ok_or(Error::NoServer(id))?;
    server.end();
    Ok(())
}
