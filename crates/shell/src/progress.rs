//! How far long work is, for a person at a terminal.

use std::time::{Duration, Instant};

use crate::eval::Env;

/// What is over sooner is not told of.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two lines.
const PAUSE: Duration = Duration::from_millis(200);

/// Work of a known size.
pub(crate) struct Progress {
    what: String,
    total: u64,
    /// When to tell next.
    due: Instant,
}

impl Progress {
    /// Work that begins now; `what` is said of it, `total` is all there is to do.
    pub(crate) fn new(what: impl Into<String>, total: u64) -> Progress {
        Progress { what: what.into(), total: total.max(1), due: Instant::now() + PATIENCE }
    }

    /// Tells, when it is time, that so much is done.
    pub(crate) fn at(&mut self, env: &mut Env<'_>, done: u64) {
        let now = Instant::now();
        if now < self.due {
            return;
        }
        self.due = now + PAUSE;
        let percent = u128::from(done.min(self.total)) * 100 / u128::from(self.total);
        env.out.progress(&format!("{} {percent}% (^C ends it)", self.what));
    }
}

#[cfg(test)]
mod tests {
    use farad_io::Ctx;

    use super::*;
    use crate::out::Out;
    use crate::registry::Registry;
    use crate::session::Session;
    use crate::view::View;

    /// Keeps the lines of progress.
    #[derive(Default)]
    struct Seen(Vec<String>);

    impl std::io::Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Out for Seen {
        fn report(&mut self, _: &str) {}

        fn mark_peer(&mut self, _: &str) {}

        fn mark_origin(&mut self, _: &crate::origin::Origin) {}

        fn progress(&mut self, line: &str) {
            self.0.push(line.to_owned());
        }
    }

    #[test]
    fn only_what_takes_long_is_told_of() {
        let mut session = Session::new(farad_io::Schemes::new(), Registry::new(Vec::new()));
        let (mut view, ctx, mut out) = (View::default(), Ctx::owner(), Seen::default());
        let mut env = Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out };
        let mut progress = Progress::new("searching", 200);
        progress.at(&mut env, 50);
        progress.due = Instant::now();
        progress.at(&mut env, 150);
        progress.at(&mut env, 160);
        progress.due = Instant::now();
        progress.at(&mut env, 500);
        assert_eq!(out.0, ["searching 75% (^C ends it)", "searching 100% (^C ends it)"]);
    }
}
