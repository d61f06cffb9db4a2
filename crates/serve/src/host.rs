//! A host: the thread that owns a session and runs what its clients hand it, one job at a time.
//!
//! The prompt, a script and every connection are equal clients: each holds a [`Host`] and has a view
//! of its own on that thread. A command that waits for something else than its session lends it to the
//! others meanwhile ([`lend`]): another thread has it then, until it is asked back. Must not know sockets
//! or wire formats.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use farad_io::{Ctx, Effects, Principal, Schemes};
use farad_shell::out::{Capture, Out};
use farad_shell::session::{Aside, Lent};
use farad_shell::{Env, Session, View, run_line};

use tokio::sync::broadcast;

use crate::desk::{Desk, Views};
use crate::error::{Error, Result};
use crate::queue::{Queue, Running, Ticket, Work};

/// Stack of a host's thread, bytes; only what is used of it takes memory.
const STACK: usize = 32 << 20;
/// How often who waits looks whether it was cancelled.
const GLANCE: Duration = Duration::from_millis(20);
/// How long a session may be held by one command while others wait, before those are told or given a turn.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// How long a line with several commands goes on before others have their turn between two of them.
const TURN: Duration = Duration::from_millis(200);

/// Events kept for a client that is slow to take them.
const EVENTS: usize = 256;

pub(crate) use crate::queue::Job;

/// A client's place on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ViewId(u64);

impl ViewId {
    /// The view of whoever made the session: the prompt and its scripts, or the connection that
    /// opened it.
    pub const OWNER: ViewId = ViewId(0);
}

/// How a line ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether all of it succeeded.
    pub ok: bool,
    /// What was refused of it.
    pub refused: Effects,
    /// The exit status that `q` asked for.
    pub quit: Option<i32>,
    /// Where the view is now.
    pub seek: u64,
    /// Whether lines run elsewhere from now on (`=!=`).
    pub diverted: bool,
}

/// A handle on a host; the host's thread ends with its last handle.
#[derive(Clone)]
pub struct Host(Arc<Shared>);

pub(crate) struct Shared {
    number: u64,
    queue: Arc<Queue>,
    views: Arc<Views>,
    events: broadcast::Sender<Event>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What a line did, for other clients.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Who ran it.
    pub(crate) by: Arc<Principal>,
    /// Whose it was, and where it is now.
    pub(crate) view: ViewId,
    pub(crate) seek: u64,
    /// What the commands did.
    pub(crate) done: Effects,
    /// Where the process under the debugger stands, if there is one.
    pub(crate) stop: Option<u64>,
}

/// Tells one host from all others of the process, and does not keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HostMark(u64);

