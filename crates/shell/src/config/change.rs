//! The one place where settings change, and what is asked before they do.
//!
//! [`change`] is for what somebody asks for: every command, form and option ends there. [`settle`] is for
//! what the program itself finds out, such as the architecture of a file; no setting that decides what
//! anybody may do is in its reach. The methods of [`Config`] that write are private to this module.

use farad_io::Effects;

use super::{Config, ConfigError, Kept, Scope, VARIABLES, Variable, number, variable};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::session::Session;
use crate::view::View;

/// For whom a change holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// For this reader, where the setting is each reader's own; else for the session.
    Reader,
    /// For all who have not set it themselves.
    Everybody,
    /// For this reader, until the view is put back (`@e:`, `@a:`, `@b:`).
    Statement,
}

/// Sets a variable, or with no value puts it back to what it was at first.
///
/// # Errors
/// A refusal, a locked variable, or a wrong value.
pub fn change(env: &mut Env<'_>, row: &'static Variable, value: Option<&str>, reach: Reach) -> Result<()> {
    permit(env, row, reach)?;
    let value = match value {
        Some(value) => {
            let value = env.setting_value(row, value)?;
            check_width(env, row, &value)?;
            Some(Kept { text: value, allow: env.ctx.principal.allow })
        }
        None => None,
    };
    match (reach, row.scope) {
        (Reach::Statement, _) | (Reach::Reader, Scope::View) => {
            // What others see is not put back with it.
            let first = || Kept { text: row.default.to_owned(), allow: Effects::all() };
            let shared = env.session.config.find(row.name).is_some();
            env.view.config.put(row.name, value.or_else(|| shared.then(first)));
        }
        _ => {
            env.view.config.put(row.name, None);
            env.session.config.put(row.name, value);
        }
    }
    crate::cmd::config::apply(env);
    follow_architecture(env, row, reach)
}

/// Puts all variables back to what they were at first that the caller may set.
///
/// # Errors
/// The names of those that are left, and why.
pub(crate) fn reset_all(env: &mut Env<'_>) -> Result<()> {
    let (mut left, mut why) = (Vec::new(), None);
    for row in VARIABLES {
        let is_set = env.view.config.find(row.name).or(env.session.config.find(row.name));
        if is_set.is_none_or(|value| value == row.default) {
            continue;
        }
        if let Err(error) = change(env, row, None, Reach::Reader) {
            left.push(row.name);
            why.get_or_insert(error);
        }
    }
    match why {
        None => Ok(()),
        Some(why) => Err(Error::failed(format!("not put back: {} ({why})", left.join(", ")))),
    }
}

/// Has nobody change a variable any more. It decides for everybody, so that it is a matter of policy
/// whatever the variable is.
///
/// # Errors
/// A refusal.
pub(crate) fn lock(env: &mut Env<'_>, row: &'static Variable) -> Result<()> {
    let what = format!("locking {}, which decides for everybody who uses the session,", row.name);
    env.ctx.allow(row.needs | Effects::POLICY, &what)?;
    env.session.config.locked.insert(row.name);
    Ok(())
}

/// Sets a variable to what the program itself found out: for one reader where a view is given, else for
/// the session.
///
/// # Errors
/// A variable that holds more than presentation or facts of a file, a locked one, or a wrong value.
pub fn settle(
    session: &mut Session,
    view: Option<&mut View>,
    name: &str,
    value: &str,
) -> std::result::Result<(), ConfigError> {
    let row = settled(session, name)?;
    let kept = Kept { text: row.normalize(value)?, allow: Effects::all() };
    let config = view.map_or(&mut session.config, |view| &mut view.config);
    config.put(row.name, Some(kept));
    Ok(())
}

/// Takes back what [`settle`] set for the session.
///
/// # Errors
/// As [`settle`].
pub(crate) fn unsettle(session: &mut Session, name: &str) -> std::result::Result<(), ConfigError> {
    let row = settled(session, name)?;
    session.config.put(row.name, None);
    Ok(())
}

