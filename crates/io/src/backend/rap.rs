//! `rap://HOST:PORT/PATH`: a file at a rap server, farad's or radare2's.

use std::io::Write;
use std::time::{Duration, Instant};

use farad_wire::target::{Area, Look, Reply, Request, Resume};

use crate::area::next_mapped;
use crate::backend::{Backend, Caching, Remote, Stamp, Status, Target, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::rap::{RapClient, RapOptions};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::{Endpoint, Transport, Uri};

/// For how long what the far end said of the file when it was opened counts as its state.
const FRESH: Duration = Duration::from_secs(1);

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["rap"],
    brief: "a file at a rap server of farad or radare2",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["rap://HOST:PORT/PATH"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let wrong = |why: &str| Error::Uri { uri: uri.text.clone(), why: why.to_owned() };
    let endpoint = Endpoint::parse(&uri.rest, None).map_err(|error| match error {
        Error::Uri { why, .. } => wrong(&why),
        error => error,
    })?;
    if matches!(&endpoint.transport, Transport::Network { host, .. } if host.is_empty()) {
        return Err(wrong("no host is given: that asks to listen, and a descriptor cannot"));
    }
    // Commands that the server sends back are refused: a descriptor has no session to run them in.
    let OpenOptions { perm, timeout, pace, .. } = *options;
    let rap = RapOptions { perm, timeout, pace, ..RapOptions::default() };
    let client = RapClient::connect(&endpoint.transport, endpoint.path.as_deref(), rap, ctx)?;
    let heard = client.stamp().map(|stamp| (Instant::now(), stamp));
    Ok(Box::new(Rap { client, heard, transport: endpoint.transport.to_string(), areas: None, maps: None }))
}

struct Rap {
    client: RapClient,
    /// The state of the file as it was said when it was opened, until it is used.
    heard: Option<(Instant, Stamp)>,
    /// Where the server is.
    transport: String,
    /// The memory maps of a process under the debugger, and their hash when it last stopped.
    areas: Option<Vec<Area>>,
    maps: Option<u64>,
}

impl Backend for Rap {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        // What is not mapped needs no question.
        let is_gap = |areas: &[Area]| !areas.iter().any(|area| (area.from..area.to).contains(&addr));
        if self.areas(ctx)?.is_some_and(is_gap) {
            return Ok(0);
        }
        self.client.read_at(addr, buf, ctx)
    }

    fn size(&self) -> u64 {
        self.client.size()
    }

    fn caching(&self) -> Caching {
        self.client.caching()
    }

    /// From a stock server, the size alone: a file that changed and kept its size is not noticed.
    fn stamp(&mut self, ctx: &Ctx) -> Result<Option<Stamp>> {
        match self.heard.take() {
            Some((when, stamp)) if when.elapsed() < FRESH => Ok(Some(stamp)),
            _ => self.client.stat(ctx).map(Some),
        }
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn is_scratch(&self) -> bool {
        self.client.is_target()
    }

    fn next_readable(&mut self, after: u64, ctx: &Ctx) -> Result<Option<u64>> {
        if !self.client.is_target() {
            return Ok(None);
        }
        if let Some(areas) = self.areas(ctx)? {
            return Ok(next_mapped(areas, after));
        }
        match self.client.ask_target(&Request::Next { after }, &mut std::io::sink(), ctx)? {
            Reply::Number(next) => Ok(next),
            _ => Ok(None),
        }
    }

    fn as_target(&mut self) -> Option<&mut dyn Target> {
        if self.client.is_target() { Some(self) } else { None }
    }

    fn as_remote(&mut self) -> Option<&mut dyn Remote> {
        Some(self)
    }
}

impl Target for Rap {
    fn ask(&mut self, request: &Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        if let (Request::Maps, Some(areas)) = (request, &self.areas) {
            return Ok(Reply::Maps(areas.clone()));
        }
        let reply = match request {
            Request::Resume(resume) => {
                let look = Look { maps: true, ..resume.look };
                let request = Request::Resume(Resume { look, ..resume.clone() });
                self.client.ask_target(&request, out, ctx)
            }
            request => self.client.ask_target(request, out, ctx),
        };
        match &reply {
            Ok(Reply::Maps(areas)) => self.areas = Some(areas.clone()),
            Ok(Reply::Stop(stop)) if stop.maps.is_none() || stop.maps != self.maps => {
                (self.areas, self.maps) = (None, stop.maps);
            }
            Err(_) => self.areas = None,
            Ok(_) => {}
        }
        reply
    }

    fn is_far(&self) -> bool {
        true
    }

    fn place(&self) -> String {
        format!("rap://{}/", self.transport)
    }
}

impl Rap {
    /// The memory maps of a process under the debugger that only this connection lets run.
    fn areas(&mut self, ctx: &Ctx) -> Result<Option<&[Area]>> {
        if self.client.caching() != Caching::Stopped {
            return Ok(None);
        }
        if self.areas.is_none() {
            self.ask(&Request::Maps, &mut std::io::sink(), ctx)?;
        }
        Ok(self.areas.as_deref())
    }
}

impl WriteAt for Rap {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        self.heard = None;
        self.client.write_at(addr, data, ctx)
    }
}

