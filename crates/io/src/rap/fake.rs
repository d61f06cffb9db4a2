//! Servers for tests: one that behaves as a stock or a farad server does, and a stage for those that lie.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use farad_wire::rap::hello::{Kind, Note, Ownership, ServerHello};
use farad_wire::rap::trailer::{Status, Trailer};
use farad_wire::rap::{
    Limits, Reply, Request, RequestDecoder, Whence, command_reply_header, read_reply_header,
};

use super::{RapClient, RapOptions};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::uri::Transport;

/// What a server was asked, and in how many flights.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: Vec<Request>,
    /// How often it found requests after having answered all before.
    pub(crate) flights: usize,
}

/// A server on a thread of its own, for one connection.
pub(crate) struct Fake {
    pub(crate) transport: Transport,
    pub(crate) log: Arc<Mutex<Log>>,
    thread: JoinHandle<()>,
}

impl Fake {
    /// Runs `serve` with the first connection.
    pub(crate) fn on_stage(serve: impl FnOnce(TcpStream) + Send + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            stream.set_nodelay(true).unwrap();
            serve(stream);
        });
        let transport = Transport::Network { host: "127.0.0.1".to_owned(), port };
        Fake { transport, log: Arc::default(), thread }
    }

    /// A server that does what it should.
    pub(crate) fn honest(server: Server) -> Fake {
        let log = Arc::<Mutex<Log>>::default();
        let ours = Arc::clone(&log);
        let fake = Fake::on_stage(move |stream| server.serve(stream, &ours));
        Fake { log, ..fake }
    }

    pub(crate) fn connect(&self, path: Option<&str>) -> Result<RapClient> {
        self.connect_within(path, Duration::from_secs(5))
    }

    pub(crate) fn connect_within(&self, path: Option<&str>, timeout: Duration) -> Result<RapClient> {
        let options = RapOptions { timeout, ..RapOptions::default() };
        RapClient::connect(&self.transport, path, options, &Ctx::owner())
    }

    /// Forgets what was asked so far.
    pub(crate) fn clear(&self) {
        *self.log.lock().unwrap() = Log::default();
    }

    pub(crate) fn flights(&self) -> usize {
        self.log.lock().unwrap().flights
    }

    /// The commands that were asked for.
    pub(crate) fn commands(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let texts = log.requests.iter().filter_map(|request| match request {
            Request::Command { text } => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        });
        texts.collect()
    }

    /// Waits until the server has ended, and panics if it did.
    pub(crate) fn join(self) {
        self.thread.join().unwrap();
    }
}

/// How an honest server behaves.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) farad: bool,
    pub(crate) file: Vec<u8>,
    /// Bytes sent at once, with a pause behind each.
    pub(crate) trickle: Option<usize>,
    /// How long each flight takes to be answered.
    pub(crate) delay: Duration,
    pub(crate) writable: bool,
    pub(crate) seek: u64,
    pub(crate) block: usize,
    /// It has answered a hello as farad.
    pub(crate) greeted: bool,
}

impl Server {
    pub(crate) fn stock(file: Vec<u8>) -> Server {
        Server {
            farad: false,
            file,
            trickle: None,
            delay: Duration::ZERO,
            writable: true,
            seek: 0x40,
            block: 0x100,
            greeted: false,
        }
    }

    pub(crate) fn farad(file: Vec<u8>) -> Server {
        Server { farad: true, ..Server::stock(file) }
    }

    fn serve(mut self, mut stream: TcpStream, log: &Mutex<Log>) {
        let mut decoder = RequestDecoder::new(Limits::server());
        let mut chunk = vec![0; 1 << 16];
        loop {
            let received = match stream.read(&mut chunk) {
                Ok(0) => return,
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return,
                Err(error) => panic!("{error}"),
            };
            log.lock().unwrap().flights += 1;
            std::thread::sleep(self.delay);
            let mut input = &chunk[..received];
            while let Some(request) = decoder.next(&mut input).unwrap() {
                log.lock().unwrap().requests.push(request.clone());
                let Some(reply) = self.answer(request) else { return };
                if self.send(&mut stream, &reply).is_err() {
                    return;
                }
            }
        }
    }

