//! farad: a remote-first reverse-engineering shell.
//!
//! This crate has the arguments, the prompt, and the one place that puts schemes, commands and
//! servers together. What it shows goes through [`output`]; nothing else prints.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this crate is the one that prints")]

mod args;
mod assembly;
mod completion;
mod demo;
mod flag;
mod interrupt;
#[cfg(test)]
mod manual;
mod output;
mod prompt;
#[cfg(test)]
mod reference;
mod run;
mod sanitize;
mod terminal;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use args::{Options, Show};

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let name = words.next().unwrap_or_default();
    let is_radare2 = Path::new(&name).file_name().is_some_and(|name| name == "radare2" || name == "r2");
    if std::env::args_os().nth(1).is_some_and(|first| first == farad_debug::agent::ARGUMENT) {
        return ExitCode::from(farad_debug::agent::run());
    }
    log();
    let status = Options::parse(words).and_then(|options| match options.show {
        Some(show) => print(&describe(show, options.json)).map(|()| 0),
        None => run::run(options, is_radare2),
    });
    match status {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            // Standard error is the last resort; that it is closed changes nothing.
            let _ = writeln!(std::io::stderr(), "farad: {}", sanitize::line(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}

/// Sends what the crates log to standard error, as much of it as `RUST_LOG` asks for.
fn log() {
    use tracing_subscriber::EnvFilter;
    use tracing_subscriber::filter::LevelFilter;
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| sanitize::Safe(std::io::stderr()))
        .without_time()
        .init();
}

fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        // Whoever reads only the first lines has what they wanted.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

fn describe(show: Show, json: bool) -> String {
    match show {
        Show::Help { all } => flag::help(all),
        Show::Version { all } => version(all, json),
        Show::Schemes => farad_shell::cmd::open::list_schemes(&assembly::schemes(), json),
    }
}

fn version(all: bool, json: bool) -> String {
    let mut text = farad_shell::cmd::version(json) + "\n";
    if all && !json {
        for (part, what) in [
            ("rap", "1, with farad's notes and trailers"),
            ("language", "that of radare2 6.2.1"),
            ("decoder", "capstone 5"),
        ] {
            text.push_str(&format!("{part:9} {what}\n"));
        }
    }
    text
}
