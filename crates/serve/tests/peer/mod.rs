//! A server in this process, and a raw client that speaks through the codec alone.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test uses some of it, and may fail loudly"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use farad_io::{Ctx, Perm, Schemes};
use farad_serve::{Host, ViewId};
use farad_shell::flag::Flag;
use farad_shell::out::{Capture, Out};
use farad_shell::{Env, Group, Registry, Row, Session, config, load};
use farad_wire::rap::hello::ServerHello;
use farad_wire::rap::trailer::{Status, TailSplitter};
use farad_wire::rap::{Limits, Reply, ReplyDecoder, ReplyEvent, Request, Whence};

/// Commands of the tests' own: what a server does must not depend on what the shell has.
static GROUP: Group = Group {
    prefix: "test",
    brief: "tests",
    rows: &[
        Row::new("break!", "Panic", |_, _| panic!("as it was asked to")),
        Row::new("say", "Print a text", |env, args| Ok(writeln!(env.out, "{}", args.text)?)),
        Row::new("fill", "Print many digits", |env, args| {
            let mut left = env.number(args.text)?;
            while left > 0 {
                let piece = left.min(4096);
                env.out.write_all(&vec![b'0'; piece as usize])?;
                left -= piece;
            }
            Ok(writeln!(env.out)?)
        }),
        Row::new("warn", "Report a text", |env, args| {
            env.out.report(&format!("WARN: {}", args.text));
            Ok(())
        }),
        Row::new("at", "Print the seek", |env, _| Ok(writeln!(env.out, "{:#x}", env.view.seek)?)),
        Row::new("go", "Seek", |env, args| {
            env.view.seek = env.number(args.text)?;
            Ok(())
        }),
        Row::new("value", "Print a number", |env, args| {
            let value = env.number(args.text)?;
            Ok(writeln!(env.out, "{value:#x}")?)
        }),
        Row::new("mark", "Set a flag at the seek", |env, args| {
            env.session.flags.set(Flag::new(args.text, env.view.seek, 1));
            Ok(())
        }),
        Row::new("poke", "Write a byte at the seek", |env, args| {
            let byte = env.number(args.text)? as u8;
            Ok(env.write(env.view.seek, &[byte])?)
        }),
        Row::new("peek", "Print the byte at the seek", |env, _| {
            let mut byte = [0];
            env.read(env.view.seek, &mut byte)?;
            Ok(writeln!(env.out, "{}", byte[0])?)
        }),
        Row::new("set", "Set a variable of the view", |env, args| {
            let (name, value) = args.text.split_once('=').unwrap();
            let row = config::variable(name).unwrap();
            config::change(env, row, Some(value), config::Reach::Statement)
        }),
        Row::new("show", "Print a variable", |env, args| {
            let value = env.setting(args.text).to_owned();
            Ok(writeln!(env.out, "{value}")?)
        }),
        Row::new("spin", "Run until cancelled", |env, _| {
            loop {
                env.ctx.check()?;
                std::thread::sleep(Duration::from_millis(1));
            }
        }),
    ],
};

/// What the owner's commands print, seen from outside.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Capture>>);

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Out for Seen {
    fn report(&mut self, line: &str) {
        self.0.lock().unwrap().report(line);
    }
    fn mark_peer(&mut self, peer: &str) {
        self.0.lock().unwrap().mark_peer(peer);
    }
    fn mark_origin(&mut self, origin: &farad_shell::origin::Origin) {
        self.0.lock().unwrap().mark_origin(origin);
    }
}

impl Seen {
    pub fn text(&self) -> String {
        self.0.lock().unwrap().text()
    }
    pub fn reports(&self) -> String {
        self.0.lock().unwrap().reports.join("\n")
    }
}

