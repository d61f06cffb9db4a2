//! Defining types, and forgetting them.

use super::{model, types};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::unquote;
use crate::registry::Args;
use crate::render::printable;

/// Most bytes of a header.
const FILE: u64 = 16 << 20;

pub(super) fn text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the declarations")?;
    let text = text.strip_suffix(';').map_or_else(|| format!("{text};"), |_| text.to_owned());
    let model = model(env);
    types(env).declare(&text, model)
}

pub(super) fn file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    let bytes = crate::parse::read_file(&path, FILE, env.ctx)?;
    let model = model(env);
    let text = String::from_utf8_lossy(&bytes);
    let failed = |error: &Error| format!("{}: {error}", printable(&path));
    let faults = types(env).declare_some(&text, model).map_err(|error| Error::failed(failed(&error)))?;
    for fault in &faults {
        env.out.report(&format!("WARN: {} (passed over)", failed(fault)));
    }
    Ok(())
}

pub(super) fn forget(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.required("the name")? {
        "*" => {
            types(env).clear();
            Ok(())
        }
        name if types(env).remove(name) => Ok(()),
        name => Err(Error::failed(format!("no declared type '{}' (t lists them)", printable(name)))),
    }
}
