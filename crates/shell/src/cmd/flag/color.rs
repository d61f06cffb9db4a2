//! Colours of flags.

use super::{change, missing, name_here};
use crate::error::Result;
use crate::eval::Env;
use crate::flag::Flag;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};

fn list(env: &mut Env<'_>, mode: Mode, wanted: impl Fn(&Flag) -> bool) -> Result<()> {
    for flag in env.session.flags.visible(&env.view.flag_space).filter(|flag| wanted(flag)) {
        let Some(color) = &flag.color else { continue };
        match mode {
            Mode::Script => writeln!(env.out, "{}", script_line(&format!("fc {}={color}", flag.name)))?,
            _ => writeln!(env.out, "{:#010x}  {:9} {}", flag.addr, flag.name, printable(color))?,
        }
    }
    Ok(())
}

pub(super) fn color(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return list(env, args.mode, |_| true);
    }
    let (name, color) = match args.text.split_once(['=', ' ']) {
        Some((name, color)) => (name.trim().to_owned(), color.trim().to_owned()),
        None => match env.session.flags.find(args.text) {
            Some(flag) => {
                let color = printable(flag.color.as_deref().unwrap_or_default());
                return Ok(writeln!(env.out, "{color}")?);
            }
            None => return set_here(env, Some(args.text)),
        },
    };
    change(env, &name, |flag| flag.color = (!color.is_empty()).then_some(color))
}

fn set_here(env: &mut Env<'_>, color: Option<&str>) -> Result<()> {
    name_here(env)?;
    let names: Vec<String> = env.session.flags.at(env.view.seek).map(|flag| flag.name.clone()).collect();
    names.iter().try_for_each(|name| change(env, name, |flag| flag.color = color.map(str::to_owned)))
}

pub(super) fn here(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    list(env, args.mode, |flag| flag.addr == seek)
}

pub(super) fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.text {
        "" => set_here(env, None),
        "*" => {
            let names: Vec<String> =
                env.session.flags.visible(&env.view.flag_space).map(|flag| flag.name.clone()).collect();
            names.iter().try_for_each(|name| change(env, name, |flag| flag.color = None))
        }
        name if env.session.flags.find(name).is_none() => Err(missing(name)),
        name => change(env, name, |flag| flag.color = None),
    }
}
