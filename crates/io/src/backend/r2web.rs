//! `r2web://HOST:PORT/cmd/`: the addresses of a session behind a web server of farad or radare2.
//!
//! Bytes are read by `p8` and written by `wx`, as radare2 does it. Beyond that the far end is asked, in the same
//! request, what is mapped there: what `p8` prints of other addresses is its filling.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::backend::{Backend, Caching, Remote, Status, WriteAt};
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result, Stage};
use crate::net::WebClient;
use crate::perm::Perm;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

mod areas;

use areas::Areas;

/// For how long what is mapped there is taken to stay as it is.
const FRESH: Duration = Duration::from_secs(1);

/// Most bytes read by one request. radare2's server prints no more (5.7.4).
const STOCK_READ: usize = 32 << 10;
const READ: usize = 1 << 20;

/// Most bytes written by one request; radare2's server takes short ones only.
const STOCK_WRITE: usize = 512;
const WRITE: usize = 64 << 10;

/// Most bytes of an answer beside what was asked to be printed: the list of maps.
const LIST: usize = 4 << 20;

/// The row of `r2web`.
pub(super) static PLAIN: Scheme = Scheme {
    names: &["r2web"],
    brief: "the addresses of a session behind a web server of farad or radare2",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["r2web://[USER@]HOST[:PORT]/cmd/"],
    open,
};

/// The row of `r2webs`.
pub(super) static SECURE: Scheme = Scheme {
    names: &["r2webs"],
    brief: "the same over TLS",
    permissions: "rw_",
    effects: Effects::NETWORK,
    uris: &["r2webs://[USER@]HOST[:PORT]/cmd/"],
    open,
};

fn open(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let client = WebClient::new(uri, &options.web, ctx)?;
    let mut web =
        R2Web { client, areas: None, tells: true, asked: None, written: options.perm.contains(Perm::W) };
    // As radare2 does it: what has no version to tell runs no commands.
    let answer = web.ask("?V", 0, ctx)?;
    if answer.trim().is_empty() {
        let why = "what answers there runs no commands (r2web://HOST:PORT/cmd/)".to_owned();
        return Err(Error::Peer { uri: uri.text.clone(), stage: Stage::Open, why });
    }
    Ok(Box::new(web))
}

struct R2Web {
    client: WebClient,
    /// What is mapped there; `None` where that was not asked, or is not told.
    areas: Option<Areas>,
    /// Whether the far end tells what is mapped.
    tells: bool,
    /// When it told that last.
    asked: Option<Instant>,
    /// Whether it was opened to be written to.
    written: bool,
}

impl Backend for R2Web {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            let Some(at) = addr.checked_add(done as u64) else { break };
            let n = self.read_piece(at, &mut buf[done..], ctx)?;
            done += n;
            if n == 0 {
                break;
            }
        }
        Ok(done)
    }

    fn size(&self) -> u64 {
        u64::MAX
    }

    /// The session there has other clients too.
    fn caching(&self) -> Caching {
        Caching::Command
    }

    fn next_readable(&mut self, after: u64, ctx: &Ctx) -> Result<Option<u64>> {
        self.refresh(ctx)?;
        Ok(self.areas.as_ref().and_then(|areas| areas.next(after)))
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        if self.written { Some(self) } else { None }
    }

    fn as_remote(&mut self) -> Option<&mut dyn Remote> {
        Some(self)
    }
}

impl WriteAt for R2Web {
    /// What was written is read again by the same request, since radare2's server does not say that it could not write.
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        let most = if self.client.is_stock() { STOCK_WRITE } else { WRITE };
        let mut at = addr;
        for piece in data.chunks(most) {
            let digits: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
            let line = format!("wx {digits} @ {at:#x};p8 {} @ {at:#x}", piece.len());
            let answer = self.ask(&line, piece.len(), ctx)?;
            if !answer.trim().eq_ignore_ascii_case(&digits) {
                let uri = self.client.uri().to_owned();
                let source =
                    io::Error::other("the far end kept what was there (is it open for writing there?)");
                return Err(Error::Io { operation: "write", uri, addr: at, len: piece.len(), source });
            }
            at = at.wrapping_add(piece.len() as u64);
        }
        Ok(())
    }
}

