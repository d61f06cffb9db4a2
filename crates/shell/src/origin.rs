//! Whose words a text holds, where they are not the caller's alone.
//!
//! What somebody leaves in a session (a comment, a name, bytes) is printed by others later, and may then
//! be made into commands. An [`Out`] is told of it as it is printed, and what is made from
//! it does no more than who left it might.

use farad_io::{Ctx, Effects, Principal};

use crate::out::Out;
use crate::session::Session;

/// Who a text is from besides the caller, and what all of them might do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The first of them.
    pub name: String,
    /// What commands made from the text may do at most.
    pub allow: Effects,
    /// Whether a peer is among them, of whose text a terminal obeys no more than colours.
    pub is_peer: bool,
}

impl Origin {
    /// A peer, which may leave notes.
    pub fn peer(name: &str) -> Origin {
        Origin { name: name.to_owned(), allow: Principal::peer_text(name).allow, is_peer: true }
    }

    /// Who a context acts for.
    pub fn of(ctx: &Ctx) -> Origin {
        Origin { name: ctx.principal.name.clone(), allow: ctx.principal.allow, is_peer: false }
    }

    /// Adds one to those known so far.
    pub fn join(so_far: &mut Option<Origin>, other: &Origin) {
        match so_far {
            Some(origin) => {
                origin.allow &= other.allow;
                origin.is_peer |= other.is_peer;
            }
            None => *so_far = Some(other.clone()),
        }
    }

    /// Tells where text goes that some of it is from here.
    pub fn mark(&self, out: &mut dyn Out) {
        if self.is_peer {
            out.mark_peer(&self.name);
        }
        out.mark_origin(self);
    }

    /// Tells where text goes that it is of something, or made by it, which somebody left who might do so much.
    pub(crate) fn mark_left(what: &str, allow: Effects, out: &mut dyn Out) {
        if allow != Effects::all() {
            Origin { name: format!("who left {what}"), allow, is_peer: false }.mark(out);
        }
    }

    /// The context to run the text in as commands.
    pub(crate) fn ctx(&self, ctx: &Ctx) -> Ctx {
        let allow = ctx.principal.allow & self.allow;
        if allow == ctx.principal.allow {
            return ctx.clone();
        }
        ctx.for_principal(Principal { name: format!("text from {}", self.name), allow })
    }

    /// The context to run a command in that has the text among its arguments, which can choose no program,
    /// file or connection that who it is from could not.
    pub(crate) fn ctx_of_arguments(&self, ctx: &Ctx) -> Ctx {
        let chosen = (Effects::OUTSIDE | Effects::POLICY).difference(self.allow);
        let allow = ctx.principal.allow.difference(chosen);
        if allow == ctx.principal.allow {
            return ctx.clone();
        }
        let name = format!("{} with words of {}", ctx.principal.name, self.name);
        ctx.for_principal(Principal { name, allow })
    }
}

/// Notes that a command with some effects runs: what somebody with less than all rights changes may be
/// printed by anybody later.
pub(crate) fn note(session: &mut Session, ctx: &Ctx, effects: Effects) {
    let leaves = !effects.difference(Effects::READ | Effects::VIEW).is_empty();
    if leaves && ctx.principal.allow != Effects::all() {
        Origin::join(&mut session.left, &Origin::of(ctx));
    }
}

/// Who, of those with less rights than the caller, left something in the session.
pub(crate) fn lesser<'a>(session: &'a Session, ctx: &Ctx) -> Option<&'a Origin> {
    session.left.as_ref().filter(|left| !left.allow.contains(ctx.principal.allow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_only_grow_less() {
        let client =
            Origin { name: "a client".into(), allow: Effects::READ | Effects::FILES, is_peer: false };
        let mut origin = None;
        Origin::join(&mut origin, &client);
        Origin::join(&mut origin, &Origin::peer("host 0"));
        let origin = origin.unwrap();
        assert_eq!((origin.allow, origin.is_peer), (Effects::empty(), true));
        let ctx = Ctx::owner();
        assert_eq!(client.ctx(&ctx).principal.allow, client.allow);
        let arguments = client.ctx_of_arguments(&ctx).principal.allow;
        assert!(
            arguments.contains(Effects::FILES | Effects::ANNOTATE) && !arguments.contains(Effects::SHELL)
        );
        assert!(Origin::of(&ctx).ctx(&ctx).principal.is_owner());
    }
}
