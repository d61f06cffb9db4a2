//! The rap server's end of one connection: its bytes in and out, and what waits between.
//!
//! Requests are decoded ahead while others run, so that a cancel or a hang-up is noticed, and handed
//! to the host's thread in batches; it sends what the socket takes at once, and this task the rest.
//! The format is [`farad_wire::rap`]'s, what the requests do is [`seat`]'s.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use farad_io::Ctx;
use farad_wire::rap::hello::{Note, Ownership, ServerHello};
use farad_wire::rap::{Limits, Reply, Request, RequestDecoder};
use tokio::sync::{oneshot, watch};

use crate::circle;
use crate::host::{Host, Lane, PATIENCE, ViewId, locked};
use crate::listen::{Client, Server};
use crate::policy;
use crate::queue::Ticket;
use crate::stream::Stream;

mod batch;
mod greeting;
mod seat;

use crate::replies::Replies;
use batch::Batch;
use seat::{Control, Numbered, Seat};

/// Bytes of requests decoded ahead of the one that runs.
const AHEAD: usize = 2 << 20;
/// Requests decoded ahead.
const REQUESTS: usize = 4_096;
/// Bytes taken off the socket at a time.
const CHUNK: usize = 64 << 10;
/// How long what was asked for may still run once the client said no more, and how long a client whose
/// open failed may take to be told why.
const FAREWELL: Duration = Duration::from_millis(200);
/// How long the second packet of a flight may be behind the first.
const PACKET: Duration = Duration::from_millis(30);
/// How long requests for bytes may wait for a session that others share and that is at work: they cannot be refused but by
/// hanging up. It ends what waits in a circle through several processes, too.
const BUSY: Duration = Duration::from_secs(30);
/// What a session is told that asks itself.
const CIRCLE: &str = "this would wait for its own session, which is waiting for the answer; name a file \
                      behind the port to get a session of its own";
/// How often clocks are looked at.
const TICK: Duration = Duration::from_secs(1);
/// Silence after which a connection gives back the memory that it does not need.
const QUIET: Duration = Duration::from_secs(5);