impl Remote for R2Web {
    fn command(&mut self, line: &str, out: &mut dyn Write, ctx: &Ctx) -> Result<Status> {
        // Whatever it does, it may do it to what is mapped.
        self.asked = None;
        self.client.command(line, out, ctx)
    }

    fn is_here(&self) -> bool {
        self.client.is_here()
    }
}

impl R2Web {
    /// Reads what one request can bring.
    fn read_piece(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let most = if self.client.is_stock() { STOCK_READ } else { READ };
        let mut len = buf.len().min(most);
        let is_fresh = self.is_fresh();
        if is_fresh && let Some(areas) = &self.areas {
            match areas.room(addr) {
                0 => return Ok(0),
                room => len = usize::try_from(room).unwrap_or(usize::MAX).min(len),
            }
        }
        let print = format!("p8 {len} @ {addr:#x}");
        let answer = match is_fresh {
            true => self.ask(&print, len, ctx)?,
            false => {
                let answer = self.ask(&format!("{}{print}", areas::QUESTION), len, ctx)?;
                match self.learn(&answer) {
                    Some(rest) => rest,
                    None => self.ask(&print, len, ctx)?,
                }
            }
        };
        let room = self.areas.as_ref().map_or(u64::MAX, |areas| areas.room(addr));
        if room == 0 {
            return Ok(0);
        }
        let n = unhex(answer.trim(), &mut buf[..len])
            .ok_or_else(|| self.wrong(&format!("'p8' printed something else: {:.40}", first(&answer))))?;
        Ok(n.min(usize::try_from(room).unwrap_or(usize::MAX)))
    }

    fn refresh(&mut self, ctx: &Ctx) -> Result<()> {
        if !self.is_fresh() {
            let answer = self.ask(areas::QUESTION, 0, ctx)?;
            self.learn(&answer);
        }
        Ok(())
    }

    fn is_fresh(&self) -> bool {
        !self.tells || self.asked.is_some_and(|when| when.elapsed() < FRESH)
    }

    /// Takes in what is mapped, and returns what the answer has behind that; `None` where the far end does not
    /// understand the question.
    fn learn(&mut self, answer: &str) -> Option<String> {
        self.asked = Some(Instant::now());
        match Areas::parse(answer) {
            Some((areas, rest)) => {
                self.areas = areas;
                Some(rest.to_owned())
            }
            None => {
                (self.tells, self.areas) = (false, None);
                None
            }
        }
    }

    /// Runs a command that prints at most `len` bytes in hex, and a list.
    fn ask(&mut self, line: &str, len: usize, ctx: &Ctx) -> Result<String> {
        self.client.question(line, LIST + len * 2, ctx)
    }

    fn wrong(&self, why: &str) -> Error {
        Error::Connection { uri: self.client.uri().to_owned(), why: why.to_owned() }
    }
}

fn first(answer: &str) -> String {
    answer.trim().lines().next().unwrap_or_default().chars().filter(|letter| !letter.is_control()).collect()
}

