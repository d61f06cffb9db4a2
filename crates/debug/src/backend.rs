//! `dbg://` and its kin: a target as a backend, through an agent.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use farad_io::{Backend, Caching, Ctx, Effects, Error, OpenOptions, Result, Scheme, Target, Uri, WriteAt};
use farad_wire::target::{self, Bytes, Launch, Reply, Request, Start, frame};

use crate::agent;

/// How often is looked whether a command was cancelled.
const TICK: Duration = Duration::from_millis(10);
/// How often is looked for a process that is to come.
const LOOK: Duration = Duration::from_millis(2);

/// For how long an agent that was told to stop the target may be silent.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of memory in one message that writes.
const PIECE: usize = 1 << 20;

/// The schemes by which processes are debugged.
pub fn schemes() -> impl Iterator<Item = &'static Scheme> {
    [&DEBUG, &ATTACH, &NAMED, &AWAITED].into_iter()
}

static DEBUG: Scheme = Scheme {
    names: &["dbg"],
    brief: "a program or process under the debugger",
    permissions: "rwd",
    effects: Effects::DEBUG,
    uris: &["dbg://PATH ARGS", "dbg://PID"],
    open: open_any,
};

static ATTACH: Scheme = Scheme {
    names: &["attach"],
    brief: "a process that runs, under the debugger",
    permissions: "rwd",
    effects: Effects::DEBUG,
    uris: &["attach://PID"],
    open: attach,
};

static NAMED: Scheme = Scheme {
    names: &["pidof"],
    brief: "the process of a name, under the debugger",
    permissions: "rwd",
    effects: Effects::DEBUG,
    uris: &["pidof://NAME"],
    open: attach_named,
};

static AWAITED: Scheme = Scheme {
    names: &["waitfor"],
    brief: "the next process of a name, under the debugger",
    permissions: "rwd",
    effects: Effects::DEBUG,
    uris: &["waitfor://NAME"],
    open: attach_awaited,
};

fn wrong(uri: &Uri, why: impl Into<String>) -> Error {
    Error::Uri { uri: uri.text.clone(), why: why.into() }
}

fn open_any(uri: &Uri, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    if uri.rest.trim().parse::<u32>().is_ok() {
        return attach(uri, options, ctx);
    }
    if let Some(why) = &options.launch.fault {
        return Err(wrong(uri, why.clone()));
    }
    let words = shlex::split(&uri.rest).ok_or_else(|| wrong(uri, "a quote is not closed"))?;
    let mut words = words.into_iter();
    let path = words.next().ok_or_else(|| wrong(uri, "name a program or the number of a process"))?;
    let launch = Launch {
        path,
        args: words.collect(),
        profile: options.launch.profile.clone(),
        aslr: options.launch.aslr,
        terminal: options.launch.terminal,
    };
    start(uri, Start::Launch(launch), ctx)
}

fn attach(uri: &Uri, _options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let pid = uri.rest.trim().parse();
    let pid = pid.map_err(|_| wrong(uri, format!("'{}' is no process: give its number", uri.rest)))?;
    start(uri, Start::Attach { pid }, ctx)
}

fn attach_named(uri: &Uri, _options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    match crate::system::named(&uri.rest)[..] {
        [] => Err(wrong(uri, format!("no process is called '{}'", uri.rest))),
        [pid] => start(uri, Start::Attach { pid }, ctx),
        ref many => {
            let list: Vec<String> = many.iter().take(8).map(u32::to_string).collect();
            Err(wrong(uri, format!("several processes are called so: attach://{}", list.join(", attach://"))))
        }
    }
}

fn attach_awaited(uri: &Uri, _options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let before = crate::system::named(&uri.rest);
    loop {
        let now = crate::system::named(&uri.rest);
        if let Some(&pid) = now.iter().find(|pid| !before.contains(pid)) {
            return start(uri, Start::Attach { pid }, ctx);
        }
        ctx.check()?;
        std::thread::sleep(LOOK);
    }
}

