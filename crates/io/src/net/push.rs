//! Output pushed to a peer that only takes it: over tcp, udp or a unix socket, at any length.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use super::datagram::Datagrams;
use super::{Link, Pace, Wait, advise, connect};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::uri::Transport;

/// How long a peer may take to hang up in turn.
const FAREWELL: Duration = Duration::from_millis(200);

/// What carries pushed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// One connection, kept: tcp, or a unix socket.
    Stream,
    /// udp: whole lines a datagram where they fit, at most 1,400 bytes each, with pauses between.
    Datagram,
}

/// A peer that takes output. What it says itself is dropped.
#[derive(Debug)]
pub struct Push {
    uri: String,
    /// `None` once it was given away.
    sink: Option<Sink>,
    pushed: u64,
    pace: Pace,
}

#[derive(Debug)]
enum Sink {
    Stream(Link),
    Datagram(Datagrams),
}

impl Push {
    /// Connects within `timeout`; `uri` names the peer in errors. Whether anybody takes datagrams cannot be told.
    ///
    /// # Errors
    /// [`Error::Peer`] with the stage that failed, or the interrupt.
    pub fn connect(
        carrier: Carrier,
        transport: &Transport,
        uri: &str,
        timeout: Duration,
        pace: Pace,
        ctx: &Ctx,
    ) -> Result<Push> {
        let sink = match carrier {
            Carrier::Stream => Sink::Stream(connect(transport, uri, timeout, ctx)?),
            Carrier::Datagram => Sink::Datagram(Datagrams::open(transport, uri, timeout, pace, ctx)?),
        };
        Ok(Push { uri: uri.to_owned(), sink: Some(sink), pushed: 0, pace })
    }

    /// Bytes pushed so far.
    pub fn pushed(&self) -> u64 {
        self.pushed
    }

    /// Whether the peer is of this machine.
    pub fn is_here(&self) -> bool {
        match &self.sink {
            Some(Sink::Stream(link)) => link.is_here(),
            Some(Sink::Datagram(datagrams)) => datagrams.is_here(),
            None => false,
        }
    }

    /// The connection, where there is one and nothing was pushed over it: for
    /// [`exchange`](super::exchange) with a peer that answers commands, and that may serve one connection at a time.
    pub fn into_unused(mut self) -> Option<Link> {
        match self.sink.take() {
            Some(Sink::Stream(link)) if self.pushed == 0 => Some(link),
            _ => None,
        }
    }

    /// A writer for one command's output. End it with [`Pushing::finish`], or a last piece of a line stays behind.
    pub fn begin<'a>(&'a mut self, ctx: &'a Ctx) -> Pushing<'a> {
        Pushing { push: self, ctx }
    }

    fn send(&mut self, text: &[u8], ctx: &Ctx) -> Result<()> {
        match &mut self.sink {
            Some(Sink::Datagram(datagrams)) => datagrams.push(text, ctx)?,
            Some(Sink::Stream(link)) => send_all(link, text, &self.uri, self.pace, ctx)?,
            None => {}
        }
        self.pushed += text.len() as u64;
        Ok(())
    }

    fn finish(&mut self, ctx: &Ctx) -> Result<()> {
        match &mut self.sink {
            Some(Sink::Datagram(datagrams)) => datagrams.finish(ctx),
            Some(Sink::Stream(_)) | None => Ok(()),
        }
    }
}

impl Drop for Push {
    /// What was sent still arrives.
    fn drop(&mut self) {
        match &mut self.sink {
            Some(Sink::Stream(link)) if self.pushed > 0 => link.finish(FAREWELL),
            _ => {}
        }
    }
}

/// Sends all of `text`, dropping what the peer says meanwhile: it may not read before it was heard.
fn send_all(link: &mut Link, text: &[u8], uri: &str, pace: Pace, ctx: &Ctx) -> Result<()> {
    let failed = |why: String| Error::Connection { uri: uri.to_owned(), why };
    let mut dropped = [0; 4096];
    let mut wait = Wait::for_bytes(pace);
    let mut sent = 0;
    while sent < text.len() {
        ctx.check()?;
        let asked = Instant::now();
        // What it says is no sign that it takes anything.
        let now = link.exchange(&text[sent..], &mut dropped).map_err(|error| failed(error.to_string()))?.sent;
        wait.spend(asked.elapsed(), now).map_err(|why| failed(advise(&why)))?;
        sent += now;
        if link.is_deaf() {
            return Err(failed("the far end hung up".to_owned()));
        }
    }
    Ok(())
}