/// The bytes that digits stand for, as many as there are; `None` where something else stands there.
fn unhex(digits: &str, buf: &mut [u8]) -> Option<usize> {
    let pairs = digits.as_bytes().chunks(2);
    let len = pairs.len();
    if len > buf.len() {
        return None;
    }
    for (pair, byte) in pairs.zip(buf) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = (digit(0)? << 4 | digit(1)?) as u8;
    }
    Some(len)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::layer::Io;
    use crate::scheme::Schemes;

    /// A session far away: 64 KiB mapped at 0x10000, in a server of radare2's kind or not.
    struct Far {
        bytes: Vec<u8>,
        stock: bool,
        /// Whether it knows what is mapped.
        tells: bool,
        /// Whether it can be written to.
        writable: bool,
        asked: Vec<String>,
        connections: usize,
    }

    const BASE: u64 = 0x10000;

    impl Far {
        fn start(stock: bool, tells: bool, writable: bool) -> (String, Arc<Mutex<Far>>) {
            let bytes = (0..0x10000u32).map(|at| (at * 7 + at / 256) as u8).collect();
            let far = Far { bytes, stock, tells, writable, asked: Vec::new(), connections: 0 };
            let far = Arc::new(Mutex::new(far));
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let uri = format!("r2web://{}/cmd/", listener.local_addr().unwrap());
            let shared = far.clone();
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    let far = shared.clone();
                    std::thread::spawn(move || serve(&far, stream.unwrap()));
                }
            });
            (uri, far)
        }

        fn run(&mut self, line: &str) -> String {
            self.asked.push(line.to_owned());
            line.split(';').map(|command| self.one(command)).collect()
        }

        fn one(&mut self, command: &str) -> String {
            let words: Vec<&str> = command.split_whitespace().collect();
            let addr = |at: usize| number(words[at]);
            match words[..] {
                ["?V"] => "5.7.4\n".to_owned(),
                ["e", "io.va"] if self.tells => "true\n".to_owned(),
                ["?v", "$s"] => "0x10000\n".to_owned(),
                ["om"] => "* 1 fd: 3 +0x00000000 0x00010000 - 0x0001ffff rw- x\n".to_owned(),
                ["?e", text] => format!("{text}\n"),
                ["p8", count, "@", _] => {
                    let (count, from) = (count.parse::<u64>().unwrap(), addr(3));
                    assert!(!self.stock || count <= STOCK_READ as u64);
                    let byte = |at: u64| at.checked_sub(BASE).and_then(|at| self.bytes.get(at as usize));
                    let digits = (from..from + count).map(|at| format!("{:02x}", byte(at).unwrap_or(&0xff)));
                    digits.collect::<String>() + "\n"
                }
                ["wx", digits, "@", _] => {
                    let at = (addr(3) - BASE) as usize;
                    if self.writable {
                        unhex(digits, &mut self.bytes[at..]).unwrap();
                    }
                    String::new()
                }
                ["flood"] => "f".repeat(LIST + 100),
                _ => String::new(),
            }
        }
    }

    fn number(text: &str) -> u64 {
        u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
    }

    fn serve(far: &Mutex<Far>, mut stream: TcpStream) {
        far.lock().unwrap().connections += 1;
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if reader.read_line(&mut head).unwrap_or(0) == 0 {
                    return;
                }
            }
            let path = head.split(' ').nth(1).unwrap().strip_prefix("/cmd/").unwrap();
            let mut line = path.to_owned();
            for (code, letter) in [("%20", " "), ("%3B", ";"), ("%3F", "?"), ("%40", "@"), ("%24", "$")] {
                line = line.replace(code, letter);
            }
            let mut far = far.lock().unwrap();
            let answer = far.run(&line);
            let version = if far.stock { "1.0" } else { "1.1" };
            let head = format!("HTTP/{version} 200 ok\r\nContent-Length: {}\r\n\r\n", answer.len());
            if stream.write_all((head + &answer).as_bytes()).is_err() || far.stock {
                return;
            }
        }
    }

    fn opened(uri: &str, perm: Perm) -> (Io, u32) {
        let mut io = Io::new(Schemes::new().with(super::super::network()));
        let options = OpenOptions { perm, ..OpenOptions::default() };
        let fd = io.open(uri, &options, &Ctx::owner()).unwrap();
        (io, fd)
    }

    #[test]
    fn bytes_come_in_few_requests_over_one_connection() {
        let ctx = Ctx::owner();
        for (stock, requests) in [(false, 3), (true, 4)] {
            let (uri, far) = Far::start(stock, true, false);
            let (mut io, fd) = opened(&uri, Perm::R);
            let descriptor = io.descriptor(fd).unwrap();
            let mut buf = vec![0; 0x10000];
            assert_eq!(descriptor.read_at(BASE + 0x100, &mut buf[..16], &ctx).unwrap(), 16);
            assert_eq!(descriptor.read_at(BASE, &mut buf[..0x4000], &ctx).unwrap(), 0x4000);
            assert_eq!(descriptor.read_at(BASE, &mut buf, &ctx).unwrap(), 0x10000);
            let far = far.lock().unwrap();
            assert!(buf == far.bytes);
            assert_eq!(far.asked.len(), requests, "{:?}", far.asked);
            assert!(far.stock || far.connections == 1);
        }
    }

    #[test]
    fn what_is_not_mapped_there_is_not_read_here() {
        let ctx = Ctx::owner();
        let (uri, far) = Far::start(false, true, false);
        let (mut io, fd) = opened(&uri, Perm::R);
        let descriptor = io.descriptor(fd).unwrap();
        let mut buf = [0; 32];
        assert_eq!(descriptor.read_at(0, &mut buf, &ctx).unwrap(), 0);
        assert_eq!(descriptor.read_at(BASE - 16, &mut buf, &ctx).unwrap(), 0);
        assert_eq!(descriptor.read_at(0x1fff0, &mut buf, &ctx).unwrap(), 16);
        assert_eq!(descriptor.next_readable(0, &ctx).unwrap(), Some(BASE));
        assert_eq!(descriptor.next_readable(0x1ffff, &ctx).unwrap(), None);
        assert!(far.lock().unwrap().asked.len() <= 3, "{:?}", far.lock().unwrap().asked);
        // A far end that cannot tell is believed.
        let (uri, _far) = Far::start(false, false, false);
        let (mut io, fd) = opened(&uri, Perm::R);
        let descriptor = io.descriptor(fd).unwrap();
        assert_eq!(descriptor.read_at(0, &mut buf, &ctx).unwrap(), 32);
        assert_eq!(buf, [0xff; 32]);
        assert_eq!(descriptor.read_at(BASE, &mut buf[..4], &ctx).unwrap(), 4);
        assert_eq!(buf[..4], [0, 7, 14, 21]);
    }

    #[test]
    fn bytes_are_written_and_a_write_that_was_not_made_is_told() {
        let ctx = Ctx::owner();
        for stock in [false, true] {
            let (uri, far) = Far::start(stock, true, true);
            let (mut io, fd) = opened(&uri, Perm::RW);
            let data: Vec<u8> = (0..1500u32).map(|at| (at * 13) as u8).collect();
            io.descriptor(fd).unwrap().write_at(BASE + 8, &data, &ctx).unwrap();
            assert!(far.lock().unwrap().bytes[8..1508] == data);
            far.lock().unwrap().writable = false;
            let error = io.descriptor(fd).unwrap().write_at(BASE, b"abc", &ctx).unwrap_err().to_string();
            assert!(error.contains("open for writing there"), "{error}");
        }
        let (uri, far) = Far::start(false, true, true);
        let (mut io, fd) = opened(&uri, Perm::R);
        assert!(io.descriptor(fd).unwrap().write_at(BASE, b"abc", &ctx).is_err());
        assert_eq!(far.lock().unwrap().asked.len(), 1);
    }

    #[test]
    fn commands_run_there_and_answers_have_bounds() {
        let ctx = Ctx::owner();
        let (uri, _far) = Far::start(false, true, true);
        let options = OpenOptions::default();
        let mut backend = open(&Uri::parse(&uri), &options, &ctx).unwrap();
        let mut out = Vec::new();
        backend.as_remote().unwrap().command("?e hi", &mut out, &ctx).unwrap();
        assert_eq!(out, b"hi\n");
        let client = WebClient::new(&Uri::parse(&uri), &options.web, &ctx).unwrap();
        let mut web = R2Web { client, areas: None, tells: true, asked: None, written: false };
        let error = web.ask("flood", 16, &ctx).unwrap_err().to_string();
        assert!(error.contains("longer"), "{error}");
        let none = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = open(&Uri::parse(&format!("r2web://{none}/")), &options, &ctx).err().unwrap();
        assert!(matches!(error, Error::Peer { stage: Stage::Connect, .. }), "{error}");
    }
}