impl Host {
    /// Gives a session its thread.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start(mut session: Session) -> Result<Host> {
        static SESSIONS: AtomicU64 = AtomicU64::new(1);
        let number = SESSIONS.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::new(Shared {
            number,
            queue: Arc::default(),
            views: Arc::default(),
            events: broadcast::Sender::new(EVENTS),
        });
        shared.views.next.store(1, Ordering::Relaxed);
        session.aside = Some(Aside { lend, is_due });
        let desk = session.extensions.of::<Desk>();
        desk.host = Arc::downgrade(&shared);
        desk.queue = shared.queue.clone();
        desk.live = shared.views.clone();
        desk.views.insert(ViewId::OWNER, View::default());
        let queue = shared.queue.clone();
        start_thread(number, move || serve(&queue, session))
            .map_err(|source| Error::Start { what: "a session's thread", source })?;
        Ok(Host(shared))
    }

    /// The host that the session is on.
    ///
    /// # Errors
    /// [`Error::NoHost`].
    pub fn of(session: &mut Session) -> Result<Host> {
        session.extensions.of::<Desk>().host.upgrade().map(Host).ok_or(Error::NoHost)
    }

    /// A new client's view. It starts where the owner's is then, and is made when first used.
    pub fn join(&self) -> ViewId {
        let views = &self.0.views;
        let view = ViewId(views.next.fetch_add(1, Ordering::Relaxed));
        locked(&views.live).insert(view);
        view
    }

    /// Forgets a client's view, before the next job at the latest. What still runs in it keeps nothing.
    pub fn leave(&self, view: ViewId) {
        if locked(&self.0.views.live).remove(&view) {
            self.0.views.left.store(true, Ordering::Release);
        }
    }

    /// Runs a line and waits for its end. Reports and results go to `out`, on the host's thread. Who waits long for
    /// others is told for whom; a line that is cancelled before it began never runs.
    ///
    /// # Errors
    /// [`Error::Gone`]; a command that fails is an [`Outcome`].
    pub fn line(&self, view: ViewId, line: &str, ctx: &Ctx, out: Box<dyn Out + Send>) -> Result<Outcome> {
        // Nobody has it while the line waits.
        let out = Arc::new(Mutex::new(Some(out)));
        let (line, job_ctx, job_out) = (line.to_owned(), ctx.clone(), out.clone());
        let run = move |session: &mut Session| {
            let mut out = { locked(&job_out).take() }?;
            let outcome = run(session, view, &line, &job_ctx, out.as_mut());
            let _ = out.flush();
            Some(outcome)
        };
        let report = |text: &str| {
            if let Some(out) = locked(&out).as_mut() {
                out.report(text);
            }
        };
        let mut told = false;
        let ran = self.call(view, run, |waited| {
            if ctx.cancel.is_raised() {
                return Some(Error::Cancelled);
            }
            if waited >= PATIENCE && !std::mem::replace(&mut told, true) {
                let why = self.0.queue.busy(&ctx.principal.name).unwrap_or_default();
                report(&format!("{why} (this line waits)"));
            }
            None
        });
        match ran {
            Err(Error::Cancelled) => {
                report("interrupted");
                let refused = Effects::empty();
                Ok(Outcome { ok: false, refused, quit: None, seek: 0, diverted: false })
            }
            ran => ran?.ok_or(Error::Gone),
        }
    }

    /// Runs something on the session and a view, and waits for its end.
    ///
    /// # Errors
    /// [`Error::Gone`] or [`Error::Broke`].
    pub fn with<T, F>(&self, view: ViewId, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session, &mut View) -> T + Send + 'static,
    {
        self.call(
            view,
            move |session| with_view(session, view, |session, view| run(session, view)),
            |_| None,
        )?
    }

    /// The same, for a client that is told when others keep it waiting.
    ///
    /// # Errors
    /// [`Error::Busy`], too.
    pub(crate) fn with_patience<T, F>(&self, view: ViewId, asks: &str, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session, &mut View) -> T + Send + 'static,
    {
        let run = move |session: &mut Session| with_view(session, view, |session, view| run(session, view));
        self.call(view, run, |waited| {
            let why = || self.0.queue.busy(asks).map(Error::Busy);
            (waited >= PATIENCE).then(why).flatten()
        })?
    }

    /// Why somebody waits for the session; none when it is for a command of their own.
    pub(crate) fn busy(&self, asks: &str) -> Option<String> {
        self.0.queue.busy(asks)
    }

    /// What tells it from others.
    pub(crate) fn mark(&self) -> HostMark {
        HostMark(self.0.number)
    }

    /// What lines do from now on.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Hands in a job of a client without waiting. Clients have their turns by `lane`.
    pub(crate) fn submit(&self, lane: Lane, job: Job) -> Result<Ticket> {
        let lane = match lane {
            Lane::View(ViewId(view)) => view << 1,
            Lane::Client(client) => client << 1 | 1,
        };
        self.0.queue.push(lane, job).ok_or(Error::Gone)
    }

    /// Runs a job and waits for its end. While it waits for its turn, `give_up` says whether it goes on waiting.
    fn call<T: Send + 'static>(
        &self,
        view: ViewId,
        run: impl FnOnce(&mut Session) -> T + Send + 'static,
        mut give_up: impl FnMut(Duration) -> Option<Error>,
    ) -> Result<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let begun = Arc::new(AtomicBool::new(false));
        let begins = begun.clone();
        let ticket = self.submit(
            Lane::View(view),
            Box::new(move |session| {
                begins.store(true, Ordering::Relaxed);
                let _ = sender.send(run(session));
            }),
        )?;
        let since = Instant::now();
        loop {
            if begun.load(Ordering::Relaxed) {
                return receiver.recv().map_err(|_| Error::Gone);
            }
            match receiver.recv_timeout(GLANCE) {
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Disconnected) => return Err(Error::Gone),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(why) = give_up(since.elapsed())
                && ticket.withdraw()
            {
                return Err(why);
            }
        }
    }
}

