//! The client of one rap server: what is known of the far end, and when a request may be made.
//!
//! What is asked is in [`transfer`](super::transfer) (bytes) and [`command`](super::command) (text).

use std::net::SocketAddr;
use std::time::Instant;

use farad_wire::rap::Request;
use farad_wire::rap::hello::{Kind, Ownership, ServerHello};

use super::greeting::{self, Greeted, RapOptions, Reverse};
use super::pipeline::Pipeline;
use crate::backend::{Caching, Stamp};
use crate::ctx::Ctx;
use crate::error::{Error, Result, Stage};
use crate::net::{self, Pace, Wait};
use crate::uri::{Transport, Uri};

/// A connection to a rap server, farad's or radare2's.
///
/// Every call ends when its [`Ctx`] does. The first cancel leaves the connection usable: replies still on their way are
/// dropped as they come. At a deadline, or at a second cancel during one call, it hangs up. Once a call failed with
/// [`Error::Connection`], all later ones do.
pub struct RapClient {
    pub(super) pipe: Pipeline,
    path: Option<String>,
    fd: Option<u32>,
    hello: Option<ServerHello>,
    /// As the far end last said it; `None` when it was not asked, or may have changed since.
    pub(super) size: Option<u64>,
    /// The size before that, for who cannot wait for an answer.
    last_size: Option<u64>,
    pace: Pace,
    /// Where a stock server's session was before raw reads moved it.
    pub(super) moved: Option<Place>,
}

/// What raw reads move in a stock server's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The seek.
    pub(super) seek: u64,
    /// The block size as the server prints it; `None` when that was not understood.
    pub(super) block: Option<String>,
}

/// What a connection has cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// How often something was asked while nothing else was on its way.
    pub trips: u64,
}

impl RapClient {
    /// Connects, opens `path` there, and waits for the answers: one round trip beyond the connection itself.
    ///
    /// Without a path, or with an empty one, nothing is opened, and the session that the server was started with is
    /// used.
    ///
    /// # Errors
    /// [`Error::Peer`] with the stage that failed, or the interrupt.
    pub fn connect(
        transport: &Transport,
        path: Option<&str>,
        options: RapOptions,
        ctx: &Ctx,
    ) -> Result<RapClient> {
        RapClient::connect_noting(transport, path, options, |_| (), ctx)
    }

