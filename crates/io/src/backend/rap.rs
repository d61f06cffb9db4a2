//! `rap://HOST:PORT/PATH`: a file at a rap server, farad's or radare2's.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::backend::{Backend, Caching, Remote, Stamp, Status, WriteAt};
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
    let rap = RapOptions { perm: options.perm, ..RapOptions::default() };
    let client = RapClient::connect(&endpoint.transport, endpoint.path.as_deref(), rap, ctx)?;
    let heard = client.stamp().map(|stamp| (Instant::now(), stamp));
    Ok(Box::new(Rap { client, heard }))
}

struct Rap {
    client: RapClient,
    /// The state of the file as it was said when it was opened, until it is used.
    heard: Option<(Instant, Stamp)>,
}

impl Backend for Rap {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
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

    fn as_remote(&mut self) -> Option<&mut dyn Remote> {
        Some(self)
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
}
