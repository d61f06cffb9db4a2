//! `http://` and `https://`: a copy of a file, fetched when it is opened.

use std::time::Duration;

use crate::backend::Backend;
use crate::backend::memory::Memory;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result, Stage};
use crate::net::web::{Request, fetch};
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// Most bytes fetched.
const LIMIT: u64 = 1 << 30;

/// For how long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// The row of `http`.
pub(super) static PLAIN: Scheme = Scheme {
    names: &["http"],
    brief: "a copy in memory of a file at a web server",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["http://[USER@]HOST[:PORT]/PATH"],
    open,
};

/// The row of `https`.
pub(super) static SECURE: Scheme = Scheme {
    names: &["https"],
    brief: "a copy in memory of a file at a web server, over TLS",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["https://[USER@]HOST[:PORT]/PATH"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let request = Request {
        silence: SILENCE,
        reach: options.timeout,
        whole: options.pace.whole,
        limit: LIMIT + 1,
        roams: true,
    };
    let mut fetch = fetch(uri, request, &options.web, ctx)?;
    match Memory::slurp(&uri.text, &mut fetch, LIMIT, ctx) {
        Ok(memory) => Ok(Box::new(memory)),
        Err(Error::Open { source, .. }) => Err(match fetch.status() {
            Some(404) => Error::Peer {
                uri: uri.text.clone(),
                stage: Stage::Open,
                why: "the server has no such file (404)".to_owned(),
            },
            _ => fetch.error(source),
        }),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    /// Serves one request with `answer` and returns its first line.
    fn serve(answer: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            let _ = stream.write_all(&answer);
            first.trim_end().to_owned()
        });
        (address, server)
    }

    fn get(uri: &str) -> Result<Box<dyn Backend>> {
        open(&Uri::parse(uri), &OpenOptions::default(), &Ctx::owner())
    }

    #[test]
    fn a_file_is_fetched_whole() {
        let body = (0..300_000u32).map(|at| (at % 251) as u8).collect::<Vec<u8>>();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let (address, server) = serve([head.as_bytes(), &body].concat());
        let mut backend = get(&format!("http://{address}/a file?x=1 2")).unwrap();
        assert_eq!(server.join().unwrap(), "GET /a%20file?x=1%202 HTTP/1.1");
        let mut got = vec![0; body.len() + 1];
        assert_eq!(backend.read_at(0, &mut got, &Ctx::owner()).unwrap(), body.len());
        assert!(got[..body.len()] == body);
    }

    #[test]
    fn failures_name_their_stage() {
        let stage = |uri: &str| match get(uri).err().unwrap() {
            Error::Peer { stage, .. } => stage,
            error => panic!("{error}"),
        };
        let (address, _server) = serve(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec());
        assert_eq!(stage(&format!("http://{address}/none")), Stage::Open);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(stage(&format!("http://127.0.0.1:{port}/")), Stage::Connect);
        let (address, _server) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec());
        assert_eq!(stage(&format!("http://{address}/cut")), Stage::Answer);
    }

    #[test]
    fn a_server_without_tls_is_not_taken_for_one_with() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        });
        assert!(matches!(get(&format!("https://{address}/")), Err(Error::Peer { .. })));
        server.join().unwrap();
    }

    #[test]
    fn a_cancel_does_not_wait_for_the_server() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = Uri::parse(&format!("http://{}/", listener.local_addr().unwrap()));
        let ctx = Ctx::owner().within(Duration::from_millis(50));
        let started = Instant::now();
        assert!(matches!(open(&uri, &OpenOptions::default(), &ctx), Err(Error::Deadline)));
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}