fn start(uri: &Uri, start: Start, ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let mut debugged = Debugged::spawn(&uri.text)?;
    match debugged.ask(&Request::Start(start), &mut std::io::sink(), ctx)? {
        Reply::Failed(why) => Err(wrong(uri, why)),
        _ => Ok(Box::new(debugged)),
    }
}

/// A target, and the agent that has it.
struct Debugged {
    uri: String,
    socket: UnixStream,
    came: frame::Frames,
    /// For how long the agent may be silent once it was told to stop the target.
    patience: Duration,
}

impl Debugged {
    fn spawn(uri: &str) -> Result<Debugged> {
        let failed = |source| Error::Open { uri: format!("{uri}: a debugger"), source };
        let (socket, theirs) = UnixStream::pair().map_err(failed)?;
        let input = std::io::stdin().as_fd().try_clone_to_owned().map_err(failed)?;
        let mut command = Command::new("/proc/self/exe");
        command.arg0("farad").arg(agent::ARGUMENT).stdin(Stdio::from(OwnedFd::from(theirs)));
        // SAFETY: it makes one system call, and allocates nothing.
        unsafe {
            command.pre_exec(move || {
                // What programs read from when they have the terminal.
                let done = libc::dup2(std::os::fd::AsRawFd::as_raw_fd(&input), 3);
                if done < 0 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
            });
        }
        // It goes on as a process that is not ours to wait for.
        if !command.status().map_err(failed)?.success() {
            return Err(failed(std::io::Error::other("it does not start")));
        }
        Debugged::on(uri, socket).map_err(failed)
    }

    /// The target of an agent that is at the other end.
    fn on(uri: &str, socket: UnixStream) -> std::io::Result<Debugged> {
        socket.set_read_timeout(Some(TICK))?;
        Ok(Debugged { uri: uri.to_owned(), socket, came: frame::Frames::default(), patience: PATIENCE })
    }

    fn lost(&self, why: &str) -> Error {
        Error::Connection { uri: self.uri.clone(), why: format!("the debugger has ended: {why}") }
    }

    fn send(&mut self, kind: frame::Kind, message: &[u8]) -> Result<()> {
        let sent = self.socket.write_all(&frame::encode(kind, message));
        sent.map_err(|error| self.lost(&error.to_string()))
    }

    /// The next frame; none when a tick passed without one.
    fn receive(&mut self) -> Result<Option<(frame::Kind, Vec<u8>)>> {
        let mut buf = [0; 64 << 10];
        loop {
            if let Some(frame) = self.came.take().map_err(|error| self.lost(&error.to_string()))? {
                return Ok(Some(frame));
            }
            match self.socket.read(&mut buf) {
                Ok(0) => return Err(self.lost("it hung up")),
                Ok(count) => self.came.push(&buf[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Ok(None);
                }
                Err(error) => return Err(self.lost(&error.to_string())),
            }
        }
    }
}

impl Target for Debugged {
    fn ask(&mut self, request: &Request, out: &mut dyn Write, ctx: &Ctx) -> Result<Reply> {
        self.send(frame::Kind::Request, target::encode(request).as_bytes())?;
        let mut interrupts = 0;
        let mut asked = None;
        let mut failed = None;
        loop {
            match self.receive()? {
                Some((frame::Kind::Reply, message)) => {
                    let reply = target::decode(&message).map_err(|error| self.lost(&error.to_string()))?;
                    return failed.map_or(Ok(reply), Err);
                }
                Some((frame::Kind::Output, text)) if failed.is_none() => {
                    let written = out.write_all(&text).and_then(|()| out.flush());
                    failed = written.err().map(|source| Error::Io {
                        operation: "write",
                        uri: "the output of the program".to_owned(),
                        addr: 0,
                        len: text.len(),
                        source,
                    });
                }
                Some(_) => {}
                None => {}
            }
            // The target is told once for each time the user asked; it answers when it has stopped.
            let over = ctx.deadline.is_some_and(|deadline| Instant::now() >= deadline);
            let wanted = ctx.cancel.count().max(u32::from(over || failed.is_some()));
            if wanted > interrupts {
                interrupts = wanted;
                asked.get_or_insert_with(Instant::now);
                self.send(frame::Kind::Interrupt, &[])?;
            }
            if asked.is_some_and(|asked| asked.elapsed() > self.patience) {
                // An answer that comes later would be taken for that to another question.
                let _ = self.socket.shutdown(Shutdown::Both);
                return Err(self.lost("hung up: it does not stop the target when it is interrupted"));
            }
        }
    }
}

impl Backend for Debugged {
    fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let len = buf.len().min(frame::READ) as u32;
        match self.ask(&Request::Read { addr, len }, &mut std::io::sink(), ctx)? {
            Reply::Bytes(Bytes(bytes)) => {
                let count = bytes.len().min(buf.len());
                buf[..count].copy_from_slice(&bytes[..count]);
                Ok(count)
            }
            // There is no memory of a process that has ended.
            _ => Ok(0),
        }
    }

