//! The `$` variables of number expressions: what each is called, tells, and how it is found.

use super::Env;
use crate::config;
use crate::store::Store;

/// A variable.
#[derive(Clone, Copy)]
pub(crate) struct Variable {
    /// Its name, without the `$`.
    pub(crate) name: &'static str,
    /// What stands in braces behind the name, where something does.
    pub(crate) takes: &'static str,
    /// What it tells.
    pub(crate) brief: &'static str,
    value: Value,
}

/// Finds the value; the text is what stands in the braces.
type Value = fn(&mut Env<'_>, &str) -> Option<u64>;

const fn row(name: &'static str, brief: &'static str, value: Value) -> Variable {
    Variable { name, takes: "", brief, value }
}

const fn with(name: &'static str, takes: &'static str, brief: &'static str, value: Value) -> Variable {
    Variable { name, takes, brief, value }
}

/// All variables, in the order help lists them.
pub(crate) static VARIABLES: &[Variable] = &[
    row("$", "the current address", |env, _| Some(env.view.seek)),
    row("$$", "the current address, whatever @ says", |env, _| Some(env.view.resting_seek())),
    row("?", "the last number computed", |env, _| Some(env.view.value)),
    row("b", "the block size", |env, _| Some(env.view.block as u64)),
    row("s", "the size of the file", |env, _| size(env)),
    with("s", "flag", "the size of a flag", |env, name| env.session.flags.find(name).map(|flag| flag.size)),
    row("o", "the offset in the file of the current address", |env, _| {
        crate::cmd::open::place(env).ok().map(|(_, offset)| offset)
    }),
    row("O", "where the cursor is", |env, _| Some(env.view.seek)),
    row("B", "the base address of the file", |env, _| base(env)),
    row("DB", "the base address of the program", |env, _| base(env)),
    row("M", "where the map here begins", |env, _| env.session.io.maps.at(env.view.seek).map(|map| map.from)),
    row("MM", "the size of the map here", |env, _| {
        env.session.io.maps.at(env.view.seek).map(|map| map.size())
    }),
    row("D", "where the map here begins", |env, _| env.session.io.maps.at(env.view.seek).map(|map| map.from)),
    row("DD", "the size of the map here", |env, _| {
        env.session.io.maps.at(env.view.seek).map(|map| map.size())
    }),
    row("S", "where the section here begins", |env, _| section(env).map(|(from, _)| from)),
    row("SS", "the size of the section here", |env, _| section(env).map(|(_, size)| size)),
    row("e", "1 at an entry point or the end of a block, else 0", |env, _| Some(u64::from(is_end(env)))),
    with("e", "flag", "where a flag ends", |env, name| {
        env.session.flags.find(name).map(|flag| flag.addr.wrapping_add(flag.size))
    }),
    row("fl", "the size of the flag here", |env, _| {
        env.session.flags.at(env.view.seek).next_back().map(|flag| flag.size)
    }),
    row("l", "the length of the instruction here", |env, _| crate::cmd::instruction_variable(env, "l")),
    row("j", "where the instruction here jumps", |env, _| crate::cmd::instruction_variable(env, "j")),
    row("f", "where it goes on when it does not jump", |env, _| crate::cmd::instruction_variable(env, "f")),
    row("m", "the address it refers to", |env, _| crate::cmd::instruction_variable(env, "m")),
    row("v", "the number in it", |env, _| crate::cmd::instruction_variable(env, "v")),
    row("i", "where the next instruction is", |env, _| instruction(env, 1)),
    with("i", "n", "where the n-th instruction from here is", |env, text| nth(env, text, 1)),
    row("I", "where the instruction before is", |env, _| instruction(env, -1)),
    with("I", "n", "where the n-th instruction back is", |env, text| nth(env, text, -1)),
    row("F", "where the function here begins", |env, _| function(env, |function| function.addr)),
    row("FB", "where the function here begins", |env, _| function(env, |function| function.addr)),
    row("FE", "where the function here ends", |env, _| function(env, |function| function.end())),
    row("FS", "bytes from the beginning to the end of the function here", |env, _| {
        function(env, |function| function.span())
    }),
    row("FSS", "bytes of the blocks of the function here", |env, _| {
        function(env, |function| function.size())
    }),
    row("FI", "how many instructions the function here has", |env, _| {
        function(env, |function| function.instruction_count() as u64)
    }),
    row("Fb", "where the basic block here begins", |env, _| block(env, |block| Some(block.addr))),
    row("Fe", "where the basic block here ends", |env, _| block(env, |block| Some(block.end()))),
    row("Fs", "bytes of the basic block here", |env, _| block(env, |block| Some(block.size))),
    row("Fi", "how many instructions the basic block here has", |env, _| {
        block(env, |block| Some(block.offsets.len() as u64))
    }),
    row("Fj", "where the basic block here jumps", |env, _| block(env, |block| block.jump)),
    row("Ff", "where it goes on when it does not jump", |env, _| block(env, |block| block.fail)),
    with("X", "n", "where the n-th reference to the function here is from", |env, text| {
        let index = index(env, text)?;
        let here = env.session.analysis.of(env.view.seek).map_or(env.view.seek, |function| function.addr);
        env.session.analysis.references.to(here).nth(index).map(|reference| reference.from)
    }),
    row("w", "bytes of an address", |env, _| Some(env.address_bytes() as u64)),
    row("c", "columns of the terminal", |env, _| Some(screen(env, "scr.columns", 80))),
    row("r", "rows of the terminal", |env, _| Some(screen(env, "scr.rows", 24))),
    row("p", "the number of this process", |_, _| Some(u64::from(std::process::id()))),
    with("k", "query", "the number that a query to the store (k) gives", |env, query| {
        let lines = env.session.extensions.of::<Store>().query(query).ok()?;
        env.number(lines.first()?).ok()
    }),
    with("", "setting", "the number in a setting", |env, name| {
        config::variable(name).ok()?;
        Some(match env.setting(name) {
            "true" => 1,
            value => config::number(value),
        })
    }),
];

/// The value of the variable that a text behind a `$` names: `name` or `name{argument}`.
pub(super) fn value(env: &mut Env<'_>, text: &str) -> Option<u64> {
    let (name, argument) = match text.split_once('{') {
        Some((name, argument)) => (name, argument.strip_suffix('}')?),
        None => (text, ""),
    };
    let braced = text.contains('{');
    let row = VARIABLES.iter().find(|row| row.name == name && row.takes.is_empty() != braced)?;
    (row.value)(env, argument)
}

fn size(env: &mut Env<'_>) -> Option<u64> {
    let fd = env.current().ok()?;
    Some(env.session.io.descriptor(fd).ok()?.size())
}

fn base(env: &Env<'_>) -> Option<u64> {
    env.session.loaded.first().map(|loaded| loaded.binary.base)
}

fn section(env: &Env<'_>) -> Option<(u64, u64)> {
    let seek = env.view.seek;
    let mut all = env.session.loaded.iter().flat_map(|loaded| &loaded.binary.sections);
    let here = all.find(|section| section.vaddr <= seek && seek - section.vaddr < section.vsize)?;
    Some((here.vaddr, here.vsize))
}

fn is_end(env: &Env<'_>) -> bool {
    let seek = env.view.seek;
    let mut entries = env.session.loaded.iter().flat_map(|loaded| &loaded.binary.entries);
    entries.any(|entry| entry.vaddr == seek)
}

fn instruction(env: &mut Env<'_>, count: i64) -> Option<u64> {
    crate::cmd::skip_instructions(env, env.view.seek, count).ok()
}

fn index(env: &mut Env<'_>, text: &str) -> Option<usize> {
    usize::try_from(env.number(text).ok()?).ok()
}

fn nth(env: &mut Env<'_>, text: &str, direction: i64) -> Option<u64> {
    let count = i64::try_from(env.number(text).ok()?).ok()?;
    instruction(env, count.checked_mul(direction)?)
}

fn function(env: &Env<'_>, tell: impl Fn(&farad_analysis::Function) -> u64) -> Option<u64> {
    env.session.analysis.of(env.view.seek).map(tell)
}

fn block(env: &Env<'_>, tell: impl Fn(&farad_analysis::Block) -> Option<u64>) -> Option<u64> {
    env.session.analysis.of(env.view.seek)?.block_at(env.view.seek).and_then(tell)
}

fn screen(env: &Env<'_>, name: &str, unknown: u64) -> u64 {
    match env.setting_number(name) {
        0 => unknown,
        size => size,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::VARIABLES;

    #[test]
    fn every_variable_is_named_once_and_explained() {
        let mut seen = HashSet::new();
        for row in VARIABLES {
            assert!(seen.insert((row.name, row.takes.is_empty())), "{} is there twice", row.name);
            assert!(!row.brief.is_empty() && !row.brief.ends_with('.'), "{}", row.name);
        }
    }
}
