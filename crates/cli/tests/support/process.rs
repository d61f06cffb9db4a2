//! Child processes that cannot outlive or hang a test: run to the end with a limit, or serve until dropped.
//!
//! Each child leads a process group of its own, which is killed as a whole, so what it started goes with it.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::net;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this exit status.
    Exit(i32),
    /// Killed by this signal.
    Signal(i32),
    /// It did not end within its limit and was killed by the test.
    TimedOut,
}

/// What a finished process left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) end: End,
}

impl Finished {
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output without blanks at its ends, of a process that ended with status 0.
    #[track_caller]
    pub(crate) fn ok(&self) -> String {
        assert_eq!(self.end, End::Exit(0), "stdout: {}\nstderr: {}", self.out(), self.err());
        self.out().trim().to_owned()
    }
}

/// Runs to the end, with `input` on standard input (none: end of file at once).
pub(crate) fn run(command: &mut Command, input: Option<&[u8]>, limit: Duration) -> Finished {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let until = Instant::now() + limit;
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input.map(<[u8]>::to_vec)) {
        // A child that ends without reading its input is the caller's business, not an error here.
        std::thread::spawn(move || drop(pipe.write_all(&input)));
    }
    let stdout = collect(child.stdout.take().expect("stdout is piped"));
    let stderr = collect(child.stderr.take().expect("stderr is piped"));
    let status = wait(&mut child, until);
    kill_group(&child);
    if status.is_none() {
        let _ = child.wait();
    }
    Finished {
        stdout: stdout.recv().expect("stdout was read"),
        stderr: stderr.recv().expect("stderr was read"),
        end: status.map_or(End::TimedOut, end),
    }
}

/// A process that serves on a port until it is dropped.
pub(crate) struct Server {
    child: Child,
    log: File,
    /// Held open: some servers end when their standard input does.
    stdin: Option<ChildStdin>,
    pub(crate) port: u16,
}

impl Server {
    /// Starts what `command` gives for a free port and waits until it listens there.
    ///
    /// The port may be taken by another between choosing and listening; a server that ended
    /// before it listened is tried again on another port.
    pub(crate) fn start(mut command: impl FnMut(u16) -> Command) -> Result<Self, String> {
        let mut failure = String::new();
        for _ in 0..3 {
            match Self::start_on(net::free_port(), &mut command) {
                Ok(server) => return Ok(server),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn start_on(port: u16, command: &mut impl FnMut(u16) -> Command) -> Result<Self, String> {
        let log = tempfile::tempfile().map_err(|error| error.to_string())?;
        let mut command = command(port);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
        command.stderr(log.try_clone().map_err(|error| error.to_string())?);
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let stdin = child.stdin.take();
        let mut server = Self { child, log, stdin, port };
        let until = Instant::now() + Duration::from_secs(10);
        let mut pause = Duration::from_millis(3);
        while !net::listens(server.child.id(), port) {
            let ended = server.child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > until {
                let state = ended.map_or("listens nowhere".to_owned(), |status| format!("ended: {status}"));
                return Err(format!("server on port {port} {state}: {}", server.log().trim()));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// What the server has written to standard error.
    pub(crate) fn log(&mut self) -> String {
        let mut bytes = Vec::new();
        if self.log.rewind().is_ok() {
            let _ = self.log.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its process's number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends the server `signal`, as `kill` does.
    pub(crate) fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    /// The status it ends with within `limit`, or `None` when it does not.
    pub(crate) fn end_within(&mut self, limit: Duration) -> Option<End> {
        wait(&mut self.child, Instant::now() + limit).map(end)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        kill_group(&self.child);
        let _ = self.child.wait();
    }
}

/// Reads a pipe to its end on a thread of its own, so no child blocks on a full one.
fn collect(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = send.send(bytes);
    });
    receive
}

fn wait(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_micros(500);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(pause),
            _ => return None,
        }
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

fn kill_group(child: &Child) {
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        // Gone already is what is wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn end(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exit(code),
        (None, signal) => End::Signal(signal.unwrap_or(0)),
    }
}
