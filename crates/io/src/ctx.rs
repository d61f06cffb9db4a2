//! What every open, read and command carries: deadline, cancel flag, and on whose behalf.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

bitflags::bitflags! {
    /// What a command, scheme, grammar node or setting does beyond computing.
    ///
    /// They are checked where they happen, against the [`Principal`] of the [`Ctx`],
    /// however deep the nesting.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Effects: u16 {
        /// Reads bytes or state of the target.
        const READ = 1;
        /// Moves the reader's own place: seek, block size, current descriptor.
        const VIEW = 1 << 1;
        /// Flags, comments and maps: notes about the target.
        const ANNOTATE = 1 << 2;
        /// Changes bytes of the target.
        const WRITE = 1 << 3;
        /// Changes settings.
        const SETTINGS = 1 << 4;
        /// Runs or controls a process under the debugger.
        const DEBUG = 1 << 5;
        /// Reads or writes files of the machine the session runs on.
        const FILES = 1 << 6;
        /// Runs a program of the machine the session runs on.
        const SHELL = 1 << 7;
        /// Opens or accepts network connections.
        const NETWORK = 1 << 8;
        /// Runs text as commands.
        const INTERPRET = 1 << 9;
        /// Connects to servers of this very machine, or begins one: they take whoever can for its user.
        const LOCAL = 1 << 10;
        /// Changes who may do what.
        const POLICY = 1 << 11;
        /// What commands may choose outside of the target: a program, a process, a file, a connection.
        const OUTSIDE = Self::DEBUG.bits() | Self::FILES.bits() | Self::SHELL.bits()
            | Self::NETWORK.bits() | Self::INTERPRET.bits() | Self::LOCAL.bits();
    }
}

impl Effects {
    /// Their names.
    pub fn names(self) -> Vec<String> {
        let each = self.iter_names().filter(|(_, effect)| effect.bits().count_ones() == 1);
        each.map(|(name, _)| name.to_lowercase()).collect()
    }
}

const OWNER: &str = "owner";

/// On whose behalf something happens, and what they may do.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Shown in refusals, listings and the log.
    pub name: String,
    /// The effects this principal may have.
    pub allow: Effects,
}

impl Principal {
    /// The user who started the process: everything is allowed.
    pub fn owner() -> Principal {
        Principal { name: OWNER.to_owned(), allow: Effects::all() }
    }

    /// Whether it is the user who started the process, at whose terminal programs may run.
    pub fn is_owner(&self) -> bool {
        self.name == OWNER
    }

    /// Text that came from a peer: it may leave notes (flags, comments, maps), nothing else.
    pub fn peer_text(peer: &str) -> Principal {
        Principal { name: format!("text from {peer}"), allow: Effects::ANNOTATE }
    }
}

/// A flag that another thread raises to stop what runs; counts how often it was raised.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicU32>);

impl Cancel {
    /// A flag nobody has raised.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Asks what runs to stop. Safe to call from a signal handler.
    pub fn raise(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Lowers the flag before the next command.
    pub fn reset(&self) {
        self.0.store(0, Ordering::SeqCst);
    }

    /// How often it was raised since the last reset.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    /// Whether it was raised since the last reset.
    pub fn is_raised(&self) -> bool {
        self.count() > 0
    }
}

/// Deadline, cancel flag and principal. Nested opens, reads and commands get the same one.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Raised by ^C, a hang-up, or an explicit cancel request.
    pub cancel: Cancel,
    /// When the whole of it must have ended; `None` for no limit.
    pub deadline: Option<Instant>,
    /// On whose behalf.
    pub principal: Arc<Principal>,
}

impl Ctx {
    /// A context of the process's owner without a deadline.
    pub fn owner() -> Ctx {
        Ctx { cancel: Cancel::new(), deadline: None, principal: Arc::new(Principal::owner()) }
    }

    /// The same context on behalf of somebody else.
    pub fn for_principal(&self, principal: Principal) -> Ctx {
        Ctx { principal: Arc::new(principal), ..self.clone() }
    }

    /// The same context for what may have these effects at most: text that somebody left who had no more.
    pub fn no_more_than(&self, allow: Effects) -> Ctx {
        if allow.contains(self.principal.allow) {
            return self.clone();
        }
        let Principal { name, allow: ours } = &*self.principal;
        let name = format!("{name} with what somebody else left");
        self.for_principal(Principal { name, allow: ours.intersection(allow) })
    }

    /// The same context, ending at the earlier of its own deadline and `limit` from now.
    pub fn within(&self, limit: Duration) -> Ctx {
        let ours = Instant::now().checked_add(limit);
        let deadline = match (self.deadline, ours) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Ctx { deadline, ..self.clone() }
    }

    /// Fails when the work was cancelled or its deadline passed. Long loops call it often.
    ///
    /// # Errors
    /// [`Error::Cancelled`] or [`Error::Deadline`].
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_raised() {
            return Err(Error::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Error::Deadline),
            _ => Ok(()),
        }
    }

    /// Time left until the deadline; `None` for no limit.
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Fails unless the principal may have `effects`; `what` names the refused act.
    ///
    /// # Errors
    /// [`Error::Refused`], naming the principal and the missing effects.
    pub fn allow(&self, effects: Effects, what: &str) -> Result<()> {
        let missing = effects.difference(self.principal.allow);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::Refused { what: what.to_owned(), principal: self.principal.name.clone(), missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_names_what_is_missing() {
        let ctx = Ctx::owner().for_principal(Principal::peer_text("host 0"));
        assert!(ctx.allow(Effects::ANNOTATE, "f").is_ok());
        let refused = ctx.allow(Effects::SHELL | Effects::ANNOTATE, "!ls").unwrap_err().to_string();
        assert!(
            refused.contains("!ls") && refused.contains("shell") && refused.contains("host 0"),
            "{refused}"
        );
    }

    #[test]
    fn cancel_and_deadline_stop_the_work() {
        let ctx = Ctx::owner();
        assert!(ctx.check().is_ok());
        ctx.cancel.raise();
        assert!(matches!(ctx.check(), Err(Error::Cancelled)));
        ctx.cancel.reset();
        assert!(matches!(ctx.within(Duration::ZERO).check(), Err(Error::Deadline)));
        assert!(ctx.check().is_ok());
    }
}
