//! Help out of the tables: `?` and `cmd?`.

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Row};

/// The prefix whose help a command's text asks for: `px?`, `s?`.
pub(crate) fn asks_help(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let prefix = text.strip_suffix('?')?.trim_end_matches('?');
    let is_name = !prefix.is_empty() && !prefix.contains(char::is_whitespace) && !prefix.ends_with('=');
    is_name.then_some(prefix)
}

/// Prints the rows whose names begin with a prefix.
///
/// # Errors
/// When there are none.
pub(crate) fn print_help(env: &mut Env<'_>, prefix: &str) -> Result<()> {
    let registry = env.session.registry.clone();
    let rows: Vec<&Row> = registry.with_prefix(prefix).collect();
    if rows.is_empty() {
        // The error of the command itself names the nearest one.
        return match registry.find(prefix) {
            Ok(found) => print_rows(env, &[&found.row]),
            Err(error) => Err(error),
        };
    }
    print_rows(env, &rows)
}

fn print_rows(env: &mut Env<'_>, rows: &[&Row]) -> Result<()> {
    let usages: Vec<String> = rows.iter().map(|row| row.usage()).collect();
    let width = usages.iter().map(|usage| usage.chars().count()).max().unwrap_or(0).min(32);
    for (row, usage) in rows.iter().zip(usages) {
        writeln!(env.out, "| {usage:width$}  {}", row.brief)?;
    }
    Ok(())
}

/// Prints the groups of commands.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn print_groups(env: &mut Env<'_>) -> Result<()> {
    let registry = env.session.registry.clone();
    writeln!(
        env.out,
        "Usage: [count]command[@ address][~grep][| program][> file] ; ...   (command? explains)"
    )?;
    for group in registry.groups() {
        writeln!(env.out, "| {:8} {}", format!("{}?", group.prefix), group.brief)?;
    }
    Ok(())
}

/// Prints every row.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn print_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let registry = env.session.registry.clone();
    let rows: Vec<&Row> = registry.rows().iter().collect();
    print_rows(env, &rows)
}