/// One command's output on its way to the peer of a [`Push`]. Its errors carry this crate's
/// [`Error`](crate::Error): an interrupt, or that the connection ended.
#[derive(Debug)]
pub struct Pushing<'a> {
    push: &'a mut Push,
    ctx: &'a Ctx,
}

impl Pushing<'_> {
    /// Sends what is left.
    ///
    /// # Errors
    /// [`Error::Connection`], or the interrupt.
    pub fn finish(self) -> Result<()> {
        self.push.finish(self.ctx)
    }
}

impl Write for Pushing<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.push.send(text, self.ctx).map_err(io::Error::other)?;
        Ok(text.len())
    }

    /// Nothing: the end of a line may still come.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::net::TIMEOUT;

    fn network(port: u16) -> Transport {
        Transport::Network { host: "127.0.0.1".to_owned(), port }
    }

    #[test]
    fn a_stream_gets_all_over_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let transport = network(listener.local_addr().unwrap().port());
        let sink = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(&[b'?'; 100]).unwrap();
            let mut got = Vec::new();
            stream.read_to_end(&mut got).unwrap();
            got
        });
        let ctx = Ctx::owner();
        let mut push =
            Push::connect(Carrier::Stream, &transport, "tcp://peer", TIMEOUT, Pace::default(), &ctx).unwrap();
        let text = "0123456789abcde\n".repeat(100_000);
        for _ in 0..2 {
            let mut pushing = push.begin(&ctx);
            pushing.write_all(text.as_bytes()).unwrap();
            pushing.finish().unwrap();
        }
        assert_eq!(push.pushed(), 2 * text.len() as u64);
        drop(push);
        assert!(sink.join().unwrap() == text.repeat(2).as_bytes());
    }

    #[test]
    fn a_unix_socket_is_a_stream() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sink");
        let listener = UnixListener::bind(&path).unwrap();
        let transport = Transport::Unix(path.to_str().unwrap().to_owned());
        let ctx = Ctx::owner();
        let mut push =
            Push::connect(Carrier::Stream, &transport, "unix://peer", TIMEOUT, Pace::default(), &ctx)
                .unwrap();
        push.begin(&ctx).write_all(b"pushed").unwrap();
        drop(push);
        let mut got = String::new();
        listener.accept().unwrap().0.read_to_string(&mut got).unwrap();
        assert_eq!(got, "pushed");
    }

    #[test]
    fn datagrams_hold_whole_lines_and_none_is_lost() {
        let sink = UdpSocket::bind("127.0.0.1:0").unwrap();
        sink.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let transport = network(sink.local_addr().unwrap().port());
        let mut text = (0..20_000).map(|number| format!("line {number}\n")).collect::<String>();
        text.push_str(&"long".repeat(1_000));
        let len = text.len();
        let reader = std::thread::spawn(move || {
            let mut datagrams = Vec::new();
            let mut chunk = [0; 65_536];
            while datagrams.iter().map(Vec::len).sum::<usize>() < len {
                let n = sink.recv(&mut chunk).unwrap();
                datagrams.push(chunk[..n].to_vec());
            }
            datagrams
        });
        let ctx = Ctx::owner();
        let mut push =
            Push::connect(Carrier::Datagram, &transport, "udp://peer", TIMEOUT, Pace::default(), &ctx)
                .unwrap();
        let mut pushing = push.begin(&ctx);
        for piece in text.as_bytes().chunks(333) {
            pushing.write_all(piece).unwrap();
        }
        pushing.finish().unwrap();
        let datagrams = reader.join().unwrap();
        assert!(datagrams.iter().all(|datagram| datagram.len() <= 1_400));
        assert!(datagrams.iter().take(20).all(|datagram| datagram.ends_with(b"\n")));
        assert!(datagrams.concat() == text.as_bytes());
    }

    #[test]
    fn a_sink_that_does_not_read_ends_with_the_context() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let transport = network(listener.local_addr().unwrap().port());
        let ctx = Ctx::owner().within(Duration::from_millis(100));
        let mut push =
            Push::connect(Carrier::Stream, &transport, "tcp://peer", TIMEOUT, Pace::default(), &ctx).unwrap();
        let error = push.begin(&ctx).write_all(&vec![0; 64 << 20]).unwrap_err();
        assert!(matches!(error.downcast::<Error>(), Ok(Error::Deadline)));
        let (ctx, pace) = (Ctx::owner(), Pace { silence: Duration::from_millis(100), ..Pace::default() });
        let mut push = Push::connect(Carrier::Stream, &transport, "tcp://peer", TIMEOUT, pace, &ctx).unwrap();
        let error = push.begin(&ctx).write_all(&vec![0; 64 << 20]).unwrap_err();
        assert!(error.to_string().contains("rap.silence"), "{error}");
    }
}