    fn size(&self) -> u64 {
        u64::MAX
    }

    fn caching(&self) -> Caching {
        Caching::Stopped
    }

    fn is_scratch(&self) -> bool {
        true
    }

    fn next_readable(&mut self, after: u64, ctx: &Ctx) -> Result<Option<u64>> {
        match self.ask(&Request::Next { after }, &mut std::io::sink(), ctx)? {
            Reply::Number(next) => Ok(next),
            _ => Ok(None),
        }
    }

    fn as_write(&mut self) -> Option<&mut dyn WriteAt> {
        Some(self)
    }

    fn as_target(&mut self) -> Option<&mut dyn Target> {
        Some(self)
    }
}

impl WriteAt for Debugged {
    fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        for (index, piece) in data.chunks(PIECE).enumerate() {
            let addr = addr.saturating_add((index * PIECE) as u64);
            let request = Request::Write { addr, bytes: Bytes(piece.to_vec()) };
            if let Reply::Failed(why) = self.ask(&request, &mut std::io::sink(), ctx)? {
                return Err(Error::Target { uri: self.uri.clone(), why });
            }
        }
        Ok(())
    }
}

impl Drop for Debugged {
    /// The agent sees to the target, and ends by itself when that has ended.
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> (Debugged, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut target = Debugged::on("dbg://it", ours).unwrap();
        target.patience = Duration::from_millis(100);
        (target, theirs)
    }

    #[test]
    fn an_agent_that_does_not_answer_an_interrupt_is_left() {
        let (mut target, _silent) = target();
        let ctx = Ctx::owner();
        ctx.cancel.raise();
        let (says, hears) = std::sync::mpsc::channel();
        std::thread::spawn(move || says.send(target.read_at(0, &mut [0; 4], &ctx)));
        let error = hears.recv_timeout(Duration::from_secs(20)).expect("it waits for ever").unwrap_err();
        assert!(error.is_fatal() && error.to_string().contains("does not stop"), "{error}");
    }

    #[test]
    fn memory_is_written_in_pieces() {
        let (mut target, mut theirs) = target();
        let agent = std::thread::spawn(move || {
            let (mut came, mut buf, mut pieces) = (frame::Frames::default(), [0; 4096], Vec::new());
            while let Ok(count @ 1..) = theirs.read(&mut buf) {
                came.push(&buf[..count]);
                while let Some((_, message)) = came.take().unwrap() {
                    let Ok(Request::Write { addr, bytes }) = target::decode(&message) else {
                        panic!("no write")
                    };
                    pieces.push((addr, bytes.0));
                    let reply = target::encode(&Reply::Done);
                    theirs.write_all(&frame::encode(frame::Kind::Reply, reply.as_bytes())).unwrap();
                }
            }
            pieces
        });
        let data: Vec<u8> = (0..2 * PIECE + 5).map(|at| (at / 1000) as u8).collect();
        target.write_at(0x1000, &data, &Ctx::owner()).unwrap();
        drop(target);
        let pieces = agent.join().unwrap();
        let places: Vec<_> = pieces.iter().map(|(addr, bytes)| (*addr - 0x1000, bytes.len())).collect();
        assert_eq!(places, [(0, PIECE), (PIECE as u64, PIECE), (2 * PIECE as u64, 5)]);
        assert!(pieces.into_iter().flat_map(|(_, bytes)| bytes).eq(data));
    }
}
