//! A connection's bytes: blanks in the first request line are mended, and a client that takes
//! nothing for too long is hung up on.
//!
//! radare2's own client writes a command into the request line as it is: `GET /cmd/?e hello HTTP/1.1`. It makes a
//! connection for each, so that the first line is all there is to mend. That of the crate r2pipe (0.8) writes that line
//! and nothing else, not even the end of its head, and reads until the server hangs up.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Longest request line that is mended, bytes.
const LINE: usize = 64 << 10;
/// Bytes taken at a time until the line is complete.
const CHUNK: usize = 4 << 10;
/// How long a line that came alone waits for more, before it is taken for all there is.
const ALONE: Duration = Duration::from_millis(300);

/// A stream whose first line is mended.
pub(super) struct Wire<S> {
    stream: S,
    /// What came until the line was complete.
    line: Vec<u8>,
    /// How much of it was handed on; `None` while the line is not complete.
    given: Option<usize>,
    patience: Duration,
    /// Whether a line without headers is a request: where they could hold nothing that is asked for.
    lenient: bool,
    /// When a line that came alone is all there is.
    alone: Option<Pin<Box<Sleep>>>,
    /// When a write that waits is given up.
    stall: Option<Pin<Box<Sleep>>>,
}

impl<S> Wire<S> {
    /// Gives up a client that takes nothing for `patience`.
    pub(super) fn new(stream: S, patience: Duration) -> Wire<S> {
        Wire { stream, line: Vec::new(), given: None, patience, lenient: false, alone: None, stall: None }
    }

