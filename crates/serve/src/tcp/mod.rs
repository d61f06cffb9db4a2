//! The tcp command server: commands come as text, their output goes back, and that is all.
//!
//! A command ends at a newline, a NUL, the client's half-close, or when it pauses (r2pipe sends
//! nothing behind its command). The connection is closed once the client pauses. Every client is in
//! the session of the server's starter, and all share one view: r2pipe connects anew for each
//! command and expects to find its seek where it left it.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use farad_io::{Cancel, Ctx};
use tokio::sync::{oneshot, watch};

use crate::budget::Share;
use crate::host::{self, Lane, PATIENCE};
use crate::listen::{Client, Server};
use crate::policy;
use crate::queue::Ticket;
use crate::replies::Replies;
use crate::spool::{Keep, Spool};
use crate::stream::Stream;

mod web;

/// Silence that ends a command, and the connection behind the last one.
const PAUSE: Duration = Duration::from_millis(50);
/// Longest command, bytes.
const COMMAND: usize = 1 << 20;
/// Bytes taken off the socket at a time.
const CHUNK: usize = 16 << 10;

/// Serves a client until it has nothing more to say, or the server ends.
pub(crate) async fn serve(
    stream: Stream,
    server: &Arc<Server>,
    client: &Arc<Client>,
    mut stop: watch::Receiver<bool>,
) {
    let name = format!("tcp client {}", client.peer);
    let ctx = Ctx::owner().for_principal(policy::principal(&name, server.allow));
    let conversation = Conversation { stream, server: server.clone(), client: client.clone(), ctx };
    let _stop = Stop(conversation.ctx.cancel.clone());
    tokio::select! {
        ended = conversation.run() => {
            if let Err(error) = ended {
                tracing::debug!("{}: {}: {error}", server.place, client.peer);
            }
        }
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

struct Conversation {
    stream: Stream,
    server: Arc<Server>,
    client: Arc<Client>,
    ctx: Ctx,
}

/// Stops what still runs for a client that is gone.
struct Stop(Cancel);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.raise();
    }
}

impl Conversation {
    async fn run(&self) -> std::io::Result<()> {
        let mut text = Vec::new();
        let (mut ran, mut ended) = (false, false);
        loop {
            while let Some(line) = take_line(&mut text) {
                if !ran && web::is_request(&line) {
                    return self.answer_web(&line, text).await;
                }
                ran |= self.run_line(&line).await?;
            }
            if ended {
                break;
            }
            let patience = if ran || !text.is_empty() { Some(PAUSE) } else { self.server.limits.idle };
            match self.read(&mut text, patience).await? {
                Some(count) => ended = count == 0,
                None => break,
            }
            if text.len() > COMMAND {
                return Err(std::io::Error::other("a command of more than 1 MiB"));
            }
        }
        let last = std::mem::take(&mut text);
        if !self.run_line(&last).await? && !ran {
            self.stream.write_all(b"\n", self.server.limits.stall).await?;
        }
        Ok(())
    }

