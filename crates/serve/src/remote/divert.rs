//! Remote mode: all that is typed runs at a host, or through the current descriptor.

use farad_shell::{Args, Env, Result};

use super::hosts::Hosts;

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
