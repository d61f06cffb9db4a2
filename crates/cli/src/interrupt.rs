//! Signals: ^C stops the command that runs, never the prompt; a stop, and going on after it, leave the terminal as it should be.

use std::process;

use anyhow::{Context, Result};
use farad_io::Cancel;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::terminal::device;

/// Interrupts of one command after which farad leaves: it is stuck.
const STUCK: u32 = 3;

/// Raises `cancel` at each ^C from now on, and leaves at a request to end.
///
/// # Errors
/// When the system takes no signal handler.
pub(crate) fn watch(cancel: Cancel) -> Result<()> {
    let terminal = device::of_process();
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot take signals")?;
    if terminal.is_some() {
        for signal in [SIGTSTP, SIGCONT, SIGWINCH] {
            signals.add_signal(signal).context("cannot take signals")?;
        }
    }
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in &mut signals {
                match (signal, terminal) {
                    (SIGTSTP, Some(terminal)) => terminal.stop(),
                    (SIGCONT, Some(terminal)) => terminal.go_on(),
                    (SIGWINCH, Some(terminal)) => terminal.wake(),
                    _ => {
                        cancel.raise();
                        if signal != SIGINT || cancel.count() > STUCK {
                            leave();
                            process::exit(128 + signal);
                        }
                    }
                }
            }
        })
        .context("cannot start a thread")?;
    Ok(())
}

/// Leaves the terminal as it was found, at the end of the process.
pub(crate) fn leave() {
    if let Some(terminal) = device::of_process() {
        terminal.leave();
    }
}
