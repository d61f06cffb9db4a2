//! `gdb://HOST:PORT`: what a stub of gdb's remote protocol has.

use std::io::Write;

use farad_wire::target::{Reply, Request};

use crate::backend::{Backend, Caching, Target, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::gdb::{GdbClient, GdbOptions};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::{Endpoint, Transport, Uri};

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["gdb"],
    brief: "a process or machine behind gdbserver, qemu or another gdb stub, to debug",
    permissions: "rwd",
    effects: Effects::NETWORK.union(Effects::DEBUG),
    uris: &["gdb://HOST:PORT", "gdb://HOST:PORT/PID", "gdb://HOST:PORT/FILE"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let wrong = |why: &str| Error::Uri { uri: uri.text.clone(), why: why.to_owned() };
    let endpoint = Endpoint::parse(&uri.rest, None).map_err(|error| match error {
        Error::Uri { why, .. } => wrong(&why),
        error => error,
    })?;
    if matches!(&endpoint.transport, Transport::Network { host, .. } if host.is_empty()) {
        return Err(wrong("no host is given"));
    }
    let path = endpoint.path.filter(|path| !path.is_empty());
    let attach = path.as_deref().and_then(|path| path.parse().ok());
    let file = path.filter(|_| attach.is_none());
    let gdb = GdbOptions { timeout: options.timeout, pace: options.pace, attach, file };
    Ok(Box::new(Gdb(GdbClient::connect(&endpoint.transport, &gdb, ctx)?)))
}

struct Gdb(GdbClient);

impl Backend for Gdb {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        self.0.read_at(addr, buf, ctx)
    }

    fn size(&self) -> u64 {
        u64::MAX
    }

    fn caching(&self) -> Caching {
        Caching::Stopped
    }

    fn is_scratch(&self) -> bool {
        true
    }

    fn next_readable(&mut self, after: u64, ctx: &Ctx) -> Result<Option<u64>> {
        match self.0.ask(&Request::Next { after }, &mut std::io::sink(), ctx)? {
            Reply::Number(next) => Ok(next),
            _ => Ok(None),
        }
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn as_target(&mut self) -> Option<&mut dyn Target> {
        Some(self)
    }
}

impl WriteAt for Gdb {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        self.0.write_at(addr, data, ctx)
    }
}

impl Target for Gdb {
    fn ask(&mut self, request: &Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        self.0.ask(request, out, ctx)
    }
}