/// Whose turn a job is part of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lane {
    /// Of whoever has the view.
    View(ViewId),
    /// Of a server's client, by its number.
    Client(u64),
}

fn start_thread(number: u64, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new().name(format!("session {number}")).stack_size(STACK).spawn(run).map(drop)
}

/// Does what is handed in, until nothing comes any more or the session goes back to who lent it.
fn serve(queue: &Queue, mut session: Session) {
    let mut last = Instant::now();
    while let Some(work) = queue.next(last) {
        match work {
            Work::Job(job) => {
                session.extensions.of::<Desk>().held = Some(Instant::now());
                queue.replace_running(Some(Running::request()));
                run_guarded(job, &mut session);
                queue.replace_running(None);
            }
            Work::Return(to) => match to.send(session) {
                Ok(()) => return,
                Err(SendError(kept)) => session = kept,
            },
        }
        last = Instant::now();
    }
}

/// Runs something with a view, which a panic does not lose.
///
/// # Errors
/// [`Error::Broke`] with what the panic said.
pub(crate) fn with_view<T>(
    session: &mut Session,
    id: ViewId,
    run: impl FnOnce(&mut Session, &mut View) -> T,
) -> Result<T> {
    let desk = session.extensions.of::<Desk>();
    desk.prune();
    let mut view = desk.take(id);
    desk.running.push((id, None));
    let result = catch_unwind(AssertUnwindSafe(|| run(session, &mut view)));
    let desk = session.extensions.of::<Desk>();
    let rested = desk.running.pop().and_then(|(_, place)| place);
    let result = result.map_err(|panic| {
        // What the command had changed for a while, and how deep it was nested, is in the old view.
        let mut fresh = view.resting_place().view();
        fresh.history = std::mem::take(&mut view.history);
        fresh.terminal = view.terminal.take();
        view = fresh;
        Error::Broke(words(panic.as_ref()))
    });
    desk.keep(id, view, rested);
    result
}

/// Runs a line in a view, on the host's thread.
pub(crate) fn run(session: &mut Session, id: ViewId, line: &str, ctx: &Ctx, out: &mut dyn Out) -> Outcome {
    let queue = session.extensions.of::<Desk>().queue.clone();
    let outer = queue.replace_running(Some(Running::line(&ctx.principal.name, line)));
    let result = with_view(session, id, |session, view| {
        view.quit = None;
        let ok = run_line(&mut Env { session, view, ctx, out: &mut *out }, line);
        tell(session, id, view, ctx);
        Outcome {
            ok,
            refused: view.refused,
            quit: view.quit,
            seek: view.seek,
            diverted: view.divert.is_some(),
        }
    });
    queue.replace_running(outer);
    result.unwrap_or_else(|error| {
        out.report(&format!("ERROR: {error}"));
        Outcome { ok: false, refused: Effects::empty(), quit: None, seek: 0, diverted: false }
    })
}