    /// The same; `reached` is told this end's address, where it has one, before anything is sent: for a server in this
    /// very process, which can then tell who asks.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_noting(
        transport: &Transport,
        path: Option<&str>,
        options: RapOptions,
        reached: impl FnOnce(SocketAddr),
        ctx: &Ctx,
    ) -> Result<RapClient> {
        let path = path.filter(|path| !path.is_empty()).map(str::to_owned);
        let uri = match &path {
            Some(path) => format!("rap://{transport}/{path}"),
            None => format!("rap://{transport}/"),
        };
        if let Some(path) = &path {
            greeting::check_name(path).map_err(|why| Error::Peer {
                uri: uri.clone(),
                stage: Stage::Open,
                why,
            })?;
        }
        let until = Instant::now() + options.timeout;
        let link = net::connect(transport, &uri, options.timeout, ctx)?;
        if let Some(addr) = link.local_addr() {
            reached(addr);
        }
        let mut options = options;
        let pace = options.pace;
        let reverse = std::mem::replace(&mut options.reverse, Reverse::Refuse);
        let pipe = Pipeline::new(uri, link, reverse);
        let mut client =
            RapClient { pipe, path, fd: None, hello: None, size: None, last_size: None, pace, moved: None };
        client.greet(&options, until, ctx)?;
        Ok(client)
    }

    /// The peer and path, as `rap://…`.
    pub fn uri(&self) -> &str {
        self.pipe.uri()
    }

    /// This end's address, where it is a network's.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.pipe.link().local_addr()
    }

    /// Whether the server is of this machine.
    pub fn is_here(&self) -> bool {
        self.pipe.link().is_here()
    }

    /// What was opened there; `None` for nothing.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The far end's number for what was opened. It means nothing here.
    pub fn fd(&self) -> Option<u32> {
        self.fd
    }

    /// Whether the far end is a farad server.
    pub fn is_farad(&self) -> bool {
        self.hello.is_some()
    }

    /// What a farad server last said of itself and of what is open; `None` from a stock one.
    pub fn hello(&self) -> Option<&ServerHello> {
        self.hello.as_ref()
    }

    /// Whose session the far end runs commands in. A stock server has but one.
    pub fn ownership(&self) -> Ownership {
        match &self.hello {
            Some(hello) => hello.session.unwrap_or(Ownership::Shared),
            None => Ownership::Shared,
        }
    }

    /// Whether the connection can be used; false once a call failed with a connection error.
    pub fn is_connected(&self) -> bool {
        !self.pipe.is_broken()
    }

    /// Size in bytes of what is open, as last heard; `u64::MAX` where that is unknown or there is no end.
    pub fn size(&self) -> u64 {
        match self.size.or(self.last_size) {
            // Devices and processes have no size, and a file of none has no bytes.
            Some(0) if self.caching() == Caching::Exact => u64::MAX,
            Some(size) if size < 1 << 63 => size,
            _ => u64::MAX,
        }
    }

    /// What may be kept of its bytes: the far end's word, or for a stock server judged by the path.
    pub fn caching(&self) -> Caching {
        match &self.hello {
            Some(hello) => match hello.kind {
                Some(Kind::Regular) => Caching::Kept,
                Some(Kind::Volatile) => Caching::Command,
                Some(Kind::Stopped) => Caching::Stopped,
                Some(Kind::Device | Kind::Other(_)) | None => Caching::Exact,
            },
            None => self.path().map_or(Caching::Command, caching_of),
        }
    }

    /// The state of the file as last heard; no new question is asked. Nothing for a server that does not say.
    pub fn stamp(&self) -> Option<Stamp> {
        let size = self.size.or(self.last_size)?;
        let modified = self.hello.as_ref().and_then(|hello| hello.stamp.clone()).unwrap_or_default();
        Some(Stamp { size, modified })
    }

    /// What the connection has cost so far.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            sent: self.pipe.link().sent(),
            received: self.pipe.link().received(),
            trips: self.pipe.trips(),
        }
    }

    /// Hangs up. A stock server is never sent a close: it would close a descriptor of its operating system.
    pub fn close(mut self) {
        self.pipe.fail("closed");
    }

    pub(super) fn take_greeting(&mut self, greeted: Greeted) {
        self.fd = greeted.fd;
        let said = greeted.hello.as_ref().and_then(|hello| hello.size);
        self.hello = greeted.hello;
        self.learn_size(said.or(greeted.size));
    }

    /// Takes what a farad server says now; what it leaves out is unchanged.
    pub(super) fn take_stat(&mut self, now: ServerHello) {
        let Some(hello) = &mut self.hello else { return };
        self.size = now.size.or(self.size);
        hello.session = now.session.or(hello.session);
        hello.kind = now.kind.or(hello.kind.take());
        hello.size = now.size.or(hello.size);
        hello.stamp = now.stamp.or(hello.stamp.take());
        hello.seek = now.seek.or(hello.seek);
        hello.prompt = now.prompt.or(hello.prompt.take());
        hello.max = now.max.or(hello.max);
        hello.target = now.target.or(hello.target);
    }

    pub(super) fn learn_size(&mut self, size: Option<u64>) {
        self.size = size;
        self.last_size = size.or(self.last_size);
    }

    /// What is open may have another size from here on.
    pub(super) fn forget_size(&mut self) {
        self.last_size = self.size.or(self.last_size);
        self.size = None;
    }

    /// For a command: a farad server says nothing until it has ended, and is trusted to run it.
    pub(super) fn wait_for_command(&mut self) {
        let wait = match self.is_farad() {
            true => Wait::for_silent_command(self.pace),
            false => Wait::for_command(self.pace),
        };
        self.pipe.set_wait(wait);
    }

    /// For a process that runs until it stops.
    pub(super) fn wait_without_end(&mut self) {
        self.pipe.set_wait(Wait::without_end());
    }

    /// Before each call: whether a request may be made at all.
    pub(super) fn begin(&mut self, ctx: &Ctx) -> Result<()> {
        ctx.check()?;
        if self.pipe.is_out_of_step() {
            return Err(self.pipe.fail("it sent what nobody had asked for"));
        }
        self.pipe.set_wait(Wait::for_bytes(self.pace));
        Ok(())
    }

    /// Puts a request in line.
    pub(super) fn push(&mut self, request: &Request) -> Result<()> {
        self.pipe.push(request).map_err(|error| Error::Limit {
            what: format!("a request to {}", self.pipe.uri()),
            limit: error.to_string(),
        })
    }

    /// What a failed call leaves behind: after a cancel, a connection in step; after a deadline, none.
    pub(super) fn settle<T>(&mut self, result: Result<T>, ctx: &Ctx) -> Result<T> {
        match result {
            Err(Error::Cancelled) if ctx.cancel.count() > 1 => {
                Err(self.pipe.fail("hung up at the second ^C"))
            }
            Err(Error::Deadline) => Err(self.pipe.fail("no answer before the deadline: hung up")),
            Err(error) => {
                self.pipe.abandon();
                Err(error)
            }
            done => done,
        }
    }
}

/// Schemes behind which there may be anything that changes as it is read.
const LIVE: &[&str] = &[
    "dbg", "attach", "ptrace", "procpid", "gdb", "windbg", "winkd", "winedbg", "w32dbg", "mach", "bochs",
    "qnx", "serial", "shm", "self", "r2k",
];

/// What may be kept of the bytes of `path` at a server that does not say.
fn caching_of(path: &str) -> Caching {
    let uri = Uri::parse(path);
    let file = match uri.scheme.as_deref() {
        None | Some("file") => &uri.rest,
        // One server further on, it is that one's path that counts.
        Some("rap") => {
            return match uri.rest.split_once('/') {
                Some((_, inner)) if !inner.is_empty() => caching_of(inner),
                _ => Caching::Command,
            };
        }
        Some(scheme) if LIVE.contains(&scheme) => return Caching::Exact,
        Some(_) => return Caching::Command,
    };
    let live = ["/dev/", "/proc/", "/sys/"].iter().any(|folder| file.starts_with(folder));
    if live { Caching::Exact } else { Caching::Kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_may_be_kept() {
        for (path, caching) in [
            ("/bin/ls", Caching::Kept),
            ("file:///bin/ls", Caching::Kept),
            ("/dev/mem", Caching::Exact),
            ("/proc/1/mem", Caching::Exact),
            ("malloc://1M", Caching::Command),
            ("new://thing", Caching::Command),
            ("dbg:///bin/ls", Caching::Exact),
            ("rap://h:1//bin/ls", Caching::Kept),
            ("rap://h:1/gdb://h:2", Caching::Exact),
            ("rap://h:1/", Caching::Command),
        ] {
            assert_eq!(caching_of(path), caching, "{path}");
        }
    }
}
