//! A view that is used while a command of it lets others in.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod peer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use farad_io::Ctx;
use farad_serve::{Host, ViewId};
use farad_shell::Env;
use farad_shell::view::Place;
use peer::{Seen, host};

/// Runs `before`, then `line` by another client of the same view while that lets others in, then `after`.
/// Where the view is then.
fn interleaved(before: fn(&mut Env<'_>), line: &'static str, after: fn(&mut Env<'_>)) -> Place {
    let host = host("malloc://64", &[]);
    let other: Host = host.clone();
    host.with(ViewId::OWNER, move |session, view| {
        let ctx = Ctx::owner();
        let mut out = Seen::default();
        let mut env = Env { session, view, ctx: &ctx, out: &mut out };
        before(&mut env);
        let ended = Arc::new(AtomicBool::new(false));
        let end = ended.clone();
        let client = std::thread::spawn(move || {
            let seen = Seen::default();
            let outcome = other.line(ViewId::OWNER, line, &Ctx::owner(), Box::new(seen.clone())).unwrap();
            assert!(outcome.ok, "{line}: {}", seen.reports());
            end.store(true, Ordering::SeqCst);
        });
        let aside = env.session.aside.unwrap();
        while !ended.load(Ordering::SeqCst) {
            (aside.lend)(env.session, env.view, true, &mut std::thread::yield_now);
        }
        client.join().unwrap();
        after(&mut env);
    })
    .unwrap();
    host.with(ViewId::OWNER, |_, view| view.place()).unwrap()
}

#[test]
fn what_another_client_of_the_view_does_meanwhile_stays() {
    let place = interleaved(|env| env.view.seek = 1, "go 0x20", |env| env.view.block = 7);
    assert_eq!((place.seek, place.block), (0x20, 7));
}

#[test]
fn what_the_command_itself_does_later_wins() {
    let place = interleaved(|_| {}, "go 0x20", |env| env.view.seek = 0x10);
    assert_eq!(place.seek, 0x10);
}