/// Serves a client until it hangs up, breaks the protocol, or the server ends.
pub(crate) async fn serve(
    stream: Stream,
    server: &Arc<Server>,
    client: &Arc<Client>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connection = Connection::new(stream, server.clone(), client.clone());
    let end = connection.run(&mut stop).await;
    tracing::debug!("{}: {}: {end}", server.place, client.peer);
    if let End::Open { why, .. } = end {
        // A client that hung up meanwhile does not want to know.
        let _ = tokio::time::timeout(FAREWELL, connection.explain(why)).await;
    }
    connection.hang_up();
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("hung up")]
    HungUp,
    #[error("hung up in the middle of a request")]
    Cut,
    #[error("the server was stopped")]
    Stopped,
    #[error("{0}")]
    Garbage(#[from] farad_wire::rap::DecodeError),
    #[error("cannot open '{name}': {why}")]
    Open { name: String, why: String },
    #[error("it was silent for too long (rap.idle)")]
    Idle,
    #[error("the session is busy, and bytes cannot be refused in another way")]
    Busy,
    #[error("it takes nothing of what it asked for")]
    Stalled,
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Serve(#[from] crate::Error),
}

struct Connection {
    stream: Arc<Stream>,
    server: Arc<Server>,
    client: Arc<Client>,
    control: Arc<Control>,
    decoder: RequestDecoder,
    /// Requests decoded, and the bytes they came in.
    pending: VecDeque<Numbered>,
    ahead: usize,
    number: u64,
    /// What the client is in, while no batch has it.
    seat: Option<Seat>,
    replies: Replies,
    work: Option<Work>,
    /// The client will send no more, since then.
    ended: Option<Instant>,
    /// When it last took some of its replies.
    progress: Instant,
    /// It is this process itself, maybe waiting for its own session.
    is_self: bool,
    /// It is the very session that the server shares; known once it asks for something.
    is_circle: Option<bool>,
}

/// What the host's thread is at.
struct Work {
    done: oneshot::Receiver<Batch>,
    batch: Arc<Mutex<Option<Batch>>>,
    ticket: Ticket,
    since: Instant,
}

impl Connection {
    fn new(stream: Stream, server: Arc<Server>, client: Arc<Client>) -> Connection {
        Connection {
            stream: Arc::new(stream),
            server,
            client,
            control: Arc::default(),
            decoder: RequestDecoder::new(Limits::server()),
            pending: VecDeque::new(),
            ahead: 0,
            number: 0,
            seat: None,
            replies: Replies::default(),
            work: None,
            ended: None,
            progress: Instant::now(),
            is_self: false,
            is_circle: None,
        }
    }

    async fn run(&mut self, stop: &mut watch::Receiver<bool>) -> End {
        match self.converse(stop).await {
            Ok(end) | Err(end) => end,
        }
    }

    async fn converse(&mut self, stop: &mut watch::Receiver<bool>) -> Result<End, End> {
        let stream = self.stream.clone();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            let sending = self.work.is_none() && !self.replies.is_sent();
            if self.work.is_none() && !sending && !self.pending.is_empty() {
                self.begin()?;
                continue;
            }
            if let (Some(_), None, false) = (self.ended, &self.work, sending) {
                return Ok(if self.decoder.is_between_messages() { End::HungUp } else { End::Cut });
            }
            let reading = self.ended.is_none() && self.ahead < AHEAD && self.pending.len() < REQUESTS;
            let farewell = self.ended.map(|since| since + FAREWELL);
            tokio::select! {
                biased;
                batch = finished(&mut self.work), if self.work.is_some() => self.finish(batch)?,
                ready = stream.readable(), if reading => {
                    ready?;
                    self.receive()?;
                }
                ready = stream.writable(), if sending => {
                    ready?;
                    self.send()?;
                }
                _ = stop.wait_for(|stop| *stop) => return Ok(End::Stopped),
                () = until(farewell), if self.work.is_some() && farewell.is_some() => {
                    self.stop_work();
                    self.ended = None;
                    return Ok(End::HungUp);
                }
                now = tick.tick() => self.look_at_clocks(now.into_std())?,
            }
        }
    }

    /// Takes what is there off the socket, and decodes it.
    fn receive(&mut self) -> Result<(), End> {
        thread_local! {
            static BUFFER: std::cell::RefCell<Vec<u8>> = std::cell::RefCell::new(vec![0; CHUNK]);
        }
        BUFFER.with_borrow_mut(|buffer| {
            let count = match self.stream.try_read(buffer) {
                Ok(0) => {
                    self.ended = Some(Instant::now());
                    return Ok(());
                }
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            self.client.touch();
            let mut input = &buffer[..count];
            loop {
                let left = input.len();
                let Some(request) = self.decoder.next(&mut input)? else { return Ok(()) };
                self.ahead += left - input.len();
                self.take(request);
            }
        })
    }

    fn take(&mut self, request: Request) {
        if let Request::Command { text } = &request
            && matches!(Note::parse(text), Some(Note::Cancel))
        {
            // All that was asked for before it.
            self.control.skip.store(self.number, Ordering::SeqCst);
            self.control.cancel.raise();
        }
        self.pending.push_back(Numbered { number: self.number, request });
        self.number += 1;
    }

    /// Has the host's thread do what waits.
    fn begin(&mut self) -> Result<(), End> {
        let opens = match self.pending.front().map(|first| &first.request) {
            Some(Request::Open { name, .. }) => Some(!means_nothing(name)),
            _ => None,
        };
        let seat = match (self.seat.take(), opens) {
            // Each file that is opened on a connection belongs to the one session of it.
            (Some(seat), Some(true)) if seat.ownership == Ownership::Own => seat,
            (old, Some(true)) => {
                let mut seat = self.seat_in(self.server.seed.grow()?, ViewId::OWNER, Ownership::Own);
                if let Some(mut old) = old {
                    (seat.greeted, seat.hello) = (old.greeted, old.hello.take());
                    leave(&old);
                }
                seat
            }
            (Some(seat), _) => seat,
            (None, _) => {
                let host = self.server.host.clone();
                let view = host.join();
                self.seat_in(host, view, Ownership::Shared)
            }
        };
        let host = seat.host.clone();
        let requests = std::mem::take(&mut self.pending);
        self.ahead = 0;
        let mut batch = Batch::new(seat, requests, std::mem::take(&mut self.replies));
        if batch.seat.ownership == Ownership::Shared && self.is_circle() {
            batch.refuse(CIRCLE);
            return self.finish(Some(batch));
        }
        let slot = Arc::new(Mutex::new(Some(batch)));
        let (sender, done) = oneshot::channel();
        let (control, stream) = (self.control.clone(), self.stream.clone());
        let job = {
            let slot = slot.clone();
            Box::new(move |session: &mut farad_shell::Session| {
                // It was withdrawn, else.
                let Some(mut batch) = ({ locked(&slot).take() }) else { return };
                batch.run(session, &control, &stream);
                let _ = sender.send(batch);
            })
        };
        let ticket = host.submit(Lane::Client(self.client.number), job)?;
        self.progress = Instant::now();
        self.work = Some(Work { done, batch: slot, ticket, since: Instant::now() });
        Ok(())
    }

    fn is_circle(&mut self) -> bool {
        let (addr, host) = (self.client.addr, &self.server.host);
        *self.is_circle.get_or_insert_with(|| addr.is_some_and(|addr| circle::is_session_of(addr, host)))
    }

    fn seat_in(&self, host: Host, view: ViewId, ownership: Ownership) -> Seat {
        let name = format!("rap client {}", self.client.peer);
        let ctx = Ctx {
            cancel: self.control.cancel.clone(),
            ..Ctx::owner().for_principal(policy::principal(&name, self.server.allow))
        };
        Seat {
            host,
            view,
            ownership,
            fd: None,
            greeted: false,
            hello: None,
            ctx,
            limits: self.server.limits,
            max_out: self.server.seed.max_out,
            folder: self.server.seed.folder.clone(),
            kept: self.client.kept.clone(),
            cursor: None,
            seek: 0,
            text: Vec::new(),
        }
    }

    /// Takes back what the host's thread has done.
    fn finish(&mut self, batch: Option<Batch>) -> Result<(), End> {
        self.work = None;
        let Some(mut batch) = batch else { return Err(crate::Error::Gone.into()) };
        self.client.commands.fetch_add(batch.commands, Ordering::Relaxed);
        if let Some(uri) = batch.opened.take() {
            self.client.opened(batch.seat.ownership == Ownership::Own, &uri);
        }
        let failure = batch.failure.take();
        // What was not reached goes before what came since.
        self.ahead += batch.left();
        while let Some(request) = batch.requests.pop_back() {
            self.pending.push_front(request);
        }
        self.replies = batch.replies;
        self.seat = Some(batch.seat);
        self.progress = Instant::now();
        match failure {
            Some(end) => Err(end),
            None => Ok(()),
        }
    }

    fn send(&mut self) -> Result<(), End> {
        if self.replies.send(&self.stream)? > 0 {
            self.progress = Instant::now();
            self.client.touch();
        }
        Ok(())
    }

    fn look_at_clocks(&mut self, now: Instant) -> Result<(), End> {
        match &self.work {
            Some(work) => {
                let waited = now.saturating_duration_since(work.since);
                return if waited >= TICK { self.look_at_queue(waited) } else { Ok(()) };
            }
            None if !self.replies.is_sent() => {
                let silent = now.saturating_duration_since(self.progress);
                return if silent >= self.server.limits.stall { Err(End::Stalled) } else { Ok(()) };
            }
            None => {}
        }
        let idle = self.client.idle();
        if idle >= QUIET {
            self.replies.shrink();
            if let Some(seat) = &mut self.seat {
                seat.text = Vec::new();
            }
        }
        match self.server.limits.idle {
            Some(limit) if idle >= limit => Err(End::Idle),
            _ => Ok(()),
        }
    }

    /// Withdraws what a busy session has not begun, when that took too long; or at once when it is this very process
    /// that waits for it: then the session may be busy waiting for us, and nothing would ever move.
    fn look_at_queue(&mut self, waited: Duration) -> Result<(), End> {
        let Some(work) = &self.work else { return Ok(()) };
        let is_line = match &*locked(&work.batch) {
            None => return Ok(()),
            Some(batch) => batch.begins_with_line(),
        };
        self.is_self = self.is_self || self.stream.is_of_this_process();
        if !self.is_self && waited < if is_line { PATIENCE } else { BUSY } {
            return Ok(());
        }
        let Some(mut batch) = ({ locked(&work.batch).take() }) else { return Ok(()) };
        work.ticket.withdraw();
        let busy = batch.seat.host.busy("");
        batch.refuse(if self.is_self { CIRCLE } else { busy.as_deref().unwrap_or("the session is busy") });
        self.finish(Some(batch))
    }

    /// Stops what runs, and what was to run.
    fn stop_work(&mut self) {
        self.control.skip.store(u64::MAX, Ordering::SeqCst);
        self.control.cancel.raise();
    }

    /// Tells a farad client, whose hello comes right behind its open, why that failed. For others, hanging
    /// up is all there is to say.
    async fn explain(&mut self, why: String) -> Result<(), End> {
        if self.pending.is_empty() && self.ended.is_none() {
            // A flight of two packets.
            tokio::time::timeout(PACKET, self.stream.readable()).await.map_err(|_| End::HungUp)??;
            self.receive()?;
        }
        let Some(Numbered { request: Request::Command { text }, .. }) = self.pending.pop_front() else {
            return Ok(());
        };
        if !matches!(Note::parse(&text), Some(Note::Hello(_))) {
            return Ok(());
        }
        let hello = ServerHello { error: Some(why), ..ServerHello::default() };
        let mut answer = Vec::new();
        let replies = [Reply::Open { fd: u32::MAX }, Reply::Command { text: hello.to_string().into_bytes() }];
        for reply in replies {
            // Neither can be too long for its field.
            let _ = reply.encode(&mut answer);
        }
        self.stream.write_all(&answer, FAREWELL).await?;
        self.stream.end()?;
        // What it has sent is taken: the kernel would take the answer back, else.
        while self.ended.is_none() {
            self.pending.clear();
            self.stream.readable().await?;
            self.receive()?;
        }
        Ok(())
    }

    fn hang_up(&mut self) {
        self.stop_work();
        // A job withdrawn from a busy session's queue has the stream until its turn comes; the
        // client is told now. One that hung up itself is no error.
        let _ = self.stream.hang_up();
        if let Some(work) = self.work.take() {
            // What has not begun never will.
            work.ticket.withdraw();
            let batch = { locked(&work.batch).take() };
            match batch {
                Some(batch) => leave(&batch.seat),
                None => {
                    // The view is given up when the batch is done with it.
                    let done = work.done;
                    tokio::spawn(async move {
                        if let Ok(batch) = done.await {
                            leave(&batch.seat);
                        }
                    });
                }
            }
        }
        if let Some(seat) = self.seat.take() {
            leave(&seat);
        }
    }
}

/// Gives up a view in a session that others share. An own session ends with its host's handles.
fn leave(seat: &Seat) {
    if seat.ownership == Ownership::Shared {
        seat.host.leave(seat.view);
    }
}

/// Names that stock clients send when they want nothing opened.
fn means_nothing(name: &[u8]) -> bool {
    matches!(name, b"" | b"cmd" | b"cmd/")
}

async fn finished(work: &mut Option<Work>) -> Option<Batch> {
    match work {
        Some(work) => (&mut work.done).await.ok(),
        None => std::future::pending().await,
    }
}

async fn until(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when.into()).await,
        None => std::future::pending().await,
    }
}
