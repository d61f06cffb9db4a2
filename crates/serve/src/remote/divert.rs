//! Remote mode: all that is typed runs at a host, or through the current descriptor.

use farad_shell::{Args, Env, Result};

use super::hosts::Hosts;
use super::session;

/// `=!=ID` begins at that host. Without an ID it begins through the current descriptor, and
/// ends where it has begun already: radare2 begins by `!=!` and ends by `=!=`, and either is
/// understood for either.
pub(super) fn divert(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.view.divert = match args.text {
        "" if env.view.divert.is_some() => None,
        "" => Some("=!".to_owned()),
        number => Some(format!("={} ", Hosts::of(env.session).chosen(number)?)),
    };
    Ok(())
}

/// The prompt, where all that is typed runs at a host.
///
/// # Errors
/// An interrupt.
pub fn diverted_prompt(env: &mut Env<'_>) -> Result<Option<String>> {
    let id = env.view.divert.as_deref().and_then(|prefix| prefix.strip_prefix('=')?.trim().parse().ok());
    match id {
        Some(id) => session::prompt(env, id),
        None => Ok(None),
    }
}
