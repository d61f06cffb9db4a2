//! Analysis: functions, their blocks, and who refers to what (`a`).

use farad_analysis::Function;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Group;
use crate::render::printable;

mod all;
mod block;
mod function;
mod info;
mod list;
mod reference;
#[cfg(test)]
mod tests;
mod variable;

pub(crate) use info::kind as function_kind;

/// The groups.
pub(super) const GROUPS: [Group; 6] =
    [all::GROUP, function::GROUP, list::GROUP, block::GROUP, variable::GROUP, reference::GROUP];

/// The function that is named, or that the seek is in.
///
/// # Errors
/// When there is none.
pub(crate) fn function_of<'a>(env: &'a mut Env<'_>, text: &str) -> Result<&'a Function> {
    let addr = match text.trim() {
        "" => env.view.seek,
        name => match env.session.analysis.named(name) {
            Some(function) => function.addr,
            None => env.number(name)?,
        },
    };
    env.session.analysis.of(addr).ok_or_else(|| none(addr))
}

fn none(addr: u64) -> Error {
    Error::failed(format!("no function at {addr:#x} (af finds one, aa all)"))
}

/// A name fit for a line of output.
fn shown(function: &Function) -> String {
    printable(&function.name)
}
