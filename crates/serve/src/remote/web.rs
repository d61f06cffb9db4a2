//! A host that is asked over HTTP: each command is a request, and its output the answer's body.

use farad_io::net::WebClient;
use farad_io::{Status, Uri};
use farad_shell::{Env, Result, load};

/// Longest answer to a question of ours, bytes.
const LONGEST: usize = 1 << 20;

/// Such a host.
pub(super) struct Web(WebClient);

impl Web {
    /// Asks the server for nothing, to see that it answers.
    ///
    /// # Errors
    /// The stage that failed, or the status of the answer.
    pub(super) fn connect(env: &Env<'_>, uri: &str) -> Result<Web> {
        let mut client = WebClient::new(&Uri::parse(uri), &load::web_options(env), env.ctx)?;
        client.question("", LONGEST, env.ctx)?;
        Ok(Web(client))
    }

    /// Whether it is of this machine.
    pub(super) fn is_here(&self) -> bool {
        self.0.is_here()
    }

    /// Runs a line there and prints what comes back. A server of farad's tells that it failed, others do not.
    ///
    /// # Errors
    /// The connection's, the status of an answer that is no success, or the interrupt.
    pub(super) fn command(&mut self, env: &mut Env<'_>, line: &str) -> Result<Status> {
        env.out.mark_peer(self.0.uri());
        Ok(self.0.command(line, &mut env.out, env.ctx)?)
    }

    /// Where the session there is, by the command that tells it; `None` where it tells something else.
    ///
    /// # Errors
    /// As [`Web::command`].
    pub(super) fn seek(&mut self, env: &Env<'_>) -> Result<Option<u64>> {
        let text = self.0.question("s", LONGEST, env.ctx)?;
        Ok(text.trim().strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()))
    }
}
