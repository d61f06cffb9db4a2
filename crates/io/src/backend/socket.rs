//! `socket://HOST:PORT`: a tcp connection as a [`Stream`].

use crate::backend::Backend;
use crate::backend::stream::Stream;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::net::{self, Link};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::{Endpoint, Transport, Uri};

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["socket"],
    brief: "a tcp connection: reads what came so far, writes are sent",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["socket://HOST:PORT"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    Ok(Box::new(Stream::new(&uri.text, connect(uri, options, ctx)?, options.pace)))
}

/// Connects to `HOST:PORT` behind the scheme.
pub(super) fn connect(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Link> {
    let wrong = |why: &str| Error::Uri { uri: uri.text.clone(), why: why.to_owned() };
    let endpoint = Endpoint::parse(&uri.rest, None).map_err(|error| match error {
        Error::Uri { why, .. } => wrong(&why),
        error => error,
    })?;
    if endpoint.path.is_some_and(|path| !path.is_empty()) {
        return Err(wrong("a path means nothing there: write HOST:PORT"));
    }
    if matches!(&endpoint.transport, Transport::Network { host, .. } if host.is_empty()) {
        return Err(wrong("no host is given: write HOST:PORT"));
    }
    net::connect(&endpoint.transport, &uri.text, options.timeout, ctx)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn what_came_is_there_and_what_is_written_is_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = Uri::parse(&format!("socket://{}", listener.local_addr().unwrap()));
        let ctx = Ctx::owner();
        let mut backend = open(&uri, &OpenOptions::default(), &ctx).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        let mut buf = [0; 64];
        assert_eq!(backend.read_at(0, &mut buf, &ctx).unwrap(), 0);
        peer.write_all(b"banner\n").unwrap();
        assert_eq!(backend.read_at(0, &mut buf, &ctx).unwrap(), 7);
        backend.as_write().unwrap().write_at(0x1000, b"hello", &ctx).unwrap();
        let mut said = [0; 5];
        peer.read_exact(&mut said).unwrap();
        assert_eq!(&said, b"hello");
        peer.write_all(b"bye").unwrap();
        drop(peer);
        assert_eq!(backend.read_at(3, &mut buf, &ctx).unwrap(), 7);
        assert_eq!(&buf[..7], b"ner\nbye");
        while backend.as_write().unwrap().write_at(0, b"?", &ctx).is_ok() {}
    }

    #[test]
    fn a_uri_that_names_no_peer_is_explained() {
        for (text, why) in
            [("socket://h", "port"), ("socket://:9", "no host"), ("socket://127.0.0.1:9/x", "path")]
        {
            let error =
                connect(&Uri::parse(text), &OpenOptions::default(), &Ctx::owner()).unwrap_err().to_string();
            assert!(error.contains(why) && error.starts_with(text), "{error}");
        }
    }
}