    /// The same, where a command in a line without headers is a request too.
    pub(super) fn lenient(self, lenient: bool) -> Wire<S> {
        Wire { lenient, ..self }
    }

    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall = None;
            return written;
        }
        let patience = self.patience;
        let stall =
            self.stall.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        ready!(stall.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> Wire<S> {
    /// Reads until the first line is there, and mends it.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.given.is_none() {
            let mut chunk = [0; CHUNK];
            let mut buf = ReadBuf::new(&mut chunk);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buf) {
                Poll::Ready(read) => read?,
                Poll::Pending => {
                    let Some(alone) = &mut self.alone else { return Poll::Pending };
                    ready!(alone.as_mut().poll(cx));
                    self.line = alone_is_all(&self.line);
                    (self.given, self.alone) = (Some(0), None);
                    return Poll::Ready(Ok(()));
                }
            }
            let came = buf.filled();
            if self.alone.take().is_some() {
                self.line.extend_from_slice(came);
                self.given = Some(0);
                return Poll::Ready(Ok(()));
            }
            let start = self.line.len();
            self.line.extend_from_slice(came);
            let end = came.iter().position(|&byte| byte == b'\n').map(|at| start + at);
            if let Some(end) = end {
                let rest = self.line.split_off(end);
                self.line = mend(&self.line);
                self.line.extend_from_slice(&rest);
                if self.lenient && rest == b"\n" && self.line.starts_with(b"GET /cmd/") {
                    self.alone = Some(Box::pin(tokio::time::sleep(ALONE)));
                    continue;
                }
            }
            if end.is_some() || came.is_empty() || self.line.len() > LINE {
                self.given = Some(0);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.fill(cx))?;
        let given = self.given.unwrap_or(0);
        if given < self.line.len() {
            let count = buf.remaining().min(self.line.len() - given);
            buf.put_slice(&self.line[given..given + count]);
            self.given = Some(given + count);
            if given + count == self.line.len() {
                (self.line, self.given) = (Vec::new(), Some(0));
            }
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// A line that came alone as a whole request, whose answer ends with the connection.
fn alone_is_all(line: &[u8]) -> Vec<u8> {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let target = text.strip_suffix(b" HTTP/1.1").unwrap_or(text);
    [target, b" HTTP/1.0\r\n\r\n"].concat()
}

/// The line with all between its method and its version as a target may be written. Other lines stay as they are.
fn mend(line: &[u8]) -> Vec<u8> {
    let head = line.iter().position(|&byte| byte == b' ').map(|at| at + 1);
    let tail = line.windows(6).rposition(|six| six == b" HTTP/");
    let (Some(head), Some(tail)) = (head, tail) else { return line.to_vec() };
    if head > tail {
        return line.to_vec();
    }
    let mut mended = line[..head].to_vec();
    for &byte in &line[head..tail] {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/?&=%:+,;@!$'()*[]".contains(&byte);
        match plain {
            true => mended.push(byte),
            false => mended.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    mended.extend_from_slice(&line[tail..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn blanks_are_mended_and_the_rest_stays() {
        let mended = |line: &str| String::from_utf8(mend(line.as_bytes())).unwrap();
        assert_eq!(mended("GET /cmd/?e hello HTTP/1.1\r"), "GET /cmd/?e%20hello HTTP/1.1\r");
        assert_eq!(mended("GET /cmd/px%204@a#b HTTP/1.1\r"), "GET /cmd/px%204@a%23b HTTP/1.1\r");
        assert_eq!(
            mended("GET /cmd/?e GET / HTTP/1.1 HTTP/1.1"),
            "GET /cmd/?e%20GET%20/%20HTTP/1.1 HTTP/1.1"
        );
        for line in ["GET / HTTP/1.1\r", "POST /cmd HTTP/1.0", "", "GET", "GET HTTP/1.1", " HTTP/"] {
            assert_eq!(mended(line), line);
        }
    }

    fn through(pieces: Vec<Vec<u8>>) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut client, server) = tokio::io::duplex(16);
            let sender = tokio::spawn(async move {
                for piece in pieces {
                    client.write_all(&piece).await.unwrap();
                }
            });
            let mut got = Vec::new();
            Wire::new(server, Duration::from_secs(9)).read_to_end(&mut got).await.unwrap();
            sender.await.unwrap();
            got
        })
    }

    proptest! {
        #[test]
        fn what_is_behind_the_first_line_passes_unchanged(
            target in "[ -~]{0,40}",
            rest in proptest::collection::vec(any::<u8>(), 0..200),
            piece in 1..50_usize,
        ) {
            let mut all = format!("GET /{target} HTTP/1.1\r\n").into_bytes();
            let line = all.len();
            all.extend_from_slice(&rest);
            let got = through(all.chunks(piece).map(<[u8]>::to_vec).collect());
            let expected = mend(&all[..line - 1]);
            prop_assert!(got.starts_with(&expected));
            prop_assert_eq!(&got[expected.len()..], &all[line - 1..]);
        }
    }

    #[test]
    fn a_line_that_comes_alone_is_a_request_where_that_is_allowed() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let first = |lenient: bool, pieces: &'static [&'static str]| {
            runtime.block_on(async {
                let (mut client, server) = tokio::io::duplex(4096);
                let mut wire = Wire::new(server, Duration::from_secs(9)).lenient(lenient);
                for piece in pieces {
                    client.write_all(piece.as_bytes()).await.unwrap();
                }
                let mut got = vec![0; 4096];
                let read = tokio::time::timeout(Duration::from_secs(5), wire.read(&mut got)).await;
                read.map(|count| String::from_utf8_lossy(&got[..count.unwrap()]).into_owned())
            })
        };
        let line = &["GET /cmd/?e a HTTP/1.1\r\n"];
        assert_eq!(first(true, line).unwrap(), "GET /cmd/?e%20a HTTP/1.0\r\n\r\n");
        assert_eq!(first(false, line).unwrap(), "GET /cmd/?e%20a HTTP/1.1\r\n");
        let whole = &["GET /cmd/s HTTP/1.1\r\nHost: x\r\n\r\n"];
        assert_eq!(first(true, whole).unwrap(), whole[0]);
        assert_eq!(first(true, &["GET / HTTP/1.1\r\n"]).unwrap(), "GET / HTTP/1.1\r\n");
        // What comes later is not lost.
        let late = runtime.block_on(async {
            let (mut client, server) = tokio::io::duplex(4096);
            let mut wire = Wire::new(server, Duration::from_secs(9)).lenient(true);
            let sender = tokio::spawn(async move {
                client.write_all(b"GET /cmd/s HTTP/1.1\r\n").await.unwrap();
                tokio::time::sleep(ALONE / 2).await;
                client.write_all(b"Host: evil\r\n\r\n").await.unwrap();
            });
            let mut got = String::new();
            wire.read_to_string(&mut got).await.unwrap();
            sender.await.unwrap();
            got
        });
        assert_eq!(late, "GET /cmd/s HTTP/1.1\r\nHost: evil\r\n\r\n");
    }

    #[test]
    fn a_client_that_takes_nothing_is_given_up() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (_client, server) = tokio::io::duplex(16);
            let mut wire = Wire::new(server, Duration::from_secs(9));
            let error = wire.write_all(&[0; 64]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        });
    }
}