    /// Appends what comes within `patience`; `None` when nothing did, 0 at the end.
    async fn read(&self, text: &mut Vec<u8>, patience: Option<Duration>) -> std::io::Result<Option<usize>> {
        loop {
            match patience {
                Some(patience) => match tokio::time::timeout(patience, self.stream.readable()).await {
                    Ok(ready) => ready?,
                    Err(_) => return Ok(None),
                },
                None => self.stream.readable().await?,
            }
            let start = text.len();
            text.resize(start + CHUNK, 0);
            let read = self.stream.try_read(&mut text[start..]);
            text.truncate(start + read.as_ref().copied().unwrap_or(0));
            match read {
                Ok(count) => {
                    self.client.touch();
                    return Ok(Some(count));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Runs a line and sends what it prints; false for an empty one.
    async fn run_line(&self, line: &[u8]) -> std::io::Result<bool> {
        let line = String::from_utf8_lossy(line).trim().to_owned();
        if line.is_empty() {
            return Ok(false);
        }
        let mut replies = match self.execute(line).await? {
            Ok(replies) => replies,
            Err(why) => told(&why),
        };
        if replies.is_sent() {
            replies.push(b"\n");
        }
        self.send(replies).await?;
        Ok(true)
    }

    /// Runs a line; tells why, where it was not run.
    async fn execute(&self, line: String) -> std::io::Result<Result<Replies, String>> {
        self.client.commands.fetch_add(1, Ordering::Relaxed);
        let (sender, done) = oneshot::channel();
        let (server, ctx) = (self.server.clone(), self.ctx.clone());
        let share = Share::of(&self.client.kept);
        let begun = Arc::new(AtomicBool::new(false));
        let begins = begun.clone();
        let job = Box::new(move |session: &mut farad_shell::Session| {
            begins.store(true, Ordering::Relaxed);
            let mut spool =
                Spool::new(Keep::All(server.seed.max_out), &server.seed.folder, Vec::new(), share);
            // Who asked is gone.
            if ctx.cancel.is_raised() {
                return;
            }
            let ctx = server.limits.begin(&ctx);
            let outcome = host::run(session, server.view, &line, &ctx, &mut spool);
            if !outcome.ok {
                if let Some(why) = server.limits.explain(&ctx, "rap.deadline") {
                    spool.conclude(&why);
                }
                spool.tell_reports();
            }
            let _ = sender.send(spool.finish());
        });
        let lane = Lane::Client(self.client.number);
        let ticket = Withdrawn(self.server.host.submit(lane, job).map_err(std::io::Error::other)?);
        let mut done = std::pin::pin!(done);
        let ran = match tokio::time::timeout(PATIENCE, done.as_mut()).await {
            Ok(ran) => ran,
            Err(_) if begun.load(Ordering::Relaxed) || !ticket.0.withdraw() => done.await,
            Err(_) => {
                let why = self.server.host.busy("").unwrap_or_default();
                return Ok(Err(format!("ERROR: {why}\n")));
            }
        };
        let (head, file) = ran.map_err(|_| std::io::Error::other(crate::Error::Gone))??;
        let mut replies = Replies::default();
        match file {
            Some(filed) => replies.push_file(filed, Vec::new()),
            None => replies.push(&head),
        }
        Ok(Ok(replies))
    }

    async fn send(&self, mut replies: Replies) -> std::io::Result<()> {
        loop {
            replies.send(&self.stream)?;
            if replies.is_sent() {
                return Ok(());
            }
            tokio::time::timeout(self.server.limits.stall, self.stream.writable())
                .await
                .map_err(|_| std::io::Error::from(ErrorKind::TimedOut))??;
        }
    }

    /// One HTTP request for `/cmd/…`, as the peer's server answers it.
    async fn answer_web(&self, line: &[u8], mut text: Vec<u8>) -> std::io::Result<()> {
        while !web::has_headers(&text) && text.len() < web::HEADERS {
            match self.read(&mut text, Some(self.server.limits.stall)).await? {
                Some(count) if count > 0 => {}
                _ => return Ok(()),
            }
        }
        match web::command(line, &text, self.server.public) {
            Ok(command) => {
                let (head, replies) = match self.execute(command).await? {
                    Ok(replies) => (web::DONE, replies),
                    Err(why) => (web::BUSY, told(&why)),
                };
                self.stream.write_all(head, self.server.limits.stall).await?;
                self.send(replies).await
            }
            Err(refusal) => self.stream.write_all(refusal.as_bytes(), self.server.limits.stall).await,
        }
    }
}

fn told(why: &str) -> Replies {
    let mut replies = Replies::default();
    replies.push(why.as_bytes());
    replies
}

/// Takes a command back that nobody waits for any more.
struct Withdrawn(Ticket);

impl Drop for Withdrawn {
    fn drop(&mut self) {
        self.0.withdraw();
    }
}

/// Takes a line that is complete off the front.
fn take_line(text: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = text.iter().position(|&byte| byte == b'\n' || byte == 0)?;
    let mut line: Vec<u8> = text.drain(..=end).collect();
    line.pop();
    Some(line)
}
