//! ^C: stops the command that runs, never the prompt.

use std::process;

use anyhow::{Context, Result};
use farad_io::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Interrupts of one command after which farad leaves: it is stuck.
const STUCK: u32 = 3;

/// Raises `cancel` at each ^C from now on, and leaves at a request to end.
///
/// # Errors
/// When the system takes no signal handler.
pub(crate) fn watch(cancel: Cancel) -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot take signals")?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                cancel.raise();
                if signal != SIGINT || cancel.count() > STUCK {
                    process::exit(128 + signal);
                }
            }
        })
        .context("cannot start a thread")?;
    Ok(())
}
