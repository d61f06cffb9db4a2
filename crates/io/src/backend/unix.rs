//! `unix://PATH`: a unix socket as a [`Stream`].

use crate::backend::Backend;
use crate::backend::stream::Stream;
use crate::ctx::{Ctx, Effects};
use crate::error::Result;
use crate::net;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::{Transport, Uri};

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["unix"],
    brief: "a unix socket: reads what came so far, writes are sent",
    permissions: "rw_",
    effects: Effects::NETWORK.union(Effects::FILES),
    uris: &["unix://PATH"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let link = net::connect(&Transport::Unix(uri.rest.clone()), &uri.text, options.timeout, ctx)?;
    Ok(Box::new(Stream::new(&uri.text, link, options.pace)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn what_came_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let ctx = Ctx::owner();
        let uri = Uri::parse(&format!("unix://{}", path.display()));
        let mut backend = open(&uri, &OpenOptions::default(), &ctx).unwrap();
        listener.accept().unwrap().0.write_all(b"said").unwrap();
        let mut buf = [0; 8];
        assert_eq!(backend.read_at(1, &mut buf, &ctx).unwrap(), 3);
        assert_eq!(&buf[..3], b"aid");
    }
}
