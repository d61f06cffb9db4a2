//! Remote mode: all that is typed runs at a host, or through the current descriptor.

use farad_shell::{Args, Env, Result};

use super::hosts::Hosts;

pub(super) fn begin(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.view.divert = Some(match args.text {
        "" => "=!".to_owned(),
        number => format!("={} ", Hosts::of(env.session).chosen(number)?),
    });
    Ok(())
}

pub(super) fn end(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.view.divert = None;
    Ok(())
}