impl Remote for Rap {
    fn command(&mut self, line: &str, out: &mut dyn Write, ctx: &Ctx) -> Result<Status> {
        self.heard = None;
        self.client.command(line, out, ctx)
    }

    fn is_here(&self) -> bool {
        self.client.is_here()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::layer::Io;
    use crate::perm::Perm;
    use crate::rap::fake::{Fake, Server};
    use crate::scheme::Schemes;

    fn bytes(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * 31 + at / 251) as u8).collect()
    }

    #[test]
    fn a_remote_file_is_pulled_once_and_read_from_then_on() {
        for server in [Server::stock(bytes(150_000)), Server::farad(bytes(150_000))] {
            let fake = Fake::honest(server);
            let ctx = Ctx::owner();
            let mut io = Io::new(Schemes::new().with(super::super::network()));
            let fd = io.open(&format!("rap://{}//bin/true", fake.transport), &OpenOptions::default(), &ctx);
            let fd = fd.unwrap();
            let mut buf = vec![0; 64];
            for offset in [0, 70_000, 149_936] {
                let descriptor = io.descriptor(fd).unwrap();
                assert_eq!(descriptor.read_at(offset, &mut buf, &ctx).unwrap(), 64);
                assert_eq!(buf, bytes(150_000)[offset as usize..][..64]);
            }
            let log = fake.log.lock().unwrap();
            let reads = log.requests.iter().filter(|it| matches!(it, farad_wire::rap::Request::Read { .. }));
            assert!(reads.count() <= 150_000usize.div_ceil(4_096));
            assert!(log.flights <= 3, "{}", log.flights);
        }
    }

    #[test]
    fn it_is_written_and_runs_commands() {
        let fake = Fake::honest(Server::farad(vec![0; 100]));
        let ctx = Ctx::owner();
        let uri = Uri::parse(&format!("rap://{}/malloc://100", fake.transport));
        let options = OpenOptions { perm: Perm::RW, ..OpenOptions::default() };
        let mut backend = open(&uri, &options, &ctx).unwrap();
        backend.as_write().unwrap().write_at(10, b"abc", &ctx).unwrap();
        let mut buf = [0; 3];
        assert_eq!(backend.read_at(10, &mut buf, &ctx).unwrap(), 3);
        assert_eq!(&buf, b"abc");
        let mut out = Vec::new();
        let status = backend.as_remote().unwrap().command("fail on purpose", &mut out, &ctx).unwrap();
        assert_eq!((out.as_slice(), status.failure.as_deref()), (&b"before\n"[..], Some("on purpose")));
        let stamp = backend.stamp(&ctx).unwrap().unwrap();
        assert_eq!((stamp.size, stamp.modified.as_str()), (100, "first"));
    }

    #[test]
    fn a_server_that_says_nothing_ends_by_the_limit() {
        let fake = Fake::on_stage(|stream| {
            let _ = (&stream).read(&mut [0; 1024]);
            let _ = (&stream).read_to_end(&mut Vec::new());
        });
        let uri = Uri::parse(&format!("rap://{}/file", fake.transport));
        let options = OpenOptions { timeout: Duration::from_millis(100), ..OpenOptions::default() };
        let started = Instant::now();
        let error = open(&uri, &options, &Ctx::owner()).err().unwrap().to_string();
        assert!(error.contains("0.1 s") && error.contains("rap.timeout"), "{error}");
        assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn a_uri_that_names_no_peer_is_explained() {
        for (text, why) in [("rap://:9999", "listen"), ("rap://host/file", "no port"), ("rap://h:1x/", "1x")]
        {
            let error =
                open(&Uri::parse(text), &OpenOptions::default(), &Ctx::owner()).err().unwrap().to_string();
            assert!(error.starts_with(text) && error.contains(why), "{error}");
        }
    }
}