/// What a view had of a setting, before it was changed for a while.
#[derive(Debug)]
pub(crate) struct Before(&'static Variable, Option<Kept>);

impl Before {
    /// Of all that a change of the named one changes in a view: an architecture may take along its width.
    pub(crate) fn change_of(view: &View, name: &str) -> Vec<Before> {
        let along = if name == "asm.arch" { "asm.bits" } else { name };
        let mut rows: Vec<&Variable> = [name, along].iter().filter_map(|name| variable(name).ok()).collect();
        rows.dedup_by_key(|row| row.name);
        rows.into_iter().map(|row| Before(row, view.config.values.get(row.name).cloned())).collect()
    }

    /// Puts it back.
    pub(crate) fn put_back(self, view: &mut View) {
        view.config.put(self.0.name, self.1);
    }
}

/// Runs something without colours.
pub(crate) fn without_colours<T>(env: &mut Env<'_>, run: impl FnOnce(&mut Env<'_>) -> T) -> T {
    const COLOUR: &str = "scr.color";
    let before = Before::change_of(env.view, COLOUR);
    env.view.config.put(COLOUR, Some(Kept { text: "0".to_owned(), allow: Effects::all() }));
    let result = run(env);
    before.into_iter().for_each(|before| before.put_back(env.view));
    result
}

fn settled(session: &Session, name: &str) -> std::result::Result<&'static Variable, ConfigError> {
    let row = variable(name)?;
    if row.needs != Effects::SETTINGS {
        return Err(ConfigError::Held { name: row.name });
    }
    if session.config.is_locked(row.name) {
        return Err(ConfigError::Locked { name: row.name });
    }
    Ok(row)
}

/// Whether the caller may change a variable now.
fn permit(env: &Env<'_>, row: &Variable, reach: Reach) -> Result<()> {
    let needs = match reach {
        Reach::Statement => row.needs.difference(Effects::SETTINGS),
        Reach::Reader | Reach::Everybody => row.needs,
    };
    env.ctx.allow(needs, &format!("setting {}", row.name))?;
    if env.session.config.is_locked(row.name) {
        return Err(Error::failed(ConfigError::Locked { name: row.name }.to_string()));
    }
    // The sandbox cannot be left from inside.
    if row.name.starts_with("cfg.sandbox") && env.is_set("cfg.sandbox") {
        return Err(Error::failed(format!("{} cannot be changed from inside the sandbox", row.name)));
    }
    Ok(())
}

fn architecture(name: &str) -> Option<&'static farad_arch::Arch> {
    farad_arch::ARCHS.iter().find(|arch| arch.name == name)
}

/// The width must be one that the architecture has.
fn check_width(env: &Env<'_>, row: &Variable, value: &str) -> Result<()> {
    let Some(arch) = architecture(env.setting("asm.arch")).filter(|_| row.name == "asm.bits") else {
        return Ok(());
    };
    let bits = number(value);
    if arch.bits.iter().any(|&known| u64::from(known) == bits) {
        return Ok(());
    }
    let known = arch.bits.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    Err(Error::failed(format!("asm.bits cannot be {value} with {}: use {known}", arch.name)))
}

/// An architecture without the width in force takes along its own.
fn follow_architecture(env: &mut Env<'_>, row: &Variable, reach: Reach) -> Result<()> {
    let Some(arch) = architecture(env.setting("asm.arch")).filter(|_| row.name == "asm.arch") else {
        return Ok(());
    };
    let bits = u32::try_from(env.setting_number("asm.bits")).unwrap_or(0);
    match arch.nearest_bits(bits) {
        nearest if nearest == bits => Ok(()),
        nearest => {
            let row = variable("asm.bits").map_err(|error| Error::failed(error.to_string()))?;
            change(env, row, Some(&nearest.to_string()), reach)
        }
    }
}

impl Config {
    fn put(&mut self, name: &'static str, value: Option<Kept>) {
        match value {
            Some(value) => drop(self.values.insert(name, value)),
            None => drop(self.values.remove(name)),
        }
    }
}
