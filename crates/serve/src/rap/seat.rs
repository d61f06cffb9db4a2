//! Where a connection sits: its host and view, what it opened, its cursor; and what each request
//! does there, on the host's thread.
//!
//! Raw reads, writes and seeks address the descriptor's own offsets; commands see the session
//! through the view. The cursor is a stock client's view of the seek: moving it moves the seek
//! before the next command. A farad client's commands keep their own seek.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use farad_io::{Cancel, Ctx, Perm};
use farad_shell::out::Out;
use farad_shell::{Env, Session, load};
use farad_wire::rap::hello::{ClientHello, Note, Ownership};
use farad_wire::rap::trailer::{Status, Trailer};
use farad_wire::rap::{Reply, Request, Whence, command_reply_header, read_reply_header, stock};

use super::greeting;
use farad_wire::target;

use crate::budget::{Counter, Share};
use crate::host::{self, Host, ViewId};
use crate::limit::Limits;
use crate::replies::Replies;
use crate::spool::{Filed, Keep, Spool};

/// Room for the trailer of a reply whose text has the longest length.
const TRAILER: u64 = 8_192;

/// A request and its place in the stream.
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) request: Request,
}

/// What the connection's task and the host's thread both look at.
#[derive(Default)]
pub(super) struct Control {
    /// Raised to stop what runs.
    pub(super) cancel: Cancel,
    /// Requests before this one are not to be run any more.
    pub(super) skip: AtomicU64,
}

/// A connection's place.
pub(super) struct Seat {
    pub(super) host: Host,
    pub(super) view: ViewId,
    pub(super) ownership: Ownership,
    /// What it opened; else the session's current descriptor.
    pub(super) fd: Option<u32>,
    /// The client said hello.
    pub(super) greeted: bool,
    /// What it said.
    pub(super) hello: Option<ClientHello>,
    pub(super) ctx: Ctx,
    pub(super) limits: Limits,
    pub(super) max_out: u64,
    pub(super) folder: PathBuf,
    /// Bytes of output in files that wait for the client.
    pub(super) kept: Arc<Counter>,
    /// Where a seek left the cursor since the last command.
    pub(super) cursor: Option<u64>,
    /// The view's seek.
    pub(super) seek: u64,
    /// Storage for output.
    pub(super) text: Vec<u8>,
}

/// Reports of an open, which no reply carries.
struct Notes;

impl std::io::Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Out for Notes {
    fn report(&mut self, line: &str) {
        tracing::debug!("opening: {}", farad_io::without_secrets(line));
    }

    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &farad_shell::origin::Origin) {}
}

/// What a process printed, up to a limit.
struct Printed {
    bytes: Vec<u8>,
    most: usize,
}

