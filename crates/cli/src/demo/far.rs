//! A far end: another farad process that serves rap on a port the system picks.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A serving process; it ends with this value.
pub(super) struct Far {
    child: Child,
    /// Where it listens.
    pub(super) port: u16,
}

impl Far {
    /// Starts one and waits until it listens.
    ///
    /// # Errors
    /// When it does not start or says no port.
    pub(super) fn start() -> Result<Far> {
        let program = std::env::current_exe().context("cannot find farad itself")?;
        let mut child = Command::new(program)
            .args(["-N", "-q", "-e", "scr.color=0", "rap://:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start a far end")?;
        let stderr = child.stderr.take().context("a far end has no standard error")?;
        let mut said = String::new();
        let mut lines = BufReader::new(stderr).lines();
        while let Some(line) = lines.next().transpose()? {
            let port = line
                .split_once("127.0.0.1:")
                .and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
            if let Some(port) = port {
                // What it says from then on has a reader, so that it is never held up.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Far { child, port });
            }
            said.push_str(&line);
        }
        let _ = child.kill();
        bail!("a far end did not listen: {said}");
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