    fn send(&self, stream: &mut TcpStream, reply: &[u8]) -> std::io::Result<()> {
        for piece in reply.chunks(self.trickle.unwrap_or(usize::MAX)) {
            stream.write_all(piece)?;
            if self.trickle.is_some() {
                std::thread::sleep(Duration::from_micros(20));
            }
        }
        Ok(())
    }

    fn answer(&mut self, request: Request) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let reply = match request {
            Request::Open { name, .. } if name.is_empty() || name.starts_with(b"/no") => return None,
            Request::Open { .. } => Reply::Open { fd: 3 },
            Request::Seek { whence: Whence::Size, .. } => Reply::Seek { offset: self.file.len() as u64 },
            Request::Seek { whence: Whence::Tell, .. } => Reply::Seek { offset: self.seek },
            Request::Seek { offset, .. } => {
                self.seek = offset;
                Reply::Seek { offset }
            }
            Request::Read { len } => {
                self.read(len as usize, &mut out);
                return Some(out);
            }
            Request::Write { data } => {
                let at = self.seek as usize;
                let code = match self.file.get_mut(at..at + data.len()) {
                    Some(place) if self.writable => {
                        place.copy_from_slice(&data);
                        1
                    }
                    _ => 0,
                };
                Reply::Write { code }
            }
            Request::Close { .. } => return None,
            Request::Command { text } => {
                self.command(&text, &mut out);
                return Some(out);
            }
        };
        reply.encode(&mut out).unwrap();
        Some(out)
    }

    fn read(&mut self, len: usize, out: &mut Vec<u8>) {
        assert!(self.farad || len <= 4096, "a stock server does not bear {len}");
        if !self.farad {
            self.block = len;
        }
        let at = (self.seek as usize).min(self.file.len());
        let data = &self.file[at..self.file.len().min(at + len)];
        let filled = if self.farad { data.len() } else { len };
        out.extend_from_slice(&read_reply_header(filled as u32));
        out.extend_from_slice(data);
        out.resize(5 + filled, 0xff);
    }

    fn command(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let line = String::from_utf8_lossy(text).into_owned();
        let mut trailer = self.greeted.then(|| Trailer::new(Status::Done, ""));
        let printed = match Note::parse(text) {
            Some(Note::Hello(_)) if self.farad => {
                self.greeted = true;
                self.hello().to_string()
            }
            Some(Note::Stat) if self.farad => self.hello().to_string(),
            _ => match line.split_once(' ') {
                _ if line == "where" => format!("{:#x} {:#x}\n", self.seek, self.block),
                _ if line == "b" => format!("{:#x}\n", self.block),
                Some(("b", number)) => {
                    self.block = usize::from_str_radix(number.trim_start_matches("0x"), 16).unwrap();
                    String::new()
                }
                _ if line == "s" => format!("{:#x}\n", self.seek),
                Some(("go", number)) => {
                    self.seek = u64::from_str_radix(number.trim_start_matches("0x"), 16).unwrap();
                    String::new()
                }
                Some(("print", number)) => "x".repeat(number.parse().unwrap()),
                Some(("fail", message)) => {
                    trailer = trailer.map(|_| Trailer::new(Status::Failed, message));
                    "before\n".to_owned()
                }
                Some(("note", message)) => {
                    trailer = trailer.map(|_| Trailer::new(Status::Done, message));
                    String::new()
                }
                Some(("sleep", ms)) => {
                    std::thread::sleep(Duration::from_millis(ms.parse().unwrap()));
                    "slept\n".to_owned()
                }
                Some(("echo", word)) => format!("{word}\n"),
                _ => String::new(),
            },
        };
        let mut tail = Vec::new();
        match trailer {
            Some(trailer) => trailer.encode(&mut tail),
            None => tail.push(0),
        }
        let len = printed.len() + tail.len();
        out.extend_from_slice(&command_reply_header(len as u32));
        out.extend_from_slice(printed.as_bytes());
        out.extend_from_slice(&tail);
    }

    fn hello(&self) -> ServerHello {
        ServerHello {
            session: Some(Ownership::Own),
            kind: Some(Kind::Regular),
            size: Some(self.file.len() as u64),
            stamp: Some("first".to_owned()),
            seek: Some(self.seek),
            max: Some(1 << 20),
            ..ServerHello::default()
        }
    }
}