/// A session with an open file.
pub fn host(file: &str, commands: &[&str]) -> Host {
    let groups = farad_shell::cmd::groups().into_iter().chain(farad_serve::GROUPS).chain([GROUP]);
    let schemes = Schemes::new().with(farad_io::local()).with(farad_io::network());
    let host = Host::start(Session::new(schemes, Registry::new(groups))).unwrap();
    let file = file.to_owned();
    let opened = host.with(ViewId::OWNER, move |session, view| {
        let mut env = Env { session, view, ctx: &Ctx::owner(), out: &mut Seen::default() };
        let request = load::Request { perm: Perm::RWX, ..load::Request::new(&file) };
        load::open(&mut env, &request).map(drop)
    });
    opened.unwrap().unwrap();
    for line in commands {
        let seen = Seen::default();
        let outcome = host.line(ViewId::OWNER, line, &Ctx::owner(), Box::new(seen.clone())).unwrap();
        assert!(outcome.ok, "{line}: {}", seen.reports());
    }
    host
}

/// A rap server on a port of the system's choice.
pub struct Server {
    pub host: Host,
    pub port: u16,
    reports: String,
    folder: tempfile::TempDir,
    ctx: Ctx,
    foreground: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(file: &str, commands: &[&str]) -> Server {
        Server::of(file, commands, "=&:0")
    }

    pub fn of(file: &str, commands: &[&str], command: &str) -> Server {
        let host = host(file, commands);
        let (seen, ctx) = (Seen::default(), Ctx::owner());
        host.line(ViewId::OWNER, command, &ctx, Box::new(seen.clone())).unwrap();
        Server::running(host, ctx, seen.reports(), None)
    }

    pub fn foreground(file: &str, commands: &[&str]) -> Server {
        Server::before(file, commands, "=:0")
    }

    pub fn before(file: &str, commands: &[&str], command: &str) -> Server {
        let host = host(file, commands);
        let (seen, ctx) = (Seen::default(), Ctx::owner());
        let (there, out, inner, command) = (host.clone(), seen.clone(), ctx.clone(), command.to_owned());
        let thread = std::thread::spawn(move || {
            there.line(ViewId::OWNER, &command, &inner, Box::new(out)).unwrap();
        });
        let started = Instant::now();
        while seen.reports().is_empty() && started.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Server::running(host, ctx, seen.reports(), Some(thread))
    }

    fn running(host: Host, ctx: Ctx, reports: String, foreground: Option<JoinHandle<()>>) -> Server {
        let after = reports.split("127.0.0.1:").nth(1).unwrap_or_else(|| panic!("{reports}"));
        let port = after.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        Server { host, port, reports, folder: tempfile::tempdir().unwrap(), ctx, foreground }
    }

    pub fn number(&self) -> u32 {
        let after = self.reports.split("(server ").nth(1).unwrap();
        after.split(')').next().unwrap().parse().unwrap()
    }

