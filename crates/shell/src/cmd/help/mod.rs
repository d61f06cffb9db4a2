//! Help out of the tables: `?`, `cmd?` and `cmd??`, and notes on the language.

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Registry, Row};

mod topic;

pub(crate) use topic::print_filters;
pub use topic::topics;

/// Widest column of what is typed.
const WIDTH: usize = 32;

/// What a command's text asks help for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    /// How the commands begin, or the topic.
    prefix: &'a str,
    /// Whether groups below are listed whole, with examples: `w??`, `w?*`.
    all: bool,
}

/// The help that a command's text asks for: `px?`, `s??`, `w?*`.
pub(crate) fn asks_help(text: &str) -> Option<Asked<'_>> {
    let text = text.trim_end();
    let (text, star) = text.strip_suffix("?*").map_or((text, false), |_| (&text[..text.len() - 1], true));
    let prefix = text.strip_suffix('?')?.trim_end_matches('?');
    let is_name = !prefix.is_empty() && !prefix.contains(char::is_whitespace) && !prefix.ends_with('=');
    is_name.then_some(Asked { prefix, all: star || text.len() > prefix.len() + 1 })
}

/// Prints the rows whose names begin with a prefix; groups that have more letters of their own as a
/// line each.
///
/// # Errors
/// When there are none.
pub(crate) fn print_help(env: &mut Env<'_>, asked: Asked<'_>) -> Result<()> {
    env.paged(|env| print_asked(env, asked))
}

fn print_asked(env: &mut Env<'_>, asked: Asked<'_>) -> Result<()> {
    let registry = env.session.registry.clone();
    let has_rows = registry.with_prefix(asked.prefix).next().is_some();
    let has_topic = topic::print(env, asked.prefix)?;
    if !has_rows && !has_topic {
        // The error of the command itself names the nearest one.
        return match registry.find(asked.prefix) {
            Ok(found) => print_lines(env, vec![line_of(&found.row)]),
            Err(error) => Err(error),
        };
    }
    print_lines(env, lines(&registry, asked))?;
    if asked.all {
        print_examples(env, registry.with_prefix(asked.prefix))?;
    }
    if asked.prefix == "," {
        topic::print_tables(env)?;
    }
    Ok(())
}

/// What is typed, and what it does.
type Line = (String, String);

fn line_of(row: &Row) -> Line {
    (row.usage(), row.brief.to_owned())
}

fn lines(registry: &Registry, asked: Asked<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for group in registry.groups() {
        let below = group.prefix.len() > asked.prefix.len() && group.prefix.starts_with(asked.prefix);
        let is_whole = asked.all || !below;
        if !is_whole {
            lines.push((format!("{}?", group.prefix), group.brief.to_owned()));
        }
        let rows = group.rows.iter().filter(|row| row.name.starts_with(asked.prefix));
        let rows = rows.filter(|row| is_whole || !row.name.starts_with(group.prefix));
        lines.extend(rows.map(line_of));
    }
    lines.sort();
    lines
}

fn print_lines(env: &mut Env<'_>, lines: Vec<Line>) -> Result<()> {
    let width = lines.iter().map(|(usage, _)| usage.chars().count()).max().unwrap_or(0).min(WIDTH);
    for (usage, brief) in lines {
        writeln!(env.out, "| {usage:width$}  {brief}")?;
    }
    Ok(())
}

fn print_examples<'a>(env: &mut Env<'_>, rows: impl Iterator<Item = &'a Row>) -> Result<()> {
    let mut examples = rows.flat_map(|row| row.examples).peekable();
    if examples.peek().is_some() {
        writeln!(env.out, "Examples:")?;
    }
    examples.try_for_each(|example| Ok(writeln!(env.out, "| {example}")?))
}

/// Prints the groups of commands and the topics.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn print_groups(env: &mut Env<'_>) -> Result<()> {
    env.paged(print_all_groups)
}

fn print_all_groups(env: &mut Env<'_>) -> Result<()> {
    let registry = env.session.registry.clone();
    writeln!(
        env.out,
        "Usage: [count]command[@ address][~grep][| program][> file] ; ... && ...   (command? explains, command?? shows more)"
    )?;
    for group in registry.groups() {
        writeln!(env.out, "| {:8} {}", format!("{}?", group.prefix), group.brief)?;
    }
    topic::list(env)
}

/// Prints every row.
///
/// # Errors
/// When the output cannot be written.
pub(crate) fn print_all(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let registry = env.session.registry.clone();
    env.paged(|env| print_lines(env, registry.rows().iter().map(line_of).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::print::tests::output;

    #[test]
    fn question_marks_ask_for_help() {
        for (text, expected) in [
            ("px?", Some(("px", false))),
            ("w??", Some(("w", true))),
            ("w?* ", Some(("w", true))),
            ("?@?", Some(("?@", false))),
            ("?", None),
            ("??", None),
            ("e asm.arch=?", None),
            ("?e what?", None),
            ("w?a", None),
        ] {
            let asked = asks_help(text).map(|asked| (asked.prefix, asked.all));
            assert_eq!(asked, expected, "{text}");
        }
    }

    #[test]
    fn groups_below_are_a_line_each_until_asked_for() {
        let (short, long) = (output("malloc://8", "f?"), output("malloc://8", "f??"));
        assert!(short.contains("| fs?") && !short.contains("| fs+"), "{short}");
        assert!(long.contains("| fs+") && long.contains("Examples:"), "{long}");
        assert!(output("malloc://8", "fs?").contains("| fs+"));
        assert!(output("malloc://8", "?*~fs+").contains("| fs+"));
        assert!(output("malloc://8", "zzz?").starts_with("ERROR: no command 'zzz'"));
    }
}
