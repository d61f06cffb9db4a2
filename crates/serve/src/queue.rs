//! What waits for a session: its clients' jobs, each client's in their order, and the clients in turn.
//!
//! It is bounded, what is withdrawn leaves it at once, and it knows what runs, for those who wait to be told.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use farad_shell::Session;
use farad_shell::render::printable;

use crate::host::locked;

/// What a host runs: it has the session, and through [`with_view`](crate::host::with_view) the views.
pub(crate) type Job = Box<dyn FnOnce(&mut Session) + Send>;

/// Most jobs that wait.
const JOBS: usize = 8_192;
/// Most commands that have lent their session and wait for something else, and those for whom the rest is kept:
/// the owner's, and those that only give others a turn.
const WAITERS: usize = 32;
const ALL_WAITERS: usize = 64;
/// Characters of a line that others are told.
const SHOWN: usize = 80;
/// How long a thread stays awake behind a job.
const VIGIL: Duration = Duration::from_micros(100);

/// What is done next with a session.
pub(crate) enum Work {
    Job(Job),
    /// It is handed back to the command that lent it.
    Return(SyncSender<Session>),
}

/// What runs.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    /// Whose it is, and what; unknown for what is no command.
    told: Option<(String, String)>,
    since: Instant,
}

/// The jobs of one client.
struct Lane {
    of: u64,
    works: VecDeque<(u64, Work)>,
}

#[derive(Default)]
struct State {
    lanes: VecDeque<Lane>,
    numbers: u64,
    /// Commands that have lent the session.
    lent: usize,
    /// No more jobs come.
    closed: bool,
    running: Option<Running>,
}

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    length: AtomicUsize,
}

/// A job that was handed in.
#[derive(Clone)]
pub(crate) struct Ticket {
    queue: Arc<Queue>,
    lane: u64,
    number: u64,
}

impl Ticket {
    /// Takes the job back; false when it runs or has run.
    pub(crate) fn withdraw(&self) -> bool {
        let mut state = locked(&self.queue.state);
        let Some(lane) = state.lanes.iter_mut().find(|lane| lane.of == self.lane) else { return false };
        let Some(at) = lane.works.iter().position(|(number, _)| *number == self.number) else { return false };
        let job = lane.works.remove(at);
        state.lanes.retain(|lane| !lane.works.is_empty());
        self.queue.length.fetch_sub(1, Ordering::Relaxed);
        drop(state);
        // What it holds may look at the queue again.
        drop(job);
        true
    }
}

impl Queue {
    /// Takes in a job of the client that `lane` stands for; none when too many wait.
    pub(crate) fn push(self: &Arc<Queue>, lane: u64, job: Job) -> Option<Ticket> {
        if self.length.load(Ordering::Relaxed) >= JOBS {
            return None;
        }
        let number = self.put(lane, Work::Job(job))?;
        Some(Ticket { queue: self.clone(), lane, number })
    }

    fn put(&self, of: u64, work: Work) -> Option<u64> {
        let mut state = locked(&self.state);
        if state.closed && matches!(work, Work::Job(_)) {
            return None;
        }
        let number = state.numbers;
        state.numbers += 1;
        match state.lanes.iter_mut().find(|lane| lane.of == of) {
            Some(lane) => lane.works.push_back((number, work)),
            None => state.lanes.push_back(Lane { of, works: VecDeque::from([(number, work)]) }),
        }
        self.length.fetch_add(1, Ordering::Relaxed);
        drop(state);
        self.wake.notify_one();
        Some(number)
    }

    fn pop(&self, state: &mut State) -> Option<Work> {
        let mut lane = state.lanes.pop_front()?;
        let work = lane.works.pop_front().map(|(_, work)| work);
        if !lane.works.is_empty() {
            state.lanes.push_back(lane);
        }
        self.length.fetch_sub(1, Ordering::Relaxed);
        work
    }

