//! How long a peer is waited for: until it says something, and in all. Knows no socket and looks at no clock.

use std::time::Duration;

/// The least that a peer must send or take, once it was waited for for twice the silence: bytes a second.
const LEAST: u64 = 1 << 10;

/// Most bytes of one answer whose length nothing else bounds.
pub(crate) const MOST: u64 = 1 << 30;

/// The patience with peers, as the settings have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// For how long nothing may come or be taken (`rap.silence`).
    pub silence: Duration,
    /// For how long a command may be waited for in all (`rap.patience`).
    pub whole: Duration,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { silence: Duration::from_secs(30), whole: Duration::from_secs(600) }
    }
}

/// When an exchange must be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By how much was moved: bytes that drip are as good as none.
    Moving,
    /// At a time.
    Within(Duration),
    /// Whenever it is: somebody sits there, and ends it.
    Open,
}

/// One exchange with a peer. Counted is the time that was spent on waiting, not what is done with the bytes meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    silence: Duration,
    end: End,
    quiet: Duration,
    waited: Duration,
    moved: u64,
}

impl Wait {
    /// For bytes: of a file, of memory, of a list.
    pub(crate) fn for_bytes(pace: Pace) -> Wait {
        Wait::new(pace.silence, End::Moving)
    }

    /// For what a command prints, which comes when it comes.
    pub(crate) fn for_command(pace: Pace) -> Wait {
        Wait::new(pace.silence, End::Within(pace.whole))
    }

    /// For what a command prints, of a peer that says nothing while one runs.
    pub(crate) fn for_silent_command(pace: Pace) -> Wait {
        Wait::new(pace.whole, End::Within(pace.whole))
    }

    /// For an answer that is to be there at once.
    pub(crate) fn for_answer(pace: Pace) -> Wait {
        Wait::new(pace.silence, End::Within(pace.silence.saturating_mul(2)))
    }

    /// For a process that runs until it stops.
    pub(crate) fn without_end() -> Wait {
        Wait::new(Duration::MAX, End::Open)
    }

    fn new(silence: Duration, end: End) -> Wait {
        Wait { silence, end, quiet: Duration::ZERO, waited: Duration::ZERO, moved: 0 }
    }

    /// Takes in that `moved` bytes came or went after a wait of `time`.
    ///
    /// # Errors
    /// Why there is nothing more to be waited for, in words.
    pub(crate) fn spend(&mut self, time: Duration, moved: usize) -> Result<(), String> {
        self.quiet = if moved == 0 { self.quiet.saturating_add(time) } else { Duration::ZERO };
        self.waited = self.waited.saturating_add(time);
        self.moved = self.moved.saturating_add(moved as u64);
        if self.quiet >= self.silence {
            return Err(format!("nothing came or was taken for {}", seconds(self.silence)));
        }
        let (whole, setting) = match self.end {
            End::Open => return Ok(()),
            End::Within(whole) => (whole, "there is no end of it"),
            End::Moving => {
                let earned = Duration::from_secs(self.moved / LEAST);
                (self.silence.saturating_mul(2).saturating_add(earned), "it drips")
            }
        };
        if self.waited < whole {
            return Ok(());
        }
        Err(format!("{setting}: {} bytes in {}", self.moved, seconds(self.waited)))
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", (time.as_secs_f32() * 10.0).round() / 10.0)
}

/// What to do about a peer that was waited for for too long.
pub(crate) fn advise(why: &str) -> String {
    format!("hung up: {why} (e rap.silence and rap.patience, in seconds, give it more)")
}

/// The same of a web server.
pub(crate) fn advise_web(why: &str) -> String {
    format!("hung up: {why} (e http.timeout and rap.patience, in seconds, give it more)")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { silence: Duration::from_secs(30), whole: Duration::from_secs(600) };

    /// How many seconds a peer is waited for that sends so many bytes each so many seconds.
    fn patience(mut wait: Wait, bytes: usize, each: u64) -> Option<u64> {
        (1..10_000).find(|second| {
            let moved = if second % each == 0 { bytes } else { 0 };
            wait.spend(Duration::from_secs(1), moved).is_err()
        })
    }

    #[test]
    fn silence_ends_a_wait_and_a_drip_does_not_lengthen_it_for_ever() {
        for (wait, silent, drip) in [
            (Wait::for_bytes(PACE), 30, 60),
            (Wait::for_command(PACE), 30, 600),
            (Wait::for_silent_command(PACE), 600, 600),
            (Wait::for_answer(PACE), 30, 60),
        ] {
            assert_eq!(patience(wait, 0, 1), Some(silent));
            assert_eq!(patience(wait, 1, 1), Some(drip));
            assert_eq!(patience(wait, 1, 29), Some(drip));
        }
        assert_eq!(patience(Wait::without_end(), 0, 1), None);
    }

    #[test]
    fn a_slow_link_carries_bytes_for_as_long_as_it_takes() {
        assert_eq!(patience(Wait::for_bytes(PACE), 2 << 10, 1), None);
        assert_eq!(patience(Wait::for_bytes(PACE), 40 << 10, 20), None);
        assert_eq!(patience(Wait::for_command(PACE), 1 << 20, 1), Some(600));
    }
}
