//! A host that is asked over HTTP: each command is a request, and its output the answer's body.

use std::time::Duration;

use farad_io::net::web_command;
use farad_io::{Ctx, Status};
use farad_shell::{Env, Result};

/// Such a host.
pub(super) struct Web {
    /// `http://HOST:PORT/PATH`, what stands before `/cmd/`.
    base: String,
}

impl Web {
    /// Asks the server for nothing, to see that it answers. `path` is what stands behind the port.
    ///
    /// # Errors
    /// The stage that failed, or the status of the answer.
    pub(super) fn connect(authority: &str, path: &str, limit: Duration, ctx: &Ctx) -> Result<Web> {
        let path = format!("/{}", path.trim_matches('/'));
        let path = path.trim_end_matches("/cmd").trim_end_matches('/');
        let machine = if authority.starts_with(':') { "127.0.0.1" } else { "" };
        let web = Web { base: format!("http://{machine}{authority}{path}") };
        web_command(&web.base, "", &mut std::io::sink(), limit, ctx)?;
        Ok(web)
    }

    /// Runs a line there and prints what comes back. How it ended is not told.
    ///
    /// # Errors
    /// The connection's, the status of an answer that is no success, or the interrupt.
    pub(super) fn command(&mut self, env: &mut Env<'_>, line: &str) -> Result<Status> {
        env.out.mark_peer(&self.base);
        let limit = silence(env);
        web_command(&self.base, line, &mut env.out, limit, env.ctx)?;
        Ok(Status::default())
    }
}

/// How long a web server may say nothing.
pub(super) fn silence(env: &Env<'_>) -> Duration {
    Duration::from_secs(env.setting_number("http.timeout").max(1))
}
