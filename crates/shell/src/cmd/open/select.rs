//! Which descriptor is the current one.

use super::descriptor_number;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

pub(super) fn select(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        let current = env.current()?;
        return Ok(writeln!(env.out, "{current}")?);
    }
    let fd = descriptor_number(env, args.text)?;
    Ok(env.select(fd)?)
}

pub(super) fn select_next(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    select_beside(env, |fds, at| fds.get(at + 1))
}

pub(super) fn select_previous(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    select_beside(env, |fds, at| fds.get(at.checked_sub(1)?))
}

pub(super) fn select_round(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    select_beside(env, |fds, at| fds.get((at + 1) % fds.len()))
}

/// Selects a neighbour of the current descriptor, where there is one.
fn select_beside(env: &mut Env<'_>, beside: impl Fn(&[u32], usize) -> Option<&u32>) -> Result<()> {
    let current = env.current()?;
    let fds: Vec<u32> = env.session.io.descriptors().map(|descriptor| descriptor.fd).collect();
    let at = fds.iter().position(|&fd| fd == current).unwrap_or(0);
    match beside(&fds, at) {
        Some(&fd) => Ok(env.select(fd)?),
        None => Ok(()),
    }
}