    /// Whether somebody waits.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.length.load(Ordering::Relaxed) > 0
    }

    /// Waits for what is next; none when nothing comes any more. A client that sends its next request as soon as it has
    /// the answer is waited for awake for a moment, since waking up costs more than a short command does.
    pub(crate) fn next(&self, idle_since: Instant) -> Option<Work> {
        static AWAKE: AtomicBool = AtomicBool::new(false);
        // One thread of the process at most, so that nobody is kept from its turn.
        if !self.is_waited_for() && !AWAKE.swap(true, Ordering::Relaxed) {
            while !self.is_waited_for() && idle_since.elapsed() < VIGIL {
                thread::yield_now();
            }
            AWAKE.store(false, Ordering::Relaxed);
        }
        let mut state = locked(&self.state);
        loop {
            if let Some(work) = self.pop(&mut state) {
                return Some(work);
            }
            if state.closed && state.lent == 0 {
                return None;
            }
            state = self.wake.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// No more jobs come.
    pub(crate) fn close(&self) {
        locked(&self.state).closed = true;
        self.wake.notify_all();
    }

    /// Counts one more command that lends the session; false when there are too many.
    pub(crate) fn lend(&self, is_privileged: bool) -> bool {
        let mut state = locked(&self.state);
        let most = if is_privileged { ALL_WAITERS } else { WAITERS };
        let fits = state.lent < most;
        state.lent += usize::from(fits);
        fits
    }

    /// Asks for the session, in turn with all who wait; `lane` is nobody else's.
    pub(crate) fn ask_back(&self, lane: u64, to: SyncSender<Session>) {
        let _ = self.put(lane, Work::Return(to));
    }

    /// The session is back.
    pub(crate) fn end_loan(&self) {
        locked(&self.state).lent -= 1;
        self.wake.notify_all();
    }

    /// Notes what runs from now on. Returns what ran before.
    pub(crate) fn replace_running(&self, running: Option<Running>) -> Option<Running> {
        std::mem::replace(&mut locked(&self.state).running, running)
    }

    /// Why somebody waits; none when it is a command of their own that they wait for.
    pub(crate) fn busy(&self, asks: &str) -> Option<String> {
        match &locked(&self.state).running {
            Some(Running { told: Some((by, _)), .. }) if by == asks => None,
            Some(Running { told: Some((by, line)), since }) => Some(format!(
                "the session is busy: '{line}' of {by} runs since {} s; ask again later",
                since.elapsed().as_secs()
            )),
            Some(Running { told: None, since }) => Some(format!(
                "the session is busy: a client's request runs since {} s; ask again later",
                since.elapsed().as_secs()
            )),
            None => Some("the session is busy; ask again later".to_owned()),
        }
    }
}

impl Running {
    /// A request.
    pub(crate) fn request() -> Running {
        Running { told: None, since: Instant::now() }
    }

    /// A line of somebody's.
    pub(crate) fn line(by: &str, line: &str) -> Running {
        let start: String = line.chars().take(SHOWN).collect();
        let line = printable(&farad_io::without_secrets(&start));
        Running { told: Some((by.to_owned(), line)), since: Instant::now() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(queue: &Arc<Queue>, log: &Arc<Mutex<Vec<u64>>>) -> Vec<u64> {
        let registry = farad_shell::Registry::new(farad_shell::cmd::groups());
        let mut session = Session::new(farad_io::Schemes::new(), registry);
        queue.close();
        while let Some(work) = queue.next(Instant::now()) {
            if let Work::Job(job) = work {
                job(&mut session);
            }
        }
        locked(log).clone()
    }

    #[test]
    fn clients_have_their_turns_and_what_is_withdrawn_is_gone() {
        let (queue, log) = (Arc::<Queue>::default(), Arc::<Mutex<Vec<u64>>>::default());
        let push = |lane: u64, name: u64| {
            let log = log.clone();
            queue.push(lane, Box::new(move |_| locked(&log).push(name))).unwrap()
        };
        let many: Vec<_> = (0..5).map(|at| push(1, 10 + at)).collect();
        push(2, 20);
        push(3, 30);
        push(2, 21);
        assert!(many[3].withdraw() && !many[3].withdraw());
        assert!(queue.is_waited_for());
        assert_eq!(names(&queue, &log), [10, 20, 30, 11, 21, 12, 14]);
        assert!(!many[0].withdraw() && !queue.is_waited_for());
    }

    #[test]
    fn no_more_wait_than_fit() {
        let queue = Arc::<Queue>::default();
        let tickets: Vec<_> =
            (0..JOBS as u64).map(|at| queue.push(at % 7, Box::new(|_| {})).unwrap()).collect();
        assert!(queue.push(1, Box::new(|_| {})).is_none());
        assert!(tickets[0].withdraw() && queue.push(1, Box::new(|_| {})).is_some());
    }

    #[test]
    fn who_waits_is_told_for_whom() {
        let queue = Queue::default();
        queue.replace_running(Some(Running::line("HTTP client a", "sleep 5")));
        let told = queue.busy("HTTP client b").unwrap();
        assert!(told.contains("'sleep 5' of HTTP client a runs since 0 s"), "{told}");
        assert_eq!(queue.busy("HTTP client a"), None);
    }
}