/// Tells who listens what a line did.
fn tell(session: &mut Session, id: ViewId, view: &mut View, ctx: &Ctx) {
    let done = std::mem::replace(&mut session.done, Effects::empty());
    let shared = session.extensions.of::<Desk>().host.upgrade();
    let Some(shared) = shared.filter(|shared| shared.events.receiver_count() > 0) else { return };
    let seek = view.seek;
    let mut nobody = Capture::default();
    let stop = farad_shell::stopped_at(&mut Env { session, view, ctx, out: &mut nobody });
    // The listeners may be gone meanwhile.
    let _ = shared.events.send(Event { by: ctx.principal.clone(), view: id, seek, done, stop });
}

/// Serves the other clients of the session from within a command that waits for `done`, or for being cancelled.
///
/// # Errors
/// [`Error::NoHost`], or when too many commands wait so.
pub(crate) fn pump(env: &mut Env<'_>, done: impl Fn() -> bool) -> Result<()> {
    let ctx = env.ctx;
    let mut wait = || {
        while !done() && ctx.check().is_ok() {
            thread::sleep(GLANCE);
        }
    };
    match lend(env.session, env.view, true, &mut wait) {
        Lent::Done => Ok(()),
        Lent::Alone => Err(Error::NoHost),
        Lent::Full => Err(Error::Busy("too many commands wait in this session already".to_owned())),
    }
}

/// Whether others wait, and who has the session has had it for long.
fn is_due(session: &mut Session) -> bool {
    let desk = session.extensions.of::<Desk>();
    desk.queue.is_waited_for() && desk.held.is_some_and(|since| since.elapsed() >= TURN)
}

/// Lends the session to its other clients while `wait` runs, on a thread that has the session meanwhile. They find this
/// reader where it is now, and what `wait` stands in for finds the session as they leave it.
fn lend(session: &mut Session, view: &mut View, is_privileged: bool, wait: &mut dyn FnMut()) -> Lent {
    let desk = session.extensions.of::<Desk>();
    let Some(host) = desk.host.upgrade() else { return Lent::Alone };
    // The one who made it, and this.
    if Arc::strong_count(&host) <= 2 {
        return Lent::Alone;
    }
    let queue = desk.queue.clone();
    if !queue.lend(is_privileged) {
        return Lent::Full;
    }
    let (number, helper) = (host.number, queue.clone());
    // It is kept by those who have a place there, not by a wait.
    drop(host);
    let (hand, taken) = mpsc::sync_channel::<Session>(1);
    let started = start_thread(number, move || {
        if let Ok(session) = taken.recv() {
            serve(&helper, session);
        }
    });
    if let Err(error) = started {
        tracing::error!("no thread for those who wait: {error}");
        queue.end_loan();
        return Lent::Full;
    }
    desk.share(view);
    desk.loans += 1;
    let (loan, running) = (desk.loans, std::mem::take(&mut desk.running));
    desk.lent.push((loan, running));
    let registry = session.registry.clone();
    let whole = std::mem::replace(session, Session::new(Schemes::new(), registry));
    let told = queue.replace_running(None);
    if let Err(SendError(whole)) = hand.send(whole) {
        // The thread is there, and takes it.
        *session = whole;
    }
    let waited = catch_unwind(AssertUnwindSafe(wait));
    let (back, given) = mpsc::sync_channel(1);
    // No client has such a number.
    queue.ask_back(u64::MAX - loan, back);
    match given.recv() {
        Ok(whole) => *session = whole,
        Err(_) => tracing::error!("a session was lost"),
    }
    queue.end_loan();
    queue.replace_running(told);
    let desk = session.extensions.of::<Desk>();
    if let Some(at) = desk.lent.iter().position(|(number, _)| *number == loan) {
        desk.running = desk.lent.remove(at).1;
    }
    desk.held = Some(Instant::now());
    if let Err(panic) = waited {
        resume_unwind(panic);
    }
    Lent::Done
}

fn run_guarded(job: Job, session: &mut Session) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(session))) {
        tracing::error!("a job of a session broke: {}", words(panic.as_ref()));
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic").to_owned()
}

/// The lock is held for a receive alone, which leaves nothing half done.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
