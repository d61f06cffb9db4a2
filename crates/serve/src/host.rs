//! A host: the thread that owns a session and runs what its clients hand it, one job at a time.
//!
//! The prompt, a script and every connection are equal clients: each holds a [`Host`] and has a view
//! of its own on that thread. A client waits for its job before it hands in the next, so the queue
//! is never longer than there are clients, and those are limited where they connect. Must not know
//! sockets or wire formats.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use farad_io::{Ctx, Effects, Principal};
use farad_shell::out::{Capture, Out};
use farad_shell::view::Place;
use farad_shell::{Env, Session, View, run_line};

use tokio::sync::broadcast;

use crate::error::{Error, Result};

/// Stack of a host's thread, bytes; only what is used of it takes memory.
const STACK: usize = 32 << 20;
/// How long a thread stays awake behind a job.
const VIGIL: Duration = Duration::from_micros(100);
/// How often a pumping command looks whether it was cancelled.
const GLANCE: Duration = Duration::from_millis(50);

/// Events kept for a client that is slow to take them.
const EVENTS: usize = 256;

/// What a host runs: it has the session, and through [`with_view`] the views.
pub(crate) type Job = Box<dyn FnOnce(&mut Session) + Send>;

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

struct Shared {
    number: u64,
    jobs: Sender<Job>,
    views: AtomicU64,
    events: broadcast::Sender<Event>,
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
        let (sender, receiver) = mpsc::channel();
        let number = SESSIONS.fetch_add(1, Ordering::Relaxed);
        let shared = Arc::new(Shared {
            number,
            jobs: sender,
            views: AtomicU64::new(1),
            events: broadcast::Sender::new(EVENTS),
        });
        let jobs = Arc::new(Mutex::new(receiver));
        session.aside = Some(aside);
        let desk = session.extensions.of::<Desk>();
        desk.host = Arc::downgrade(&shared);
        desk.jobs = Some(jobs.clone());
        desk.views.insert(ViewId::OWNER, View::default());
        let serve = move || {
            let mut last = Instant::now();
            while let Ok(job) = next(&jobs, last, None) {
                run_guarded(job, &mut session);
                last = Instant::now();
            }
        };
        thread::Builder::new()
            .name(format!("session {number}"))
            .stack_size(STACK)
            .spawn(serve)
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
        ViewId(self.0.views.fetch_add(1, Ordering::Relaxed))
    }

    /// Forgets a client's view, once what it handed in has run.
    pub fn leave(&self, view: ViewId) {
        let forget: Job = Box::new(move |session| {
            session.extensions.of::<Desk>().views.remove(&view);
        });
        // A host that is gone has no views either.
        let _ = self.0.jobs.send(forget);
    }

    /// Runs a line and waits for its end. Reports and results go to `out`, on the host's thread.
    ///
    /// # Errors
    /// [`Error::Gone`]; a command that fails is an [`Outcome`].
    pub fn line(&self, view: ViewId, line: &str, ctx: &Ctx, mut out: Box<dyn Out + Send>) -> Result<Outcome> {
        let (line, ctx) = (line.to_owned(), ctx.clone());
        self.call(move |session| {
            let outcome = run(session, view, &line, &ctx, out.as_mut());
            let _ = out.flush();
            outcome
        })
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
        self.call(move |session| with_view(session, view, |session, view| run(session, view)))?
    }

    /// What tells it from others.
    pub(crate) fn mark(&self) -> HostMark {
        HostMark(self.0.number)
    }

    /// What lines do from now on.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    /// Hands in a job without waiting.
    pub(crate) fn submit(&self, job: Job) -> Result<()> {
        self.0.jobs.send(job).map_err(|_| Error::Gone)
    }

    fn call<T: Send + 'static>(&self, run: impl FnOnce(&mut Session) -> T + Send + 'static) -> Result<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.submit(Box::new(move |session| {
            let _ = sender.send(run(session));
        }))?;
        receiver.recv().map_err(|_| Error::Gone)
    }
}

