//! What the integration tests share: starting farad and its peers, ports, transcripts, captures.
//!
//! Knows farad only as a program. Each test binary compiles this and uses its own part of it.
#![allow(dead_code, clippy::print_stdout)]

pub(crate) mod capture;
pub(crate) mod known;
#[path = "../../src/demo/link.rs"]
pub(crate) mod link;
pub(crate) mod net;
pub(crate) mod peer;
pub(crate) mod process;
pub(crate) mod transcript;
pub(crate) mod web;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace exists")
}

/// The farad under test: the one just built, or what `FARAD_BIN` names, relative to the root.
pub(crate) fn farad_path() -> PathBuf {
    match std::env::var_os("FARAD_BIN") {
        Some(path) => root().join(path),
        None => PathBuf::from(env!("CARGO_BIN_EXE_farad")),
    }
}

/// farad with no rc file and no colour, to be run in `folder`.
pub(crate) fn farad(folder: &Path) -> Command {
    let mut command = Command::new(farad_path());
    command.args(["-N", "-e", "scr.color=0"]).current_dir(folder);
    command
}

/// A fresh folder that holds a copy of every golden input.
pub(crate) fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for entry in std::fs::read_dir(root().join("tests/golden/inputs")).expect("the golden inputs") {
        let from = entry.expect("a golden input").path();
        let to = folder.path().join(from.file_name().expect("an input has a name"));
        std::fs::copy(&from, to).expect("copying an input");
    }
    folder
}