    /// Runs a line as the owner.
    pub fn line(&self, line: &str) -> String {
        let seen = Seen::default();
        self.host.line(ViewId::OWNER, line, &Ctx::owner(), Box::new(seen.clone())).unwrap();
        seen.text() + &seen.reports()
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn interrupt(&self) {
        self.ctx.cancel.raise();
    }

    pub fn wait_for_end(mut self) {
        if let Some(thread) = self.foreground.take() {
            thread.join().unwrap();
        }
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(started.elapsed() < Duration::from_secs(5), "it still listens");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A client that sends what it is told and decodes what comes.
pub struct Peer {
    pub stream: TcpStream,
    decoder: ReplyDecoder,
    received: Vec<u8>,
}

impl Peer {
    pub fn connect(port: u16) -> Peer {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.set_nodelay(true).unwrap();
        let limits = Limits { read: 64 << 20, ..Limits::client() };
        Peer { stream, decoder: ReplyDecoder::new(limits), received: Vec::new() }
    }

    pub fn send(&mut self, request: &Request) {
        let mut bytes = Vec::new();
        request.encode(&mut bytes).unwrap();
        self.stream.write_all(&bytes).unwrap();
    }

    /// The next reply, whole; a command's with all its body. `None` when the server hung up.
    pub fn reply(&mut self) -> Option<Reply> {
        let mut body = Vec::new();
        loop {
            let mut input = self.received.as_slice();
            let found = next_reply(&mut self.decoder, &mut input, &mut body);
            let left = input.len();
            self.received.drain(..self.received.len() - left);
            if found.is_some() {
                return found;
            }
            let mut chunk = vec![0; 1 << 16];
            match self.stream.read(&mut chunk) {
                Ok(0) => return None,
                Ok(count) => self.received.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub fn open(&mut self, mode: u8, name: &str) -> Option<u32> {
        self.send(&Request::Open { mode, name: name.as_bytes().to_vec() });
        match self.reply() {
            Some(Reply::Open { fd }) => Some(fd),
            None => None,
            other => panic!("{other:?}"),
        }
    }

    pub fn seek(&mut self, whence: Whence, offset: u64) -> u64 {
        self.send(&Request::Seek { whence, offset });
        match self.reply() {
            Some(Reply::Seek { offset }) => offset,
            other => panic!("{other:?}"),
        }
    }

    pub fn read(&mut self, len: u32) -> Vec<u8> {
        self.send(&Request::Read { len });
        match self.reply() {
            Some(Reply::Read { data }) => data,
            other => panic!("{other:?}"),
        }
    }

    pub fn write(&mut self, data: &[u8]) -> bool {
        self.send(&Request::Write { data: data.to_vec() });
        match self.reply() {
            Some(Reply::Write { code }) => code == 1,
            other => panic!("{other:?}"),
        }
    }

    /// A command's reply as it came.
    pub fn command(&mut self, text: &[u8]) -> Vec<u8> {
        self.send(&Request::Command { text: text.to_vec() });
        self.reply_body()
    }

    fn reply_body(&mut self) -> Vec<u8> {
        match self.reply() {
            Some(Reply::Command { text }) => text,
            other => panic!("{other:?}"),
        }
    }

    /// A command's text, as a stock client reads it.
    pub fn text(&mut self, line: &str) -> String {
        self.send(&Request::Command { text: line.as_bytes().to_vec() });
        self.reply_text()
    }

    pub fn reply_text(&mut self) -> String {
        let body = self.reply_body();
        let end = body.iter().position(|&byte| byte == 0).expect("a NUL");
        String::from_utf8(body[..end].to_vec()).unwrap()
    }

    pub fn hello(&mut self, note: &str) -> ServerHello {
        let body = self.command(note.as_bytes());
        ServerHello::parse(&body).expect("a farad server")
    }

    /// A command's text, status and message, as a farad client reads them.
    pub fn farad_text(&mut self, line: &str) -> (String, (Status, String)) {
        self.send(&Request::Command { text: line.as_bytes().to_vec() });
        self.farad_reply()
    }

    pub fn farad_reply(&mut self) -> (String, (Status, String)) {
        let body = self.reply_body();
        let mut splitter = TailSplitter::with_trailer(body.len() as u32);
        let mut text = splitter.push(&body).to_vec();
        let tail = splitter.finish().unwrap();
        text.extend_from_slice(&tail.text);
        let trailer = tail.trailer.unwrap();
        (String::from_utf8(text).unwrap(), (trailer.status(), trailer.message().to_owned()))
    }
}

/// The replies in a server's bytes.
pub fn replies(mut bytes: &[u8]) -> Vec<Reply> {
    let mut decoder = ReplyDecoder::new(Limits::client());
    let mut body = Vec::new();
    std::iter::from_fn(|| next_reply(&mut decoder, &mut bytes, &mut body)).collect()
}

/// The next whole reply of the bytes at hand; `body` keeps what came of it.
fn next_reply(decoder: &mut ReplyDecoder, input: &mut &[u8], body: &mut Vec<u8>) -> Option<Reply> {
    loop {
        return Some(match decoder.next(input).unwrap()? {
            ReplyEvent::ReadStart { .. } | ReplyEvent::CommandStart { .. } => continue,
            ReplyEvent::ReadBytes(bytes) | ReplyEvent::CommandBytes(bytes) => {
                body.extend_from_slice(bytes);
                continue;
            }
            ReplyEvent::Open { fd } => Reply::Open { fd },
            ReplyEvent::Write { code } => Reply::Write { code },
            ReplyEvent::Seek { offset } => Reply::Seek { offset },
            ReplyEvent::Close { code } => Reply::Close { code },
            ReplyEvent::ReadEnd => Reply::Read { data: std::mem::take(body) },
            ReplyEvent::CommandEnd => Reply::Command { text: std::mem::take(body) },
            ReplyEvent::ReverseCommand { text } => panic!("{text:?}"),
        });
    }
}