impl std::io::Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.len() > self.most.saturating_sub(self.bytes.len()) {
            return Err(std::io::Error::other("the process printed more than is kept (rap.maxout)"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Out for Printed {
    fn report(&mut self, line: &str) {
        tracing::debug!("a target: {line}");
    }

    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &farad_shell::origin::Origin) {}
}

impl Seat {
    /// Opens what the client named. Returns the descriptor.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub(super) fn open(&mut self, session: &mut Session, mode: u8, uri: &str) -> Result<u32, String> {
        let mut request = load::Request::new(uri);
        request.perm |= Perm::from_bits_truncate(mode) & Perm::W;
        let (ctx, hello) = (&self.ctx, self.hello.as_ref());
        let opened = host::with_view(session, self.view, |session, view| {
            let mut notes = Notes;
            let mut env = Env { session, view, ctx, out: &mut notes };
            let fd = load::open(&mut env, &request)?;
            env.select(fd)?;
            if let Some(hello) = hello {
                greeting::settle(env.session, env.view, hello);
            }
            Ok::<_, farad_shell::Error>((fd, env.view.seek))
        });
        let (fd, seek) = opened.map_err(|error| error.to_string())?.map_err(|error| reason(&error))?;
        (self.fd, self.seek, self.cursor) = (Some(fd), seek, None);
        Ok(fd)
    }

    /// Takes the place of the view in a session that others share. Returns the descriptor there, 0
    /// for none.
    pub(super) fn join(&mut self, session: &mut Session) -> Result<u32, String> {
        let stands = host::with_view(session, self.view, |session, view| {
            (view.seek, session.io.current(&view.lens).unwrap_or(0))
        });
        let (seek, fd) = stands.map_err(|error| error.to_string())?;
        (self.fd, self.seek, self.cursor) = (None, seek, None);
        Ok(fd)
    }

    /// Does what a request asks and appends its reply. An open is not one of them.
    pub(super) fn answer(
        &mut self,
        session: &mut Session,
        numbered: &Numbered,
        control: &Control,
        replies: &mut Replies,
    ) {
        control.cancel.reset();
        let skipped = numbered.number < control.skip.load(Ordering::SeqCst);
        match &numbered.request {
            Request::Command { text } => self.command(session, text, skipped, replies),
            Request::Read { len } => self.read(session, *len, replies),
            Request::Write { data } => {
                let written = !skipped && self.write(session, data);
                self.push(&Reply::Write { code: if written { stock::WRITE_DONE } else { 0 } }, replies);
            }
            Request::Seek { whence, offset } => {
                let offset = self.move_cursor(session, *whence, *offset);
                self.push(&Reply::Seek { offset }, replies);
            }
            Request::Close { fd } => {
                let closed = self.ownership == Ownership::Own && session.io.close(*fd).is_ok();
                self.push(&Reply::Close { code: if closed { 0 } else { u32::MAX } }, replies);
            }
            Request::Open { .. } => tracing::error!("an open among a connection's other requests"),
        }
    }

    /// Replies of a fixed size always fit.
    fn push(&self, reply: &Reply, replies: &mut Replies) {
        let mut bytes = Vec::with_capacity(16);
        if reply.encode(&mut bytes).is_ok() {
            replies.push(&bytes);
        }
    }

    /// The descriptor that this connection opened, else its view's current one.
    pub(super) fn descriptor(&self, session: &mut Session) -> Option<u32> {
        self.fd.or_else(|| {
            let current = host::with_view(session, self.view, |session, view| session.io.current(&view.lens));
            current.ok()?.ok()
        })
    }

    fn cursor(&self) -> u64 {
        self.cursor.unwrap_or(self.seek)
    }

    fn move_cursor(&mut self, session: &mut Session, whence: Whence, offset: u64) -> u64 {
        match whence {
            Whence::Set => *self.cursor.insert(offset),
            Whence::Tell => self.cursor(),
            Whence::Size => {
                let fd = self.descriptor(session);
                fd.and_then(|fd| session.io.descriptor(fd).ok()).map_or(0, |descriptor| descriptor.size())
            }
        }
    }

    /// A farad client gets what is there; a stock one all it asked for, as its own server would
    /// send.
    fn read(&mut self, session: &mut Session, len: u32, replies: &mut Replies) {
        let wanted = len as usize;
        let start = replies.len();
        let head = read_reply_header(len);
        let space = replies.space(head.len() + wanted);
        let (place, buf) = space.split_at_mut(head.len());
        place.copy_from_slice(&head);
        let fd = self.descriptor(session);
        let Some(descriptor) = fd.and_then(|fd| session.io.descriptor(fd).ok()) else {
            return self.end_read(start, wanted, 0, replies);
        };
        let mut read = 0;
        while read < wanted {
            let Some(from) = self.cursor().checked_add(read as u64) else { break };
            match descriptor.read_at(from, &mut buf[read..], &self.ctx) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) => {
                    tracing::debug!("a client's read: {error}");
                    break;
                }
            }
        }
        self.end_read(start, wanted, read, replies);
    }

    fn end_read(&self, start: usize, wanted: usize, read: usize, replies: &mut Replies) {
        let head = read_reply_header(0).len();
        if self.greeted {
            // It is less than was asked for, which fitted.
            replies.patch(start, &read_reply_header(read as u32));
            replies.truncate(start + head + read);
        } else {
            replies.fill(start + head + read, wanted - read, 0xff);
        }
    }

    fn write(&mut self, session: &mut Session, data: &[u8]) -> bool {
        let at = self.cursor();
        let fd = self.descriptor(session);
        let Some(descriptor) = fd.and_then(|fd| session.io.descriptor(fd).ok()) else { return false };
        let end = at.checked_add(data.len() as u64);
        if end.is_none_or(|end| end > descriptor.size()) {
            // A write never makes a file longer.
            return false;
        }
        match descriptor.write_at(at, data, &self.ctx) {
            Ok(()) => true,
            Err(error) => {
                tracing::debug!("a client's write: {error}");
                false
            }
        }
    }

    fn command(&mut self, session: &mut Session, text: &[u8], skipped: bool, replies: &mut Replies) {
        if skipped {
            return self.reply(&[], Status::Cancelled, "", replies);
        }
        match Note::parse(text) {
            Some(Note::Hello(hello)) => {
                let answer = greeting::greet(self, session, Some(&hello));
                self.hello = Some(hello);
                return self.introduce(&answer, replies);
            }
            Some(Note::Stat) if self.greeted => {
                let answer = greeting::greet(self, session, None);
                return self.reply(answer.as_bytes(), Status::Done, "", replies);
            }
            Some(Note::Cancel) if self.greeted => return self.reply(&[], Status::Done, "", replies),
            Some(Note::Target(message)) if self.greeted => {
                return self.ask_target(session, &message, replies);
            }
            _ => {}
        }
        if text.iter().all(u8::is_ascii_whitespace) {
            return self.reply(&[], Status::Done, "", replies);
        }
        self.run(session, &String::from_utf8_lossy(text), replies);
    }

    /// Asks something of the process that is open, on the client's behalf.
    fn ask_target(&mut self, session: &mut Session, message: &str, replies: &mut Replies) {
        let (fd, ctx, max) = (self.descriptor(session), &self.ctx, self.max_out);
        let mut printed = Printed { bytes: Vec::new(), most: usize::try_from(max).unwrap_or(usize::MAX) };
        let asked = target::decode(message.as_bytes()).map_err(|error| error.to_string());
        let reply = asked.and_then(|request| {
            let asked = host::with_view(session, self.view, |session, view| {
                let mut env = Env { session, view, ctx, out: &mut printed };
                farad_shell::ask_target(&mut env, fd, &request)
            });
            asked.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
        });
        let reply = reply.unwrap_or_else(target::Reply::Failed);
        let mut text = target::encode(&reply).into_bytes();
        text.push(b'\n');
        text.extend(printed.bytes);
        self.reply(&text, Status::Done, "", replies);
    }

    fn run(&mut self, session: &mut Session, line: &str, replies: &mut Replies) {
        if let (false, Some(cursor)) = (self.greeted, self.cursor) {
            // It exists: the view is this connection's own.
            let _ = host::with_view(session, self.view, |_, view| view.seek = cursor);
        }
        let keep = match self.greeted {
            true => Keep::All(self.max_out.min(u64::from(u32::MAX) - TRAILER)),
            false => Keep::Stock,
        };
        let storage = std::mem::take(&mut self.text);
        let mut spool = Spool::new(keep, &self.folder, storage, Share::of(&self.kept));
        // In a session of its own nobody waits for it.
        let ctx = match self.ownership {
            Ownership::Own => self.ctx.clone(),
            Ownership::Shared => self.limits.begin(&self.ctx),
        };
        let outcome = host::run(session, self.view, line, &ctx, &mut spool);
        if let Some(why) = self.limits.explain(&ctx, "rap.deadline").filter(|_| !outcome.ok) {
            spool.conclude(&why);
        }
        (self.seek, self.cursor) = (outcome.seek, None);
        let status = match outcome.ok {
            true => Status::Done,
            false if self.ctx.cancel.is_raised() => Status::Cancelled,
            false => Status::Failed,
        };
        if !self.greeted && !outcome.ok {
            spool.tell_reports();
        }
        let reports = spool.reports();
        let message = match status {
            Status::Failed => reports.strip_prefix("ERROR: ").unwrap_or(reports).to_owned(),
            _ => reports.to_owned(),
        };
        match spool.finish() {
            Ok((head, None)) => {
                self.reply(&head, status, &message, replies);
                self.text = head;
            }
            Ok((head, Some(filed))) => {
                self.text = head;
                self.reply_file(filed, status, &message, replies);
            }
            Err(error) => {
                let why = format!("the output cannot be kept in {}: {error}", self.folder.display());
                self.reply(&[], Status::Failed, &why, replies);
            }
        }
    }

    /// The answer to a hello, which has no trailer.
    pub(super) fn introduce(&mut self, text: &str, replies: &mut Replies) {
        self.greeted = false;
        self.reply(text.as_bytes(), Status::Done, "", replies);
        self.greeted = true;
    }

    /// Appends the reply to a command.
    pub(super) fn reply(&self, text: &[u8], status: Status, message: &str, replies: &mut Replies) {
        let tail = self.tail(status, message);
        // Output kept in memory is far below 4 GiB.
        let len = u32::try_from(text.len() + tail.len()).unwrap_or(u32::MAX);
        replies.push(&command_reply_header(len));
        replies.push(text);
        replies.push(&tail);
    }

    fn reply_file(&self, filed: Filed, status: Status, message: &str, replies: &mut Replies) {
        let tail = self.tail(status, message);
        // Keep::All left room for the trailer.
        let whole = u32::try_from(filed.len + tail.len() as u64).unwrap_or(u32::MAX);
        replies.push(&command_reply_header(whole));
        replies.push_file(filed, tail);
    }

    fn tail(&self, status: Status, message: &str) -> Vec<u8> {
        if !self.greeted {
            return vec![0];
        }
        let mut tail = Vec::new();
        Trailer::new(status, message).encode(&mut tail);
        tail
    }
}

/// Why an open failed, where the client knows itself what it asked for.
fn reason(error: &farad_shell::Error) -> String {
    match error {
        farad_shell::Error::Io(farad_io::Error::Open { source, .. }) => {
            let words = source.to_string();
            words.split(" (os error ").next().unwrap_or_default().to_owned()
        }
        farad_shell::Error::Io(farad_io::Error::Uri { why, .. }) => why.clone(),
        error => error.to_string(),
    }
}
