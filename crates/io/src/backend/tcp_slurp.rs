//! `tcp-slurp://HOST:PORT`: a copy of all that a peer sends until it hangs up.

use std::io::{self, ErrorKind, Read};
use std::time::Instant;

use crate::backend::memory::Memory;
use crate::backend::{Backend, socket};
use crate::ctx::{Ctx, Effects};
use crate::error::Result;
use crate::net::{Link, Wait, advise};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Most bytes taken from a peer.
const LIMIT: u64 = 1 << 30;

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["tcp-slurp"],
    brief: "a copy in memory of all that a tcp peer sends",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["tcp-slurp://HOST:PORT"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let mut source = Source(socket::connect(uri, options, ctx)?, Wait::for_bytes(options.pace));
    Ok(Box::new(Memory::slurp(&uri.text, &mut source, LIMIT, ctx)?))
}

/// A connection, and the patience that is left with it.
struct Source(Link, Wait);

impl Read for Source {
    /// Fails with [`ErrorKind::Interrupted`] when nothing came for a moment, and for good when that was too long.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let asked = Instant::now();
        let received = self.0.exchange(&[], buf)?.received;
        self.1.spend(asked.elapsed(), received).map_err(|why| io::Error::other(advise(&why)))?;
        match received {
            0 if !self.0.is_closed() => Err(ErrorKind::Interrupted.into()),
            received => Ok(received),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::error::Error;
    use crate::net::Pace;

    #[test]
    fn all_is_taken_until_the_peer_hangs_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = Uri::parse(&format!("tcp-slurp://{}", listener.local_addr().unwrap()));
        let peer = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&[7; 200_000]).unwrap();
            std::thread::sleep(Duration::from_millis(60));
            stream.write_all(b"end").unwrap();
        });
        let ctx = Ctx::owner();
        let mut backend = open(&uri, &OpenOptions::default(), &ctx).unwrap();
        assert_eq!(backend.size(), 200_003);
        let mut buf = [0; 8];
        assert_eq!(backend.read_at(200_000, &mut buf, &ctx).unwrap(), 3);
        assert_eq!(&buf[..3], b"end");
        peer.join().unwrap();
    }

    #[test]
    fn a_silent_peer_ends_with_the_context() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = Uri::parse(&format!("tcp-slurp://{}", listener.local_addr().unwrap()));
        let ctx = Ctx::owner().within(Duration::from_millis(50));
        assert!(matches!(open(&uri, &OpenOptions::default(), &ctx), Err(Error::Deadline)));
    }

    #[test]
    fn a_peer_that_is_silent_or_drips_is_hung_up_on() {
        let pace = Pace { silence: Duration::from_millis(100), ..Pace::default() };
        let options = OpenOptions { pace, ..OpenOptions::default() };
        for (drips, why) in [(false, "nothing came"), (true, "drips")] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let uri = Uri::parse(&format!("tcp-slurp://{}", listener.local_addr().unwrap()));
            let peer = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                while drips && stream.write_all(b".").is_ok() {
                    std::thread::sleep(Duration::from_millis(20));
                }
                let _ = stream.read(&mut [0]);
            });
            let error = open(&uri, &options, &Ctx::owner()).err().unwrap().to_string();
            assert!(error.contains(why) && error.contains("rap.silence"), "{error}");
            peer.join().unwrap();
        }
    }
}