/// Waits for a job, for so long at most. A client that sends its next request as soon as it has the
/// answer is waited for awake for a moment, since waking up costs more than a short command does.
fn next(
    jobs: &Mutex<Receiver<Job>>,
    idle_since: Instant,
    limit: Option<Duration>,
) -> std::result::Result<Job, RecvTimeoutError> {
    static AWAKE: AtomicBool = AtomicBool::new(false);
    let jobs = locked(jobs);
    // One thread of the process at most, so that nobody is kept from its turn.
    if !AWAKE.swap(true, Ordering::Relaxed) {
        let mut found = jobs.try_recv();
        while found.is_err() && idle_since.elapsed() < VIGIL {
            thread::yield_now();
            found = jobs.try_recv();
        }
        AWAKE.store(false, Ordering::Relaxed);
        if let Ok(job) = found {
            return Ok(job);
        }
    }
    match limit {
        Some(limit) => jobs.recv_timeout(limit),
        None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

/// What a session knows of its host; among the session's extensions.
#[derive(Default)]
struct Desk {
    host: Weak<Shared>,
    jobs: Option<Arc<Mutex<Receiver<Job>>>>,
    views: HashMap<ViewId, View>,
    /// The views in use now, innermost last, each with where it rests while its command lets others in.
    running: Vec<(ViewId, Option<Place>)>,
}

impl Desk {
    /// A client's view: the one it has; a copy where that is in use by a command that lets others in; where
    /// it has none, one that stands where the owner's does.
    fn take(&mut self, id: ViewId) -> View {
        if let Some(view) = self.views.remove(&id) {
            return view;
        }
        if let Some(place) = self.resting(id) {
            return place.view();
        }
        let owner = self.views.get(&ViewId::OWNER).map(View::resting_place);
        let mut view = owner.or_else(|| self.resting(ViewId::OWNER)).unwrap_or_default().view();
        // The owner's terminal is not the client's; a client says for itself what its own can do.
        view.config = view.config.for_reader();
        view
    }

    /// Where a view in use rests.
    fn resting(&self, id: ViewId) -> Option<Place> {
        let mut innermost = self.running.iter().rev().filter(|(running, _)| *running == id);
        innermost.next().and_then(|(_, place)| place.clone())
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
    // Somebody else used the view while the command let others in.
    if let (Some(copy), Some(rested)) = (desk.views.remove(&id), rested) {
        view.take_over(copy, &rested);
    }
    desk.views.insert(id, view);
    result
}

/// Runs a line in a view, on the host's thread.
pub(crate) fn run(session: &mut Session, id: ViewId, line: &str, ctx: &Ctx, out: &mut dyn Out) -> Outcome {
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

/// Serves the other clients of the session from within a command that keeps its thread, until
/// `done` or the command is cancelled.
///
/// # Errors
/// [`Error::NoHost`].
pub(crate) fn pump(env: &mut Env<'_>, done: impl Fn() -> bool) -> Result<()> {
    let jobs = share_desk(env).ok_or(Error::NoHost)?;
    let mut last = Instant::now();
    while !done() && env.ctx.check().is_ok() {
        match next(&jobs, last, Some(GLANCE)) {
            Ok(job) => {
                run_guarded(job, env.session);
                last = Instant::now();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(())
}

/// Does what other clients of the session have handed in, from within a command that keeps its thread.
fn aside(env: &mut Env<'_>) {
    let Some(jobs) = share_desk(env) else { return };
    loop {
        let job = locked(&jobs).try_recv();
        match job {
            Ok(job) => run_guarded(job, env.session),
            Err(_) => return,
        }
    }
}

/// The queue, where clients that use this view or join meanwhile find where it rests.
fn share_desk(env: &mut Env<'_>) -> Option<Arc<Mutex<Receiver<Job>>>> {
    let desk = env.session.extensions.of::<Desk>();
    if let Some((id, place)) = desk.running.last_mut() {
        match (env.view.is_at_rest(), &place) {
            (true, Some(rested)) => {
                if let Some(copy) = desk.views.remove(id) {
                    env.view.take_over(copy, rested);
                }
                *place = Some(env.view.place());
            }
            // What is in force for a while is no change: what others did since is merged when it is over.
            (false, Some(_)) => {}
            (_, None) => *place = Some(env.view.resting_place()),
        }
    }
    desk.jobs.clone()
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
