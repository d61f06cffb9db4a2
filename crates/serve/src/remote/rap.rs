//! A rap server that a session is connected to, and the commands that it sends back.

use std::sync::{Arc, Mutex};

use farad_io::rap::{RapClient, RapOptions, Reverse};
use farad_io::{Perm, Status, Transport};
use farad_shell::render::printable;
use farad_shell::{Env, Result, load};
use farad_wire::rap::hello::ClientHello;

use super::connect::timeout;
use crate::circle::{self, Noted};
use crate::host::{Host, locked};

/// Commands that a server sent back, not run yet.
type Reversed = Arc<Mutex<Vec<String>>>;

/// A connection to a rap server.
pub(super) struct Rap {
    pub(super) client: RapClient,
    reversed: Reversed,
    /// For a server of this process, so that it can tell that the session asks itself.
    _noted: Option<Noted>,
}

impl Rap {
    /// Connects as the reader's settings say, and opens `path` there; nothing when it is empty.
    ///
    /// # Errors
    /// The stage that failed.
    pub(super) fn open(env: &mut Env<'_>, transport: &Transport, path: &str) -> Result<Rap> {
        let reversed = Reversed::default();
        let options = RapOptions {
            timeout: timeout(env),
            pace: load::pace(env),
            perm: Perm::RX,
            hello: hello(env),
            reverse: if env.is_set("rap.reverse") { keep(reversed.clone()) } else { Reverse::Refuse },
        };
        let path = Some(path).filter(|path| !path.is_empty());
        let host = Host::of(env.session).ok();
        let mut noted = None;
        let reached = |addr| noted = host.map(|host| circle::note(addr, &host));
        let client = RapClient::connect_noting(transport, path, options, reached, env.ctx)?;
        Ok(Rap { client, reversed, _noted: noted })
    }

    /// Runs a line there and prints what comes back. What the server sends to be run here, where
    /// `rap.reverse` lets it, runs once it has answered: until then this session is at work.
    ///
    /// # Errors
    /// The connection's, or an interrupt.
    pub(super) fn command(&mut self, env: &mut Env<'_>, line: &str) -> Result<Status> {
        env.out.mark_peer(self.client.uri());
        // The session is not lent meanwhile: who came in then would find the connection in use.
        let status = self.client.command(line, &mut env.out, env.ctx)?;
        self.run_reversed(env)?;
        Ok(status)
    }

    /// The same, and asks in the same flight where the session there is then.
    ///
    /// # Errors
    /// As [`Rap::command`].
    pub(super) fn command_and_seek(
        &mut self,
        env: &mut Env<'_>,
        line: &str,
    ) -> Result<(Status, Option<u64>)> {
        env.out.mark_peer(self.client.uri());
        let answered = self.client.command_and_seek(line, &mut env.out, env.ctx)?;
        self.run_reversed(env)?;
        Ok(answered)
    }

    fn run_reversed(&mut self, env: &mut Env<'_>) -> Result<()> {
        let reversed = std::mem::take(&mut *locked(&self.reversed));
        for line in reversed {
            env.out.report(&format!("{} runs here: {}", self.client.uri(), printable(&line)));
            env.run_text(&line)?;
        }
        Ok(())
    }
}

/// An empty answer does not keep the server waiting.
fn keep(reversed: Reversed) -> Reverse {
    Reverse::Run(Box::new(move |text| {
        locked(&reversed).push(String::from_utf8_lossy(text).into_owned());
        Vec::new()
    }))
}

/// How this end wants the text of the other: this is where it is shown.
fn hello(env: &Env<'_>) -> ClientHello {
    let number = |name: &str| env.setting_number(name);
    ClientHello {
        width: u32::try_from(number("scr.columns")).ok().filter(|width| *width > 0),
        color: u8::try_from(number("scr.color")).ok(),
        utf8: Some(env.is_set("scr.utf8")),
        syntax: Some(env.setting("asm.syntax").to_owned()),
    }
}
