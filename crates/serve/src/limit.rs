//! How much a server bears of its clients before it turns them away or hangs up on them.

use std::time::Duration;

use farad_io::Ctx;
use farad_shell::Env;

use crate::listen::Kind;

/// A server's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most clients at a time.
    pub(crate) clients: usize,
    /// How long a client may take nothing of what it is sent.
    pub(crate) stall: Duration,
    /// How long a client may be silent; `None` for ever.
    pub(crate) idle: Option<Duration>,
    /// How long a command of a client may run; `None` for ever.
    pub(crate) deadline: Option<Duration>,
}

impl Limits {
    /// As the settings say (`rap.idle`, `rap.deadline`; `http.deadline`).
    pub(crate) fn of(env: &Env<'_>, kind: Kind) -> Limits {
        let seconds = |number: u64| (number > 0).then(|| Duration::from_secs(number));
        let deadline = match kind {
            Kind::Http => env.setting_number("http.deadline"),
            Kind::Rap | Kind::Tcp => env.setting_number("rap.deadline"),
            // A process may run for as long as its debugger waits.
            Kind::Gdb(_) => 0,
        };
        Limits {
            clients: 4096,
            stall: Duration::from_secs(30),
            idle: seconds(env.setting_number("rap.idle")),
            deadline: seconds(deadline),
        }
    }

    /// The context that a command of a client runs in from now on.
    pub(crate) fn begin(&self, ctx: &Ctx) -> Ctx {
        self.deadline.map_or_else(|| ctx.clone(), |limit| ctx.within(limit))
    }

    /// Why a command ended that ran for too long; none for another.
    pub(crate) fn explain(&self, ctx: &Ctx, setting: &str) -> Option<String> {
        let is_late = ctx.remaining().is_some_and(|left| left.is_zero()) && !ctx.cancel.is_raised();
        let limit = self.deadline.unwrap_or_default().as_secs();
        is_late.then(|| format!("ERROR: a command may run for {limit} s at most (e {setting})"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpStream;
    use std::sync::Arc;
    use std::time::Instant;

    use farad_io::{Perm, Schemes};
    use farad_shell::out::Capture;
    use farad_shell::{Registry, Session, load};
    use farad_wire::rap::Request;

    use super::*;
    use crate::host::{Host, ViewId};
    use crate::listen::{self, Server};
    use crate::policy::Place;

    const GENEROUS: Limits =
        Limits { clients: 10, stall: Duration::from_secs(60), idle: None, deadline: None };
    /// What a client waits for at most; clocks are looked at each second.
    const PATIENCE: Duration = Duration::from_secs(10);

    struct Started {
        server: Arc<Server>,
        _host: Host,
    }

    impl Drop for Started {
        fn drop(&mut self) {
            self.server.end();
        }
    }

    fn start(kind: Kind, limits: Limits) -> Started {
        let groups = farad_shell::cmd::groups().into_iter().chain(crate::GROUPS);
        let schemes = Schemes::new().with(farad_io::local());
        let host = Host::start(Session::new(schemes, Registry::new(groups))).unwrap();
        let server = host.with(ViewId::OWNER, move |session, view| {
            let (ctx, mut out) = (Ctx::owner(), Capture::default());
            let mut env = Env { session, view, ctx: &ctx, out: &mut out };
            let request = load::Request { perm: Perm::RWX, ..load::Request::new("malloc://1M") };
            load::open(&mut env, &request).unwrap();
            listen::start_within(&mut env, kind, "127.0.0.1:0", limits).unwrap()
        });
        Started { server: server.unwrap(), _host: host }
    }

    fn connect(started: &Started) -> TcpStream {
        let Place::Tcp(addresses) = &started.server.place else { panic!("no port") };
        let stream = TcpStream::connect(addresses[0]).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn say_hi(stream: &mut TcpStream) -> Vec<u8> {
        let _ = stream.write_all(b"\x07\0\0\0\x06?e hi\0");
        let mut reply = vec![0; 9];
        let _ = stream.read_exact(&mut reply);
        reply
    }

    /// What comes until the server hangs up, in bytes.
    fn rest(stream: &mut TcpStream) -> usize {
        let mut chunk = vec![0; 1 << 16];
        let mut total = 0;
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => return total,
                Ok(count) => total += count,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return total,
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn a_client_that_reads_nothing_is_hung_up_on_and_keeps_nobody_waiting() {
        let started = start(Kind::Rap, Limits { stall: Duration::from_millis(100), ..GENEROUS });
        let mut deaf = connect(&started);
        let mut flight = Vec::new();
        for _ in 0..64 {
            Request::Read { len: 1 << 20 }.encode(&mut flight).unwrap();
        }
        deaf.write_all(&flight).unwrap();
        let mut other = connect(&started);
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(2500) {
            assert_eq!(say_hi(&mut other), b"\x87\0\0\0\x04hi\n\0");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(started.server.describe().len(), 2, "the server and one client");
        let got = rest(&mut deaf);
        assert!(got > 1 << 16 && got < 64 << 20, "{got}: what was in the sockets, and no more");
    }

    #[test]
    fn a_text_client_that_reads_nothing_is_hung_up_on() {
        let started = start(Kind::Tcp, Limits { stall: Duration::from_millis(100), ..GENEROUS });
        let mut deaf = connect(&started);
        for _ in 0..16 {
            deaf.write_all(b"p8 1M @ 0\n").unwrap();
        }
        std::thread::sleep(Duration::from_millis(2000));
        assert_eq!(started.server.describe().len(), 1, "the server alone");
        let got = rest(&mut deaf);
        assert!(got > 1 << 16 && got < 32 << 20, "{got}");
    }

    #[test]
    fn so_many_clients_and_no_more() {
        let started = start(Kind::Rap, Limits { clients: 2, ..GENEROUS });
        let (mut one, mut two) = (connect(&started), connect(&started));
        assert_eq!(say_hi(&mut one), say_hi(&mut two));
        assert_eq!(rest(&mut connect(&started)), 0);
        drop(one);
        let begun = Instant::now();
        while say_hi(&mut connect(&started))[0] != 0x87 {
            assert!(begun.elapsed() < PATIENCE, "the place of one that left is free");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(say_hi(&mut two)[0], 0x87);
    }

    #[test]
    fn a_silent_client_is_hung_up_on_and_a_talking_one_is_not() {
        for kind in [Kind::Rap, Kind::Tcp] {
            let started = start(kind, Limits { idle: Some(Duration::from_millis(500)), ..GENEROUS });
            let mut silent = connect(&started);
            let mut talking = connect(&started);
            let begun = Instant::now();
            while kind == Kind::Rap && begun.elapsed() < Duration::from_millis(2500) {
                assert_eq!(say_hi(&mut talking)[0], 0x87);
                std::thread::sleep(Duration::from_millis(100));
            }
            assert!(rest(&mut silent) <= 1, "{kind:?}");
        }
    }
}
