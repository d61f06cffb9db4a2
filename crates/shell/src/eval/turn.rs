//! Letting the other clients of a session in: while a command waits for something else than the session, and between
//! the commands of a line that goes on for long.

use farad_io::Ctx;

use super::Env;
use crate::out::Out;
use crate::session::Lent;

impl Env<'_> {
    /// Waits for something that needs no session, which others may use meanwhile. None when too many wait so already;
    /// then nothing was waited for.
    pub fn try_wait<T>(&mut self, wait: impl FnOnce(&mut dyn Out, &Ctx) -> T) -> Option<T> {
        let Env { session, view, ctx, out } = self;
        let mut wait = Some(wait);
        let mut waited = None;
        let mut begin = || waited = wait.take().map(|wait| wait(*out, ctx));
        let lent = match session.aside {
            Some(aside) => (aside.lend)(session, view, ctx.principal.is_owner(), &mut begin),
            None => Lent::Alone,
        };
        if lent == Lent::Alone {
            begin();
        }
        waited
    }

    /// The same, which keeps the session where it cannot be lent.
    pub fn wait_aside<T>(&mut self, wait: impl FnOnce(&mut dyn Out, &Ctx) -> T) -> Option<T> {
        let mut wait = Some(wait);
        let waited = self.try_wait(|out, ctx| wait.take().map(|wait| wait(out, ctx)));
        waited.flatten().or_else(|| wait.take().map(|wait| wait(self.out, self.ctx)))
    }

    /// Lets others in between two commands, where it is their turn.
    pub(super) fn give_turn(&mut self) {
        let Some(aside) = self.session.aside else { return };
        if (aside.is_due)(self.session) {
            // Where it cannot be, they are told.
            (aside.lend)(self.session, self.view, true, &mut || {});
        }
    }
}
