//! The programs at either end of a conversation: farad, and the real radare2 and Python that `./test` installs.
//!
//! A test that needs an installed one is marked `ignore`, so that without it the test is counted as such.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::process::{self, Finished, Server};

/// How long a client may take. Python starts the real radare2 in a second at worst.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A program with radare2's command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Farad,
    Radare2,
}

impl Program {
    /// The program without rc file and colour, to be run in `folder`.
    pub(crate) fn command(self, folder: &Path) -> Command {
        match self {
            Self::Farad => super::farad(folder),
            Self::Radare2 => {
                let mut command = Command::new(installed("FARAD_PEER"));
                command.args(["-N", "-e", "scr.color=0"]).current_dir(folder);
                command
            }
        }
    }

    /// Serves the files of `folder` over rap.
    pub(crate) fn serve(self, folder: &Path) -> Server {
        let server = Server::start(|port| {
            let mut command = self.command(folder);
            command.arg(format!("rap://:{port}"));
            command
        });
        server.unwrap_or_else(|error| panic!("{self:?} serves over rap: {error}"))
    }

    /// Serves `target` over HTTP, with settings.
    pub(crate) fn serve_web(self, folder: &Path, settings: &[&str], target: &str) -> Server {
        let server = Server::start(|port| {
            let mut command = self.command(folder);
            command.args(settings.iter().flat_map(|setting| ["-e", setting]));
            command.args(["-qc", &format!("=h {port}"), target]);
            command
        });
        server.unwrap_or_else(|error| panic!("{self:?} serves over HTTP: {error}"))
    }

    /// Runs `commands` on `target` and leaves.
    pub(crate) fn run(self, folder: &Path, flags: &[&str], commands: &str, target: &str) -> Finished {
        let mut command = self.command(folder);
        command.arg("-q").args(flags).args(["-c", commands, target]);
        process::run(&mut command, None, LIMIT)
    }
}

/// Python with r2pipe.
pub(crate) fn python(folder: &Path) -> Command {
    let mut command = Command::new(installed("FARAD_PYTHON"));
    command.current_dir(folder);
    command
}

/// Node.js with the packages of `tests/peer/package.json`.
pub(crate) fn node(folder: &Path) -> Command {
    let mut command = Command::new("node");
    command.current_dir(folder).env("NODE_PATH", installed("FARAD_NODE"));
    command
}

/// What `./test` installed and named in a variable.
pub(crate) fn installed(variable: &str) -> OsString {
    let path = std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run ./test"));
    // Tests run in the crate's folder, the variable may be relative to the workspace.
    super::root().join(path).into_os_string()
}
